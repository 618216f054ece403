package linalg

import (
	"math"
	"slices"
)

// BidiagonalValues returns the singular values, descending, of the square upper
// bidiagonal matrix B with the n diagonal elements d and the n−1 beside them,
// off. They are the roots of the eigenvalues of BᵀB, within a few ε·σ₁² of
// these: the way for many matrices of noise, whose condition is moderate; for
// values far below σ₁ use DirectValues. d and off are not changed.
//
// The error is ErrNoConvergence, for numbers that are not finite. It panics if
// the lengths do not match.
func BidiagonalValues(d, off []float64, threads int) ([]float64, error) {
	return newEngine(best, threads).bidiagonalValues(d, off)
}

func (e *engine) bidiagonalValues(d, off []float64) ([]float64, error) {
	n := len(d)
	if len(off) != max(n-1, 0) {
		panic("linalg: a bidiagonal matrix has one element fewer beside its diagonal")
	}
	t := tridiagonal{make([]float64, n), make([]float64, len(off))}
	for i, v := range d {
		t.d[i] = v * v
		if i > 0 {
			t.d[i] += off[i-1] * off[i-1]
			t.e[i-1] = d[i-1] * off[i-1]
		}
	}
	lambda, err := e.tridiagonalValues(t)
	for i, l := range lambda {
		lambda[i] = math.Sqrt(max(l, 0))
	}
	slices.Reverse(lambda)
	return lambda, err
}
