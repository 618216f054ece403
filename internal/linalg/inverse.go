package linalg

import (
	"math"
	"math/rand/v2"
)

// shifted is the LU factorisation with row exchanges of T − λ·I for a
// tridiagonal T: U has two diagonals above its own (Dgttrf).
type shifted struct {
	u0, u1, u2, l []float64
	swap          []bool
}

func newShifted(n int) *shifted {
	return &shifted{make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n), make([]bool, n)}
}

// factor factors t − lambda·I. Pivots smaller than tiny are replaced by it:
// they belong to the eigenvector sought.
func (s *shifted) factor(t tridiagonal, lambda, tiny float64) {
	n := len(t.d)
	a, b := t.d[0]-lambda, 0.0
	if n > 1 {
		b = t.e[0]
	}
	for i := range n {
		if i == n-1 {
			s.u0[i], s.u1[i], s.u2[i] = pivot(a, tiny), 0, 0
			return
		}
		c, d, e := t.e[i], t.d[i+1]-lambda, 0.0
		if i < n-2 {
			e = t.e[i+1]
		}
		s.swap[i] = math.Abs(a) < math.Abs(c)
		if s.swap[i] {
			s.u0[i], s.u1[i], s.u2[i] = pivot(c, tiny), d, e
			s.l[i] = a / s.u0[i]
			a, b = b-s.l[i]*d, -s.l[i]*e
			continue
		}
		s.u0[i], s.u1[i], s.u2[i] = pivot(a, tiny), b, 0
		s.l[i] = c / s.u0[i]
		a, b = d-s.l[i]*b, e
	}
}

func pivot(x, tiny float64) float64 {
	if math.Abs(x) < tiny {
		return math.Copysign(tiny, x)
	}
	return x
}

// solveLimit is where a solution is made smaller: a step of substitution grows
// by 1/tiny at most, far less than what is left of the range.
const solveLimit = 0x1p500

// solve replaces x by a multiple of the solution of (T − λ·I)·z = x.
func (s *shifted) solve(x []float64) {
	n := len(x)
	for i := range n - 1 {
		if s.swap[i] {
			x[i], x[i+1] = x[i+1], x[i]
		}
		x[i+1] -= s.l[i] * x[i]
	}
	var x1, x2 float64
	for i := n - 1; i >= 0; i-- {
		x[i] = (x[i] - s.u1[i]*x1 - s.u2[i]*x2) / s.u0[i]
		if math.Abs(x[i]) > solveLimit {
			scale(x, 1/solveLimit)
			x1 /= solveLimit
		}
		x1, x2 = x[i], x1
	}
}

// inverseRounds is the number of solutions for each eigenvector. A random start
// makes the second exact to rounding nearly always (Ipsen 1997); the third is
// for the rest.
const inverseRounds = 3

// inverseIteration returns the unit eigenvectors of t for the eigenvalues
// lambda as rows, ld apart. Each is made orthogonal to all before it, which
// takes care of clusters (Dstein orthogonalises within them only).
func (e *engine) inverseIteration(t tridiagonal, lambda []float64, ld int) []float64 {
	n := len(t.d)
	z := make([]float64, len(lambda)*ld)
	lo, hi := gershgorin(t)
	tiny := max(max(-lo, hi)*0x1p-53, 0x1p-400) // for the zero matrix
	s, basis := newShifted(n), e.newBasis(z, n, ld)
	for i, l := range lambda {
		s.factor(t, l, tiny)
		x := z[i*ld:][:n]
		randomFill(x, uint64(i))
		for range inverseRounds {
			s.solve(x)
			basis.add(i, uint64(i))
		}
	}
	return z
}

// randomFill writes numbers that depend on the seed alone.
func randomFill(x []float64, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, uint64(len(x))))
	for j := range x {
		x[j] = rng.Float64() - 0.5
	}
}

// basis is a growing set of orthonormal rows of n elements, ld apart.
type basis struct {
	*engine
	x     []float64
	n, ld int
	c     []float64
}

func (e *engine) newBasis(x []float64, n, ld int) *basis {
	return &basis{e, x, n, ld, make([]float64, len(x)/max(ld, 1)+1)}
}

// add makes row i a unit vector orthogonal to the rows before it, and returns
// its length before, less what lay along them. A row that lies among those
// before it, or is zero, is replaced by a random direction and counts as 0.
// The classical Gram-Schmidt process is run twice, which is enough (Giraud,
// Langou and Rozložník 2005).
func (b *basis) add(i int, seed uint64) float64 {
	x := b.x[i*b.ld:][:b.n]
	length := b.unit(x)
	kept := b.project(i, x)
	if length*kept == 0 || kept < 0x1p-40 {
		length = 0
		for try := uint64(1); kept < 0x1p-40; try++ {
			randomFill(x, seed+try<<32)
			b.unit(x)
			if kept = b.project(i, x); try > 8 { // no room for another direction
				break
			}
		}
	}
	b.project(i, x)
	return length * kept
}

// project takes from the unit vector x its parts along the first i rows, and
// returns the length of the rest, which it makes a unit vector.
func (b *basis) project(i int, x []float64) float64 {
	if i > 0 {
		b.dots(i, b.n, b.x, b.ld, x, b.c)
		scale(b.c[:i], -1)
		b.axpys(i, b.n, b.x, b.ld, b.c, x)
	}
	return b.unit(x)
}

// unit divides x by its length, which it returns; a zero x is left.
func (b *basis) unit(x []float64) float64 {
	var top float64
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	if top == 0 {
		return 0
	}
	// A power of two brings the squares within the range.
	_, exp := math.Frexp(top)
	f := math.Ldexp(1, -min(max(exp, -1000), 1000))
	scale(x, f)
	b.dots(1, len(x), x, 0, x, b.one)
	length := math.Sqrt(b.one[0])
	scale(x, 1/length)
	return length / f
}
