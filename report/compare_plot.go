package report

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// comparePlotKind is one entry of the table of a comparison's figures.
type comparePlotKind struct {
	name string
	make func(*Comparison) []chart // none if there is nothing to show
}

// comparePlotKinds returns the table; a new figure is one entry.
func comparePlotKinds() []comparePlotKind {
	return []comparePlotKind{
		{"changes", changeMaps}, {"spectra", changeSpectra}, {"trajectories", trackCharts}, {"within", withinCharts},
	}
}

// comparedPNG draws the figures of a comparison.
func comparedPNG(c *Comparison) ([]file, error) {
	var files []file
	names, style := nameSet{}, paperStyle()
	for _, kind := range comparePlotKinds() {
		for _, f := range kind.make(c) {
			name := names.unique(f.name)
			files = append(files, file{
				path: "plots/" + name + ".png", figure: name, title: plain(f.title),
				write: func(w io.Writer) error { return writePNG(w, &f, style) },
			})
		}
	}
	return files, nil
}

// pairName names a pair in a figure's file, where there are several.
func (c *Comparison) pairName(p *Pairing) string {
	if len(c.Pairs) == 1 {
		return ""
	}
	return "-" + cutTo(safeName(p.Before), maxModelPrefix/2) + "-" + cutTo(safeName(p.After), maxModelPrefix/2)
}

// changeMaps draws the relative change of every stored matrix, layer × role.
func changeMaps(c *Comparison) []chart {
	var out []chart
	for i := range c.Pairs {
		p := &c.Pairs[i]
		var ms []*Matrix
		for k := range p.Changes {
			m := &p.Changes[k].Matrix
			if m.Kind == "stored" && !m.Part() && m.Layer != nil && m.Role != "" && metric(m, "rel_change").Defined() {
				ms = append(ms, m)
			}
		}
		if n := len(layers(ms)) * len(roles(ms)); n == 0 || n > maxCells {
			continue
		}
		out = append(out, changeMap(c, p, ms))
	}
	return out
}

// roles returns the distinct roles of ms, in their order.
func roles(ms []*Matrix) []string {
	var out []string
	seen := map[string]bool{}
	for _, m := range ms {
		if !seen[m.Role] {
			seen[m.Role] = true
			out = append(out, m.Role)
		}
	}
	return out
}

func changeMap(c *Comparison, p *Pairing, ms []*Matrix) chart {
	rows, columns := layers(ms), roles(ms)
	place := map[string]int{}
	for i, r := range columns {
		place[r] = i
	}
	at := map[int]int{}
	for i, l := range rows {
		at[l] = i
	}
	grid := emptyGrid(len(rows), len(columns))
	for _, m := range ms {
		grid.value[at[*m.Layer]][place[m.Role]] = float64(metric(m, "rel_change"))
	}
	grid.scale()
	var names []string
	for _, r := range columns {
		names = append(names, inField(r))
	}
	q := panel{x: nameAxis("role", names, 12), y: cellAxis("layer", rows), cells: grid}
	q.y.down = true
	return chart{
		name: "changes" + c.pairName(p), title: "Relative change of every stored matrix",
		caption: facts(printable(p.Name()), "‖ΔW‖/‖W‖"), panels: []panel{q}, key: grid.key("rel. change"),
	}
}

// nameAxis names the rows or columns of a grid by text, at most so many of
// them.
func nameAxis(label string, names []string, most int) axis {
	a := axis{label: label, min: -0.5, max: float64(len(names)) - 0.5}
	for i := 0; i < len(names); i += 1 + (len(names)-1)/most {
		a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: names[i]})
	}
	return a
}

func emptyGrid(rows, columns int) *heatGrid {
	g := &heatGrid{}
	for range rows {
		line := make([]float64, columns)
		for i := range line {
			line[i] = math.NaN()
		}
		g.value = append(g.value, line)
	}
	return g
}

// scale sets the range of colours and the digits from the values.
func (g *heatGrid) scale() {
	g.min, g.max = math.Inf(1), math.Inf(-1)
	eachFinite(g.value, func(v float64) { g.min, g.max = min(g.min, v), max(g.max, v) })
	if !(g.max-g.min > 1e-6*math.Abs(g.max)) { // equal values: a range of colours all the same
		g.min, g.max = g.min-max(math.Abs(g.min)/10, 1e-3), g.max+max(math.Abs(g.max)/10, 1e-3)
	}
	g.digits = max(0, min(3, 2-int(math.Floor(math.Log10(max(math.Abs(g.min), math.Abs(g.max)))))))
}

func (g *heatGrid) key(title string) chartKey {
	return chartKey{title: title, bar: &colorBar{
		min: g.min, max: g.max, ticks: linearTicks(g.min, g.max, 6), color: func(t float64) color.Color { return sequential(t) },
	}}
}

// mostSpectra is the number of matrices whose spectra are drawn without being
// asked for: two rows of three.
const mostSpectra = 6

// changeSpectra draws the spectra before and after and that of ΔW, with its
// floor: of the matrices that changed most, or of those asked for.
func changeSpectra(c *Comparison) []chart {
	var out []chart
	for i := range c.Pairs {
		p := &c.Pairs[i]
		rows := mostChanged(p)
		if len(c.Options.Matrix) > 0 {
			for _, x := range rows {
				out = append(out, spectraOf(c, p, []*Change{x}, "spectra-"+x.Label, "Spectra of "+inField(x.Label)+" and of its change"))
			}
			continue
		}
		if len(rows) > 0 {
			out = append(out, spectraOf(c, p, rows[:min(len(rows), mostSpectra)], "spectra", "Spectra of what changed most"))
		}
	}
	return out
}

