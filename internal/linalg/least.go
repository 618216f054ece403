package linalg

import (
	"math"
	"slices"
)

// Gram is scale²·WᵀW or scale²·WWᵀ, whichever is smaller, for an m × n matrix W,
// with what reading W once could not give found by reading it again. One of its
// methods may be called, once; before it, Factor.
type Gram struct {
	e     *engine
	g     symmetric
	scale float64
}

// NewGram reads every number of w once, on threads goroutines, at least 1; the
// result depends on neither them nor room. Memory, with that of Spectrum: Footprint.
func NewGram(w Source, scale float64, threads int, room *Workspace) *Gram {
	return newEngine(best, threads).within(room).newGram(w, scale)
}

func (e *engine) newGram(w Source, scale float64) *Gram {
	w, rows, r := tall(w)
	return &Gram{e, e.gram(w, rows, r, scale), scale}
}

// Spectrum returns the eigenvalues λ as GramValues does, and σ_r, the smallest
// singular value of scale·w, by another way that does not lose what squaring
// loses: as the length of v·w for its unit vector v on the short side. An error
// e of v enters as e² only. w is the matrix that g was made of.
//
// v has an error of about δ·λ₁/(λⱼ − λ_r) along the j-th eigenvector, for a
// relative error δ of the Gram matrix, so the relative error of σ_r² is about
// Σⱼ (δλ₁)²/((λⱼ − λ_r)·λ_r): with gaps of the order of λ_r and δ = 1e-14 it
// is 1e-8 at a condition number of 1e5, where λ_r itself has three digits left.
//
// Where λ_r ≥ enough·λ₁ it is good enough by itself and least is its root.
//
// min(m, n) ≥ 1. The error is ErrNoConvergence.
func (g *Gram) Spectrum(w Source, enough float64) (lambda []float64, least float64, err error) {
	e, r := g.e, g.g.n
	unit, ok := e.normalize(g.g)
	if !ok {
		return nil, 0, ErrNoConvergence
	}
	if unit == 0 {
		return make([]float64, r), 0, nil
	}
	t, back := e.tridiagonalize(g.g, true)
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
	w, rows, _ := tall(w)
	long := newSide(1, rows)
	newReader(e, w, g.scale).times(short, long)
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
