package ink

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Cloud is many points, of which some are named.
type Cloud struct {
	X, Y  []float64
	Paint Paint // of the points without names, paler
	// Names are drawn as far as there is room, the first ones first.
	Names     []Name
	NamePaint Paint // of points with names
}

// Name is a point and what it is called.
type Name struct {
	X, Y float64
	Text string
}

// Of points in a cloud: they may be some ten thousand.
const (
	speck   = 1.1 // radius of one without a name, in units of the style
	nameGap = 3.5 // from a point to its name
	pale    = 0.6 // the part of paper in the colour of points without names
	// mostPlaced names leave the cloud to be seen.
	mostPlaced = 48
)

// drawCloud draws points, and names where there is room.
func (f *frame) drawCloud(c draw.Canvas) {
	k := f.panel.Cloud
	if k == nil {
		return
	}
	small := draw.GlyphStyle{Color: mixed(f.color(k.Paint), f.paper, pale), Radius: speck * f.unit, Shape: draw.CircleGlyph{}}
	for i := range k.X {
		if at := f.spot(c, k.X[i], k.Y[i]); finite(k.X[i]) && finite(k.Y[i]) && c.Contains(at) {
			c.DrawGlyph(small, at)
		}
	}
	words := f.face(f.small, f.ink)
	var points, sizes []vg.Point
	var texts []string
	for _, n := range k.Names {
		if finite(n.X) && finite(n.Y) {
			points, texts = append(points, f.spot(c, n.X, n.Y)), append(texts, n.Text)
			sizes = append(sizes, vg.Point{X: words.width(n.Text), Y: (rise + drop) * f.small})
		}
	}
	dot := draw.GlyphStyle{Color: f.color(k.NamePaint), Radius: 1.8 * f.unit, Shape: draw.CircleGlyph{}}
	for _, n := range placeNames(points, sizes, c.Rectangle, nameGap*f.unit) {
		c.DrawGlyph(dot, points[n.name])
		words.draw(c.Canvas, texts[n.name], placed{at: n.box.Min.Add(vg.Point{Y: drop * f.small})})
	}
}

// mixed is a colour with a part of another in it.
func mixed(a, b color.Color, part float64) color.Color {
	mix := func(a, b uint32) uint8 { return uint8((float64(a) + part*(float64(b)-float64(a))) / 0x101) }
	r0, g0, b0, _ := a.RGBA()
	r1, g1, b1, _ := b.RGBA()
	return color.NRGBA{R: mix(r0, r1), G: mix(g0, g1), B: mix(b0, b1), A: 0xff}
}

// nameSpot is a name that has found room.
type nameSpot struct {
	name int
	box  vg.Rectangle
}

// placeNames finds room for names beside their points, greedily: each takes the
// first of eight places round its point that lies within the area and on no
// other name or named point. Names without room are left out.
func placeNames(points, sizes []vg.Point, area vg.Rectangle, gap vg.Length) []nameSpot {
	var out []nameSpot
	var taken []vg.Rectangle
	for i, at := range points {
		if len(out) == mostPlaced {
			break
		}
		own := boxAround(at, gap/2)
		if at.X < area.Min.X || at.X > area.Max.X || at.Y < area.Min.Y || at.Y > area.Max.Y || meetsAny(own, taken) {
			continue
		}
		for _, box := range placesRound(at, sizes[i], gap) {
			if within(box, area) && !meetsAny(box, taken) {
				out = append(out, nameSpot{i, box})
				taken = append(taken, box, own)
				break
			}
		}
	}
	return out
}

// placesRound returns the boxes of a size beside a point: to the right, to the
// left, above, below, and between these.
func placesRound(at, size vg.Point, gap vg.Length) []vg.Rectangle {
	var out []vg.Rectangle
	for _, d := range [][2]vg.Length{{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}} {
		middle := vg.Point{X: at.X + d[0]*(size.X/2+gap), Y: at.Y + d[1]*(size.Y/2+gap)}
		half := vg.Point{X: size.X / 2, Y: size.Y / 2}
		out = append(out, vg.Rectangle{Min: middle.Sub(half), Max: middle.Add(half)})
	}
	return out
}

func boxAround(at vg.Point, r vg.Length) vg.Rectangle {
	d := vg.Point{X: r, Y: r}
	return vg.Rectangle{Min: at.Sub(d), Max: at.Add(d)}
}

func within(box, area vg.Rectangle) bool {
	return box.Min.X >= area.Min.X && box.Min.Y >= area.Min.Y && box.Max.X <= area.Max.X && box.Max.Y <= area.Max.Y
}

func meetsAny(box vg.Rectangle, others []vg.Rectangle) bool {
	for _, o := range others {
		if box.Min.X < o.Max.X && o.Min.X < box.Max.X && box.Min.Y < o.Max.Y && o.Min.Y < box.Max.Y {
			return true
		}
	}
	return false
}
