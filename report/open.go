package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Report is what a report.json holds: one of the two, the other is nil.
type Report struct {
	Document   *Document
	Comparison *Comparison
}

// Open reads the report at path, a report folder or a report.json, and checks
// that nothing in it contradicts itself: every index, layer and list is fit
// for the renderers, which draw what [Analyze] and [Compare] made and what was
// read alike, to the byte. The error is a *SchemaError.
func Open(path string) (*Report, error) {
	file := path
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		file = filepath.Join(path, reportName)
	}
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) && file != path {
		return nil, &SchemaError{Path: path, Reason: "it holds no " + reportName}
	}
	if err != nil {
		return nil, &SchemaError{Path: path, Reason: reason(err)}
	}
	defer f.Close()
	r, err := Read(f)
	var schema *SchemaError
	if errors.As(err, &schema) {
		schema.Path = path
	}
	return r, err
}

// reportName is the file that a report folder is known by.
const reportName = "report.json"

// Read is [Open] for a report.json in hand. Text that follows the report, names
// given twice and bytes that are not UTF-8 are errors; members that this
// version does not know are passed over, since a later one may add some.
// Memory is bounded by the size of the file.
func Read(f io.ReadSeeker) (*Report, error) {
	schema, err := schemaOf(f)
	if err != nil {
		return nil, malformed(err)
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return nil, malformed(err)
	}
	r, whole := &Report{}, json.WithUnmarshalers(wholeElements())
	switch schema {
	case Schema:
		r.Document = new(Document)
		if err = json.UnmarshalRead(f, r.Document, whole); err == nil {
			err = r.Document.check()
		}
	case CompareSchema:
		r.Comparison = new(Comparison)
		if err = json.UnmarshalRead(f, r.Comparison, whole); err == nil {
			err = r.Comparison.check()
		}
	default:
		return nil, &SchemaError{Reason: fmt.Sprintf("its schema is %q", schema)}
	}
	if err != nil {
		return nil, malformed(err)
	}
	return r, nil
}

// wholeElements refuse elements of lists with so few members that they cannot
// be ours. Without them a list of {} would take two hundred times its text in
// memory.
func wholeElements() *json.Unmarshalers {
	leaves := json.JoinUnmarshalers(wholeElement[Scored](nil), wholeElement[Tensor](nil), wholeElement[Composition](nil), wholeElement[Copying](nil))
	directions := json.JoinUnmarshalers(leaves, wholeElement[Direction](leaves))
	return json.JoinUnmarshalers(directions, wholeElement[Matrix](directions), wholeElement[Change](directions), wholeElement[Model](leaves))
}

// wholeElement reads a T, whose own members are read with inner, and refuses one
// of less than half the text of an empty T.
func wholeElement[T any](inner *json.Unmarshalers) *json.Unmarshalers {
	empty, _ := json.Marshal(new(T)) // plain data: it cannot fail
	return json.UnmarshalFromFunc(func(d *jsontext.Decoder, x *T) error {
		from := d.InputOffset()
		if err := json.UnmarshalDecode(d, x, json.WithUnmarshalers(inner)); err != nil {
			return err
		}
		if d.InputOffset()-from < int64(len(empty))/2 {
			return fmt.Errorf("an element before byte %d says next to nothing", d.InputOffset())
		}
		return nil
	})
}

// schemaOf returns the member "schema" of the object in r, which every report
// of ours begins with.
func schemaOf(r io.Reader) (string, error) {
	d := jsontext.NewDecoder(r)
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return "", errors.Join(errors.New("it is no JSON object"), err)
	}
	for {
		name, err := d.ReadToken()
		if err != nil {
			return "", err
		}
		if name.Kind() != '"' {
			return "", errors.New("it says no schema")
		}
		if name.String() != "schema" {
			if err := d.SkipValue(); err != nil {
				return "", err
			}
			continue
		}
		value, err := d.ReadToken()
		if err == nil && value.Kind() != '"' {
			err = errors.New("its schema is no text")
		}
		return value.String(), err
	}
}

func malformed(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	return &SchemaError{Reason: SafeProse(strings.TrimPrefix(text, "json: "))}
}

// SchemaError says that something is not a report this program can read.
type SchemaError struct{ Path, Reason string }

// Error gives the reason.
func (e *SchemaError) Error() string {
	if e.Path == "" {
		return "not a wspec report: " + e.Reason
	}
	return fmt.Sprintf("%s is not a wspec report: %s", e.Path, e.Reason)
}

// Hint says what is.
func (e *SchemaError) Hint() string {
	return fmt.Sprintf("give a folder written by wspec analyze or compare, or its %s; this version reads %s and %s", reportName, Schema, CompareSchema)
}

// WriteJSON writes the report as report.json holds it: what [Open] read comes
// out as it was, to the byte.
func (r *Report) WriteJSON(w io.Writer) error {
	if r.Comparison != nil {
		return WriteComparisonJSON(w, r.Comparison)
	}
	return WriteJSON(w, r.Document)
}

// files lists what a format writes for the report, nothing where it has
// nothing to say about one of its kind.
func (r *Report) files(f Format) ([]file, error) {
	switch {
	case r.Document != nil:
		return f.files(r.Document)
	case f.compared != nil:
		return f.compared(r.Comparison)
	}
	return nil, nil
}
