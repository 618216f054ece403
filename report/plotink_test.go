package report

import (
	"image"
	"image/color"
	"io"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// page follows a recorded drawing and checks that it is on the paper.
type page struct {
	t     *testing.T
	name  string
	size  vg.Point
	at    []vg.Point // translations, as a stack
	angle []float64
	texts map[string]vg.Point // where each text begins
}

// record draws c on a recorder and returns the checked page.
func record(t *testing.T, c *chart) *page {
	t.Helper()
	s := paperStyle()
	rec := new(recorder.Canvas)
	size := c.extent(s)
	if err := s.draw(draw.NewCanvas(rec, size.X, size.Y), c); err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	p := &page{t: t, name: c.name, size: size, at: []vg.Point{{}}, angle: []float64{0}, texts: map[string]vg.Point{}}
	for _, a := range rec.Actions {
		p.follow(a)
	}
	return p
}

func (p *page) follow(a recorder.Action) {
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
		face := figureFonts().Lookup(figureFont(a.Size), a.Size)
		p.text(a.Point, a.String, face.Width(a.String))
	}
}

func (p *page) path(path vg.Path) {
	for _, c := range path {
		if c.Type == vg.MoveComp || c.Type == vg.LineComp || c.Type == vg.ArcComp {
			p.inside(p.at[len(p.at)-1].Add(c.Pos), "ink")
		}
	}
}

func (p *page) text(at vg.Point, text string, width vg.Length) {
	sin, cos := math.Sincos(p.angle[len(p.angle)-1])
	origin := p.at[len(p.at)-1]
	for _, x := range []vg.Length{at.X, at.X + width} {
		corner := vg.Point{X: x*vg.Length(cos) - at.Y*vg.Length(sin), Y: x*vg.Length(sin) + at.Y*vg.Length(cos)}
		p.inside(origin.Add(corner), text)
		if x == at.X {
			p.texts[text] = origin.Add(corner)
		}
	}
}

func (p *page) inside(at vg.Point, what string) {
	const slack = 0.5                                                                            // points: half a line's width
	if !(at.X >= -slack && at.Y >= -slack && at.X <= p.size.X+slack && at.Y <= p.size.Y+slack) { // NaN fails
		p.t.Errorf("%s: %q at %v is off the page of %v", p.name, what, at, p.size)
	}
}

// No document, however poor, makes a drawing panic, and all ink is on the page.
func TestDegenerateFigures(t *testing.T) {
	few := map[string]bool{"nothing": true, "no matrices": true, "failed": true, "part only": true}
	for name, d := range degenerates() {
		t.Run(name, func(t *testing.T) {
			cs := figures(d, labels(d))
			if len(cs) == 0 && !few[name] {
				t.Error("no figure")
			}
			for i := range cs {
				record(t, &cs[i])
			}
		})
	}
	cs := figures(everyFigure(), labels(everyFigure()))
	for i := range cs {
		record(t, &cs[i])
	}
}

// What only the raster could trip over.
func TestDegeneratePNG(t *testing.T) {
	for _, name := range []string{"widest", "absurd heads"} {
		files, _ := plotFiles(degenerates()[name])
		for _, f := range files {
			if err := f.write(io.Discard); err != nil {
				t.Errorf("%s: %s: %v", name, f.figure, err)
			}
		}
	}
}

// The key stands to the right of all data.
func TestKeyOutside(t *testing.T) {
	for _, n := range []int{2, maxEntries + 1} { // a list, a bar
		var ms []Matrix
		for l := range n {
			ms = append(ms, testMatrix("W_Q", l, decay(17, 2, 1)...))
		}
		c := figures(testDocument(ms...), nil)[0]
		p := record(t, &c)
		last, ok := p.texts["17"] // the last tick, under the last point
		if !ok || !(p.texts["layer"].X > last.X+keyGap/2) {
			t.Errorf("key at %v, last index at %v", p.texts["layer"], last)
		}
	}
}

