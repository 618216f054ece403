package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Every kernel marks exactly the scores that may be outside the bounds, and no
// other memory is read: what lies behind the slices is NaN, which would be marked.
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
	positive := func(n int) []float32 {
		x := draw(n)
		for i := range x {
			x[i] = max(x[i], 0)
		}
		return x
	}
	inf := float32(math.Inf(1))
	for _, k := range kernels() {
		for _, n := range []int{0, 1, 15, 16, 17, 97, 240, ScreenMost} {
			x, reach, f, g := draw(n), positive(n), positive(n), positive(n)
			if n > 16 {
				x[3], reach[3] = 1.5, 0 // on a bound
			}
			if n == 97 {
				x[n/2] = float32(math.NaN())
				reach[n/3] = inf
			}
			s := Screen{Mean: 0.25, Slack: 0.125, Bounds: [3][2]float32{{-1, 1.5}, {-inf, inf}, {inf, 0.5}}, Squares: 3, Cubes: -2}
			s.run(k.screen, x, reach, f, g)
			checkScreen(t, k.name, &s, [4][]float32{x, reach, f, g})
		}
	}
}

func checkScreen(t *testing.T, name string, s *Screen, given [4][]float32) {
	t.Helper()
	x, reach, f, g := given[0], given[1], given[2], given[3]
	squares, cubes := 3., -2.
	for i := range ScreenMost {
		var low, high [3]float32
		if i < len(x) {
			c, e := x[i]-s.Mean, s.Slack*reach[i]
			low = [3]float32{x[i] - e, (x[i] - e) * f[i], (x[i] - e - s.Mean) * g[i]}
			high = [3]float32{x[i] + e, (x[i] + e) * f[i], (x[i] + e - s.Mean) * g[i]}
			squares += float64(c) * float64(c)
			cubes += float64(c) * float64(c) * float64(c)
		}
		for m, v := range low {
			for pole, out := range []bool{v > s.Bounds[m][0], high[m] < s.Bounds[m][1]} {
				want := i < len(x) && !out
				if got := s.Hits(m, pole)[i/64]>>(i%64)&1 == 1; got != want {
					t.Fatalf("%s, %d of %d, measure %d, pole %d: %v to %v is marked %v", name, i, len(x), m, pole, v, high[m], got)
				}
			}
		}
	}
	// Sums of at most 256 terms of float32, of which cubes have both signs.
	if near := 1e-4 * (1 + squares); math.Abs(s.Squares-squares) > near || math.Abs(s.Cubes-cubes) > 10*near {
		t.Errorf("%s, %d scores: sums %v and %v, want %v and %v", name, len(x), s.Squares, s.Cubes, squares, cubes)
	}
}
