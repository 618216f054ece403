package linalg

import "gonum.org/v1/gonum/mat"

// DirectValues returns the singular values of scale·w, descending, without
// squaring: for an m × n matrix, len = min(m, n), and every value carries an
// absolute error of the order of ε·σ₁.
//
// The long side is taken in by streaming QR, then the small triangular factor
// is reduced to bidiagonal form and its values found by dqds (Dlasq1).
// Memory: Footprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it, nor on what room holds. The error is ErrNoConvergence.
func DirectValues(w Source, scale float64, threads int, room *Workspace) ([]float64, error) {
	return newEngine(best, threads).within(room).directValues(w, scale)
}

func (e *engine) directValues(w Source, scale float64) ([]float64, error) {
	w, _, r := tall(w)
	if r == 0 {
		return make([]float64, 0), nil
	}
	q := e.factor(w, scale)
	return e.squareValues(square{r, q.ldr, q.r})
}

// RFactor returns the min(m, n) × n upper-trapezoidal factor R of
// scale·W = Q·R for the m × n matrix w; Q, with orthonormal columns, is not
// formed. The signs of R's rows are arbitrary. If m or n is 0 the result is the
// empty matrix.
//
// The rows of w are taken in blocks, each of which is factored under the R of
// the blocks before it; where w is tall and well conditioned, R is the Cholesky
// factor of the Gram matrix instead. Memory: FactorFootprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it, nor on what room holds. The error is ErrNoConvergence, for
// numbers that are not finite.
func RFactor(w Source, scale float64, threads int, room *Workspace) (*mat.Dense, error) {
	return newEngine(best, threads).within(room).rFactor(w, scale)
}

func (e *engine) rFactor(w Source, scale float64) (*mat.Dense, error) {
	m, n := w.Dims()
	if m == 0 || n == 0 {
		return &mat.Dense{}, nil
	}
	q := e.rOf(w, scale)
	if !finite(q.data) {
		return nil, ErrNoConvergence
	}
	r := mat.NewDense(q.rows, n, nil)
	for j := range n {
		for i := range min(j+1, q.rows) {
			r.Set(i, j, q.data[j*q.ld+i])
		}
	}
	return r, nil
}

// factor returns the R of scale·w = Q·R, for w not empty.
func (e *engine) factor(w Source, scale float64) *qr {
	m, n := w.Dims()
	k := min(m, max(n, e.stack))
	q, from := e.newQR(k, n), newReader(e, w, scale)
	q.load(from, 0, k)
	q.first(k)
	for l := k; l < m; l += k {
		rows := min(k, m-l)
		q.load(from, l, l+rows)
		q.next(rows)
	}
	return q
}
