package report

import (
	"cmp"
	"image"
	"image/color"
	"image/png"
	"io"
	"iter"
	"maps"
	"slices"

	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// writePNG draws c as a PNG. The same chart gives the same bytes.
func writePNG(w io.Writer, c *chart, s *plotStyle) error {
	size := c.extent(s)
	canvas := vgimg.NewWith(vgimg.UseWH(size.X, size.Y), vgimg.UseDPI(s.dpi), vgimg.UseBackgroundColor(s.paper))
	if err := s.draw(vgdraw.New(canvas), c); err != nil {
		return err
	}
	img := image.Image(canvas.Image())
	if c.key.bar == nil { // colours on a scale are data: they stay exact
		img = paletted(img)
	}
	return png.Encode(w, img)
}

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
		last := colors[0]
		at := index[last]
		for y, rows := 0, rgba.Bounds().Dy(); y < rows; y++ {
			to := out.Pix[y*out.Stride:]
			for x, c := range rowColors(rgba, y) {
				if c != last { // most pixels are paper: this saves the look-up
					last, at = c, index[c]
				}
				to[x] = at
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
	b := img.Bounds()
	last, run := img.RGBAAt(b.Min.X, b.Min.Y), 0
	for y := range b.Dy() {
		for _, c := range rowColors(img, y) {
			if c != last { // pixels of one colour are counted together: it is much faster
				counts[last] += run
				last, run = c, 0
			}
			run++
		}
	}
	counts[last] += run
	packed := func(c color.RGBA) uint32 {
		return uint32(c.R)<<24 | uint32(c.G)<<16 | uint32(c.B)<<8 | uint32(c.A)
	}
	return slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(packed(a), packed(b)))
	})
}

// rowColors yields the colours of the y-th row from the top.
func rowColors(img *image.RGBA, y int) iter.Seq2[int, color.RGBA] {
	row := img.Pix[y*img.Stride:][:4*img.Bounds().Dx()]
	return func(yield func(int, color.RGBA) bool) {
		for x := 0; x < len(row); x += 4 {
			if p := row[x : x+4 : x+4]; !yield(x/4, color.RGBA{p[0], p[1], p[2], p[3]}) {
				return
			}
		}
	}
}

// colorShift returns the largest difference of a channel between a and b.
func colorShift(a, b color.RGBA) int {
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}
