package directions

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// Component is the part of a composition ‖A·B‖ that one singular component of
// the earlier OV circuit A = In·diag(σ)·Outᵀ carries.
type Component struct {
	Index int // of σ, 0 for the largest
	// Share is σᵢ²·‖Outᵢᵀ·B‖²/‖A·B‖², in [0, 1]; those of all components of a
	// pair add up to 1, the directions In being orthonormal.
	Share float64
	// Energy is σᵢ²/Σσ², in [0, 1]: about the share that random rotations of A
	// and B to each other give on average.
	Energy float64
}

// resolvable is the largest q at which a composition is resolved: what chance
// gives has no parts worth a name.
const resolvable = 0.05

// resolve sets the components of the pairs of each kind that stand out most
// above chance, as many as the options say. p is the normal tail beyond Z, which
// Score² follows closely where d_model is large; q is over all pairs.
func (c *composer) resolve(all []Composition) {
	if c.options.Resolve <= 0 {
		return
	}
	p := make([]float64, len(all))
	for i := range all {
		p[i] = math.Erfc(all[i].Z/math.Sqrt2) / 2
	}
	q := spectra.BenjaminiHochberg(p)
	order := make([]int, 0, len(all))
	for i := range all {
		if q[i] <= resolvable {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(all[b].Z, all[a].Z) })
	done := map[Kind]int{}
	turned := map[HeadID]*resolved{}
	for _, i := range order {
		x := &all[i]
		if done[x.Kind]++; done[x.Kind] > c.options.Resolve {
			continue
		}
		w := c.writer(x.From)
		if turned[x.From] == nil {
			turned[x.From] = w.resolved()
		}
		x.Components = turned[x.From].components(w, c.reader(x.To, x.Kind), c.options.components())
	}
}

func (c *composer) writer(id HeadID) *streamEnd {
	return &c.writers[slices.IndexFunc(c.writers, func(e streamEnd) bool { return e.head.ID() == id })]
}

func (c *composer) reader(id HeadID, k Kind) *streamEnd {
	return &c.readers[slices.IndexFunc(c.readers, func(e streamEnd) bool { return e.head.ID() == id && e.kind == k })]
}

// resolved is the spectrum of an earlier OV circuit, of Frobenius norm 1.
type resolved struct {
	energy []float64  // σᵢ², descending
	left   *mat.Dense // column i is l with xᵀ·l = σᵢ·Outᵢ, x being that of the end
}

// resolved takes the small Gram matrix x·xᵀ apart. A component of so little
// energy that this loses it carries none of a composition.
func (e *streamEnd) resolved() *resolved {
	x := e.factor(new(endRoom))
	n, _ := x.Dims()
	gram := mat.NewSymDense(n, nil)
	gram.SymOuterK(1, x)
	var eigen mat.EigenSym
	r := &resolved{}
	if !eigen.Factorize(gram, true) {
		return r // it holds finite numbers, so this does not happen
	}
	r.energy = eigen.Values(nil) // ascending
	slices.Reverse(r.energy)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)
	r.left = mat.NewDense(n, n, nil)
	for j := range n {
		for i := range n {
			r.left.Set(i, j, vectors.At(i, n-1-j))
		}
	}
	return r
}

// components returns the parts that carry most of what r reads of w, largest
// first: column i of r.x·w.xᵀ·left is σᵢ times what r makes of Outᵢ.
func (x *resolved) components(w, r *streamEnd, most int) []Component {
	if x.left == nil {
		return nil
	}
	var meet, turned mat.Dense
	meet.Mul(r.factor(new(endRoom)), w.factor(new(endRoom)).T())
	turned.Mul(&meet, x.left)
	all := make([]Component, len(x.energy))
	var sum float64
	for i := range all {
		f := mat.Norm(turned.ColView(i), 2)
		all[i] = Component{Index: i, Share: f * f, Energy: max(0, x.energy[i])}
		sum += f * f
	}
	for i := range all {
		all[i].Share /= sum // not 0: the pair stands out
	}
	slices.SortStableFunc(all, func(a, b Component) int { return cmp.Compare(b.Share, a.Share) })
	return all[:min(most, len(all))]
}
