package ink

import (
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Format is a kind of file that a chart can be drawn to.
type Format struct {
	Name  string // also the file's extension
	Doc   string
	write func(io.Writer, *sheet) error
}

// Formats returns every format. EPS is not among them: the files of the one
// library that writes it hold the date.
func Formats() []Format {
	return []Format{
		{"png", "pixels, --dpi of them an inch", writePNG},
		{"svg", "for the web and for editing; words stay words, in Liberation or what has its widths", writeSVG},
		{"pdf", "for LaTeX and print; fonts are embedded", writePDF},
		{"tex", `for \input in LaTeX, with \usepackage{pgf}; words are set in the document's own type`, writeTeX},
	}
}

// FormatNamed returns a format. The error is a *LookError.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats() {
		if names = append(names, f.Name); f.Name == name {
			return f, nil
		}
	}
	return Format{}, &LookError{"format", name, "formats of figures: " + strings.Join(names, ", ")}
}

// mostPixels bounds a picture: four bytes each are held.
const mostPixels = 100e6

// Write draws c. The same chart gives the same bytes. The error is a *FitError
// where c has no room.
func (f Format) Write(w io.Writer, c *Chart, s *Style) error {
	l, err := s.layOut(c)
	if err != nil {
		return err
	}
	if dots := float64(s.dpi) / float64(vg.Inch); f.Name == "png" && dots*float64(l.size.X)*dots*float64(l.size.Y) > mostPixels {
		return &LookError{"resolution", fmt.Sprintf("%d dpi", s.dpi), fmt.Sprintf("fewer dots: figure %s would have more than %.0f million", c.Name, mostPixels/1e6)}
	}
	return f.write(w, l)
}

// WritePNG draws c as a PNG. The error is a *FitError.
func WritePNG(w io.Writer, c *Chart, s *Style) error { return Formats()[0].Write(w, c, s) }

// drawOn draws l on a canvas of its size.
func (l *sheet) drawOn(c vg.Canvas) {
	l.draw(draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{Max: l.size}})
}
