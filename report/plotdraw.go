package report

import (
	"image/color"
	"image/png"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Size of a figure: the text width of a page of US letter or A4 with 1 in
// margins, at a ratio near 3:2.
const (
	figureWidth  = 6.5 * vg.Inch
	figureHeight = 4.2 * vg.Inch
)

// plotStyle is everything about the look that is not in the data.
type plotStyle struct {
	size  vg.Point // of a chart that does not set its own
	dpi   int      // of PNG
	paper color.Color
	ink   color.Color // text and axes
	muted color.Color // captions and rules
	grid  color.Color
	title, label,
	small vg.Length // heights of type: title; axes; ticks, keys and captions
	line   vg.Length // width of data lines
	marker vg.Length // radius
	edge   vg.Length // free border
	png    png.Encoder
}

// paperStyle suits print: no type is smaller than 9 pt.
func paperStyle() *plotStyle {
	return &plotStyle{
		size:  vg.Point{X: figureWidth, Y: figureHeight},
		dpi:   144, // twice 72: sharp on a screen at full size, and small files
		paper: rgb(0xffffff), ink: rgb(0x1a1a1a), muted: rgb(0x5c5c5c), grid: rgb(0xe4e4e4),
		title: 12, label: 10, small: 9,
		line: 1.25, marker: 2.6, edge: 8,
		png: png.Encoder{
			CompressionLevel: png.BestSpeed, // a twentieth larger than by default, in less than half the time
			BufferPool:       &encoderPool{},
		},
	}
}

// extent returns the size c is drawn at.
func (c *chart) extent(s *plotStyle) vg.Point {
	if c.size != (vg.Point{}) {
		return c.size
	}
	return s.size
}

// draw lays c out on the canvas, which may be of any kind: title and caption
// on top, the key on the right, the panels in what is left.
func (s *plotStyle) draw(canvas draw.Canvas, c *chart) error {
	area := draw.Crop(canvas, s.edge, -s.edge, s.edge, -s.edge)
	area = s.drawHead(area, c)
	area = draw.Crop(area, 0, -s.keyWidth(&c.key), 0, 0)
	data, err := s.drawPanels(area, c)
	if err != nil {
		return err
	}
	s.drawKey(draw.Canvas{Canvas: canvas.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: area.Max.X, Y: data.Min.Y},
		Max: vg.Point{X: canvas.Max.X - s.edge, Y: data.Max.Y},
	}}, &c.key)
	return nil
}

// drawHead writes title and caption and returns what they leave.
func (s *plotStyle) drawHead(area draw.Canvas, c *chart) draw.Canvas {
	title, caption := s.text(s.title, s.ink), s.text(s.small, s.muted)
	width := area.Max.X - area.Min.X
	y := area.Max.Y - title.Height(c.title)
	area.FillText(title, vg.Point{X: area.Min.X, Y: y}, fitText(c.title, title, width))
	if c.caption != "" {
		y -= caption.Height(c.caption) + 2
		area.FillText(caption, vg.Point{X: area.Min.X, Y: y}, fitText(c.caption, caption, width))
	}
	area.Max.Y = y - 8 // the head stands apart from the panels
	return area
}

// text returns a style for text that starts at its point.
func (s *plotStyle) text(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: figureFont(size), Handler: notation{}, XAlign: draw.XLeft, YAlign: draw.YBottom}
}

// plot sets a panel in axes, of which those on the left and at the bottom of
// the figure carry words.
func (s *plotStyle) plot(p *panel, left, bottom bool) (*plot.Plot, error) {
	out := plot.New()
	out.TextHandler = notation{}
	out.Legend = plot.Legend{TextStyle: s.text(s.small, s.ink)}
	out.BackgroundColor = nil // the canvas has it
	s.setAxis(&out.X, &p.x, bottom)
	s.setAxis(&out.Y, &p.y, left)
	out.X.Tick.Label.XAlign, out.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	out.Y.Tick.Label.XAlign, out.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	if p.cells != nil {
		out.Add(&cellInk{cells: p.cells, style: s})
		out.X.Tick.Length, out.Y.Tick.Length = 0, 0
		out.X.Width, out.Y.Width = 0, 0
		return out, nil
	}
	if p.band != nil {
		out.Add(&bandInk{bandArea: p.band, panel: p, style: s})
	}
	s.addGrid(out, p)
	for _, r := range p.rules {
		out.Add(&ruleInk{ruleLine: r, at: p.y.at(r.y), style: s})
	}
	for i := range p.lines {
		if err := s.addSeries(out, p, &p.lines[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *plotStyle) addGrid(out *plot.Plot, p *panel) {
	g := &plotter.Grid{}
	hair := draw.LineStyle{Color: s.grid, Width: 0.5}
	if p.x.grid {
		g.Vertical = hair
	}
	if p.y.grid {
		g.Horizontal = hair
	}
	out.Add(g)
}

// setAxis dresses one axis; an inner panel's keeps its ticks without words.
func (s *plotStyle) setAxis(out *plot.Axis, a *axis, words bool) {
	out.Min, out.Max = a.at(a.min), a.at(a.max)
	out.Padding = 0
	out.LineStyle = draw.LineStyle{Color: s.ink, Width: 0.6}
	out.Tick.LineStyle = out.LineStyle
	out.Tick.Length = 4
	out.Tick.Label = s.text(s.small, s.ink)
	out.Label.TextStyle = s.text(s.label, s.ink)
	out.Label.TextStyle.XAlign = draw.XCenter
	out.Label.Padding = 3
	if a.down {
		out.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	}
	ticks := a.ticks
	if words {
		out.Label.Text = a.label
	} else {
		ticks = nil // not the axis's own
		for _, t := range a.ticks {
			if t.Label != "" {
				t.Label = " " // a tick without a label would be drawn as a minor one
			}
			ticks = append(ticks, t)
		}
	}
	out.Tick.Marker = plot.ConstantTicks(ticks)
}
