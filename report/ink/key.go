package ink

import (
	"fmt"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Measures of the key, in points.
const (
	keyGap    = 14  // between the panels and the key
	swatch    = 20  // length of a line's sample
	barWidth  = 10  // of a scale of colours
	barSlices = 128 // finer than the eye can tell apart
	keyWords  = 120 // most room for the words of an entry: the data keep two thirds of the width
)

// keyWidth returns the room k needs on the right, 0 for none.
func (s *Style) keyWidth(k *Key) vg.Length {
	sty := s.text(s.small, s.ink)
	var width vg.Length
	for i := range k.Entries {
		width = max(width, swatch+5+min(sty.Width(k.Entries[i].Label), keyWords))
	}
	if k.Bar != nil {
		for _, t := range k.Bar.Ticks {
			width = max(width, barWidth+7+sty.Width(t.Label))
		}
	}
	if width == 0 {
		return 0
	}
	return keyGap + max(width, sty.Width(k.Title))
}

// drawKey draws k into the area between the panels and the right edge.
func (s *Style) drawKey(area draw.Canvas, k *Key) {
	if s.keyWidth(k) == 0 {
		return
	}
	area.Min.X += keyGap
	sty := s.text(s.small, s.ink)
	line := sty.Height(" ") + 3
	if k.Title != "" {
		area.FillText(sty, vg.Point{X: area.Min.X, Y: area.Max.Y - sty.Height(k.Title)}, k.Title)
		area.Max.Y -= line + 2
	}
	if k.Bar != nil {
		s.drawBar(area, k.Bar)
		return
	}
	room := max(int((area.Max.Y-area.Min.Y)/line), 1)
	for i := range k.Entries {
		if left := len(k.Entries) - i; i == room-1 && left > 1 {
			area.FillText(sty, vg.Point{X: area.Min.X, Y: area.Max.Y - line}, fmt.Sprintf("and %d more", left))
			return
		}
		s.drawEntry(area, &k.Entries[i], line)
		area.Max.Y -= line
	}
}

func (s *Style) drawEntry(area draw.Canvas, e *Series, height vg.Length) {
	y := area.Max.Y - height/2
	area.StrokeLine2(draw.LineStyle{Color: e.Color, Width: max(s.line, 1.5)}, area.Min.X, y, area.Min.X+swatch, y)
	if e.Marker != nil {
		area.DrawGlyph(s.glyph(e), vg.Point{X: area.Min.X + swatch/2, Y: y})
	}
	sty := s.text(s.small, s.ink)
	sty.YAlign = draw.YCenter
	area.FillText(sty, vg.Point{X: area.Min.X + swatch + 5, Y: y + sty.FontExtents().Descent/2}, fitName(e.Label, sty, keyWords))
}

func (s *Style) drawBar(area draw.Canvas, b *Bar) {
	right, height := area.Min.X+barWidth, area.Max.Y-area.Min.Y
	for i := range barSlices {
		y0 := area.Min.Y + height*vg.Length(i)/barSlices
		y1 := area.Min.Y + height*vg.Length(i+1)/barSlices
		if i < barSlices-1 {
			y1 += 0.5 // the next slice covers it: no paper shows between
		}
		area.SetColor(b.Color((float64(i) + 0.5) / barSlices))
		area.Fill(vg.Rectangle{Min: vg.Point{X: area.Min.X, Y: y0}, Max: vg.Point{X: right, Y: y1}}.Path())
	}
	frame := vg.Rectangle{Min: area.Min, Max: vg.Point{X: right, Y: area.Max.Y}}.Path()
	area.SetLineStyle(draw.LineStyle{Color: s.ink, Width: 0.6})
	area.Stroke(frame)
	sty := s.text(s.small, s.ink)
	sty.YAlign = draw.YCenter
	for _, t := range b.Ticks {
		y := area.Min.Y + height*vg.Length((t.Value-b.Min)/(b.Max-b.Min))
		area.StrokeLine2(draw.LineStyle{Color: s.ink, Width: 0.6}, right, y, right+3, y)
		area.FillText(sty, vg.Point{X: right + 7, Y: y + sty.FontExtents().Descent/2}, t.Label)
	}
}
