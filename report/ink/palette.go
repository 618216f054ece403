package ink

import (
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
	"slices"
)

// shifts are the changes of a channel, of 255, that [colorTable.paletted] may make, the
// least visible first. The largest is still too little to see.
func shifts() []int { return []int{4, 8, 12} }

// colorTable is the colours of an image, in the order they appear, and the runs
// of pixels that have them. It may be used again for another image.
type colorTable struct {
	colors []colorCount
	runs   []colorRun
	slots  []int32 // 1 + a place in colors by open addressing, 0 if free; a power of two, at most half of them used
	pixels []uint8 // of the result
}

type colorCount struct {
	color  uint32 // as in the image, low byte red
	pixels int
	index  uint8 // in the palette
}

type colorRun struct {
	color  int32 // place in colors
	pixels int32
}

// paletted returns img with at most 256 colours: most figures have few, and
// the shades at the edges of lines and letters are near one another. The file
// is about half as large. An image with too many colours for that is returned
// as it is. The result is lent until t is used again.
func (t *colorTable) paletted(img *image.RGBA) image.Image {
	t.count(img.Pix)
	order := t.byFrequency()
	for _, most := range shifts() {
		palette := t.merge(order, most)
		if palette == nil {
			continue
		}
		t.pixels = slices.Grow(t.pixels[:0], len(img.Pix)/4)[:len(img.Pix)/4]
		rest := t.pixels
		for _, r := range t.runs {
			fill(rest[:r.pixels], t.colors[r.color].index)
			rest = rest[r.pixels:]
		}
		return &image.Paletted{Pix: t.pixels, Stride: img.Rect.Dx(), Rect: img.Rect, Palette: palette}
	}
	return img
}

// fill sets all of to to x.
func fill(to []uint8, x uint8) {
	for i := range to {
		to[i] = x
	}
}

// count finds the runs of pixels of one colour: most are paper, and are passed
// over eight at a time.
func (t *colorTable) count(pix []byte) {
	t.colors, t.runs = t.colors[:0], t.runs[:0]
	if t.slots == nil {
		t.slots = make([]int32, 1<<11) // most figures have some hundred colours
	}
	clear(t.slots)
	for len(pix) > 0 {
		c := binary.LittleEndian.Uint32(pix)
		pair := uint64(c) | uint64(c)<<32
		end := 4
		for end+32 <= len(pix) && same(pix[end:], pair) {
			end += 32
		}
		for end < len(pix) && binary.LittleEndian.Uint32(pix[end:]) == c {
			end += 4
		}
		at := t.place(c)
		t.colors[at].pixels += end / 4
		t.runs = append(t.runs, colorRun{at, int32(end / 4)})
		pix = pix[end:]
	}
}

// same reports whether the next eight pixels are those of the pair.
func same(pix []byte, pair uint64) bool {
	next := (*[32]byte)(pix)
	return (binary.LittleEndian.Uint64(next[0:])^pair)|(binary.LittleEndian.Uint64(next[8:])^pair)|
		(binary.LittleEndian.Uint64(next[16:])^pair)|(binary.LittleEndian.Uint64(next[24:])^pair) == 0
}

// place returns where c is in colors, and puts it there if need be.
func (t *colorTable) place(c uint32) int32 {
	slot := t.slot(c)
	if *slot == 0 {
		t.colors = append(t.colors, colorCount{color: c})
		if *slot = int32(len(t.colors)); 2*len(t.colors) > len(t.slots) {
			t.slots = make([]int32, 2*len(t.slots))
			for i, x := range t.colors {
				*t.slot(x.color) = int32(i + 1)
			}
		}
		return int32(len(t.colors) - 1)
	}
	return *slot - 1
}

// slot returns that of c, or a free one.
func (t *colorTable) slot(c uint32) *int32 {
	const golden = 0x9e3779b1 // 2³² over the golden ratio (Knuth, vol. 3, 6.4)
	mask := len(t.slots) - 1
	for i := int(c*golden>>8) & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; *s == 0 || t.colors[*s-1].color == c {
			return s
		}
	}
}

// byFrequency returns the places of the colours, the most frequent first.
func (t *colorTable) byFrequency() []int {
	order := make([]int, len(t.colors))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := t.colors[i], t.colors[j]
		return cmp.Or(cmp.Compare(b.pixels, a.pixels), cmp.Compare(bits.ReverseBytes32(a.color), bits.ReverseBytes32(b.color)))
	})
	return order
}

// merge returns a palette that has a colour no more than most from each of the
// image's, and sets which; nil if it takes more than 256. Colours early in order
// are kept exactly.
func (t *colorTable) merge(order []int, most int) color.Palette {
	var palette color.Palette
	var kept []color.RGBA
	for _, at := range order {
		c := t.colors[at].rgba()
		i := slices.IndexFunc(kept, func(k color.RGBA) bool { return colorShift(c, k) <= most })
		if i < 0 {
			if i = len(kept); i == 256 {
				return nil
			}
			kept, palette = append(kept, c), append(palette, c)
		}
		t.colors[at].index = uint8(i)
	}
	return palette
}

func (c colorCount) rgba() color.RGBA {
	return color.RGBA{uint8(c.color), uint8(c.color >> 8), uint8(c.color >> 16), uint8(c.color >> 24)}
}

// colorShift returns the largest difference of a channel between a and b.
func colorShift(a, b color.RGBA) int {
	apart := func(a, b uint8) int { return max(int(a)-int(b), int(b)-int(a)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}
