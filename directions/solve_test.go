package directions

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"wspec/fixtures"
	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

// allDirections decomposes m with all of its directions.
func allDirections(t *testing.T, r *Reader, m *loader.Matrix) *spectra.Decomposition {
	t.Helper()
	rows, cols := m.Dims()
	d, err := r.Decompose(m, spectra.Request{Top: min(rows, cols)}, spectra.Options{})
	if err != nil {
		t.Fatalf("%s: %v", m.Label, err)
	}
	return d
}

// wishes returns one for each kind of Out side, ok if there is one.
func wishFor(m *loader.Matrix) (w Wish, ok bool) {
	switch m.Out {
	case loader.Residual, loader.Vocab:
		return Wish{Tokens: []int{465, 904}}, true
	case loader.MLP:
		return Wish{Neurons: []int{7}}, true
	}
	return w, false
}

// TestSolveBeatsRandomInputs: on every matrix of the fixture no random input
// of the same norm, of 10,000, comes nearer to the target, in any of three norms.
func TestSolveBeatsRandomInputs(t *testing.T) {
	const inputs = 10_000
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r, err := NewReader(m, Raw)
	if err != nil {
		t.Fatal(err)
	}
	fast := linalg.NewBLAS(2)
	noise := spectra.Gaussian(inputs, 256, spectra.Stream(1, "inputs")).RawMatrix().Data
	asked, refused := 0, 0
	for i := range m.Matrices {
		x := &m.Matrices[i]
		w, ok := wishFor(x)
		if !ok { // head space: there is nothing to ask for but a vector
			refused++
			w.Tokens = []int{465}
			if _, err := r.Output(x, w); !errors.As(err, new(*SpaceError)) {
				t.Errorf("%s: %v", x.Label, err)
			}
			continue
		}
		asked++
		y, err := r.Output(x, w)
		if err != nil {
			t.Fatalf("%s: %v", x.Label, err)
		}
		d := allDirections(t, r, x)
		free, err := d.Solve(y, spectra.SolveOptions{})
		if err != nil {
			t.Fatalf("%s: %v", x.Label, err)
		}
		k := len(d.Sigma)
		// Of W_E, d_in 2048, only inputs within the span of In: others lose length.
		images := make([]float64, inputs*len(y))
		right := mat.DenseCopyOf(d.Out.T()) // diag(σ)·Outᵀ
		for a := range k {
			for b := range len(y) {
				right.Set(a, b, d.Sigma[a]*right.At(a, b))
			}
		}
		fast.Dgemm(blas.NoTrans, blas.NoTrans, inputs, len(y), k, 1, noise, 256, right.RawMatrix().Data, len(y), 0, images, len(y))
		for _, part := range []float64{1, 0.3, 0.01} {
			s, err := d.Solve(y, spectra.SolveOptions{Norm: part * free.Norm})
			if err != nil {
				t.Fatalf("%s: %v", x.Label, err)
			}
			if got := norm(s.X); math.Abs(got/(part*free.Norm)-1) > 1e-9 {
				t.Errorf("%s: norm %g for %g", x.Label, got, part*free.Norm)
			}
			best := math.Inf(1)
			for row := range inputs {
				in, out := noise[row*256:][:k], images[row*len(y):][:len(y)]
				f, miss := s.Norm/norm(in), 0.0
				for j, v := range out {
					miss += (f*v - y[j]) * (f*v - y[j])
				}
				best = min(best, math.Sqrt(miss)/norm(y))
			}
			if !(s.Residual < best) {
				t.Errorf("%s at %g: residual %g, a random input reaches %g", x.Label, part, s.Residual, best)
			}
		}
	}
	if asked < 40 || refused < 40 {
		t.Errorf("%d matrices were asked, %d refused", asked, refused)
	}
}

