package ink

import (
	"bytes"
	"image"
	"image/color"
	"io"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// writePDF draws a page of its own size. gonum's vgpdf knows only the letters
// of Western Europe and writes the date.
func writePDF(w io.Writer, l *sheet) error {
	c := newPDF(l.size)
	c.doc.SetTitle(Plain(l.chart.Title), true)
	l.drawOn(c)
	return c.doc.Output(w)
}

// pdfCanvas draws on the one page of a PDF, whose y axis runs down. Points are
// turned, not the page: text would be mirrored.
type pdfCanvas struct {
	doc   *fpdf.Fpdf
	size  vg.Point
	fonts map[string]bool
	at    []vg.Point // origin, as a stack
	turn  []float64  // of the axes, counter-clockwise
	width []vg.Length
}

func newPDF(size vg.Point) *pdfCanvas {
	doc := fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: float64(size.X), Ht: float64(size.Y)}})
	// The same chart gives the same bytes: no date, fixed order of what is inside.
	doc.SetCatalogSort(true)
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetProducer("wspec", true)
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	doc.AddPage()
	return &pdfCanvas{doc: doc, size: size, fonts: map[string]bool{}, at: []vg.Point{{}}, turn: []float64{0}, width: []vg.Length{1}}
}

func (c *pdfCanvas) top() int { return len(c.at) - 1 }

// xy returns where p lies on the page.
func (c *pdfCanvas) xy(p vg.Point) (x, y float64) {
	sin, cos := math.Sincos(c.turn[c.top()])
	o := c.at[c.top()]
	x = float64(o.X) + cos*float64(p.X) - sin*float64(p.Y)
	y = float64(o.Y) + sin*float64(p.X) + cos*float64(p.Y)
	return x, float64(c.size.Y) - y
}

// SetLineWidth implements [vg.Canvas].
func (c *pdfCanvas) SetLineWidth(w vg.Length) {
	c.width[c.top()] = w
	c.doc.SetLineWidth(float64(w))
}

// SetLineDash implements [vg.Canvas].
func (c *pdfCanvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	var dashes []float64
	for _, d := range pattern {
		dashes = append(dashes, float64(d))
	}
	c.doc.SetDashPattern(dashes, float64(offset))
}

// SetColor implements [vg.Canvas]; colours are opaque.
func (c *pdfCanvas) SetColor(to color.Color) {
	if to == nil {
		to = color.Black
	}
	r, g, b, _ := to.RGBA()
	c.doc.SetDrawColor(int(r>>8), int(g>>8), int(b>>8))
	c.doc.SetFillColor(int(r>>8), int(g>>8), int(b>>8))
	c.doc.SetTextColor(int(r>>8), int(g>>8), int(b>>8))
}

// Rotate implements [vg.Canvas].
func (c *pdfCanvas) Rotate(rad float64) { c.turn[c.top()] += rad }

// Translate implements [vg.Canvas].
func (c *pdfCanvas) Translate(p vg.Point) {
	x, y := c.xy(p)
	c.at[c.top()] = vg.Point{X: vg.Length(x), Y: c.size.Y - vg.Length(y)}
}

// Scale implements [vg.Canvas]; charts are drawn at their own size.
func (c *pdfCanvas) Scale(x, y float64) { panic("ink: a PDF is not scaled") }

// Push implements [vg.Canvas].
func (c *pdfCanvas) Push() {
	c.at, c.turn, c.width = append(c.at, c.at[c.top()]), append(c.turn, c.turn[c.top()]), append(c.width, c.width[c.top()])
}

// Pop implements [vg.Canvas]. Colours are set before each use and need no
// stack.
func (c *pdfCanvas) Pop() {
	n := c.top()
	c.at, c.turn, c.width = c.at[:n], c.turn[:n], c.width[:n]
}

// Stroke implements [vg.Canvas].
func (c *pdfCanvas) Stroke(p vg.Path) {
	if c.width[c.top()] > 0 && len(p) > 0 {
		c.path(p)
		c.doc.DrawPath("D")
	}
}

// Fill implements [vg.Canvas].
func (c *pdfCanvas) Fill(p vg.Path) {
	if len(p) > 0 {
		c.path(p)
		c.doc.DrawPath("F")
	}
}

func (c *pdfCanvas) path(p vg.Path) {
	for i, part := range p {
		switch part.Type {
		case vg.MoveComp:
			c.doc.MoveTo(c.xy(part.Pos))
		case vg.LineComp:
			c.doc.LineTo(c.xy(part.Pos))
		case vg.ArcComp:
			c.arc(part, i == 0)
		case vg.CurveComp:
			c.curve(part)
		case vg.CloseComp:
			c.doc.ClosePath()
		}
	}
}

// arc draws a piece of a circle as lines: markers are all that is round, and
// of a few points' size.
func (c *pdfCanvas) arc(part vg.PathComp, first bool) {
	const steps = 24
	for i := range steps + 1 {
		sin, cos := math.Sincos(part.Start + part.Angle*float64(i)/steps)
		x, y := c.xy(part.Pos.Add(vg.Point{X: part.Radius * vg.Length(cos), Y: part.Radius * vg.Length(sin)}))
		if i == 0 && first {
			c.doc.MoveTo(x, y)
		} else {
			c.doc.LineTo(x, y)
		}
	}
}

func (c *pdfCanvas) curve(part vg.PathComp) {
	x, y := c.xy(part.Pos)
	ax, ay := c.xy(part.Control[0])
	if len(part.Control) == 1 {
		c.doc.CurveTo(ax, ay, x, y)
		return
	}
	bx, by := c.xy(part.Control[1])
	c.doc.CurveBezierCubicTo(ax, ay, bx, by, x, y)
}

// FillString implements [vg.Canvas]. The font's used letters are embedded.
func (c *pdfCanvas) FillString(f font.Face, at vg.Point, text string) {
	name := string(f.Font.Variant)
	if !c.fonts[name] {
		c.fonts[name] = true
		var b bytes.Buffer
		if _, err := f.Face.WriteSourceTo(nil, &b); err != nil {
			c.doc.SetError(err)
			return
		}
		c.doc.AddUTF8FontFromBytes(name, "", b.Bytes())
	}
	c.doc.SetFont(name, "", float64(f.Font.Size))
	x, y := c.xy(at)
	if turn := c.turn[c.top()]; turn != 0 {
		c.doc.TransformBegin()
		defer c.doc.TransformEnd()
		c.doc.TransformRotate(turn*180/math.Pi, x, y)
	}
	c.doc.Text(x, y, text)
}

// DrawImage implements [vg.Canvas]; charts hold no pictures.
func (c *pdfCanvas) DrawImage(vg.Rectangle, image.Image) { panic("ink: a chart holds no picture") }
