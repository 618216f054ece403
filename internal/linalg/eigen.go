package linalg

import (
	"math"

	"gonum.org/v1/gonum/lapack/gonum"
)

// eigenvalues returns those of g, ascending. g is overwritten.
func (e *engine) eigenvalues(g symmetric) ([]float64, error) {
	scale, ok := e.normalize(g)
	if !ok {
		return nil, ErrNoConvergence
	}
	if scale == 0 {
		return make([]float64, g.n), nil
	}
	t, _ := e.tridiagonalize(g, false)
	lambda, err := e.tridiagonalValues(t)
	for i := range lambda {
		lambda[i] /= scale
	}
	return lambda, err
}

// transformation replaces k vectors, rows ld apart in x, by Q·x.
type transformation func(x []float64, k, ld int)

// tridiagonalize returns T = QᵀgQ, and Q if keep. g is overwritten, and Q may
// keep a reference to it.
func (e *engine) tridiagonalize(g symmetric, keep bool) (tridiagonal, transformation) {
	if g.n < e.twoStage {
		t, q := e.reduce(g)
		return t, func(x []float64, k, ld int) { q.apply(e, x, k, ld) }
	}
	w := e.bandwidth(g.n)
	blocks := e.toBand(g, w, keep)
	if !keep {
		return e.chase(e.newBand(g, w)), nil
	}
	t, sweeps := e.chaseKeep(e.newBand(g, w))
	return t, func(x []float64, k, ld int) {
		sweeps.apply(e, x, k, ld)
		for i := len(blocks) - 1; i >= 0; i-- {
			blocks[i].apply(e, x, k, ld)
		}
	}
}

// normalize multiplies the Gram matrix g by a power of two that brings its
// largest element between 1 and 2, so that no square leaves the range of
// float64, and returns the power: 0 for the zero matrix. It is not ok if an
// element is not finite. The largest element of a Gram matrix is on its
// diagonal, and nothing is infinite or NaN beside finite diagonal elements.
func (e *engine) normalize(g symmetric) (scale float64, ok bool) {
	var top float64
	for i := range g.n {
		v := g.data[i*g.ld+i]
		if !(math.Abs(v) <= math.MaxFloat64) {
			return 0, false
		}
		top = max(top, v)
	}
	if top == 0 {
		return 0, true
	}
	_, exp := math.Frexp(top)
	// The smallest numbers have no inverse within the range.
	scale = math.Ldexp(1, min(1-exp, 1023))
	if scale != 1 {
		e.f64.scaleCopy(1, len(g.data), scale, g.data, 0, g.data, 0)
	}
	return scale, true
}

// largest returns the largest eigenvalue of g, which is not negative. g is
// overwritten.
func (e *engine) largest(g symmetric) (float64, error) {
	scale, ok := e.normalize(g)
	if !ok {
		return 0, ErrNoConvergence
	}
	if scale == 0 {
		return 0, nil
	}
	t, _ := e.tridiagonalize(g, false)
	if e.sturm != nil && finite(t.d) && finite(t.e) {
		return e.bisect(t, g.n-1)[g.n-1] / scale, nil
	}
	lambda, err := e.tridiagonalValues(t)
	if err != nil {
		return 0, err
	}
	return lambda[g.n-1] / scale, nil
}

// bisectFrom is the side from which bisection is faster than Dsterf.
const bisectFrom = 160

// tridiagonalValues returns the eigenvalues of t, ascending: by bisection on
// vectors where the processor has them, else by the QL and QR variant without
// square roots of Pal, Walker and Kahan (Dsterf). t is overwritten.
func (e *engine) tridiagonalValues(t tridiagonal) ([]float64, error) {
	if !finite(t.d) || !finite(t.e) {
		return nil, ErrNoConvergence
	}
	if e.sturm != nil && len(t.d) >= bisectFrom {
		return e.bisect(t, 0), nil
	}
	if !(gonum.Implementation{}).Dsterf(len(t.d), t.d, t.e) {
		return nil, ErrNoConvergence
	}
	return t.d, nil
}
