package report

import (
	"fmt"
	"math"
)

// Boundary says where the evidence of a report ends. It stands in all of them.
const Boundary = "A statistic of weights is not evidence about behaviour: it says what a matrix stretches, shrinks or discards, " +
	"not whether the model uses it, nor what for."

// significant is the level at which findings are counted.
const significant = 0.05

// tally counts tests made together and how many of them stand out.
type tally struct {
	tests, found, nominal int // all, those with q ≤ significant, those with p ≤ significant
}

// add counts a test; a p that is undefined is none.
func (t *tally) add(p, q Number) {
	if !p.Defined() {
		return
	}
	t.tests++
	if q <= significant {
		t.found++
	}
	if p <= significant {
		t.nominal++
	}
}

// expected is how many of the tests have p ≤ significant by chance alone, to
// a tenth.
func (t tally) expected() Number { return Number(math.Round(significant*float64(t.tests)*10) / 10) }

// sentence says how many findings there are beside what chance alone gives.
// Wherever such a count stands, it stands in these words. What names the
// findings: "direction readouts coherent".
func (t tally) sentence(what string) string {
	return fmt.Sprintf("%d of %d %s at q ≤ %g; %s expected at p ≤ %g by chance alone (%d have p ≤ %g)",
		t.found, t.tests, what, significant, Short(t.expected()), significant, t.nominal, significant)
}

// coherent names what [Vocabulary] counts: each side of a direction that is
// read through the vocabulary is a test of its own.
const coherent = "direction readouts coherent"

// heading is what stands over the directions of a model.
func (v *Vocabulary) heading() string {
	if v.Readouts == 0 {
		return "No direction readout's coherence was judged"
	}
	return tally{v.Readouts, v.Coherent, v.Nominal}.sentence(coherent)
}

// heading is what stands over the directions of one matrix, "" where none was
// judged. Its q are over all readouts of the model.
func (m *Matrix) heading() string {
	var t tally
	for i := range m.Directions {
		for _, r := range []*Reading{&m.Directions[i].In, &m.Directions[i].Out} {
			if r.Readout != "" {
				t.add(r.P, r.Q)
			}
		}
	}
	if t.tests == 0 {
		return ""
	}
	return t.sentence(coherent)
}

// notes returns what holds for the report as a whole, a sentence or two each.
func (d *Document) notes() []string {
	notes := []string{Boundary}
	for i := range d.Models {
		m := &d.Models[i]
		var texts []string
		if m.Training != nil {
			texts = append(texts, m.Training.Sentence+".")
		}
		if m.Vocabulary != nil {
			texts = append(texts, m.Vocabulary.heading()+".")
		}
		for _, text := range texts {
			if len(d.Models) > 1 {
				text = m.Name + ": " + text
			}
			notes = append(notes, text)
		}
	}
	return notes
}
