package spectra

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Factored is a matrix as a product of two, Left·Rightᵀ: rows × k and cols × k, both with columns of length √σᵢ, so that neither
// runs out of a narrow dtype's range before the other. Of equal norms, the pair's sum of squares is the least (the nuclear
// norm twice).
type Factored struct{ Left, Right *mat.Dense }

// Truncated is a matrix of which some singular values are kept: the product, or, where that takes fewer directions, the
// matrix it is of without the product of the others.
type Truncated struct {
	Factored
	From       Source // the product is taken away from it; nil where the product is all
	rows, cols int
}

// Dims returns the shape of the matrix.
func (t *Truncated) Dims() (rows, cols int) { return t.rows, t.cols }

// Truncate returns w with some of its singular values kept, which it must have. The directions of the fewer, those kept or those
// left out, are found as Decompose finds them, from the nearer end: their number decides the time. The error is
// *NonFiniteError, ErrNoConvergence, ErrOverflow or *BandError.
func Truncate(w Source, keep Keep, o Options) (*Truncated, error) {
	rows, cols := w.Dims()
	r := min(rows, cols)
	if _, err := NewKeep(r, keep...); err != nil {
		return nil, err
	}
	others := keep.Others(r)
	if needed(others, r) < needed(keep, r) {
		f, err := factors(w, others, o)
		if err != nil {
			return nil, err
		}
		return &Truncated{*f, w, rows, cols}, nil
	}
	f, err := factors(w, keep, o)
	if err != nil {
		return nil, err
	}
	return &Truncated{*f, nil, rows, cols}, nil
}

// Factorise returns the product of two that keeps some of w's singular values, as Truncate does.
func Factorise(w Source, keep Keep, o Options) (*Factored, error) {
	if _, err := NewKeep(min(w.Dims()), keep...); err != nil {
		return nil, err
	}
	return factors(w, keep, o)
}

// Rows writes rows i0 ≤ i < i1 into dst, row-major without gaps.
func (t *Truncated) Rows(dst []float64, i0, i1 int) {
	_, k := t.Right.Dims()
	c := blas64.General{Rows: i1 - i0, Cols: t.cols, Stride: t.cols, Data: dst[:(i1-i0)*t.cols]}
	sign := 1.0
	if t.From != nil {
		sign = -1
		t.From.Block(dst, t.cols, i0, i1, 0, t.cols)
	} else {
		clear(c.Data)
	}
	if k == 0 || i0 == i1 {
		return
	}
	left := t.Left.Slice(i0, i1, 0, k).(*mat.Dense).RawMatrix()
	blas64.Gemm(blas.NoTrans, blas.Trans, sign, left, t.Right.RawMatrix(), 1, c)
}

// factors are those of the kept values; without any they have no columns.
func factors(w Source, keep Keep, o Options) (*Factored, error) {
	indices := keep.indices()
	if len(indices) == 0 {
		return &Factored{&mat.Dense{}, &mat.Dense{}}, nil
	}
	d, err := Decompose(w, request(indices, min(w.Dims())), o)
	if err != nil {
		return nil, err
	}
	var at []int
	for i, index := range d.Index {
		if _, wanted := slices.BinarySearch(indices, index); wanted {
			at = append(at, i)
		}
	}
	return &Factored{d.scaled(d.In, at), d.scaled(d.Out, at)}, nil
}

// scaled returns columns of m, one for each direction of d, times the roots of their values.
func (d *Decomposition) scaled(m *mat.Dense, columns []int) *mat.Dense {
	p := pick(m, columns)
	raw := p.RawMatrix()
	for j, c := range columns {
		root := math.Sqrt(d.Sigma[d.Index[c]])
		for i := range raw.Rows {
			raw.Data[i*raw.Stride+j] *= root
		}
	}
	return p
}

// request returns the cheapest that finds the directions of some indices of r, ascending: each from the top or from the bottom.
func request(indices []int, r int) Request {
	var best Request
	if len(indices) == 0 {
		return best
	}
	best.Top = indices[len(indices)-1] + 1
	for i, index := range indices {
		q := Request{Bottom: r - index}
		if i > 0 {
			q.Top = indices[i-1] + 1
		}
		if q.Top+q.Bottom < best.Top+best.Bottom {
			best = q
		}
	}
	return best
}

// needed is how many directions have to be found for those kept.
func needed(keep Keep, r int) int {
	q := request(keep.indices(), r)
	return q.Top + q.Bottom
}
