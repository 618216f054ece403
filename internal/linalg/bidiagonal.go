package linalg

import (
	"math"

	"gonum.org/v1/gonum/lapack/gonum"
)

// square is an n × n matrix by rows, ld apart.
type square struct {
	n, ld int
	data  []float64
}

// squareValues returns the singular values of a, descending. a is overwritten.
func (e *engine) squareValues(a square) ([]float64, error) {
	var top float64
	for i := range a.n {
		for _, v := range a.data[i*a.ld:][:a.n] {
			if !(math.Abs(v) <= math.MaxFloat64) {
				return nil, ErrNoConvergence
			}
			top = max(top, math.Abs(v))
		}
	}
	if top == 0 {
		return make([]float64, a.n), nil
	}
	_, exp := math.Frexp(top)
	// The smallest numbers have no inverse within the range.
	unit := math.Ldexp(1, min(1-exp, 1023))
	b := e.newBidiagonal(a, unit)
	d, off := b.reduce()
	work := make([]float64, 4*a.n)
	if (gonum.Implementation{}).Dlasq1(a.n, d, off, work) != 0 {
		return nil, ErrNoConvergence
	}
	for i := range d {
		d[i] /= unit
	}
	return d, nil
}

// bidiagonalPanel is the number of rows and columns that are reduced before the
// rest of the matrix is updated at once.
const bidiagonalPanel = 32

// bidiagonal is the working state of the reduction of a square matrix to upper
// bidiagonal form. Reflectors v from the left and u from the right leave
// A − Σ v·yᵀ + x·uᵀ; row 2p of left is the p-th v, row 2p+1 the x, row 2p of
// right the y, row 2p+1 the u. All are zero before the part they act on.
type bidiagonal struct {
	*engine
	square
	left, right []float64
	col, c      []float64
}

// newBidiagonal copies a, times unit, to an array whose rows are aligned.
func (e *engine) newBidiagonal(a square, unit float64) *bidiagonal {
	ld := roundUp(a.n, lineLanes)
	if ld/lineLanes%2 == 0 {
		ld += lineLanes // see newSymmetric
	}
	b := &bidiagonal{
		engine: e, square: square{a.n, ld, e.floats((a.n + 1) * ld)},
		left: e.floats(2 * bidiagonalPanel * ld), right: e.floats(2 * bidiagonalPanel * ld),
		col: make([]float64, ld), c: make([]float64, 2*bidiagonalPanel),
	}
	e.f64.scaleCopy(a.n, a.n, unit, a.data, a.ld, b.data, ld)
	return b
}

// reduce returns the diagonal and the superdiagonal. It is the blocked
// reduction of Dgebrd and Dlabrd (Dongarra, Hammarling and Sorensen 1989).
func (b *bidiagonal) reduce() (d, off []float64) {
	d, off = make([]float64, b.n), make([]float64, max(b.n-1, 0))
	for j := 0; j < b.n; j += bidiagonalPanel {
		p := min(bidiagonalPanel, b.n-j)
		clear(b.left)
		clear(b.right)
		for i := range p {
			d[j+i] = b.column(j+i, 2*i)
			if j+i < b.n-1 {
				off[j+i] = b.row(j+i, 2*i)
			}
		}
		rest := b.n - j - p
		from := j + p
		b.multiply(product[float64]{
			rest, rest, 2 * p, -1,
			rowMajor(b.left[from:], b.ld).t(), rowMajor(b.right[from:], b.ld),
			b.data[from*b.ld+from:], b.ld,
		})
	}
	return d, off
}

// column annihilates column i under its diagonal, given k rows of left and
// right, and returns the diagonal element.
func (b *bidiagonal) column(i, k int) float64 {
	x := b.col[i:b.n]
	for r := range x {
		x[r] = b.data[(i+r)*b.ld+i]
	}
	b.coefficients(b.right, i, k)
	b.axpys(k, len(x), b.left[i:], b.ld, b.c, x)
	beta, tau := b.reflectorFirst(x)
	v, y := b.left[k*b.ld:], b.right[k*b.ld:][:b.ld]
	copy(v[i:], x)
	// y = tau·(Aᵀv − right·(leftᵀv)), from the line that holds column i+1 on
	at := (i + 1) / lineLanes * lineLanes
	if i+1 < b.n {
		b.axpys(b.n-i, b.n-at, b.data[i*b.ld+at:], b.ld, v[i:], y[at:])
		b.correct(b.left[i:], b.right[at:], v[i:b.n], y[at:b.n], k)
		b.f64.scaleCopy(1, len(y), tau, y, 0, y, 0)
	}
	clear(y[:i+1])
	return beta
}

// row annihilates row i right of its superdiagonal, given k rows of left and
// k+1 of right, and returns the superdiagonal element.
func (b *bidiagonal) row(i, k int) float64 {
	x := b.data[i*b.ld:][i+1 : b.n]
	b.coefficients(b.left, i, k+1)
	b.axpys(k+1, len(x), b.right[i+1:], b.ld, b.c, x)
	beta, tau := b.reflectorFirst(x)
	u, w := b.right[(k+1)*b.ld:], b.left[(k+1)*b.ld:][:b.n]
	copy(u[i+1:], x)
	// w = tau·(A·u − left·(rightᵀu))
	at := (i + 1) / lineLanes * lineLanes
	b.dots(b.n-i-1, b.n-at, b.data[(i+1)*b.ld+at:], b.ld, u[at:], w[i+1:])
	b.correct(b.right[at:], b.left[i+1:], u[at:b.n], w[i+1:], k+1)
	b.f64.scaleCopy(1, len(w), tau, w, 0, w, 0)
	return beta
}

// coefficients sets c to the negative of element i of the first k rows of s.
func (b *bidiagonal) coefficients(s []float64, i, k int) {
	for r := range k {
		b.c[r] = -s[r*b.ld+i]
	}
}

// correct subtracts outᵀ·(in·v) from y, for k rows of in and out.
func (b *bidiagonal) correct(in, out, v, y []float64, k int) {
	if k == 0 {
		return
	}
	b.dots(k, len(v), in, b.ld, v, b.c)
	scale(b.c[:k], -1)
	b.axpys(k, len(y), out, b.ld, b.c, y)
}
