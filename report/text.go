package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// TextOptions say how a terminal table is drawn. The zero value draws every
// measure, whatever the width.
type TextOptions struct {
	Width   int      // columns of the terminal; 0: no limit
	Metrics []string // measures shown, in this order; none: all that fit
}

// WriteText writes the measures of a document as a table: the whole stored
// matrices, or all of them if some were asked for by label.
func WriteText(w io.Writer, d *Document, o TextOptions) error {
	rows := textRows(d)
	t := newTable(w)
	columns, left := textColumns(d, rows, o)
	header, note := table.Row{"matrix", "shape", "dtype"}, ""
	for _, c := range columns {
		header = append(header, c.name)
		if c.explain {
			note = nullNote + "\n"
		}
	}
	t.AppendHeader(header)
	for i, m := range rows {
		row := table.Row{terminal(d, m), ShapeText(m.Shape[:]), Safe(m.DType)}
		for _, c := range columns {
			row = append(row, c.cells[i])
		}
		t.AppendRow(row)
	}
	t.SetColumnConfigs(rightAligned(3, len(columns)))
	t.Render()
	if _, err := io.WriteString(w, note); err != nil {
		return err
	}
	return textNotes(w, d, rows, left)
}

// terminal is the label, with its model where there are several, and whether
// biases are a part of it.
func terminal(d *Document, m *Matrix) string {
	label := Safe(m.Label)
	if len(m.Biases) > 0 {
		label += " with biases"
	}
	if len(d.Models) > 1 {
		return Safe(m.Model) + " " + label
	}
	return label
}

func textRows(d *Document) []*Matrix {
	var rows []*Matrix
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Error == "" && (len(d.Options.Matrix) > 0 || m.Head == nil) {
			rows = append(rows, m)
		}
	}
	return rows
}

// textColumn is one measure of the rows shown.
type textColumn struct {
	name    string
	cells   []string
	explain bool // its cells hold more than values
}

// textColumns picks the measures to show and names those left out.
func textColumns(d *Document, rows []*Matrix, o TextOptions) (shown []textColumn, left []string) {
	room := o.Width
	const gap = 2 // between columns
	for _, column := range [][]string{labelsOf(d, rows), shapesOf(rows), {"dtype"}} {
		room -= widest(column) + gap
	}
	for _, info := range wanted(d.Metrics, o.Metrics) {
		c := textColumn{name: info.Name}
		c.cells, c.explain = measureCells(rows, info)
		room -= max(widest(c.cells), widest([]string{c.name})) + gap
		if o.Width > 0 && room < 0 && len(o.Metrics) == 0 {
			left = append(left, info.Name)
			continue
		}
		shown = append(shown, c)
	}
	return shown, left
}

func wanted(all []MetricInfo, names []string) []MetricInfo {
	if len(names) == 0 {
		return all
	}
	var infos []MetricInfo
	for _, n := range names {
		for _, m := range all {
			if m.Name == n {
				infos = append(infos, m)
			}
		}
	}
	return infos
}

func labelsOf(d *Document, rows []*Matrix) []string {
	cells := []string{"matrix"}
	for _, m := range rows {
		cells = append(cells, terminal(d, m))
	}
	return cells
}

func shapesOf(rows []*Matrix) []string {
	cells := []string{"shape"}
	for _, m := range rows {
		cells = append(cells, ShapeText(m.Shape[:]))
	}
	return cells
}

func widest(cells []string) int {
	width := 0
	for _, c := range cells {
		width = max(width, text.StringWidthWithoutEscSequences(c))
	}
	return width
}

// Short writes a number with four significant digits, as tables show it; an
// undefined one is a dash.
func Short(n Number) string {
	if !n.Defined() {
		return "–"
	}
	if v := float64(n); v == float64(int64(v)) && v < 1e6 && v > -1e6 {
		return strconv.FormatInt(int64(v), 10)
	}
	return strconv.FormatFloat(float64(n), 'g', 4, 64)
}

// newTable returns a table without rules, as a pipe or a page of a log wants it.
func newTable(w io.Writer) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	style := table.StyleLight
	style.Options = table.OptionsNoBordersAndSeparators
	style.Format.Header = text.FormatDefault
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	return t
}

// rightAligned configures n number columns behind the first `from` ones.
func rightAligned(from, n int) []table.ColumnConfig {
	var configs []table.ColumnConfig
	for i := range n {
		configs = append(configs, table.ColumnConfig{Number: from + i + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	return configs
}

// textNotes says what the table does not show, and what no table of weights can.
func textNotes(w io.Writer, d *Document, rows []*Matrix, left []string) error {
	notes := roleNotes(rows)
	shown := len(rows)
	if failed := len(d.Failed()); len(d.Matrices)-failed > shown {
		notes = append(notes, fmt.Sprintf("%d per-head parts and circuits are in the report, or shown with --matrix 'L*.W_OV.*'", len(d.Matrices)-failed-shown))
	}
	if note := alphaNote(rows); note != "" {
		notes = append(notes, note)
	}
	if len(left) > 0 {
		notes = append(notes, "too wide for this terminal: "+strings.Join(left, ", ")+" (see --metric)")
	}
	for _, n := range append(notes, d.notes()...) {
		if _, err := fmt.Fprintln(w, SafeProse(n)); err != nil {
			return err
		}
	}
	return nil
}

// roleNotes returns what must be said of some of the rows, once a role.
func roleNotes(rows []*Matrix) []string {
	var notes []string
	for _, m := range rows {
		if note := Safe(m.Role) + ": " + SafeProse(m.Note); m.Note != "" && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// WriteInspect writes a model's tensors and their fate as a table.
func WriteInspect(w io.Writer, m Model) error {
	if _, err := fmt.Fprintf(w, "%s: %s\n", Safe(m.Name), describeModel(m)); err != nil {
		return err
	}
	t := newTable(w)
	t.AppendHeader(table.Row{"tensor", "shape", "dtype", "fate", "label", "reason"})
	for _, x := range m.Tensors {
		t.AppendRow(table.Row{Safe(x.Name), ShapeText(x.Shape), Safe(x.DType), x.Fate, Safe(x.Role), Safe(x.Reason)})
	}
	t.Render()
	return nil
}

// describeModel names the family and the sizes that are known.
func describeModel(m Model) string {
	sizes := []struct {
		name  string
		value int
	}{
		{"n_layers", m.Config.NLayers}, {"d_model", m.Config.DModel}, {"n_heads", m.Config.NHeads},
		{"n_kv_heads", m.Config.NKVHeads}, {"d_head", m.Config.DHead}, {"d_mlp", m.Config.DMLP},
		{"d_vocab", m.Config.DVocab}, {"n_ctx", m.Config.NCtx},
	}
	parts := []string{"family " + m.Family}
	for _, s := range sizes {
		if s.value > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", s.name, s.value))
		}
	}
	return strings.Join(parts, ", ")
}

// WriteMetrics writes the definition of every measure and its value on noise
// of the given shapes, where structure is absent by construction.
func WriteMetrics(w io.Writer, noise []NoiseColumn) error {
	t := newTable(w)
	header := table.Row{"measure", "unit"}
	for _, n := range noise {
		header = append(header, "noise "+n.Title)
	}
	t.AppendHeader(append(header, "formula", "source"))
	for _, m := range MetricInfos() {
		row := table.Row{m.Name, m.Unit}
		for _, n := range noise {
			row = append(row, Short(n.Values[m.Name]))
		}
		t.AppendRow(append(row, m.Formula, m.Ref))
	}
	t.SetColumnConfigs(rightAligned(2, len(noise)))
	t.Render()
	return nil
}
