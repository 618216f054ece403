package report

import (
	"fmt"
	"math"

	"wspec/report/ink"
)

// mostCurves is the number of directions drawn over positions: three rows of
// two, each wide enough for a wave to be seen as one.
const mostCurves = 6

// positionCharts draws the leading directions of every matrix with a position
// side, which is W_pos, over its positions.
func positionCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, m := range v.matrices {
		var drawn []*Direction
		for i := range m.Directions {
			if x := &m.Directions[i]; len(drawn) < mostCurves && len(x.curve()) > 0 {
				drawn = append(drawn, x)
			}
		}
		if len(drawn) > 0 {
			out = append(out, positionChart(v, m, drawn))
		}
	}
	return out
}

// curve returns a direction's components over positions, nil where neither of
// its sides is in that space.
func (x *Direction) curve() []Number {
	if x.In.Curve != nil {
		return x.In.Curve
	}
	return x.Out.Curve
}

// positionChart sets the directions in panels of one scale, so that they can be
// compared. The sd of a component of a random unit vector over n positions is
// 1/√n.
func positionChart(v *plotView, m *Matrix, drawn []*Direction) ink.Chart {
	c := ink.Chart{
		Name: "positions-" + m.Label, Title: "Leading directions of " + inField(m.Label) + " over positions",
	}
	if len(drawn) > 2 {
		c.InPairs()
	}
	n, top, bound := 0, 0.0, 0.0
	for _, x := range drawn {
		n = max(n, len(x.curve()))
		bound = max(bound, float64(x.AngleBound))
		ink.EachFinite([][]float64{floats(x.curve())}, func(v float64) { top = max(top, math.Abs(v)) })
	}
	for i, x := range drawn {
		c.Panels = append(c.Panels, positionPanel(x, i == 0, n, top))
	}
	c.Caption = facts(v.model, fmt.Sprintf("dashed: chance, ±1/√%d", n), "rounding turns each at most sin "+ink.Decimal(bound, 2))
	return c
}

// positionPanel draws one direction on axes for n positions and components up
// to top in size. The first of a figure has its dashed lines labelled.
func positionPanel(x *Direction, first bool, n int, top float64) ink.Panel {
	if !(top > 0) {
		top = 1
	}
	chance := 1 / math.Sqrt(float64(n))
	reach := 1.1 * max(top, chance)
	line := ink.Series{Y: floats(x.curve()), Color: ink.OkabeIto()[0]}
	for i := range line.Y {
		line.X = append(line.X, float64(i))
	}
	title := fmt.Sprintf("σ%s = %s (index %d), %s %% of the energy", ink.Sub(fmt.Sprint(x.Index+1)), ink.Decimal(float64(x.Sigma), 3), x.Index, ink.Decimal(100*float64(x.Energy), 2))
	if !x.Stable {
		title += ", not stable"
		line.Color = ink.RGB(0x777777)
	}
	last := max(float64(n-1), 1)
	p := ink.Panel{
		Title: title, Lines: []ink.Series{line},
		X:     ink.Axis{Label: "position", Min: 0, Max: last, Ticks: ink.LinearTicks(0, last, 5)},
		Y:     ink.Axis{Label: "component", Min: -reach, Max: reach, Ticks: ink.LinearTicks(-reach, reach, 4), Grid: true},
		Rules: []ink.Rule{{Y: chance}, {Y: -chance}},
	}
	if first {
		p.Rules[1].Label = "chance"
	}
	return p
}
