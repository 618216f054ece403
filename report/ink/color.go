package ink

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg/draw"
)

// OkabeIto returns colours that the common forms of colour blindness keep
// apart (Okabe & Ito 2008), without yellow, which is lost on white paper.
func OkabeIto() []color.Color {
	return []color.Color{
		RGB(0x0072b2), RGB(0xd55e00), RGB(0x009e73), RGB(0xcc79a7), RGB(0xe69f00), RGB(0x56b4e9), RGB(0x000000),
	}
}

// Markers returns shapes that stay apart at 3 pt. There is one more than there
// are colours, so that the pairs repeat only after 56 lines.
func Markers() []draw.GlyphDrawer {
	return []draw.GlyphDrawer{
		draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{},
		draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PlusGlyph{}, draw.CrossGlyph{},
	}
}

// Sequential returns the colour of t in [0, 1] on a map from dark violet to
// yellow whose lightness rises evenly, for colour-blind readers and grey
// prints alike: viridis (Smith & van der Walt 2015), at sixteen points.
func Sequential(t float64) color.Color {
	points := []uint32{
		0x440154, 0x481a6c, 0x472f7d, 0x414487, 0x39568c, 0x31688e, 0x2a788e, 0x23888e,
		0x1f988b, 0x22a884, 0x35b779, 0x54c568, 0x7ad151, 0xa5db36, 0xd2e21b, 0xfde725,
	}
	at := min(max(t, 0), 1) * float64(len(points)-1)
	i := min(int(at), len(points)-2)
	a, b, f := RGB(points[i]), RGB(points[i+1]), at-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round(float64(a) + f*(float64(b)-float64(a)))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}

func RGB(hex uint32) color.NRGBA {
	return color.NRGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
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
