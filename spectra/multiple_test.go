package spectra

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestBenjaminiHochbergKnown compares with values worked out by hand.
func TestBenjaminiHochbergKnown(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct{ p, want []float64 }{
		{nil, []float64{}},
		{[]float64{0.2}, []float64{0.2}},
		// Sorted 0.005, 0.01, 0.03, 0.04: times 4/1, 4/2, 4/3, 4/4.
		{[]float64{0.01, 0.04, 0.03, 0.005}, []float64{0.02, 0.04, 0.04, 0.02}},
		{[]float64{0.01, 0.04, nan, 0.03, 0.005}, []float64{0.02, 0.04, nan, 0.04, 0.02}},
		// 0.02·3/1 is more than 0.021·3/2, which bounds it.
		{[]float64{0.9, 0.02, 0.021}, []float64{0.9, 0.0315, 0.0315}},
		{[]float64{1, 1, 1}, []float64{1, 1, 1}},
		{[]float64{nan}, []float64{nan}},
	} {
		before := slices.Clone(c.p)
		got := BenjaminiHochberg(c.p)
		if len(got) != len(c.want) {
			t.Fatalf("%v: got %v", c.p, got)
		}
		for i, w := range c.want {
			// Products of two roundings.
			if !(math.Abs(got[i]-w) <= 1e-15) && !(math.IsNaN(w) && math.IsNaN(got[i])) {
				t.Errorf("%v: q[%d] = %v, want %v", c.p, i, got[i], w)
			}
			if c.p[i] != before[i] && !math.IsNaN(before[i]) {
				t.Errorf("%v: changed to %v", before, c.p)
			}
		}
	}
}

// TestBenjaminiHochbergRule checks that q ≤ α calls what the procedure calls:
// all up to the largest i with p₍ᵢ₎ ≤ α·i/m.
func TestBenjaminiHochbergRule(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		p := make([]float64, 1+rng.IntN(40))
		for i := range p {
			p[i] = math.Pow(rng.Float64(), 3)
		}
		sorted := slices.Sorted(slices.Values(p))
		q := BenjaminiHochberg(p)
		for _, alpha := range []float64{0.01, 0.05, 0.3} {
			bound := -1.0
			for i, v := range sorted {
				if v <= alpha*float64(i+1)/float64(len(p)) {
					bound = v
				}
			}
			for i := range p {
				if (q[i] <= alpha) != (p[i] <= bound) {
					t.Fatalf("α %v: p %v, q %v, bound %v", alpha, p[i], q[i], bound)
				}
			}
		}
	}
}
