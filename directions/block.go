package directions

import (
	"math"

	"wspec/spectra"
)

// Block is directions that rounding to the storage dtype can turn into each
// other: only the subspace they span is defined, and only it is read out.
type Block struct {
	// First and Last are the indices of its directions, both included.
	First, Last int
	// Complete says that all of them were decomposed. If not, the subspace is
	// not known and In and Out are nil.
	Complete bool
	// In and Out are the elements of highest leverage on each side, highest
	// first: tokens of residual sides, by the side's own readout, coordinates of
	// others. No rotation of the directions within the block changes them.
	In, Out []Leverage

	column int // of First in the decomposition, where Complete
}

// Leverage says how much of a vector lies in a block's subspace.
type Leverage struct {
	ID int
	// Leverage is ‖P·e‖/‖e‖, P the orthogonal projector onto the subspace and e
	// the token's vector, or the axis of a coordinate; in [0, 1].
	Leverage float64
	// Excess is Leverage − √(k/d), k the rank of P and d the dimension: the mean
	// of (‖P·e‖/‖e‖)² is k/d over directions e at random. In [−1, 1].
	Excess float64
}

// Len returns the number of directions in the block.
func (b *Block) Len() int { return b.Last - b.First + 1 }

func (b *Block) side(s Side) *[]Leverage {
	if s == Out {
		return &b.Out
	}
	return &b.In
}

// blocks returns the blocks of two directions or more that d has some of.
func blocks(d *spectra.Decomposition, certificates []spectra.Certificate) []Block {
	var all []Block
	for i, at := range d.Index {
		c := certificates[at]
		b := Block{First: c.Block[0], Last: c.Block[1], column: i}
		if b.Len() < 2 || len(all) > 0 && all[len(all)-1].First == b.First {
			continue
		}
		end := i + b.Len() - 1
		b.Complete = end < len(d.Index) && d.Index[end] == b.Last // indices ascend: so the first is there too
		all = append(all, b)
	}
	return all
}

// coordinates reads a complete block by its space's own axes.
func (b *Block) coordinates(d *spectra.Decomposition, s Side, tokens int) []Leverage {
	m := d.In
	if s == Out {
		m = d.Out
	}
	n, _ := m.Dims()
	top := newBest(min(tokens, n))
	for i := range n {
		var sum float64
		for j := b.column; j < b.column+b.Len(); j++ {
			sum += m.At(i, j) * m.At(i, j)
		}
		if f := float32(sum); f > top.least {
			top.offer(f, i)
		}
	}
	list := top.list(1)
	for i := range list {
		list[i].Score = math.Sqrt(list[i].Score)
	}
	return leverages(list, b.Len(), n)
}

// leverages are those of a list for a subspace of rank k in d dimensions.
func leverages(list []Scored, k, d int) []Leverage {
	chance := math.Sqrt(float64(k) / float64(d))
	all := make([]Leverage, len(list))
	for i, x := range list {
		all[i] = Leverage{x.ID, x.Score, x.Score - chance}
	}
	return all
}
