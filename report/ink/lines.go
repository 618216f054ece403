package ink

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// addSeries draws one line of a panel, broken where it is undefined.
func (s *Style) addSeries(out *plot.Plot, p *Panel, line *Series) error {
	var last plotter.XYs
	for _, part := range pieces(p, line) {
		ink, err := plotter.NewLine(part)
		if err != nil {
			return err
		}
		ink.LineStyle = draw.LineStyle{Color: line.Color, Width: s.line}
		out.Add(ink)
		if line.Bridge && last != nil {
			gap, err := plotter.NewLine(plotter.XYs{last[len(last)-1], part[0]})
			if err != nil {
				return err
			}
			gap.LineStyle = draw.LineStyle{Color: line.Color, Width: s.line / 2, Dashes: []vg.Length{1.5, 2.5}}
			out.Add(gap)
		}
		last = part
		// A piece of one point has no length: it shows as a dot.
		if line.Marker == nil && len(part) > 1 {
			continue
		}
		dots, err := plotter.NewScatter(part)
		if err != nil {
			return err
		}
		dots.GlyphStyle = s.glyph(line)
		out.Add(dots)
	}
	return nil
}

func (s *Style) glyph(line *Series) draw.GlyphStyle {
	shape := line.Marker
	if shape == nil {
		shape = draw.CircleGlyph{}
	}
	return draw.GlyphStyle{Color: line.Color, Radius: s.marker, Shape: shape}
}

// nearby is the part of an axis under which two points of a line fall on the
// same spot: a thousandth of 4 in is less than a hair line.
const nearby = 1e-3

// pieces returns the stretches of a line that can be drawn, in the units of
// the axes (logarithms where they are logarithmic), without points that fall
// on their predecessor.
func pieces(p *Panel, line *Series) []plotter.XYs {
	var out []plotter.XYs
	var cur plotter.XYs
	end := func() {
		if len(cur) > 0 {
			out = append(out, cur)
		}
		cur = nil
	}
	dx := nearby * (p.X.At(p.X.Max) - p.X.At(p.X.Min))
	dy := nearby * (p.Y.At(p.Y.Max) - p.Y.At(p.Y.Min))
	lo := p.Y.At(p.Y.Min)
	for i := range line.X {
		at := plotter.XY{X: p.X.At(line.X[i]), Y: p.Y.At(line.Y[i])}
		if !finite(at.X) || !finite(at.Y) || at.Y < lo {
			end()
			continue
		}
		if n := len(cur); n > 0 {
			if line.Bridge && at.X-cur[n-1].X > 1 {
				end()
			} else if i < len(line.X)-1 && math.Abs(at.X-cur[n-1].X) < dx && math.Abs(at.Y-cur[n-1].Y) < dy {
				continue
			}
		}
		cur = append(cur, at)
	}
	end()
	return out
}

// ruleInk draws a dashed horizontal line and its label.
type ruleInk struct {
	Rule
	at    float64 // on the axis
	style *Style
}

// Plot implements [plot.Plotter].
func (r *ruleInk) Plot(c draw.Canvas, p *plot.Plot) {
	y := c.Y(p.Y.Norm(r.at))
	if !c.ContainsY(y) {
		return
	}
	c.StrokeLine2(draw.LineStyle{Color: r.style.muted, Width: 0.6, Dashes: []vg.Length{4, 2.5}}, c.Min.X, y, c.Max.X, y)
	if r.Label == "" {
		return
	}
	sty := r.style.text(r.style.small, r.style.muted)
	sty.YAlign = draw.YTop
	at := vg.Point{X: c.Min.X + 4, Y: y - 1}
	if r.Above {
		sty.YAlign, at.Y = draw.YBottom, y+2
	}
	if r.Right {
		sty.XAlign, at.X = draw.XRight, c.Max.X-4
	}
	c.FillText(sty, at, r.Label)
}

// cellInk draws a grid of colours, with the values in them where they fit.
type cellInk struct {
	cells *Grid
	style *Style
}

// Plot implements [plot.Plotter].
func (k *cellInk) Plot(c draw.Canvas, p *plot.Plot) {
	for i, row := range k.cells.Value {
		for j, v := range row {
			if !finite(v) {
				continue
			}
			// The axes run through the middles; row 0 is on top.
			box := vg.Rectangle{
				Min: vg.Point{X: c.X(p.X.Norm(float64(j) - 0.5)), Y: c.Y(p.Y.Norm(float64(i) + 0.5))},
				Max: vg.Point{X: c.X(p.X.Norm(float64(j) + 0.5)), Y: c.Y(p.Y.Norm(float64(i) - 0.5))},
			}
			k.cell(c, box, v)
		}
	}
}

func (k *cellInk) cell(c draw.Canvas, box vg.Rectangle, v float64) {
	const gap = 0.4 // shows the paper between cells, so that edges do not blend
	box.Min.X, box.Min.Y, box.Max.X, box.Max.Y = box.Min.X+gap, box.Min.Y+gap, box.Max.X-gap, box.Max.Y-gap
	fill := Sequential((v - k.cells.Min) / (k.cells.Max - k.cells.Min))
	c.SetColor(fill)
	c.Fill(box.Path())
	label := strconv.FormatFloat(v, 'f', k.cells.Digits, 64)
	sty := k.style.text(k.style.small, contrast(fill))
	size := box.Size()
	if size.X < sty.Width(label)+4 || size.Y < sty.Height(label)+2 {
		return
	}
	sty.XAlign, sty.YAlign = draw.XCenter, draw.YCenter
	at := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y+box.Max.Y)/2 + sty.FontExtents().Descent/2}
	c.FillText(sty, at, label)
}

// contrast returns black or white, whichever reads better on fill: their
// contrasts are equal at a luminance of √(1.05·0.05) − 0.05.
func contrast(fill color.Color) color.Color {
	if luminance(fill) > 0.179 {
		return color.Black
	}
	return color.White
}
