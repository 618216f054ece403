package linalg

import "math"

// sturmPoints is the number of points that a call of kernel.sturm takes.
const sturmPoints = 32

// sturmFloor bounds the squares of off-diagonal elements from below, for a
// matrix of norm about 1. It moves an eigenvalue by 2⁻⁵⁵ at most, and keeps
// the Sturm sequence from losing all its digits to underflow at a zero.
const sturmFloor = 0x1p-112

// determinant is det(T − x·I) = m·2^exp at some x; m = 0 if it is not known.
type determinant struct{ m, exp float64 }

// bracket is an interval that holds eigenvalues below … upto-1, counted from
// the smallest, and what is known about its ends.
type bracket struct {
	lo, hi      float64
	below, upto int
	atLo, atHi  determinant
	moved       int // -1 or 1: the end that the last point replaced
	width       float64
	rounds      int // since the width was noted
}

// bisection finds eigenvalues by counting: brackets are divided until each
// holds one eigenvalue, and then narrowed by the secant method kept within
// them, all brackets together so that a vector of points is evaluated at once.
// (Wilkinson 1965, ch. 5 §39-42; Anderson and Björck 1973 for the secant.)
type bisection struct {
	e      *engine
	d, e2  []float64
	tol    float64
	from   int // the first eigenvalue sought
	active []bracket
	next   []bracket
	x      []float64
	p, exp []float64
	counts []int64
}

// bisect returns the eigenvalues of t, ascending, each within a few ε·‖T‖; those
// before from may be left 0.
func (e *engine) bisect(t tridiagonal, from int) []float64 {
	n := len(t.d)
	lo, hi := gershgorin(t)
	_, exponent := math.Frexp(max(-lo, hi))
	unit := math.Ldexp(1, -exponent)
	b := &bisection{e: e, d: make([]float64, n), e2: make([]float64, n), tol: 0x1p-52, from: from}
	for i := range b.d {
		b.d[i], b.e2[i] = t.d[i]*unit, sturmFloor
		if i > 0 {
			s := t.e[i-1] * unit
			b.e2[i] = max(s*s, sturmFloor)
		}
	}
	const margin = 0x1p-40 // far above what rounding moves a count by
	b.active = []bracket{{lo: lo*unit - margin, hi: hi*unit + margin, upto: n}}
	lambda := make([]float64, n)
	for len(b.active) > 0 {
		b.choose()
		b.evaluate()
		b.divide(lambda)
	}
	for i := range lambda {
		lambda[i] /= unit
	}
	return lambda
}

// gershgorin returns bounds of the eigenvalues of t.
func gershgorin(t tridiagonal) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, d := range t.d {
		var r float64
		if i > 0 {
			r = math.Abs(t.e[i-1])
		}
		if i < len(t.e) {
			r += math.Abs(t.e[i])
		}
		lo, hi = min(lo, d-r), max(hi, d+r)
	}
	return lo, hi
}

// points is the number of points taken in a bracket at a time.
func (r *bracket) points() int { return r.upto - r.below }

// choose lists the points of the round: as many in each bracket as it holds
// eigenvalues, the bracket being divided evenly unless there is one only.
func (b *bisection) choose() {
	b.x = b.x[:0]
	for i := range b.active {
		r := &b.active[i]
		if r.points() == 1 && r.atLo.m != 0 && r.atHi.m != 0 {
			b.x = append(b.x, r.secant(b.tol))
			continue
		}
		step := (r.hi - r.lo) / float64(r.points()+1)
		for q := range r.points() {
			b.x = append(b.x, r.lo+step*float64(q+1))
		}
	}
	for len(b.x)%sturmPoints != 0 { // a call takes them all
		b.x = append(b.x, b.x[len(b.x)-1])
	}
}

// secantRounds is the number of rounds in which the secant method has to
// narrow a bracket eightfold, as bisection would.
const secantRounds = 3

// secant returns the next point in a bracket of one eigenvalue.
func (r *bracket) secant(tol float64) float64 {
	w := r.hi - r.lo
	if r.rounds++; r.rounds > secantRounds {
		slow := w > r.width/8
		r.rounds, r.width = 0, w
		if slow {
			return r.lo + w/2
		}
	}
	// The share of the way from lo to hi: f(lo)/(f(lo) − f(hi)).
	ratio := -r.atHi.m / r.atLo.m * math.Exp2(clamp(r.atHi.exp-r.atLo.exp, 1000))
	step := w / (1 + ratio)
	// Not nearer to an end than half of what is wanted: if the eigenvalue lies
	// there, the next point will show it.
	edge := min(w/2, tol/2)
	if x := r.lo + min(max(step, edge), w-edge); r.lo < x && x < r.hi {
		return x
	}
	return r.lo + w/2 // infinite determinants, or an edge that rounding takes away
}

func clamp(x, limit float64) float64 { return min(max(x, -limit), limit) }

// evaluate runs the Sturm sequences at all points.
func (b *bisection) evaluate() {
	n := len(b.x)
	b.p, b.exp, b.counts = grow(b.p, n), grow(b.exp, n), grow(b.counts, n)
	parallel(b.e.threads, n/sturmPoints, func(_, t int) {
		i := t * sturmPoints
		b.e.sturm(len(b.d), b.d, b.e2, b.x[i:], b.p[i:], b.exp[i:], b.counts[i:])
	})
}

// divide splits the brackets at the points and moves those that are narrow
// enough to lambda.
func (b *bisection) divide(lambda []float64) {
	b.next = b.next[:0]
	at := 0
	for i := range b.active {
		r := b.active[i]
		for range b.active[i].points() {
			count := min(max(int(b.counts[at]), r.below), r.upto)
			f := determinant{b.p[at], b.exp[at]}
			left, right := r.split(b.x[at], count, f)
			b.settle(left, lambda)
			r = right
			at++
		}
		b.settle(r, lambda)
	}
	b.active, b.next = b.next, b.active
}

// split divides a bracket at x.
func (r bracket) split(x float64, count int, f determinant) (left, right bracket) {
	left, right = r, r
	left.hi, left.upto, left.atHi, left.moved = x, count, f, 1
	right.lo, right.below, right.atLo, right.moved = x, count, f, -1
	switch r.moved { // the same end again: make less of the other
	case 1:
		left.atLo.m *= shrink(f, r.atHi)
	case -1:
		right.atHi.m *= shrink(f, r.atLo)
	}
	return left, right
}

// shrink is the factor of Anderson and Björck for the value at the end that
// stays, when the value at the other has gone from before to f.
func shrink(f, before determinant) float64 {
	if g := 1 - f.m/before.m*math.Exp2(clamp(f.exp-before.exp, 1000)); g > 0 {
		return g
	}
	return 0.5
}

// settle keeps a bracket for the next round, or writes what it holds to lambda
// if it is narrow enough, or so narrow that no number lies in it.
func (b *bisection) settle(r bracket, lambda []float64) {
	middle := r.lo + (r.hi-r.lo)/2
	switch {
	case r.upto == r.below || r.upto <= b.from:
	case r.hi-r.lo <= b.tol || !(r.lo < middle && middle < r.hi):
		for i := r.below; i < r.upto; i++ {
			lambda[i] = middle
		}
	default:
		b.next = append(b.next, r)
	}
}
