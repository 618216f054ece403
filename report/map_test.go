package report

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/safetensors"
	"wspec/loader"
	"wspec/spectra"
)

// TestMaps: what each kind of matrix is said to do, and to the byte the same for any
// number of workers.
func TestMaps(t *testing.T) {
	m := fixture(t)
	o := Options{Matrix: []string{"W_E", "L1.W_in", "L1.W_out", "L1.W_Q", "L1.W_OV.H0"}, NoCircuits: true, TopK: 3, Tokens: 5, Maps: true}
	var documents [][]byte
	var d *Document
	for _, o.Workers = range []int{1, 3} {
		d = analyzed(t, o, m)
		var b bytes.Buffer
		if err := WriteJSON(&b, d); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, b.Bytes())
	}
	if !bytes.Equal(documents[0], documents[1]) {
		t.Error("documents differ between numbers of workers")
	}
	for i := range d.Matrices {
		x := &d.Matrices[i]
		if x.Map == nil {
			t.Fatalf("%s has no map", x.Label)
		}
		if n := x.Map.Dimensions; n.Read+n.Lost != x.Shape[0] || n.Written+n.OutOfReach != x.Shape[1] {
			t.Errorf("%s: %+v of %v", x.Label, n, x.Shape)
		}
		has := []bool{x.Map.Rotation != nil, x.Map.In != nil, x.Map.Out != nil, x.Map.Neurons != nil, x.Map.Kept != nil}
		want := map[string][]bool{
			"W_E": {false, false, false, false, false}, "W_in": {false, true, true, true, true}, "W_out": {false, true, true, true, false},
			"W_Q": {false, true, true, false, true}, "W_OV": {true, true, true, false, true},
		}[x.Role]
		if !slices.Equal(has, want) {
			t.Errorf("%s: rotation, in, out, neurons, kept: %v, want %v", x.Label, has, want)
		}
		if k := x.Map.Kept; k != nil {
			checkKept(t, x.Label, k, d.Models[0].Vocabulary)
		}
	}
}

// checkKept: every token that counts is in one bin, chance fills the same number,
// and the lists are the ends.
func checkKept(t *testing.T, label string, k *Kept, v *Vocabulary) {
	t.Helper()
	total, chance := 0, 0.0
	for i, n := range k.Histogram.Counts {
		total += n
		chance += float64(k.Histogram.Chance[i])
	}
	if total != k.Tokens || !(math.Abs(chance/float64(total)-1) <= 0.01) { // the null beyond 4 sd
		t.Errorf("%s: %d tokens, %d in bins, %v by chance", label, k.Tokens, total, chance)
	}
	left := map[int]bool{}
	for _, u := range v.Undertrained {
		left[u.ID] = true
	}
	if k.Tokens != 2048-len(left) {
		t.Errorf("%s: %d tokens count, %d of 2048 are under-trained", label, k.Tokens, len(left))
	}
	if len(k.Most) != 5 || len(k.Least) != 5 || !(k.Most[0].Gain > k.Mean) || !(k.Least[0].Gain < k.Mean) || k.Least[0].Gain > k.Least[4].Gain {
		t.Errorf("%s: most %v, least %v", label, k.Most, k.Least)
	}
	for _, g := range slices.Concat(k.Most, k.Least) {
		if left[g.ID] || g.Token == "" {
			t.Errorf("%s: token %+v", label, g)
		}
	}
}

// TestKeptByDefinition holds the gain of the ends against e·W itself.
func TestKeptByDefinition(t *testing.T) {
	m := fixture(t)
	d := analyzed(t, Options{Matrix: []string{"L0.W_K"}, NoCircuits: true, Maps: true}, m)
	dense := func(label string) *mat.Dense {
		for i := range m.Matrices {
			if x := &m.Matrices[i]; x.Label == label {
				rows, cols := x.Dims()
				w := mat.NewDense(rows, cols, nil)
				x.Factors[0].Block(w.RawMatrix().Data, cols, 0, rows, 0, cols)
				return w
			}
		}
		t.Fatal("no ", label)
		return nil
	}
	e, w := dense("W_E"), dense("L0.W_K")
	k := d.Matrices[0].Map.Kept
	for _, g := range slices.Concat(k.Most, k.Least) {
		var y mat.VecDense
		y.MulVec(w.T(), e.RowView(g.ID))
		want := mat.Norm(&y, 2) / mat.Norm(e.RowView(g.ID), 2) / float64(d.Matrices[0].Sigma[0])
		if !(math.Abs(float64(g.Gain)-want) <= 1e-12) {
			t.Errorf("token %d: gain %v, want %v", g.ID, g.Gain, want)
		}
	}
}

