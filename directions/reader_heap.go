package directions

import (
	"cmp"
	"math"
	"slices"
)

// best keeps the k largest of the scores it is offered, of equal ones those of
// the lowest IDs: a heap with the least of them on top.
type best struct {
	k    int
	heap []found
	// least is what a score has to pass to be kept.
	least float32
}

func newBest(k int) best {
	b := best{k: k, heap: make([]found, 0, k), least: float32(math.Inf(-1))}
	if k == 0 {
		b.least = float32(math.Inf(1))
	}
	return b
}

// before orders by rank: higher scores first, then lower IDs.
func (f found) before(g found) bool { return f.score > g.score || f.score == g.score && f.id < g.id }

// offer takes a score that is larger than least, with an ID that is higher
// than all before it.
func (b *best) offer(score float32, id int) {
	f := found{score, int32(id)}
	if len(b.heap) < b.k {
		b.heap = append(b.heap, f)
		b.up(len(b.heap) - 1)
	} else {
		b.heap[0] = f
		b.down()
	}
	if len(b.heap) == b.k {
		b.least = b.heap[0].score
	}
}

func (b *best) up(i int) {
	for i > 0 {
		p := (i - 1) / 2
		if !b.heap[p].before(b.heap[i]) {
			return
		}
		b.heap[p], b.heap[i] = b.heap[i], b.heap[p]
		i = p
	}
}

func (b *best) down() {
	i := 0
	for {
		c := 2*i + 1
		if c >= len(b.heap) {
			return
		}
		if c+1 < len(b.heap) && b.heap[c].before(b.heap[c+1]) {
			c++
		}
		if !b.heap[i].before(b.heap[c]) {
			return
		}
		b.heap[i], b.heap[c] = b.heap[c], b.heap[i]
		i = c
	}
}

// list returns what was kept in order, scores times factor.
func (b *best) list(factor float64) []Scored {
	slices.SortFunc(b.heap, func(f, g found) int {
		return cmp.Or(cmp.Compare(g.score, f.score), cmp.Compare(f.id, g.id))
	})
	all := make([]Scored, len(b.heap))
	for i, f := range b.heap {
		all[i] = Scored{int(f.id), float64(f.score) * factor}
	}
	return all
}

// poles keeps both ends of one measure's scores.
type poles struct{ high, low best } // low holds scores with the sign changed

func newPoles(k int) poles { return poles{newBest(k), newBest(k)} }

func (p *poles) lists(factor float64) (positive, negative []Scored) {
	return p.high.list(factor), p.low.list(-factor)
}
