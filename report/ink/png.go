package ink

import (
	"cmp"
	"image"
	"image/color"
	"image/png"
	"io"
	"iter"
	"maps"
	"slices"
	"sync"

	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// WritePNG draws c as a PNG. The same chart gives the same bytes.
func WritePNG(w io.Writer, c *Chart, s *Style) error {
	size := c.Extent(s)
	canvas := vgimg.NewWith(vgimg.UseWH(size.X, size.Y), vgimg.UseDPI(s.dpi), vgimg.UseBackgroundColor(s.paper))
	if err := s.Draw(vgdraw.New(canvas), c); err != nil {
		return err
	}
	img := image.Image(canvas.Image())
	if c.Key.Bar == nil { // colours on a scale are data: they stay exact
		img = paletted(img)
	}
	return s.png.Encode(w, img)
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

// shifts are the changes of a channel, of 255, that [paletted] may make, the
// least visible first. The largest is still too little to see.
func shifts() []int { return []int{4, 8, 12} }

// paletted returns img with at most 256 colours: most figures have few, and
// the shades at the edges of lines and letters are near one another. The file
// is about half as large. An image with too many colours for that is returned
// as it is.
func paletted(img image.Image) image.Image {
	rgba, ok := img.(*image.RGBA)
	if !ok {
		return img
	}
	colors := byFrequency(rgba)
	for _, most := range shifts() {
		palette, index := mergeColors(colors, most)
		if palette == nil {
			continue
		}
		out := image.NewPaletted(rgba.Bounds(), palette)
		for y, rows := 0, rgba.Bounds().Dy(); y < rows; y++ {
			to, x := out.Pix[y*out.Stride:][:rgba.Bounds().Dx()], 0
			for c, n := range rowRuns(rgba, y) {
				fill(to[x:x+n], index[c])
				x += n
			}
		}
		return out
	}
	return img
}

// mergeColors returns a palette that has a colour no more than most from each of
// the given ones, and which; nil if it takes more than 256. Earlier colours
// are kept exactly.
func mergeColors(colors []color.RGBA, most int) (color.Palette, map[color.RGBA]uint8) {
	var kept []color.RGBA
	var palette color.Palette
	index := map[color.RGBA]uint8{}
	for _, c := range colors {
		i := slices.IndexFunc(kept, func(k color.RGBA) bool { return colorShift(c, k) <= most })
		if i < 0 {
			if i = len(kept); i == 256 {
				return nil, nil
			}
			kept, palette = append(kept, c), append(palette, c)
		}
		index[c] = uint8(i)
	}
	return palette, index
}

// byFrequency returns the colours of img, the most frequent first.
func byFrequency(img *image.RGBA) []color.RGBA {
	counts := map[color.RGBA]int{}
	for y := range img.Bounds().Dy() {
		for c, n := range rowRuns(img, y) {
			counts[c] += n
		}
	}
	packed := func(c color.RGBA) uint32 {
		return uint32(c.R)<<24 | uint32(c.G)<<16 | uint32(c.B)<<8 | uint32(c.A)
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(packed(a), packed(b)))
	})
}

// rowRuns yields the colours of the y-th row from the top and for how many
// pixels each lasts: most pixels are paper, and are passed over eight at a time.
func rowRuns(img *image.RGBA, y int) iter.Seq2[color.RGBA, int] {
	row := img.Pix[y*img.Stride:][:4*img.Bounds().Dx()]
	return func(yield func(color.RGBA, int) bool) {
		for len(row) > 0 {
			end := 4
			for end+32 <= len(row) && [32]byte(row[end:]) == [32]byte(row[end-4:]) {
				end += 32
			}
			for end < len(row) && [4]byte(row[end:]) == [4]byte(row) {
				end += 4
			}
			if !yield(color.RGBA{row[0], row[1], row[2], row[3]}, end/4) {
				return
			}
			row = row[end:]
		}
	}
}

// fill sets all of to to x.
func fill(to []uint8, x uint8) {
	for i := range to {
		to[i] = x
	}
}

// colorShift returns the largest difference of a channel between a and b.
func colorShift(a, b color.RGBA) int {
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}
