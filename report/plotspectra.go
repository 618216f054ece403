package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"wspec/report/ink"
)

// maxEntries is the longest list of layers beside a figure; a bar of colours
// takes over where there are more.
const maxEntries = 8

// spectraCharts draws the spectra of one role over the layers.
func spectraCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, g := range v.wholes() {
		p := ink.Panel{}
		colors := newLineColors(g.matrices)
		most := 0
		var sigmas [][]float64
		for i, m := range g.matrices {
			sigma := floats(m.Sigma)
			sigmas = append(sigmas, sigma)
			most = max(most, len(sigma))
			p.Lines = append(p.Lines, ink.Series{
				Label: inField(m.Label), X: v.o.places(len(sigma)), Y: sigma, Paint: colors.of(i, m),
			})
		}
		var below int
		p.X, p.Band = v.o.placeAxis(most), v.noiseBand(g.matrices)
		p.Y, below = v.o.valueAxis(sigmaLabel(), append(sigmas, high(p.Band))...)
		addFloors(&p, g.matrices)
		v.o.markSignal(&p, g.matrices)
		title := "Singular values of " + inField(g.role)
		if len(layers(g.matrices)) > 1 {
			title += ", layer by layer"
		}
		out = append(out, ink.Chart{
			Name: "spectra-" + g.role, Title: title,
			Caption: facts(v.model, shapes(g.matrices), notShown(below)),
			Notes:   []string{v.noiseNote(p.Band), floorNote(&p)},
			Panels:  []ink.Panel{p}, Key: colors.key(),
		})
	}
	return out
}

// floorNote explains the levels that [addFloors] draws.
func floorNote(p *ink.Panel) string {
	if len(p.Rules) == 0 {
		return ""
	}
	return "Below a dashed floor a singular value carries no information: rounding to the storage type, measured from the stored entries, and the error bound of the computation."
}

// shapes says how many matrices of which shape ms are.
func shapes(ms []*Matrix) string {
	shape := shapeOf(ms[0])
	for _, m := range ms {
		if m.Shape != ms[0].Shape {
			return fmt.Sprintf("%d matrices", len(ms))
		}
	}
	if len(ms) == 1 {
		return shape
	}
	return fmt.Sprintf("%d matrices of %s", len(ms), shape)
}

func shapeOf(m *Matrix) string { return fmt.Sprintf("%d × %d", m.Shape[0], m.Shape[1]) }

// mostColors is the number of lines that colours tell apart.
const mostColors = 7

// lineColors colours the matrices of a figure: by layer where there are any,
// else one by one as long as the colours last.
type lineColors struct {
	layers []int
	labels []string
}

func newLineColors(ms []*Matrix) *lineColors {
	c := &lineColors{layers: layers(ms)}
	for _, m := range ms {
		c.labels = append(c.labels, inField(m.Label))
	}
	return c
}

// of returns the colour of m, the i-th matrix of its panel.
func (c *lineColors) of(i int, m *Matrix) ink.Paint {
	switch {
	case m.Layer != nil:
		return layerPaint(*m.Layer, c.layers[0], c.layers[len(c.layers)-1])
	case len(c.layers) == 0 && len(c.labels) <= mostColors:
		return ink.Turn(i)
	}
	return ink.Muted() // of no layer among layers, or one of too many
}

// key explains the colours, if there is anything to tell apart.
func (c *lineColors) key() ink.Key {
	switch {
	case len(c.layers) == 1 || len(c.layers) == 0 && (len(c.labels) == 1 || len(c.labels) > mostColors):
		return ink.Key{}
	case len(c.layers) == 0:
		k := ink.Key{}
		for i, label := range c.labels {
			k.Entries = append(k.Entries, ink.Series{Label: label, Paint: ink.Turn(i)})
		}
		return k
	}
	first, last := c.layers[0], c.layers[len(c.layers)-1]
	k := ink.Key{Title: "layer"}
	if len(c.layers) <= maxEntries {
		for _, l := range c.layers {
			k.Entries = append(k.Entries, ink.Series{Label: strconv.Itoa(l), Paint: layerPaint(l, first, last)})
		}
		return k
	}
	k.Bar = &ink.ColorBar{Axis: ink.Axis{Kind: ink.Wholes, Min: float64(first), Max: float64(last)}}
	return k
}

// spectrumCharts draws one spectrum a matrix asked for.
func spectrumCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, m := range v.matrices {
		if v.asked[m.Label] && len(m.Sigma) > 0 {
			out = append(out, spectrumChart(v, m))
		}
	}
	return out
}

func spectrumChart(v *plotView, m *Matrix) ink.Chart {
	sigma := floats(m.Sigma)
	line := ink.Series{Label: inField(m.Label), X: v.o.places(len(sigma)), Y: sigma}
	if len(sigma) <= 64 { // more markers would run together
		line.Marker = 1
	}
	p := ink.Panel{X: v.o.placeAxis(len(sigma)), Lines: []ink.Series{line}, Band: v.noiseBand([]*Matrix{m})}
	var below int
	p.Y, below = v.o.valueAxis(sigmaLabel(), sigma, high(p.Band))
	addEdges(&p, m)
	addFloors(&p, []*Matrix{m})
	measures := facts(
		shortNote(m), notShown(below),
		metricFact(m, "effective_rank", "effective rank "),
		metricFact(m, "stable_rank", "stable rank "),
	)
	return ink.Chart{
		Name: "spectrum-" + m.Label, Title: "Singular values of " + inField(m.Label) + fmt.Sprintf(" (%s, %s)", shapeOf(m), ink.Printable(m.DType)),
		Caption: facts(v.model, measures), Notes: []string{v.noiseNote(p.Band), floorNote(&p)}, Panels: []ink.Panel{p},
	}
}

// shortNote is what the parts of a matrix's note say before their colons: a
// caption is a line.
func shortNote(m *Matrix) string {
	var parts []string
	for _, part := range strings.Split(m.Note, noteBreak) {
		short, _, _ := strings.Cut(part, ":")
		parts = append(parts, short)
	}
	return ink.Printable(strings.Join(parts, ", "))
}

// metricFact names a metric's value, "" where it is undefined.
func metricFact(m *Matrix, metric, name string) string {
	if v, ok := m.Metrics[metric]; ok && v.Defined() {
		return name + ink.Decimal(float64(v), 3)
	}
	return ""
}

// energyCurve returns the share of Σσ² within the first k values for k = 0 …
// n, against k/n. It returns nil if a value is undefined or all are zero.
func energyCurve(sigma []Number) (share, energy []float64) {
	largest := 0.0
	for _, s := range sigma {
		if !s.Defined() {
			return nil, nil
		}
		largest = max(largest, math.Abs(float64(s)))
	}
	if largest == 0 {
		return nil, nil
	}
	share, energy = []float64{0}, []float64{0}
	total := 0.0
	for i, s := range sigma {
		q := float64(s) / largest // squares neither overflow nor vanish together
		total += q * q
		share = append(share, float64(i+1)/float64(len(sigma)))
		energy = append(energy, total)
	}
	for i := range energy {
		energy[i] /= total
	}
	return share, energy
}
