package report

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"wspec/directions"
	"wspec/fixtures"
	"wspec/loader"
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
		checkBand(t, d, m)
	}
	if len(d.Nulls) < 3 || len(d.Nulls) > 8 { // shapes of the fixture, transposed ones being one
		t.Errorf("%d bands", len(d.Nulls))
	}
	// Trained matrices are far from noise, with directions that stand out.
	if s := d.Matrices[0].Signal; s == nil || s.Rank < 10 || Number(s.Rank) != d.Matrices[0].Metrics["signal_rank"] || len(s.P) < s.Rank || len(s.Q) != len(s.P) {
		t.Errorf("signal of %s: %+v", d.Matrices[0].Label, s)
	}
	rows := csvOf(t, writeMetrics, d)
	at := slices.Index(rows[0], "signal_edge")
	for i := range d.Matrices {
		var want []string
		for _, e := range d.Matrices[i].Signal.entries() {
			want = append(want, string(e.csv(nil)))
		}
		if !slices.Equal(rows[i+1][at:at+4], want) {
			t.Errorf("%s: signal columns %v, want %v", d.Matrices[i].Label, rows[i+1][at:], want)
		}
		if s := d.Matrices[i].Signal; d.Matrices[i].Kind == "product" && s != nil {
			t.Errorf("%s: a product has a signal: %+v", d.Matrices[i].Label, s)
		}
	}
	if z := float64(d.Matrices[0].Null["effective_rank"].Z); !(z < -20) {
		t.Errorf("%s: effective_rank has z %v", d.Matrices[0].Label, z)
	}
}

// checkBand holds the band of m's shape against m: its length, its order and
// its norm, which is that of m.
func checkBand(t *testing.T, d *Document, m *Matrix) {
	t.Helper()
	b := d.band(m)
	if b == nil || b.Kind != m.NullKind || b.Draws != m.NullDraws || b.Inner > 0 != (m.Kind == "product") {
		t.Fatalf("%s: band %+v", m.Label, b)
	}
	for i, v := range b.Mean {
		if !(b.Low[i] <= v && v <= b.High[i]) || i > 0 && v > b.Mean[i-1] {
			t.Fatalf("%s: %v, %v, %v at index %d", m.Label, b.Low[i], v, b.High[i], i)
		}
	}
	// The means of σ fall short of the mean of Σσ², which is 1, by their variance.
	if ratio := norm(b.Mean) / m.Metrics["frobenius_norm"]; !(ratio > 0.98 && ratio <= 1) {
		t.Errorf("%s: noise has %v of its norm", m.Label, ratio)
	}
}

// TestBandQuantiles: of 0, …, 40 the band runs from 1 to 39.
func TestBandQuantiles(t *testing.T) {
	var draws [][]float64
	for i := range 41 {
		draws = append(draws, []float64{float64((7 * i) % 41)})
	}
	b := newNullBand(spectra.Shape{Rows: 1, Cols: 1}, draws)
	if b.Mean[0] != 20 || b.Low[0] != 1 || b.High[0] != 39 {
		t.Errorf("band from %v to %v about %v", b.Low[0], b.High[0], b.Mean[0])
	}
	if one := newNullBand(spectra.Shape{Rows: 1, Cols: 1}, [][]float64{{3}}); one.Low[0] != 3 || one.High[0] != 3 {
		t.Errorf("of one draw: %+v", one)
	}
}

// TestBandOfDamagedReport: a place that is none, or a band of another length.
func TestBandOfDamagedReport(t *testing.T) {
	d := sample()
	d.Nulls = []NullBand{{Mean: []Number{1}, Low: []Number{1}, High: []Number{1}}}
	for _, at := range []int{-1, 0, 1, 1 << 40} {
		d.Matrices[0].Band = &at
		if d.band(&d.Matrices[0]) != nil {
			t.Errorf("a band at place %d", at)
		}
	}
}

