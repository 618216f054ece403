package report

import (
	"context"
	"io"
)

// WriteComparison writes a comparison's report.json and the files of the given
// formats to dir, as [WriteFolder] does.
func WriteComparison(ctx context.Context, dir string, c *Comparison, formats []Format) error {
	var files []file
	for _, f := range formats {
		if f.compared == nil {
			continue
		}
		more, err := f.compared(c)
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	c.Figures = figuresOf(files)
	files = append(files, file{path: reportName, write: func(w io.Writer) error { return WriteComparisonJSON(w, c) }})
	return writeFolder(ctx, dir, files)
}

// WriteComparisonJSON writes the comparison as report.json holds it.
func WriteComparisonJSON(w io.Writer, c *Comparison) error { return writeJSON(w, c, nil) }

// comparedPage is the page of a comparison.
func comparedPage(c *Comparison) ([]file, error) {
	return []file{{path: "index.html", write: func(w io.Writer) error { return writeComparePage(w, c) }}}, nil
}
