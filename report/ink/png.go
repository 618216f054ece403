package ink

import (
	"image"
	"image/png"
	"io"
	"sync"
)

// writePNG draws l as a PNG.
func writePNG(w io.Writer, l *sheet) error {
	s, size := l.Style, l.size
	img := s.images.get(int(size.X.Dots(float64(s.dpi))+0.5), int(size.Y.Dots(float64(s.dpi))+0.5))
	defer s.images.free.Put(img)
	l.drawOn(newRaster(img, s))
	if l.chart.Key.Bar == nil { // colours on a scale are data: they stay exact
		table := s.tables.get()
		defer s.tables.free.Put(table)
		return s.png.Encode(w, table.paletted(img))
	}
	return s.png.Encode(w, img)
}

// imagePool keeps the pixels of a figure for the next one of its size.
type imagePool struct{ free sync.Pool }

func (p *imagePool) get(width, height int) *image.RGBA {
	r := image.Rect(0, 0, width, height)
	if img, ok := p.free.Get().(*image.RGBA); ok && img.Rect == r {
		return img
	}
	return image.NewRGBA(r)
}

// colorPool keeps what it takes to count colours for the next figure.
type colorPool struct{ free sync.Pool }

func (p *colorPool) get() *colorTable {
	if t, ok := p.free.Get().(*colorTable); ok {
		return t
	}
	return &colorTable{}
}

// encoderPool keeps the megabyte that compressing takes for the next figure.
type encoderPool struct{ free sync.Pool }

// Get implements [png.EncoderBufferPool].
func (p *encoderPool) Get() *png.EncoderBuffer {
	b, _ := p.free.Get().(*png.EncoderBuffer)
	return b
}

// Put implements [png.EncoderBufferPool].
func (p *encoderPool) Put(b *png.EncoderBuffer) { p.free.Put(b) }