// TestNullQ: q is over the matrices of a model, measure by measure.
func TestNullQ(t *testing.T) {
	matrix := func(model string, z, other Number) Matrix {
		return Matrix{Model: model, NullDraws: 200, Null: map[string]NullValue{"a": {Z: z}, "b": {Z: other}}}
	}
	list := []Matrix{matrix("m", 3, Undefined()), matrix("m", 0, 2), matrix("n", -3, 0)}
	judgeNulls(list)
	p := Number(spectra.NullP(3, 200))
	for i, want := range []Number{2 * p, 1, p} {
		if got := list[i].Null["a"].Q; got != want {
			t.Errorf("q %d is %v, want %v", i, got, want)
		}
	}
	if q := list[0].Null["b"].Q; q.Defined() {
		t.Errorf("q of no z is %v", q)
	}
	if q := list[1].Null["b"].Q; q != Number(spectra.NullP(2, 200)) { // the undefined one is no test
		t.Errorf("q of the only z is %v", q)
	}
}

// TestNullsLeftOut leaves the null and its columns out, and nothing else.
func TestNullsLeftOut(t *testing.T) {
	o := Options{NoDirections: true, Layers: "0", Null: spectra.NullOff}
	d := analyzed(t, o, fixture(t))
	for i := range d.Matrices {
		if m := &d.Matrices[i]; len(m.Null) > 0 || m.NullKind != "" || m.Signal != nil || len(m.Metrics) != len(d.Metrics) {
			t.Errorf("%s: null %v, %d measures", m.Label, m.Null, len(m.Metrics))
		}
	}
	if header := csvOf(t, writeMetrics, d)[0]; slices.Contains(header, "null_kind") || slices.Contains(header, "effective_rank_z") {
		t.Errorf("columns %v", header)
	}
}

// TestShuffled: stored matrices are held against their own entries in the
// convention in which they were read, circuits still against products; for any
// number of workers.
func TestShuffled(t *testing.T) {
	o := Options{Matrix: []string{"L1.W_Q", "L1.W_OV.H0"}, Null: spectra.NullShuffle, TopK: 1, Convention: directions.Folded, Workers: 1, NoCircuits: true}
	d := analyzed(t, o, fixture(t))
	o.Workers = 4
	if again := analyzed(t, o, fixture(t)); !reflect.DeepEqual(d.Matrices[0].Null, again.Matrices[0].Null) {
		t.Errorf("one worker %+v, four %+v", d.Matrices[0].Null, again.Matrices[0].Null)
	}
	stored, circuit := &d.Matrices[0], &d.Matrices[1]
	if stored.NullKind != "shuffle" || stored.NullDraws != spectra.ShuffleDraws || circuit.NullKind != "product" {
		t.Errorf("nulls are %q of %d draws, %q", stored.NullKind, stored.NullDraws, circuit.NullKind)
	}
	// The draws keep the norm of what was analysed, Σσ² ≥ (Σσ)²/r; as noise they come near.
	norm := float64(stored.Metrics["frobenius_norm"])
	if most := norm * math.Sqrt(float64(len(stored.Sigma))); !(float64(stored.Null["nuclear_norm"].Mean) < most) || !(float64(stored.Null["nuclear_norm"].Mean) > 0.8*most) {
		t.Errorf("nuclear norm of the draws %v, at most %v", stored.Null["nuclear_norm"].Mean, most)
	}
	var memory *MemoryError
	o.MaxMemory = footprint(&fixture(t).Matrices[0]) // W_E, 2048 × 128
	o.Matrix = []string{"W_E"}
	if _, err := Analyze(context.Background(), []*loader.Model{fixture(t)}, o); !errors.As(err, &memory) {
		t.Errorf("without room for the entries: %v", err)
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
}

// TestTrajectoriesAreJudged: what needs draws of noise is there over checkpoints
// too, and the same as for one.
func TestTrajectoriesAreJudged(t *testing.T) {
	open := Checkpoint{Open: func() (*loader.Model, error) {
		return loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{})
	}}
	o := CompareOptions{Options: Options{Matrix: []string{"L1.W_in"}, NoDirections: true}}
	c, err := Compare(context.Background(), []Checkpoint{open, open, open}, o)
	if err != nil {
		t.Fatal(err)
	}
	want := analyzed(t, o.Options, fixture(t)).Matrices[0].Metrics["signal_rank"]
	for _, got := range c.Trajectories[0].Values["signal_rank"] {
		if got != want || !got.Defined() {
			t.Errorf("signal_rank is %v, %v in one checkpoint", got, want)
		}
	}
}
