package ink

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func TestLogTicks(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		lo := -320 + 620*rnd.Float64()
		hi := lo + leastSpan*math.Pow(MostSpan/leastSpan*1.5, rnd.Float64())
		if labelled := checkTicks(t, logTicks(lo, hi, 6), lo, hi); labelled < 2 || labelled > 12 {
			t.Fatalf("%d labels from %g to %g", labelled, lo, hi)
		}
	}
	var got []string
	for _, tick := range logTicks(-2.1, 1.9, 6) {
		if tick.label != "" {
			got = append(got, tick.label)
		}
	}
	if s := strings.Join(got, " "); s != "0.01 0.1 1 10" {
		t.Errorf("labels %s", s)
	}
}

func checkTicks(t *testing.T, ticks []tick, lo, hi float64) (labelled int) {
	t.Helper()
	seen := map[string]bool{}
	for _, tick := range ticks {
		if !(tick.at >= lo-1e-9 && tick.at <= hi+1e-9) { // rounding of logarithms up to 320
			t.Fatalf("tick %v outside %g to %g", tick, lo, hi)
		}
		if tick.label == "" {
			continue
		}
		if labelled++; seen[tick.label] {
			t.Fatalf("label %q twice from %g to %g", tick.label, lo, hi)
		}
		seen[tick.label] = true
	}
	return labelled
}

func TestLogAxis(t *testing.T) {
	a, below := LogAxis("", []float64{1, 1e-3, 0, 1e-17, math.NaN()})
	if below != 2 || !(a.Min <= 1e-16 && a.Min > 1e-18) || a.Max < 1 {
		t.Errorf("%d below %g to %g", below, a.Min, a.Max)
	}
	for _, v := range []float64{math.MaxFloat64, math.SmallestNonzeroFloat64} {
		if a, _ = LogAxis("", []float64{v}); !(a.Min <= v && v <= a.Max && a.Min > 0) || math.IsInf(a.Max, 0) {
			t.Errorf("%g on an axis from %g to %g", v, a.Min, a.Max)
		}
	}
	if a, below = LogAxis("", []float64{0}); below != 1 || !(a.Min < a.Max) {
		t.Errorf("%d below %g to %g", below, a.Min, a.Max)
	}
}

// The sequential map is as even in grey as in colour; lines end before it pales.
func TestPalettes(t *testing.T) {
	for i := range 100 {
		a, b := luminance(ramp(viridis(), float64(i)/100)), luminance(ramp(viridis(), float64(i+1)/100))
		if !(b > a) {
			t.Fatalf("no lighter at %d %%: %g, %g", i, a, b)
		}
	}
	for _, p := range Palettes() {
		for _, c := range p.light {
			if l := luminance(rgb(c)); !(l < 0.55) {
				t.Errorf("%s: %06x is too pale for a thin line on white: %g", p.Name, c, l)
			}
		}
		for _, c := range p.dark {
			if l := luminance(rgb(c)); !(l > 0.08) {
				t.Errorf("%s: %06x is too dark for a thin line on a dark ground: %g", p.Name, c, l)
			}
		}
	}
}

func TestPaletted(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 300, 2))
	for x := range 300 {
		img.SetRGBA(x, 0, color.RGBA{R: uint8(x), G: uint8(x / 2), A: 255})
		img.SetRGBA(x, 1, color.RGBA{R: 200, G: 100, B: 50, A: 255})
	}
	out, ok := new(colorTable).paletted(img).(*image.Paletted)
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
	if new(colorTable).paletted(img) != image.Image(img) {
		t.Error("noise has been made into a palette")
	}
}

func TestDecimal(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 38.813: "38.8", 0.00988: "0.00988", 6.19e-6: "6.19×10^−6", 1234567: "1.23×10^6", -0.5: "−0.5"} {
		if got := Plain(Decimal(v, 3)); got != want {
			t.Errorf("%g gives %q, want %q", v, got, want)
		}
	}
}

// A line that bridges gaps is drawn in pieces, its gaps dotted.
func TestPieces(t *testing.T) {
	line := Series{X: []float64{0, 5, 6, 7}, Y: []float64{0.5, 1, math.NaN(), 1}, Bridge: true}
	p := Panel{X: Axis{Max: 7}, Y: ShareAxis("")}
	f := frame{Style: Paper(), panel: &p}
	if n := len(f.pieces(draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: 100, Y: 100}}}, &line)); n != 3 {
		t.Errorf("%d pieces", n)
	}
}

func TestFit(t *testing.T) {
	f := Paper().face(9, color.Black)
	const name = "transformer.h.*.attn.c_proj.weight"
	for width := vg.Length(20); width < 200; width += 7 {
		front, tail := fitText(name, f, width), fitName(name, f, width)
		if !(f.width(front) <= width && f.width(tail) <= width) {
			t.Errorf("%q, %q are wider than %v", front, tail, width)
		}
		if tail != name && !strings.HasSuffix(name, strings.TrimPrefix(tail, "…")) || !strings.HasPrefix(name, strings.TrimSuffix(Plain(front), "…")) {
			t.Errorf("%q, %q", front, tail)
		}
		if wider := fitName(name, f, width+7); len(wider) < len(tail) {
			t.Errorf("%q has room, %q", wider, tail)
		}
	}
}
