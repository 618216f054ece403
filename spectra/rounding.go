package spectra

import "math"

// profile is what rounding to a storage dtype does to a matrix, row by row and
// column by column: the sums of the variances of its entries' errors. See
// census.rounding for an entry's.
type profile struct{ row, col []float64 }

// add adds a tile whose first entry is (i0, j0), n columns wide, stored with
// spacing epsilon at 1.
func (p profile) add(tile []float64, at [2]int, n int, epsilon float64) {
	if epsilon == 0 {
		return
	}
	unit := epsilon / math.Sqrt(12)
	col := p.col[at[1]:][:n]
	for i := range len(tile) / n {
		var sum float64
		for j, v := range tile[i*n:][:n] {
			binade := math.Float64frombits(math.Float64bits(v) & (expMask << mantissaBits))
			binade *= unit
			sum += binade * binade
			col[j] += binade * binade
		}
		p.row[at[0]+i] += sum
	}
}

// plus returns the profile of the sum of two independent errors.
func (p profile) plus(q profile) profile {
	return profile{added(p.row, q.row), added(p.col, q.col)}
}

func added(x, y []float64) []float64 {
	z := make([]float64, len(x))
	for i, v := range x {
		z[i] = v + y[i]
	}
	return z
}

// tracyWidom999 is the 99.9 % point of the Tracy–Widom law of order 1 (as
// tabulated by Bejan 2005): of a thousand matrices of noise one passes it.
const tracyWidom999 = 3.2724

// edge returns what the largest singular value of a matrix of independent errors
// does not pass: the largest root of a row's sum of variances plus that of a
// column's (Bandeira & van Handel 2016), which is sd·(√m + √n) where all
// variances are sd²; times the Tracy–Widom margin of that case in Johnstone's
// (2001) scaling.
func (p profile) edge() float64 {
	m, n := len(p.row), len(p.col)
	if m == 0 || n == 0 {
		return 0
	}
	var row, col float64
	for _, v := range p.row {
		row = max(row, v)
	}
	for _, v := range p.col {
		col = max(col, v)
	}
	return (math.Sqrt(row) + math.Sqrt(col)) * edgeMargin(m, n)
}

// edgeMargin is what the largest singular value of m × n numbers of variance 1
// may be over √m + √n, as a factor.
func edgeMargin(m, n int) float64 {
	a, b := math.Sqrt(float64(m)), math.Sqrt(float64(n))
	mu, tau := (a+b)*(a+b), (a+b)*math.Cbrt(1/a+1/b)
	return math.Sqrt(1 + tracyWidom999*tau/mu)
}

// noiseEdge is edge for independent entries of one variance with a Frobenius
// norm.
func noiseEdge(m, n int, norm float64) float64 {
	if m == 0 || n == 0 {
		return 0
	}
	return norm * (1/math.Sqrt(float64(m)) + 1/math.Sqrt(float64(n))) * edgeMargin(m, n)
}
