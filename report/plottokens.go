package report

import (
	"fmt"
	"slices"
	"strings"

	"wspec/report/ink"
)

// Of a matrix so many directions are drawn, with so many tokens at each pole.
const (
	drawnDirections = 2
	drawnTokens     = 8
)

// tokenCharts draws the tokens of the leading directions of each matrix asked
// for.
func tokenCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, m := range v.matrices {
		if !v.asked[m.Label] {
			continue
		}
		c := ink.Chart{
			Name: "tokens-" + m.Label, Title: "Tokens of the leading directions of " + inField(m.Label),
			Caption: facts(v.model, shortNote(m)), Apart: true,
			Notes: []string{"Scores of the tokens at both poles of each direction; a dot stands for a space, an asterisk marks under-trained tokens. Coherence is the mean cosine of the sharper pole's tokens, beside what directions by chance give; p is the probability of as much by chance, q its Benjamini–Hochberg value over the model's readouts."},
		}
		for i := range m.Directions[:min(len(m.Directions), drawnDirections)] {
			d := &m.Directions[i]
			for _, side := range []struct {
				verb string
				r    *Reading
			}{{"reads", &d.In}, {"writes", &d.Out}} {
				if side.r.Readout == "" || len(side.r.Positive)+len(side.r.Negative) == 0 {
					continue
				}
				c.Panels = append(c.Panels, tokenPanel(d, side.verb, side.r))
				c.Notes = append(c.Notes, tokenNote(d, side.verb, side.r))
			}
		}
		if len(c.Panels) > 0 {
			out = append(out, c)
		}
	}
	return out
}

// tokenPanel draws the tokens of one side as bars, the most positive on top.
func tokenPanel(d *Direction, verb string, r *Reading) ink.Panel {
	positive, negative := r.Positive[:min(len(r.Positive), drawnTokens)], slices.Clone(r.Negative[:min(len(r.Negative), drawnTokens)])
	slices.Reverse(negative) // the outermost last
	p := ink.Panel{
		Title: fmt.Sprintf("σ%s (index %d), %s", ink.Sub(fmt.Sprint(d.Index+1)), d.Index, verb), Short: fmt.Sprintf("σ%s, %s", ink.Sub(fmt.Sprint(d.Index+1)), verb),
	}
	var names []string
	var values []float64
	for i, list := range [][]Scored{positive, negative} {
		for _, s := range list {
			names, values = append(names, tokenName(&s)), append(values, float64(s.Score))
			p.Bars = append(p.Bars, ink.Bar{Value: float64(s.Score), Paint: ink.Turn(i)})
		}
	}
	p.X, p.Y = ink.LinearAxis("score", values), ink.NameAxis("", names)
	p.Y.Down = true
	return p
}

// tokenName is a token as a figure has room for it; an asterisk marks those that
// training hardly reached.
func tokenName(s *Scored) string {
	const most = 14 // runes: half the width of a narrow panel
	name := s.Token
	if name == "" {
		name = fmt.Sprintf("[%d]", s.ID)
	}
	runes := []rune(ink.Printable(strings.ReplaceAll(name, "␣", "·"))) // the faces have no open box
	if len(runes) > most {
		runes = append(runes[:most-1], '…')
	}
	if s.Undertrained {
		runes = append(runes, '*')
	}
	return string(runes)
}

// tokenNote gives a side's coherence beside chance.
func tokenNote(d *Direction, verb string, r *Reading) string {
	if !r.Coherence.Defined() {
		return ""
	}
	note := fmt.Sprintf("Index %d, %s: coherence %s (chance %s ± %s), p = %s, q = %s", d.Index, verb,
		Short(r.Coherence), Short(r.ChanceMean), Short(r.ChanceSD), Short(r.P), Short(r.Q))
	if !d.Stable {
		note += "; not stable, rounding to the storage type may have turned it"
	}
	return note + "."
}