// Axes of panels line up, whatever words stand around them.
func TestPanelsAlign(t *testing.T) {
	var ms []Matrix
	for _, role := range []string{"W_Q", "W_K", "W_V", "W_O", "W_in"} {
		ms = append(ms, testMatrix(role, 0, 2, 1))
	}
	var c chart
	for _, f := range figures(testDocument(ms...), nil) {
		if f.name == "energy" {
			c = f
		}
	}
	s := paperStyle()
	area := draw.NewCanvas(new(recorder.Canvas), c.extent(s).X, c.extent(s).Y)
	g, err := s.newGrid(area, &c)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range g.plots {
		want := g.axes(area.Rectangle, i)
		got := p.DataCanvas(around(p, draw.Canvas{Canvas: area.Canvas, Rectangle: want})).Rectangle
		const slack = 0.05 // points: a tenth of a hair line
		low, high := got.Min.Sub(want.Min), got.Max.Sub(want.Max)
		off := math.Hypot(math.Hypot(float64(low.X), float64(low.Y)), math.Hypot(float64(high.X), float64(high.Y)))
		if !(off <= slack) {
			t.Errorf("panel %d lies at %v, want %v", i, got, want)
		}
	}
}

func TestLogTicks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lo := -320 + 620*rnd.Float64()
		hi := lo + leastSpan*math.Pow(mostSpan/leastSpan*1.5, rnd.Float64())
		if labelled := checkTicks(t, logTicks(lo, hi, 6), lo, hi); labelled < 2 || labelled > 12 {
			t.Fatalf("%d labels from %g to %g", labelled, lo, hi)
		}
	}
	var got []string
	for _, tick := range logTicks(-2.1, 1.9, 6) {
		if tick.Label != "" {
			got = append(got, tick.Label)
		}
	}
	if s := strings.Join(got, " "); s != "0.01 0.1 1 10" {
		t.Errorf("labels %s", s)
	}
}

func checkTicks(t *testing.T, ticks []plot.Tick, lo, hi float64) (labelled int) {
	t.Helper()
	seen := map[string]bool{}
	for _, tick := range ticks {
		if !(tick.Value >= lo-1e-9 && tick.Value <= hi+1e-9) { // rounding of logarithms up to 320
			t.Fatalf("tick %v outside %g to %g", tick, lo, hi)
		}
		if tick.Label == "" {
			continue
		}
		if labelled++; seen[tick.Label] {
			t.Fatalf("label %q twice from %g to %g", tick.Label, lo, hi)
		}
		seen[tick.Label] = true
	}
	return labelled
}

func TestLogAxis(t *testing.T) {
	a, below := logAxis("", []float64{1, 1e-3, 0, 1e-17, math.NaN()})
	if below != 2 || !(a.min <= 1e-16 && a.min > 1e-18) || a.max < 1 {
		t.Errorf("%d below %g to %g", below, a.min, a.max)
	}
	for _, v := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64} {
		if a, _ = logAxis("", []float64{v}); !(a.min <= v && v <= a.max && a.min > 0) || math.IsInf(a.max, 0) {
			t.Errorf("%g on an axis from %g to %g", v, a.min, a.max)
		}
	}
	if a, below = logAxis("", []float64{0}); below != 1 || !(a.min < a.max) {
		t.Errorf("%d below %g to %g", below, a.min, a.max)
	}
}

// Floors show where they are near the data, with room for their names.
func TestFloors(t *testing.T) {
	m := testMatrix("W_Q", 0, 1, 0.1)
	for _, c := range []struct {
		floor float64
		rules int
	}{{0.3, 1}, {0.05, 1}, {1e-9, 0}, {50, 0}, {0, 0}, {math.NaN(), 0}, {math.Inf(1), 0}} {
		m.Floor = Floor{DType: Number(c.floor), Method: Undefined()}
		p := spectrumChart(&plotView{}, &m).panels[0]
		if len(p.rules) != c.rules {
			t.Errorf("floor %g: %d rules", c.floor, len(p.rules))
		}
		if c.rules == 1 && !(p.y.min < c.floor*0.85) {
			t.Errorf("floor %g: axis from %g", c.floor, p.y.min)
		}
	}
}

