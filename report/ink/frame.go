package ink

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// frame is a panel's axes, with what is written around them.
type frame struct {
	*Style
	panel        *Panel
	x, y         []tick
	xWord, yWord string // labels; "" on inner panels
	xSays, ySays bool   // tick labels are written
	turned       bool   // x labels stand upright
	title        string
}

// newFrame divides the axes of p, which are of the given size. Those on the
// left and at the bottom of the figure carry words.
func (s *Style) newFrame(p *Panel, left, bottom bool, size vg.Point) frame {
	f := frame{Style: s, panel: p, xSays: bottom, ySays: left}
	label := s.face(s.label, s.ink)
	f.x, f.turned = s.divide(&p.X, size.X)
	f.y = s.divideUp(&p.Y, size.Y)
	for _, ticks := range [][]tick{f.x, f.y} { // names may come from a file
		for i := range ticks {
			ticks[i].label = fitName(ticks[i].label, s.face(s.small, s.ink), mostName*s.small)
		}
	}
	if bottom {
		f.xWord = firstFit(p.X.Label, p.X.Short, label, size.X)
	}
	if left {
		f.yWord = firstFit(p.Y.Label, p.Y.Short, label, size.Y)
	}
	if p.Title != "" {
		f.title = p.Title
		if label.width(p.Title) > size.X && p.Short != "" {
			f.title = p.Short
		}
		f.title = fitName(f.title, label, size.X)
	}
	return f
}

// mostName is the room of one name beside an axis, in ems.
const mostName = 12

// Distances between labels, in ems.
const (
	apartX = 0.6
	apartY = 0.15
)

// divide finds the ticks of a horizontal axis whose labels do not run together.
// Names stand upright where they do.
func (s *Style) divide(a *Axis, length vg.Length) (ticks []tick, turned bool) {
	f := s.face(s.small, s.ink)
	flat := func(label string) vg.Length { return f.width(label) + apartX*s.small }
	if a.Kind == Names && !apart(a, a.ticks(a.most()), length, flat) {
		upright := func(string) vg.Length { return leading * s.small }
		return fit(a, length, upright), true
	}
	return fit(a, length, flat), false
}

// divideUp does so for a vertical axis.
func (s *Style) divideUp(a *Axis, length vg.Length) []tick {
	return fit(a, length, func(string) vg.Length { return (rise + drop + apartY) * s.small })
}

// fit returns as many ticks as stay apart.
func fit(a *Axis, length vg.Length, extent func(string) vg.Length) []tick {
	for most := a.most(); most > 0; most-- {
		if t := a.ticks(most); apart(a, t, length, extent) {
			return t
		}
	}
	return thin(a, a.ticks(1), length, extent)
}

// apart reports whether no two labels come near each other.
func apart(a *Axis, ticks []tick, length vg.Length, extent func(string) vg.Length) bool {
	var last tick
	for _, t := range ticks {
		if t.label == "" {
			continue
		}
		if last.label != "" && !clearOf(a, last, t, length, extent) {
			return false
		}
		last = t
	}
	return true
}

func clearOf(a *Axis, s, t tick, length vg.Length, extent func(string) vg.Length) bool {
	between := vg.Length(a.normAt(t.at)-a.normAt(s.at)) * length
	return max(between, -between) >= (extent(s.label)+extent(t.label))/2
}

// thin takes the labels off ticks that come too near the one before.
func thin(a *Axis, ticks []tick, length vg.Length, extent func(string) vg.Length) []tick {
	var last tick
	for i, t := range ticks {
		switch {
		case t.label == "":
		case last.label != "" && !clearOf(a, last, t, length, extent):
			ticks[i].label = ""
		default:
			last = t
		}
	}
	return ticks
}

// tickLength is that of labelled ticks; cells and bars need none.
func (f *frame) tickLength() vg.Length {
	if f.panel.Grid != nil {
		return 0
	}
	return 4 * f.unit
}

