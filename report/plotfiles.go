package report

import (
	"io"

	"wspec/report/ink"
)

// plotFiles returns the figures of d as PNG files. If matrices were asked for
// by label, each gets a figure of its own too.
func plotFiles(d *Document) ([]file, error) {
	return pngFiles(d.figures(ownKinds(), d.askedFor(), PlotOptions{})), nil
}

// comparedPNG draws the figures of a comparison.
func comparedPNG(c *Comparison) ([]file, error) {
	return pngFiles(c.figures(ownKinds(), PlotOptions{})), nil
}

// askedFor returns the labels of all matrices if some were asked for.
func (d *Document) askedFor() []string {
	var asked []string
	if len(d.Options.Matrix) > 0 {
		for i := range d.Matrices {
			asked = append(asked, d.Matrices[i].Label)
		}
	}
	return asked
}

func pngFiles(figures []figure) []file {
	var files []file
	style := ink.Paper()
	for _, f := range figures {
		files = append(files, file{
			path: "plots/" + f.Name + ".png", figure: f.Name, title: ink.Plain(f.Title),
			write: func(w io.Writer) error { return ink.WritePNG(w, &f.Chart, style) },
		})
	}
	return files
}
