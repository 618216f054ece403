package ink

import (
	"fmt"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of the key, in ems of its type unless said otherwise.
const (
	swatch     = 2    // length of a line's sample
	keyWords   = 13   // most room for the words of an entry on the right: the data keep two thirds of the width
	wideEnough = 40   // of figures with a key on the right, in ems of axis labels
	barWidth   = 0.95 // of a scale of colours
	barSlices  = 128  // finer than the eye can tell apart
	mostRows   = 6    // of entries below
)

// entry is one line of the key.
type entry struct {
	series *Series // nil: a band, or a rule of a pattern
	band   bool
	rule   int
	label  string
}

// keyPlan says where the parts of the key stand and what room they take.
type keyPlan struct {
	right, below vg.Length // room they take
	title        string
	side         []entry   // on the right
	sideBar      *ColorBar // on the right
	rows         [][]entry // below
	belowBar     *ColorBar
}

// levels returns what the bands, rules and single points of the panels mean,
// each once.
func (c *Chart) levels() []entry {
	var out []entry
	add := func(e entry) {
		if e.label != "" && !slices.ContainsFunc(out, func(o entry) bool { return o.label == e.label && o.band == e.band }) {
			out = append(out, e)
		}
	}
	for i := range c.Panels {
		if b := c.Panels[i].Band; b != nil {
			add(entry{band: true, label: b.Label})
		}
	}
	for i := range c.Panels {
		for _, l := range c.Panels[i].Lines {
			if l.Points && l.Label != "" {
				add(entry{series: &Series{Points: true, Marker: l.Marker, Paint: Muted()}, label: l.Label})
			}
		}
	}
	for _, label := range c.ruleLabels() {
		add(entry{rule: c.pattern(label), label: label})
	}
	return out
}

// ruleLabels returns the labels of rules that are on their axes, each once.
func (c *Chart) ruleLabels() []string {
	var labels []string
	for i := range c.Panels {
		for _, r := range c.Panels[i].Rules {
			a := &c.Panels[i].Y
			if r.Vertical {
				a = &c.Panels[i].X
			}
			if r.At >= a.Min && r.At <= a.Max && !slices.Contains(labels, r.Label) {
				labels = append(labels, r.Label)
			}
		}
	}
	return labels
}

// pattern returns the number of the dashes of rules with a label.
func (c *Chart) pattern(label string) int { return max(0, slices.Index(c.ruleLabels(), label)) }

// planKey places the key of c, the whole of whose width is given.
func (s *Style) planKey(c *Chart, width vg.Length) keyPlan {
	k := keyPlan{title: c.Key.Title}
	words := s.face(s.small, s.ink)
	var entries []entry
	for i := range c.Key.Entries {
		entries = append(entries, entry{series: &c.Key.Entries[i], label: c.Key.Entries[i].Label})
	}
	if width < wideEnough*s.label {
		k.belowBar, k.rows = c.Key.Bar, s.flow(append(entries, c.levels()...), k.title, width)
	} else {
		k.sideBar, k.side = c.Key.Bar, entries
		k.right = s.sideWidth(&k, words)
		k.rows = s.flow(c.levels(), "", width)
	}
	if k.belowBar != nil {
		k.below += s.gap() + (barWidth+0.4+leading)*s.small
	}
	if len(k.rows) > 0 {
		k.below += s.gap()/2 + vg.Length(len(k.rows))*leading*s.small
	}
	return k
}

// sideWidth returns the room the key needs on the right, 0 for none, and cuts
// what takes more.
func (s *Style) sideWidth(k *keyPlan, words face) vg.Length {
	var width vg.Length
	for i := range k.side {
		k.side[i].label = fitName(k.side[i].label, words, keyWords*s.small)
		width = max(width, (swatch+0.5)*s.small+words.width(k.side[i].label))
	}
	if k.sideBar != nil {
		for _, t := range k.sideBar.Axis.ticks(k.sideBar.Axis.most()) {
			width = max(width, (barWidth+0.75)*s.small+words.width(t.label))
		}
	}
	if width == 0 {
		return 0
	}
	k.title = fitText(k.title, words, keyWords*s.small)
	return 1.75*s.gap() + max(width, words.width(k.title))
}

// flow sets entries in rows of a width.
func (s *Style) flow(entries []entry, title string, width vg.Length) [][]entry {
	words := s.face(s.small, s.ink)
	var rows [][]entry
	var used vg.Length
	for i, e := range entries {
		e.label = fitText(e.label, words, width-(swatch+0.5)*s.small)
		if i == 0 && title != "" {
			used = words.width(title) + s.small
		}
		need := s.entryWidth(e)
		if i == 0 || used+need > width {
			if len(rows) == mostRows {
				left := len(entries) - i + len(rows[mostRows-1])
				rows[mostRows-1] = []entry{{label: fmt.Sprintf("and %d more", left), rule: -1}}
				return rows
			}
			if i > 0 {
				used = 0
			}
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], e)
		used += need
	}
	return rows
}

