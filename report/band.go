package report

import (
	"math"
	"slices"

	"wspec/spectra"
)

// NullBand is what chance gives for the spectrum of one shape, in units of the
// Frobenius norm: σ of a matrix lies above noise at index i where
// σᵢ/‖W‖ > High[i].
type NullBand struct {
	Kind  string   `json:"kind"`            // "iid" or "product"
	Shape [2]int   `json:"shape"`           // the longer side first: transposed noise is noise
	Inner int      `json:"inner,omitempty"` // side that the factors of a product share
	Draws int      `json:"draws"`
	Mean  []Number `json:"mean"` // of the draws, by index
	Low   []Number `json:"low"`  // bandLevel of the draws lie under it
	High  []Number `json:"high"` // bandLevel lie over it
}

// bandLevel is the share of draws on either side of a band of 95 %.
const bandLevel = 0.025

// bandDigits is more than a figure shows, and a tenth of the document that all
// digits would take.
const bandDigits = 5

// newNullBand summarises draws of Frobenius norm 1, each descending.
func newNullBand(shape spectra.Shape, draws [][]float64) NullBand {
	b := NullBand{Kind: string(spectra.NullIID), Shape: [2]int{shape.Rows, shape.Cols}, Inner: shape.Inner, Draws: len(draws)}
	if shape.Inner > 0 {
		b.Kind = string(spectra.NullProduct)
	}
	at := make([]float64, len(draws))
	for i := range draws[0] {
		sum := 0.0
		for k, sigma := range draws {
			at[k] = sigma[i]
			sum += sigma[i]
		}
		slices.Sort(at)
		b.Mean = append(b.Mean, rounded(Number(sum/float64(len(at))), bandDigits))
		b.Low = append(b.Low, rounded(Number(quantile(at, bandLevel)), bandDigits))
		b.High = append(b.High, rounded(Number(quantile(at, 1-bandLevel)), bandDigits))
	}
	return b
}

// quantile interpolates between order statistics of x, which ascends:
// definition 7 of Hyndman & Fan 1996.
func quantile(x []float64, p float64) float64 {
	at := p * float64(len(x)-1)
	i := min(int(at), len(x)-2)
	if i < 0 {
		return x[0]
	}
	return x[i] + (at-float64(i))*(x[i+1]-x[i])
}

// addBands gives the document a band of each shape that its matrices have, and
// each matrix its place among them. slots has one matrix of every shape.
func (d *Document) addBands(nulls *spectra.Nulls, found []*spectra.Decomposition, slots []int) error {
	place := map[spectra.Shape]int{}
	for _, slot := range slots {
		shape := found[slot].Shape().Canonical()
		draws, err := nulls.Spectra(shape)
		if err != nil {
			return err
		}
		if len(draws) == 0 || len(draws[0]) == 0 {
			continue
		}
		place[shape] = len(d.Nulls)
		d.Nulls = append(d.Nulls, newNullBand(shape, draws))
	}
	for i := range d.Matrices {
		if found[i] == nil || d.Matrices[i].NullKind == "" {
			continue
		}
		if at, ok := place[found[i].Shape().Canonical()]; ok {
			d.Matrices[i].Band = &at
		}
	}
	return nil
}

// band returns what chance gives for the spectrum of m, at its own norm, or nil
// where it has no null.
func (d *Document) band(m *Matrix) *NullBand {
	if m.Band == nil || *m.Band < 0 || *m.Band >= len(d.Nulls) {
		return nil
	}
	b := d.Nulls[*m.Band]
	if len(b.Mean) != len(m.Sigma) || len(b.Low) != len(m.Sigma) || len(b.High) != len(m.Sigma) {
		return nil
	}
	scale := norm(m.Sigma)
	for _, list := range []*[]Number{&b.Mean, &b.Low, &b.High} {
		scaled := make([]Number, len(*list))
		for i, v := range *list {
			scaled[i] = v * scale
		}
		*list = scaled
	}
	return &b
}

// norm returns √Σσ², safe from overflow.
func norm(sigma []Number) Number {
	total := 0.0
	for _, s := range sigma {
		total = math.Hypot(total, float64(s))
	}
	return Number(total)
}
