package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"wspec/report/ink"
)

// pairName names a pair in a figure's file, where there are several.
func (c *Comparison) pairName(p *Pairing) string {
	if len(c.Pairs) == 1 {
		return ""
	}
	return "-" + cutTo(safeName(p.Before), maxModelPrefix/2) + "-" + cutTo(safeName(p.After), maxModelPrefix/2)
}

// changeMaps draws the relative change of every stored matrix, layer × role.
func changeMaps(c *compareView) []ink.Chart {
	var out []ink.Chart
	for i := range c.Pairs {
		p := &c.Pairs[i]
		var ms []*Matrix
		for k := range p.Changes {
			m := &p.Changes[k].Matrix
			if c.o.wants(m.Label) && m.Kind == "stored" && !m.Part() && m.Layer != nil && m.Role != "" && metric(m, "rel_change").Defined() {
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

func changeMap(c *compareView, p *Pairing, ms []*Matrix) ink.Chart {
	rows, columns := layers(ms), roles(ms)
	place := map[string]int{}
	for i, r := range columns {
		place[r] = i
	}
	at := map[int]int{}
	for i, l := range rows {
		at[l] = i
	}
	grid := ink.NewGrid(len(rows), len(columns))
	for _, m := range ms {
		grid.Value[at[*m.Layer]][place[m.Role]] = float64(metric(m, "rel_change"))
	}
	grid.Scale()
	var names []string
	for _, r := range columns {
		names = append(names, inField(r))
	}
	q := ink.Panel{X: ink.NameAxis("role", names), Y: ink.NumberAxis("layer", rows), Grid: grid}
	q.Y.Down = true
	return ink.Chart{
		Name: "changes" + c.pairName(p), Title: "Relative change of every stored matrix",
		Caption: facts(ink.Printable(p.Name()), "‖ΔW‖/‖W‖"), Panels: []ink.Panel{q}, Key: grid.Key("rel. change"),
	}
}

// mostSpectra is the number of matrices whose spectra are drawn without being
// asked for: two rows of three.
const mostSpectra = 6

// changeSpectra draws the spectra before and after and that of ΔW, with its
// floor: of the matrices that changed most, or of those asked for.
func changeSpectra(c *compareView) []ink.Chart {
	var out []ink.Chart
	for i := range c.Pairs {
		p := &c.Pairs[i]
		rows := slices.DeleteFunc(mostChanged(p), func(x *Change) bool { return !c.o.wants(x.Label) })
		if len(c.Options.Matrix)+len(c.o.Matrix) > 0 {
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

func spectraOf(c *compareView, p *Pairing, rows []*Change, name, title string) ink.Chart {
	out := ink.Chart{Name: name + c.pairName(p), Title: title, Caption: facts(ink.Printable(p.Name()))}
	out.Key.Entries = []ink.Series{{Label: "before", Paint: ink.Turn(0)}, {Label: "after", Paint: ink.Turn(1), Dotted: true}, {Label: "ΔW", Paint: ink.Turn(2)}}
	most := 0
	var all [][]float64
	for _, x := range rows {
		q := ink.Panel{}
		if len(rows) > 1 {
			q.Title = inField(x.Label)
		}
		for i, list := range [][]Number{x.Before.Sigma, x.After.Sigma, x.Sigma} {
			sigma := floats(list)
			most = max(most, len(sigma))
			all = append(all, sigma)
			line := out.Key.Entries[i]
			line.X, line.Y = c.o.places(len(sigma)), sigma
			q.Lines = append(q.Lines, line)
		}
		if f := float64(x.Floor.DType); f > 0 {
			q.Rules = []ink.Rule{{At: f, Label: "what rounding gives ΔW"}}
			all = append(all, []float64{f})
		}
		out.Panels = append(out.Panels, q)
	}
	x := c.o.placeAxis(most)
	y, _ := c.o.valueAxis(sigmaLabel(), all...)
	out.ShareAxes(x, y)
	return out
}

// trackCharts draws how far every stored matrix is from the first checkpoint,
// a panel a role.
func trackCharts(c *compareView) []ink.Chart {
	groups := map[string][]*Trajectory{}
	var order []string
	lo, hi := math.MaxInt, math.MinInt
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		if !c.o.wants(t.Label) || t.Kind != "stored" || t.Head != nil || t.Layer == nil || !t.Values["change_first"][0].Defined() {
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
	out := ink.Chart{Name: "trajectories", Title: "Change since the first checkpoint", Caption: facts(ink.Printable(c.Models[0].Name+" … "+c.Models[len(c.Models)-1].Name), "‖W − W"+ink.Sub("first")+"‖/‖W"+ink.Sub("first")+"‖")}
	n, most := len(c.Models), 0.0
	for _, role := range order {
		p := ink.Panel{Title: inField(role)}
		for _, t := range groups[role] {
			y := floats(t.Values["change_first"])
			ink.EachFinite([][]float64{y}, func(v float64) { most = max(most, v) })
			x := ink.Counting(n)
			for i := range x {
				x[i]-- // steps count from 0
			}
			p.Lines = append(p.Lines, ink.Series{Label: inField(t.Label), X: x, Y: y, Paint: layerPaint(*t.Layer, lo, hi)})
		}
		out.Panels = append(out.Panels, p)
	}
	if most == 0 {
		most = 1
	}
	out.ShareAxes(ink.WholeAxis("checkpoint", 0, n-1),
		ink.Axis{Label: "relative change", Min: -0.03 * most, Max: 1.05 * most, Grid: true})
	for l := lo; l <= hi && hi-lo < maxEntries; l++ {
		out.Key.Entries = append(out.Key.Entries, ink.Series{Label: fmt.Sprintf("layer %d", l), Paint: layerPaint(l, lo, hi)})
	}
	return []ink.Chart{out}
}

// thinned names rows or columns of which every n-th will do.
func thinned(names []string) ink.Axis {
	a := ink.NameAxis("", names)
	a.Kind = ink.Numbers
	return a
}

// withinCharts draws how alike the layers of one model are, one figure a role
// and side.
func withinCharts(c *compareView) []ink.Chart {
	var out []ink.Chart
	for i := range c.Within {
		s := &c.Within[i]
		if n := len(s.Labels); n*n > maxCells {
			continue
		}
		grid := ink.NewGrid(len(s.Labels), len(s.Labels))
		names := make([]string, len(s.Labels))
		for a, row := range s.Share {
			names[a] = inField(strings.Replace(s.Labels[a], "."+s.Role, "", 1))
			for b, v := range row {
				if a != b {
					grid.Value[a][b] = float64(v)
				}
			}
		}
		grid.Scale()
		p := ink.Panel{X: thinned(names), Y: thinned(names), Grid: grid}
		p.Y.Down = true
		out = append(out, ink.Chart{
			Name: "within-" + s.Role + "-" + s.Side, Title: fmt.Sprintf("How alike the layers' %s are, %s side", inField(s.Role), s.Side),
			Caption: facts(ink.Printable(c.Models[0].Name), fmt.Sprintf("mean cos%s of %d principal angles", ink.Sup("2"), s.K), "by chance "+ink.Decimal(float64(s.Mean), 3)),
			Panels:  []ink.Panel{p}, Key: grid.Key("share"),
		})
	}
	return out
}
