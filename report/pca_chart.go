package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"wspec/report/ink"
	"wspec/spectra"
)

// source names the table in a caption.
func (x *principal) source() string {
	return facts(ink.Printable(x.t.Name), inField(x.t.Label), fmt.Sprintf("%d × %d", x.c.Rows, x.c.Cols))
}

// scree draws the variances over those of noise (Cattell 1966; Horn 1965).
func (x *principal) scree() answerChart {
	n := x.c.Components()
	own := ink.Series{Label: "the table", X: ink.Counting(n), Y: x.c.Variance[:n]}
	if n <= 64 { // more markers would run together
		own.Marker = 1
	}
	mean := ink.Series{Label: "noise, mean", X: ink.Counting(n), Y: x.null.Mean, Paint: ink.Muted()}
	upper := ink.Series{Label: "noise, 95 %", X: ink.Counting(n), Y: x.null.Upper, Paint: ink.Turn(1)}
	left := ink.Series{Label: "of what is left", X: ink.Counting(len(x.edges)), Y: x.edges, Paint: ink.Turn(2)}
	p := ink.Panel{Lines: []ink.Series{mean, upper, left, own}, X: ink.CountAxis("component", n)}
	p.Y, _ = ink.LogAxis("variance", own.Y, mean.Y, upper.Y)
	k := x.null.Above(x.c.Variance)
	c := ink.Chart{
		Name: "variance", Title: "Variance of the principal components, over noise",
		Caption: facts(x.source(), fmt.Sprintf("%d above noise", k), x.deepText()+" above what those before leave"), Panels: []ink.Panel{p}, Key: ink.Key{Entries: []ink.Series{own, mean, upper, left}},
	}
	return answerChart{c, fmt.Sprintf("The variances of %d components on a logarithmic axis, with those of noise; the first %d are above the 95 %% point of noise, %s above that of what those before leave.", n, k, x.deepText()), "components"}
}

// mostNames is the number of rows that a figure tries to name: hundreds may lie
// on one spot, as untrained tokens do.
const mostNames = 5000

// scatter draws the rows along the first two components, the outermost by name.
func (x *principal) scatter() answerChart {
	cloud := &ink.Cloud{NamePaint: ink.Turn(1)}
	for _, at := range spectra.Spaced(len(x.rows), x.o.Points) {
		cloud.X, cloud.Y = append(cloud.X, x.scores.At(at, 0)), append(cloud.Y, x.scores.At(at, 1))
	}
	outer, spaces := x.outermost(), ""
	for _, at := range outer[:min(len(outer), mostNames)] {
		name, _ := x.label(x.rows[at])
		if strings.Contains(name, visibleSpace) {
			spaces = "“" + drawnSpace + "” is a space"
		}
		cloud.Names = append(cloud.Names, ink.Name{X: x.scores.At(at, 0), Y: x.scores.At(at, 1), Text: shortName(name)})
	}
	axis := func(j int) ink.Axis {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := range x.rows {
			lo, hi = min(lo, x.scores.At(i, j)), max(hi, x.scores.At(i, j))
		}
		if !(hi > lo) {
			lo, hi = lo-1, lo+1
		}
		room := 0.06 * (hi - lo) // for names
		return ink.Axis{Label: fmt.Sprintf("PC%d, %s of the variance", j+1, percentText(Number(x.share(x.c.Variance[j:], 1)))), Min: lo - room, Max: hi + room, Grid: true}
	}
	c := ink.Chart{
		Name: "scatter", Title: "The rows along the first two principal components",
		Caption: facts(x.source(), fmt.Sprintf("%d drawn, the outermost named", len(cloud.X)), spaces),
		Panels:  []ink.Panel{{X: axis(0), Y: axis(1), Cloud: cloud}},
	}
	return answerChart{c, fmt.Sprintf("A cloud of %d points along the first two components; the outermost have names.", len(cloud.X)), "scores"}
}

// outermost returns the places of the scored rows by descending distance from
// the middle, in units of each component's deviation.
func (x *principal) outermost() []int {
	far := make([]float64, len(x.rows))
	order := make([]int, len(x.rows))
	for i := range far {
		order[i] = i
		for j := range 2 {
			if v := x.c.Variance[j]; v > 0 {
				far[i] += x.scores.At(i, j) / v * x.scores.At(i, j)
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(far[b], far[a]) })
	return order
}

// A space at the start of a token, as it is shown, and as figures have it, whose
// font lacks that sign.
const visibleSpace, drawnSpace = "␣", "·"

// shortName is a row's name with room for others beside it.
func shortName(name string) string {
	const most = 18
	runes := []rune(ink.Printable(strings.ReplaceAll(name, visibleSpace, drawnSpace)))
	if len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return string(runes)
}
