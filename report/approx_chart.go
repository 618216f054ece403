package report

import (
	"cmp"
	"fmt"
	"slices"

	"wspec/report/ink"
	"wspec/spectra"
)

// planPoints is the number of budgets in a figure.
const planPoints = 50

// planTable is the energy that plans keep for what they cost: one plan for all matrices, the same share for each, and one plan
// for noise.
func (x *Approximation) planTable() Table {
	t := Table{
		Name: "plan", Title: "What ranks keep for their parameters", Most: -1,
		Columns: []Column{
			{"share", "parameters", "share of all that is spent, in [0, 1]"},
			{"plan", "one plan", "share of Σσ² kept by one plan for all matrices"},
			{"uniform", "same share", "the same, where every matrix is given this share of its own"},
			{"noise", "noise", "the same of one plan for noise of the same shapes and norms"},
		},
	}
	total := cmp.Or(x.norm2(), 1) // of a model of zeros nothing is lost
	kept := func(share float64, noise bool) Number {
		return Number(1 - spectra.PlanRanks(x.items(noise), x.budget(share)).Error/total)
	}
	for _, b := range shares(planPoints) {
		t.Rows = append(t.Rows, []Cell{Number(b), kept(b, false), Number(x.uniform(b)), kept(b, true)})
	}
	return t
}

// column returns the numbers of a column.
func (t *Table) column(j int) []float64 {
	out := make([]float64, len(t.Rows))
	for i, row := range t.Rows {
		n, _ := row[j].(Number)
		out[i] = float64(n)
	}
	return out
}

// planChart draws planTable, and where this plan stands.
func (x *Approximation) planChart(t *Table) answerChart {
	before, after := x.totals(func(n int64, _ *approxPart) int64 { return n })
	energy, _ := x.kept()
	lines := []ink.Series{
		{Label: "one plan for all", X: t.column(0), Y: t.column(1)},
		{Label: "the same share for each", X: t.column(0), Y: t.column(2), Paint: ink.Turn(1)},
		{Label: "one plan for noise", X: t.column(0), Y: t.column(3), Paint: ink.Muted()},
		{Label: "here", X: []float64{float64(after) / float64(before)}, Y: []float64{energy}, Paint: ink.Turn(2), Marker: 1, Points: true},
	}
	c := ink.Chart{
		Name: "plan", Title: "What ranks keep for their parameters", Caption: facts(ink.Printable(x.model.Name), countOf(len(x.parts), "matrix", "matrices")),
		Panels: []ink.Panel{{X: ink.ShareAxis("parameters kept, %"), Y: ink.ShareAxis("energy Σσ² kept, %"), Lines: lines}},
		Key:    ink.Key{Entries: lines[:3]}, // points get theirs by themselves
	}
	return answerChart{c, fmt.Sprintf("The share of their energy that %s keep, over the share of parameters that is spent: for one plan, for the same share of each matrix, and for noise of the same shapes.",
		countOf(len(x.parts), "matrix", "matrices")), t.Name}
}

// paints is how many lines are told apart by colour alone.
const paints = 7

// mostGroups is how many matrices have lines of their own; roles have where there are more.
const mostGroups = 6

// curveGroup is matrices that share a line.
type curveGroup struct {
	label string
	parts []*approxPart
}

func (x *Approximation) groups() []curveGroup {
	var groups []curveGroup
	for _, p := range x.parts {
		label := p.matrix.Label
		if len(x.parts) > mostGroups && p.matrix.Role != "" {
			label = p.matrix.Role
		}
		i := slices.IndexFunc(groups, func(g curveGroup) bool { return g.label == label })
		if i < 0 {
			i = len(groups)
			groups = append(groups, curveGroup{label: label})
		}
		groups[i].parts = append(groups[i].parts, p)
	}
	return groups
}

// curveChart draws the relative errors in both norms over the share of the rank, beside those of noise.
func (x *Approximation) curveChart() answerChart {
	ranks := shares(planPoints)
	left := ink.Panel{Title: "‖W − W" + ink.Sub("k") + "‖" + ink.Sub("F") + "/‖W‖" + ink.Sub("F"), X: ink.ShareAxis("rank k, % of all"), Y: ink.ShareAxis("relative error, %")}
	right := ink.Panel{Title: "‖W − W" + ink.Sub("k") + "‖" + ink.Sub("2") + "/‖W‖" + ink.Sub("2"), X: left.X, Y: left.Y}
	groups := x.groups()
	var entries []ink.Series
	add := func(label string, i int, parts []*approxPart, of func(*approxPart) *spectra.Spectrum) {
		line := ink.Series{Label: label, X: ranks}
		line.Paint = ink.Muted()
		if i >= 0 {
			line.Paint, line.Dotted = ink.Turn(i), i >= paints // colours come again dotted
		}
		frobenius, spectral := meanCurves(parts, ranks, of)
		line.Y = frobenius
		left.Lines = append(left.Lines, line)
		entries = append(entries, line)
		line.Y = spectral
		right.Lines = append(right.Lines, line)
	}
	own := func(p *approxPart) *spectra.Spectrum { return p.s }
	for i, g := range groups[:min(len(groups), 2*mostGroups)] {
		add(inField(g.label), i, g.parts, own)
	}
	add("noise of these shapes", -1, x.parts, func(p *approxPart) *spectra.Spectrum { return x.noiseOf(p.s) })
	c := ink.Chart{
		Name: "curves", Title: "Error of the best approximation of rank k", Caption: facts(ink.Printable(x.model.Name), countOf(len(x.parts), "matrix", "matrices")),
		Panels: []ink.Panel{left, right}, Key: ink.Key{Entries: entries},
	}
	return answerChart{c, "Two panels over the rank as a share of all singular values: the relative error of the best approximation in the Frobenius norm and in the spectral norm, for each matrix or the mean of each role, and for noise of the same shapes.", "curves"}
}

// meanCurves are the mean relative errors of matrices at shares of their ranks.
func meanCurves(parts []*approxPart, shares []float64, of func(*approxPart) *spectra.Spectrum) (frobenius, spectral []float64) {
	frobenius, spectral = make([]float64, len(shares)), make([]float64, len(shares))
	for _, p := range parts {
		curve := of(p).Curve()
		for i, share := range shares {
			a := curve[int(share*float64(len(curve)-1))]
			frobenius[i] += a.RelativeFrobenius / float64(len(parts))
			spectral[i] += a.RelativeSpectral / float64(len(parts))
		}
	}
	return frobenius, spectral
}
