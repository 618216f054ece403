package directions

import (
	"math"

	"wspec/internal/linalg"
)

// scan is one pass of many unit vectors over a table.
type scan struct {
	*table
	vectors []float32 // m × d
	m       int
	tokens  int // kept at each pole, of each block and by each measure
	tally   []tally
	groups  []group         // in order of vectors, not overlapping
	tasks   [][2]int        // of vectors
	starts  []int           // of each task, its first group
	screens []linalg.Screen // of each task
	// Of each token, 1/‖e_t‖ and 1/‖e_t − ē‖ with the table's scale, 0 where the
	// norm is; and rounded.
	inverse, inverseCentred     []float64
	inverse32, inverseCentred32 []float32
	slack, reach                []float32 // how far products are from exact ones
	ids                         [][]int32 // of each vector, the tokens that may be in a list, ascending
}

// tally is what a vector's scores come to.
type tally struct {
	dot, cosine, centred shortPoles
	mean                 float64        // of the scores: ē·v
	squares, cubes       float64        // central moments, times the number of tokens
	lists                [3][2][]Scored // by each measure, of both poles
	dots                 []float64      // exact scores of the tokens that may be in a list, for a block's
}

// group is the vectors first ≤ v < last of one block, read as a subspace.
type group struct {
	first, last int
	best        shortlist // of leverages
	list        []Scored
}

