package directions

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"wspec/internal/linalg"
)

// shortlist keeps what may be among the k largest of the scores it is offered,
// each known within a distance of its own. What is left out is certainly not:
// k others are larger.
type shortlist struct {
	k    int
	held []found // in the order of their IDs
	room int     // it is gone through when so many are held
	// least is what k scores certainly reach: one that cannot is left out.
	least float32
	// all says that too many were too close to each other to be told apart, and
	// that no more are kept: the list is to be made from all scores.
	all bool
}

// found is a score of the token with the ID.
type found struct {
	score float32
	id    int32
}

// A shortlist is gone through when twice as many scores are held as are wanted
// and some more; it grows for those too close to tell apart, to shortMost at most:
// 32 KB.
const shortMost = 4096

func shortRoom(k int) int { return 2*k + 16 }

func newShortlist(k int) shortlist {
	l := shortlist{k: k, room: shortRoom(k), least: float32(math.Inf(-1))}
	if k == 0 {
		l.least = float32(math.Inf(1))
	}
	return l
}

// distance tells how far each score of a measure may be from its exact value:
// slack·reach[id]·factor[id], factor nil for 1.
type distance struct {
	slack         float32
	reach, factor []float32
}

func (d *distance) of(id int32) float32 {
	e := d.slack * d.reach[id]
	if d.factor != nil {
		e *= d.factor[id]
	}
	return e
}

// offer takes a score with an ID that is higher than all before it. One that is
// not a number may be anything.
func (l *shortlist) offer(score float32, id int32, d *distance) {
	if l.all || score+d.of(id) < l.least {
		return
	}
	if l.held == nil {
		l.held = make([]found, 0, l.room)
	}
	if l.held = append(l.held, found{score, id}); len(l.held) >= l.room {
		l.prune(d)
	}
}

// scored is a measure of consecutive tokens: (x − mean)·factor, factor nil for 1.
type scored struct {
	first  int // token
	x      []float32
	mean   float32
	factor []float32
}

func (s *scored) at(t int) float32 {
	if s.factor == nil {
		return s.x[t]
	}
	return (s.x[t] - s.mean) * s.factor[t]
}

// begin finds what k of the first scores certainly reach, before any is offered:
// few of them are then held.
func (l *shortlist) begin(s *scored, sign float32, d *distance) {
	if l.k == 0 || l.k > len(s.x) || len(s.x) > linalg.ScreenMost {
		return
	}
	var lows [linalg.ScreenMost]float32
	for t := range s.x {
		lows[t] = certain(sign*s.at(t), d.of(int32(s.first+t)))
	}
	l.least = kthLargest(lows[:len(s.x)], l.k)
}

// certain is what a score reaches in any case.
func certain(score, distance float32) float32 {
	if low := score - distance; low == low {
		return low
	}
	return float32(math.Inf(-1))
}

// add takes sign times the scores that have a bit in hits.
func (l *shortlist) add(hits []uint64, s *scored, sign float32, d *distance) {
	if l.all {
		return
	}
	for w, rest := range hits {
		for ; rest != 0; rest &= rest - 1 {
			t := 64*w + bits.TrailingZeros64(rest)
			if l.held == nil {
				l.held = make([]found, 0, l.room)
			}
			l.held = append(l.held, found{sign * s.at(t), int32(s.first + t)})
		}
	}
	if len(l.held) >= l.room {
		l.prune(d)
	}
}

// prune leaves out what k others are certainly larger than.
func (l *shortlist) prune(d *distance) {
	if len(l.held) <= l.k || l.k == 0 {
		return
	}
	var few [512]float32
	sure := few[:0]
	for _, f := range l.held {
		sure = append(sure, certain(f.score, d.of(f.id)))
	}
	l.least = max(l.least, kthLargest(sure, l.k))
	l.held = slices.DeleteFunc(l.held, func(f found) bool { return f.score+d.of(f.id) < l.least })
	l.room = max(l.room, 2*len(l.held))
	if len(l.held) > shortMost {
		l.all, l.held, l.least = true, nil, float32(math.Inf(1))
	}
}

