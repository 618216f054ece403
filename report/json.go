package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteJSON writes the document as report.json holds it: one matrix, metric or warning a line,
// so that tools which read by line can cut it. The text is never held whole.
func WriteJSON(w io.Writer, d *Document) error {
	frame := *d
	frame.Matrices = []Matrix{}
	return writeJSON(w, frame, d.Matrices)
}

// writeJSON writes a document whose list of matrices, if it has one, is empty,
// with the matrices put into it.
func writeJSON(w io.Writer, frame any, matrices []Matrix) error {
	b, err := json.Marshal(frame)
	if err != nil {
		return fmt.Errorf("report.json: %w", err)
	}
	const list = `"matrices":[` // in a string the quotes would be escaped
	head, tail, found := strings.Cut(string(b), list)
	out := &lineBreaker{w: bufio.NewWriter(w)}
	out.write(head)
	if found {
		out.write(list)
	}
	for i := range matrices {
		if b, err = json.Marshal(&matrices[i]); err != nil {
			return fmt.Errorf("report.json: %w", err)
		}
		if i > 0 {
			out.write(",")
		}
		out.write(string(b))
	}
	out.write(tail + "\n")
	return out.w.Flush() // with the first error of all
}

// lineBreaker writes compact JSON with a line break behind every comma between
// the members of the document and between the elements of its lists. Deeper
// values stay on one line.
type lineBreaker struct {
	w       *bufio.Writer
	depth   int
	quoted  bool
	escaped bool // the next byte is
}

func (l *lineBreaker) write(compact string) {
	const members, elements = 1, 2 // depths at which lines break
	from := 0
	for i := range len(compact) {
		c := compact[i]
		switch {
		case l.escaped:
			l.escaped = false
		case c == '"':
			l.quoted = !l.quoted
		case l.quoted:
			l.escaped = c == '\\'
		case c == '{' || c == '[':
			l.depth++
		case c == '}' || c == ']':
			l.depth--
		case c == ',' && (l.depth == members || l.depth == elements):
			_, _ = l.w.WriteString(compact[from : i+1])
			_ = l.w.WriteByte('\n')
			from = i + 1
		}
	}
	_, _ = l.w.WriteString(compact[from:])
}
