package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// WriteAnswer writes an answer for a terminal: the sentence, what it rests on,
// and the tables as far as they are short.
func WriteAnswer(w io.Writer, a *Answer) error {
	if _, err := fmt.Fprintf(w, "%s\n%s\n", SafeProse(a.Title), SafeProse(a.Sentence)); err != nil {
		return err
	}
	if err := writeFacts(w, a.Facts); err != nil {
		return err
	}
	for i := range a.Tables {
		if err := writeTable(w, &a.Tables[i]); err != nil {
			return err
		}
	}
	for _, n := range a.Notes {
		if _, err := fmt.Fprintln(w, SafeProse(n)); err != nil {
			return err
		}
	}
	return nil
}

func writeFacts(w io.Writer, facts []Fact) error {
	if len(facts) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := newTable(w)
	for _, f := range facts {
		t.AppendRow(table.Row{SafeProse(f.Title), cellText(f.Value), f.besideText()})
	}
	t.SetColumnConfigs(rightAligned(1, 1))
	t.Render()
	_, err := fmt.Fprintln(w)
	return err
}

// besideText is what a fact is to be held against, "" for nothing.
func (f *Fact) besideText() string {
	var parts []string
	for i, b := range f.Beside {
		part := SafeProse(b.Title) + " " + cellText(b.Value)
		if i > 0 && b.Title == "±" {
			parts[i-1] += " " + part
			part = ""
		}
		parts = append(parts, part)
	}
	return strings.Join(dropEmpty(parts), ", ")
}

func dropEmpty(parts []string) []string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return out
}

// writeTable writes the first rows of a table under its title.
func writeTable(w io.Writer, x *Table) error {
	if x.Most < 0 || len(x.Rows) == 0 {
		return nil
	}
	shown := x.Rows
	if x.Most > 0 {
		shown = x.Rows[:min(x.Most, len(x.Rows))]
	}
	title := SafeProse(x.Title)
	if left := len(x.Rows) - len(shown); left > 0 {
		title += fmt.Sprintf(" (%d of %d; all with --json or --out)", len(shown), len(x.Rows))
	}
	if _, err := fmt.Fprintln(w, title); err != nil {
		return err
	}
	t := newTable(w)
	header, configs := table.Row{}, []table.ColumnConfig{}
	for j, c := range x.Columns {
		header = append(header, SafeProse(c.Title))
		if x.numeric(j) {
			configs = append(configs, table.ColumnConfig{Number: j + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	for _, row := range shown {
		cells := table.Row{}
		for _, c := range row {
			cells = append(cells, cellText(c))
		}
		t.AppendRow(cells)
	}
	t.SetColumnConfigs(configs)
	t.Render()
	_, err := fmt.Fprintln(w)
	return err
}