// entryWidth is the room of an entry and of what keeps it from the next.
func (s *Style) entryWidth(e entry) vg.Length {
	return (swatch+0.5+1.2)*s.small + s.face(s.small, s.ink).width(e.label)
}

// drawKey draws the key of a chart laid out.
func (l *sheet) drawKey(c draw.Canvas) {
	l.drawSide(c)
	words := l.face(l.small, l.ink)
	y := l.edge + l.key.below - l.gap()/2
	if l.key.belowBar != nil {
		y -= l.gap() / 2
		l.drawFlatBar(c, y)
		y -= (barWidth + 0.4 + leading) * l.small
	}
	for i, row := range l.key.rows {
		x := l.edge
		y -= leading * l.small
		if i == 0 && l.key.title != "" && l.key.right == 0 {
			words.draw(c.Canvas, l.key.title, placed{at: vg.Point{X: x, Y: y + drop*l.small}})
			x += words.width(l.key.title) + l.small
		}
		for _, e := range row {
			l.drawEntry(c, e, vg.Point{X: x, Y: y + drop*l.small})
			x += l.entryWidth(e)
		}
	}
}

// drawSide draws what stands on the right of the panels.
func (l *sheet) drawSide(c draw.Canvas) {
	if l.key.right == 0 {
		return
	}
	words := l.face(l.small, l.ink)
	x := l.size.X - l.edge - l.key.right + 1.75*l.gap()
	top, foot := l.box(0).Max.Y, l.box(len(l.frames)-1).Min.Y
	if l.key.title != "" {
		top -= rise * l.small
		words.draw(c.Canvas, l.key.title, placed{at: vg.Point{X: x, Y: top}})
		top -= (drop + 0.8) * l.small // half a label of the topmost tick
	}
	if l.key.sideBar != nil {
		l.drawBar(c, l.key.sideBar, vg.Rectangle{Min: vg.Point{X: x, Y: foot}, Max: vg.Point{X: x + barWidth*l.small, Y: top}})
		return
	}
	line := leading * l.small
	room := max(int((top-foot)/line), 1)
	for i, e := range l.key.side {
		top -= line
		if left := len(l.key.side) - i; i == room-1 && left > 1 {
			words.draw(c.Canvas, fmt.Sprintf("and %d more", left), placed{at: vg.Point{X: x, Y: top + drop*l.small}})
			return
		}
		l.drawEntry(c, e, vg.Point{X: x, Y: top + drop*l.small})
	}
}

// drawEntry draws a sample of what e means and its words on a baseline.
func (l *sheet) drawEntry(c draw.Canvas, e entry, at vg.Point) {
	end, y := at.X+swatch*l.small, at.Y+0.3*l.small
	switch {
	case e.series != nil:
		l.drawSample(c, e.series, vg.Point{X: at.X, Y: y}, end)
	case e.band:
		c.SetColor(l.band)
		c.Fill(vg.Rectangle{Min: vg.Point{X: at.X, Y: at.Y - 0.05*l.small}, Max: vg.Point{X: end, Y: at.Y + 0.65*l.small}}.Path())
	case e.rule >= 0:
		c.StrokeLine2(l.dashed(l.muted, 0.8*l.unit, e.rule), at.X, y, end, y)
	}
	l.face(l.small, l.ink).draw(c.Canvas, e.label, placed{at: vg.Point{X: end + 0.5*l.small, Y: at.Y}})
}

