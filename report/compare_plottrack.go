package report

import (
	"fmt"

	"wspec/report/ink"
)

// shown returns the changes of a pair that figures draw: those of --matrix, else
// the ones that changed most.
func (c *compareView) shown(p *Pairing, usable func(*Change) bool) []*Change {
	var rows []*Change
	most := mostSpectra
	if len(c.o.Matrix) > 0 {
		most = energyPanels
	}
	for _, x := range mostChanged(p) {
		if len(rows) < most && c.o.wants(x.Label) && usable(x) {
			rows = append(rows, x)
		}
	}
	return rows
}

// angleCharts draws the principal angles before and after, a figure a pair.
func angleCharts(c *compareView) []ink.Chart {
	var out []ink.Chart
	for i := range c.Pairs {
		p := &c.Pairs[i]
		rows := c.shown(p, func(x *Change) bool { return x.Angles != nil && len(x.Angles.In)+len(x.Angles.Out) > 0 })
		if len(rows) == 0 {
			continue
		}
		chart := ink.Chart{
			Name: "angles" + c.pairName(p), Title: "Principal angles between the leading directions",
			Caption: facts(ink.Printable(p.Name()), "of the leading subspaces before and after"),
			Notes: []string{"The cosines of the angles are the singular values of XᵀY, X and Y the leading directions before and after (Björck & Golub 1973); " +
				"by chance cos² is k/d in the mean. 0° is the same direction, 90° one that was not there."},
		}
		in, side := ink.Series{Label: "In", Marker: 1}, ink.Series{Label: "Out", Paint: ink.Turn(1), Marker: 2}
		most := 1
		for _, x := range rows {
			a := x.Angles
			in.X, in.Y = ink.Counting(len(a.In)), floats(a.In)
			side.X, side.Y = ink.Counting(len(a.Out)), floats(a.Out)
			most = max(most, len(a.In), len(a.Out))
			rules := []ink.Rule{{At: float64(a.ChanceIn), Label: "random subspaces"}}
			if a.ChanceOut != a.ChanceIn {
				rules = []ink.Rule{{At: float64(a.ChanceIn), Label: "random, In"}, {At: float64(a.ChanceOut), Label: "random, Out"}}
			}
			chart.Panels = append(chart.Panels, ink.Panel{Title: inField(x.Label), Lines: []ink.Series{in, side}, Rules: rules})
		}
		chart.Key.Entries = []ink.Series{in, side}
		chart.ShareAxes(ink.CountAxis("principal angle, from the smallest", most).Or("i-th angle"), ink.Axis{Label: "angle, degrees", Short: "degrees", Min: -2, Max: 92, Grid: true})
		out = append(out, chart)
	}
	return out
}

// steps is an axis of checkpoints.
func (c *compareView) steps() ink.Axis { return ink.WholeAxis("checkpoint", 0, len(c.Models)-1) }

// span names the first and the last checkpoint.
func (c *compareView) span() string {
	return ink.Printable(c.Models[0].Name + " … " + c.Models[len(c.Models)-1].Name)
}

// sigmaCharts follows the leading singular values over the checkpoints.
func sigmaCharts(c *compareView) []ink.Chart {
	wanted, order := map[string]bool{}, []string{}
	for i := range c.Pairs {
		for _, x := range c.shown(&c.Pairs[len(c.Pairs)-1-i], func(*Change) bool { return true }) {
			if len(order) < mostSpectra && !wanted[x.Label] {
				wanted[x.Label] = true
				order = append(order, x.Label)
			}
		}
	}
	chart := ink.Chart{
		Name: "sigma", Title: "Leading singular values over the checkpoints",
		Notes: []string{"Each line follows one of the leading directions of the first checkpoint to the one it is matched with at the next; it ends where it was lost, and starts anew where it is found again."},
	}
	var all [][]float64
	lines := 0
	for _, label := range order {
		if p, values := c.sigmaPanel(label); len(p.Lines) > 0 {
			chart.Panels, all, lines = append(chart.Panels, p), append(all, values...), max(lines, len(p.Lines))
		}
	}
	if len(chart.Panels) == 0 {
		return nil
	}
	chart.Caption = c.span()
	y, _ := c.o.valueAxis(sigmaLabel(), all...)
	chart.ShareAxes(c.steps(), y)
	chart.Key = ink.Key{Title: "i of σ" + ink.Sub("i") + " at first", Bar: &ink.ColorBar{Axis: ink.Axis{Kind: ink.Wholes, Min: 1, Max: float64(max(lines, 2))}}}
	return []ink.Chart{chart}
}