// TestMapLeftOut: what does not fit into memory is said, and the values stay.
func TestMapLeftOut(t *testing.T) {
	m := fixture(t)
	label := "L1.W_in"
	var need int64
	for i := range m.Matrices {
		if m.Matrices[i].Label == label {
			need = footprint(&m.Matrices[i])
		}
	}
	d, err := Analyze(context.Background(), []*loader.Model{m}, Options{Matrix: []string{label}, NoCircuits: true, Maps: true, MaxMemory: need})
	if err != nil {
		t.Fatal(err)
	}
	if d.Matrices[0].Map != nil || len(d.Matrices[0].Sigma) == 0 || d.Matrices[0].Error != "" {
		t.Errorf("map %v, %d values, error %q", d.Matrices[0].Map, len(d.Matrices[0].Sigma), d.Matrices[0].Error)
	}
	if !slices.ContainsFunc(d.Warnings, func(w Warning) bool { return w.Code == "no_map" && w.Matrix == label }) {
		t.Errorf("warnings: %v", d.Warnings)
	}
}

// TestMapsCSV: one row a matrix, nothing invented where there is nothing.
func TestMapsCSV(t *testing.T) {
	d := sample()
	d.Matrices[2].Map = &LinearMap{Dimensions: Dimensions{Read: 1, Lost: 1, Written: 1, OutOfReach: 2, Reason: "=rounding", Amplification: 2, Condition: 1}}
	var b strings.Builder
	if err := writeMaps(newCSV(&b), d); err != nil {
		t.Fatal(err)
	}
	want := "L0.W_OV.H1,1,1,1,2,'=rounding,2,1" + strings.Repeat(",", len(mapColumns())-7)
	if lines := strings.Split(strings.TrimSpace(b.String()), "\n"); len(lines) != 2 || lines[1] != want {
		t.Errorf("%q, want %q", lines, want)
	}
}

// TestDirectPath: embeddings that are tied are a stretch by construction; of
// independent ones the cosines are chance, of W_U = −W_Eᵀ all are −1.
func TestDirectPath(t *testing.T) {
	if d := analyzed(t, Options{NoHeads: true, NoCircuits: true, Maps: true, TopK: 1}, fixture(t)); d.Models[0].Direct == nil || !d.Models[0].Direct.Tied {
		t.Errorf("tied: %+v", d.Models[0].Direct)
	}
	for _, negated := range []bool{false, true} {
		r := analyzed(t, Options{NoCircuits: true, Maps: true, TopK: 1}, untied(t, negated)).Models[0].Direct.Rotation
		if r == nil || negated && !(math.Abs(float64(r.Distance)-1) <= 1e-6) || !negated && !(math.Abs(float64(r.Z)) <= 4) {
			t.Errorf("negated %v: %+v", negated, r)
		}
	}
}

// untied opens a LLaMA of embeddings alone: W_Uᵀ is noise, or W_E negated.
func untied(t *testing.T, negated bool) *loader.Model {
	t.Helper()
	const vocab, d = 60, 16
	rng, dir := spectra.Stream(6, "test"), t.TempDir()
	e, u := initialTensor(rng, 0.02, "model.embed_tokens.weight", vocab, d), initialTensor(rng, 0.02, "lm_head.weight", vocab, d)
	if negated {
		u.Data = slices.Clone(e.Data)
		for i := 3; i < len(u.Data); i += 4 { // the sign of a little-endian float32
			u.Data[i] ^= 0x80
		}
	}
	writeModel(t, dir, fmt.Sprintf(`{"model_type":"llama","num_hidden_layers":1,"hidden_size":%d,"num_attention_heads":2,"intermediate_size":24,
		"vocab_size":%d,"max_position_embeddings":8,"tie_word_embeddings":false}`, d, vocab), []safetensors.Tensor{e, u})
	m, err := loader.Open(dir, loader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}
