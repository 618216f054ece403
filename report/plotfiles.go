package report

import (
	"io"

	"wspec/report/ink"
)

// plotFiles returns the figures of d as PNG files. If matrices were asked for
// by label, each gets a figure of its own too.
func plotFiles(d *Document) ([]file, error) {
	var asked []string
	if len(d.Options.Matrix) > 0 {
		for i := range d.Matrices {
			asked = append(asked, d.Matrices[i].Label)
		}
	}
	var files []file
	style := ink.Paper()
	for _, f := range figures(d, asked) {
		files = append(files, file{
			path: "plots/" + f.Name + ".png", figure: f.Name, title: ink.Plain(f.Title),
			write: func(w io.Writer) error { return ink.WritePNG(w, &f, style) },
		})
	}
	return files, nil
}
