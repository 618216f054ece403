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
	w     *bufio.Writer
	line  []byte
	model bool // a last column names the model
}

func newSheet(w io.Writer, d *Document, header ...string) *sheet {
	s := &sheet{w: bufio.NewWriter(w), model: len(d.Models) > 1}
	if s.model {
		header = append(header, "model")
	}
	s.put(appendCells(s.line, header...))
	return s
}

func (s *sheet) row(model string, cells ...string) {
	s.put(s.ended(appendCells(s.line[:0], cells...), model))
}

// ended adds the last cell of a row, if there is one more.
func (s *sheet) ended(line []byte, model string) []byte {
	if s.model {
		return appendCells(append(line, ','), cell(model))
	}
	return line
}

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

func cellIndex(i *int) string {
	if i == nil {
		return ""
	}
	return strconv.Itoa(*i)
}

// writeMetricsCSV writes one row a matrix: what it is, every measure, then the
// null of each.
func writeMetricsCSV(w io.Writer, d *Document) error {
	header := []string{"label", "role", "layer", "head", "kind", "d_in", "d_out", "dtype"}
	for _, m := range d.Metrics {
		header = append(header, m.Name)
	}
	header = append(header, "floor_dtype", "floor_method", "method", "error")
	s := newSheet(w, d, append(header, nullHeader(d)...)...)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		row := []string{cell(m.Label), cell(m.Role), cellIndex(m.Layer), cellIndex(m.Head), kindCell(m),
			strconv.Itoa(m.Shape[0]), strconv.Itoa(m.Shape[1]), cell(m.DType)}
		for _, info := range d.Metrics {
			row = append(row, metric(m, info.Name).String())
		}
		row = append(row, m.Floor.DType.String(), m.Floor.Method.String(), m.Certificate.Method, cell(m.Error))
		s.row(m.Model, append(row, nullCells(d, m)...)...)
	}
	return s.close()
}

// kindCell is a matrix's kind, which tells a circuit with biases from one without.
func kindCell(m *Matrix) string {
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

// writeSpectraCSV writes one row a singular value; index 0 is the largest.
func writeSpectraCSV(w io.Writer, d *Document) error {
	s := newSheet(w, d, "label", "index", "sigma")
	for i := range d.Matrices {
		m := &d.Matrices[i]
		label := cell(m.Label)
		for k, sigma := range m.Sigma {
			s.row(m.Model, label, strconv.Itoa(k), sigma.String())
		}
	}
	return s.close()
}

// writeTensorsCSV writes one row a tensor of the files and its fate.
func writeTensorsCSV(w io.Writer, d *Document) error {
	s := newSheet(w, d, "name", "label", "dtype", "shape", "file", "fate", "reason")
	for _, m := range d.Models {
		for _, t := range m.Tensors {
			s.row(m.Name, cell(t.Name), cell(t.Role), cell(t.DType), ShapeText(t.Shape), cell(t.File), t.Fate, cell(t.Reason))
		}
	}
	return s.close()
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