// Edges of noise stand where the axis has them, the band's middle under one
// spectrum alone, and a dot on the last σ over noise of each of several.
func TestNoiseInFigures(t *testing.T) {
	band := NullBand{Mean: []Number{0.7, 0.6, 0.4}, Low: []Number{0.6, 0.5, 0.3}, High: []Number{0.8, 0.7, 0.5}}
	d := &Document{Nulls: []NullBand{band}}
	at := 0
	for layer := range 2 {
		m := testMatrix("W_Q", layer, 2, 1, 0.1)
		m.Band, m.Signal = &at, &Signal{Rank: 1 - layer, Low: 1, Edge: 1.5, LowEdge: Number(math.Pow(1e-9, float64(layer)) * 0.2)}
		d.Matrices = append(d.Matrices, m)
	}
	v := &plotView{doc: d, matrices: []*Matrix{&d.Matrices[0], &d.Matrices[1]}}
	p := spectraCharts(v)[0].panels[0]
	if p.band == nil || p.band.mean != nil || len(p.lines) != 3 || p.lines[2].x[0] != 1 || p.lines[2].y[0] != 2 {
		t.Errorf("of two: band %v, %d lines", p.band, len(p.lines))
	}
	norm := float64(norm(d.Matrices[0].Sigma))
	if got := p.band.high[0]; got != 0.8*norm {
		t.Errorf("the band reaches %v, want %v", got, 0.8*norm)
	}
	for layer, rules := range []int{2, 1} { // the lower edge of layer 1 is far below
		p := spectrumChart(v, v.matrices[layer]).panels[0]
		if len(p.rules) != rules || p.band == nil || len(p.band.mean) != 3 {
			t.Errorf("layer %d: %d rules, band %v", layer, len(p.rules), p.band)
		}
	}
	d.Matrices[1].Band = nil
	if p := spectraCharts(v)[0].panels[0]; p.band != nil {
		t.Error("a band of two where one has none")
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"W_Q": "W" + sub("Q"), "L3.W_OV.H7": "L3.W" + sub("OV") + ".H7",
		"h.0.attn": "h.0.attn", "W_": "W_", "W_a_b": "W_a_b", "naïve σ": "naïve σ",
		"中": `\u4e2d`, "a\x0eb\x00": `a\u000eb\u0000`, "x\u202ey": `x\u202ey`, "e\u0301": `e\u0301`,
		strings.Repeat("y", 1<<20): strings.Repeat("y", maxLabel) + "…",
	} {
		if got := inField(in); got != want {
			t.Errorf("%.40q gives %.300q", in, got)
		}
	}
	for v, want := range map[float64]string{0: "0", 38.813: "38.8", 0.00988: "0.00988", 6.19e-6: "6.19×10^−6", 1234567: "1.23×10^6", -0.5: "-0.5"} {
		if got := plain(decimal(v, 3)); got != want {
			t.Errorf("%g gives %q, want %q", v, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	sty := paperStyle().text(9, color.Black)
	const name = "transformer.h.*.attn.c_proj.weight"
	for width := vg.Length(20); width < 200; width += 7 {
		front, tail := fitText(name, sty, width), fitName(name, sty, width)
		if !(sty.Width(front) <= width && sty.Width(tail) <= width) {
			t.Errorf("%q, %q are wider than %v", front, tail, width)
		}
		if tail != name && !strings.HasSuffix(name, strings.TrimPrefix(tail, "…")) || !strings.HasPrefix(name, strings.TrimSuffix(plain(front), "…")) {
			t.Errorf("%q, %q", front, tail)
		}
		if wider := fitName(name, sty, width+7); len(wider) < len(tail) {
			t.Errorf("%q has room, %q", wider, tail)
		}
	}
}

// The sequential map is as even in grey as in colour; lines end before it pales.
func TestSequential(t *testing.T) {
	for i := range 100 {
		a, b := luminance(sequential(float64(i)/100)), luminance(sequential(float64(i+1)/100))
		if !(b > a) {
			t.Fatalf("no lighter at %d %%: %g, %g", i, a, b)
		}
	}
	for _, c := range okabeIto() {
		if l := luminance(c); !(l < 0.5) {
			t.Errorf("%v is too pale for a thin line on white: %g", c, l)
		}
	}
}

func TestPaletted(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 300, 2))
	for x := range 300 {
		img.SetRGBA(x, 0, color.RGBA{R: uint8(x), G: uint8(x / 2), A: 255})
		img.SetRGBA(x, 1, color.RGBA{R: 200, G: 100, B: 50, A: 255})
	}
	out, ok := paletted(img).(*image.Paletted)
	if !ok {
		t.Fatal("not paletted")
	}
	for x := range 300 {
		for y := range 2 {
			r, g, b, a := out.At(x, y).RGBA()
			got := color.RGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: uint8(a >> 8)}
			if d := colorShift(got, img.RGBAAt(x, y)); d > shifts()[0] || y == 1 && d != 0 {
				t.Fatalf("at %d, %d: %v", x, y, got)
			}
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = uint8(rnd.Uint32())
	}
	if paletted(img) != image.Image(img) {
		t.Error("noise has been made into a palette")
	}
}
