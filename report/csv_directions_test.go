package report

import (
	"slices"
	"strings"
	"testing"
)

// directed is sample with one direction, whose tokens are hostile and whose
// Out side holds neurons.
func directed() *Document {
	d := sample()
	d.Matrices[0].Directions = []Direction{{
		Index: 3, Sigma: 2, Energy: 0.25, Gap: Undefined(), AngleBound: 0.5, Block: [2]int{2, 3}, Residual: 1e-9,
		In: Reading{
			Space: "residual", Readout: "embed", Skew: -1.5, Coherence: 0.5, Pole: -1, ChanceMean: 0.1, ChanceSD: 0.05, P: 0.01, Q: 0.04,
			Positive: []Scored{{ID: 7, Token: `=cmd("x")`, Score: 3}, {ID: 8, Token: "\u202eb,\"\n", Score: 2, Undertrained: true}},
			Negative: []Scored{{ID: 9, Token: "-1", Score: -4}},
		},
		Out: Reading{
			Space: "mlp", Skew: Undefined(), Coherence: Undefined(), P: Undefined(), Q: Undefined(),
			Positive: []Scored{{ID: 5, Score: 0.5}}, Negative: []Scored{},
		},
	}}
	return d
}

// TestDirectionsCSV has one row an element of a pole, the certificate beside
// it, hostile tokens harmless and what is undefined empty.
func TestDirectionsCSV(t *testing.T) {
	rows := csvOf(t, writeDirections, directed())
	want := []string{
		"label|index|sigma|side|pole|rank|token_id|token|score|energy|gap|angle_bound|block_first|block_last|stable|residual|space|readout|skew|coherence|p|q",
		`L0.W_Q|3|2|in|positive|1|7|'=cmd("x")|3|0.25||0.5|2|3|false|1e-9|residual|embed|-1.5|0.5|0.01|0.04`,
		`L0.W_Q|3|2|in|positive|2|8|\u202eb,"\u000a|2|0.25||0.5|2|3|false|1e-9|residual|embed|-1.5|0.5|0.01|0.04`,
		`L0.W_Q|3|2|in|negative|1|9|'-1|-4|0.25||0.5|2|3|false|1e-9|residual|embed|-1.5|0.5|0.01|0.04`,
		`L0.W_Q|3|2|out|positive|1|5||0.5|0.25||0.5|2|3|false|1e-9|mlp|||||`,
	}
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join(r, "|"))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	d := directed()
	d.Models = append(d.Models, Model{Name: "other"})
	if two := csvOf(t, writeDirections, d); two[0][len(two[0])-1] != "model" || two[1][len(two[1])-1] != "m" {
		t.Errorf("with two models the last column is %q, %q", two[0][len(two[0])-1], two[1][len(two[1])-1])
	}
}

// TestDirectionsSheet is among the CSV files where there are directions.
func TestDirectionsSheet(t *testing.T) {
	for _, d := range []*Document{sample(), directed()} {
		files, err := csvFiles(d)
		if err != nil {
			t.Fatal(err)
		}
		has := slices.ContainsFunc(files, func(f file) bool { return f.path == "directions.csv" })
		if want := len(d.Matrices[0].Directions) > 0; has != want {
			t.Errorf("directions.csv is written: %v, want %v", has, want)
		}
	}
}
