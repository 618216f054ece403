package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"wspec/report/ink"
)

// mostPlanes is the number of panels where no matrices were asked for.
const mostPlanes = 6

// planeCharts draws what matrices do to the unit circle of the plane they stretch
// most: those asked for, else those that turn furthest from chance.
func planeCharts(v *plotView) []ink.Chart {
	var drawn []*Matrix
	for _, m := range v.matrices {
		if r := m.rotation(); r != nil && r.Within.Defined() && (len(v.asked) == 0 || v.asked[m.Label]) {
			drawn = append(drawn, m)
		}
	}
	if len(drawn) == 0 {
		return nil
	}
	title := "The unit circle of the plane stretched most, and its image"
	if len(v.asked) == 0 && len(drawn) > mostPlanes {
		slices.SortStableFunc(drawn, func(a, b *Matrix) int {
			return cmp.Compare(math.Abs(float64(b.Map.Rotation.Z)), math.Abs(float64(a.Map.Rotation.Z)))
		})
		drawn = drawn[:mostPlanes]
		title += fmt.Sprintf(": the %d circuits that turn furthest from chance", mostPlanes)
	}
	c := ink.Chart{
		Name: "plane", Title: title, Square: true, Caption: facts(v.model),
		Notes: []string{"The plane is that of the first two singular directions on the In side; what leaves it is projected back. Of a 2 × 2 matrix it is all there is, on its own axes.",
			"d is the distance of the polar factor from the identity on what is read, ‖Out − In‖/(2√r): 0 for a stretch, 0.71 by chance, 1 for a reversal."},
		Key: planeKey(),
	}
	for _, m := range drawn {
		c.Panels = append(c.Panels, planePanel(m))
	}
	return []ink.Chart{c}
}

// rotation returns nil where a matrix has none.
func (m *Matrix) rotation() *Rotation {
	if m.Map == nil {
		return nil
	}
	return m.Map.Rotation
}

// planeLines are what a panel shows, in the order of the key.
func planeKey() ink.Key {
	return ink.Key{Entries: []ink.Series{
		{Label: "unit circle", Paint: ink.Muted(), Dotted: true}, {Label: "its image", Paint: ink.Turn(0)},
		{Label: "image of the first axis", Paint: ink.Turn(1)}, {Label: "of the second", Paint: ink.Turn(2)},
	}}
}

// planePoints of a circle look smooth at poster size.
const planePoints = 180

// planePanel shows the map of one matrix; one that shrinks is shown with its
// circle as large.
func planePanel(m *Matrix) ink.Panel {
	r := m.Map.Rotation
	image := func(x, y float64) (float64, float64) {
		return x*float64(r.Plane[0][0]) + y*float64(r.Plane[1][0]), x*float64(r.Plane[0][1]) + y*float64(r.Plane[1][1])
	}
	circle, mapped := ink.Series{Dotted: true, Paint: ink.Muted(), Label: "unit circle"}, ink.Series{Paint: ink.Turn(0), Label: "image"}
	reach := 1.0
	for i := range planePoints + 1 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / planePoints)
		x, y := image(cos, sin)
		circle.X, circle.Y = append(circle.X, cos), append(circle.Y, sin)
		mapped.X, mapped.Y = append(mapped.X, x), append(mapped.Y, y)
		reach = max(reach, math.Abs(x), math.Abs(y))
	}
	p := ink.Panel{
		Title: fmt.Sprintf("%s: d = %s, z = %s", inField(m.Label), ink.Decimal(float64(r.Distance), 2), ink.Decimal(float64(r.Z), 2)),
		Short: inField(m.Label), Lines: []ink.Series{circle, mapped},
	}
	p.X = ink.LinearAxis("along the first axis", []float64{-1.08 * reach, 1.08 * reach})
	p.Y = ink.LinearAxis("along the second", []float64{-1.08 * reach, 1.08 * reach})
	for i, to := range [][2]float64{{1, 0}, {0, 1}} {
		x, y := image(to[0], to[1])
		p.Lines = append(p.Lines, ink.Series{X: []float64{0, x}, Y: []float64{0, y}, Paint: ink.Turn(1 + i), Label: fmt.Sprint("axis ", i+1)})
	}
	return p
}

