package linalg

import "math"

// Factor is what a product needs of an m × n matrix scale·W = Q·R: R, and the
// norm. It holds min(m, n)·n numbers, none of a workspace.
type Factor struct {
	r    triangular
	n    int
	Norm float64 // ‖scale·W‖₂
}

// Factor returns the factor of scale·w, without its norm: the root of the first
// value of Spectrum. w is the matrix that g was made of, with at least as many
// rows as columns. R is the Cholesky factor of the Gram matrix where its
// condition allows; w is read again where not.
func (g *Gram) Factor(w Source) *Factor {
	own := g.e.newSymmetric(g.g.n)
	copy(own.data, g.g.data)
	return g.e.rFrom(own, w, g.scale).held(g.g.n)
}

// NewFactor is Gram.Factor with the norm, for w of any shape but empty, with
// no Gram matrix at hand. The error is ErrNoConvergence.
func NewFactor(w Source, scale float64, threads int, room *Workspace) (*Factor, error) {
	return newEngine(best, threads).within(room).newFactor(w, scale)
}

func (e *engine) newFactor(w Source, scale float64) (f *Factor, err error) {
	_, n := w.Dims()
	r := e.rOf(w, scale)
	f = r.held(n)
	f.Norm, err = e.norm(r, n)
	return f, err
}

// held is the Factor of R with n columns, in memory of its own.
func (t triangular) held(n int) *Factor {
	own := triangular{t.rows, t.rows, make([]float64, n*t.rows)}
	for j := range n {
		copy(own.data[j*own.ld:][:own.rows], t.data[j*t.ld:])
	}
	return &Factor{r: own, n: n}
}

// ProductSpectrum returns the singular values of A·Bᵀ, descending, for the
// factors of A m × k and B n × k: min(m, k, n) of them, without squaring and
// without forming the product. A = Q₁·R₁ and B = Q₂·R₂ leave the small core
// R₁·R₂ᵀ, which is reduced to bidiagonal form (the product form of
// TransformerLens's FactoredMatrix, with values only). The absolute error of
// every value is of the order of ε·‖A‖·‖B‖.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it, nor on what room holds. The error is ErrNoConvergence. It
// panics if the inner sides differ.
func ProductSpectrum(a, b *Factor, threads int, room *Workspace) ([]float64, error) {
	return newEngine(best, threads).within(room).productSpectrum(a, b)
}

func (e *engine) productSpectrum(a, b *Factor) ([]float64, error) {
	if a.n != b.n {
		panic("linalg: inner dimensions of a product differ")
	}
	left, right := a.r, b.r
	side := max(left.rows, right.rows)
	core := square{side, side, e.floats(side * side)}
	e.multiply(product[float64]{
		left.rows, right.rows, a.n, 1,
		rowMajor(left.data, left.ld).t(), rowMajor(right.data, right.ld), core.data, side,
	})
	sigma, err := e.squareValues(core)
	if err != nil {
		return nil, err
	}
	return sigma[:min(left.rows, right.rows)], nil
}

// norm returns the largest singular value of t, which has n columns: it loses
// nothing by squaring.
func (e *engine) norm(t triangular, n int) (float64, error) {
	g := e.newSymmetric(t.rows)
	v := rowMajor(t.data, t.ld).t()
	e.multiply(product[float64]{t.rows, t.rows, n, 1, v, v.t(), g.data, g.ld})
	lambda, err := e.largest(g)
	return math.Sqrt(lambda), err
}
