package report

import (
	"math"

	"wspec/loader"
	"wspec/spectra"
)

// subtract returns the difference of two matrices on what both have.
func subtract(c couple, q spectra.Request, o spectra.Options) (*spectra.Difference, error) {
	a, b := c.before.Factors, c.after.Factors
	if c.before.Kind == loader.Product {
		return spectra.CompareProduct([2]spectra.Source{a[0], a[1]}, [2]spectra.Source{b[0], b[1]}, q, o)
	}
	if u, ok := b[0].Update(); ok && sameViews(a[0], b[0].Base()) {
		return update(a[0], b[0], u, q, o)
	}
	rows, cols := shared(c)
	return spectra.Compare(a[0].Crop(rows, cols), b[0].Crop(rows, cols), q, o)
}

// update returns the difference that an adapter makes to its own base: the
// spectrum of ΔW is that of its factors, which nothing has rounded.
func update(before, after loader.View, u loader.Update, q spectra.Request, o spectra.Options) (*spectra.Difference, error) {
	d, err := spectra.Compare(before, after, spectra.Request{}, o)
	if err != nil {
		return nil, err
	}
	if d.Delta, err = spectra.DecomposeProduct(scaledView{u.A, u.Scale}, u.B, q, o); err != nil {
		return nil, err
	}
	d.Delta.Product = false // ΔW is no circuit: its null is that of a matrix
	d.Rank = 0
	for d.Rank < len(d.Delta.Sigma) && d.Delta.Sigma[d.Rank] > d.Delta.Floor.Level() {
		d.Rank++
	}
	return d, nil
}

// scaledView is a view times a number.
type scaledView struct {
	loader.View
	scale float64
}

// Block reads as the view's does.
func (v scaledView) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	v.View.Block(dst, ld, i0, i1, j0, j1)
	for i := range i1 - i0 {
		for j := range j1 - j0 {
			dst[i*ld+j] *= v.scale
		}
	}
}

// deltaEdge holds the largest direction of ΔW against that of noise.
func deltaEdge(x *change) nulled {
	rows, cols := shared(x.couple)
	if x.couple.before.Kind == loader.Product || !(x.diff.Norm > 0) {
		return nulled{value: math.NaN()}
	}
	return edge(first(x.diff.Delta.Sigma), x.diff.Norm, [2]int{rows, cols})
}

// edge returns σ₁² in units of the entries' variance, as noise of the shape
// would have them, and its law.
func edge(sigma1, norm float64, shape [2]int) nulled {
	mean, sd := spectra.NoiseEdge(shape[0], shape[1])
	if math.IsNaN(mean) {
		return nulled{value: math.NaN()}
	}
	share := sigma1 / norm
	return nulled{share * share * float64(shape[0]) * float64(shape[1]), mean, sd}
}
