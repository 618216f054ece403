package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wspec/report/ink"
	"wspec/spectra"
)

// chart draws the target along the singular directions over the filter factors:
// a target whose components fall slower than σ costs a large input
// (the Picard condition; Hansen 1998, § 4.5).
func (x *solving) chart() answerChart {
	n := len(x.s.Carriers)
	values, components, filter := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, c := range x.s.Carriers {
		values[i], components[i], filter[i] = c.Sigma/x.s.Carriers[0].Sigma, math.Abs(c.Cosine), c.Filter
	}
	sigma := ink.Series{Label: "σ" + ink.Sub("i") + "/σ" + ink.Sub("1"), X: ink.Counting(n), Y: values}
	part := ink.Series{Label: "|y·out" + ink.Sub("i") + "|/‖y‖", X: ink.Counting(n), Y: components, Paint: ink.Turn(1)}
	factor := ink.Series{Label: "filter factor", X: ink.Counting(n), Y: filter, Paint: ink.Turn(2)}
	if n <= 64 { // more markers would run together
		sigma.Marker, part.Marker, factor.Marker = 1, 2, 3
	}
	top := ink.Panel{X: indexAxis(n), Lines: []ink.Series{sigma, part}}
	top.Y, _ = ink.LogAxis("size", values, components)
	_, cols := x.matrix.Dims()
	top.Rules = []ink.Rule{{At: 1 / math.Sqrt(float64(cols)), Label: "a random target"}}
	low := ink.Panel{X: indexAxis(n), Y: ink.ShareAxis("filter factor, %"), Lines: []ink.Series{factor}}
	c := ink.Chart{
		Name: "filter", Title: "What " + inField(x.matrix.Label) + " is asked to write, direction by direction",
		Caption: facts(ink.Printable(x.model.Name), ink.Printable(x.wanted()), "residual "+ink.Decimal(x.s.Residual, 3), "‖x‖ = "+ink.Decimal(x.s.Norm, 3)),
		Stacked: true, Panels: []ink.Panel{top, low}, Key: ink.Key{Entries: []ink.Series{sigma, part, factor}},
	}
	return answerChart{c, fmt.Sprintf(
		"Two panels over the %d singular directions. Above, on a logarithmic axis, the singular values and the target's components along the Out directions; below, the filter factors, whose sum is %s.",
		n, short(x.s.Freedom)), "directions"}
}

// byShare returns the carriers by descending share of the output.
func byShare(list []spectra.Carrier) []spectra.Carrier {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(a, b spectra.Carrier) int { return cmp.Compare(b.Achieved, a.Achieved) })
	return sorted
}

// length is the Euclidean norm of a vector.
func length(v []float64) (size float64) {
	for _, x := range v {
		size = math.Hypot(size, x)
	}
	return size
}

func short(v float64) string { return Short(Number(v)) }
