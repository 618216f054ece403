// Package linalg computes singular values and triangular factors of matrices
// that are read block by block, so that a tensor stored in two bytes a number
// is never held whole in eight.
//
// Inputs are never modified. Numbers must be finite: callers check, since
// eigenvalue routines answer NaN with garbage rather than with an error.
// The working memory of every function is bounded and given by Footprint and
// FactorFootprint.
package linalg

import (
	"errors"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// ErrNoConvergence reports that an iteration for eigenvalues or singular
// values did not converge, or met a number that is not finite.
var ErrNoConvergence = errors.New("linalg: singular values did not converge")

// Source is a rectangular block of numbers read block by block, so that no
// float64 copy of a whole tensor need exist. Reading does not change it;
// concurrent calls of Block are allowed.
type Source interface {
	// Dims returns the shape, rows × cols; either may be 0.
	Dims() (rows, cols int)
	// Block widens rows i0 ≤ i < i1, columns j0 ≤ j < j1 into dst,
	// row-major with leading dimension ld ≥ j1-j0. Elements of dst outside
	// the block are not written.
	Block(dst []float64, ld, i0, i1, j0, j1 int)
}

type dense struct{ m blas64.General }

// Dense returns m as a Source of the same shape. It keeps a reference to m.
// The empty matrix &mat.Dense{} is 0 × 0.
func Dense(m *mat.Dense) Source {
	if m.IsEmpty() {
		return dense{}
	}
	return dense{m.RawMatrix()}
}

func (d dense) Dims() (rows, cols int) { return d.m.Rows, d.m.Cols }

func (d dense) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := i0; i < i1; i++ {
		row := d.m.Data[i*d.m.Stride:]
		copy(dst[(i-i0)*ld:], row[j0:j1])
	}
}

type transposed struct{ s Source }

// Transpose returns the cols × rows transpose of the rows × cols Source s.
// The transpose of a transpose is the original.
func Transpose(s Source) Source {
	if t, ok := s.(transposed); ok {
		return t.s
	}
	return transposed{s}
}

func (t transposed) Dims() (rows, cols int) {
	cols, rows = t.s.Dims()
	return rows, cols
}

// tileSide is the side of the square tiles a transpose is copied by: two
// tiles of 32 × 32 numbers (8 KiB each) fit in a level 1 cache.
const tileSide = 32

func (t transposed) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	var tile [tileSide * tileSide]float64
	for i := i0; i < i1; i += tileSide {
		ie := min(i+tileSide, i1)
		for j := j0; j < j1; j += tileSide {
			je := min(j+tileSide, j1)
			t.s.Block(tile[:], tileSide, j, je, i, ie)
			for p := range ie - i {
				out := dst[(i-i0+p)*ld+j-j0:][:je-j]
				for q := range out {
					out[q] = tile[q*tileSide+p]
				}
			}
		}
	}
}

// tall returns w or its transpose, whichever has at least as many rows as
// columns, with its shape. Working on one orientation makes the values of a
// matrix and of its transpose the same to the bit.
func tall(w Source) (t Source, rows, cols int) {
	rows, cols = w.Dims()
	if rows < cols {
		return Transpose(w), cols, rows
	}
	return w, rows, cols
}

// Scaled returns s with every number times factor, of the same shape. With a
// power of two nothing is rounded within the range of float64.
func Scaled(s Source, factor float64) Source { return scaled{s, factor} }

type scaled struct {
	Source
	factor float64
}

func (s scaled) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	s.Source.Block(dst, ld, i0, i1, j0, j1)
	for i := range i1 - i0 {
		scale(dst[i*ld:][:j1-j0], s.factor)
	}
}
