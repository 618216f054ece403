package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// roughTolerance is √384 roundings to float32, over the norms of the vectors
// whose product an element is: sums are no longer before they are taken up.
const roughTolerance = 20 * 0x1p-24

// TestRough compares Gram matrices and products with those in double precision,
// on every kernel, and with what four workers find, to the bit.
func TestRough(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 0))
	random := func(m, n int) *mat.Dense {
		x := mat.NewDense(m, n, nil)
		x.Apply(func(_, j int, _ float64) float64 { return (rng.NormFloat64() + 0.3) / float64(j+1) }, x)
		return x
	}
	for _, shape := range [][2]int{{1, 1}, {5, 3}, {1000, 47}, {385, 49}, {50, 200}} {
		w := random(shape[0], shape[1])
		x := random(13, shape[0])
		var gram, times mat.Dense
		gram.Mul(w.T(), w)
		times.Mul(x, w)
		for _, k := range kernels() {
			g, ok := roughGram(k, Dense(w), 1)
			if !ok {
				t.Fatalf("%s %v: refused", k.name, shape)
			}
			if four, _ := roughGram(k, Transpose(Dense(mat.DenseCopyOf(w.T()))), 4); !mat.Equal(g, four) {
				t.Errorf("%s %v: four workers, of the transpose, give another", k.name, shape)
			}
			y := newRough(k, w).LeftTimes(new(mat.Dense), x)
			for j := range shape[1] {
				column := math.Sqrt(gram.At(j, j))
				for i := range shape[1] {
					if d := math.Abs(g.At(i, j) - gram.At(i, j)); !(d <= roughTolerance*column*math.Sqrt(gram.At(i, i))) {
						t.Errorf("%s %v: Gram (%d, %d) is %v off %v", k.name, shape, i, j, d, gram.At(i, j))
					}
				}
				for i := range 13 {
					if d := math.Abs(y.At(i, j) - times.At(i, j)); !(d <= roughTolerance*column*mat.Norm(x.RowView(i), 2)) {
						t.Errorf("%s %v: product (%d, %d) is %v off %v", k.name, shape, i, j, d, times.At(i, j))
					}
				}
			}
		}
	}
}

// What float32 has no room for is refused.
func TestRoughRange(t *testing.T) {
	for _, v := range []float64{1e-30, 1e30, math.NaN(), math.Inf(1)} {
		w := mat.NewDense(60, 5, nil)
		w.Apply(func(_, _ int, _ float64) float64 { return v }, w)
		if _, ok := RoughGram(Dense(w), 1); ok {
			t.Errorf("%v is taken", v)
		}
	}
	one := mat.NewDense(60, 5, nil)
	one.Apply(func(_, _ int, _ float64) float64 { return 1 }, one)
	one.Set(3, 3, math.NaN())
	if _, ok := RoughGram(Dense(one), 1); ok {
		t.Error("a NaN is taken")
	}
}
