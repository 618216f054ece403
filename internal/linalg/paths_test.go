package linalg

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/numtest"
)

// testKernels returns the kernels for large tests: all, but not plain Go under
// the race detector where there is another. What it would see is the same.
func testKernels() []*kernel {
	all := kernels()
	if raceDetector && len(all) > 1 {
		return all[:len(all)-1]
	}
	return all
}

// eachPath runs a test on every kernel that this processor has, with several
// workers: TestThreadsDoNotShow says that one gives the same.
func eachPath(t *testing.T, f func(t *testing.T, e *engine)) {
	for _, k := range testKernels() {
		t.Run(k.name, func(t *testing.T) {
			f(t, newEngine(k, 3))
		})
	}
}

func TestGramValuesPaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		numtest.Values{Power: 2, Of: func(w numtest.Source) ([]float64, error) {
			lambda, err := e.gramValues(w, 1)
			for i := range lambda { // rounding may leave small λ negative
				lambda[i] = max(lambda[i], 0)
			}
			return lambda, err
		}}.Run(t)
	})
}

// Small matrices take the two stages too.
func TestTwoStagePaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		e.twoStage, e.width, e.wave = 1, 8, 1
		numtest.Values{Power: 2, Of: func(w numtest.Source) ([]float64, error) {
			lambda, err := e.gramValues(w, 1)
			for i := range lambda {
				lambda[i] = max(lambda[i], 0)
			}
			return lambda, err
		}}.Run(t)
	})
}

func TestDirectValuesPaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		e.stack = 64 // several blocks of rows where the suite has 150 and 300
		numtest.Values{Power: 1, Of: func(w numtest.Source) ([]float64, error) {
			return e.directValues(w, 1)
		}}.Run(t)
	})
}

// RᵀR = WᵀW for matrices that come in many blocks of rows.
func TestRFactorPaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		e.stack = 8
		for _, shape := range [][2]int{{300, 3}, {40, 1}, {150, 64}, {999, 70}, {3, 5}} {
			w := numtest.WithSpectrum(shape[0], shape[1], numtest.Graded(1e-3)(min(shape[0], shape[1])), 5)
			for _, s := range []Source{Dense(w), Transpose(Dense(mat.DenseCopyOf(w.T())))} {
				r, err := e.rFactor(s, 2)
				if err != nil {
					t.Fatal(err)
				}
				var a, b mat.Dense
				a.Mul(r.T(), r)
				b.Mul(w.T(), w)
				b.Scale(4, &b)
				a.Sub(&a, &b)
				ratio := mat.Norm(&a, 1) / (mat.Norm(&b, 1) * float64(shape[0]) * numtest.Epsilon)
				if !(ratio <= numtest.MaxRatio) {
					t.Errorf("%v: ‖RᵀR − 4WᵀW‖ ratio %.3g, want ≤ %v", shape, ratio, numtest.MaxRatio)
				}
			}
		}
	})
}

// checkDirections compares the leading directions with the spectrum that w
// was made of, and with w itself, through numbers that they did not measure.
func checkDirections(t *testing.T, e *engine, sigma []float64, shape [2]int) {
	t.Helper()
	w := numtest.WithSpectrum(shape[0], shape[1], sigma, 9)
	k := min(shape[0], shape[1], 20)
	d, err := e.topVectors(Dense(w), k, 1)
	if err != nil {
		t.Fatal(err)
	}
	side := max(shape[0], shape[1])
	if ratio := numtest.SpectrumRatio(d.Sigma, sigma[:k], side); !(ratio <= numtest.MaxRatio) {
		t.Errorf("%v: σ ratio %.3g", shape, ratio)
	}
	for name, q := range map[string]*mat.Dense{"In": d.In, "Out": d.Out} {
		if ratio := numtest.Orthogonality(q); !(ratio <= numtest.MaxRatio) {
			t.Errorf("%v: %s orthogonality ratio %.3g", shape, name, ratio)
		}
	}
	var image mat.Dense
	image.Mul(d.In.T(), w)
	for i := range k {
		for j := range shape[1] {
			image.Set(i, j, image.At(i, j)-d.Sigma[i]*d.Out.At(j, i))
		}
	}
	// What the Gram matrix knows of a direction is relative to σ₁².
	bound := numtest.MaxRatio * float64(side) * numtest.Epsilon * min(sigma[0]/max(sigma[k-1], 1e-300), 1e8)
	if sigma[0] == 0 {
		bound = numtest.MaxRatio * float64(side) * numtest.Epsilon
	}
	if r := mat.Norm(&image, 2) / max(sigma[0], 1e-300); !(r <= bound) {
		t.Errorf("%v: residual %.3g, want ≤ %.3g", shape, r, bound)
	}
	if !(d.Residual <= bound) || !(d.Orthogonality <= numtest.MaxRatio*float64(side)*numtest.Epsilon) {
		t.Errorf("%v: measured residual %.3g, orthogonality %.3g, want ≤ %.3g", shape, d.Residual, d.Orthogonality, bound)
	}
}

func TestTopVectorsPaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		for i, s := range numtest.Shapes() {
			e.twoStage, e.width, e.wave = 1000*(i/2%2), 8+8*(i%2), 1 // both ways
			for _, shape := range [][2]int{{1, 1}, {2, 1}, {3, 2}, {5, 17}, {64, 64}, {40, 100}} {
				checkDirections(t, e, s.Sigma(min(shape[0], shape[1])), shape)
			}
		}
	})
}

// The values of a product are those of the matrix it forms.
func TestProductSpectrumPaths(t *testing.T) {
	eachPath(t, func(t *testing.T, e *engine) {
		e.stack = 16
		for _, dim := range [][3]int{{1, 1, 1}, {64, 8, 50}, {7, 30, 5}, {5, 3, 40}, {100, 30, 80}, {150, 17, 64}} {
			for _, last := range []float64{0.3, 1e-2, 1e-3, 1e-12} { // once, twice, and not by Cholesky
				a := numtest.WithSpectrum(dim[0], dim[1], numtest.Graded(last)(min(dim[0], dim[1])), 1)
				b := numtest.WithSpectrum(dim[1], dim[2], numtest.Graded(last)(min(dim[1], dim[2])), 2)
				var ab, scaled mat.Dense
				ab.Mul(a, b)
				want, _ := e.directValues(Dense(&ab), 3)
				scaled.Scale(3, a)
				left, right := factorBothWays(t, e, Dense(&scaled)), factorBothWays(t, e, Transpose(Dense(b)))
				got, err := e.productSpectrum(left, right)
				if err != nil {
					t.Fatal(err)
				}
				norms := [2]float64{left.Norm, right.Norm}
				if off := math.Abs(norms[0]-3) + math.Abs(norms[1]-1); !(off <= numtest.MaxRatio*numtest.Epsilon*math.Sqrt(float64(max(dim[0], dim[2])))) {
					t.Errorf("%v to %v: norms %v, want 3 and 1", dim, last, norms)
				}
				want = want[:min(dim[0], dim[1], dim[2])]
				if ratio := numtest.SpectrumRatio(got, want, max(dim[0], dim[1], dim[2])); !(ratio <= numtest.MaxRatio) {
					t.Errorf("%v to %v: ratio %.3g, want ≤ %v", dim, last, ratio, numtest.MaxRatio)
				}
			}
		}
	})
}

// factorBothWays checks that R is the same, to the bit, from a Gram matrix at
// hand, also one formed of the transpose.
func factorBothWays(t *testing.T, e *engine, w Source) *Factor {
	t.Helper()
	f, err := e.newFactor(w, 1)
	if err != nil {
		t.Fatal(err)
	}
	m, n := w.Dims()
	if m < n {
		return f
	}
	for _, from := range []Source{w, Transpose(Transpose(w))} {
		if again := e.newGram(from, 1).Factor(w); !slices.Equal(again.r.data, f.r.data) {
			t.Errorf("%d × %d: another R from the Gram matrix", m, n)
		}
	}
	return f
}

// Results are the same to the bit for any number of workers, and for a matrix
// and its transpose.
func TestThreadsDoNotShow(t *testing.T) {
	w := mat.NewDense(290, 260, randoms(290*260, 8))
	for _, k := range testKernels() {
		var first []float64
		for _, threads := range []int{1, 2, 5} {
			for _, s := range []Source{Dense(w), Transpose(Dense(mat.DenseCopyOf(w.T()))), Dense(mat.DenseCopyOf(w.T()))} {
				var all []float64
				fresh := func() *engine {
					e := newEngine(k, threads)
					e.twoStage, e.wave = 1, 1
					return e
				}
				gram, _ := fresh().gramValues(s, 0.5)
				all = append(all, gram...)
				if m, _ := s.Dims(); m == 290 {
					direct, _ := fresh().directValues(s, 0.5)
					d, _ := fresh().topVectors(s, 5, 0.5)
					all = append(append(all, direct...), d.In.RawMatrix().Data...)
				}
				n := min(len(all), max(len(first), len(gram)))
				if first == nil {
					first = all
				}
				if !slices.Equal(all[:n], first[:n]) {
					t.Errorf("%s: %d threads: results differ", k.name, threads)
				}
			}
		}
	}
}
