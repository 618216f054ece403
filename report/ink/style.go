package ink

import (
	"fmt"
	"image/color"
	"image/png"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Look is what one may choose of a figure's look. The zero value is that of a
// paper's single column.
type Look struct {
	Style    string  // one of [Styles]; "": the first
	Size     string  // one of [Sizes], or as "5x3in"; "": the first
	Palette  string  // one of [Palettes]; "": the first
	Font     string  // "sans" (or ""), "serif" or "mono"
	FontSize float64 // of axis labels in points; 0: the size's own
	DPI      int     // of PNG; 0: 300
}

// Choice is one value of an option.
type Choice struct{ Name, Doc string }

// Styles returns the styles there are.
func Styles() []Choice {
	return []Choice{
		{"paper", "thin lines on white, no title: the caption beside has it"},
		{"talk", "thicker lines on white, with a title"},
		{"dark", "as talk, on a dark ground"},
	}
}

// Size is a size of figures. Height 0 means as high as the panels ask for.
type Size struct {
	Name          string
	Width, Height vg.Length
	Type          vg.Length // height of axis labels
}

// Sizes returns the sizes that have names.
func Sizes() []Size {
	return []Size{
		{Name: "column", Width: 3.25 * vg.Inch, Type: 8},
		{Name: "double", Width: 6.75 * vg.Inch, Type: 9},
		{Name: "slide", Width: 10 * vg.Inch, Height: 5.625 * vg.Inch, Type: 14},
		{Name: "poster", Width: 14 * vg.Inch, Height: 9 * vg.Inch, Type: 24},
	}
}

// Fonts returns the names of the type faces.
func Fonts() []string { return []string{"sans", "serif", "mono"} }

// LookError says that there is no such value of an option.
type LookError struct {
	What, Value string
	Choices     string
}

// Error names the option and the value.
func (e *LookError) Error() string { return fmt.Sprintf("unknown %s %q", e.What, e.Value) }

// Hint lists what there is.
func (e *LookError) Hint() string { return "give " + e.Choices }

// Style is everything about the look that is not in the data.
type Style struct {
	size    Size
	dpi     int  // of PNG
	titles  bool // charts have their titles and captions above
	dark    bool
	palette Palette
	variant string // of the type face
	paper   color.Color
	ink     color.Color // text and axes
	muted   color.Color // captions and rules
	grid    color.Color
	band    color.Color
	title, label,
	small vg.Length // heights of type: title; axes; ticks, keys and captions
	unit   vg.Length // a tenth of the size of axis labels: strokes and gaps grow with type
	line   vg.Length // width of data lines
	edge   vg.Length // free border
	png    png.Encoder
	images imagePool
	tables colorPool
	glyphs glyphCache
}

// Type of sizes given by number, in points.
const (
	ownType   = 9
	leastType = 6
	mostType  = 96
)

// NewStyle returns the style of a look. The error is a *LookError.
func NewStyle(l Look) (*Style, error) {
	s := &Style{dpi: l.DPI}
	if s.dpi == 0 {
		s.dpi = 300 // what journals ask for
	}
	if err := s.setSize(l); err != nil {
		return nil, err
	}
	if err := s.setPalette(l.Palette); err != nil {
		return nil, err
	}
	if err := s.setFont(l); err != nil {
		return nil, err
	}
	return s, s.setTone(l.Style)
}

// Paper returns the style of figures in a report: as wide as the text of a page
// of US letter or A4 with 1 in margins, no type smaller than 9 pt.
func Paper() *Style {
	s := &Style{
		size: Size{Name: "page", Width: 6.5 * vg.Inch},
		dpi:  144, // twice 72: sharp on a screen at full size, and small files
		png: png.Encoder{
			CompressionLevel: png.BestSpeed, // a twentieth larger than by default, in less than half the time
			BufferPool:       &encoderPool{},
		},
		palette: Palettes()[0], variant: "Sans",
	}
	s.setType(10)
	s.light(true)
	return s
}

// setSize reads a size: a name, or width x height with a unit.
func (s *Style) setSize(l Look) error {
	const fewest, most = 1 * vg.Inch, 60 * vg.Inch
	if l.Size == "" {
		s.size = Sizes()[0]
		return nil
	}
	var names []string
	for _, size := range Sizes() {
		if names = append(names, size.Name); size.Name == l.Size {
			s.size = size
			return nil
		}
	}
	w, h, ok := parseSize(l.Size)
	if !ok || w < fewest || h < fewest || w > most || h > most {
		return &LookError{"size", l.Size, "one of " + strings.Join(names, ", ") + ", or a width and a height of 1 to 60 inches, as 5x3in, 120x80mm"}
	}
	s.size = Size{Name: l.Size, Width: w, Height: h, Type: ownType}
	return nil
}

// parseSize reads "5x3in": inches unless cm, mm or pt stand behind.
func parseSize(text string) (w, h vg.Length, ok bool) {
	unit := vg.Inch
	for name, u := range map[string]vg.Length{"in": vg.Inch, "cm": vg.Centimeter, "mm": vg.Millimeter, "pt": 1} {
		if rest, found := strings.CutSuffix(text, name); found {
			text, unit = rest, u
		}
	}
	first, second, found := strings.Cut(text, "x")
	a, errA := strconv.ParseFloat(first, 64)
	b, errB := strconv.ParseFloat(second, 64)
	return vg.Length(a) * unit, vg.Length(b) * unit, found && errA == nil && errB == nil
}

func (s *Style) setPalette(name string) error {
	var names []string
	for _, p := range Palettes() {
		if names = append(names, p.Name); p.Name == name || name == "" {
			s.palette = p
			return nil
		}
	}
	return &LookError{"palette", name, "one of " + strings.Join(names, ", ")}
}

func (s *Style) setFont(l Look) error {
	name := l.Font
	if name == "" {
		name = Fonts()[0]
	}
	if !slices.Contains(Fonts(), name) {
		return &LookError{"font", name, "one of " + strings.Join(Fonts(), ", ")}
	}
	s.variant = strings.ToUpper(name[:1]) + name[1:]
	size := s.size.Type
	if l.FontSize != 0 {
		if size = vg.Length(l.FontSize); !(size >= leastType && size <= mostType) {
			return &LookError{"font size", strconv.FormatFloat(l.FontSize, 'g', -1, 64), fmt.Sprintf("%d to %d points", leastType, mostType)}
		}
	}
	s.setType(size)
	return nil
}

// setType sets all sizes that follow that of the axis labels.
func (s *Style) setType(size vg.Length) {
	s.label = size
	s.title = 1.2 * size
	s.small = max(0.9*size, min(7, size))
	s.unit = vg.Length(math.Sqrt(float64(size)*10)) / 10 // strokes grow less than type
	s.line, s.edge = 1.25*s.unit, max(0.8*s.label, 5)
}

func (s *Style) setTone(name string) error {
	switch name {
	case "", "paper":
		s.light(false)
	case "talk":
		s.light(true)
		s.line *= 1.4
	case "dark":
		s.dark, s.titles = true, true
		s.paper, s.ink, s.muted, s.grid, s.band = rgb(0x14171c), rgb(0xf0f0f0), rgb(0xb4bac2), rgb(0x2e343c), rgb(0x3a414b)
		s.line *= 1.4
	default:
		var names []string
		for _, c := range Styles() {
			names = append(names, c.Name)
		}
		return &LookError{"style", name, "one of " + strings.Join(names, ", ")}
	}
	return nil
}

// light sets the colours of white paper. The band is light enough for lines
// over it, and darker than the grid.
func (s *Style) light(titles bool) {
	s.titles = titles
	s.paper, s.ink, s.muted, s.grid, s.band = rgb(0xffffff), rgb(0x1a1a1a), rgb(0x5c5c5c), rgb(0xe4e4e4), rgb(0xd9d9d9)
}

// face returns type of a size and colour.
func (s *Style) face(size vg.Length, c color.Color) face { return face{s.variant, size, c} }

// hair is a thin stroke.
func (s *Style) hair(c color.Color) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: 0.6 * s.unit}
}

// dashed is a stroke of the i-th pattern.
func (s *Style) dashed(c color.Color, width vg.Length, i int) draw.LineStyle {
	patterns := [][]vg.Length{{4, 2.5}, {1.2, 1.8}, {7, 2, 1.5, 2}, {9, 4}, {3, 1.5, 1, 1.5, 1, 1.5}}
	var dashes []vg.Length
	for _, d := range patterns[i%len(patterns)] {
		dashes = append(dashes, d*s.unit)
	}
	return draw.LineStyle{Color: c, Width: width, Dashes: dashes}
}
