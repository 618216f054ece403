package spectra_test

import (
	"errors"
	"math"
	"runtime"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// The first bad entry is the first in row-major order, though the matrix is not
// read in that order: row 140 is in the second band of tiles, column 600 in the
// third tile across, and row 141 comes later but further left.
func TestNonFinitePosition(t *testing.T) {
	for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		w := mat.NewDense(200, 700, nil)
		w.Set(141, 3, bad)
		w.Set(140, 600, bad)
		w.Set(140, 650, 1)
		_, err := spectra.Values(linalg.Dense(w), spectra.Options{})
		checkPosition(t, err, 140, 600, bad)
		_, err = spectra.Values(linalg.Transpose(linalg.Dense(w)), spectra.Options{})
		checkPosition(t, err, 3, 141, bad)
		_, err = spectra.ProductValues(identity(200), linalg.Dense(w), spectra.Options{})
		checkPosition(t, err, 140, 600, bad)
	}
}

func checkPosition(t *testing.T, err error, row, col int, value float64) {
	t.Helper()
	var e *spectra.NonFiniteError
	if !errors.As(err, &e) {
		t.Fatalf("%v: error is %v", value, err)
	}
	if e.Row != row || e.Col != col || math.Float64bits(e.Value) != math.Float64bits(value) {
		t.Errorf("%v, want row %d column %d %v", e, row, col, value)
	}
}

// Entries of one binade have one spacing, so the floor is known by hand; the
// zeros count as exact.
func TestDTypeFloorByHand(t *testing.T) {
	w := mat.NewDense(4, 9, nil)
	for i := range 4 {
		for j := range 9 {
			w.Set(i, j, []float64{3, -2.5, 0}[j%3]) // ⌊log₂⌋ = 1, and exact
		}
	}
	ulp := 2 * epsilonBF16
	want := math.Sqrt(ulp*ulp/12*2/3) * (2 + 3)
	s := values(t, stored{linalg.Dense(w), epsilonBF16})
	if !(math.Abs(s.Floor.DType/want-1) <= 1e-12) {
		t.Errorf("dtype floor %v, want %v", s.Floor.DType, want)
	}
	if s := values(t, linalg.Dense(w)); s.Floor.DType != 0 {
		t.Errorf("dtype floor %v of unknown storage, want 0", s.Floor.DType)
	}
	// First order: each factor's error, stretched by the other.
	p := product(t, stored{linalg.Dense(w), epsilonBF16}, stored{identity(9), epsilonBF16})
	sd := math.Sqrt(epsilonBF16 * epsilonBF16 / 12 / 9)
	if sum := want + s.Sigma[0]*sd*6; !(math.Abs(p.Floor.DType/sum-1) <= 1e-12) {
		t.Errorf("product's dtype floor %v, want %v", p.Floor.DType, sum)
	}
}

// What rounding to BF16 really does to σ is under the floor, and not far under:
// the norm of the actual error is within a tenth of the estimate.
func TestDTypeFloorMeasured(t *testing.T) {
	w := numtest.WithSpectrum(300, 150, numtest.Graded(1e-1)(150), 9)
	rounded, diff := mat.DenseCopyOf(w), mat.DenseCopyOf(w)
	rounded.Apply(func(_, _ int, x float64) float64 { return roundBF16(x) }, rounded)
	diff.Sub(w, rounded)
	s := values(t, stored{linalg.Dense(rounded), epsilonBF16})
	if ratio := values(t, linalg.Dense(diff)).Sigma[0] / s.Floor.DType; !(ratio > 0.9 && ratio < 1.1) {
		t.Errorf("‖E‖ is %.3g of the floor, want 0.9 to 1.1", ratio)
	}
}

// roundBF16 keeps eight significant bits, to nearest.
func roundBF16(x float64) float64 {
	f, e := math.Frexp(x)
	return math.Ldexp(math.RoundToEven(f*0x1p8)*0x1p-8, e)
}

// What is allocated in all cannot be less than what is held at once.
func TestFootprint(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {1000, 3, 3}, {150, 150, 150}, {500, 64, 300}, {20, 150, 30}} {
		a := linalg.Dense(numtest.WithSpectrum(shape[0], shape[1], []float64{2}, 1))
		b := linalg.Dense(numtest.WithSpectrum(shape[2], shape[1], []float64{2}, 1))
		// F64 storage takes one route, not one after another.
		got := allocated(func() { values(t, stored{a, epsilonF64}) })
		if bound := spectra.Footprint(shape[0], shape[1]); got > bound {
			t.Errorf("values %v: %d bytes, footprint %d", shape, got, bound)
		}
		const slack = 1 << 20 // two censuses and the tiles of a transpose, one after another
		got = allocated(func() { product(t, a, linalg.Transpose(b)) })
		if bound := spectra.ProductFootprint(shape[0], shape[1], shape[2]); got > bound+slack {
			t.Errorf("product %v: %d bytes, footprint %d", shape, got, bound)
		}
	}
}

// allocated returns the least number of bytes allocated by f in three calls: the
// counter is the process's, and others allocate too.
func allocated(f func()) int64 {
	least := int64(math.MaxInt64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, int64(after.TotalAlloc-before.TotalAlloc))
	}
	return least
}
