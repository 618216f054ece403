package ink

import (
	"fmt"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgtex"
)

// writeTeX draws with PGF's commands, for \input.
func writeTeX(w io.Writer, l *sheet) error {
	canvas := &texCanvas{vgtex.New(l.size.X, l.size.Y)}
	l.drawOn(canvas)
	_, err := canvas.WriteTo(w)
	return err
}

// texCanvas mends what vgtex writes: lengths in exponents, which TeX cannot
// read, and paths that it does not close.
type texCanvas struct{ *vgtex.Canvas }

// Stroke implements [vg.Canvas].
func (t *texCanvas) Stroke(p vg.Path) { t.Canvas.Stroke(texPath(p)) }

// Fill implements [vg.Canvas].
func (t *texCanvas) Fill(p vg.Path) { t.Canvas.Fill(texPath(p)) }

// SetLineWidth implements [vg.Canvas].
func (t *texCanvas) SetLineWidth(w vg.Length) { t.Canvas.SetLineWidth(texLength(w)) }

// SetLineDash implements [vg.Canvas].
func (t *texCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	var dashes []vg.Length
	for _, d := range pattern {
		dashes = append(dashes, texLength(d))
	}
	t.Canvas.SetLineDash(dashes, texLength(offset))
}

// texLength rounds to a thousandth of a point.
func texLength(x vg.Length) vg.Length { return vg.Length(math.Round(1000*float64(x)) / 1000) }

func texPoint(p vg.Point) vg.Point { return vg.Point{X: texLength(p.X), Y: texLength(p.Y)} }

// texPath rounds a path and closes it by a line.
func texPath(p vg.Path) vg.Path {
	var out vg.Path
	var start vg.Point
	for _, c := range p {
		c.Pos, c.Radius = texPoint(c.Pos), texLength(c.Radius)
		switch c.Type {
		case vg.MoveComp:
			start = c.Pos
		case vg.ArcComp:
			if len(out) == 0 || out[len(out)-1].Type == vg.CloseComp { // PGF's arcs begin where the path is
				sin, cos := math.Sincos(c.Start)
				start = texPoint(c.Pos.Add(vg.Point{X: c.Radius * vg.Length(cos), Y: c.Radius * vg.Length(sin)}))
				out.Move(start)
			}
			c.Start, c.Angle = math.Round(1e6*c.Start)/1e6, math.Round(1e6*c.Angle)/1e6
		case vg.CloseComp:
			c = vg.PathComp{Type: vg.LineComp, Pos: start}
		}
		out = append(out, c)
	}
	return out
}

// typeset writes one line of text in the document's type.
func (t *texCanvas) typeset(f face, txt string, p placed) {
	side := "c"
	switch p.align {
	case alignLeft:
		side = "l"
	case alignRight:
		side = "r"
	}
	t.Push()
	defer t.Pop()
	t.SetColor(f.color)
	t.Translate(texPoint(p.at))
	if p.upward {
		t.Rotate(math.Pi / 2)
	}
	size := f.lookup(f.size)
	text := fmt.Sprintf(`\makebox[0pt][%s]{%s}`, side, texText(txt))
	// vgtex sets text in the middle of the width it would have in its own font.
	size.Font.Size = texLength(f.size)
	t.Canvas.FillString(size, vg.Point{X: -0.5 * size.Width(text)}, text)
}

// texSigns are the signs that figures use beside ASCII and Latin letters.
func texSigns() map[rune]string {
	return map[rune]string{
		'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_`,
		'^': `\textasciicircum{}`, '~': `\textasciitilde{}`, '<': `\textless{}`, '>': `\textgreater{}`, '|': `\textbar{}`, '"': `\textquotedbl{}`,
		'σ': `$\sigma$`, 'Σ': `$\Sigma$`, 'Δ': `$\Delta$`, 'θ': `$\theta$`, 'λ': `$\lambda$`, 'α': `$\alpha$`, 'ρ': `$\rho$`, 'ε': `$\varepsilon$`,
		'‖': `$\|$`, '×': `$\times$`, '−': `$-$`, '≤': `$\le$`, '≥': `$\ge$`, '√': `$\surd$`, '±': `$\pm$`, '·': `$\cdot$`, '→': `$\to$`, '∞': `$\infty$`,
		'…': `\ldots{}`, '–': `--`, '—': `---`, '°': `$^\circ$`, '²': `$^2$`, 'ᵀ': `$^{\mathsf{T}}$`,
	}
}

// texText escapes text and sets its markup.
func texText(txt string) string {
	signs := texSigns()
	var b strings.Builder
	for _, r := range txt {
		switch sign, known := signs[r]; {
		case r == lowered:
			b.WriteString(`$_{\mbox{\scriptsize `)
		case r == raised:
			b.WriteString(`$^{\mbox{\scriptsize `)
		case r == baseline:
			b.WriteString(`}}$`)
		case known:
			b.WriteString(sign)
		case r >= ' ' && r < 0x7f, r >= 0xc0 && r <= 0xff && r != '÷':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\textbackslash{}u%04x`, r)
		}
	}
	return b.String()
}
