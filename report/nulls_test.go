package report

import (
	"math"
	"slices"
	"testing"

	"wspec/spectra"
)

// TestNulls: every matrix has a null of its kind, and what it says of each
// measure is what the value gives.
func TestNulls(t *testing.T) {
	d := analyzed(t, Options{NoDirections: true, Seed: 5}, fixture(t))
	if d.Options.Null != "iid" || d.Options.Seed != 5 {
		t.Errorf("options %+v", d.Options)
	}
	for i := range d.Matrices {
		m := &d.Matrices[i]
		kind := map[string]string{"stored": "iid", "product": "product"}[m.Kind]
		if m.NullKind != kind || m.NullDraws != spectra.DefaultDraws(len(m.Sigma)) {
			t.Errorf("%s: %d draws of kind %q", m.Label, m.NullDraws, m.NullKind)
		}
		v := m.Null["effective_rank"]
		if want := (m.Metrics["effective_rank"] - v.Mean) / v.SD; !(math.Abs(float64(v.Z-want)) <= 1e-9*math.Abs(float64(want))) {
			t.Errorf("%s: effective_rank has z %v, want %v", m.Label, v.Z, want)
		}
		if m.Kind == "product" && m.Null["mp_spikes"] != (NullValue{}) {
			t.Errorf("%s: a product has a null of mp_spikes", m.Label)
		}
	}
	// Trained matrices are far from noise.
	if z := float64(d.Matrices[0].Null["effective_rank"].Z); !(z < -20) {
		t.Errorf("%s: effective_rank has z %v", d.Matrices[0].Label, z)
	}
}

// TestNullsLeftOut leaves the null and its columns out, and nothing else.
func TestNullsLeftOut(t *testing.T) {
	o := Options{NoDirections: true, Layers: "0", Null: spectra.NullOff}
	d := analyzed(t, o, fixture(t))
	for i := range d.Matrices {
		if m := &d.Matrices[i]; len(m.Null) > 0 || m.NullKind != "" || len(m.Metrics) != len(d.Metrics) {
			t.Errorf("%s: null %v, %d measures", m.Label, m.Null, len(m.Metrics))
		}
	}
	if header := csvOf(t, writeMetricsCSV, d)[0]; slices.Contains(header, "null_kind") || slices.Contains(header, "effective_rank_z") {
		t.Errorf("columns %v", header)
	}
}

// TestNullShare: of ranks, where noise has one at all.
func TestNullShare(t *testing.T) {
	rank, norm := MetricInfo{Unit: "dimensions"}, MetricInfo{Unit: "weight"}
	for _, c := range []struct {
		mean Number
		info MetricInfo
		want Number
	}{{4, rank, 0.75}, {0.5, rank, Undefined()}, {Undefined(), rank, Undefined()}, {4, norm, Undefined()}} {
		if got := (NullValue{Mean: c.mean}).Share(3, c.info); got != c.want && (got.Defined() || c.want.Defined()) {
			t.Errorf("share of 3 in %v: %v, want %v", c.mean, got, c.want)
		}
	}
	for z, want := range map[Number]string{-580.4: "−580", 3.14: "3.1", 0: "0.0", 12: "12"} {
		if got := zText(z); got != want {
			t.Errorf("z %v is written %q", z, got)
		}
	}
}
