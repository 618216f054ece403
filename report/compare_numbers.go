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
	rows, cols := shared(c)
	return spectra.Compare(a[0].Crop(rows, cols), b[0].Crop(rows, cols), q, o)
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