func (l *sheet) drawSample(c draw.Canvas, e *Series, at vg.Point, end vg.Length) {
	if !e.Points {
		sty := l.stroke(e)
		sty.Width = max(sty.Width, 1.5*l.unit)
		c.StrokeLine2(sty, at.X, at.Y, end, at.Y)
	}
	if e.Marker > 0 {
		c.DrawGlyphNoClip(l.glyph(e), vg.Point{X: (at.X + end) / 2, Y: at.Y})
	}
}

// barColor is the colour of t in [0, 1] on a scale.
func (s *Style) barColor(b *ColorBar, t float64) draw.GlyphStyle {
	if b.Cells {
		return draw.GlyphStyle{Color: s.cell(t, b.Signed)}
	}
	return draw.GlyphStyle{Color: s.color(Along(t))}
}

// drawBar draws an upright scale of colours with its ticks on the right.
func (l *sheet) drawBar(c draw.Canvas, b *ColorBar, box vg.Rectangle) {
	l.fillBar(c, b, box, false)
	words := l.face(l.small, l.ink)
	for _, t := range l.divideUp(&b.Axis, box.Size().Y) {
		y := box.Min.Y + box.Size().Y*vg.Length(b.Axis.normAt(t.at))
		c.StrokeLine2(l.hair(l.ink), box.Max.X, y, box.Max.X+0.3*l.small, y)
		words.draw(c.Canvas, t.label, placed{at: vg.Point{X: box.Max.X + 0.7*l.small, Y: y - 0.36*l.small}})
	}
}

// drawFlatBar draws a scale of colours below the panels, under y.
func (l *sheet) drawFlatBar(c draw.Canvas, y vg.Length) {
	words, b := l.face(l.small, l.ink), l.key.belowBar
	title := fitText(l.key.title, words, (l.size.X-2*l.edge)/2)
	box := vg.Rectangle{Min: vg.Point{X: l.edge + words.width(title) + 1.5*l.small, Y: y - barWidth*l.small}, Max: vg.Point{X: l.size.X - l.edge - 2*l.small, Y: y}}
	words.draw(c.Canvas, title, placed{at: vg.Point{X: l.edge, Y: box.Min.Y + 0.15*l.small}})
	l.fillBar(c, b, box, true)
	ticks, _ := l.divide(&b.Axis, box.Size().X)
	for _, t := range ticks {
		x := box.Min.X + box.Size().X*vg.Length(b.Axis.normAt(t.at))
		c.StrokeLine2(l.hair(l.ink), x, box.Min.Y, x, box.Min.Y-0.25*l.small)
		words.draw(c.Canvas, t.label, placed{at: vg.Point{X: x, Y: box.Min.Y - (0.4+rise)*l.small}, align: alignCenter})
	}
}

func (l *sheet) fillBar(c draw.Canvas, b *ColorBar, box vg.Rectangle, flat bool) {
	size := box.Size()
	for i := range barSlices {
		from, to := vg.Length(i)/barSlices, vg.Length(i+1)/barSlices
		part := vg.Rectangle{Min: vg.Point{X: box.Min.X, Y: box.Min.Y + size.Y*from}, Max: vg.Point{X: box.Max.X, Y: box.Min.Y + size.Y*to}}
		spare := &part.Max.Y
		if flat {
			part = vg.Rectangle{Min: vg.Point{X: box.Min.X + size.X*from, Y: box.Min.Y}, Max: vg.Point{X: box.Min.X + size.X*to, Y: box.Max.Y}}
			spare = &part.Max.X
		}
		if i < barSlices-1 {
			*spare += 0.5 // the next slice covers it: no paper shows between
		}
		c.SetColor(l.barColor(b, (float64(i)+0.5)/barSlices).Color)
		c.Fill(part.Path())
	}
	c.SetLineStyle(l.hair(l.ink))
	c.Stroke(box.Path())
}
