package ink

import (
	"image"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// darkness returns how much ink there is on white paper, in pixels, and its
// centre.
func darkness(img image.Image) (sum, x, y float64) {
	b := img.Bounds()
	for j := b.Min.Y; j < b.Max.Y; j++ {
		for i := b.Min.X; i < b.Max.X; i++ {
			r, _, _, _ := img.At(i, j).RGBA()
			d := 1 - float64(r)/0xffff
			sum, x, y = sum+d, x+d*(float64(i)+0.5), y+d*(float64(j)+0.5)
		}
	}
	return sum, x / sum, y / sum
}

// Text lies where gonum/plot's own canvas puts it, level, upwards, moved and
// turned back, with as much ink.
func TestRasterText(t *testing.T) {
	s := Paper()
	size := vg.Point{X: 200, Y: 150}
	style := s.face(12, s.ink)
	write := func(c draw.Canvas, x, y vg.Length, text string) {
		style.draw(c.Canvas, text, placed{at: vg.Point{X: x, Y: y}})
	}
	for name, put := range map[string]func(c draw.Canvas){
		"level": func(c draw.Canvas) { write(c, 20.3, 40.2, "WAV"+Sub("OV")+" 10"+Sup("−6")) },
		"up": func(c draw.Canvas) {
			style.draw(c.Canvas, "σ"+Sub("i")+" gap", placed{at: vg.Point{X: 60.1, Y: 20.7}, upward: true})
		},
		"aslant": func(c draw.Canvas) {
			c.Push()
			c.Rotate(0.5)
			write(c, 60.1, 20.7, "aslant")
			c.Pop()
		},
		"moved": func(c draw.Canvas) {
			c.Push()
			c.Translate(vg.Point{X: 50, Y: 30})
			c.Rotate(math.Pi / 2)
			c.Translate(vg.Point{X: 11, Y: 7})
			write(c, 5, -10, "moved")
			c.Pop()
			write(c, 5, 10, "back")
		},
		"flipped": func(c draw.Canvas) {
			c.Push()
			c.Scale(2, 1)
			write(c, 5, 10, "wide")
			c.Pop()
		},
		"beyond": func(c draw.Canvas) { write(c, -20, 10, "over the edge") },
	} {
		plain := vgimg.NewWith(vgimg.UseWH(size.X, size.Y), vgimg.UseDPI(s.dpi))
		put(draw.New(plain))
		img := image.NewRGBA(plain.Image().Bounds())
		put(draw.NewCanvas(newRaster(img, s), size.X, size.Y))
		wantSum, wantX, wantY := darkness(plain.Image())
		sum, x, y := darkness(img)
		// Baselines go to the nearest pixel; the filter shifts by another half.
		if !(math.Abs(sum/wantSum-1) <= 0.06) || !(math.Hypot(x-wantX, y-wantY) <= 1.1) {
			t.Errorf("%s: %.1f pixels about (%.2f, %.2f), want %.1f about (%.2f, %.2f)", name, sum, x, y, wantSum, wantX, wantY)
		}
	}
}

// A glyph turned by a quarter four times is what it was.
func TestTurned(t *testing.T) {
	m := image.NewAlpha(image.Rect(-2, -5, 4, 3))
	for i := range m.Pix {
		m.Pix[i] = uint8(i)
	}
	x := m
	for range 4 {
		x = turned(x)
	}
	if x.Rect != m.Rect || string(x.Pix) != string(m.Pix) {
		t.Errorf("%v", x)
	}
	if up := turned(m); up.AlphaAt(-5, 1) != m.AlphaAt(-2, -5) {
		t.Errorf("the first pixel, of the top left, is at %v", up)
	}
}
