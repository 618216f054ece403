package report

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// depthCharts draws the effective rank of every role over the layers.
func depthCharts(v *plotView) []chart {
	p := panel{y: shareAxis("effective rank, % of the largest possible", 25)}
	var all []*Matrix
	var ranks []int
	k := chartKey{title: "role"}
	for _, g := range v.wholes() {
		line, largest := depthLine(g)
		if len(line.x) == 0 {
			continue
		}
		i := len(p.lines)
		line.color = okabeIto()[i%len(okabeIto())]
		line.marker = markers()[i%len(markers())]
		p.lines = append(p.lines, line)
		k.entries = append(k.entries, line)
		ranks = append(ranks, largest)
		all = append(all, g.matrices...)
	}
	if len(p.lines) == 0 {
		return nil
	}
	most := nameRanks(&k, ranks)
	ls := layers(all)
	p.x = depthAxis(ls[0], ls[len(ls)-1])
	return []chart{{
		name: "effective_rank", title: "Effective rank over depth",
		caption: facts(v.model, most, "effective rank = exp(−Σ p ln p) with p"+sub("i")+" = σ"+sub("i")+"/Σσ"),
		panels:  []panel{p}, key: k,
	}}
}

// nameRanks says how large an effective rank can be: once for all roles if
// they agree, else beside each in the key.
func nameRanks(k *chartKey, ranks []int) string {
	if slices.Min(ranks) == slices.Max(ranks) {
		return fmt.Sprintf("largest possible %d", ranks[0])
	}
	for i := range k.entries {
		k.entries[i].label += fmt.Sprintf(" (of %d)", ranks[i])
	}
	return ""
}

// depthLine returns the effective rank of a role's matrices against their
// layers, as a share of the largest possible (of the last layer's); where a layer has several (the
// experts of a mixture) their median.
func depthLine(g roleGroup) (line series, largest int) {
	line.bridge = true
	shares := map[int][]float64{}
	for _, m := range g.matrices {
		rank := m.Metrics["effective_rank"] // 0 where missing
		if m.Layer == nil || !rank.Defined() || rank <= 0 {
			continue
		}
		largest = max(largest, len(m.Sigma))
		shares[*m.Layer] = append(shares[*m.Layer], float64(rank)/float64(len(m.Sigma)))
	}
	for _, l := range layers(g.matrices) {
		if s := shares[l]; len(s) > 0 {
			slices.Sort(s)
			line.x = append(line.x, float64(l))
			line.y = append(line.y, (s[(len(s)-1)/2]+s[len(s)/2])/2)
		}
	}
	line.label = inField(g.role)
	return line, largest
}

// energyPanels is the most panels of one figure: three rows of four, each
// still an inch wide. More go to further figures.
const energyPanels = 12

// gridOf returns how n panels are laid out, with few places left empty, and
// how high the figure is; 0 for the style's own height.
func gridOf(n int) (columns int, height vg.Length) {
	switch {
	case n == 1:
		return 1, 0
	case n <= 3:
		return n, 2.8 * vg.Inch
	case n == 4:
		return 2, 0
	case n <= 6:
		return 3, 0
	case n <= 8:
		return 4, 0
	case n == 9:
		return 3, 5.8 * vg.Inch
	}
	return 4, 5.8 * vg.Inch
}

// energyCharts draws the energy kept against the rank kept, a panel a role.
func energyCharts(v *plotView) []chart {
	var panels []panel
	var all []*Matrix
	groups := v.wholes()
	for _, g := range groups {
		all = append(all, g.matrices...)
	}
	colors := newLineColors(all)
	for _, g := range groups {
		p := panel{title: inField(g.role), x: shareAxis("rank kept k/r, %", 50), y: shareAxis("energy kept, %", 25)}
		p.rules = []ruleLine{{y: 0.9}, {y: 0.95}, {y: 0.99}}
		for _, m := range g.matrices {
			if x, y := energyCurve(m.Sigma); x != nil {
				p.lines = append(p.lines, series{label: inField(m.Label), x: x, y: y, color: colors.of(0, m)})
			}
		}
		if len(p.lines) > 0 {
			panels = append(panels, p)
		}
	}
	return energyPages(v, panels, colors)
}

