package linalg_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
)

// The conformance suite, for values and for their squares.

func TestDirectValues(t *testing.T) {
	numtest.Values{Power: 1, Of: func(w numtest.Source) ([]float64, error) {
		return direct(w, 1, 1)
	}}.Run(t)
}

func TestGramValues(t *testing.T) {
	numtest.Values{Power: 2, Of: func(w numtest.Source) ([]float64, error) {
		lambda, err := linalg.GramValues(w, 1, 1)
		for i := range lambda { // rounding may leave small λ negative
			lambda[i] = max(lambda[i], 0)
		}
		return lambda, err
	}}.Run(t)
}

// σ of R are those of W: the factor as a whole is right up to a rotation.
func TestRFactorValues(t *testing.T) {
	numtest.Values{Power: 1, Of: func(w numtest.Source) ([]float64, error) {
		r, err := linalg.RFactor(w, 1, 1, nil)
		if err != nil {
			return nil, err
		}
		if r.IsEmpty() { // its shape is lost
			return make([]float64, min(w.Dims())), nil
		}
		return direct(linalg.Dense(r), 1, 1)
	}}.Run(t)
}

// R is upper trapezoidal, min(m, n) × n, and RᵀR = WᵀW, also when the rows
// come in several blocks.
func TestRFactor(t *testing.T) {
	for _, rows := range numtest.Sides()[1:] {
		for _, cols := range numtest.Sides()[1:] {
			w := numtest.WithSpectrum(rows, cols, numtest.Graded(1e-2)(min(rows, cols)), 3)
			r, err := linalg.RFactor(linalg.Dense(w), 4, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			if m, n := r.Dims(); m != min(rows, cols) || n != cols {
				t.Fatalf("%d×%d: R is %d×%d", rows, cols, m, n)
			}
			checkTriangular(t, r)
			if ratio := gramRatio(r, w, 4); !(ratio <= numtest.MaxRatio) {
				t.Errorf("%d×%d: ‖RᵀR − 16·WᵀW‖ ratio %.3g, want ≤ %v", rows, cols, ratio, numtest.MaxRatio)
			}
		}
	}
}

func checkTriangular(t *testing.T, r *mat.Dense) {
	t.Helper()
	m, n := r.Dims()
	for i := range m {
		for j := range min(i, n) {
			if r.At(i, j) != 0 {
				t.Fatalf("R[%d, %d] = %v below the diagonal", i, j, r.At(i, j))
			}
		}
	}
}

// gramRatio returns ‖RᵀR − scale²·WᵀW‖₁/(‖scale²·WᵀW‖₁·max(m, n)·ε).
func gramRatio(r, w *mat.Dense, scale float64) float64 {
	var got, want mat.Dense
	got.Mul(r.T(), r)
	want.Mul(w.T(), w)
	want.Scale(scale*scale, &want)
	norm := mat.Norm(&want, 1)
	got.Sub(&got, &want)
	rows, cols := w.Dims()
	return mat.Norm(&got, 1) / (norm * float64(max(rows, cols)) * numtest.Epsilon)
}

func TestSources(t *testing.T) {
	for _, rows := range []int{0, 1, 33, 70} {
		for _, cols := range []int{0, 1, 32, 65} {
			w := layout(rows, cols)
			numtest.Blocks(t, linalg.Dense(w), w)
			numtest.Blocks(t, linalg.Transpose(linalg.Transpose(linalg.Dense(w))), w)
			numtest.Blocks(t, linalg.Transpose(linalg.Dense(w)), transpose(w))
		}
	}
}

// layout has entries that tell every position: 1000·row + column.
func layout(rows, cols int) *mat.Dense {
	if rows == 0 || cols == 0 {
		return &mat.Dense{}
	}
	w := mat.NewDense(rows, cols, nil)
	w.Apply(func(i, j int, _ float64) float64 { return float64(1000*i + j) }, w)
	return w
}

func transpose(w *mat.Dense) *mat.Dense {
	if w.IsEmpty() {
		return w
	}
	return mat.DenseCopyOf(w.T())
}

func direct(w linalg.Source, scale float64, threads int) ([]float64, error) {
	return linalg.DirectValues(w, scale, threads, nil)
}

// values are the two routes from a source to its spectrum.
func values() map[string]func(linalg.Source, float64, int) ([]float64, error) {
	return map[string]func(linalg.Source, float64, int) ([]float64, error){
		"gram": linalg.GramValues, "direct": direct,
	}
}

// Transposing changes no bit, nor does the number of threads; scaling by a
// power of two changes exponents alone.
func TestExactInvariances(t *testing.T) {
	for _, shape := range [][2]int{{300, 17}, {150, 64}, {5, 64}} {
		w := linalg.Dense(numtest.WithSpectrum(shape[0], shape[1], numtest.Graded(1e-3)(min(shape[0], shape[1])), 5))
		for name, of := range values() {
			want := must(t, of, w, 1, 1)
			if got := must(t, of, linalg.Transpose(w), 1, 1); !slices.Equal(got, want) {
				t.Errorf("%s %v: the transpose has other values", name, shape)
			}
			if got := must(t, of, w, 1, 8); !slices.Equal(got, want) {
				t.Errorf("%s %v: eight threads give other values", name, shape)
			}
			got := must(t, of, w, 0x1p-20, 1)
			for i := range got {
				power := 20 * int(map[string]int{"gram": 2, "direct": 1}[name])
				if math.Ldexp(got[i], power) != want[i] {
					t.Errorf("%s %v: scaling changed value %d", name, shape, i)
				}
			}
		}
	}
}

func must(t *testing.T, of func(linalg.Source, float64, int) ([]float64, error), w linalg.Source, scale float64, threads int) []float64 {
	t.Helper()
	v, err := of(w, scale, threads)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// A number that is not finite must not come out as garbage or a panic.
func TestNonFinite(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		w := layout(20, 7)
		w.Set(13, 4, bad)
		for name, of := range values() {
			if v, err := of(linalg.Dense(w), 1, 1); err != linalg.ErrNoConvergence {
				t.Errorf("%s with %v: %v, %v", name, bad, v, err)
			}
		}
		if r, err := linalg.RFactor(linalg.Dense(w), 1, 1, nil); err != linalg.ErrNoConvergence {
			t.Errorf("RFactor with %v: %v, %v", bad, r, err)
		}
	}
}

// What is allocated in all cannot be less than what is held at once.
func TestFootprint(t *testing.T) {
	for _, shape := range [][2]int{{1, 1}, {2000, 3}, {300, 300}, {1000, 64}, {150, 100}} {
		w := linalg.Dense(layout(shape[0], shape[1]))
		bound := linalg.Footprint(shape[0], shape[1])
		for name, of := range values() {
			if got := allocated(func() { must(t, of, w, 1, 1) }); got > bound {
				t.Errorf("%s %v: %d bytes, footprint %d", name, shape, got, bound)
			}
		}
		bound = linalg.FactorFootprint(shape[0], shape[1])
		if got := allocated(func() { linalg.RFactor(w, 1, 1, nil) }); got > bound {
			t.Errorf("RFactor %v: %d bytes, footprint %d", shape, got, bound)
		}
	}
}

// allocated returns the least number of bytes allocated by f in a few calls:
// the counter is the process's, and others allocate too.
func allocated(f func()) int64 {
	least := int64(math.MaxInt64)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, int64(after.TotalAlloc-before.TotalAlloc))
	}
	return least
}
