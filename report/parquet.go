package report

import (
	"errors"
	"io"
	"strings"

	"github.com/parquet-go/parquet-go"
)

// This file alone knows the Parquet library, which is half of the binary.

// parquetFiles are the tables of a document as Parquet.
func parquetFiles(d *Document) ([]file, error) {
	return tableFiles(documentTables(d), d, ".parquet", newParquet(d.Tool)), nil
}

// comparedParquet are those of a comparison.
func comparedParquet(c *Comparison) ([]file, error) {
	return tableFiles(comparisonTables(c), c, ".parquet", newParquet(c.Tool)), nil
}

const (
	// rowGroup rows are held in memory before they are written, some 15 MB of
	// the widest table: readers want large groups, and skip by group.
	rowGroup = 1 << 16
	// rowBatch rows are handed over at a time.
	rowBatch = 256
	// mostDictionary is the bytes of distinct values that a column may repeat by
	// number; columns of more are written plainly.
	mostDictionary = 1 << 18
)

// parquetSink writes the rows of a table as Parquet. What is empty in CSV is
// null; text is exact, as in report.json: a data frame is no spreadsheet.
type parquetSink struct {
	to    io.Writer
	tool  Tool
	w     *parquet.GenericWriter[any]
	kinds []entryKind
	batch []parquet.Row
}

// newParquet returns what makes sinks for the tables of a report by tool. The
// same rows give the same bytes.
func newParquet(tool Tool) func(io.Writer) sink {
	return func(w io.Writer) sink { return &parquetSink{to: w, tool: tool} }
}

// tableSchema is a group whose fields keep their order, which that of the
// library sorts by name.
type tableSchema struct {
	parquet.Group
	names []string
}

// Fields returns the columns from left to right.
func (t tableSchema) Fields() []parquet.Field {
	at := map[string]parquet.Field{}
	for _, f := range t.Group.Fields() {
		at[f.Name()] = f
	}
	var list []parquet.Field
	for _, name := range t.names {
		list = append(list, at[name])
	}
	return list
}

func (s *parquetSink) begin(columns []column) error {
	t, names := tableSchema{Group: parquet.Group{}}, nameSet{}
	for _, c := range columns {
		name := names.unique(c.name)
		t.names, s.kinds = append(t.names, name), append(s.kinds, c.kind)
		t.Group[name] = parquet.Optional(parquetNode(c.kind))
	}
	s.w = parquet.NewGenericWriter[any](s.to, parquet.NewSchema("table", t), &parquet.WriterConfig{
		CreatedBy: "wspec version " + Safe(s.tool.Version), Compression: &parquet.Snappy, // the codec that every reader has
		MaxRowsPerRowGroup: rowGroup, DictionaryMaxBytes: mostDictionary,
	})
	return nil
}

// parquetNode is how a column of a kind is stored.
func parquetNode(kind entryKind) parquet.Node {
	switch kind {
	case isText:
		return parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
	case isWhole:
		return parquet.Encoded(parquet.Int(64), &parquet.RLEDictionary)
	case isReal:
		return parquet.Encoded(parquet.Leaf(parquet.DoubleType), &parquet.RLEDictionary)
	}
	return parquet.Leaf(parquet.BooleanType)
}

// errColumns is for a programmer: rows do not fit their header.
var errColumns = errors.New("report: a row has other columns than its table")

func (s *parquetSink) row(entries []entry) error {
	if len(entries) != len(s.kinds) {
		return errColumns
	}
	row := make(parquet.Row, len(entries))
	for i, e := range entries {
		if e.full && e.kind != s.kinds[i] {
			return errColumns
		}
		row[i] = e.parquet(i)
	}
	if s.batch = append(s.batch, row); len(s.batch) < rowBatch {
		return nil
	}
	return s.flush()
}

// parquet is the entry as a value of column i.
func (e entry) parquet(i int) parquet.Value {
	var v parquet.Value
	switch {
	case !e.full:
		return v.Level(0, 0, i)
	case e.kind == isText:
		v = parquet.ByteArrayValue([]byte(strings.ToValidUTF8(e.text, "\ufffd")))
	case e.kind == isWhole:
		v = parquet.Int64Value(e.whole)
	case e.kind == isTruth:
		v = parquet.BooleanValue(e.whole == 1)
	default:
		v = parquet.DoubleValue(float64(e.real))
	}
	return v.Level(0, 1, i)
}

func (s *parquetSink) flush() error {
	_, err := s.w.WriteRows(s.batch)
	s.batch = s.batch[:0]
	return err
}

func (s *parquetSink) end() error { return errors.Join(s.flush(), s.w.Close()) }
