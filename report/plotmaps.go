package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wspec/report/ink"
)

// defaultMetric is what maps show unless told otherwise.
const defaultMetric = "effective_rank"

// metricInfo returns the definition of a measure, its name alone if the
// document has none.
func (v *plotView) metricInfo(name string) MetricInfo {
	for _, m := range v.doc.Metrics {
		if m.Name == name {
			return m
		}
	}
	return MetricInfo{Name: name, Title: name}
}

// metricNote is what a caption says of a measure.
func metricNote(m MetricInfo) string {
	if m.Formula == "" {
		return ""
	}
	note := fmt.Sprintf("%s = %s.", m.Title, m.Formula)
	if m.Ref != "" {
		note += " (" + m.Ref + ")"
	}
	return ink.Printable(note)
}

// metricMaps draws a measure over layers and roles, and over layers and heads.
func metricMaps(v *plotView) []ink.Chart {
	name := cmp.Or(v.o.Metric, defaultMetric)
	var whole []*Matrix
	byRole := map[string][]*Matrix{}
	var order []string
	for _, m := range v.matrices {
		switch {
		case m.Layer == nil || m.Role == "" || !metric(m, name).Defined():
		case m.Head != nil:
			if byRole[m.Role] == nil {
				order = append(order, m.Role)
			}
			byRole[m.Role] = append(byRole[m.Role], m)
		case m.Kind == "stored":
			whole = append(whole, m)
		}
	}
	var out []ink.Chart
	if n := len(layers(whole)) * len(roles(whole)); 0 < n && n <= maxCells {
		out = append(out, metricMap(v, name, "", whole))
	}
	for _, role := range order {
		if ms := byRole[role]; len(layers(ms))*len(heads(ms)) <= maxCells {
			out = append(out, metricMap(v, name, role, ms))
		}
	}
	return out
}

// metricMap draws a measure of ms over their layers and roles or, of one role,
// heads.
func metricMap(v *plotView, name, role string, ms []*Matrix) ink.Chart {
	info := v.metricInfo(name)
	rows, columns := layers(ms), []string{}
	place := func(m *Matrix) string { return m.Role }
	x := ink.NameAxis("role", nil)
	title := ink.Printable(info.Title) + " of every stored matrix"
	if role == "" {
		for _, r := range roles(ms) {
			columns, x.Names = append(columns, r), append(x.Names, inField(r))
		}
	} else {
		x = ink.NumberAxis("head", heads(ms))
		columns = x.Names
		place = func(m *Matrix) string { return fmt.Sprint(*m.Head) }
		title = ink.Printable(info.Title) + " of " + inField(role) + " by layer and head"
	}
	x.Min, x.Max = -0.5, float64(len(columns))-0.5
	at := map[string]int{}
	for i, c := range columns {
		at[c] = i
	}
	grid := ink.NewGrid(len(rows), len(columns))
	for _, m := range ms {
		row, _ := slices.BinarySearch(rows, *m.Layer)
		grid.Value[row][at[place(m)]] = float64(metric(m, name))
	}
	v.o.scaleMap(grid)
	p := ink.Panel{X: x, Y: ink.NumberAxis("layer", rows), Grid: grid}
	p.Y.Down = true
	return ink.Chart{
		Name: "map-" + name + cutSuffix("-", role), Title: title, Caption: facts(v.model, noiseRange(ms, info)),
		Notes: []string{metricNote(info)}, Panels: []ink.Panel{p}, Key: grid.Key(ink.Printable(info.Title)),
	}
}

