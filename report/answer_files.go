package report

import (
	"bytes"
	"context"
	"io"

	"wspec/report/ink"
)

// WriteAnswerJSON writes an answer as report.json holds it.
func WriteAnswerJSON(w io.Writer, a *Answer) error { return writeJSON(w, a, nil) }

// WriteAnswerFolder writes report.json, index.html, a CSV file a table and the
// figures to dir, as [WriteFolder] does.
func WriteAnswerFolder(ctx context.Context, dir string, a *Answer) error {
	files := []file{{path: "facts.csv", write: func(w io.Writer) error { return writeFactsCSV(w, a.Facts) }}}
	for i := range a.Tables {
		t := &a.Tables[i]
		files = append(files, file{path: t.Name + ".csv", write: func(w io.Writer) error { return writeTableCSV(w, t) }})
	}
	images, err := a.draw()
	if err != nil {
		return err
	}
	for i, c := range a.charts {
		files = append(files, file{
			path: "plots/" + safeName(c.Name) + ".png", figure: c.Name, title: ink.Plain(c.Title),
			write: func(w io.Writer) error { _, err := w.Write(images[i]); return err },
		})
	}
	a.Figures = figuresOf(files)
	files = append(files,
		file{path: "index.html", write: func(w io.Writer) error { return writeAnswerPage(w, a, images) }},
		file{path: "report.json", write: func(w io.Writer) error { return WriteAnswerJSON(w, a) }})
	return writeFolder(ctx, dir, files)
}

// draw returns the figures as PNG.
func (a *Answer) draw() ([][]byte, error) {
	var images [][]byte
	style := ink.Paper()
	for i := range a.charts {
		var b bytes.Buffer
		if err := ink.WritePNG(&b, &a.charts[i].Chart, style); err != nil {
			return nil, err
		}
		images = append(images, b.Bytes())
	}
	return images, nil
}

// writeTableCSV writes all rows of a table under the names of its columns.
func writeTableCSV(w io.Writer, t *Table) error {
	var header []string
	for _, c := range t.Columns {
		header = append(header, c.Name)
	}
	s := newSheet(w, header...)
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for j, c := range row {
			cells[j] = cellExact(c)
		}
		s.row(cells...)
	}
	return s.close()
}

// writeFactsCSV writes one row a fact, and one for each value beside it, which
// is named fact.beside.
func writeFactsCSV(w io.Writer, facts []Fact) error {
	s := newSheet(w, "name", "value", "title")
	for _, f := range facts {
		s.row(cell(f.Name), cellExact(f.Value), cell(f.Title))
		for _, b := range f.Beside {
			s.row(cell(f.Name+"."+b.Name), cellExact(b.Value), cell(b.Title))
		}
	}
	return s.close()
}
