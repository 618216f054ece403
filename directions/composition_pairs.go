package directions

import (
	"cmp"
	"runtime"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// Ends of circuits are held for a group of writers and a group of readers at a
// time. A group takes some 20 MiB, a
// small part of what a run of GPT-2 small has in use anyway; where that would make more than
// mostGroups, whose readers are made anew for each group of writers, more, but
// no more than the options allow.
const (
	defaultRoom = 512 << 20
	groupRoom   = 20 << 20
	mostGroups  = 8
)

// ends is some of the writers or of the readers, in order, with what is held of
// them.
type ends struct {
	all []streamEnd
	at  int // place of the first
	x   []*linalg.Packed
}

// groups divides the ends so that those of two groups may be held at once.
func (c *composer) groups(all []streamEnd) []ends {
	width, d := all[0].near.Dims()
	room := c.options.Memory
	if room <= 0 {
		room = defaultRoom
	}
	each := linalg.PackedSize(width, d)
	size := max(groupRoom/each, int64(len(all)/mostGroups))
	size = max(1, min(size, room/2/each))
	var out []ends
	for i := 0; i < len(all); i += int(size) {
		out = append(out, ends{all: all[i:min(i+int(size), len(all))], at: i})
	}
	return out
}

// load makes what is held of the ends.
func (e *ends) load(room *endRoom) {
	e.x = make([]*linalg.Packed, len(e.all))
	for i := range e.all {
		e.x[i] = linalg.Pack(e.all[i].factor(room))
	}
}

// squares returns tr P·S of every writer with every reader of a later layer,
// writers × readers; what stands for the other pairs means nothing.
func (c *composer) squares() *mat.Dense {
	n, m := len(c.writers), len(c.readers)
	if n == 0 || m == 0 {
		return &mat.Dense{}
	}
	out := mat.NewDense(n, m, nil)
	readers := c.groups(c.readers)
	for _, w := range c.groups(c.writers) {
		w.load(&c.room)
		for _, r := range readers {
			if r.all[len(r.all)-1].head.Layer <= w.all[0].head.Layer {
				continue // all of them come before
			}
			r.load(&c.room)
			part := out.Slice(w.at, w.at+len(w.all), r.at, r.at+len(r.all)).(*mat.Dense)
			part.Copy(linalg.Overlaps(w.x, r.x, w.before(r.all), runtime.GOMAXPROCS(0)))
		}
	}
	return out
}

// before returns, for each reader, the number of writers of earlier layers.
func (e *ends) before(readers []streamEnd) []int {
	count := make([]int, len(readers))
	for j, r := range readers {
		count[j], _ = slices.BinarySearchFunc(e.all, r.head.Layer, func(w streamEnd, layer int) int {
			return cmp.Compare(w.head.Layer, layer)
		})
	}
	return count
}
