package numtest

import "math"

// Shape is one spectrum of every length.
type Shape struct {
	Name string
	// Sigma returns r values, descending, not negative. Except at the extreme
	// scales, the largest is 1.
	Sigma func(r int) []float64
}

// Shapes returns the test spectra: what singular value routines are known to
// stumble on (after LAPACK's Dlatms modes), and scales near which squares
// leave the range of float64.
func Shapes() []Shape {
	return []Shape{
		{"linear", linear},
		{"equal", func(r int) []float64 { return fill(r, func(int) float64 { return 1 }) }},
		{"graded 1e-12", Graded(1e-12)},
		{"two clusters", func(r int) []float64 { return fill(r, cluster(r)) }},
		{"one above the rest", func(r int) []float64 { return fill(r, func(i int) float64 { return math.Pow(1e-6, sign(i)) }) }},
		{"rank deficient", func(r int) []float64 { return fill(r, halfZero(r)) }},
		{"zero", func(r int) []float64 { return make([]float64, r) }},
		{"scale 1e150", scaled(1e150, linear)},
		{"scale 1e-150", scaled(1e-150, linear)},
		{"graded at 1e-150", scaled(1e-150, Graded(1e-5))},
	}
}

// Graded returns the geometric spectra from 1 down to last.
func Graded(last float64) func(r int) []float64 {
	return func(r int) []float64 {
		return fill(r, func(i int) float64 { return math.Pow(last, float64(i)/float64(max(r-1, 1))) })
	}
}

// Sides returns the sides of test matrices; the suite's shapes are all pairs.
// Odd, prime, powers of two, and past the block sizes of LAPACK (32, 64).
func Sides() []int { return []int{0, 1, 2, 3, 5, 17, 64, 150, 300} }

func linear(r int) []float64 {
	return fill(r, func(i int) float64 { return float64(r-i) / float64(r) })
}

func scaled(scale float64, shape func(int) []float64) func(int) []float64 {
	return func(r int) []float64 {
		s := shape(r)
		for i := range s {
			s[i] *= scale
		}
		return s
	}
}

func fill(r int, at func(i int) float64) []float64 {
	s := make([]float64, r)
	for i := range s {
		s[i] = at(i)
	}
	return s
}

// cluster gives half of r values within 1e-14 of 1, the rest within 1e-14 of 1e-3.
func cluster(r int) func(int) float64 {
	return func(i int) float64 {
		wiggle := 1 - 1e-14*float64(i)/float64(r)
		if i < (r+1)/2 {
			return wiggle
		}
		return 1e-3 * wiggle
	}
}

// halfZero gives the upper half of r values as 1, the rest as 0.
func halfZero(r int) func(int) float64 {
	return func(i int) float64 { return 1 - sign(i/max((r+1)/2, 1)) }
}

// sign returns 0 for 0 and 1 for what is above.
func sign(i int) float64 { return float64(min(i, 1)) }