// TestOutput: what is asked for is the token's vector about the mean, by its definition; of
// several the sum or the mean; and nothing of what is excluded.
func TestOutput(t *testing.T) {
	m := untied().open(t)
	r := reader(t, m, Raw)
	find := func(label string) *loader.Matrix {
		i := slices.IndexFunc(m.Matrices, func(x loader.Matrix) bool { return x.Label == label })
		if i < 0 {
			t.Fatal("no ", label)
		}
		return &m.Matrices[i]
	}
	out := func(label string, w Wish) []float64 {
		y, err := r.Output(find(label), w)
		if err != nil {
			t.Fatal(err)
		}
		return y
	}
	centred := func(table *mat.Dense, id int) []float64 {
		rows, cols := table.Dims()
		y := make([]float64, cols)
		for j := range y {
			for i := range rows {
				y[j] -= table.At(i, j) / float64(rows)
			}
			y[j] += table.At(id, j)
		}
		return y
	}
	near := func(name string, got, want []float64) {
		t.Helper()
		for i := range want {
			if len(got) != len(want) || !(math.Abs(got[i]-want[i]) <= 1e-12) {
				t.Fatalf("%s: %v, want %v", name, got, want)
			}
		}
	}
	unembed := mat.DenseCopyOf(dense(find("W_U").Factors[0]).T())
	embed := dense(find("W_E").Factors[0])
	a, b := centred(unembed, 5), centred(unembed, 9)
	near("W_out", out("L0.W_out", Wish{Tokens: []int{5}}), a)
	near("QK", out("L0.W_QK.H1", Wish{Tokens: []int{5}}), centred(embed, 5))
	sum := slices.Clone(a)
	add(sum, 1, b)
	near("sum", out("L0.W_OV.H1", Wish{Tokens: []int{5, 9}}), sum)
	scale(sum, 0.5)
	near("mean", out("L0.W_OV.H1", Wish{Tokens: []int{5, 9}, Mean: true}), sum)
	logits := out("W_U", Wish{Tokens: []int{5}})
	if len(logits) != nVocab || math.Abs(logits[5]-1+1.0/nVocab) > 1e-15 || math.Abs(logits[6]+1.0/nVocab) > 1e-15 {
		t.Error(logits)
	}
	neuron := out("L0.W_in", Wish{Neurons: []int{3, 3, 4}})
	if neuron[3] != 2 || neuron[4] != 1 || neuron[0] != 0 {
		t.Error(neuron)
	}
	if zero, err := r.Written(find("L0.W_out"), make([]float64, dModel), []int{9}); err != nil || zero[0] != 0 {
		t.Error(zero, err)
	}
}

