package report

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
)

// mostCurves is the number of directions drawn over positions: three rows of
// two, each wide enough for a wave to be seen as one.
const mostCurves = 6

// positionCharts draws the leading directions of every matrix with a position
// side, which is W_pos, over its positions.
func positionCharts(v *plotView) []chart {
	var out []chart
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
func positionChart(v *plotView, m *Matrix, drawn []*Direction) chart {
	c := chart{
		name: "positions-" + m.Label, title: "Leading directions of " + inField(m.Label) + " over positions",
		columns: 2, size: vg.Point{X: figureWidth, Y: 5.8 * vg.Inch},
	}
	if len(drawn) <= 2 {
		c.columns, c.size = 1, vg.Point{}
	}
	n, top, bound := 0, 0.0, 0.0
	for _, x := range drawn {
		n = max(n, len(x.curve()))
		bound = max(bound, float64(x.AngleBound))
		eachFinite([][]float64{floats(x.curve())}, func(v float64) { top = max(top, math.Abs(v)) })
	}
	for i, x := range drawn {
		c.panels = append(c.panels, positionPanel(x, i == 0, n, top))
	}
	c.caption = facts(v.model, fmt.Sprintf("dashed: chance, ±1/√%d", n), "rounding turns each at most sin "+decimal(bound, 2))
	return c
}

// positionPanel draws one direction on axes for n positions and components up
// to top in size. The first of a figure has its dashed lines labelled.
func positionPanel(x *Direction, first bool, n int, top float64) panel {
	if !(top > 0) {
		top = 1
	}
	chance := 1 / math.Sqrt(float64(n))
	reach := 1.1 * max(top, chance)
	line := series{y: floats(x.curve()), color: okabeIto()[0]}
	for i := range line.y {
		line.x = append(line.x, float64(i))
	}
	title := fmt.Sprintf("σ%s = %s (index %d), %s %% of the energy", sub(fmt.Sprint(x.Index+1)), decimal(float64(x.Sigma), 3), x.Index, decimal(100*float64(x.Energy), 2))
	if !x.Stable {
		title += ", not stable"
		line.color = rgb(0x777777)
	}
	last := max(float64(n-1), 1)
	p := panel{
		title: title, lines: []series{line},
		x:     axis{label: "position", min: 0, max: last, ticks: linearTicks(0, last, 5)},
		y:     axis{label: "component", min: -reach, max: reach, ticks: linearTicks(-reach, reach, 4), grid: true},
		rules: []ruleLine{{y: chance}, {y: -chance}},
	}
	if first {
		p.rules[1].label = "chance"
	}
	return p
}
