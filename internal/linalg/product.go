package linalg

import "math"

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
	left, right := e.productFactor(a, scale), e.productFactor(Transpose(b), 1)
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

// triangular is an upper-trapezoidal R of so many rows whose column j is
// contiguous at data[j*ld:]: by rows it is the lower triangular Rᵀ.
type triangular struct {
	rows, ld int
	data     []float64
}

// Cholesky's R of AᵀA instead of the Householder one changes every singular
// value of a product by a few ε·κ₂², relatively. The Frobenius condition
// number of A bounds κ₂ from above, and exceeds it √n-fold at least: up to
// onceLimit·n the change is below 1e-12 for heads of 64 and more, and up to
// twiceLimit a second pass (Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015)
// brings it to a few ε·κ₂.
const (
	onceLimit  = 5
	twiceLimit = 1e4
)

// productFactor returns R of scale·w = Q·R. Where w is tall and well
// conditioned, it is the Cholesky factor of the Gram matrix, for a fraction of
// the time.
func (e *engine) productFactor(w Source, scale float64) triangular {
	m, n := w.Dims()
	if m >= n && n >= minCholesky {
		l := e.gram(w, m, n, scale)
		inverse, condition := e.cholesky(l)
		if condition <= onceLimit*float64(n) {
			return triangular{n, l.ld, l.data}
		}
		if condition <= twiceLimit && m <= maxCholeskyRows {
			return e.choleskyTwice(w, scale, l, inverse)
		}
	}
	q := e.factor(w, scale)
	return triangular{q.ldr, q.ldr, q.r}
}

// Below minCholesky columns a factorisation takes no time; above
// maxCholeskyRows rows a second pass would need w as a whole in float64.
const (
	minCholesky     = 16
	maxCholeskyRows = 1 << 14
)

// cholesky replaces the lower triangle of g by its Cholesky factor L and what
// is above by zeros, and returns the inverse of L, by rows n apart, and the
// Frobenius condition number of L, +Inf if g is not positive definite or not
// finite.
func (e *engine) cholesky(g symmetric) (inverse []float64, condition float64) {
	n := g.n
	col, minus := make([]float64, n), make([]float64, n)
	for j := range n {
		pivot := g.data[j*g.ld+j]
		if !(pivot > 0 && pivot <= math.MaxFloat64) {
			return nil, math.Inf(1)
		}
		d := math.Sqrt(pivot)
		g.data[j*g.ld+j] = d
		rest := n - j - 1
		for i := range rest {
			x := &g.data[(j+1+i)*g.ld+j]
			*x /= d
			col[i], minus[i] = *x, -*x
		}
		clear(g.data[j*g.ld+j+1:][:rest])
		if rest > 0 {
			e.rank1(rest, rest, g.data[(j+1)*g.ld+j+1:], g.ld, minus, col)
		}
	}
	inverse = make([]float64, n*n)
	var norm, normInverse float64
	for i := range n {
		row, l := inverse[i*n:][:n], g.data[i*g.ld:][:i+1]
		for k := range i {
			minus[k] = -l[k]
		}
		e.axpys(i, i, inverse, n, minus, row)
		row[i] = 1
		e.f64.scaleCopy(1, i+1, 1/l[i], row, 0, row, 0)
		e.dots(1, i+1, l, 0, l, e.one)
		norm += e.one[0]
		e.dots(1, i+1, row, 0, row, e.one)
		normInverse += e.one[0]
	}
	condition = math.Sqrt(norm) * math.Sqrt(normInverse)
	if math.IsNaN(condition) {
		condition = math.Inf(1)
	}
	return inverse, condition
}

// choleskyTwice repeats the factorisation on Q = A·R⁻¹, given R = lᵀ and the
// inverse of l, and returns the product of both factors.
func (e *engine) choleskyTwice(w Source, scale float64, l symmetric, inverse []float64) triangular {
	m, n := w.Dims()
	q := e.newQR(m, n)
	q.load(newReader(e, w, scale), 0, m)
	image := make([]float64, n*q.ldc)
	e.multiply(product[float64]{n, m, n, 1, rowMajor(inverse, n), rowMajor(q.c, q.ldc), image, q.ldc})
	second := newSymmetric(n, e.f64)
	v := rowMajor(image, q.ldc)
	e.multiply(product[float64]{n, n, m, 1, v, v.t(), second.data, second.ld})
	if _, condition := e.cholesky(second); !(condition <= onceLimit*float64(n)) {
		h := e.factor(w, scale)
		return triangular{h.ldr, h.ldr, h.r}
	}
	r := make([]float64, n*n)
	e.multiply(product[float64]{n, n, n, 1, rowMajor(l.data, l.ld), rowMajor(second.data, second.ld), r, n})
	return triangular{n, n, r}
}
