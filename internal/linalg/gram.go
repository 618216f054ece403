package linalg

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/gonum"
)

// gramRows is the number of rows of the long side that a Gram matrix takes in
// at a time. Measured at 768 columns, 32 to 256 rows are equally fast; 64 keep
// the block under 400 KB there, within a level 2 cache.
const gramRows = 64

// GramValues returns the eigenvalues λ, descending, of scale²·WᵀW or
// scale²·WWᵀ, whichever is smaller, for the m × n matrix w: λᵢ = (scale·σᵢ)²,
// len(λ) = min(m, n). Small λ may come out negative by rounding: their
// absolute error is of the order of max(m, n)·ε·λ₁, whatever their size.
//
// The Gram matrix is accumulated over blocks of rows (Dsyrk), reduced to
// tridiagonal form (Dsytrd) and its eigenvalues found by the QL/QR variant
// without square roots (Dsterf). Memory: Footprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence.
func GramValues(w Source, scale float64, threads int) ([]float64, error) {
	w, rows, r := tall(w)
	lambda := make([]float64, r)
	if r == 0 {
		return lambda, nil
	}
	g := gram(w, rows, r, scale)
	if !finite(g.Data) {
		return nil, ErrNoConvergence
	}
	exponent := normalise(g)
	if !eigenvalues(g, lambda) {
		return nil, ErrNoConvergence
	}
	slices.Reverse(lambda)
	for i := range lambda {
		lambda[i] = math.Ldexp(lambda[i], -exponent)
	}
	return lambda, nil
}

// gram returns the upper triangle of scale²·wᵀw for the rows × r matrix w.
func gram(w Source, rows, r int, scale float64) blas64.Symmetric {
	g := blas64.Symmetric{Uplo: blas.Upper, N: r, Stride: r, Data: make([]float64, r*r)}
	block := make([]float64, min(rows, gramRows)*r)
	for i := 0; i < rows; i += gramRows {
		a := blas64.General{Rows: min(gramRows, rows-i), Cols: r, Stride: r, Data: block}
		load(a, w, i, scale)
		blas64.Syrk(blas.Trans, 1, a, 1, g)
	}
	return g
}

// eigenvalues writes the eigenvalues of g to lambda, ascending, and reports
// convergence. g is overwritten. The largest element must be near 1, or all
// zero.
//
// Dsytrd and Dsterf are called themselves rather than through Dsyev, to clear
// what is negligible in between: Dsterf of gonum v0.17 panics on a block of the
// tridiagonal matrix whose elements are all under 1e-122.
func eigenvalues(g blas64.Symmetric, lambda []float64) bool {
	var impl gonum.Implementation
	e, tau := make([]float64, g.N-1), make([]float64, g.N-1)
	work := make([]float64, 1)
	impl.Dsytrd(g.Uplo, g.N, g.Data, g.Stride, lambda, e, tau, work, -1)
	work = make([]float64, int(work[0]))
	impl.Dsytrd(g.Uplo, g.N, g.Data, g.Stride, lambda, e, tau, work, len(work))
	clearNegligible(lambda)
	clearNegligible(e)
	return impl.Dsterf(g.N, lambda, e)
}

// clearNegligible zeroes the elements of x that are nothing beside 1.
func clearNegligible(x []float64) {
	const negligible = 1e-100 // far under ε = 2e-16, far over the 1e-122 of Dsterf
	for i, v := range x {
		if math.Abs(v) < negligible {
			x[i] = 0
		}
	}
}

// normalise multiplies g by a power of two that brings its largest element,
// which lies on the diagonal, into [½, 1), and returns the exponent. An
// element so small that this leaves it subnormal is negligible.
func normalise(g blas64.Symmetric) (exponent int) {
	var top float64
	for i := range g.N {
		top = max(top, g.Data[i*g.Stride+i])
	}
	_, e := math.Frexp(top)
	exponent = max(min(-e, 1023), -1022) // 2^exponent is a normal number
	scale := math.Ldexp(1, exponent)
	for i := range g.Data {
		g.Data[i] *= scale
	}
	return exponent
}

// finite reports whether no element of x is NaN or infinite.
func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
