package report

import (
	"errors"
	"testing"
)

// TestParseGate reads every form and refuses what would never fail.
func TestParseGate(t *testing.T) {
	for text, want := range map[string]Gate{
		"rel_change>0.1":               {Measure: "rel_change", Op: ">", Bound: 0.1},
		" delta_rank >= 16 @L*.W_OV.*": {Measure: "delta_rank", Op: ">=", Bound: 16, Match: "L*.W_OV.*"},
		"cosine<=-0.5":                 {Measure: "cosine", Op: "<=", Bound: -0.5},
		"missing":                      {Measure: "missing", Bound: Undefined()},
		"missing@W_*":                  {Measure: "missing", Bound: Undefined(), Match: "W_*"},
	} {
		g, err := ParseGate(text)
		if err != nil || g.Measure != want.Measure || g.Op != want.Op || g.Bound.String() != want.Bound.String() || g.Match != want.Match {
			t.Errorf("%q is %+v, %v", text, g, err)
		}
	}
	for _, text := range []string{"", ">", "rel_change", "rel_change>", "rel_change>NaN", "rel_change>1e999", "rel_change=1", "rel_change>>1", "nothing>1", "missing>1", "rel_change>1@", "rel_change>1@[", "@W_E"} {
		var malformed *GateError
		if _, err := ParseGate(text); !errors.As(err, &malformed) || malformed.Hint() == "" {
			t.Errorf("%q is taken, %v", text, err)
		}
	}
}

// gated is a comparison of two matrices, one of which failed.
func gated() *Comparison {
	change := func(label string, v float64, failure string) Change {
		return Change{Matrix: Matrix{Label: label, Model: "a → b", Metrics: map[string]Number{"rel_change": Number(v)}, Error: failure}}
	}
	return &Comparison{Pairs: []Pairing{{Before: "a", After: "b", Changes: []Change{
		change("W_E", 0.5, ""), change("L0.W_Q", 0.1, ""), change("L1.W_Q", 0, "NaN"),
	}, Apart: []Apart{{"W_U", StatusOnlyAfter, "not in a"}}}}}
}

// TestJudgeGates counts who fails each gate; what could not be judged fails.
func TestJudgeGates(t *testing.T) {
	for text, want := range map[string][]string{
		"rel_change>0.1@*E":  {"W_E"},
		"rel_change>=0.1":    {"W_E", "L0.W_Q", "L1.W_Q"},
		"rel_change>0.5":     {"L1.W_Q"},
		"rel_change<0.1@W_E": {},
		"rel_change<=0.1":    {"L0.W_Q", "L1.W_Q"},
		"rel_change>9@L7.*":  {""},
		"delta_rank>0@W_E":   {""}, // undefined here
		"missing":            {"W_U"},
		"missing@L*":         {},
	} {
		g, err := ParseGate(text)
		if err != nil {
			t.Fatal(err)
		}
		got := judgeGates(gated(), []Gate{g})[0].Offenders
		same := len(got) == len(want)
		for i := range got {
			same = same && got[i].Label == want[i]
		}
		if !same {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// TestMostChanged puts the largest change first and leaves out what failed.
func TestMostChanged(t *testing.T) {
	rows := mostChanged(&gated().Pairs[0])
	if len(rows) != 2 || rows[0].Label != "W_E" || rows[1].Label != "L0.W_Q" {
		t.Errorf("%v", rows)
	}
}

// TestLeftNull finds the checkpoint from which on a spectrum stays past noise.
func TestLeftNull(t *testing.T) {
	for _, x := range []struct {
		z    []Number
		want int // −1: none
	}{
		{[]Number{0, 1, 5, 6}, 2},
		{[]Number{0, 5, 1, 6}, 3},
		{[]Number{5, 6}, -1},                     // so from the first
		{[]Number{0, 5, 1}, -1},                  // not at the end
		{[]Number{Undefined(), Undefined()}, -1}, // a circuit
	} {
		tr := Trajectory{Values: map[string][]Number{"edge_z": x.z}}
		tr.settle()
		if got := tr.LeftNull; (got == nil) != (x.want < 0) || got != nil && *got != x.want {
			t.Errorf("%v: left at %v, want %d", x.z, got, x.want)
		}
	}
}
