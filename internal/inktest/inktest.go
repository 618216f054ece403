// Package inktest follows a drawing and says where its ink and its words lie.
package inktest

import (
	"math"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/recorder"

	"wspec/report/ink"
)

// Text is one text of a figure and the box its letters fill.
type Text struct {
	String   string
	Min, Max vg.Point
}

// Page is a drawing, followed: everything of it is on the paper.
type Page struct {
	Texts []Text
	Size  vg.Point

	t     *testing.T
	name  string
	fonts *font.Cache
	at    []vg.Point // translations, as a stack
	angle []float64
	text  *Text // what is being written
}

// Record draws c on a recorder. It fails t if any ink is off the paper or any
// letter is smaller than can be read.
func Record(t *testing.T, c *ink.Chart, s *ink.Style) *Page {
	t.Helper()
	rec := new(recorder.Canvas)
	size, err := s.Extent(c)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	if err := s.Draw(rec, c); err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	p := &Page{t: t, name: c.Name, Size: size, fonts: font.NewCache(liberation.Collection()), at: []vg.Point{{}}, angle: []float64{0}}
	for _, a := range rec.Actions {
		p.follow(a)
	}
	return p
}

// Text returns the first text that is s.
func (p *Page) Text(s string) (Text, bool) {
	for _, t := range p.Texts {
		if t.String == s {
			return t, true
		}
	}
	return Text{}, false
}

// CheckWords fails the test if two texts run into each other.
func (p *Page) CheckWords() {
	p.t.Helper()
	const slack = 0.3 // points: less than the space that letters leave in their boxes
	for i, a := range p.Texts {
		for _, b := range p.Texts[:i] {
			w := min(a.Max.X, b.Max.X) - max(a.Min.X, b.Min.X)
			h := min(a.Max.Y, b.Max.Y) - max(a.Min.Y, b.Min.Y)
			if w > slack && h > slack {
				p.t.Errorf("%s: %q and %q overlap by %.1f × %.1f points", p.name, a.String, b.String, w, h)
			}
		}
	}
}

func (p *Page) follow(a recorder.Action) {
	top := len(p.at) - 1
	switch a := a.(type) {
	case *recorder.Push:
		p.at, p.angle = append(p.at, p.at[top]), append(p.angle, p.angle[top])
		p.text = nil
	case *recorder.Pop:
		p.at, p.angle = p.at[:top], p.angle[:top]
		p.text = nil
	case *recorder.Translate:
		p.at[top] = p.at[top].Add(a.Point)
	case *recorder.Rotate:
		p.angle[top] += a.Angle
	case *recorder.Stroke:
		p.path(a.Path)
	case *recorder.Fill:
		p.path(a.Path)
	case *recorder.FillString:
		p.write(a)
	}
}

func (p *Page) path(path vg.Path) {
	for _, c := range path {
		if c.Type == vg.MoveComp || c.Type == vg.LineComp || c.Type == vg.ArcComp {
			p.inside(p.at[len(p.at)-1].Add(c.Pos), "ink")
		}
	}
}

// write adds a run to the text that is being written: scripts belong to the
// letters before them.
func (p *Page) write(a *recorder.FillString) {
	const least = 6
	if a.Size < least-0.01 {
		p.t.Errorf("%s: %q is written in %.2f points", p.name, a.String, a.Size)
	}
	face := p.fonts.Lookup(font.Font{Typeface: "Liberation", Variant: a.Font.Variant}, a.Size)
	lo, hi := p.turn(vg.Point{X: a.Point.X, Y: a.Point.Y - 0.21*a.Size}), p.turn(vg.Point{X: a.Point.X + face.Width(a.String), Y: a.Point.Y + 0.73*a.Size})
	lo, hi = vg.Point{X: min(lo.X, hi.X), Y: min(lo.Y, hi.Y)}, vg.Point{X: max(lo.X, hi.X), Y: max(lo.Y, hi.Y)}
	p.inside(lo, a.String)
	p.inside(hi, a.String)
	if p.text == nil {
		p.Texts = append(p.Texts, Text{Min: lo, Max: hi})
		p.text = &p.Texts[len(p.Texts)-1]
	}
	p.text.String += a.String
	p.text.Min = vg.Point{X: min(p.text.Min.X, lo.X), Y: min(p.text.Min.Y, lo.Y)}
	p.text.Max = vg.Point{X: max(p.text.Max.X, hi.X), Y: max(p.text.Max.Y, hi.Y)}
}

// turn returns where a point lies on the paper.
func (p *Page) turn(at vg.Point) vg.Point {
	top := len(p.at) - 1
	sin, cos := math.Sincos(p.angle[top])
	return p.at[top].Add(vg.Point{X: at.X*vg.Length(cos) - at.Y*vg.Length(sin), Y: at.X*vg.Length(sin) + at.Y*vg.Length(cos)})
}

func (p *Page) inside(at vg.Point, what string) {
	const slack = 0.5                                                                            // points: half a line's width
	if !(at.X >= -slack && at.Y >= -slack && at.X <= p.Size.X+slack && at.Y <= p.Size.Y+slack) { // NaN fails
		p.t.Errorf("%s: %q at %v is off the page of %v", p.name, what, at, p.Size)
	}
}
