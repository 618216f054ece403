package report

import (
	"fmt"
	"slices"
	"strconv"

	"wspec/report/ink"
)

// depthCharts draws the effective rank of every role over the layers.
func depthCharts(v *plotView) []ink.Chart {
	p := ink.Panel{Y: ink.ShareAxis("effective rank, % of the largest possible").Or("effective rank, %")}
	var all []*Matrix
	var ranks []int
	k := ink.Key{Title: "role"}
	for _, g := range v.wholes() {
		line, largest := depthLine(g)
		if len(line.X) == 0 {
			continue
		}
		i := len(p.Lines)
		line.Paint, line.Marker = ink.Turn(i), 1+i
		p.Lines = append(p.Lines, line)
		k.Entries = append(k.Entries, line)
		ranks = append(ranks, largest)
		all = append(all, g.matrices...)
	}
	if len(p.Lines) == 0 {
		return nil
	}
	most := nameRanks(&k, ranks)
	ls := layers(all)
	p.X = depthAxis(ls[0], ls[len(ls)-1])
	return []ink.Chart{{
		Name: "effective_rank", Title: "Effective rank over depth",
		Caption: facts(v.model, most, "effective rank = exp(−Σ p ln p) with p"+ink.Sub("i")+" = σ"+ink.Sub("i")+"/Σσ"),
		Panels:  []ink.Panel{p}, Key: k,
	}}
}

// nameRanks says how large an effective rank can be: once for all roles if
// they agree, else beside each in the key.
func nameRanks(k *ink.Key, ranks []int) string {
	if slices.Min(ranks) == slices.Max(ranks) {
		return fmt.Sprintf("largest possible %d", ranks[0])
	}
	for i := range k.Entries {
		k.Entries[i].Label += fmt.Sprintf(" (of %d)", ranks[i])
	}
	return ""
}

// depthLine returns the effective rank of a role's matrices against their
// layers, as a share of the largest possible (of the last layer's); where a layer has several (the
// experts of a mixture) their median.
func depthLine(g roleGroup) (line ink.Series, largest int) {
	line.Bridge = true
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
			line.X = append(line.X, float64(l))
			line.Y = append(line.Y, (s[(len(s)-1)/2]+s[len(s)/2])/2)
		}
	}
	line.Label = inField(g.role)
	return line, largest
}

// energyLevels names the levels drawn through curves of energy.
const energyLevels = "90, 95, 99 %"

// energyPanels is the most panels of one figure: three rows of four, each
// still an inch wide. More go to further figures.
const energyPanels = 12

// energyCharts draws the energy kept against the rank kept, a panel a role.
func energyCharts(v *plotView) []ink.Chart {
	var panels []ink.Panel
	var all []*Matrix
	groups := v.wholes()
	for _, g := range groups {
		all = append(all, g.matrices...)
	}
	colors := newLineColors(all)
	for _, g := range groups {
		p := ink.Panel{Title: inField(g.role), X: ink.ShareAxis("rank kept k/r, %").Or("k/r, %"), Y: ink.ShareAxis("energy kept, %").Or("energy, %")}
		p.Rules = []ink.Rule{{At: 0.9, Label: energyLevels}, {At: 0.95, Label: energyLevels}, {At: 0.99, Label: energyLevels}}
		for _, m := range g.matrices {
			if x, y := energyCurve(m.Sigma); x != nil {
				p.Lines = append(p.Lines, ink.Series{Label: inField(m.Label), X: x, Y: y, Paint: colors.of(0, m)})
			}
		}
		if len(p.Lines) > 0 {
			panels = append(panels, p)
		}
	}
	return energyPages(v, panels, colors)
}

// energyPages lays the panels out on as many figures as they need.
func energyPages(v *plotView, panels []ink.Panel, colors *lineColors) []ink.Chart {
	var out []ink.Chart
	for page := range slices.Chunk(panels, energyPanels) {
		name := "energy"
		if len(out) > 0 {
			name += "-" + strconv.Itoa(len(out)+1)
		}
		c := ink.Chart{
			Name: name, Title: "Energy kept by the best approximation of rank k",
			Caption: facts(v.model, "share of Σσ"+ink.Sup("2")+" in the first k of r values"),
			Panels:  page,
		}
		if len(colors.layers) > 0 {
			c.Key = colors.key()
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
func headCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
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

func headChart(v *plotView, role string, ms []*Matrix) ink.Chart {
	rows, columns, largest := layers(ms), heads(ms), 0
	grid := ink.NewGrid(len(rows), len(columns))
	for _, m := range ms {
		largest = max(largest, len(m.Sigma))
		row, _ := slices.BinarySearch(rows, *m.Layer)
		column, _ := slices.BinarySearch(columns, *m.Head)
		grid.Value[row][column] = float64(m.Metrics["effective_rank"])
	}
	grid.Scale()
	p := ink.Panel{X: ink.NumberAxis("head", columns), Y: ink.NumberAxis("layer", rows), Grid: grid}
	p.Y.Down = true
	return ink.Chart{
		Name: "heads-" + role[len("W_"):], Title: "Effective rank of " + inField(role) + " by layer and head",
		Caption: facts(v.model, fmt.Sprintf("largest possible: %d", largest), noiseRank(ms), shortNote(ms[0])),
		Panels:  []ink.Panel{p}, Key: grid.Key("effective rank"),
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
	return fmt.Sprintf("noise of this shape: %s ± %s", ink.Decimal(float64(v.Mean), 3), ink.Decimal(float64(v.SD), 1))
}
