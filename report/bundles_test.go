package report

import (
	"encoding/json"
	"testing"
)

// TestBundlesDoNotShow: a circuit is the same whether its factors come from the
// parts of heads or were read for it, and no job is lost.
func TestBundlesDoNotShow(t *testing.T) {
	m := fixture(t)
	whole := analyzed(t, Options{NoDirections: true, Null: "none"}, m)
	byLabel := map[string]string{}
	for i := range whole.Matrices {
		b, err := json.Marshal(whole.Matrices[i])
		if err != nil {
			t.Fatal(err)
		}
		byLabel[whole.Matrices[i].Label] = string(b)
	}
	for _, o := range []Options{
		{Matrix: []string{"L*.W_OV.*", "L*.W_QK.*"}},
		{Matrix: []string{"L*.W_OV.*", "L*.W_V.H1", "L*.W_O.H0"}, Workers: 3},
	} {
		o.NoDirections, o.Null = true, "none"
		for _, x := range analyzed(t, o, m).Matrices {
			if b, err := json.Marshal(x); err != nil || string(b) != byLabel[x.Label] {
				t.Errorf("%s differs: %v", x.Label, err)
			}
		}
	}
	s, err := newStudy(m, 0, Options{NoDirections: true})
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job
	for i := range m.Matrices {
		jobs = append(jobs, job{matrix: &m.Matrices[i], study: s, slot: i})
	}
	for _, c := range []struct {
		allow   int64
		largest int
	}{{1 << 40, 3}, {1, 1}} { // two parts and their circuit; too little memory for that
		largest, count := 0, 0
		for _, b := range bundlesOf(jobs, c.allow) {
			largest, count = max(largest, len(b.jobs)), count+len(b.jobs)
		}
		if largest != c.largest || count != len(jobs) {
			t.Errorf("%d bytes: bundles of %d at most, %d of %d jobs", c.allow, largest, count, len(jobs))
		}
	}
}
