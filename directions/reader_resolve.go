package directions

import (
	"math"
	"slices"

	"wspec/internal/linalg"
)

// settle ends the lists of a task's vectors and groups, in the pass's last
// block, and notes the tokens whose exact scores they want.
func (s *scan) settle(first, last int, groups []group) {
	for v := first; v < last; v++ {
		y := &s.tally[v]
		dot, cosine, centred := s.distances(v)
		ids := y.dot.wanted([]int32{}, &dot)
		s.ids[v] = y.centred.wanted(y.cosine.wanted(ids, &cosine), &centred)
	}
	for g := 0; g < len(groups) && groups[g].first < last; g++ {
		d := s.spread(&groups[g])
		for v := groups[g].first; v < groups[g].last; v++ {
			s.ids[v] = groups[g].best.wanted(s.ids[v], &d)
		}
	}
	for v := first; v < last; v++ {
		s.ids[v] = ascending(s.ids[v])
	}
}

// resolve makes the lists from exact scores.
func (s *scan) resolve(threads int) {
	exactly(linalg.Choice{
		D: s.d, Rows: s.n, Vectors: s.vectors, Read: s.row, IDs: s.ids, Take: s.finish,
	}, nil, threads)
	for g := range s.groups {
		s.leverage(&s.groups[g])
	}
}

// row reads rows as load does.
func (s *scan) row(dst []float32, i0, i1 int) { s.scaled(dst, make([]float64, (i1-i0)*s.d), i0) }

// finish makes the lists of a vector from its exact scores.
func (s *scan) finish(v int, dots []float64) {
	y, ids := &s.tally[v], s.ids[v]
	score := func(id int32) float64 { return dotOf(ids, dots, id) }
	y.lists[0][0], y.lists[0][1] = y.dot.lists(ids, score)
	y.lists[1][0], y.lists[1][1] = y.cosine.lists(ids, func(id int32) float64 { return score(id) * s.inverse[id] })
	y.lists[2][0], y.lists[2][1] = y.centred.lists(ids, func(id int32) float64 { return (score(id) - y.mean) * s.inverseCentred[id] })
	y.dot, y.cosine, y.centred = shortPoles{}, shortPoles{}, shortPoles{}
	if s.grouped(v) {
		y.dots = dots
	}
}

// grouped reports whether a vector is one of a block's.
func (s *scan) grouped(v int) bool {
	i, _ := slices.BinarySearchFunc(s.groups, v, func(g group, v int) int { return g.last - 1 - v })
	return i < len(s.groups) && s.groups[i].first <= v
}

// leverage makes a group's list.
func (s *scan) leverage(g *group) {
	g.list, _ = (&shortPoles{high: g.best}).lists(s.ids[g.first], func(id int32) float64 {
		var sum float64
		for v := g.first; v < g.last; v++ {
			x := dotOf(s.ids[v], s.tally[v].dots, id)
			sum += x * x
		}
		return math.Sqrt(sum) * s.inverse[id]
	})
	g.best = shortlist{}
}