func spectraOf(c *Comparison, p *Pairing, rows []*Change, name, title string) chart {
	out := chart{name: name + c.pairName(p), title: title, caption: facts(printable(p.Name()), "dashed: what rounding gives ΔW")}
	out.key.entries = []series{{label: "before", color: okabeIto()[0]}, {label: "after", color: okabeIto()[1]}, {label: "ΔW", color: okabeIto()[2]}}
	var height vg.Length
	if out.columns, height = gridOf(len(rows)); height > 0 {
		out.size = vg.Point{X: figureWidth, Y: height}
	}
	most := 0
	var all [][]float64
	for _, x := range rows {
		q := panel{}
		if len(rows) > 1 {
			q.title = inField(x.Label)
		}
		for i, list := range [][]Number{x.Before.Sigma, x.After.Sigma, x.Sigma} {
			sigma := floats(list)
			most = max(most, len(sigma))
			all = append(all, sigma)
			line := out.key.entries[i]
			line.x, line.y = counting(len(sigma)), sigma
			q.lines = append(q.lines, line)
		}
		if f := float64(x.Floor.DType); f > 0 {
			q.rules = []ruleLine{{y: f}}
			all = append(all, []float64{f})
		}
		out.panels = append(out.panels, q)
	}
	x := indexAxis(most)
	y, _ := logAxis("singular value σ"+sub("i"), all...)
	if len(rows) > 1 {
		x.label = "i" // narrow panels
	}
	out.shareAxes(x, y)
	return out
}

// shareAxes gives all panels the same axes: words stand at the outer ones only.
func (c *chart) shareAxes(x, y axis) {
	for i := range c.panels {
		c.panels[i].x, c.panels[i].y = x, y
	}
}

// trackCharts draws how far every stored matrix is from the first checkpoint,
// a panel a role.
func trackCharts(c *Comparison) []chart {
	groups := map[string][]*Trajectory{}
	var order []string
	lo, hi := math.MaxInt, math.MinInt
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		if t.Kind != "stored" || t.Head != nil || t.Layer == nil || !t.Values["change_first"][0].Defined() {
			continue
		}
		if groups[t.Role] == nil {
			order = append(order, t.Role)
		}
		groups[t.Role] = append(groups[t.Role], t)
		lo, hi = min(lo, *t.Layer), max(hi, *t.Layer)
	}
	if len(order) == 0 || len(order) > energyPanels {
		return nil
	}
	out := chart{name: "trajectories", title: "Change since the first checkpoint", caption: facts(printable(c.Models[0].Name+" … "+c.Models[len(c.Models)-1].Name), "‖W − W"+sub("first")+"‖/‖W"+sub("first")+"‖")}
	var height vg.Length
	if out.columns, height = gridOf(len(order)); height > 0 {
		out.size = vg.Point{X: figureWidth, Y: height}
	}
	n, most := len(c.Models), 0.0
	for _, role := range order {
		p := panel{title: inField(role)}
		for _, t := range groups[role] {
			y := floats(t.Values["change_first"])
			eachFinite([][]float64{y}, func(v float64) { most = max(most, v) })
			x := counting(n)
			for i := range x {
				x[i]-- // steps count from 0
			}
			p.lines = append(p.lines, series{label: inField(t.Label), x: x, y: y, color: layerColor(*t.Layer, lo, hi)})
		}
		out.panels = append(out.panels, p)
	}
	if most == 0 {
		most = 1
	}
	last := float64(n - 1)
	out.shareAxes(axis{label: "checkpoint", min: -0.02 * last, max: 1.02 * last, ticks: linearTicks(0, last, 5)},
		axis{label: "relative change", min: -0.03 * most, max: 1.05 * most, grid: true, ticks: linearTicks(0, most, 5)})
	for l := lo; l <= hi && hi-lo < maxEntries; l++ {
		out.key.entries = append(out.key.entries, series{label: fmt.Sprintf("layer %d", l), color: layerColor(l, lo, hi)})
	}
	return []chart{out}
}

// withinCharts draws how alike the layers of one model are, one figure a role
// and side.
func withinCharts(c *Comparison) []chart {
	var out []chart
	for i := range c.Within {
		s := &c.Within[i]
		if n := len(s.Labels); n*n > maxCells {
			continue
		}
		grid := emptyGrid(len(s.Labels), len(s.Labels))
		names := make([]string, len(s.Labels))
		for a, row := range s.Share {
			names[a] = inField(strings.Replace(s.Labels[a], "."+s.Role, "", 1))
			for b, v := range row {
				if a != b {
					grid.value[a][b] = float64(v)
				}
			}
		}
		grid.scale()
		p := panel{x: nameAxis("", names, 8), y: nameAxis("", names, 24), cells: grid}
		p.y.down = true
		out = append(out, chart{
			name: "within-" + s.Role + "-" + s.Side, title: fmt.Sprintf("How alike the layers' %s are, %s side", inField(s.Role), s.Side),
			caption: facts(printable(c.Models[0].Name), fmt.Sprintf("mean cos%s of %d principal angles", sup("2"), s.K), "by chance "+decimal(float64(s.Mean), 3)),
			panels:  []panel{p}, key: grid.key("share"),
		})
	}
	return out
}
