package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"
)

func csvOf(t *testing.T, write func(sink, *Document) error, d *Document) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := write(newCSV(&b), d); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestMetricsCSV has one row a matrix; what is undefined is empty.
func TestMetricsCSV(t *testing.T) {
	rows := csvOf(t, writeMetrics, sample())
	if len(rows) != 5 {
		t.Fatalf("%d rows, want a header and 4 matrices", len(rows))
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	check := func(row int, name, want string) {
		t.Helper()
		if got := rows[row][column[name]]; got != want {
			t.Errorf("row %d, %s is %q, want %q", row, name, got, want)
		}
	}
	check(1, "label", "L0.W_Q")
	check(1, "layer", "0")
	check(1, "head", "")
	check(1, "effective_rank", "1.8898815748423097")
	check(1, "floor_dtype", "1e-7")
	check(2, "head", "1")
	check(3, "spectral_norm", "") // infinite
	check(4, "spectral_norm", "") // failed
	check(4, "error", "NaN at row 3, column 4")
	check(1, "null_kind", "iid")
	check(1, "null_draws", "256")
	check(1, "effective_rank_null_mean", "2.5")
	check(1, "effective_rank_null_sd", "0.05")
	check(1, "effective_rank_z", "-12.25")
	check(1, "spectral_norm_z", "") // all draws equal
	check(4, "null_draws", "")
}

// TestSpectraCSV counts σ from 0 within each matrix.
func TestSpectraCSV(t *testing.T) {
	rows := csvOf(t, writeSpectra, sample())
	want := "label,index,sigma;L0.W_Q,0,2;L0.W_Q,1,1;L0.W_Q.H1,0,2"
	var got []string
	for _, r := range rows[:4] {
		got = append(got, strings.Join(r, ","))
	}
	if strings.Join(got, ";") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// TestTensorsCSV makes names from a file harmless in a spreadsheet.
func TestTensorsCSV(t *testing.T) {
	rows := csvOf(t, writeTensors, sample())
	if got, want := rows[1][0], `'=cmd("x")`; got != want {
		t.Errorf("a formula is written as %q, want %q", got, want)
	}
	if got := rows[2][6]; strings.ContainsRune(got, '\u202e') {
		t.Errorf("a bidi mark survives in %q", got)
	}
	if got := rows[2][3]; got != "scalar" {
		t.Errorf("the shape of a scalar is %q", got)
	}
}

// TestModelColumn appears only where labels alone would be ambiguous.
func TestModelColumn(t *testing.T) {
	d := sample()
	d.Models = append(d.Models, Model{Name: "other"})
	for _, write := range []func(sink, *Document) error{writeMetrics, writeSpectra, writeTensors} {
		one, two := csvOf(t, write, sample())[0], csvOf(t, write, d)[0]
		if last := two[len(two)-1]; last != "model" || len(two) != len(one)+1 {
			t.Errorf("with two models the header is %v, with one %v", two, one)
		}
	}
}
