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
		Name: "positions-" + m.Label, Title: "Leading directions of " + inField(m.Label) + " over positions", Strips: true,
	}
	n, top, bound := 0, 0.0, 0.0
	for _, x := range drawn {
		n = max(n, len(x.curve()))
		bound = max(bound, float64(x.AngleBound))
		ink.EachFinite([][]float64{floats(x.curve())}, func(v float64) { top = max(top, math.Abs(v)) })
	}
	for _, x := range drawn {
		c.Panels = append(c.Panels, positionPanel(x, n, top))
	}
	c.Caption = facts(v.model, fmt.Sprintf("n = %d", n), "rounding turns each at most sin "+ink.Decimal(bound, 2))
	return c
}

// positionPanel draws one direction on axes for n positions and components up
// to top in size.
func positionPanel(x *Direction, n int, top float64) ink.Panel {
	if !(top > 0) {
		top = 1
	}
	chance := 1 / math.Sqrt(float64(n))
	reach := 1.1 * max(top, chance)
	line := ink.Series{Y: floats(x.curve())}
	for i := range line.Y {
		line.X = append(line.X, float64(i))
	}
	title := fmt.Sprintf("σ%s = %s (index %d), %s %% of the energy", ink.Sub(fmt.Sprint(x.Index+1)), ink.Decimal(float64(x.Sigma), 3), x.Index, ink.Decimal(100*float64(x.Energy), 2))
	short := fmt.Sprintf("σ%s = %s, %s %%", ink.Sub(fmt.Sprint(x.Index+1)), ink.Decimal(float64(x.Sigma), 3), ink.Decimal(100*float64(x.Energy), 2))
	if !x.Stable {
		short += ", not stable"
		title += ", not stable"
		line.Paint = ink.Muted()
	}
	last := max(float64(n-1), 1)
	p := ink.Panel{
		Title: title, Short: short, Lines: []ink.Series{line},
		X:     ink.Axis{Label: "position", Min: 0, Max: last},
		Y:     ink.Axis{Label: "component", Min: -reach, Max: reach, Grid: true},
		Rules: []ink.Rule{{At: chance, Label: "chance, ±1/√n"}, {At: -chance, Label: "chance, ±1/√n"}},
	}
	return p
}