// margins returns the room for words on all sides: Min left and below, Max
// right and above.
func (f *frame) margins(axes vg.Point) vg.Rectangle {
	small := f.face(f.small, f.ink)
	m := vg.Rectangle{Min: vg.Point{X: f.tickLength(), Y: f.tickLength()}}
	m.Max.Y = rise * f.small / 2 // half a label of the topmost tick
	if f.ySays {
		m.Min.X += f.yWidth() + 0.35*f.small
	}
	if f.yWord != "" {
		m.Min.X += 0.3*f.label + (rise+drop)*f.label
	}
	if f.xSays {
		m.Min.Y += f.xHeight() + 0.3*f.small
	}
	if f.xWord != "" {
		m.Min.Y += 0.3*f.label + (rise+drop)*f.label
	}
	if f.title != "" {
		m.Max.Y = max(m.Max.Y, leading*f.label+0.2*f.label)
	}
	if f.xSays && !f.turned { // labels at the ends reach over the axis
		for _, t := range f.x {
			half, at := small.width(t.label)/2, vg.Length(f.panel.X.normAt(t.at))
			m.Max.X = max(m.Max.X, half-(1-at)*axes.X)
			m.Min.X = max(m.Min.X, half-at*axes.X)
		}
	}
	return m
}

func (f *frame) yWidth() (w vg.Length) {
	small := f.face(f.small, f.ink)
	for _, t := range f.y {
		w = max(w, small.width(t.label))
	}
	return w
}

func (f *frame) xHeight() vg.Length {
	if !f.turned {
		return (rise + drop) * f.small
	}
	small, h := f.face(f.small, f.ink), vg.Length(0)
	for _, t := range f.x {
		h = max(h, small.width(t.label))
	}
	return h
}

// drawAxes draws the axes of c's rectangle and what is written around them.
func (f *frame) drawAxes(c draw.Canvas) {
	hair := f.hair(f.ink)
	length := f.tickLength()
	if f.panel.Grid == nil {
		c.StrokeLines(hair, []vg.Point{{X: c.Min.X, Y: c.Max.Y}, c.Min, {X: c.Max.X, Y: c.Min.Y}})
	}
	f.drawX(c, hair, length)
	f.drawY(c, hair, length)
	if f.title != "" {
		at := vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y + (drop+0.2)*f.label}
		f.face(f.label, f.ink).draw(c.Canvas, f.title, placed{at: at, align: alignCenter})
	}
}

func (f *frame) drawX(c draw.Canvas, hair draw.LineStyle, length vg.Length) {
	small := f.face(f.small, f.ink)
	y := c.Min.Y - length - 0.3*f.small
	for _, t := range f.x {
		x := c.X(f.panel.X.normAt(t.at))
		f.mark(c, hair, t, vg.Point{X: x, Y: c.Min.Y}, vg.Point{Y: -length})
		switch {
		case t.label == "" || !f.xSays:
		case f.turned:
			small.draw(c.Canvas, t.label, placed{at: vg.Point{X: x + 0.36*f.small, Y: y}, align: alignRight, upward: true})
		default:
			small.draw(c.Canvas, t.label, placed{at: vg.Point{X: x, Y: y - rise*f.small}, align: alignCenter})
		}
	}
	if f.xWord != "" {
		y -= f.xHeight() + (0.3+rise)*f.label
		f.face(f.label, f.ink).draw(c.Canvas, f.xWord, placed{at: vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: y}, align: alignCenter})
	}
}

func (f *frame) drawY(c draw.Canvas, hair draw.LineStyle, length vg.Length) {
	small := f.face(f.small, f.ink)
	x := c.Min.X - length - 0.35*f.small
	for _, t := range f.y {
		y := c.Y(f.panel.Y.normAt(t.at))
		f.mark(c, hair, t, vg.Point{X: c.Min.X, Y: y}, vg.Point{X: -length})
		if t.label != "" && f.ySays {
			small.draw(c.Canvas, t.label, placed{at: vg.Point{X: x, Y: y - 0.36*f.small}, align: alignRight}) // half a capital
		}
	}
	if f.yWord != "" {
		x -= f.yWidth() + (0.3+drop)*f.label
		f.face(f.label, f.ink).draw(c.Canvas, f.yWord, placed{at: vg.Point{X: x, Y: (c.Min.Y + c.Max.Y) / 2}, align: alignCenter, upward: true})
	}
}

// mark draws a tick, short without a label.
func (f *frame) mark(c draw.Canvas, hair draw.LineStyle, t tick, at, length vg.Point) {
	if t.label == "" {
		length = length.Scale(0.5)
	}
	end := at.Add(length)
	if length != (vg.Point{}) && c.Contains(at) {
		c.StrokeLine2(hair, at.X, at.Y, end.X, end.Y)
	}
}
