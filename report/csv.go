package report

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sheet is a CSV file (RFC 4180, lines end in \n) in the making: cells that come
// from a file's content are made harmless, numbers are shortest decimals.
type sheet struct {
	w    *bufio.Writer
	line []byte
}

func newSheet(w io.Writer, header ...string) *sheet {
	s := &sheet{w: bufio.NewWriter(w)}
	s.row(header...)
	return s
}

func (s *sheet) row(cells ...string) { s.put(appendCells(s.line[:0], cells...)) }

// put writes a line, whose memory serves the next one.
func (s *sheet) put(line []byte) {
	s.line = append(line, '\n')
	_, _ = s.w.Write(s.line) // the writer keeps the first error for Flush
}

func (s *sheet) close() error { return s.w.Flush() }

// appendCells adds cells to a line, with commas between them, in quotes where
// they need them.
func appendCells(line []byte, cells ...string) []byte {
	for i, c := range cells {
		if i > 0 {
			line = append(line, ',')
		}
		if !quoted(c) {
			line = append(line, c...)
			continue
		}
		line = append(append(append(line, '"'), strings.ReplaceAll(c, `"`, `""`)...), '"')
	}
	return line
}

// quoted reports whether a cell is put in quotes, as encoding/csv does: what
// would end it, a space in front, and the line that ends a PostgreSQL import.
func quoted(c string) bool {
	if c == "" {
		return false
	}
	if c == `\.` || strings.ContainsAny(c, ",\"\r\n") {
		return true
	}
	first, _ := utf8.DecodeRuneInString(c)
	return unicode.IsSpace(first)
}

// cell makes text from a file safe in a spreadsheet: nothing invisible, and
// no first character that starts a formula.
func cell(text string) string {
	text = Safe(text)
	if text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
		return "'" + text
	}
	return text
}

// writeMetrics writes one row a matrix: what it is, every measure, then the
// null of each.
func writeMetrics(out sink, d *Document) error {
	r := newRows(out, d, fields(isText, "label", "role"), fields(isWhole, "layer", "head"), fields(isText, "kind"), fields(isWhole, "d_in", "d_out"), fields(isText, "dtype"),
		metricColumns(d.Metrics), fields(isReal, "floor_dtype", "floor_method"), fields(isText, "method", "error"), nullHeader(d))
	for i := range d.Matrices {
		m := &d.Matrices[i]
		row := []entry{words(m.Label), words(m.Role), wholeAt(m.Layer), wholeAt(m.Head), words(kindText(m)), whole(m.Shape[0]), whole(m.Shape[1]), words(m.DType)}
		for _, info := range d.Metrics {
			row = append(row, real(metric(m, info.Name)))
		}
		row = append(row, real(m.Floor.DType), real(m.Floor.Method), words(m.Certificate.Method), words(m.Error))
		r.row(m.Model, append(row, nullEntries(d, m)...)...)
	}
	return r.close()
}

// kindText is a matrix's kind, which tells a circuit with biases from one without.
func kindText(m *Matrix) string {
	if len(m.Biases) > 0 {
		return m.Kind + " with biases"
	}
	return m.Kind
}

// metric returns a measure of m, undefined where it has none.
func metric(m *Matrix, name string) Number {
	if v, ok := m.Metrics[name]; ok {
		return v
	}
	return Undefined()
}

// writeSpectra writes one row a singular value; index 0 is the largest.
func writeSpectra(out sink, d *Document) error {
	r := newRows(out, d, fields(isText, "label"), fields(isWhole, "index"), fields(isReal, "sigma"))
	for i := range d.Matrices {
		m := &d.Matrices[i]
		for k, sigma := range m.Sigma {
			r.row(m.Model, words(m.Label), whole(k), real(sigma))
		}
	}
	return r.close()
}

// writeTensors writes one row a tensor of the files and its fate.
func writeTensors(out sink, d *Document) error {
	r := newRows(out, d, fields(isText, "name", "label", "dtype", "shape", "file", "fate", "reason"))
	for _, m := range d.Models {
		for _, t := range m.Tensors {
			r.row(m.Name, words(t.Name), words(t.Role), words(t.DType), words(ShapeText(t.Shape)), words(t.File), words(t.Fate), words(t.Reason))
		}
	}
	return r.close()
}

// ShapeText writes a shape as "768×3072"; a scalar is "scalar".
func ShapeText(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	return strings.Join(parts, "×")
}
