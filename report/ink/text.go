package ink

import (
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Text in figures carries its subscripts and superscripts between control
// characters. Text from a file never holds any once it is [Printable], so it
// cannot forge markup.
const (
	lowered  = '\x0e'
	raised   = '\x0f'
	baseline = '\x10'
)

func Sub(s string) string { return string(lowered) + s + string(baseline) }
func Sup(s string) string { return string(raised) + s + string(baseline) }

// Plain writes the markup as TeX would be typed: W_Q, 10^−6.
func Plain(s string) string {
	return strings.NewReplacer(string(lowered), "_", string(raised), "^", string(baseline), "").Replace(s)
}

// maxLabel bounds the runes of one label: no figure has room for more, and a
// name in a file may be millions long.
const maxLabel = 200

// Printable makes text of a file fit to be drawn: what the font has no glyph
// for, would not show or would turn the text around is written as an escape.
func Printable(s string) string {
	face := figureFonts().Lookup(figureFont(1), 1).Face
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxLabel {
			b.WriteRune('…')
			break
		}
		glyph, err := face.GlyphIndex(nil, r)
		if err != nil || glyph == 0 || !unicode.IsGraphic(r) || unicode.Is(unicode.M, r) {
			fmt.Fprintf(&b, "\\u%04x", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Decimal writes v with the given number of significant digits, as 1.2×10⁻⁶
// where a plain decimal would be long, and "" if v is not finite.
func Decimal(v float64, digits int) string {
	switch {
	case v == 0:
		return "0"
	case !finite(v):
		return ""
	}
	exp := int(math.Floor(log10(math.Abs(v))))
	if exp >= -3 && exp < 6 {
		return strconv.FormatFloat(roundTo(v, digits), 'f', -1, 64)
	}
	mantissa, power, _ := strings.Cut(strconv.FormatFloat(v, 'e', digits-1, 64), "e")
	n, _ := strconv.Atoi(power) // "e" is always followed by an integer
	return strings.Replace(mantissa, "-", "−", 1) + "×" + PowerOfTen(n)
}

// roundTo rounds v to a number of significant digits.
func roundTo(v float64, digits int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64) // reads what FormatFloat wrote
	return r
}

func PowerOfTen(n int) string {
	return "10" + Sup(strings.Replace(strconv.Itoa(n), "-", "−", 1))
}

// figureFonts returns gonum/plot's fonts: the Liberation family, which has
// the metrics of the faces journals ask for.
func figureFonts() *font.Cache { return font.DefaultCache }

func figureFont(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

// notation is a text handler that draws one line with sub- and superscripts.
type notation struct{}

// textRun is a stretch of text of one size and height.
type textRun struct {
	text       string
	font       font.Font
	size, rise vg.Length
}

// Sizes and shifts of scripts in ems, near those of TeX (cmr10 against cmr7):
// still legible at the smallest size used, and within the line's own height.
const (
	scriptSize = 0.75
	subDrop    = -0.18
	supRise    = 0.32
)

func (notation) runs(txt string, fnt font.Font) []textRun {
	size := fnt.Size
	cur := textRun{font: fnt, size: size}
	var out []textRun
	start := 0
	flush := func(end int) {
		if cur.text = txt[start:end]; cur.text != "" {
			out = append(out, cur)
		}
		start = end + 1
	}
	for i, r := range txt {
		switch r {
		case lowered:
			flush(i)
			cur.size, cur.rise = scriptSize*size, subDrop*size
		case raised:
			flush(i)
			cur.size, cur.rise = scriptSize*size, supRise*size
		case baseline:
			flush(i)
			cur.size, cur.rise = size, 0
		}
	}
	flush(len(txt))
	return out
}

func (r textRun) face() font.Face { return figureFonts().Lookup(r.font, r.size) }

// Cache implements [text.Handler].
func (notation) Cache() *font.Cache { return figureFonts() }

// Extents implements [text.Handler].
func (notation) Extents(fnt font.Font) font.Extents {
	face := figureFonts().Lookup(fnt, fnt.Size)
	return face.Extents()
}

// Lines implements [text.Handler]: text in figures is one line.
func (notation) Lines(txt string) []string { return []string{txt} }

// Box implements [text.Handler].
func (h notation) Box(txt string, fnt font.Font) (width, height, depth vg.Length) {
	for _, r := range h.runs(txt, fnt) {
		face := r.face()
		width += face.Width(r.text)
	}
	e := h.Extents(fnt)
	return width, e.Ascent, e.Descent
}

// Draw implements [text.Handler]. The baseline lies where gonum/plot's plain
// handler puts it, which its axes count on.
func (h notation) Draw(c vg.Canvas, txt string, sty text.Style, pt vg.Point) {
	width, ascent, depth := h.Box(txt, sty.Font)
	at := vg.Point{
		X: width * vg.Length(sty.XAlign),
		Y: (ascent+depth)*vg.Length(sty.YAlign) - ascent + sty.Font.Size,
	}
	c.SetColor(sty.Color)
	c.Push()
	defer c.Pop()
	c.Translate(pt)
	c.Rotate(sty.Rotation)
	for _, r := range h.runs(txt, sty.Font) {
		face := r.face()
		c.FillString(face, at.Add(vg.Point{Y: r.rise}), r.text)
		at.X += face.Width(r.text)
	}
}

// fitName shortens a name to width from the front: those of one model differ
// at the end.
func fitName(name string, sty text.Style, width vg.Length) string {
	if sty.Width(name) <= width {
		return name
	}
	runes := []rune(name)
	from := sort.Search(len(runes), func(n int) bool { return sty.Width("…"+string(runes[n:])) <= width })
	return "…" + string(runes[from:])
}

// fitText shortens txt with an ellipsis until it is at most width wide.
func fitText(txt string, sty text.Style, width vg.Length) string {
	if sty.Width(txt) <= width {
		return txt
	}
	runes := []rune(txt)
	cut := func(n int) string { return string(runes[:n]) + string(baseline) + "…" }
	return cut(sort.Search(len(runes), func(n int) bool { return sty.Width(cut(n+1)) > width }))
}
