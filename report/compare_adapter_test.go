package report_test

import (
	"math"
	"path/filepath"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
	"wspec/spectra"
)

// An adapter changes each matrix it is for by at most its rank and no other by
// anything; the change found by comparing is that of its factors.
func TestAdapterChange(t *testing.T) {
	const rank, tolerance = 8, 1e-9
	base, adapted := openFixture(t, "shakespeare-gpt2"), openFixture(t, "shakespeare-lora")
	for i, m := range adapted.Matrices {
		if m.Kind != loader.Stored {
			continue
		}
		d, err := spectra.Compare(base.Matrices[i].Factors[0], m.Factors[0], spectra.Request{}, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		u, ok := m.Factors[0].Update()
		if !ok {
			if d.Rank != 0 || d.Norm != 0 {
				t.Errorf("%s is not adapted, but has changed by %v, rank %d", m.Label, d.Norm, d.Rank)
			}
			continue
		}
		if d.Rank < 1 || d.Rank > rank {
			t.Errorf("%s has changed by rank %d", m.Label, d.Rank)
		}
		f, err := spectra.DecomposeProduct(u.A, u.B, spectra.Request{}, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		top := d.Delta.Sigma[0]
		for k, s := range d.Delta.Sigma {
			var want float64
			if k < len(f.Sigma) {
				want = u.Scale * f.Sigma[k]
			}
			if !(math.Abs(s-want) <= tolerance*top) {
				t.Errorf("%s: σ%d of the change %v, of the factors %v", m.Label, k+1, s, want)
			}
		}
	}
}

func openFixture(t *testing.T, name string) *loader.Model {
	t.Helper()
	m, err := loader.Open(filepath.Join(fixtures.Dir(), name), loader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}
