package report

import (
	"io"
	"strconv"
)

// Tables for machines are rows of typed entries, which a sink writes as CSV or
// as Parquet: both have the same columns.

// entryKind is what a column holds.
type entryKind uint8

const (
	isText entryKind = iota
	isWhole
	isReal
	isTruth
)

// column is the name and kind of a column.
type column struct {
	name string
	kind entryKind
}

// fields are columns of one kind.
func fields(kind entryKind, names ...string) []column {
	out := make([]column, len(names))
	for i, name := range names {
		out[i] = column{name, kind}
	}
	return out
}

// metricColumns are those of measures.
func metricColumns(infos []MetricInfo) []column {
	var out []column
	for _, m := range infos {
		out = append(out, column{m.Name, isReal})
	}
	return out
}

// entry is one value of a table; the zero entry is nothing, whatever the kind
// of its column.
type entry struct {
	kind  entryKind
	full  bool // there is a value
	text  string
	whole int64 // also a truth, 1 or 0
	real  Number
}

// words is a text; an empty one is nothing.
func words(s string) entry { return entry{kind: isText, full: s != "", text: s} }

// whole is a number of things.
func whole(n int) entry { return entry{kind: isWhole, full: true, whole: int64(n)} }

// wholeAt is *n, nothing for nil.
func wholeAt(n *int) entry {
	if n == nil {
		return entry{}
	}
	return whole(*n)
}

// real is a measured number, nothing where it is undefined.
func real(n Number) entry {
	if !n.Defined() {
		return entry{}
	}
	return entry{kind: isReal, full: true, real: n}
}

// flag is true or false.
func flag(b bool) entry { return entry{kind: isTruth, full: true, whole: int64(truth(b))} }

// sink is where the rows of one table go.
type sink interface {
	begin(columns []column) error
	row(entries []entry) error
	end() error
}

// rows writes one table to a sink and keeps the first error.
type rows struct {
	out   sink
	model bool // a last column names the model
	err   error
	line  []entry // the row before, whose memory may serve the next one
}

// newRows begins a table about d.
func newRows(out sink, d *Document, columns ...[]column) *rows {
	r := &rows{out: out, model: len(d.Models) > 1}
	var all []column
	for _, c := range columns {
		all = append(all, c...)
	}
	if r.model {
		all = append(all, column{"model", isText})
	}
	r.err = out.begin(all)
	return r
}

func (r *rows) row(model string, entries ...entry) {
	if r.model {
		entries = append(entries, words(model))
	}
	if r.line = entries; r.err == nil {
		r.err = r.out.row(entries)
	}
}

func (r *rows) close() error {
	if r.err != nil {
		return r.err
	}
	return r.out.end()
}

// csvSink writes CSV: text harmless in a spreadsheet, numbers as shortest
// decimals, nothing for nothing.
type csvSink struct {
	w     io.Writer
	sheet *sheet
	last  []entry  // of the row before
	cells [][]byte // as text: directions repeat most of theirs
}

func newCSV(w io.Writer) sink { return &csvSink{w: w} }

func (s *csvSink) begin(columns []column) error {
	var names []string
	for _, c := range columns {
		names = append(names, cell(c.name))
	}
	s.last, s.cells = make([]entry, len(columns)), make([][]byte, len(columns))
	s.sheet = newSheet(s.w, names...)
	return nil
}

func (s *csvSink) row(entries []entry) error {
	line := s.sheet.line[:0]
	for i := range entries {
		if e := &entries[i]; *e != s.last[i] {
			s.last[i], s.cells[i] = *e, e.csv(s.cells[i][:0])
		}
		if i > 0 {
			line = append(line, ',')
		}
		line = append(line, s.cells[i]...)
	}
	s.sheet.put(line)
	return nil
}

func (s *csvSink) end() error { return s.sheet.close() }

// csv appends an entry as a cell.
func (e *entry) csv(to []byte) []byte {
	switch {
	case !e.full:
		return to
	case e.kind == isText:
		return appendCells(to, cell(e.text))
	case e.kind == isWhole:
		return strconv.AppendInt(to, e.whole, 10)
	case e.kind == isTruth:
		return strconv.AppendBool(to, e.whole == 1)
	}
	return e.real.append(to)
}
