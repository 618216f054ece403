package linalg

import (
	"math"
	"slices"
)

// GramSpectrum returns what GramValues does, and σ_r, the smallest singular
// value of scale·w, by another way that does not lose what squaring loses: as
// the length of v·w for its unit vector v on the short side. An error e of v
// enters as e² only.
//
// v has an error of about δ·λ₁/(λⱼ − λ_r) along the j-th eigenvector, for a
// relative error δ of the Gram matrix, so the relative error of σ_r² is about
// Σⱼ (δλ₁)²/((λⱼ − λ_r)·λ_r): with gaps of the order of λ_r and δ = 1e-14 it
// is 1e-8 at a condition number of 1e5, where λ_r itself has three digits left.
//
// Where λ_r ≥ enough·λ₁ it is good enough by itself and least is its root.
//
// min(m, n) ≥ 1. Memory: Footprint. threads is the number of goroutines it may
// use, at least 1; the result does not depend on it. The error is
// ErrNoConvergence.
func GramSpectrum(w Source, scale, enough float64, threads int) (lambda []float64, least float64, err error) {
	return newEngine(best, threads).gramSpectrum(w, scale, enough)
}

func (e *engine) gramSpectrum(w Source, scale, enough float64) (lambda []float64, least float64, err error) {
	w, rows, r := tall(w)
	g := e.gram(w, rows, r, scale)
	unit, ok := normalize(g)
	if !ok {
		return nil, 0, ErrNoConvergence
	}
	if unit == 0 {
		return make([]float64, r), 0, nil
	}
	t, back := e.tridiagonalize(g, true)
	lambda, err = e.tridiagonalValues(tridiagonal{slices.Clone(t.d), slices.Clone(t.e)})
	if err != nil {
		return nil, 0, err
	}
	slices.Reverse(lambda)
	last := lambda[r-1]
	for i := range lambda {
		lambda[i] /= unit
	}
	if last > 0 && last >= enough*lambda[0]*unit {
		return lambda, math.Sqrt(lambda[r-1]), nil
	}
	short := newSide(1, r)
	short.x = e.inverseIteration(t, []float64{last}, short.ld)
	back(short.x, 1, short.ld)
	long := newSide(1, rows)
	newReader(e, w, scale).times(short, long)
	return lambda, length(long.x), nil
}

// length is the Euclidean length of x, scaled so that no square leaves the range.
func length(x []float64) float64 {
	var top float64
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	if top == 0 {
		return 0
	}
	var sum float64
	for _, v := range x {
		sum += (v / top) * (v / top)
	}
	return top * math.Sqrt(sum)
}
