package directions

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// TestRestrictedBlocks: any block of it is that of W − Q·(QᵀW), to the bit of
// the same sums.
func TestRestrictedBlocks(t *testing.T) {
	w := spectra.Gaussian(40, 50, spectra.Stream(1, "w"))
	q := numtest.WithSpectrum(40, 2, []float64{1, 1}, 3)
	image := linalg.Apply(linalg.Transpose(linalg.Dense(w)), q, 1, 1)
	x := &restricted{linalg.Dense(w), q, image}
	want := mat.NewDense(40, 50, nil)
	want.Apply(func(i, j int, _ float64) float64 { return w.At(i, j) - dot(q.RawRowView(i), image.RawRowView(j)) }, want)
	numtest.Blocks(t, x, want)
	var left mat.Dense
	left.Mul(q.T(), want)
	if size := mat.Max(&left) - mat.Min(&left); !(math.Abs(size) <= 1e-13) {
		t.Errorf("%g is left of what was taken out", size)
	}
	if x.Epsilon() != 0 {
		t.Error("a spacing of no storage")
	}
}
