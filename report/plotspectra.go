package report

import (
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"
)

// maxEntries is the longest list of layers beside a figure; a bar of colours
// takes over where there are more.
const maxEntries = 8

// spectraCharts draws the spectra of one role over the layers.
func spectraCharts(v *plotView) []chart {
	var out []chart
	for _, g := range v.wholes() {
		p := panel{}
		colors := newLineColors(g.matrices)
		most := 0
		var sigmas [][]float64
		for i, m := range g.matrices {
			sigma := floats(m.Sigma)
			sigmas = append(sigmas, sigma)
			most = max(most, len(sigma))
			p.lines = append(p.lines, series{
				label: inField(m.Label), x: counting(len(sigma)), y: sigma, color: colors.of(i, m),
			})
		}
		var below int
		p.x = indexAxis(most)
		if p.band = v.noiseBand(g.matrices); p.band != nil {
			sigmas = append(sigmas, p.band.high)
		}
		p.y, below = logAxis("singular value σ"+sub("i"), sigmas...)
		p.addFloors(g.matrices)
		dots := p.markSignal(g.matrices)
		title := "Singular values of " + inField(g.role)
		if len(layers(g.matrices)) > 1 {
			title += ", layer by layer"
		}
		out = append(out, chart{
			name: "spectra-" + g.role, title: title,
			caption: facts(v.model, shapes(g.matrices), notShown(below), noiseWords(p.band, len(g.matrices)), dots),
			panels:  []panel{p}, key: colors.key(),
		})
	}
	return out
}

// notShown says in words what a logarithmic axis cannot show.
func notShown(below int) string {
	if below == 0 {
		return ""
	}
	return fmt.Sprintf("not shown: %d below %s σ%s", below, powerOfTen(-mostSpan), sub("1"))
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
func (c *lineColors) of(i int, m *Matrix) color.Color {
	palette := okabeIto()
	switch {
	case m.Layer != nil:
		return layerColor(*m.Layer, c.layers[0], c.layers[len(c.layers)-1])
	case len(c.layers) == 0 && len(c.labels) <= len(palette):
		return palette[i%len(palette)]
	}
	return rgb(0x555555) // of no layer among layers, or one of too many
}

// key explains the colours, if there is anything to tell apart.
func (c *lineColors) key() chartKey {
	switch {
	case len(c.layers) == 1 || len(c.layers) == 0 && (len(c.labels) == 1 || len(c.labels) > len(okabeIto())):
		return chartKey{}
	case len(c.layers) == 0:
		k := chartKey{}
		for i, label := range c.labels {
			k.entries = append(k.entries, series{label: label, color: okabeIto()[i]})
		}
		return k
	}
	first, last := c.layers[0], c.layers[len(c.layers)-1]
	k := chartKey{title: "layer"}
	if len(c.layers) <= maxEntries {
		for _, l := range c.layers {
			k.entries = append(k.entries, series{label: strconv.Itoa(l), color: layerColor(l, first, last)})
		}
		return k
	}
	k.bar = &colorBar{
		min: float64(first), max: float64(last), ticks: layerTicks(first, last),
		color: func(t float64) color.Color { return sequential(lineEnd * t) },
	}
	return k
}

// spectrumCharts draws one spectrum a matrix asked for.
func spectrumCharts(v *plotView) []chart {
	var out []chart
	for _, m := range v.matrices {
		if v.asked[m.Label] && len(m.Sigma) > 0 {
			out = append(out, spectrumChart(v, m))
		}
	}
	return out
}

func spectrumChart(v *plotView, m *Matrix) chart {
	sigma := floats(m.Sigma)
	line := series{label: inField(m.Label), x: counting(len(sigma)), y: sigma, color: okabeIto()[0]}
	if len(sigma) <= 64 { // more markers would run together
		line.marker = markers()[0]
	}
	p := panel{x: indexAxis(len(sigma)), lines: []series{line}}
	var below int
	high := []float64{}
	if p.band = v.noiseBand([]*Matrix{m}); p.band != nil {
		high = p.band.high
	}
	p.y, below = logAxis("singular value σ"+sub("i"), sigma, high)
	p.addEdges(m)
	p.addFloors([]*Matrix{m})
	measures := facts(
		shortNote(m), notShown(below), noiseWords(p.band, 1),
		metricFact(m, "effective_rank", "effective rank "),
		metricFact(m, "stable_rank", "stable rank "),
	)
	return chart{
		name: "spectrum-" + m.Label, title: "Singular values of " + inField(m.Label) + fmt.Sprintf(" (%s, %s)", shapeOf(m), printable(m.DType)),
		caption: facts(v.model, measures), panels: []panel{p},
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
	return printable(strings.Join(parts, ", "))
}

// metricFact names a metric's value, "" where it is undefined.
func metricFact(m *Matrix, metric, name string) string {
	if v, ok := m.Metrics[metric]; ok && v.Defined() {
		return name + decimal(float64(v), 3)
	}
	return ""
}

// sight is how far below the data, as a part of its span, a floor still
// belongs in the picture.
const sight = 0.5

// addFloors draws the levels under which σ carries no information, of several
// matrices the highest, where they are near enough to matter, and makes room for
// them and their labels.
func (p *panel) addFloors(ms []*Matrix) {
	dtype, method := math.Inf(-1), math.Inf(-1)
	for _, m := range ms {
		dtype, method = math.Max(dtype, float64(m.Floor.DType)), math.Max(method, float64(m.Floor.Method))
	}
	lo, hi := p.y.at(p.y.min), p.y.at(p.y.max)
	foot := lo
	for _, f := range []ruleLine{
		{y: dtype, label: "rounding to " + printable(ms[0].DType)},
		{y: method, label: "error of the method", right: true},
	} {
		at := p.y.at(f.y)
		if !(at >= lo-sight*(hi-lo)) || !(at <= hi) {
			continue
		}
		p.rules = append(p.rules, f)
		foot = min(foot, at-0.09*(hi-lo)) // the label stands under the line
	}
	if foot < lo {
		p.y = newLogAxis(p.y.label, foot, hi)
	}
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
