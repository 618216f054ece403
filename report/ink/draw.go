package ink

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Extent returns the size c is drawn at. The error is a *FitError.
func (s *Style) Extent(c *Chart) (vg.Point, error) {
	l, err := s.layOut(c)
	if err != nil {
		return vg.Point{}, err
	}
	return l.size, nil
}

// Draw draws c on a canvas of any kind, whose size is [Style.Extent]. The
// error is a *FitError.
func (s *Style) Draw(canvas vg.Canvas, c *Chart) error {
	l, err := s.layOut(c)
	if err != nil {
		return err
	}
	l.draw(draw.Canvas{Canvas: canvas, Rectangle: vg.Rectangle{Max: l.size}})
	return nil
}

func (l *sheet) draw(c draw.Canvas) {
	if _, filled := c.Canvas.(*raster); !filled {
		c.SetColor(l.paper)
		c.Fill(c.Rectangle.Path())
	}
	l.drawHead(c)
	for i := range l.frames {
		f := &l.frames[i]
		inside := draw.Canvas{Canvas: c.Canvas, Rectangle: l.box(i)}
		f.drawData(inside, l.chart)
		f.drawAxes(inside)
	}
	l.drawKey(c)
}

// drawHead writes title and caption.
func (l *sheet) drawHead(c draw.Canvas) {
	y := l.size.Y - l.edge
	title := l.face(l.Style.title, l.ink)
	for _, line := range l.title {
		y -= title.line()
		title.draw(c.Canvas, line, placed{at: vg.Point{X: l.edge, Y: y + drop*title.size}})
	}
	if l.caption != "" {
		y -= 0.2*l.small + leading*l.small
		l.face(l.small, l.muted).draw(c.Canvas, l.caption, placed{at: vg.Point{X: l.edge, Y: y + drop*l.small}})
	}
}

// spot returns where a point of the data stands, NaN where it does not.
func (f *frame) spot(c draw.Canvas, x, y float64) vg.Point {
	return vg.Point{X: c.X(f.panel.X.norm(x)), Y: c.Y(f.panel.Y.norm(y))}
}

// drawData draws what is in the axes, from the back to the front.
func (f *frame) drawData(c draw.Canvas, chart *Chart) {
	p := f.panel
	if p.Grid != nil {
		f.drawCells(c)
		return
	}
	f.drawBand(c)
	f.drawLines(c)
	f.drawCloud(c)
	for _, r := range p.Rules {
		f.drawRule(c, r, chart.pattern(r.Label))
	}
	for i, b := range p.Bars {
		f.drawOneBar(c, i, b)
	}
	for i := range p.Lines {
		f.drawSeries(c, &p.Lines[i])
	}
}

// drawLines draws the thin lines that carry values through a panel.
func (f *frame) drawLines(c draw.Canvas) {
	hair := draw.LineStyle{Color: f.grid, Width: 0.5 * f.unit}
	for _, t := range f.x {
		if x := c.X(f.panel.X.normAt(t.at)); f.panel.X.Grid && t.label != "" && c.ContainsX(x) {
			c.StrokeLine2(hair, x, c.Min.Y, x, c.Max.Y)
		}
	}
	for _, t := range f.y {
		if y := c.Y(f.panel.Y.normAt(t.at)); f.panel.Y.Grid && t.label != "" && c.ContainsY(y) {
			c.StrokeLine2(hair, c.Min.X, y, c.Max.X, y)
		}
	}
}

func (f *frame) drawRule(c draw.Canvas, r Rule, pattern int) {
	sty := f.dashed(f.muted, 0.7*f.unit, pattern)
	if r.Vertical {
		if x := c.X(f.panel.X.norm(r.At)); c.ContainsX(x) {
			c.StrokeLine2(sty, x, c.Min.Y, x, c.Max.Y)
		}
		return
	}
	if y := c.Y(f.panel.Y.norm(r.At)); c.ContainsY(y) {
		c.StrokeLine2(sty, c.Min.X, y, c.Max.X, y)
	}
}

// drawBand draws a band and its middle.
func (f *frame) drawBand(c draw.Canvas) {
	b := f.panel.Band
	if b == nil {
		return
	}
	clip := func(y float64) float64 { return min(max(y, f.panel.Y.Min), f.panel.Y.Max) }
	var edge, middle []vg.Point
	for i, y := range b.High {
		edge = append(edge, f.spot(c, b.X[i], clip(y)))
	}
	for i := len(b.Low) - 1; i >= 0; i-- {
		edge = append(edge, f.spot(c, b.X[i], clip(b.Low[i])))
	}
	if len(edge) == 0 {
		return
	}
	c.FillPolygon(f.band, c.ClipPolygonXY(edge))
	for i, y := range b.Mean {
		if y >= f.panel.Y.Min && y <= f.panel.Y.Max {
			middle = append(middle, f.spot(c, b.X[i], y))
		}
	}
	c.StrokeLines(draw.LineStyle{Color: f.muted, Width: 0.6 * f.unit, Dashes: []vg.Length{f.unit, 2 * f.unit}}, c.ClipLinesXY(middle)...)
}

