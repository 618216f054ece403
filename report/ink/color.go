package ink

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg/draw"
)

// Paint is a colour by its meaning; a [Style] says which it is.
type Paint struct {
	along bool
	muted bool
	turn  int
	t     float64
}

// Turn is the i-th colour of those that tell lines apart, from 0, by turns.
func Turn(i int) Paint { return Paint{turn: i} }

// Along is the colour of t in [0, 1] on a scale.
func Along(t float64) Paint { return Paint{along: true, t: t} }

// Muted is the colour of what stands back.
func Muted() Paint { return Paint{muted: true} }

// Palette is a set of colours.
type Palette struct {
	Name string
	Doc  string
	// light and dark tell lines apart on paper of that kind.
	light, dark []uint32
	ramp        []uint32 // a scale of even lightness, dark to light
	dashes      bool     // lines differ in their dashes too
}

// Palettes returns every palette, the default first.
func Palettes() []Palette {
	// Without yellow, which is lost on white paper, and without black on dark.
	okabeIto := []uint32{0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x000000}
	okabeItoDark := []uint32{0x56b4e9, 0xe69f00, 0x009e73, 0xf0e442, 0xcc79a7, 0xd55e00, 0xffffff}
	return []Palette{{
		Name: "okabe-ito", light: okabeIto, dark: okabeItoDark, ramp: viridis(),
		Doc: "lines of Okabe & Ito 2008, which the common forms of colour blindness keep apart; scales of viridis",
	}, {
		Name: "tol", ramp: viridis(),
		light: []uint32{0x4477aa, 0xee6677, 0x228833, 0xaa3377, 0x66ccee, 0x997700, 0x666666},
		dark:  []uint32{0x66ccee, 0xee6677, 0xccbb44, 0x228833, 0x4477aa, 0xaa3377, 0xbbbbbb},
		Doc:   "lines of Paul Tol's bright scheme, yellow darkened on white; scales of viridis",
	}, {
		Name: "grey", dashes: true,
		light: []uint32{0x000000, 0x6b6b6b, 0x3d3d3d, 0x949494}, dark: []uint32{0xffffff, 0x9a9a9a, 0xcfcfcf, 0x757575},
		ramp: []uint32{0x111111, 0xf2f2f2},
		Doc:  "greys, for prints without colour; lines differ in their dashes",
	}}
}

// viridis is the map of Smith & van der Walt 2015 at sixteen points: its
// lightness rises evenly, for colour-blind readers and grey prints alike.
func viridis() []uint32 {
	return []uint32{
		0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e,
		0x1f988b, 0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
	}
}

// signed is a map for values on both sides of 0: Okabe and Ito's blue and
// vermilion, which differ in lightness from the middle alike.
func signed() []uint32 { return []uint32{0x0072b2, 0x7fb8d8, 0xf5f5f5, 0xeaae7f, 0xd55e00} }

// ramp returns the colour of t in [0, 1] between evenly spaced points.
func ramp(points []uint32, t float64) color.Color {
	at := min(max(t, 0), 1) * float64(len(points)-1)
	i := min(int(at), len(points)-2)
	a, b, f := rgb(points[i]), rgb(points[i+1]), at-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + f*(float64(b)-float64(a)))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

// Where lines leave the scale of colours: beyond, a thin line is too pale for
// white paper, or too dark for a dark one.
const (
	lightEnd = 0.88
	darkEnd  = 0.25
)

// color returns the colour that p means.
func (s *Style) color(p Paint) color.Color {
	switch {
	case p.muted:
		return s.muted
	case p.along && s.dark:
		return ramp(s.palette.ramp, darkEnd+(1-darkEnd)*p.t)
	case p.along:
		return ramp(s.palette.ramp, lightEnd*p.t)
	}
	list := s.lineColors()
	return rgb(list[p.turn%len(list)])
}

func (s *Style) lineColors() []uint32 {
	if s.dark {
		return s.palette.dark
	}
	return s.palette.light
}

// cell returns the colour of t in [0, 1] on the scale of a grid.
func (s *Style) cell(t float64, isSigned bool) color.Color {
	if isSigned && !s.palette.dashes { // greys have no two sides
		return ramp(signed(), t)
	}
	return ramp(s.palette.ramp, t)
}

// markers returns shapes that stay apart at 3 pt. There is one more than there
// are colours, so that the pairs repeat only after 56 lines.
func markers() []draw.GlyphDrawer {
	return []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{},
		draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{},
	}
}

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// contrast returns black or white, whichever reads better on fill: their
// contrasts are equal at a luminance of √(1.05·0.05) − 0.05.
func contrast(fill color.Color) color.Color {
	if luminance(fill) > 0.179 {
		return color.Black
	}
	return color.White
}

// luminance returns the relative luminance of c in [0, 1] (WCAG 2).
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	linear := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
