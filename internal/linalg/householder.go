package linalg

import "math"

// Sums of squares within these bounds have lost nothing to overflow or
// underflow: the square of a number 1e16 times smaller still counts.
const (
	safeLow  = 0x1p-900
	safeHigh = 0x1p900
)

// reflector replaces x by the vector v of H = I − tau·v·vᵀ with H·x = beta·e,
// e the last unit vector; the last element of v is 1 (Dlarfg).
func (e *engine) reflector(x []float64) (beta, tau float64) {
	last := len(x) - 1
	beta, tau = e.reflectorOf(x[last], x[:last])
	x[last] = 1
	return beta, tau
}

// reflectorFirst is reflector for the first unit vector.
func (e *engine) reflectorFirst(x []float64) (beta, tau float64) {
	beta, tau = e.reflectorOf(x[0], x[1:])
	x[0] = 1
	return beta, tau
}

// reflectorOf is reflector for the vector (alpha, x), which becomes (beta, 0):
// x is left with the elements of v after its first, which is 1.
func (e *engine) reflectorOf(alpha float64, x []float64) (beta, tau float64) {
	e.dots(1, len(x), x, 0, x, e.one)
	squares := e.one[0]
	if sum := squares + alpha*alpha; squares == 0 || !(sum > safeLow && sum < safeHigh) {
		return e.reflectorScaled(alpha, x)
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+squares), alpha)
	e.f64.scaleCopy(1, len(x), 1/(alpha-beta), x, 0, x, 0)
	return beta, (beta - alpha) / beta
}

// reflectorScaled is reflectorOf for numbers whose squares leave the range.
func (e *engine) reflectorScaled(alpha float64, x []float64) (beta, tau float64) {
	var top float64
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	if top == 0 {
		return alpha, 0
	}
	_, exp := math.Frexp(max(top, math.Abs(alpha)))
	for i := range x {
		x[i] = math.Ldexp(x[i], -exp)
	}
	alpha = math.Ldexp(alpha, -exp)
	e.dots(1, len(x), x, 0, x, e.one)
	if e.one[0] == 0 { // nothing beside alpha
		clear(x)
		return math.Ldexp(alpha, exp), 0
	}
	beta = -math.Copysign(math.Sqrt(alpha*alpha+e.one[0]), alpha)
	scale(x, 1/(alpha-beta))
	return math.Ldexp(beta, exp), (beta - alpha) / beta
}
