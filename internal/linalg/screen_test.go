package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every kernel marks exactly the scores outside the bounds, and no other memory
// is read: what lies behind the slices is NaN, which would be in the sums.
func TestScreen(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	draw := func(n int) []float32 {
		x := make([]float32, n+32)
		for i := range x {
			if x[i] = float32(rng.NormFloat64()); i >= n {
				x[i] = float32(math.NaN())
			}
		}
		return x[:n]
	}
	inf := float32(math.Inf(1))
	for _, k := range kernels() {
		for _, n := range []int{0, 1, 15, 16, 17, 97, 240, ScreenMost} {
			x, f, g := draw(n), draw(n), draw(n)
			if n > 16 {
				x[3] = 1.5 // on a bound
			}
			if n == 97 {
				x[n/2] = float32(math.NaN())
			}
			s := Screen{Mean: 0.25, Bounds: [3][2]float32{{-1, 1.5}, {-inf, inf}, {inf, 0.5}}}
			s.run(k.screen, x, f, g)
			checkScreen(t, k.name, &s, [3][]float32{x, f, g})
		}
	}
}

func checkScreen(t *testing.T, name string, s *Screen, xfg [3][]float32) {
	t.Helper()
	x, f, g := xfg[0], xfg[1], xfg[2]
	var squares, cubes float64
	for i := range ScreenMost {
		var values [3]float32
		if i < len(x) {
			c := x[i] - s.Mean
			values = [3]float32{x[i], float32(x[i] * f[i]), float32(c * g[i])}
			squares += float64(c) * float64(c)
			cubes += float64(c) * float64(c) * float64(c)
		}
		for m, v := range values {
			want := i < len(x) && (v < s.Bounds[m][0] || v > s.Bounds[m][1])
			if got := s.Hits[m][i/64]>>(i%64)&1 == 1; got != want {
				t.Fatalf("%s, %d of %d, measure %d: %v is marked %v", name, i, len(x), m, v, got)
			}
		}
	}
	// Sums of at most 256 terms of float32, of which cubes have both signs.
	if near := 1e-4 * (1 + squares); math.Abs(s.Squares-squares) > near || math.Abs(s.Cubes-cubes) > 10*near {
		t.Errorf("%s, %d scores: sums %v and %v, want %v and %v", name, len(x), s.Squares, s.Cubes, squares, cubes)
	}
}
