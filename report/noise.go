package report

import "wspec/spectra"

// NoiseColumn holds the value of every measure on a matrix of independent
// entries of mean 0 and variance 1, which has no structure at all.
type NoiseColumn struct {
	Title  string            `json:"title"` // the shape, "768×3072"
	Shape  [2]int            `json:"shape"`
	Values map[string]Number `json:"values"`
}

// NoiseColumns returns the values of all measures on noise of the shapes that
// GPT-2 small is made of: square, MLP and one head.
func NoiseColumns() []NoiseColumn {
	const draws = 16 // enough to see that nothing stands out
	nulls := spectra.NewNulls(spectra.NullOptions{Draws: draws})
	var columns []NoiseColumn
	for _, shape := range [][2]int{{768, 768}, {768, 3072}, {768, 64}} {
		s := spectra.NoiseSpectrum(shape[0], shape[1])
		if signal, err := nulls.Signal(s); err == nil { // else undefined
			s.Signal = signal
		}
		c := NoiseColumn{Title: ShapeText(shape[:]), Shape: shape, Values: map[string]Number{}}
		for _, m := range spectra.Metrics() {
			c.Values[m.Name] = Number(m.Eval(s))
		}
		columns = append(columns, c)
	}
	return columns
}
