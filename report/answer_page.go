package report

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"

	"wspec/report/ink"
)

// pageTableRows is the number of rows of a table that the page shows: more is
// not read but searched, and stands in the CSV file beside it.
const pageTableRows = 400

// writeAnswerPage writes an answer as one self-contained page that needs no
// script. images are the figures as PNG.
func writeAnswerPage(w io.Writer, a *Answer, images [][]byte) error {
	style, err := joinFiles("page.css", "answer.css")
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	t, err := template.ParseFS(pageFiles, "page/answer.html")
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	if err := t.Execute(w, newAnswerInk(a, images, style)); err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	return nil
}

// answerInk is what the template draws: text is safe to be shown, and the
// template escapes it.
type answerInk struct {
	CSP, Title, Sentence, Tool string
	Style                      template.CSS // our own, as it is, so that its digest holds
	Warnings, Notes            []string
	Facts                      []factInk
	Figures                    []figureInk
	Tables                     []tableInk
}

type factInk struct{ Title, Value, Beside string }

type figureInk struct {
	Title, Alt, Table string
	Width, Height     int // of the image as it is shown
	Source            template.URL
}

type tableInk struct {
	Name, Title, Left string
	Columns           []columnInk
	Rows              [][]cellInkText
}

type columnInk struct {
	Title, Doc string
	Numeric    bool
}

type cellInkText struct {
	Text    string
	Numeric bool
}

func newAnswerInk(a *Answer, images [][]byte, style string) *answerInk {
	out := &answerInk{
		CSP: contentPolicy(style), Style: template.CSS(style), Title: SafeProse(a.Title), Sentence: SafeProse(a.Sentence),
		Tool: fmt.Sprintf("wspec %s, %s, %s", Safe(a.Tool.Version), Safe(a.Tool.Go), Safe(a.Tool.Kernel)),
	}
	for _, w := range a.Warnings {
		out.Warnings = append(out.Warnings, SafeProse(w.Message))
	}
	for _, n := range a.Notes {
		out.Notes = append(out.Notes, SafeProse(n))
	}
	for i := range a.Facts {
		f := &a.Facts[i]
		out.Facts = append(out.Facts, factInk{SafeProse(f.Title), cellText(f.Value), f.besideText()})
	}
	for i := range a.charts {
		out.Figures = append(out.Figures, a.charts[i].ink(images[i]))
	}
	for i := range a.Tables {
		out.Tables = append(out.Tables, a.Tables[i].ink())
	}
	return out
}

func (c *answerChart) ink(png []byte) figureInk {
	const perPoint = 96.0 / 72              // CSS pixels
	size, _ := ink.Paper().Extent(&c.Chart) // it was drawn
	return figureInk{
		Title: SafeProse(ink.Plain(c.Title)), Alt: SafeProse(c.alt), Table: c.table,
		Width: int(float64(size.X) * perPoint), Height: int(float64(size.Y) * perPoint),
		Source: template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)),
	}
}

func (t *Table) ink() tableInk {
	out := tableInk{Name: t.Name, Title: SafeProse(t.Title)}
	rows := t.Rows[:min(len(t.Rows), pageTableRows)]
	if left := len(t.Rows) - len(rows); left > 0 {
		out.Left = fmt.Sprintf("%d rows more are in %s.csv beside this page.", left, t.Name)
	}
	for j, c := range t.Columns {
		x := columnInk{SafeProse(c.Title), SafeProse(c.Doc), t.numeric(j)}
		if slices.Contains(out.Columns, x) {
			x.Doc = "" // said once
		}
		out.Columns = append(out.Columns, x)
	}
	for _, row := range rows {
		var cells []cellInkText
		for j, c := range row {
			cells = append(cells, cellInkText{cellText(c), out.Columns[j].Numeric})
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
