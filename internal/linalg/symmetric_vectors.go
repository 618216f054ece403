package linalg

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// PositiveEigen returns all eigenvalues, descending, of the positive semidefinite
// a, n × n, n ≥ 1, of which the lower triangle of row-major data is read, and
// unit eigenvectors of the k ≤ n largest as the columns of an n × k matrix,
// empty for k = 0. Small eigenvalues may come out negative by rounding: their
// error is of the order of n·ε·λ₁, whatever their size. Vectors of values
// nearer than that are some orthonormal basis of the space they share.
//
// The tridiagonal form's eigenvectors are found by inverse iteration and
// transformed back. Memory: one copy of a, and as much again with vectors.
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence.
func PositiveEigen(a *mat.Dense, k, threads int) (lambda []float64, vectors *mat.Dense, err error) {
	n, cols := a.Dims()
	if n != cols || k > n {
		panic(fmt.Sprintf("linalg: %d eigenvectors of a %d × %d matrix", k, n, cols))
	}
	e := newEngine(best, threads)
	g := e.newSymmetric(n)
	for i := range n {
		copy(g.data[i*g.ld:], a.RawRowView(i)[:i+1])
		for j := i / e.nr * e.nr; j < i; j++ { // both halves of the squares on the diagonal
			g.data[j*g.ld+i] = a.At(i, j)
		}
	}
	unit, ok := e.normalize(g)
	if !ok {
		return nil, nil, ErrNoConvergence
	}
	vectors = &mat.Dense{}
	if unit == 0 { // any basis will do
		if k > 0 {
			vectors = mat.NewDense(n, k, nil)
		}
		for i := range k {
			vectors.Set(i, i, 1)
		}
		return make([]float64, n), vectors, nil
	}
	t, back := e.tridiagonalize(g, k > 0)
	lambda, err = e.tridiagonalValues(tridiagonal{slices.Clone(t.d), slices.Clone(t.e)})
	if err != nil {
		return nil, nil, err
	}
	slices.Reverse(lambda)
	if k > 0 {
		s := side{k: k, n: n, ld: roundUp(n, lineLanes)}
		s.x = e.inverseIteration(t, lambda[:k], s.ld)
		back(s.x, k, s.ld)
		vectors = s.columns()
	}
	for i := range lambda {
		lambda[i] /= unit
	}
	return lambda, vectors, nil
}
