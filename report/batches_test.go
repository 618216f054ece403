package report

import (
	"bytes"
	"cmp"
	"context"
	"path/filepath"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
	"wspec/spectra"
)

// TestBatches: what is allowed to be held at once does not show in a report.
func TestBatches(t *testing.T) {
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	var whole []byte
	for _, memory := range []int64{0, 16 << 20} {
		o := Options{Matrix: []string{"L0.W_O", "L0.W_in", "L0.W_out", "L1.W_O", "L1.W_in"}, TopK: 40, Tokens: 40, Null: spectra.NullOff, NoCircuits: true, Sensitivity: true, MaxMemory: memory}
		d, err := Analyze(context.Background(), []*loader.Model{m}, o)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := WriteJSON(&b, d); err != nil {
			t.Fatal(err)
		}
		if n := parts(t, m, o); (n > 3) != (memory > 0) {
			t.Errorf("%d bytes allowed: %d batches", memory, n)
		}
		if whole == nil {
			whole = b.Bytes()
		} else if !bytes.Equal(whole, b.Bytes()) {
			t.Error("the report of many batches is another one")
		}
	}
}

// parts returns the number of batches, and checks that they are all jobs, and
// within bounds.
func parts(t *testing.T, m *loader.Model, o Options) int {
	t.Helper()
	s, err := newStudy(m, 0, o)
	if err != nil {
		t.Fatal(err)
	}
	picked, err := pick(m, o)
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job
	for _, x := range picked {
		jobs = append(jobs, job{matrix: x, study: s, slot: len(jobs)})
	}
	all := batches(jobs, o)
	next := 0
	for _, batch := range all {
		var held int64
		for _, j := range batch {
			if j.slot != next {
				t.Fatalf("job %d comes where %d should", j.slot, next)
			}
			next++
			held += j.held()
		}
		if allow := cmp.Or(o.MaxMemory, DefaultMaxMemory) / heldShare; held > allow && len(batch) > 1 {
			t.Errorf("%d jobs hold %d bytes, %d are allowed", len(batch), held, allow)
		}
	}
	if next != len(jobs) {
		t.Errorf("%d of %d jobs", next, len(jobs))
	}
	return len(all)
}
