package report

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// bandArea is what chance gives over the indices of a spectrum: a grey band
// behind the lines, its middle dotted where mean is given.
type bandArea struct {
	low, high []float64 // at index 1, 2, …
	mean      []float64 // nil: none
}

// noiseBand returns the band of noise of the shapes and norms of ms, nil where
// one of them has none: of several matrices the least band that holds all.
func (v *plotView) noiseBand(ms []*Matrix) *bandArea {
	var out bandArea
	for _, m := range ms {
		if v.doc == nil {
			return nil
		}
		b := v.doc.band(m)
		if b == nil {
			return nil
		}
		if len(ms) == 1 {
			out.mean = floats(b.Mean)
		}
		out.low, out.high = envelope(out.low, floats(b.Low), math.Min), envelope(out.high, floats(b.High), math.Max)
	}
	return &out
}

// envelope takes each element of both lists by choose; the longer one ends alone.
func envelope(a, b []float64, choose func(x, y float64) float64) []float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	for i, y := range b {
		a[i] = choose(a[i], y)
	}
	return a
}

// noiseWords is what a caption says of a band.
func noiseWords(b *bandArea, matrices int) string {
	switch {
	case b == nil:
		return ""
	case matrices == 1:
		return "grey: 95 % of noise of its shape and norm"
	}
	return "grey: 95 % of such noise"
}

// markSignal sets a dot on the last σ of each line that noise does not explain,
// and returns the words for a caption, "" where there is none.
func (p *panel) markSignal(ms []*Matrix) string {
	words := ""
	for i, m := range ms {
		if m.Signal == nil || m.Signal.Rank < 1 || m.Signal.Rank > len(m.Sigma) {
			continue
		}
		k := m.Signal.Rank
		p.lines = append(p.lines, series{x: []float64{float64(k)}, y: []float64{float64(m.Sigma[k-1])}, color: p.lines[i].color, marker: draw.CircleGlyph{}})
		words = "dots: last σ over noise"
	}
	return words
}

// addEdges draws what the largest and the smallest σ of noise reach, where the
// axis shows it.
func (p *panel) addEdges(m *Matrix) {
	if m.Signal == nil {
		return
	}
	for _, e := range []ruleLine{
		{y: float64(m.Signal.Edge), label: fmt.Sprintf("edge of noise: %d σ over it at q ≤ %g", m.Signal.Rank, significant), right: true, above: true},
		{y: float64(m.Signal.LowEdge), label: fmt.Sprintf("lower edge of noise: %d σ under it", m.Signal.Low)},
	} {
		if e.y >= p.y.min && e.y <= p.y.max {
			p.rules = append(p.rules, e)
		}
	}
}

// bandInk draws a band.
type bandInk struct {
	*bandArea
	panel *panel
	style *plotStyle
}

// bandColor is light enough for lines over it, and darker than the grid.
func bandColor() color.Color { return rgb(0xd9d9d9) }

// Plot implements [plot.Plotter].
func (b *bandInk) Plot(c draw.Canvas, p *plot.Plot) {
	at := func(i int, y float64) vg.Point {
		y = min(max(y, b.panel.y.min), b.panel.y.max)
		return vg.Point{X: c.X(p.X.Norm(b.panel.x.at(float64(i + 1)))), Y: c.Y(p.Y.Norm(b.panel.y.at(y)))}
	}
	var edge []vg.Point
	for i, y := range b.high {
		edge = append(edge, at(i, y))
	}
	for i := len(b.low) - 1; i >= 0; i-- {
		edge = append(edge, at(i, b.low[i]))
	}
	if len(edge) == 0 {
		return
	}
	c.FillPolygon(bandColor(), c.ClipPolygonXY(edge))
	var middle []vg.Point
	for i, y := range b.mean {
		if y >= b.panel.y.min {
			middle = append(middle, at(i, y))
		}
	}
	c.StrokeLines(draw.LineStyle{Color: b.style.muted, Width: 0.6, Dashes: []vg.Length{1, 2}}, middle)
}
