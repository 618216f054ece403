// Package inktest follows a drawing and says where its ink and its words lie.
package inktest

import (
	"math"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"

	"wspec/report/ink"
)

// Page follows a recorded drawing and checks that it is on the paper.
type Page struct {
	Texts map[string]vg.Point // where each text begins

	t     *testing.T
	name  string
	size  vg.Point
	at    []vg.Point // translations, as a stack
	angle []float64
}

// Record draws c on a recorder and returns the checked page.
func Record(t *testing.T, c *ink.Chart) *Page {
	t.Helper()
	s := ink.Paper()
	rec := new(recorder.Canvas)
	size := c.Extent(s)
	if err := s.Draw(draw.NewCanvas(rec, size.X, size.Y), c); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	p := &Page{t: t, name: c.Name, size: size, at: []vg.Point{{}}, angle: []float64{0}, Texts: map[string]vg.Point{}}
	for _, a := range rec.Actions {
		p.follow(a)
	}
	return p
}

func (p *Page) follow(a recorder.Action) {
	top := len(p.at) - 1
	switch a := a.(type) {
	case *recorder.Push:
		p.at, p.angle = append(p.at, p.at[top]), append(p.angle, p.angle[top])
	case *recorder.Pop:
		p.at, p.angle = p.at[:top], p.angle[:top]
	case *recorder.Translate:
		p.at[top] = p.at[top].Add(a.Point)
	case *recorder.Rotate:
		p.angle[top] += a.Angle
	case *recorder.Stroke:
		p.path(a.Path)
	case *recorder.Fill:
		p.path(a.Path)
	case *recorder.FillString:
		face := font.DefaultCache.Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, a.Size)
		p.text(a.Point, a.String, face.Width(a.String))
	}
}

func (p *Page) path(path vg.Path) {
	for _, c := range path {
		if c.Type == vg.MoveComp || c.Type == vg.LineComp || c.Type == vg.ArcComp {
			p.inside(p.at[len(p.at)-1].Add(c.Pos), "ink")
		}
	}
}

func (p *Page) text(at vg.Point, text string, width vg.Length) {
	sin, cos := math.Sincos(p.angle[len(p.angle)-1])
	origin := p.at[len(p.at)-1]
	for _, x := range []vg.Length{at.X, at.X + width} {
		corner := vg.Point{X: x*vg.Length(cos) - at.Y*vg.Length(sin), Y: x*vg.Length(sin) + at.Y*vg.Length(cos)}
		p.inside(origin.Add(corner), text)
		if x == at.X {
			p.Texts[text] = origin.Add(corner)
		}
	}
}

func (p *Page) inside(at vg.Point, what string) {
	const slack = 0.5                                                                            // points: half a line's width
	if !(at.X >= -slack && at.Y >= -slack && at.X <= p.size.X+slack && at.Y <= p.size.Y+slack) { // NaN fails
		p.t.Errorf("%s: %q at %v is off the page of %v", p.name, what, at, p.size)
	}
}
