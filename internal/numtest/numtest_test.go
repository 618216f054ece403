package numtest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// A suite that cannot fail is worth nothing: each fault must be told.
func TestSuiteTellsFaults(t *testing.T) {
	right := func(w matrix) []float64 {
		var svd mat.SVD
		m := dense(w)
		if m.IsEmpty() || !svd.Factorize(m, mat.SVDNone) {
			return make([]float64, min(w.rows, w.cols))
		}
		return svd.Values(nil)
	}
	faults := map[string]func(w matrix, s []float64) []float64{
		"":           func(_ matrix, s []float64) []float64 { return s },
		"off":        func(_ matrix, s []float64) []float64 { s[1] *= 1 - 1e-12; return s },
		"nan":        func(_ matrix, s []float64) []float64 { s[4] = math.NaN(); return s },
		"short":      func(_ matrix, s []float64) []float64 { return s[:4] },
		"order":      func(_ matrix, s []float64) []float64 { slices.Reverse(s); return s },
		"overwrites": func(w matrix, s []float64) []float64 { w.data[w.start] = 7; return s },
	}
	sigma := []float64{1, 0.8, 0.6, 0.4, 0.2}
	for name, fault := range faults {
		v := Values{Power: 1}
		w := poisoned(7, 5, WithSpectrum(7, 5, sigma, 1))
		problem := v.problem(w, sigma, func(Source) ([]float64, error) { return fault(w, right(w)), nil })
		if (problem != "") != (name != "") {
			t.Errorf("fault %q: the suite says %q", name, problem)
		}
	}
}

func dense(w matrix) *mat.Dense {
	if w.rows == 0 || w.cols == 0 {
		return &mat.Dense{}
	}
	d := mat.NewDense(w.rows, w.cols, nil)
	raw := d.RawMatrix()
	w.Block(raw.Data, raw.Stride, 0, w.rows, 0, w.cols)
	return d
}

// The order is strict where the distance from the answer is not.
func TestDescending(t *testing.T) {
	for _, test := range []struct {
		x    []float64
		want bool
	}{
		{nil, true},
		{[]float64{1, 1, 0}, true},
		{[]float64{1, math.Nextafter(1, 2)}, false},
		{[]float64{math.NaN()}, false},
		{[]float64{1, math.NaN()}, false},
		{[]float64{math.Inf(1), 1}, false},
	} {
		if got := descending(test.x); got != test.want {
			t.Errorf("descending(%v) = %v", test.x, got)
		}
	}
}

// Reading a neighbour, or past the block, must give NaN.
func TestPoison(t *testing.T) {
	w := poisoned(2, 3, mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6}))
	nan := 0
	for _, v := range w.data {
		if math.IsNaN(v) {
			nan++
		}
	}
	if want := len(w.data) - 6; nan != want {
		t.Errorf("%d NaN around the matrix, want %d", nan, want)
	}
	Blocks(t, w, dense(w))
}

func TestHaarAndResidual(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, shape := range [][2]int{{1, 1}, {5, 3}, {64, 64}, {150, 17}} {
		in, out := Haar(shape[0], shape[1], rng), Haar(shape[1], shape[1], rng)
		if ratio := Orthogonality(in); !(ratio <= MaxRatio) {
			t.Errorf("%v: orthogonality %.3g, want ≤ %v", shape, ratio, MaxRatio)
		}
		sigma := linear(shape[1])
		w := compose(in, sigma, out)
		if ratio := Residual(w, in, sigma, out); !(ratio <= MaxRatio) {
			t.Errorf("%v: residual %.3g, want ≤ %v", shape, ratio, MaxRatio)
		}
		sigma[0] *= 1 + 1e-11
		if ratio := Residual(w, in, sigma, out); ratio <= MaxRatio {
			t.Errorf("%v: residual of a wrong σ is %.3g, should pass %v", shape, ratio, MaxRatio)
		}
		in.Set(0, 0, in.At(0, 0)+1e-10)
		if ratio := Orthogonality(in); ratio <= MaxRatio {
			t.Errorf("%v: orthogonality of a bent matrix is %.3g, should pass %v", shape, ratio, MaxRatio)
		}
	}
}

// compose multiplies In·diag(sigma)·Outᵀ by gonum's own product.
func compose(in *mat.Dense, sigma []float64, out *mat.Dense) *mat.Dense {
	var w mat.Dense
	w.Product(in, mat.NewDiagDense(len(sigma), sigma), out.T())
	return &w
}

// The entries of HDH are known by hand for n = 2: (a+b, a−b; a−b, a+b).
func TestHadamard(t *testing.T) {
	want := mat.NewDense(2, 2, []float64{8, 2, 2, 8})
	if got := Hadamard([]float64{5, 3}); !mat.Equal(got, want) {
		t.Errorf("Hadamard(5, 3) = %v", mat.Formatted(got))
	}
	var svd mat.SVD
	svd.Factorize(Hadamard([]float64{8, 4, 2, 1}), mat.SVDNone)
	if ratio := SpectrumRatio(svd.Values(nil), []float64{32, 16, 8, 4}, 4); !(ratio <= MaxRatio) {
		t.Errorf("ratio %.3g, want ≤ %v", ratio, MaxRatio)
	}
}

func TestShapesAreSpectra(t *testing.T) {
	for _, s := range Shapes() {
		for _, r := range Sides() {
			sigma := s.Sigma(r)
			if len(sigma) != r || !descending(sigma) || r > 0 && sigma[r-1] < 0 {
				t.Errorf("%s: %v is no spectrum of length %d", s.Name, sigma, r)
			}
		}
	}
}