// kthLargest returns the k-th largest of x, of which it changes the order;
// 1 ≤ k ≤ len(x), no NaN (Hoare's selection).
func kthLargest(x []float32, k int) float32 {
	lo, hi := 0, len(x)-1
	for lo < hi {
		pivot := x[(lo+hi)/2]
		i, j := lo, hi
		for i <= j {
			for x[i] > pivot {
				i++
			}
			for x[j] < pivot {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i++
				j--
			}
		}
		switch {
		case k-1 <= j:
			hi = j
		case k-1 >= i:
			lo = i
		default:
			return x[k-1]
		}
	}
	return x[lo]
}

// shortPoles keeps both ends of one measure's scores.
type shortPoles struct{ high, low shortlist } // low holds scores with the sign changed

func newShortPoles(k int) shortPoles { return shortPoles{newShortlist(k), newShortlist(k)} }

// offer takes a score that may be outside the bounds.
func (p *shortPoles) offer(score float32, id int, d *distance) {
	p.high.offer(score, int32(id), d)
	p.low.offer(-score, int32(id), d)
}

// bounds are the scores below and above which offer has something to do.
func (p *shortPoles) bounds() [2]float32 { return [2]float32{-p.low.least, p.high.least} }

// wants reports whether offer has something to do with a score.
func (p *shortPoles) wants(score float32, id int, d *distance) bool {
	e := d.of(int32(id))
	return !(score+e < p.high.least) || !(e-score < p.low.least)
}

// wanted ends both lists and adds their tokens to ids; nil, and for nil, where
// all are wanted.
func (p *shortPoles) wanted(ids []int32, d *distance) []int32 {
	return p.low.wanted(p.high.wanted(ids, d), d)
}

func (l *shortlist) wanted(ids []int32, d *distance) []int32 {
	l.prune(d)
	if l.all || ids == nil {
		return nil
	}
	for _, f := range l.held {
		ids = append(ids, f.id)
	}
	return ids
}

// ascending returns each id once, in order.
func ascending(ids []int32) []int32 {
	if ids == nil {
		return nil
	}
	slices.Sort(ids)
	return slices.Clone(slices.Compact(ids))
}

// dotOf returns the product of an id.
func dotOf(ids []int32, numbers []float64, id int32) float64 {
	i, _ := slices.BinarySearch(ids, id)
	return numbers[i]
}

// crowd is the number of vectors whose scores of all tokens are held at a time.
const crowd = 32

// exactly forms the products of c, of whose IDs those that are nil it replaces
// by all that are not skipped; skip nil for none. Take is given the place in IDs.
func exactly(c linalg.Choice, skip []bool, threads int) {
	ids, take := c.IDs, c.Take
	var few, rest []int
	for v := range ids {
		if ids[v] != nil {
			few = append(few, v)
		} else {
			rest = append(rest, v)
		}
	}
	run := func(chosen []int) {
		c.At, c.IDs = chosen, nil
		for _, v := range chosen {
			c.IDs = append(c.IDs, ids[v])
		}
		c.Take = func(i int, dots []float64) { take(chosen[i], dots) }
		linalg.Dots(c, threads)
	}
	run(few)
	if len(rest) == 0 {
		return
	}
	var every []int32
	for id := range int32(c.Rows) {
		if skip == nil || !skip[id] {
			every = append(every, id)
		}
	}
	for chunk := range slices.Chunk(rest, crowd) {
		for _, v := range chunk {
			ids[v] = every
		}
		run(chunk)
	}
}

// lists returns both poles in order: the largest of value(id), and the least; ids
// are all, for a list that was not kept.
func (p *shortPoles) lists(ids []int32, value func(id int32) float64) (positive, negative []Scored) {
	p.high.fill(ids)
	p.low.fill(ids)
	return p.high.list(1, value), p.low.list(-1, value)
}

// fill makes a list that was not kept of all ids.
func (l *shortlist) fill(ids []int32) {
	if !l.all {
		return
	}
	l.held = make([]found, len(ids))
	for i, id := range ids {
		l.held[i].id = id
	}
}

// list returns the k tokens with the largest sign·value, of equal ones those
// with the lower IDs.
func (l *shortlist) list(sign float64, value func(id int32) float64) []Scored {
	var few [256]Scored
	all := few[:0]
	for _, f := range l.held {
		all = append(all, Scored{int(f.id), value(f.id)})
	}
	slices.SortFunc(all, func(f, g Scored) int {
		if f.Score != g.Score {
			return cmp.Compare(sign*g.Score, sign*f.Score)
		}
		return f.ID - g.ID
	})
	return slices.Clone(all[:min(l.k, len(all))])
}
