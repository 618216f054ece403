package ink

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"sync"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	xfont "golang.org/x/image/font"
)

// raster is a canvas of pixels that sets text itself: gonum/plot's scales each
// glyph anew with a filter, which is slow and blurs what was sharp. Text lies on
// whole rows of pixels, or columns where it runs upwards.
type raster struct {
	*vgimg.Canvas
	img    *image.RGBA
	glyphs *glyphCache
	faces  map[font.Font]xfont.Face
	dpi    float64
	state  rasterState
	saved  []rasterState
}

// rasterState is what Push keeps.
type rasterState struct {
	at    vg.Point // the origin, in the canvas's own axes
	turn  float64  // radians, counterclockwise
	other bool     // neither of these says where things are
	color color.Color
}

// newRaster returns a canvas over img, filled with paper.
func newRaster(img *image.RGBA, s *Style) *raster {
	ctx := gg.NewContextForRGBA(img)
	ctx.SetLineCapButt()
	ctx.InvertY()
	canvas := vgimg.NewWith(vgimg.UseImageWithContext(img, ctx), vgimg.UseDPI(s.dpi))
	draw.Draw(img, img.Bounds(), image.NewUniform(s.paper), image.Point{}, draw.Src)
	return &raster{Canvas: canvas, img: img, glyphs: &s.glyphs, dpi: float64(s.dpi), faces: map[font.Font]xfont.Face{}, state: rasterState{color: color.Black}}
}

// Push implements [vg.Canvas], as the methods after it do.
func (r *raster) Push() {
	r.saved = append(r.saved, r.state)
	r.Canvas.Push()
}

func (r *raster) Pop() {
	r.state, r.saved = r.saved[len(r.saved)-1], r.saved[:len(r.saved)-1]
	r.Canvas.Pop()
}

func (r *raster) Translate(by vg.Point) {
	sin, cos := math.Sincos(r.state.turn)
	x, y := float64(by.X), float64(by.Y)
	r.state.at = r.state.at.Add(vg.Point{X: vg.Length(x*cos - y*sin), Y: vg.Length(x*sin + y*cos)})
	r.Canvas.Translate(by)
}

func (r *raster) Rotate(by float64) {
	r.state.turn += by
	r.Canvas.Rotate(by)
}

func (r *raster) Scale(x, y float64) {
	r.state.other = true
	r.Canvas.Scale(x, y)
}

func (r *raster) SetColor(c color.Color) {
	if r.state.color = c; c == nil {
		r.state.color = color.Black
	}
	r.Canvas.SetColor(c)
}

// FillString draws level text, and text that runs straight up.
func (r *raster) FillString(f font.Face, pt vg.Point, s string) {
	up := r.state.turn == math.Pi/2
	if r.state.other || !up && r.state.turn != 0 {
		r.Canvas.FillString(f, pt, s)
		return
	}
	at := r.state.at.Add(pt)
	if up {
		at = r.state.at.Add(vg.Point{X: -pt.Y, Y: pt.X})
	}
	x, y := at.X.Dots(r.dpi), float64(r.img.Rect.Dy())-at.Y.Dots(r.dpi)
	along, across := x, y
	if up {
		along, across = -y, x
	}
	r.set(f, s, textPen{fixed.Int26_6(math.Round(along * 64)), int(math.Round(across)), up})
}

// textPen is where the next glyph goes: along the text, and the pixel row or
// column of the baseline across it.
type textPen struct {
	along  fixed.Int26_6
	across int
	up     bool
}

// set draws s from the pen on.
func (r *raster) set(f font.Face, s string, p textPen) {
	face := r.face(f)
	ink := image.NewUniform(r.state.color)
	last := rune(-1)
	for _, c := range s {
		if last >= 0 {
			p.along += face.Kern(last, c)
		}
		last = c
		const step = 64 / glyphPlaces
		place := (p.along + step/2) / step * step
		if p.along < -step/2 {
			place = -((-p.along + step/2) / step * step)
		}
		g := r.glyphs.get(face, glyphKey{f.Font, r.dpi, c, place & 63, p.up})
		if g.mask != nil {
			origin := image.Point{X: place.Floor(), Y: p.across}
			if p.up {
				origin = image.Point{X: p.across, Y: -place.Floor()}
			}
			draw.DrawMask(r.img, g.mask.Rect.Add(origin), ink, image.Point{}, g.mask, g.mask.Rect.Min, draw.Over)
		}
		p.along += g.advance
	}
}

// face returns a face for this canvas alone: faces serve one caller at a time.
func (r *raster) face(f font.Face) xfont.Face {
	face, ok := r.faces[f.Font]
	if !ok {
		face = f.FontFace(r.dpi)
		r.faces[f.Font] = face
	}
	return face
}

// glyphPlaces is the number of places within a pixel that a glyph is drawn at: a
// quarter of a pixel is less than the eye sees in the spacing of letters.
const glyphPlaces = 4

// glyphKey tells glyphs apart.
type glyphKey struct {
	font  font.Font
	dpi   float64
	rune  rune
	place fixed.Int26_6 // of the origin within its pixel
	up    bool
}

// glyph is a rune's coverage about its origin; no mask if there is none to see.
type glyph struct {
	mask    *image.Alpha
	advance fixed.Int26_6
}

// glyphCache keeps what was drawn once. It is safe for concurrent use.
type glyphCache struct {
	mu    sync.Mutex
	known map[glyphKey]glyph
}

func (c *glyphCache) get(face xfont.Face, k glyphKey) glyph {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.known[k]
	if !ok {
		g = newGlyph(face, k)
		if c.known == nil || len(c.known) > mostGlyphs {
			c.known = map[glyphKey]glyph{}
		}
		c.known[k] = g
	}
	return g
}

// mostGlyphs bounds what is kept: names in a file may hold any character. It is
// some five hundred times the letters of one size, and at most a few megabytes.
const mostGlyphs = 1 << 14

func newGlyph(face xfont.Face, k glyphKey) glyph {
	r, mask, from, advance, ok := face.Glyph(fixed.Point26_6{X: k.place}, k.rune)
	if !ok || r.Empty() {
		return glyph{advance: advance}
	}
	g := glyph{image.NewAlpha(r), advance}
	draw.Draw(g.mask, r, mask, from, draw.Src) // the face will draw over its own
	if k.up {
		g.mask = turned(g.mask)
	}
	return g
}

// turned returns m a quarter turn counterclockwise about the origin.
func turned(m *image.Alpha) *image.Alpha {
	r := m.Rect
	out := image.NewAlpha(image.Rect(r.Min.Y, -r.Max.X, r.Max.Y, -r.Min.X))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			out.SetAlpha(y, -1-x, m.AlphaAt(x, y))
		}
	}
	return out
}
