package ink

import (
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// NameAxis names the rows or columns of a grid by text, at most so many of
// them.
func NameAxis(label string, names []string, most int) Axis {
	a := Axis{Label: label, Min: -0.5, Max: float64(len(names)) - 0.5}
	for i := 0; i < len(names); i += 1 + (len(names)-1)/most {
		a.Ticks = append(a.Ticks, plot.Tick{Value: float64(i), Label: names[i]})
	}
	return a
}

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

// scale sets the range of colours and the digits from the values.
func (g *Grid) Scale() {
	g.Min, g.Max = math.Inf(1), math.Inf(-1)
	EachFinite(g.Value, func(v float64) { g.Min, g.Max = min(g.Min, v), max(g.Max, v) })
	if !(g.Max-g.Min > 1e-6*math.Abs(g.Max)) { // equal values: a range of colours all the same
		g.Min, g.Max = g.Min-max(math.Abs(g.Min)/10, 1e-3), g.Max+max(math.Abs(g.Max)/10, 1e-3)
	}
	g.Digits = max(0, min(3, 2-int(math.Floor(math.Log10(max(math.Abs(g.Min), math.Abs(g.Max)))))))
}

func (g *Grid) Key(title string) Key {
	return Key{Title: title, Bar: &Bar{
		Min: g.Min, Max: g.Max, Ticks: LinearTicks(g.Min, g.Max, 6), Color: func(t float64) color.Color { return Sequential(t) },
	}}
}

// NumberAxis names the rows or columns of a grid; every n-th where they are many.
func NumberAxis(label string, names []int) Axis {
	a := Axis{Label: label, Min: -0.5, Max: float64(len(names)) - 0.5}
	step := 1 + (len(names)-1)/16 // labels of two digits stay apart
	for i := 0; i < len(names); i += step {
		a.Ticks = append(a.Ticks, plot.Tick{Value: float64(i), Label: strconv.Itoa(names[i])})
	}
	return a
}
