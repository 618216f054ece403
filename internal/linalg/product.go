package linalg

// ProductValues returns the singular values of (scale·A)·B, descending, for A
// m × k and B k × n: min(m, k, n) of them, without squaring and without forming
// the product. A = Q₁·R₁ and Bᵀ = Q₂·R₂ leave the small core R₁·R₂ᵀ, which is
// reduced to bidiagonal form (the product form of TransformerLens's
// FactoredMatrix, with values only). The absolute error of every value is of
// the order of ε·‖scale·A‖·‖B‖.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence. It panics if the shapes do
// not match.
func ProductValues(a, b Source, scale float64, threads int) ([]float64, error) {
	return newEngine(best, threads).productValues(a, b, scale)
}

func (e *engine) productValues(a, b Source, scale float64) ([]float64, error) {
	m, k := a.Dims()
	inner, n := b.Dims()
	if k != inner {
		panic("linalg: inner dimensions of a product differ")
	}
	r := min(m, k, n)
	if r == 0 {
		return make([]float64, 0), nil
	}
	left, right := e.rOf(a, scale), e.rOf(Transpose(b), 1)
	side := max(left.rows, right.rows)
	core := square{side, side, make([]float64, side*side)}
	e.multiply(product[float64]{
		left.rows, right.rows, k, 1,
		rowMajor(left.data, left.ld).t(), rowMajor(right.data, right.ld), core.data, side,
	})
	sigma, err := e.squareValues(core)
	if err != nil {
		return nil, err
	}
	return sigma[:r], nil
}
