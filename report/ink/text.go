package ink

import (
	"fmt"
	"image/color"
	"math"
	"sort"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Text in figures carries its subscripts and superscripts between control
// characters. Text from a file never holds any once it is [Printable], so it
// cannot forge markup.
const (
	lowered  = '\x0e'
	raised   = '\x0f'
	baseline = '\x10'
)

// Sub writes s as a subscript.
func Sub(s string) string { return string(lowered) + s + string(baseline) }

// Sup writes s as a superscript.
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
	face := fonts().Lookup(fontOf("Sans", 1), 1).Face
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
		return strings.Replace(strconv.FormatFloat(roundTo(v, digits), 'f', -1, 64), "-", "−", 1)
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

// fonts returns the Liberation family, which has the metrics of the faces
// journals ask for.
var fonts = sync.OnceValue(func() *font.Cache { return font.NewCache(liberation.Collection()) })

func fontOf(variant string, size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: font.Variant(variant), Size: size}
}

// face is type of one size and colour.
type face struct {
	variant string
	size    vg.Length
	color   color.Color
}

// How far letters reach above and below their baseline, and lines are apart, in
// ems, of Liberation's capitals, descenders and subscripts.
const (
	rise    = 0.74
	drop    = 0.24
	leading = 1.22
)

func (f face) line() vg.Length { return leading * f.size }

// textRun is a stretch of text of one size and height.
type textRun struct {
	text       string
	size, rise vg.Length
}

// Sizes and shifts of scripts in ems, near those of TeX (cmr10 against cmr7):
// still legible at the smallest size used, and within the line's own height.
const (
	scriptSize  = 0.75
	subDrop     = -0.18
	supRise     = 0.32
	leastScript = 6 // points: nothing smaller can be read in print
)

// runs takes the markup apart.
func (f face) runs(txt string) []textRun {
	script := min(max(scriptSize*f.size, leastScript), f.size)
	cur := textRun{size: f.size}
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
			cur.size, cur.rise = script, subDrop*f.size
		case raised:
			flush(i)
			cur.size, cur.rise = script, supRise*f.size
		case baseline:
			flush(i)
			cur.size, cur.rise = f.size, 0
		}
	}
	flush(len(txt))
	return out
}

func (f face) lookup(size vg.Length) font.Face { return fonts().Lookup(fontOf(f.variant, size), size) }

// width returns the width of txt on one line.
func (f face) width(txt string) (w vg.Length) {
	for _, r := range f.runs(txt) {
		at := f.lookup(r.size)
		w += at.Width(r.text)
	}
	return w
}

// Where a text stands by its point.
const (
	alignLeft   = 0
	alignCenter = 0.5
	alignRight  = 1
)

// placed is a text and where its baseline lies.
type placed struct {
	at     vg.Point
	align  float64 // the part of the text that lies before at
	upward bool    // turned by a quarter: it reads from below
}

// draw writes one line.
func (f face) draw(c vg.Canvas, txt string, p placed) {
	if d, ok := c.(*draw.Canvas); ok {
		c = d.Canvas
	}
	if t, ok := c.(*texCanvas); ok {
		t.typeset(f, txt, p)
		return
	}
	c.Push()
	defer c.Pop()
	c.SetColor(f.color)
	c.Translate(p.at)
	if p.upward {
		c.Rotate(math.Pi / 2)
	}
	x := -f.width(txt) * vg.Length(p.align)
	for _, r := range f.runs(txt) {
		at := f.lookup(r.size)
		c.FillString(at, vg.Point{X: x, Y: r.rise}, r.text)
		x += at.Width(r.text)
	}
}

// fitName shortens a name to width from the front: those of one model differ
// at the end.
func fitName(name string, f face, width vg.Length) string {
	if f.width(name) <= width {
		return name
	}
	runes := []rune(name)
	from := sort.Search(len(runes), func(n int) bool { return f.width("…"+string(runes[n:])) <= width })
	return "…" + string(runes[from:])
}

// fitText shortens txt with an ellipsis until it is at most width wide.
func fitText(txt string, f face, width vg.Length) string {
	if f.width(txt) <= width {
		return txt
	}
	runes := []rune(txt)
	cut := func(n int) string { return string(runes[:n]) + string(baseline) + "…" }
	return cut(sort.Search(len(runes), func(n int) bool { return f.width(cut(n+1)) > width }))
}

// firstFit returns long if it is at most width wide, else short, cut if need be.
func firstFit(long, short string, f face, width vg.Length) string {
	if f.width(long) <= width || short == "" {
		return fitText(long, f, width)
	}
	return fitText(short, f, width)
}

// wrap breaks txt at spaces into at most n lines of the given width; what is
// left over is cut.
func wrap(txt string, f face, width vg.Length, n int) []string {
	var lines []string
	line := ""
	words := strings.Split(txt, " ")
	for i, w := range words {
		next := strings.TrimPrefix(line+" "+w, " ")
		if line == "" || f.width(next) <= width {
			line = next
			continue
		}
		if len(lines) == n-1 {
			line += " " + strings.Join(words[i:], " ")
			break
		}
		lines, line = append(lines, line), w
	}
	lines = append(lines, line)
	for i := range lines {
		lines[i] = fitText(lines[i], f, width)
	}
	return lines
}