// newScan prepares a pass of m vectors; groups are ranges of them.
func newScan(t *table, vectors []float32, o ReadOptions, ranges [][2]int) *scan {
	s := &scan{table: t, vectors: vectors, m: len(vectors) / max(t.d, 1), tokens: min(o.tokens(), t.n)}
	s.inverse, s.inverseCentred = make([]float64, t.n), make([]float64, t.n)
	s.inverse32, s.inverseCentred32 = make([]float32, t.n), make([]float32, t.n)
	s.tally, s.ids = make([]tally, s.m), make([][]int32, s.m)
	s.slack, s.reach = make([]float32, s.m), make([]float32, t.n)
	for v := range s.tally {
		y := &s.tally[v]
		y.dot, y.cosine, y.centred = newShortPoles(min(o.tokens()+o.Spare, t.n)), newShortPoles(s.tokens), newShortPoles(s.tokens)
		for j, x := range vectors[v*t.d:][:t.d] {
			y.mean += float64(x) * t.mean[j]
		}
	}
	for _, r := range ranges {
		s.groups = append(s.groups, group{first: r[0], last: r[1], best: newShortlist(s.tokens)})
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
	s.screens = make([]linalg.Screen, len(s.tasks))
}

// run makes the pass, under the caller's guard.
func (s *scan) run(threads int) {
	linalg.Project(linalg.Projection{
		Vectors: s.vectors, M: s.m, D: s.d, Rows: s.n, Read: s.load, Tasks: s.tasks, Visit: s.visit,
		Slack: s.slack, Reach: s.reach, Shift: norm(s.mean),
	}, max(threads, 1))
	s.resolve(max(threads, 1))
}

// load gives rows of the table in float32, and notes their norms.
func (s *scan) load(dst []float32, i0, i1 int) {
	buf := make([]float64, (i1-i0)*s.d)
	s.scaled(dst, buf, i0)
	for i := i0; i < i1; i++ {
		var squares, centred float64
		for j, v := range buf[(i-i0)*s.d:][:s.d] {
			squares += v * v
			v -= s.mean[j]
			centred += v * v
		}
		s.inverse[i], s.inverseCentred[i] = inverseRoot(squares), inverseRoot(centred)
		s.inverse32[i], s.inverseCentred32[i] = float32(s.inverse[i]), float32(s.inverseCentred[i])
	}
}

// scaled reads rows from i0 on with the table's scale, and rounds them.
func (t *table) scaled(dst []float32, buf []float64, i0 int) {
	t.read(buf, i0, i0+len(buf)/t.d)
	factor := math.Ldexp(1, t.exponent)
	for j, v := range buf {
		v *= factor
		buf[j], dst[j] = v, float32(v)
	}
}

// inverseRoot returns 1/√x, 0 for 0 and where float32 has no room for it.
func inverseRoot(x float64) float64 {
	f := 1 / math.Sqrt(x)
	if math.IsInf(float64(float32(f)), 0) {
		return 0
	}
	return f
}

// visit takes the products of a task's vectors with a block of tokens.
func (s *scan) visit(task int, p *linalg.Products) {
	first, last := s.tasks[task][0], s.tasks[task][1]
	for v := first; v < last; v++ {
		s.take(&s.screens[task], v, p.Of(v-first), p.First)
	}
	groups := s.groups[s.starts[task]:]
	for g := 0; g < len(groups) && groups[g].first < last; g++ {
		s.join(&groups[g], p, first)
	}
	if p.First+p.N == s.n {
		s.settle(first, last, groups)
	}
}

// take adds a block of scores of a vector, of tokens from i0 on.
func (s *scan) take(c *linalg.Screen, v int, scores []float32, i0 int) {
	for first := 0; first < len(scores); first += linalg.ScreenMost {
		last := min(first+linalg.ScreenMost, len(scores))
		s.screen(c, v, scores[first:last], i0+first)
	}
}

// distances are those of a vector's scores by each measure.
func (s *scan) distances(v int) (dot, cosine, centred distance) {
	return distance{s.slack[v], s.reach, nil}, distance{s.slack[v], s.reach, s.inverse32}, distance{s.slack[v], s.reach, s.inverseCentred32}
}

// screen takes at most [linalg.ScreenMost] scores: those within the bounds as
// they stand before the first are passed over together.
func (s *scan) screen(c *linalg.Screen, v int, scores []float32, i0 int) {
	y, mean := &s.tally[v], float32(s.tally[v].mean)
	last := i0 + len(scores)
	dot, cosine, centred := s.distances(v)
	parts := [3]part{
		{&y.dot, scored{i0, scores, 0, nil}, &dot},
		{&y.cosine, scored{i0, scores, 0, s.inverse32[i0:last]}, &cosine},
		{&y.centred, scored{i0, scores, mean, s.inverseCentred32[i0:last]}, &centred},
	}
	c.Mean, c.Slack, c.Squares, c.Cubes = mean, s.slack[v], y.squares, y.cubes
	for m, p := range parts {
		if i0 == 0 {
			p.poles.high.begin(&p.scores, 1, p.distance)
			p.poles.low.begin(&p.scores, -1, p.distance)
		}
		c.Bounds[m] = p.poles.bounds()
	}
	c.Run(scores, s.reach[i0:], parts[1].scores.factor, parts[2].scores.factor)
	y.squares, y.cubes = c.Squares, c.Cubes // of float32 sums of one block: rounding stays far below sampling
	for m, p := range parts {
		p.poles.low.add(c.Hits(m, 0), &p.scores, -1, p.distance)
		p.poles.high.add(c.Hits(m, 1), &p.scores, 1, p.distance)
	}
}

// part is one measure of a block.
type part struct {
	poles    *shortPoles
	scores   scored
	distance *distance
}

// skew returns the skewness of the n scores, NaN if they are all one.
func (y *tally) skew(n int) float64 {
	m2, m3 := y.squares/float64(n), y.cubes/float64(n)
	return m3 / math.Pow(m2, 1.5)
}

// join adds a block of scores of a group's vectors; first is that of the task.
// Their norm is as far from exact as the norm of their own distances.
func (s *scan) join(g *group, p *linalg.Products, first int) {
	sum := make([]float32, p.N)
	for v := g.first; v < g.last; v++ {
		for t, x := range p.Of(v - first) {
			sum[t] += x * x
		}
	}
	d := s.spread(g)
	for t, x := range sum {
		g.best.offer(float32(math.Sqrt(float64(x)))*s.inverse32[p.First+t], int32(p.First+t), &d)
	}
}

// spread is the distance of a group's leverages.
func (s *scan) spread(g *group) distance {
	var sum float64
	for _, x := range s.slack[g.first:g.last] {
		sum += float64(x) * float64(x)
	}
	return distance{float32(1.0001 * math.Sqrt(sum)), s.reach, s.inverse32}
}
