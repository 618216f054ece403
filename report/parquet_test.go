package report

import (
	"bytes"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// parquetOf returns a table as it reads back, a cell a text as CSV has it, and
// the kinds of its columns.
func parquetOf(t *testing.T, b []byte) (cells [][]string, kinds []parquet.Kind) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var header []string
	for _, c := range f.Root().Columns() {
		header, kinds = append(header, c.Name()), append(kinds, c.Type().Kind())
	}
	cells = [][]string{header}
	for _, g := range f.RowGroups() {
		r := g.Rows()
		defer r.Close()
		batch := make([]parquet.Row, 100)
		for n := 1; n > 0; {
			if n, err = r.ReadRows(batch); err != nil && err != io.EOF {
				t.Fatal(err)
			}
			for _, row := range batch[:n] {
				line := make([]string, len(header))
				for _, v := range row {
					line[v.Column()] = parquetText(v)
				}
				cells = append(cells, line)
			}
		}
	}
	return cells, kinds
}

func parquetText(v parquet.Value) string {
	switch {
	case v.IsNull():
		return ""
	case v.Kind() == parquet.Double:
		return Number(v.Double()).String()
	case v.Kind() == parquet.Int64:
		return strconv.FormatInt(v.Int64(), 10)
	case v.Kind() == parquet.Boolean:
		return strconv.FormatBool(v.Boolean())
	}
	return cell(string(v.ByteArray()))
}

// TestParquetIsCSV: each table holds what its CSV does, in the same columns of
// which none is text that could be a number.
func TestParquetIsCSV(t *testing.T) {
	d := directed()
	d.Matrices[0].Map = &LinearMap{}
	d.Options.Maps = true
	c := sampleComparison()
	c.Pairs[0].Changes[0].Error = ""
	for name, tables := range map[string][2]func() ([]file, error){
		"document":   {func() ([]file, error) { return parquetFiles(d) }, func() ([]file, error) { return csvFiles(d) }},
		"comparison": {func() ([]file, error) { return comparedParquet(c) }, func() ([]file, error) { return comparedCSV(c) }},
	} {
		got, err := tables[0]()
		if err != nil {
			t.Fatal(err)
		}
		want, err := tables[1]()
		if err != nil || len(got) != len(want) {
			t.Fatalf("%s: %d files, %d in CSV (%v)", name, len(got), len(want), err)
		}
		for i := range got {
			compareTables(t, got[i], want[i])
		}
	}
}

func compareTables(t *testing.T, got, want file) {
	t.Helper()
	var p, again, c bytes.Buffer
	for b, f := range map[*bytes.Buffer]file{&p: got, &again: got, &c: want} {
		if err := f.write(b); err != nil {
			t.Fatalf("%s: %v", f.path, err)
		}
	}
	if !bytes.Equal(p.Bytes(), again.Bytes()) {
		t.Errorf("%s: written twice, it differs", got.path)
	}
	rows, err := csv.NewReader(&c).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cells, kinds := parquetOf(t, p.Bytes())
	if len(cells) != len(rows) {
		t.Fatalf("%s has %d rows, CSV %d", got.path, len(cells), len(rows))
	}
	for i, row := range rows {
		if g, w := strings.Join(cells[i], "|"), strings.Join(row, "|"); g != w {
			t.Errorf("%s, row %d:\n%s, in CSV\n%s", got.path, i, g, w)
		}
	}
	for j, name := range rows[0] {
		for _, row := range rows[1:] {
			if _, err := strconv.ParseFloat(row[j], 64); err == nil && kinds[j] == parquet.ByteArray && name != "shape" {
				t.Errorf("%s: column %s is text and holds %s", got.path, name, row[j])
			}
		}
	}
}

// TestParquetText is exact where CSV is made harmless.
func TestParquetText(t *testing.T) {
	var b bytes.Buffer
	if err := writeTensors(newParquet(Tool{})(&b), sample()); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]parquet.Row, 2)
	r := f.RowGroups()[0].Rows()
	defer r.Close()
	if _, err := r.ReadRows(rows); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if name, reason := string(rows[0][0].ByteArray()), string(rows[1][6].ByteArray()); name != `=cmd("x")` || reason != "no \u202edimensions" {
		t.Errorf("names are %q and %q", name, reason)
	}
	if got := f.Metadata().CreatedBy; got != "wspec version " {
		t.Errorf("made by %q", got)
	}
}

// TestParquetColumns: names that repeat, or that the format cannot have, are
// changed, and rows of another width refused.
func TestParquetColumns(t *testing.T) {
	var b bytes.Buffer
	s := newParquet(Tool{})(&b)
	if err := s.begin([]column{{"a,b", isReal}, {"x", isText}, {"X", isWhole}}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]entry{{real(1)}, {real(1), whole(2), whole(3)}} {
		if err := s.row(bad); err == nil {
			t.Errorf("%v is taken", bad)
		}
	}
	if err := s.row([]entry{real(1), words("w"), {}}); err != nil {
		t.Fatal(err)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	cells, _ := parquetOf(t, b.Bytes())
	if got := strings.Join(cells[0], "|") + " " + strings.Join(cells[1], "|"); got != "a_b|x|X-2 1|w|" {
		t.Errorf("got %s", got)
	}
}

// TestParquetStreams: rows are written group by group, not held to the end.
func TestParquetStreams(t *testing.T) {
	const groups = 3
	var out bytes.Buffer
	s := newParquet(Tool{})(&out)
	if err := s.begin(fields(isReal, "a", "b")); err != nil {
		t.Fatal(err)
	}
	for i := range groups*rowGroup + rowBatch {
		if err := s.row([]entry{real(Number(i) / 3), real(7)}); err != nil {
			t.Fatal(err)
		}
	}
	// Of the first column a number takes a byte at the very least.
	if n := out.Len(); n < groups*rowGroup {
		t.Errorf("after %d groups %d bytes are written", groups, n)
	}
	if err := s.end(); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.RowGroups()); n != groups+1 {
		t.Errorf("%d groups, want %d", n, groups+1)
	}
}
