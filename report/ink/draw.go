package ink

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

// Style is everything about the look that is not in the data.
type Style struct {
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
	images imagePool
	tables colorPool
	glyphs glyphCache
}

// Paper suits print: no type is smaller than 9 pt.
func Paper() *Style {
	return &Style{
		size:  vg.Point{X: figureWidth, Y: figureHeight},
		dpi:   144, // twice 72: sharp on a screen at full size, and small files
		paper: RGB(0xffffff), ink: RGB(0x1a1a1a), muted: RGB(0x5c5c5c), grid: RGB(0xe4e4e4),
		title: 12, label: 10, small: 9,
		line: 1.25, marker: 2.6, edge: 8,
		png: png.Encoder{
			CompressionLevel: png.BestSpeed, // a twentieth larger than by default, in less than half the time
			BufferPool:       &encoderPool{},
		},
	}
}

// Extent returns the size c is drawn at.
func (c *Chart) Extent(s *Style) vg.Point {
	if c.Size != (vg.Point{}) {
		return c.Size
	}
	return s.size
}

// Draw lays c out on the canvas, which may be of any kind: title and caption
// on top, the key on the right, the panels in what is left.
func (s *Style) Draw(canvas draw.Canvas, c *Chart) error {
	area := draw.Crop(canvas, s.edge, -s.edge, s.edge, -s.edge)
	area = s.drawHead(area, c)
	area = draw.Crop(area, 0, -s.keyWidth(&c.Key), 0, 0)
	data, err := s.drawPanels(area, c)
	if err != nil {
		return err
	}
	s.drawKey(draw.Canvas{Canvas: canvas.Canvas, Rectangle: vg.Rectangle{
		Min: vg.Point{X: area.Max.X, Y: data.Min.Y},
		Max: vg.Point{X: canvas.Max.X - s.edge, Y: data.Max.Y},
	}}, &c.Key)
	return nil
}

// drawHead writes title and caption and returns what they leave.
func (s *Style) drawHead(area draw.Canvas, c *Chart) draw.Canvas {
	title, caption := s.text(s.title, s.ink), s.text(s.small, s.muted)
	width := area.Max.X - area.Min.X
	y := area.Max.Y - title.Height(c.Title)
	area.FillText(title, vg.Point{X: area.Min.X, Y: y}, fitText(c.Title, title, width))
	if c.Caption != "" {
		y -= caption.Height(c.Caption) + 2
		area.FillText(caption, vg.Point{X: area.Min.X, Y: y}, fitText(c.Caption, caption, width))
	}
	area.Max.Y = y - 8 // the head stands apart from the panels
	return area
}

// text returns a style for text that starts at its point.
func (s *Style) text(size vg.Length, c color.Color) text.Style {
	return text.Style{Color: c, Font: figureFont(size), Handler: notation{}, XAlign: draw.XLeft, YAlign: draw.YBottom}
}

// plot sets a panel in axes, of which those on the left and at the bottom of
// the figure carry words.
func (s *Style) plot(p *Panel, left, bottom bool) (*plot.Plot, error) {
	out := plot.New()
	out.TextHandler = notation{}
	out.Legend = plot.Legend{TextStyle: s.text(s.small, s.ink)}
	out.BackgroundColor = nil // the canvas has it
	s.setAxis(&out.X, &p.X, bottom)
	s.setAxis(&out.Y, &p.Y, left)
	out.X.Tick.Label.XAlign, out.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	out.Y.Tick.Label.XAlign, out.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	if p.Grid != nil {
		out.Add(&cellInk{cells: p.Grid, style: s})
		out.X.Tick.Length, out.Y.Tick.Length = 0, 0
		out.X.Width, out.Y.Width = 0, 0
		return out, nil
	}
	if p.Band != nil {
		out.Add(&bandInk{Band: p.Band, panel: p, style: s})
	}
	s.addGrid(out, p)
	for _, r := range p.Rules {
		out.Add(&ruleInk{Rule: r, at: p.Y.At(r.Y), style: s})
	}
	for i := range p.Lines {
		if err := s.addSeries(out, p, &p.Lines[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Style) addGrid(out *plot.Plot, p *Panel) {
	g := &plotter.Grid{}
	hair := draw.LineStyle{Color: s.grid, Width: 0.5}
	if p.X.Grid {
		g.Vertical = hair
	}
	if p.Y.Grid {
		g.Horizontal = hair
	}
	out.Add(g)
}

// setAxis dresses one axis; an inner panel's keeps its ticks without words.
func (s *Style) setAxis(out *plot.Axis, a *Axis, words bool) {
	out.Min, out.Max = a.At(a.Min), a.At(a.Max)
	out.Padding = 0
	out.LineStyle = draw.LineStyle{Color: s.ink, Width: 0.6}
	out.Tick.LineStyle = out.LineStyle
	out.Tick.Length = 4
	out.Tick.Label = s.text(s.small, s.ink)
	out.Label.TextStyle = s.text(s.label, s.ink)
	out.Label.TextStyle.XAlign = draw.XCenter
	out.Label.Padding = 3
	if a.Down {
		out.Scale = plot.InvertedScale{Normalizer: plot.LinearScale{}}
	}
	ticks := a.Ticks
	if words {
		out.Label.Text = a.Label
	} else {
		ticks = nil // not the axis's own
		for _, t := range a.Ticks {
			if t.Label != "" {
				t.Label = " " // a tick without a label would be drawn as a minor one
			}
			ticks = append(ticks, t)
		}
	}
	out.Tick.Marker = plot.ConstantTicks(ticks)
}