// keptCharts draws the histogram of what matrices keep of each token over that of
// random directions, a figure a matrix asked for.
func keptCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, m := range v.matrices {
		if m.Map == nil || m.Map.Kept == nil || !v.asked[m.Label] || len(m.Map.Kept.Histogram.Counts) == 0 {
			continue
		}
		k := m.Map.Kept
		out = append(out, ink.Chart{
			Name: "kept-" + m.Label, Title: "What " + inField(m.Label) + " keeps of each token’s embedding",
			Caption: facts(v.model, fmt.Sprintf("%d tokens", k.Tokens), fmt.Sprintf("%d preserved and %d deleted at q ≤ %v", k.Preserved, k.Deleted, significant)),
			Notes:   []string{"Share kept ‖e·W‖/(‖e‖σ" + ink.Sub("1") + ") of the embedding e of each token but the under-trained, against uniformly random directions."},
			Panels:  []ink.Panel{keptPanel(&k.Histogram)},
			Key:     ink.Key{Entries: []ink.Series{{Label: "tokens", Paint: ink.Turn(0)}, {Label: "random directions", Paint: ink.Muted(), Dotted: true}}},
		})
	}
	return out
}

func keptPanel(h *Histogram) ink.Panel {
	counts := make([]float64, len(h.Counts))
	for i, n := range h.Counts {
		counts[i] = float64(n)
	}
	tokens, chance := h.steps(counts), h.steps(floats(h.Chance))
	tokens.Label, tokens.Paint = "tokens", ink.Turn(0)
	chance.Label, chance.Paint, chance.Dotted = "random directions", ink.Muted(), true
	p := ink.Panel{Lines: []ink.Series{chance, tokens}}
	p.X = ink.LinearAxis("share kept ‖e·W‖/(‖e‖σ"+ink.Sub("1")+")", tokens.X)
	p.Y = ink.LinearAxis("tokens", tokens.Y, chance.Y, []float64{0})
	p.X.Grid = false
	return p
}

// steps is a histogram's outline.
func (h *Histogram) steps(counts []float64) ink.Series {
	low, width := float64(h.Low), float64(h.High-h.Low)/float64(len(counts))
	s := ink.Series{X: []float64{low}, Y: []float64{0}}
	for i, n := range counts {
		s.X = append(s.X, low+float64(i)*width, low+float64(i+1)*width)
		s.Y = append(s.Y, n, n)
	}
	s.X, s.Y = append(s.X, low+float64(len(counts))*width), append(s.Y, 0)
	return s
}

// axesCharts draws how far directions lean to the axes of their spaces, layer by
// layer.
func axesCharts(v *plotView) []ink.Chart {
	c := ink.Chart{
		Name: "axes", Title: "Kurtosis of singular directions over depth",
		Caption: facts(v.model),
		Notes:   []string{"Mean of d·Σx" + ink.Sup("4") + " over all directions above the floor, over what a random direction of the space has: 1 where the axes mean nothing, more where single coordinates stand out."},
		Key:     ink.Key{Title: "role"},
	}
	panels := map[string]*ink.Panel{}
	var order []string
	for i, g := range v.wholes() {
		for _, side := range []string{"In", "Out"} {
			line, space := axesLine(g, side)
			if len(line.X) == 0 {
				continue
			}
			if panels[space] == nil {
				panels[space] = &ink.Panel{Title: space + " space", Rules: []ink.Rule{{At: 1, Label: "chance"}}}
				order = append(order, space)
			}
			line.Paint, line.Marker = ink.Turn(i), 1+i
			panels[space].Lines = append(panels[space].Lines, line)
			if n := len(c.Key.Entries); n == 0 || c.Key.Entries[n-1].Label != line.Label {
				c.Key.Entries = append(c.Key.Entries, line)
			}
		}
	}
	if len(order) == 0 {
		return nil
	}
	var x, y [][]float64
	for _, space := range order {
		for _, l := range panels[space].Lines {
			x, y = append(x, l.X), append(y, l.Y)
		}
		c.Panels = append(c.Panels, *panels[space])
	}
	all := slices.Concat(x...)
	c.ShareAxes(depthAxis(int(slices.Min(all)), int(slices.Max(all))), ink.LinearAxis("kurtosis over chance", append(y, []float64{0.9, 1.1})...))
	return []ink.Chart{c}
}

// axesLine returns the kurtosis of one side of a role over that of chance, by
// layer, and the side's space.
func axesLine(g roleGroup, side string) (line ink.Series, space string) {
	line.Label, line.Bridge = inField(g.role), true
	for _, m := range g.matrices {
		if m.Map == nil || m.Layer == nil {
			continue
		}
		a := map[string]*Axes{"In": m.Map.In, "Out": m.Map.Out}[side]
		if a == nil || !a.Mean.Defined() || !(a.Chance > 0) {
			continue
		}
		space = a.Space
		line.X, line.Y = append(line.X, float64(*m.Layer)), append(line.Y, float64(a.Mean/a.Chance))
	}
	return line, cmp.Or(space, "other")
}
