package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// WriteJSON writes the document as report.json holds it: one matrix, metric or warning a line,
// so that tools which read by line can cut it.
func WriteJSON(w io.Writer, d *Document) error { return writeJSON(w, d) }

func writeJSON(w io.Writer, d any) error {
	b, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("report.json: %w", err)
	}
	_, err = w.Write(breakLines(b))
	return err
}

// breakLines puts a line break behind every comma between the members of the
// document and between the elements of its lists. Deeper values stay on one line.
func breakLines(compact []byte) []byte {
	const members, elements = 1, 2 // depths at which lines break
	var out bytes.Buffer
	depth, quoted := 0, false
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		out.WriteByte(c)
		switch {
		case quoted && c == '\\': // the next byte is escaped
			i++
			out.WriteByte(compact[i])
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && (depth == members || depth == elements):
			out.WriteByte('\n')
		}
	}
	out.WriteByte('\n')
	return out.Bytes()
}

// Read reads a report.json and checks that it is one.
func Read(r io.Reader) (*Document, error) {
	var d Document
	if err := json.NewDecoder(r).Decode(&d); err != nil {
		return nil, &SchemaError{Reason: err.Error()}
	}
	if d.Schema != Schema {
		return nil, &SchemaError{Reason: fmt.Sprintf("schema is %q, not %q", d.Schema, Schema)}
	}
	return &d, nil
}

// SchemaError says that a file is not a report this program can read.
type SchemaError struct{ Reason string }

// Error gives the reason.
func (e *SchemaError) Error() string { return "not a wspec report: " + strings.TrimSpace(e.Reason) }
