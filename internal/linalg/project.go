package linalg

import "math"

// Projection multiplies many short vectors with the rows of a long table, block
// by block of rows: no table of all products is ever formed. Products are
// approximate, each within a known distance of the exact one: they are for
// finding which rows matter, whose products [Dots] gives exactly.
type Projection struct {
	// Vectors are M rows of D numbers, one after the other.
	Vectors []float32
	M, D    int
	// Rows is the length of the table. Read writes its rows i0 ≤ i < i1 to
	// dst, D numbers each; it is called for each row once, concurrently.
	Rows int
	Read func(dst []float32, i0, i1 int)
	// Tasks are the ranges first ≤ v < last of vectors that one goroutine
	// takes at a time. They may not overlap.
	Tasks [][2]int
	// Visit is given the products of a task's vectors with a block of rows. The
	// blocks of a task come in order, one at a time; those of different tasks
	// concurrently. Products are only lent.
	Visit func(task int, p *Products)
	// Slack, of M numbers, and Reach, of Rows, are set by Project: the exact
	// product of vector v with row t is within Slack[v]·Reach[t] of the one given.
	// There is room in it for 32 roundings to float32 of the product, and for
	// four of a number of Shift times the vector's norm.
	Slack, Reach []float32
	Shift        float64
}

// Products are those of a task's vectors with rows First ≤ t < First+N.
type Products struct {
	First, N int
	scores   []float32
	stride   int
}

// Of returns the products of the v-th vector of the task. One that is not a
// number or infinite stands for any.
func (p *Products) Of(v int) []float32 { return p.scores[v*p.stride:][:p.N] }

// ProjectTask is the number of vectors for which a task is most efficient: as
// many as are packed for a level 2 cache.
const ProjectTask = 192

// multiplier is the arithmetic of a projection.
type multiplier interface {
	// rows is the length of a block, unit how many of its rows are packed
	// together.
	rows() (block, unit int)
	// slack packs the vectors and tells how far the products with a row of
	// reach 1 are from exact ones.
	vectors(slack []float32)
	// pack packs the rows from j on of a block of n, at most a unit of them, and
	// tells their reach.
	pack(worker, j int, rows, reach []float32)
	// multiply forms the products of vectors first … last-1 with the n rows.
	multiply(worker, first, last, n int) (scores []float32, stride int)
}

// Project runs p on at most threads goroutines, at least 1. What Visit is
// given depends on neither their number nor the division into tasks.
func Project(p Projection, threads int) { project(&p, best, threads) }

func project(p *Projection, k *kernel, threads int) {
	if p.M == 0 || p.Rows == 0 || p.D == 0 {
		return
	}
	threads = max(threads, 1)
	var by multiplier = newSingles(p, k.f32, threads)
	if k.half != nil {
		by = newHalves(p, k.half, threads)
	}
	by.vectors(p.Slack)
	block, _ := by.rows()
	bufs := make([][]float32, threads)
	for i := 0; i < p.Rows; i += block {
		n := min(block, p.Rows-i)
		p.load(by, bufs, i, n)
		parallel(threads, len(p.Tasks), func(worker, t int) {
			scores, stride := by.multiply(worker, p.Tasks[t][0], p.Tasks[t][1], n)
			p.Visit(t, &Products{First: i, N: n, scores: scores, stride: stride})
		})
	}
}

// load reads and packs rows i … i+n-1, a unit at a time.
func (p *Projection) load(by multiplier, bufs [][]float32, i, n int) {
	_, unit := by.rows()
	parallel(len(bufs), (n+unit-1)/unit, func(worker, t int) {
		j := t * unit
		w := min(unit, n-j)
		bufs[worker] = grow(bufs[worker], unit*p.D)
		buf := bufs[worker][:w*p.D]
		p.Read(buf, i+j, i+j+w)
		by.pack(worker, j, buf, p.Reach[i+j:i+j+w])
	})
}

// Norms beyond largest make a bound infinite, so that no product overflows
// unseen. To the reach of a row leastReach is added and a vector's slack is at
// least leastSlack: their product is far above what is lost where products of
// float32, or of bfloat16, which has no subnormal numbers, vanish.
const (
	largestNorm = 0x1p60
	leastReach  = 0x1p-40
	leastSlack  = 0x1p-30
)

// roundings is the relative error of a sum of d products in float32, in
// whatever order, (d+1)·u/(1 − (d+1)·u) (Higham, Accuracy and Stability, §3.1),
// and of some more operations: 32 for the caller and as many for the bound.
func roundings(d int) float64 {
	const unit = 0x1p-24
	u := float64(d+64) * unit
	return u / (1 - min(u, 0.5))
}

// slackOf rounds a vector's slack up.
func slackOf(slack, norm float64) float32 {
	if !(norm <= largestNorm) {
		return float32(math.Inf(1))
	}
	return float32(1.0001 * max(slack, leastSlack))
}

// reachOf is the reach of a row with the norm and the rounding error given.
func (p *Projection) reachOf(norm, rounded float64) float32 {
	if !(norm <= largestNorm) {
		return float32(math.Inf(1))
	}
	return float32(1.001 * (norm + rounded + p.Shift/8 + leastReach)) // norms are summed in float32
}

// norm32 returns the norm of x, NaN or infinite where it is not far below the
// largest float32.
func norm32(x []float32) float64 {
	var s [4]float64
	for ; len(x) >= 4; x = x[4:] {
		for i := range s {
			s[i] += float64(x[i]) * float64(x[i])
		}
	}
	for _, v := range x {
		s[0] += float64(v) * float64(v)
	}
	return math.Sqrt(s[0] + s[1] + s[2] + s[3])
}
