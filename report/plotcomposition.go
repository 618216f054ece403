package report

import (
	"fmt"
	"slices"

	"wspec/report/ink"
)

// compositionCharts draws how heads compose, a figure a kind.
func compositionCharts(v *plotView) []ink.Chart {
	var circuits *Circuits
	for i := range v.doc.Models {
		if m := &v.doc.Models[i]; ink.Printable(m.Name) == v.model {
			circuits = m.Circuits
		}
	}
	if circuits == nil {
		return nil
	}
	var out []ink.Chart
	for _, kind := range []string{"Q", "K", "V"} {
		var pairs []*Composition
		for i := range circuits.Composition {
			if c := &circuits.Composition[i]; c.Kind == kind && c.Z.Defined() {
				pairs = append(pairs, c)
			}
		}
		if c, ok := compositionChart(v, circuits, kind, pairs); ok {
			out = append(out, c)
		}
	}
	return out
}

// headList is the heads of a map, each layer's together.
type headList struct {
	at    map[[2]int]int
	names []string
}

// headsOf lists the heads on one side of the pairs.
func headsOf(pairs []*Composition, side func(*Composition) [2]int) headList {
	var all [][2]int
	for _, p := range pairs {
		all = append(all, side(p))
	}
	slices.SortFunc(all, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
	h := headList{at: map[[2]int]int{}}
	for _, head := range slices.Compact(all) {
		h.at[head] = len(h.names)
		h.names = append(h.names, fmt.Sprintf("L%d.H%d", head[0], head[1]))
	}
	return h
}

// compositionChart draws z of the pairs of one kind; ok is false where there are
// none, or absurdly many.
func compositionChart(v *plotView, circuits *Circuits, kind string, pairs []*Composition) (c ink.Chart, ok bool) {
	from, to := headsOf(pairs, func(c *Composition) [2]int { return c.From }), headsOf(pairs, func(c *Composition) [2]int { return c.To })
	if n := len(from.names) * len(to.names); n == 0 || n > maxCells {
		return c, false
	}
	grid := ink.NewGrid(len(from.names), len(to.names))
	grid.Signed = true
	for _, p := range pairs {
		grid.Value[from.at[p.From]][to.at[p.To]] = float64(p.Z)
	}
	grid.Scale()
	p := ink.Panel{X: thinned(to.names), Y: thinned(from.names), Grid: grid}
	p.X.Label, p.Y.Label, p.Y.Down = "later head, which reads", "earlier head, which writes", true
	p.X.Short, p.Y.Short = "later head", "earlier head"
	shown := ""
	if len(circuits.Composition) < circuits.Pairs {
		shown = fmt.Sprintf("the %d pairs furthest from chance, of %d", len(circuits.Composition), circuits.Pairs)
	}
	return ink.Chart{
		Name: "composition-" + kind, Title: kind + "-composition of heads", Caption: facts(v.model, "‖A·B‖/(‖A‖‖B‖), z", shown),
		Notes: []string{
			"A is the earlier head's W_OV, B the part of the later head that reads; z is the distance of ‖A·B‖/(‖A‖‖B‖) from its mean over random rotations of A and B to each other, in standard deviations (Elhage et al. 2021).",
			ink.Printable(circuits.Note),
		},
		Panels: []ink.Panel{p}, Key: grid.Key("z"),
	}, true
}
