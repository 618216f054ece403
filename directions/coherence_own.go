package directions

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// OwnDirections is a sample of the directions that a model was found to have,
// from which the second null of coherence is drawn: the same numbers with their
// signs drawn anew. Whatever meaning a direction has is gone then, and what it
// shares with the vocabulary beside meaning, such as coordinates that are large
// everywhere, is not.
//
// What is kept depends on what was offered, not on the order, so that a model
// may be read in parts. It is not safe for concurrent use.
type OwnDirections struct {
	seed uint64
	kept []ownDirection // ascending by rank
}

// ownDirection has its rank among all directions by lot.
type ownDirection struct {
	lot    uint64
	name   string
	vector []float64
}

func (a ownDirection) before(b ownDirection) int {
	return cmp.Or(cmp.Compare(a.lot, b.lot), cmp.Compare(a.name, b.name))
}

// mostOwn is the number of directions kept: at d_model 4096 they take 16 MB. As
// many draws of the null share a direction as there are more draws.
const mostOwn = 512

// NewOwnDirections returns an empty sample.
func NewOwnDirections(seed uint64) *OwnDirections { return &OwnDirections{seed: seed} }

// Offer takes part with one direction, length d_model, in the drawing of lots;
// name tells it from the model's others. vector is called if it is kept.
func (o *OwnDirections) Offer(name string, vector func() []float64) {
	x := ownDirection{lot: spectra.Stream(o.seed, "own direction "+name).Uint64(), name: name}
	at, _ := slices.BinarySearchFunc(o.kept, x, ownDirection.before)
	if at >= mostOwn {
		return
	}
	if len(o.kept) == mostOwn {
		o.kept = o.kept[:mostOwn-1]
	}
	x.vector = vector()
	o.kept = slices.Insert(o.kept, at, x)
}

// drawn returns count directions as columns, each one of the sample, taken in
// turn, with every sign drawn anew; nil if the sample is empty.
func (o *OwnDirections) drawn(count int) *mat.Dense {
	if o == nil || len(o.kept) == 0 {
		return nil
	}
	d := len(o.kept[0].vector)
	dirs := mat.NewDense(d, count, nil)
	rng := spectra.Stream(o.seed, "coherence signs")
	for i := range count {
		var signs uint64
		for j, v := range o.kept[i%len(o.kept)].vector {
			if j%64 == 0 {
				signs = rng.Uint64()
			}
			if signs>>(j%64)&1 == 1 {
				v = -v
			}
			dirs.Set(j, i, v)
		}
	}
	return dirs
}