// energyPages lays the panels out on as many figures as they need.
func energyPages(v *plotView, panels []panel, colors *lineColors) []chart {
	var out []chart
	for page := range slices.Chunk(panels, energyPanels) {
		name := "energy"
		if len(out) > 0 {
			name += "-" + strconv.Itoa(len(out)+1)
		}
		c := chart{
			name: name, title: "Energy kept by the best approximation of rank k",
			caption: facts(v.model, "share of Σσ"+sup("2")+" in the first k of r values", "dashed: 90, 95, 99 %"),
			panels:  page,
		}
		columns, height := gridOf(len(page))
		if c.columns = columns; height > 0 {
			c.size = vg.Point{X: figureWidth, Y: height}
		}
		if len(colors.layers) > 0 {
			c.key = colors.key()
		}
		out = append(out, c)
	}
	return out
}

// maxCells bounds a heat map: several times what any model has, so that a
// document with absurd layers or heads costs no memory.
const maxCells = 1 << 16

// heads returns the distinct heads of ms, ascending.
func heads(ms []*Matrix) []int {
	var out []int
	for _, m := range ms {
		out = append(out, *m.Head)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// headCharts draws the effective rank of each head's circuits.
func headCharts(v *plotView) []chart {
	var out []chart
	for _, role := range []string{"W_OV", "W_QK"} {
		var ms []*Matrix
		for _, m := range v.matrices {
			if m.Role == role && m.Layer != nil && m.Head != nil && m.Metrics["effective_rank"].Defined() && m.Metrics["effective_rank"] > 0 {
				ms = append(ms, m)
			}
		}
		if n := len(layers(ms)) * len(heads(ms)); 0 < n && n <= maxCells {
			out = append(out, headChart(v, role, ms))
		}
	}
	return out
}

func headChart(v *plotView, role string, ms []*Matrix) chart {
	rows := layers(ms)
	columns := heads(ms)
	lo, hi, largest := math.Inf(1), math.Inf(-1), 0
	for _, m := range ms {
		rank := float64(m.Metrics["effective_rank"])
		lo, hi, largest = min(lo, rank), max(hi, rank), max(largest, len(m.Sigma))
	}
	if hi-lo < 1e-6*hi { // equal values: a range of colours all the same
		lo, hi = 0.9*lo, 1.1*hi
	}
	grid := &heatGrid{min: lo, max: hi, digits: 1}
	if hi >= 100 {
		grid.digits = 0
	}
	for range rows {
		grid.value = append(grid.value, slices.Repeat([]float64{math.NaN()}, len(columns)))
	}
	for _, m := range ms {
		row, _ := slices.BinarySearch(rows, *m.Layer)
		column, _ := slices.BinarySearch(columns, *m.Head)
		grid.value[row][column] = float64(m.Metrics["effective_rank"])
	}
	p := panel{x: cellAxis("head", columns), y: cellAxis("layer", rows), cells: grid}
	p.y.down = true
	return chart{
		name: "heads-" + role[len("W_"):], title: "Effective rank of " + inField(role) + " by layer and head",
		caption: facts(v.model, fmt.Sprintf("largest possible: %d", largest), noiseRank(ms), shortNote(ms[0])), panels: []panel{p},
		key: chartKey{title: "effective rank", bar: &colorBar{
			min: lo, max: hi, ticks: linearTicks(lo, hi, 6), color: func(t float64) color.Color { return sequential(t) },
		}},
	}
}

// noiseRank says what effective rank noise of the shape of ms has, "" where it is
// not known or not the same for all.
func noiseRank(ms []*Matrix) string {
	v := ms[0].null("effective_rank")
	for _, m := range ms {
		if !v.Mean.Defined() || m.null("effective_rank").Mean != v.Mean {
			return ""
		}
	}
	return fmt.Sprintf("noise of this shape: %s ± %s", decimal(float64(v.Mean), 3), decimal(float64(v.SD), 1))
}

// cellAxis names the rows or columns of a grid; every n-th where they are many.
func cellAxis(label string, names []int) axis {
	a := axis{label: label, min: -0.5, max: float64(len(names)) - 0.5}
	step := 1 + (len(names)-1)/16 // labels of two digits stay apart
	for i := 0; i < len(names); i += step {
		a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(names[i])})
	}
	return a
}
