package linalg

import (
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// DirectValues returns the singular values of scale·w, descending, without
// squaring: for an m × n matrix, len = min(m, n), and every value carries an
// absolute error of the order of ε·σ₁.
//
// A long side is taken in by streaming QR; the small triangular factor, or the
// matrix itself if it is near square, is reduced to bidiagonal form and its
// values found by dqds (Dgesvd without vectors, which calls Dgebrd and Dlasq1).
// Memory: Footprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence.
func DirectValues(w Source, scale float64, threads int) ([]float64, error) {
	w, rows, r := tall(w)
	sigma := make([]float64, r)
	if r == 0 {
		return sigma, nil
	}
	var f blas64.General
	if rows == stackRows(rows, r) { // one block: a factorisation would only add work
		f = blas64.General{Rows: rows, Cols: r, Stride: r, Data: make([]float64, rows*r)}
		load(f, w, 0, scale)
	} else {
		f = triangle(w, scale)
	}
	if !finite(f.Data) || !bidiagonalValues(f, sigma) {
		return nil, ErrNoConvergence
	}
	return sigma, nil
}

// RFactor returns the min(m, n) × n upper-trapezoidal factor R of
// scale·W = Q·R for the m × n matrix w; Q, with orthonormal columns, is not
// formed. The signs of R's rows are those that the reflections give. If m or n
// is 0 the result is the empty matrix.
//
// The rows of w are taken in blocks: each block is stacked under the R of the
// blocks before it and factored again (Dgeqrf; the sequential TSQR of Demmel,
// Grigori, Hoemmen and Langou 2012). Memory: FactorFootprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence, for numbers that are not
// finite.
func RFactor(w Source, scale float64, threads int) (*mat.Dense, error) {
	if m, n := w.Dims(); m == 0 || n == 0 {
		return &mat.Dense{}, nil
	}
	f := triangle(w, scale)
	if !finite(f.Data) {
		return nil, ErrNoConvergence
	}
	return mat.NewDense(f.Rows, f.Cols, f.Data), nil
}

// minStack is the least number of rows factored at a time: below it the fixed
// costs of a factorisation show.
const minStack = 64

// stackRows is the number of rows of the buffer in which an m × n matrix is
// factored: R and as many rows again, which costs at most twice the operations
// of a factorisation in one piece.
func stackRows(m, n int) int { return min(m, max(2*n, minStack)) }

// triangle returns R of scale·w = Q·R, with zeros below its diagonal, for w
// not empty.
func triangle(w Source, scale float64) blas64.General {
	m, n := w.Dims()
	k, stack := min(m, n), stackRows(m, n)
	buf := make([]float64, stack*n)
	tau := make([]float64, k)
	work := qrWork(stack, n)
	for i, top := 0, 0; i < m; top = k {
		rows := min(stack-top, m-i)
		load(blas64.General{Rows: rows, Cols: n, Stride: n, Data: buf[top*n:]}, w, i, scale)
		a := blas64.General{Rows: top + rows, Cols: n, Stride: n, Data: buf}
		lapack64.Geqrf(a, tau[:min(a.Rows, n)], work, len(work))
		clearBelow(a)
		i += rows
	}
	return blas64.General{Rows: k, Cols: n, Stride: n, Data: buf[: k*n : k*n]}
}

// qrWork allocates the workspace Dgeqrf wants for a rows × cols matrix.
func qrWork(rows, cols int) []float64 {
	work := make([]float64, 1)
	shape := blas64.General{Rows: rows, Cols: cols, Stride: cols}
	lapack64.Geqrf(shape, nil, work, -1)
	return make([]float64, int(work[0]))
}

// clearBelow zeroes a below its diagonal, where Dgeqrf leaves the reflectors.
func clearBelow(a blas64.General) {
	for i := 1; i < a.Rows; i++ {
		clear(a.Data[i*a.Stride:][:min(i, a.Cols)])
	}
}

// bidiagonalValues writes the singular values of a to sigma, descending, and
// reports convergence. a is overwritten.
func bidiagonalValues(a blas64.General, sigma []float64) bool {
	var none blas64.General
	work := make([]float64, 1)
	lapack64.Gesvd(lapack.SVDNone, lapack.SVDNone, a, none, none, sigma, work, -1)
	work = make([]float64, int(work[0]))
	return lapack64.Gesvd(lapack.SVDNone, lapack.SVDNone, a, none, none, sigma, work, len(work))
}