// TestDecomposeWithout: no output has a component along an excluded token, the
// best one reaches as much as a constrained search in the dense matrix, and
// other outputs stay within reach.
func TestDecomposeWithout(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	for _, label := range []string{"L0.W_out", "L0.W_OV.H1", "L0.W_QK.H2", "W_U"} {
		m := matrix(t, r.model, label)
		rows, cols := m.Dims()
		exclude := []int{9, 11, 9}
		d, err := r.DecomposeWithout(m, exclude, spectra.Request{Top: min(rows, cols)}, spectra.Options{})
		if err != nil {
			t.Fatalf("%s: %v", label, err)
		}
		y, err := r.Output(m, Wish{Tokens: []int{5}, Exclude: exclude})
		if err != nil {
			t.Fatal(err)
		}
		before, err := allDirections(t, r, m).Solve(y, spectra.SolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range []spectra.SolveOptions{{}, {Norm: 0.1 * before.Norm}} {
			s, err := d.Solve(y, o)
			if err != nil {
				t.Fatal(err)
			}
			left, err := r.Written(m, s.Achieved, exclude)
			if err != nil || math.Abs(left[0]) > 1e-10 || math.Abs(left[1]) > 1e-10 || s.Cosine < 0.1 {
				t.Errorf("%s: excluded tokens at %v, %v; the target at %v", label, left, err, s.Cosine)
			}
			if o.Norm == 0 {
				if want := constrained(t, r, m, y, exclude); math.Abs(s.Residual-want) > 1e-9 || s.Residual < before.Residual {
					t.Errorf("%s: residual %v, want %v", label, s.Residual, want)
				}
			}
		}
	}
	if _, err := r.DecomposeWithout(matrix(t, r.model, "W_U"), []int{-1}, spectra.Request{Top: 1}, spectra.Options{}); !errors.As(err, new(*TokenError)) {
		t.Error(err)
	}
}

// constrained returns the least residual of a dense m with its output
// orthogonal to the tokens: the norm of what lies outside the span of m's rows
// within their complement.
func constrained(t *testing.T, r *Reader, m *loader.Matrix, y []float64, tokens []int) float64 {
	d := allDirections(t, r, m)
	reach := mat.NewDense(len(y), 0+len(d.Sigma), nil)
	k := 0
	for k < len(d.Sigma) && d.Sigma[k] > d.Floor.Level() {
		reach.SetCol(k, mat.Col(nil, k, d.Out))
		k++
	}
	out := mat.DenseCopyOf(reach.Slice(0, len(y), 0, k))
	// Within the reach, the component of each token is to vanish.
	inside := mat.NewDense(k, len(tokens), nil)
	x := make([]float64, len(y))
	for j, id := range tokens {
		if err := r.token(x, m, id); err != nil {
			t.Fatal(err)
		}
		var c mat.VecDense
		c.MulVec(out.T(), mat.NewVecDense(len(x), slices.Clone(x)))
		inside.SetCol(j, c.RawVector().Data)
	}
	var c mat.VecDense
	c.MulVec(out.T(), mat.NewVecDense(len(y), slices.Clone(y)))
	z := c.RawVector().Data
	for _, q := range orthonormal(inside) {
		add(z, -dot(z, q), q)
	}
	size := norm(y)
	return math.Sqrt(max(size*size-dot(z, z), 0)) / size
}

// TestOthers: rows are targets of other tokens or neurons, none of those left out.
func TestOthers(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	m := matrix(t, r.model, "L0.W_in")
	y, err := r.Others(m, Wish{Neurons: []int{3}}, 200, OthersOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	drawn := map[int]int{}
	for i := range 200 {
		row := y.RawRowView(i)
		at := slices.Index(row, 1)
		if at < 0 || norm(row) != 1 {
			t.Fatal(row)
		}
		drawn[at]++
	}
	if drawn[3] > 0 || len(drawn) != dMLP-1 {
		t.Errorf("neurons drawn: %v", drawn)
	}
	w := matrix(t, r.model, "L0.W_out")
	skip := make([]bool, nVocab)
	for id := range skip {
		skip[id] = id > 6
	}
	if y, err = r.Others(w, Wish{Tokens: []int{0}, Exclude: []int{1}}, 50, OthersOptions{Skip: skip}); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		cosines, err := r.Written(w, y.RawRowView(i), []int{2, 3, 4, 5, 6})
		if err != nil || slices.Max(cosines) < 1-1e-12 {
			t.Errorf("row %d is none of the five tokens: %v, %v", i, cosines, err)
		}
	}
	if y, err := r.Others(w, Wish{Tokens: []int{0, 1, 2, 3}}, 5, OthersOptions{Skip: skip}); y != nil || err != nil {
		t.Error("too few to draw from:", y, err)
	}
}

func TestOutputErrors(t *testing.T) {
	m := untied().open(t)
	r := reader(t, m, Raw)
	for _, x := range []struct {
		label string
		wish  Wish
		want  any
		text  string
	}{
		{"L0.W_Q", Wish{Tokens: []int{1}}, new(*SpaceError), "the out side of L0.W_Q is in head space, which has no token readout"},
		{"L0.W_in", Wish{Tokens: []int{1}}, new(*SpaceError), "mlp space"},
		{"L0.W_Q", Wish{Neurons: []int{1}}, new(*WishError), "its Out side is in head space and has no neurons"},
		{"L0.W_out", Wish{}, new(*WishError), "nothing is asked for"},
		{"L0.W_out", Wish{Tokens: []int{1}, Neurons: []int{1}}, new(*WishError), "not of one space"},
		{"L0.W_in", Wish{Neurons: []int{1}, Exclude: []int{1}}, new(*WishError), "only tokens can be excluded"},
		{"L0.W_in", Wish{Neurons: []int{99999}}, new(*WishError), "out of range"},
		{"L0.W_out", Wish{Tokens: []int{1}, Exclude: []int{1}}, new(*WishError), "asked for and excluded at once"},
		{"L0.W_out", Wish{Tokens: []int{-1}}, new(*TokenError), "out of range"},
		{"W_U", Wish{Tokens: []int{nVocab}}, new(*TokenError), "out of range"},
	} {
		i := slices.IndexFunc(m.Matrices, func(m loader.Matrix) bool { return m.Label == x.label })
		_, err := r.Output(&m.Matrices[i], x.wish)
		if err == nil || !errors.As(err, x.want) || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s %+v: %v", x.label, x.wish, err)
		}
	}
}

// TestReadVector: at a direction it says what Read says of that, and scores grow with the vector.
func TestReadVector(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	for _, label := range []string{"L0.W_in", "L0.W_out"} {
		x := read(t, r, label, 1, ReadOptions{Tokens: 4})
		v := x.Vector(In, 0)
		want := x.Directions[0].In
		scale(v, 3)
		got, err := r.ReadVector(x.Matrix, In, v, ReadOptions{Tokens: 4})
		if err != nil || got.Space != want.Space || got.Readout != want.Readout || len(got.Positive) != len(want.Positive) {
			t.Fatalf("%s: %+v, %v", label, got, err)
		}
		for i, p := range want.Positive {
			if got.Positive[i].ID != p.ID || math.Abs(got.Positive[i].Score-3*p.Score) > 3*scoreTolerance {
				t.Errorf("%s: %v, want three times %v", label, got.Positive[i], p)
			}
		}
		if math.Abs(got.Mean-3*want.Mean) > 3*scoreTolerance {
			t.Errorf("%s: mean %v, want %v", label, got.Mean, 3*want.Mean)
		}
	}
}
