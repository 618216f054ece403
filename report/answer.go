package report

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"runtime"
	"strconv"

	"wspec/report/ink"
	"wspec/spectra"
)

// Answer is what a command found out about one question, ready to be drawn: by
// [WriteAnswer] on a terminal, by [WriteAnswerJSON], and by [WriteAnswerFolder]
// as a page, CSV files and figures. It is plain data; names are fixed, titles
// are for people.
type Answer struct {
	Schema   string    `json:"schema"` // [AnswerSchema] of the command
	Tool     Tool      `json:"tool"`
	Options  any       `json:"options"` // a struct: all that changes what the answer says, and nothing else
	Warnings []Warning `json:"warnings"`
	Notes    []string  `json:"notes"` // sentences that hold for all of it, [Boundary] first
	Title    string    `json:"title"`
	Sentence string    `json:"answer"` // the answer in one sentence
	Facts    []Fact    `json:"facts"`
	Tables   []Table   `json:"tables"`
	Figures  []Figure  `json:"figures"`

	charts []answerChart
}

// Cell is one value of a table: a [Number], an int, a string, a bool, or nil
// where there is none.
type Cell any

// Fact is one value with its name, beside what noise or rounding alone gives.
type Fact struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Value  Cell     `json:"value"`
	Beside []Beside `json:"beside"` // such as the mean and deviation of a null, or a floor
}

// Beside is a value to hold another one against.
type Beside struct {
	Name  string `json:"name"` // such as "chance_mean"
	Title string `json:"title"`
	Value Cell   `json:"value"`
}

// Table is rows of typed cells. Its CSV file is Name.csv.
type Table struct {
	Name    string   `json:"name"` // a file's name: letters, digits, _ and -
	Title   string   `json:"title"`
	Columns []Column `json:"columns"`
	Rows    [][]Cell `json:"rows"` // in JSON objects, by the names of the columns
	// Most is the number of rows that a terminal shows, 0 for all and −1 for
	// none: the rest is in the file.
	Most int `json:"-"`
}

// Column says what stands in the same place of each row.
type Column struct {
	Name  string `json:"name"`
	Title string `json:"title"` // as short as a terminal needs
	Doc   string `json:"doc"`   // what it is, with its range and unit, in a sentence; may be empty
}

// answerChart is a figure, what it shows in words, and the table of its numbers.
type answerChart struct {
	ink.Chart
	alt   string
	table string // its name
}

// AnswerSchema names the layout of a command's answer.
func AnswerSchema(command string) string { return "wspec." + command + "/1" }

// newAnswer returns the answer of a command, without findings.
func newAnswer(command, version string, options any) *Answer {
	return &Answer{
		Schema: AnswerSchema(command), Options: options, Warnings: []Warning{}, Notes: []string{Boundary},
		Tool:  Tool{Version: cmp.Or(version, "dev"), Go: runtime.Version(), Kernel: spectra.Kernel()},
		Facts: []Fact{}, Tables: []Table{}, Figures: []Figure{},
	}
}

// warn adds a warning.
func (a *Answer) warn(code, format string, args ...any) {
	a.Warnings = append(a.Warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}

// fact adds a fact.
func (a *Answer) fact(name, title string, value Cell, beside ...Beside) {
	a.Facts = append(a.Facts, Fact{name, title, value, append([]Beside{}, beside...)})
}

// chance is what a null gives for a value: mean and deviation of its draws, and
// how far from them the value is.
// Draws that differ by rounding alone have no deviation.
func chance(mean, sd, z float64) []Beside {
	const rounding = 1e-10 // of the mean: 1e6 ulps, the error of the longest sums
	if sd <= rounding*math.Abs(mean) {
		sd, z = 0, math.NaN()
	}
	return []Beside{
		{"chance_mean", "chance", Number(mean)}, {"chance_sd", "±", Number(sd)}, {"z", "z", Number(z)},
	}
}

// floor is the size below which a value means nothing.
func floor(v float64) Beside { return Beside{"floor", "floor", Number(v)} }

// MarshalJSON writes each row as an object in the order of the columns.
func (t Table) MarshalJSON() ([]byte, error) {
	type plain Table // without this method
	p := plain(t)
	p.Rows = [][]Cell{}
	frame, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Write(bytes.TrimSuffix(frame, []byte("]}"))) // rows are last
	for i, row := range t.Rows {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := t.marshalRow(&b, row); err != nil {
			return nil, err
		}
	}
	b.WriteString("]}")
	return b.Bytes(), nil
}

func (t *Table) marshalRow(b *bytes.Buffer, row []Cell) error {
	for j, c := range t.Columns {
		name, err := json.Marshal(c.Name)
		if err != nil {
			return err
		}
		value, err := json.Marshal(row[j])
		if err != nil {
			return err
		}
		b.WriteByte("{,"[min(j, 1)])
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return nil
}

// cellText writes a cell for people; numbers with four digits.
func cellText(c Cell) string {
	switch v := c.(type) {
	case nil:
		return "–"
	case Number:
		return Short(v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	case string:
		return SafeProse(v)
	case int:
		return strconv.Itoa(v)
	}
	return SafeProse(fmt.Sprint(c)) // none of ours
}

// cellExact writes a cell for a CSV file: numbers in full.
func cellExact(c Cell) string {
	switch v := c.(type) {
	case nil:
		return ""
	case Number:
		return v.String()
	case string:
		return cell(v)
	case int:
		return strconv.Itoa(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return cell(fmt.Sprint(c))
}

// numeric reports whether the column's cells are numbers, which stand on the right.
func (t *Table) numeric(column int) bool {
	for _, row := range t.Rows {
		switch row[column].(type) {
		case Number, int:
			return true
		case string, bool:
			return false
		}
	}
	return false
}
