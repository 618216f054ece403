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

type found struct {
	score float32
	id    int32
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

// offer takes a score outside the bounds.
func (p *poles) offer(score float32, id int) {
	if score > p.high.least {
		p.high.offer(score, id)
	}
	if -score > p.low.least {
		p.low.offer(-score, id)
	}
}

// bounds are the scores below and above which offer has something to do.
func (p *poles) bounds() [2]float32 { return [2]float32{-p.low.least, p.high.least} }

// gate returns c and w such that offer has nothing to do with a score x for
// which beyond(x, c, w) is false: one comparison for both poles. It changes
// with every score taken.
func (p *poles) gate() (c float32, w uint32) {
	hi, lo := p.high.least, -p.low.least
	if math.IsInf(float64(hi), 0) || math.IsInf(float64(lo), 0) {
		return 0, 0 // everything is wanted
	}
	// The slack is for the rounding of c and of x − c.
	const slack = 0x1p-21
	half := hi/2 - lo/2 - slack*(abs(hi)+abs(lo))
	return hi/2 + lo/2, math.Float32bits(max(half, 0))
}

// beyond reports whether |x − c| is at least the number with the bits w. The
// bits of numbers that are not negative are in the numbers' order.
func beyond(x, c float32, w uint32) bool { return math.Float32bits(x-c)&^floatSign >= w }

const floatSign = 1 << 31

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ floatSign) }

func (p *poles) lists(factor float64) (positive, negative []Scored) {
	return p.high.list(factor), p.low.list(-factor)
}
