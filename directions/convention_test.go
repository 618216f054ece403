package directions

import (
	"errors"
	"math"
	"testing"

	"wspec/loader"
	"wspec/spectra"
)

// denseTolerance bounds float64 rounding of numbers near 1.
const denseTolerance = 1e-14

// dense reads a source whole, in two blocks each way.
func tableOf(s spectra.Source) [][]float64 {
	m, n := s.Dims()
	flat := make([]float64, m*n)
	for _, i := range [][2]int{{0, m / 2}, {m / 2, m}} {
		for _, j := range [][2]int{{0, n / 3}, {n / 3, n}} {
			s.Block(flat[i[0]*n+j[0]:], n, i[0], i[1], j[0], j[1])
		}
	}
	rows := make([][]float64, m)
	for i := range rows {
		rows[i] = flat[i*n : (i+1)*n]
	}
	return rows
}

func transpose(w [][]float64) [][]float64 {
	t := make([][]float64, len(w[0]))
	for j := range t {
		t[j] = make([]float64, len(w))
		for i := range w {
			t[j][i] = w[i][j]
		}
	}
	return t
}

// want is what a convention is to do with one side of a matrix, written out:
// rows times the gain, then each column less its mean.
func want(w [][]float64, norm string, gains map[string][]float64, centre bool) [][]float64 {
	out := make([][]float64, len(w))
	for i := range w {
		out[i] = make([]float64, len(w[i]))
		for j := range w[i] {
			out[i][j] = w[i][j]
			if g := gains[norm]; g != nil {
				out[i][j] *= g[i]
			}
		}
	}
	if !centre {
		return out
	}
	for j := range out[0] {
		var mean float64
		for i := range out {
			mean += out[i][j] / float64(len(out))
		}
		for i := range out {
			out[i][j] -= mean
		}
	}
	return out
}

// folds says, for the role of each matrix, the norm before its In side and
// before its Out side, and which sides are residual.
var folds = map[string]struct {
	in, out     string
	left, right bool
}{
	"W_Q": {in: "ln_1", left: true}, "W_K": {in: "ln_1", left: true}, "W_V": {in: "ln_1", left: true},
	"W_in": {in: "ln_2", left: true}, "W_gate": {in: "ln_2", left: true}, "W_U": {in: "ln_f", left: true},
	"W_O": {right: true}, "W_out": {right: true}, "W_E": {right: true}, "W_pos": {right: true},
	"W_OV": {in: "ln_1", left: true, right: true}, "W_QK": {in: "ln_1", out: "ln_1", left: true, right: true},
}

// Folding multiplies gains in where they belong and nowhere else; centring
// takes the mean over d_model away, exactly and from residual sides only; and
// RMSNorm models are never centred.
func TestConventions(t *testing.T) {
	gains := map[string][]float64{}
	for i, norm := range []string{"ln_1", "ln_2", "ln_f"} { // a gain of 2 on one coordinate
		gains[norm] = make([]float64, dModel)
		for j := range gains[norm] {
			gains[norm][j] = 1
		}
		gains[norm][i+3] = 2
	}
	for _, llama := range []bool{false, true} {
		y := untied()
		y.llama, y.gains, y.f64 = llama, gains, true
		m := y.open(t)
		raw := reader(t, m, Raw)
		for _, c := range Conventions() {
			r := reader(t, m, c)
			for i := range m.Matrices {
				checkConvention(t, r, raw, &m.Matrices[i], gains, c == Centered && !llama)
			}
		}
	}
}

func checkConvention(t *testing.T, r, raw *Reader, m *loader.Matrix, gains map[string][]float64, centre bool) {
	t.Helper()
	got, err := r.Sources(m)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := raw.Sources(m)
	if err != nil {
		t.Fatal(err)
	}
	f, known := folds[m.Role]
	if !known {
		t.Fatalf("no expectation for %s", m.Role)
	}
	if r.Convention == Raw {
		gains = nil
	}
	expected := make([][][]float64, len(stored))
	for i := range stored {
		expected[i] = tableOf(stored[i])
	}
	last := len(stored) - 1
	expected[0] = want(expected[0], f.in, gains, centre && f.left)
	expected[last] = transpose(want(transpose(expected[last]), f.out, gains, centre && f.right))
	changes := false
	for k := range got {
		a, b, s := tableOf(got[k]), expected[k], tableOf(stored[k])
		for i := range a {
			for j := range a[i] {
				if !(math.Abs(a[i][j]-b[i][j]) <= denseTolerance) {
					t.Fatalf("%s %s, factor %d, entry %d %d: %v, want %v", r.Convention, m.Label, k, i, j, a[i][j], b[i][j])
				}
				changes = changes || a[i][j] != s[i][j]
			}
		}
		if e, ok := got[k].(spectra.Stored); !ok || e.Epsilon() != 0x1p-52 {
			t.Errorf("%s %s: the storage spacing is lost", r.Convention, m.Label)
		}
	}
	if changes && !r.Changes(m) {
		t.Errorf("%s changes %s and denies it", r.Convention, m.Label)
	}
}

