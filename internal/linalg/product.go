package linalg

import "math"

// ProductSpectrum returns the singular values of A·B, descending, for A m × k
// and B k × n: min(m, k, n) of them, without squaring and without forming the
// product; and ‖A‖₂ and ‖B‖₂. A = Q₁·R₁ and Bᵀ = Q₂·R₂ leave the small core
// R₁·R₂ᵀ, which is reduced to bidiagonal form (the product form of
// TransformerLens's FactoredMatrix, with values only). The absolute error of
// every value is of the order of ε·‖A‖·‖B‖.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it, nor on what room holds. The error is ErrNoConvergence. It panics if the shapes do
// not match.
func ProductSpectrum(a, b Source, threads int, room *Workspace) (sigma []float64, norms [2]float64, err error) {
	return newEngine(best, threads).within(room).productSpectrum(a, b)
}

func (e *engine) productSpectrum(a, b Source) (sigma []float64, norms [2]float64, err error) {
	m, k := a.Dims()
	inner, n := b.Dims()
	if k != inner {
		panic("linalg: inner dimensions of a product differ")
	}
	r := min(m, k, n)
	if r == 0 {
		return make([]float64, 0), norms, nil
	}
	left, right := e.rOf(a, 1), e.rOf(Transpose(b), 1)
	for i, t := range []triangular{left, right} {
		if norms[i], err = e.norm(t, k); err != nil {
			return nil, norms, err
		}
	}
	side := max(left.rows, right.rows)
	core := square{side, side, e.floats(side * side)}
	e.multiply(product[float64]{
		left.rows, right.rows, k, 1,
		rowMajor(left.data, left.ld).t(), rowMajor(right.data, right.ld), core.data, side,
	})
	sigma, err = e.squareValues(core)
	if err != nil {
		return nil, norms, err
	}
	return sigma[:r], norms, nil
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
