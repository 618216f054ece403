package directions

import (
	"iter"
	"math"
	"math/bits"

	"wspec/internal/linalg"
)

// scan is one pass of many unit vectors over a table.
type scan struct {
	*table
	vectors []float32 // m × d
	m       int
	tokens  int // kept at each pole, of each block and by each measure
	tally   []tally
	groups  []group  // in order of vectors, not overlapping
	tasks   [][2]int // of vectors
	starts  []int    // of each task, its first group
	// Of each token, 1/‖e_t‖ and 1/‖e_t − ē‖ with the table's scale; 0 where the
	// norm is.
	inverse, inverseCentred []float32
}

// tally is what a vector's scores come to.
type tally struct {
	dot, cosine, centred poles
	mean                 float64 // of the scores: ē·v
	squares, cubes       float64 // central moments, times the number of tokens
}

// group is the vectors first ≤ v < last of one block, read as a subspace.
type group struct {
	first, last int
	best        best // of squared leverages
}

// newScan prepares a pass of m vectors; groups are ranges of them.
func newScan(t *table, vectors []float32, o ReadOptions, ranges [][2]int) *scan {
	s := &scan{table: t, vectors: vectors, m: len(vectors) / max(t.d, 1), tokens: min(o.tokens(), t.n)}
	s.inverse, s.inverseCentred = make([]float32, t.n), make([]float32, t.n)
	s.tally = make([]tally, s.m)
	for v := range s.tally {
		y := &s.tally[v]
		y.dot, y.cosine, y.centred = newPoles(min(o.tokens()+o.Spare, t.n)), newPoles(s.tokens), newPoles(s.tokens)
		for j, x := range vectors[v*t.d:][:t.d] {
			y.mean += float64(x) * t.mean[j]
		}
	}
	for _, r := range ranges {
		s.groups = append(s.groups, group{r[0], r[1], newBest(s.tokens)})
	}
	s.share()
	return s
}

// share divides the vectors into tasks, each group within one.
func (s *scan) share() {
	first, g := 0, 0
	for first < s.m {
		s.starts = append(s.starts, g)
		last := min(first+linalg.ProjectTask, s.m)
		for g < len(s.groups) && s.groups[g].first < last {
			last = max(last, s.groups[g].last)
			g++
		}
		s.tasks = append(s.tasks, [2]int{first, last})
		first = last
	}
}

// run makes the pass, under the caller's guard.
func (s *scan) run(threads int) {
	linalg.Project(linalg.Projection{
		Vectors: s.vectors, M: s.m, D: s.d, Rows: s.n, Read: s.load, Tasks: s.tasks, Visit: s.visit,
	}, max(threads, 1))
}

// load gives rows of the table in float32, and notes their norms.
func (s *scan) load(dst []float32, i0, i1 int) {
	buf := make([]float64, (i1-i0)*s.d)
	s.read(buf, i0, i1)
	factor := math.Ldexp(1, s.exponent)
	for i := i0; i < i1; i++ {
		row, out := buf[(i-i0)*s.d:][:s.d], dst[(i-i0)*s.d:][:s.d]
		var squares, centred float64
		for j, v := range row {
			v *= factor
			out[j] = float32(v)
			squares += v * v
			v -= s.mean[j]
			centred += v * v
		}
		s.inverse[i], s.inverseCentred[i] = inverseRoot(squares), inverseRoot(centred)
	}
}

// inverseRoot returns 1/√x, 0 for 0 and where float32 has no room for it.
func inverseRoot(x float64) float32 {
	f := float32(1 / math.Sqrt(x))
	if math.IsInf(float64(f), 0) {
		return 0
	}
	return f
}

// visit takes the products of a task's vectors with tokens i0 … i0+n-1.
func (s *scan) visit(task, i0, n int, scores []float32) {
	first, last := s.tasks[task][0], s.tasks[task][1]
	for v := first; v < last; v++ {
		s.tally[v].take(scores[(v-first)*n:][:n], i0, s.inverse[i0:], s.inverseCentred[i0:])
	}
	for g := s.starts[task]; g < len(s.groups) && s.groups[g].first < last; g++ {
		s.groups[g].take(scores[(s.groups[g].first-first)*n:], i0, n, s.inverse[i0:])
	}
}

// take adds a block of scores, of tokens from i0 on.
func (y *tally) take(scores []float32, i0 int, inverse, inverseCentred []float32) {
	for first := 0; first < len(scores); first += linalg.ScreenMost {
		last := min(first+linalg.ScreenMost, len(scores))
		y.screen(scores[first:last], i0+first, inverse[first:last], inverseCentred[first:last])
	}
}

// screen takes at most [linalg.ScreenMost] scores: those within the bounds as
// they stand before the first are passed over together.
func (y *tally) screen(scores []float32, i0 int, inverse, inverseCentred []float32) {
	mean := float32(y.mean)
	s := linalg.Screen{Mean: mean, Bounds: [3][2]float32{y.dot.bounds(), y.cosine.bounds(), y.centred.bounds()}}
	s.Run(scores, inverse, inverseCentred)
	for t := range ones(&s.Hits[0]) {
		y.dot.offer(scores[t], i0+t)
	}
	for t := range ones(&s.Hits[1]) {
		y.cosine.offer(scores[t]*inverse[t], i0+t)
	}
	for t := range ones(&s.Hits[2]) {
		y.centred.offer((scores[t]-mean)*inverseCentred[t], i0+t)
	}
	y.squares += s.Squares // of float32 sums of one block: rounding stays far below sampling
	y.cubes += s.Cubes
}

// ones yields the numbers of the bits that are set, ascending.
func ones(words *[linalg.ScreenMost / 64]uint64) iter.Seq[int] {
	return func(yield func(int) bool) {
		for w, rest := range words {
			for ; rest != 0; rest &= rest - 1 {
				if !yield(64*w + bits.TrailingZeros64(rest)) {
					return
				}
			}
		}
	}
}

// skew returns the skewness of the n scores, NaN if they are all one.
func (y *tally) skew(n int) float64 {
	m2, m3 := y.squares/float64(n), y.cubes/float64(n)
	return m3 / math.Pow(m2, 1.5)
}

// take adds a block of scores of the group's vectors.
func (g *group) take(scores []float32, i0, n int, inverse []float32) {
	sum := make([]float32, n)
	for v := range g.last - g.first {
		for t, x := range scores[v*n:][:n] {
			sum[t] += x * x
		}
	}
	for t, x := range sum {
		if x *= inverse[t] * inverse[t]; x > g.best.least {
			g.best.offer(x, i0+t)
		}
	}
}
