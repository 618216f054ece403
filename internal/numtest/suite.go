package numtest

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// Source is what the suite hands out and checks: a matrix read by blocks. It
// has the methods of the sources in linalg and loader.
type Source interface {
	Dims() (rows, cols int)
	Block(dst []float64, ld, i0, i1, j0, j1 int)
}

// Values is an implementation under test, with what it is held to.
type Values struct {
	// Of returns the values of w, descending, min(rows, cols) of them.
	Of func(w Source) ([]float64, error)
	// Power is 1 if Of returns σ, 2 if it returns σ².
	Power int
	// Tolerance is the largest error allowed, over the largest value. It is
	// given the longer side; nil means MaxRatio·side·ε.
	Tolerance func(side int) float64
	// Only, if not nil, says which spectra the implementation can take.
	Only func(Shape) bool
}

// allSpectraBelow is the number of entries up to which a matrix shape is run
// with every spectrum; larger ones take two each, in rotation, which keeps the
// suite to seconds under the race detector.
const allSpectraBelow = 17 * 64

// Run holds the implementation to the suite: every pair of Sides, with the
// spectra of Shapes. Checked are length, order, finiteness, distance from the
// spectrum the matrix was made of, and that the input did not change. The matrix lies within a larger one of NaN, so that
// reading past it shows.
func (v Values) Run(t *testing.T) {
	turn := 0
	for _, rows := range Sides() {
		for _, cols := range Sides() {
			for _, shape := range v.spectra(rows*cols, &turn) {
				v.check(t, shape, rows, cols)
			}
		}
	}
}

// spectra returns those that a matrix of so many entries is run with.
func (v Values) spectra(entries int, turn *int) []Shape {
	all := Shapes()
	if v.Only != nil {
		all = slices.DeleteFunc(all, func(s Shape) bool { return !v.Only(s) })
	}
	if entries <= allSpectraBelow {
		return all
	}
	*turn += 2
	return []Shape{all[*turn%len(all)], all[(*turn+1)%len(all)]}
}

func (v Values) check(t *testing.T, shape Shape, rows, cols int) {
	t.Helper()
	sigma := shape.Sigma(min(rows, cols))
	w := poisoned(rows, cols, WithSpectrum(rows, cols, sigma, uint64(rows*1000+cols)))
	if problem := v.problem(w, sigma, v.Of); problem != "" {
		t.Errorf("%s %d×%d: %s", shape.Name, rows, cols, problem)
	}
}

// problem runs of on w, made with the given spectrum, and says what is wrong
// with what it gives, or nothing.
func (v Values) problem(w matrix, sigma []float64, of func(Source) ([]float64, error)) string {
	before := slices.Clone(w.data)
	got, err := of(w)
	if err != nil {
		return err.Error()
	}
	if !sameBits(before, w.data) {
		return "the input changed"
	}
	if !descending(got) {
		return fmt.Sprint("not descending, or not finite: ", got)
	}
	side := max(w.rows, w.cols)
	if ratio, bound := v.ratio(got, sigma, side), v.bound(side); !(ratio <= bound) {
		return fmt.Sprintf("ratio %.3g, want ≤ %.3g", ratio, bound)
	}
	return ""
}

// descending reports whether x never rises and is finite throughout.
func descending(x []float64) bool {
	for i, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v > x[i-1] {
			return false
		}
	}
	return true
}

// bound returns the tolerance in units of side·ε.
func (v Values) bound(side int) float64 {
	if v.Tolerance == nil {
		return MaxRatio
	}
	return v.Tolerance(side) / (float64(max(side, 1)) * Epsilon)
}

// ratio measures got against want, or against its squares where Power is 2.
func (v Values) ratio(got, want []float64, side int) float64 {
	if v.Power != 2 {
		return SpectrumRatio(got, want, side)
	}
	squares := slices.Clone(want)
	for i, s := range want {
		squares[i] = s * s
	}
	return SpectrumRatio(got, squares, side)
}