// The tables follow: W_U takes the final norm's gain, W_E takes none, centring
// takes each token's mean.
func TestConventionTables(t *testing.T) {
	y := tiny{gains: map[string][]float64{"ln_f": unit(dModel, 61)}, matrices: map[string]entries{"W_E": noise(nVocab, dModel, 1, 62)}}
	m := y.open(t)
	e := y.matrices["W_E"].row(7, dModel)
	gained := make([]float64, dModel)
	for j := range gained {
		gained[j] = e[j] * float64(float32(y.gains["ln_f"][j]))
	}
	for _, test := range []struct {
		c              Convention
		embed, unembed []float64
	}{{Raw, e, e}, {Folded, e, gained}, {Centered, less(e), less(gained)}} {
		r := reader(t, m, test.c)
		for readout, want := range map[Readout][]float64{Embed: test.embed, Unembed: test.unembed} {
			got := make([]float64, dModel)
			r.tables[readout].read(got, 7, 8)
			for j := range got {
				if !(math.Abs(got[j]-want[j]) <= denseTolerance) {
					t.Fatalf("%s %s: %v, want %v", test.c, readout, got, want)
				}
			}
		}
	}
}

// less returns x less its mean.
func less(x []float64) []float64 {
	var mean float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	y := make([]float64, len(x))
	for i := range x {
		y[i] = x[i] - mean
	}
	return y
}

// What a convention needs and the checkpoint lacks is named.
func TestConventionErrors(t *testing.T) {
	var e *ConventionError
	if _, err := NewReader(untied().open(t), "twisted"); !errors.As(err, &e) || e.Norm != "" {
		t.Errorf("unknown convention: %v", err)
	}
	y := untied()
	y.leaveOut = "ln_f"
	if _, err := NewReader(y.open(t), Folded); !errors.As(err, &e) || e.Norm != "ln_f" || e.Layer != -1 {
		t.Errorf("no final norm: %v", err)
	}
	y.leaveOut = "ln_2"
	m := y.open(t)
	r := reader(t, m, Centered)
	_, err := r.Decompose(matrix(t, m, "L0.W_in"), spectra.Request{Top: 1}, spectra.Options{})
	if !errors.As(err, &e) || e.Norm != "ln_2" || e.Layer != 0 || e.Error() == "" {
		t.Errorf("no norm of the layer: %v", err)
	}
}

// An embedding that cannot be read is refused with its place; one at the edge
// of float32 and beyond is read.
func TestEmbeddingNumbers(t *testing.T) {
	y := untied()
	e := y.matrices["W_E"]
	y.matrices["W_E"] = func(i, j int) float64 {
		if i == 40 && j == 3 {
			return math.NaN()
		}
		return e(i, j)
	}
	var bad *spectra.NonFiniteError
	if _, err := NewReader(y.open(t), Raw); !errors.As(err, &bad) || bad.Row != 40 || bad.Col != 3 {
		t.Errorf("NaN in W_E: %v", err)
	}
	for _, scale := range []float64{1e-200, 1, 1e200} {
		y := untied()
		y.f64 = true
		y.matrices["W_E"] = func(i, j int) float64 { return scale * e(i, j) }
		y.matrices["W_Q"] = outer(1, unit(dModel, 5), unit(dModel, 6))
		d := read(t, reader(t, y.open(t), Raw), "L0.W_Q", 1, ReadOptions{Tokens: 1}).Directions[0]
		first, cosine := d.In.Positive[0], d.In.Others[0].Positive[0]
		if first.ID != d.In.Positive[0].ID || !(first.Score/scale > 0.3 && first.Score/scale < 1) || !(cosine.Score > 0.3 && cosine.Score < 1) {
			t.Errorf("scale %g: %v, %v", scale, first, cosine)
		}
	}
}

// A rank-one reader under a gain: the angle is known, and what no gain
// reaches does not move.
func TestSensitivity(t *testing.T) {
	v := unit(dModel, 81)
	gain, turned := make([]float64, dModel), make([]float64, dModel)
	for j := range gain {
		gain[j] = 1 + 0.5*float64(j%3)
		turned[j] = gain[j] * v[j]
	}
	y := untied()
	y.f64, y.gains = true, map[string][]float64{"ln_1": gain}
	y.matrices["W_Q"] = outer(1, v, unit(dModel, 82))
	m := y.open(t)
	raw, folded, centered := reader(t, m, Raw), reader(t, m, Folded), reader(t, m, Centered)
	angle := math.Acos(inner(v, normalised(turned))) * 180 / math.Pi
	o := ReadOptions{Tokens: 10}
	a, b := read(t, raw, "L0.W_Q", 1, o), read(t, folded, "L0.W_Q", 2, o)
	s := a.Against(b)[0]
	if s.Convention != Folded || s.Match != 0 || !(math.Abs(s.Angle-angle) <= 1e-6) || !(s.Jaccard > 0.2 && s.Jaccard < 1) {
		t.Errorf("sensitivity %+v, want the angle %v", s, angle)
	}
	a, b = read(t, raw, "L0.W_O", 3, o), read(t, folded, "L0.W_O", 3, o)
	for i, s := range a.Against(b) {
		if s.Match != i || s.Angle != 0 && s.Angle > 1e-6 || s.Jaccard != 1 { // ln_f is 1: W_U is as it was
			t.Errorf("W_O does not depend on folding: %+v", s)
		}
	}
	c := read(t, centered, "L0.W_O", 3, o)
	if s := a.Against(c)[0]; !(s.Angle > 0.1) {
		t.Errorf("W_O is not centred: %+v", s)
	}
}
