package linalg

import "math"

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

// rOf returns R of scale·w = Q·R. Where w is tall and well
// conditioned, it is the Cholesky factor of the Gram matrix, for a fraction of
// the time.
func (e *engine) rOf(w Source, scale float64) triangular {
	m, n := w.Dims()
	if m >= n && n >= minCholesky {
		return e.rFrom(e.gram(w, m, n, scale), w, scale)
	}
	return e.factor(w, scale).triangular()
}

// rFrom is rOf for w tall, whose Gram matrix g is. It uses g up.
func (e *engine) rFrom(g symmetric, w Source, scale float64) triangular {
	if m, n := w.Dims(); n >= minCholesky {
		inverse, condition := e.cholesky(g)
		if condition <= onceLimit*float64(n) {
			return triangular{n, g.ld, g.data}
		}
		if condition <= twiceLimit && mayRepeat(m, n) {
			return e.choleskyTwice(w, scale, g, inverse)
		}
	}
	return e.factor(w, scale).triangular()
}

// triangular is the R of what has been factored.
func (q *qr) triangular() triangular { return triangular{q.ldr, q.ldr, q.r} }

// Below minCholesky columns a factorisation takes no time; above maxHeld
// numbers w is not to be held as a whole in float64, as a second pass does.
const (
	minCholesky = 16
	maxHeld     = 1 << 22
)

// mayRepeat reports whether an m × n matrix is small enough for a second pass.
func mayRepeat(m, n int) bool {
	return m >= n && n >= minCholesky && m <= maxHeld/n
}

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
	return e.invert(g)
}

// invert returns the inverse of the lower triangular l, and its Frobenius
// condition number.
func (e *engine) invert(l symmetric) (inverse []float64, condition float64) {
	n := l.n
	inverse, minus := e.floats(n*n), make([]float64, n)
	var norm, normInverse float64
	for i := range n {
		row, x := inverse[i*n:][:n], l.data[i*l.ld:][:i+1]
		for k := range i {
			minus[k] = -x[k]
		}
		e.axpys(i, i, inverse, n, minus, row)
		row[i] = 1
		e.f64.scaleCopy(1, i+1, 1/x[i], row, 0, row, 0)
		e.dots(1, i+1, x, 0, x, e.one)
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
	image := e.floats(n * q.ldc)
	e.multiply(product[float64]{n, m, n, 1, rowMajor(inverse, n), rowMajor(q.c, q.ldc), image, q.ldc})
	second := e.newSymmetric(n)
	v := rowMajor(image, q.ldc)
	e.multiply(product[float64]{n, n, m, 1, v, v.t(), second.data, second.ld})
	if _, condition := e.cholesky(second); !(condition <= onceLimit*float64(n)) {
		return e.factor(w, scale).triangular()
	}
	r := e.floats(n * n)
	e.multiply(product[float64]{n, n, n, 1, rowMajor(l.data, l.ld), rowMajor(second.data, second.ld), r, n})
	return triangular{n, n, r}
}
