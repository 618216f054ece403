package numtest

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Blocks checks that s reads as want does: its shape, and every block of a
// sample of positions and leading dimensions, exactly. The destination is
// poisoned with NaN, so that an element not written shows, and so does one
// written outside the block. A want with no rows or columns checks nothing but
// that empty blocks are accepted.
func Blocks(t *testing.T, s Source, want *mat.Dense) {
	t.Helper()
	rows, cols := s.Dims()
	if r, c := want.Dims(); !want.IsEmpty() && (rows != r || cols != c) {
		t.Fatalf("shape %d×%d, want %d×%d", rows, cols, r, c)
	}
	for _, i := range cuts(rows) {
		for _, j := range cuts(cols) {
			block(t, s, want, [4]int{i[0], i[1], j[0], j[1]})
		}
	}
}

// cuts returns intervals of 0 … n: all, empty, first, last, a middle part.
func cuts(n int) [][2]int {
	return [][2]int{{0, n}, {n, n}, {0, min(1, n)}, {max(n-1, 0), n}, {n / 3, n - n/3}}
}

// block checks rows at[0] … at[1]-1, columns at[2] … at[3]-1 of s.
func block(t *testing.T, s Source, want *mat.Dense, at [4]int) {
	t.Helper()
	const padding = 3 // columns of dst beyond the block
	rows, cols := at[1]-at[0], at[3]-at[2]
	ld := cols + padding
	dst := slices.Repeat([]float64{math.NaN()}, rows*ld+padding)
	s.Block(dst, ld, at[0], at[1], at[2], at[3])
	for k, got := range dst {
		i, j := k/ld, k%ld
		if i >= rows || j >= cols {
			if !math.IsNaN(got) {
				t.Fatalf("block %v: wrote %v outside, at row %d column %d", at, got, i, j)
			}
			continue
		}
		if w := want.At(at[0]+i, at[2]+j); math.Float64bits(got) != math.Float64bits(w) {
			t.Fatalf("block %v: row %d column %d is %v, want %v", at, i, j, got, w)
		}
	}
}

// matrix is a rows × cols block within a larger array.
type matrix struct {
	rows, cols, stride, start int
	data                      []float64
}

// poisoned returns a copy of m, of the given shape, with NaN all around.
func poisoned(rows, cols int, m *mat.Dense) matrix {
	p := matrix{rows: rows, cols: cols, stride: cols + 2, start: cols + 3}
	p.data = make([]float64, (rows+2)*p.stride)
	for i := range p.data {
		p.data[i] = math.NaN()
	}
	for i := range rows {
		for j := range cols {
			p.data[p.start+i*p.stride+j] = m.At(i, j)
		}
	}
	return p
}

func (m matrix) Dims() (rows, cols int) { return m.rows, m.cols }

func (m matrix) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := i0; i < i1; i++ {
		row := m.data[m.start+i*m.stride:]
		copy(dst[(i-i0)*ld:], row[j0:j1])
	}
}

// sameBits reports whether a and b hold the same numbers, NaN equal to NaN.
func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return math.Float64bits(x) == math.Float64bits(y)
	})
}
