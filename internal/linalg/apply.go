package linalg

import "gonum.org/v1/gonum/mat"

// Apply returns scale·w·x, m × k, for the m × n matrix w and the n × k matrix
// x, no side of which is 0. w is read in strips and never held whole.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it.
func Apply(w Source, x *mat.Dense, scale float64, threads int) *mat.Dense {
	e := newEngine(best, threads)
	m, n := w.Dims()
	_, k := x.Dims()
	from, to := newSide(k, n), newSide(k, m)
	for i := range k {
		mat.Col(from.x[i*from.ld:][:n], i, x)
	}
	newReader(e, w, scale).times(from, to)
	return to.columns()
}
