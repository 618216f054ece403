package report

import (
	"strings"
	"testing"
)

// TestPowerLawInDocument: a matrix has an exponent or a reason for having none,
// and the note counts them.
func TestPowerLawInDocument(t *testing.T) {
	d := analyzed(t, Options{NoDirections: true, NoHeads: true}, fixture(t))
	given := 0
	var all []*Matrix
	for i := range d.Matrices {
		m := &d.Matrices[i]
		all = append(all, m)
		alpha, why := m.Metrics["alpha"], m.Refused["alpha"]
		if m.PowerLaw == nil || alpha.Defined() == (why != "") || alpha.Defined() != m.Metrics["alpha_xmin"].Defined() {
			t.Errorf("%s: alpha %v, refused %q, %+v", m.Label, alpha, why, m.PowerLaw)
		}
		if alpha.Defined() {
			given++
			if !(m.Metrics["alpha_p"] >= 0.1 && m.PowerLaw.Tail >= 50) {
				t.Errorf("%s: alpha %v with %+v", m.Label, alpha, m.PowerLaw)
			}
		}
	}
	note := alphaNote(all)
	t.Log(note)
	if !strings.HasPrefix(note, "alpha: ") || given == len(all) || !strings.Contains(note, "refused: ") {
		t.Errorf("%d of %d: %s", given, len(all), note)
	}
	all[0].Refused, all[1].PowerLaw = map[string]string{}, nil
	if got := alphaNote(all[:2]); got != "alpha: 1 of 1 matrices have a power law" {
		t.Errorf("%s", got)
	}
	if got := alphaNote(all[1:2]); got != "" {
		t.Errorf("without fits: %s", got)
	}
}