// sigmaPanel draws the paths of one matrix.
func (c *compareView) sigmaPanel(label string) (p ink.Panel, values [][]float64) {
	p.Title = inField(label)
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		if t.Label != label {
			continue
		}
		for k := range t.Modes {
			sigma := floats(t.Modes[k].Sigma)
			x := ink.Counting(len(sigma))
			for j := range x {
				x[j]-- // checkpoints count from 0
			}
			values = append(values, sigma)
			p.Lines = append(p.Lines, ink.Series{Label: fmt.Sprintf("σ%s at first", ink.Sub(fmt.Sprint(k+1))), X: x, Y: sigma, Paint: layerPaint(k, 0, max(len(t.Modes)-1, 1))})
		}
	}
	return p, values
}

// checkpointCharts draws the spectra of a matrix at all checkpoints that were
// compared in a row.
func checkpointCharts(c *compareView) []ink.Chart {
	if len(c.Pairs) < 2 || c.Options.Base || len(c.Models) != len(c.Pairs)+1 {
		return nil
	}
	chart := ink.Chart{
		Name: "checkpoints", Title: "Spectra by checkpoint", Caption: c.span(),
		Notes: []string{"The dashed floor, where it is in sight, is the largest that rounding to the storage type gives at any checkpoint."},
	}
	var all [][]float64
	most := 1
	for _, x := range c.shown(&c.Pairs[len(c.Pairs)-1], func(*Change) bool { return true }) {
		p := ink.Panel{Title: inField(x.Label)}
		floor := 0.0
		for i, s := range c.sides(x.Label) {
			if s == nil {
				continue
			}
			sigma := floats(s.Sigma)
			all, most = append(all, sigma), max(most, len(sigma))
			if f := float64(s.Floor.DType); f > floor {
				floor = f
			}
			p.Lines = append(p.Lines, ink.Series{Label: ink.Printable(c.Models[i].Name), X: c.o.places(len(sigma)), Y: sigma, Paint: layerPaint(i, 0, len(c.Pairs))})
		}
		if floor > 0 {
			p.Rules = []ink.Rule{{At: floor, Label: "rounding to the storage type"}}
		}
		if len(p.Lines) > 0 {
			chart.Panels = append(chart.Panels, p)
		}
	}
	if len(chart.Panels) == 0 {
		return nil
	}
	y, _ := c.o.valueAxis(sigmaLabel(), all...)
	chart.ShareAxes(c.o.placeAxis(most), y)
	for i := range len(c.Pairs) + 1 {
		chart.Key.Entries = append(chart.Key.Entries, ink.Series{Label: ink.Printable(c.Models[i].Name), Paint: layerPaint(i, 0, len(c.Pairs))})
	}
	return []ink.Chart{chart}
}

// sides returns the matrix of a label at each checkpoint, nil where it was not
// compared.
func (c *compareView) sides(label string) []*Side {
	out := make([]*Side, len(c.Pairs)+1)
	for i := range c.Pairs {
		for k := range c.Pairs[i].Changes {
			if x := &c.Pairs[i].Changes[k]; x.Label == label {
				out[i], out[i+1] = &x.Before, &x.After
			}
		}
	}
	return out
}