func (f *frame) drawOneBar(c draw.Canvas, i int, b Bar) {
	if !finite(b.Value) {
		return
	}
	const half = 0.36 // of a bar's width: a quarter of the room stays free
	from, to := f.spot(c, 0, float64(i)-half), f.spot(c, b.Value, float64(i)+half)
	box := vg.Rectangle{
		Min: vg.Point{X: max(min(from.X, to.X), c.Min.X), Y: min(from.Y, to.Y)},
		Max: vg.Point{X: min(max(from.X, to.X), c.Max.X), Y: max(from.Y, to.Y)},
	}
	c.SetColor(f.color(b.Paint))
	c.Fill(box.Path())
}

// drawCells draws a grid of colours, with the values in them where all fit.
func (f *frame) drawCells(c draw.Canvas) {
	g := f.panel.Grid
	says := f.cellsFit(c)
	for i, row := range g.Value {
		for j, v := range row {
			if finite(v) {
				f.drawCell(c, i, j, v, says)
			}
		}
	}
}

// cellText writes a value of a grid.
func (g *Grid) cellText(v float64) string {
	return strconv.FormatFloat(v, 'f', g.Digits, 64)
}

// cellsFit reports whether every value has room in its cell.
func (f *frame) cellsFit(c draw.Canvas) bool {
	g := f.panel.Grid
	words := f.face(f.small, f.ink)
	var widest vg.Length
	EachFinite(g.Value, func(v float64) { widest = max(widest, vg.Length(len(g.cellText(v)))) })
	if len(g.Value) == 0 || (rise+drop+0.2)*f.small > (c.Max.Y-c.Min.Y)/vg.Length(len(g.Value)) {
		return false
	}
	return widest*words.width("0")+0.5*f.small <= (c.Max.X-c.Min.X)/vg.Length(len(g.Value[0]))
}

func (f *frame) drawCell(c draw.Canvas, i, j int, v float64, says bool) {
	g := f.panel.Grid
	// The axes run through the middles; a hair of paper between cells keeps
	// their edges from blending.
	gap := 0.4 * f.unit
	a, b := f.spot(c, float64(j)-0.5, float64(i)+0.5), f.spot(c, float64(j)+0.5, float64(i)-0.5)
	if b.X-a.X < 4*gap || b.Y-a.Y < 4*gap {
		gap = 0
	}
	box := vg.Rectangle{Min: a.Add(vg.Point{X: gap, Y: gap}), Max: b.Sub(vg.Point{X: gap, Y: gap})}
	fill := f.cell(g.Range.norm(v), g.Signed)
	c.SetColor(fill)
	c.Fill(box.Path())
	if says {
		at := vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: (box.Min.Y+box.Max.Y)/2 - 0.36*f.small}
		f.face(f.small, contrast(fill)).draw(c.Canvas, g.cellText(v), placed{at: at, align: alignCenter})
	}
}

// drawSeries draws one line, broken where it is undefined.
func (f *frame) drawSeries(c draw.Canvas, line *Series) {
	sty := f.stroke(line)
	var last []vg.Point
	for _, part := range f.pieces(c, line) {
		if !line.Points && len(part) > 1 {
			c.StrokeLines(sty, c.ClipLinesXY(part)...)
		}
		if line.Bridge && last != nil {
			gap := draw.LineStyle{Color: sty.Color, Width: sty.Width / 2, Dashes: []vg.Length{1.5 * f.unit, 2.5 * f.unit}}
			c.StrokeLines(gap, []vg.Point{last[len(last)-1], part[0]})
		}
		last = part
		// A piece of one point has no length: it shows as a dot.
		if line.Marker == 0 && !line.Points && len(part) > 1 {
			continue
		}
		for _, p := range part {
			c.DrawGlyph(f.glyph(line), p)
		}
	}
}

// stroke is how a line is drawn.
func (s *Style) stroke(line *Series) draw.LineStyle {
	sty := draw.LineStyle{Color: s.color(line.Paint), Width: s.line}
	if turn := line.Paint.turn; s.palette.dashes && !line.Paint.along && turn > 0 {
		sty.Dashes = s.dashed(nil, 0, turn-1).Dashes
	}
	if line.Dotted {
		sty.Dashes = []vg.Length{1.2 * s.unit, 1.8 * s.unit}
	}
	return sty
}

func (s *Style) glyph(line *Series) draw.GlyphStyle {
	shapes := markers()
	shape := shapes[max(line.Marker-1, 0)%len(shapes)]
	return draw.GlyphStyle{Color: s.color(line.Paint), Radius: 2.6 * s.unit, Shape: shape}
}

// nearby is the distance in points under which two points of a line fall on the
// same spot: less than a hair line.
const nearby = 0.1

// pieces returns the stretches of a line that can be drawn, without points that
// fall on their predecessor.
func (f *frame) pieces(c draw.Canvas, line *Series) [][]vg.Point {
	var out [][]vg.Point
	var cur []vg.Point
	end := func() {
		if len(cur) > 0 {
			out = append(out, cur)
		}
		cur = nil
	}
	before := 0.0
	for i := range line.X {
		at := f.spot(c, line.X[i], line.Y[i])
		if !finite(float64(at.X)) || !finite(float64(at.Y)) || at.Y < c.Min.Y-vg.Length(nearby) {
			end()
			continue
		}
		if n := len(cur); n > 0 {
			if line.Bridge && line.X[i]-before > 1 {
				end()
			} else if apart := at.Sub(cur[n-1]); i < len(line.X)-1 && math.Hypot(float64(apart.X), float64(apart.Y)) < nearby {
				continue
			}
		}
		cur, before = append(cur, at), line.X[i]
	}
	end()
	return out
}