// cutSuffix is sep and s, "" if s is.
func cutSuffix(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

// scaleMap sets the colours: logarithmic where values differ by more than a
// thousand, on both sides of 0 where they lie there.
func (o *PlotOptions) scaleMap(g *ink.Grid) {
	lo, hi := math.Inf(1), math.Inf(-1)
	ink.EachFinite(g.Value, func(v float64) { lo, hi = min(lo, v), max(hi, v) })
	g.Signed = lo < 0
	g.Scale()
	const wide = 1000
	if lo > 0 && (o.Scale == "log" || o.Scale == "" && hi/wide > lo) {
		g.Range, _ = ink.LogAxis("", []float64{lo, hi})
	}
}

// noiseRange says what noise gives for a measure of ms: its least and greatest mean.
func noiseRange(ms []*Matrix, info MetricInfo) string {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, m := range ms {
		if mean := m.null(info.Name).Mean; mean.Defined() {
			lo, hi = min(lo, float64(mean)), max(hi, float64(mean))
		}
	}
	switch {
	case lo > hi:
		return ""
	case hi-lo <= 1e-3*math.Abs(hi):
		return "noise of their shape and norm gives " + ink.Decimal(hi, 3)
	}
	return fmt.Sprintf("noise of their shapes and norms gives %s to %s", ink.Decimal(lo, 3), ink.Decimal(hi, 3))
}

// depthPanels draws measures over the layers beside their nulls.
func depthPanels(v *plotView) []ink.Chart {
	names := []string{"effective_rank", "stable_rank"}
	if v.o.Metric != "" {
		names = []string{v.o.Metric}
	}
	var out []ink.Chart
	for _, name := range names {
		var panels []ink.Panel
		for _, g := range v.wholes() {
			if p := depthPanel(g, name); len(p.Lines) > 0 {
				panels = append(panels, p)
			}
		}
		info := v.metricInfo(name)
		for i, page := range slices.Collect(slices.Chunk(panels, energyPanels)) {
			out = append(out, v.depthPage(info, i, page))
		}
	}
	return out
}

// depthPanel draws a measure of a role's matrices and the middle 95 % of noise of
// the shape and norm of each. Where a layer has several (the experts of a
// mixture) each is a point.
func depthPanel(g roleGroup, name string) ink.Panel {
	line := ink.Series{Label: "measured", Marker: 1, Bridge: true}
	band := ink.Band{Label: "95 % of noise of its shape and norm"}
	const wide = 1.96 // standard deviations on either side
	ms := slices.Clone(g.matrices)
	ms = slices.DeleteFunc(ms, func(m *Matrix) bool { return m.Layer == nil || !metric(m, name).Defined() })
	slices.SortStableFunc(ms, func(a, b *Matrix) int { return cmp.Compare(*a.Layer, *b.Layer) })
	for _, m := range ms {
		x := float64(*m.Layer)
		line.X, line.Y = append(line.X, x), append(line.Y, float64(metric(m, name)))
		if null := m.null(name); null.Mean.Defined() && null.SD.Defined() {
			mean, sd := float64(null.Mean), float64(null.SD)
			band.X, band.Mean = append(band.X, x), append(band.Mean, mean)
			band.Low, band.High = append(band.Low, mean-wide*sd), append(band.High, mean+wide*sd)
		}
	}
	line.Points = len(layers(ms)) < len(ms)
	p := ink.Panel{Title: inField(g.role)}
	if len(line.X) > 0 {
		p.Lines = []ink.Series{line}
	}
	if len(band.X) > 0 {
		p.Band = &band
	}
	return p
}

// depthPage gives the panels of one figure their axes.
func (v *plotView) depthPage(info MetricInfo, page int, panels []ink.Panel) ink.Chart {
	var values [][]float64
	for i := range panels {
		values = append(values, panels[i].Lines[0].Y)
		if b := panels[i].Band; b != nil {
			values = append(values, b.Low, b.High)
		}
	}
	label := ink.Printable(info.Title)
	y := ink.LinearAxis(label, values...)
	if v.o.Scale == "log" {
		y, _ = ink.LogAxis(label, values...)
	}
	c := ink.Chart{
		Name: "depth-" + info.Name, Title: label + " over depth", Caption: v.model, Panels: panels,
		Notes: []string{metricNote(info), "The grey band is mean ± 1.96 standard deviations of draws of noise of the same shape and norm."},
	}
	if page > 0 {
		c.Name += fmt.Sprintf("-%d", page+1)
	}
	ls := layers(v.matrices)
	c.ShareAxes(depthAxis(ls[0], ls[len(ls)-1]), y)
	return c
}
