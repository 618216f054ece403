package ink

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band is what chance gives over the indices of a spectrum: a grey band
// behind the lines, its middle dotted where mean is given.
type Band struct {
	Low, High []float64 // at index 1, 2, …
	Mean      []float64 // nil: none
}

// bandInk draws a band.
type bandInk struct {
	*Band
	panel *Panel
	style *Style
}

// bandColor is light enough for lines over it, and darker than the grid.
func bandColor() color.Color { return RGB(0xd9d9d9) }

// Plot implements [plot.Plotter].
func (b *bandInk) Plot(c draw.Canvas, p *plot.Plot) {
	at := func(i int, y float64) vg.Point {
		y = min(max(y, b.panel.Y.Min), b.panel.Y.Max)
		return vg.Point{X: c.X(p.X.Norm(b.panel.X.At(float64(i + 1)))), Y: c.Y(p.Y.Norm(b.panel.Y.At(y)))}
	}
	var edge []vg.Point
	for i, y := range b.High {
		edge = append(edge, at(i, y))
	}
	for i := len(b.Low) - 1; i >= 0; i-- {
		edge = append(edge, at(i, b.Low[i]))
	}
	if len(edge) == 0 {
		return
	}
	c.FillPolygon(bandColor(), c.ClipPolygonXY(edge))
	var middle []vg.Point
	for i, y := range b.Mean {
		if y >= b.panel.Y.Min {
			middle = append(middle, at(i, y))
		}
	}
	c.StrokeLines(draw.LineStyle{Color: b.style.muted, Width: 0.6, Dashes: []vg.Length{1, 2}}, middle)
}
