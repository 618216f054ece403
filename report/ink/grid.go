package ink

import "math"

// NewGrid returns a grid without values.
func NewGrid(rows, columns int) *Grid {
	g := &Grid{}
	for range rows {
		line := make([]float64, columns)
		for i := range line {
			line[i] = math.NaN()
		}
		g.Value = append(g.Value, line)
	}
	return g
}

// Scale sets the range of colours and the digits from the values.
func (g *Grid) Scale() {
	lo, hi := math.Inf(1), math.Inf(-1)
	EachFinite(g.Value, func(v float64) { lo, hi = min(lo, v), max(hi, v) })
	if lo > hi {
		lo, hi = 0, 1
	}
	if g.Signed {
		hi = max(math.Abs(lo), math.Abs(hi))
		lo = -hi
	}
	if !(hi-lo > 1e-6*math.Abs(hi)) { // equal values: a range of colours all the same
		lo, hi = lo-max(math.Abs(lo)/10, 1e-3), hi+max(math.Abs(hi)/10, 1e-3)
	}
	g.Range = Axis{Min: lo, Max: hi}
	g.Digits = max(0, min(3, 2-int(math.Floor(math.Log10(max(math.Abs(lo), math.Abs(hi)))))))
}

// Key returns the key of the grid's colours.
func (g *Grid) Key(title string) Key {
	return Key{Title: title, Bar: &ColorBar{Axis: g.Range, Cells: true, Signed: g.Signed}}
}
