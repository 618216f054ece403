package ink

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Chart is one figure as plain data, before any ink: the numbers in it are
// those of the Document. Text may hold the markup of [Sub] and [Sup] and is
// otherwise printable.
type Chart struct {
	Name    string // safe characters are not required
	Title   string
	Caption string // one line under the title; "" for none
	Columns int    // panels a row
	Panels  []Panel
	Key     Key
	Size    vg.Point // zero: the style's size
}

// Panel is one pair of axes. It holds lines, rules or cells.
type Panel struct {
	Title string
	X, Y  Axis
	Lines []Series
	Band  *Band // behind the lines; nil: none
	Rules []Rule
	Grid  *Grid
}

// Axis spans min to max in the units of the data. With log set both are
// greater than zero.
type Axis struct {
	Label    string
	Min, Max float64
	Log      bool
	Ticks    []plot.Tick // at log10 of the values where log is set
	Grid     bool
	Down     bool // min is at the top
}

// Series is a line through points; points that are not finite, or not
// positive on a logarithmic axis, break it.
type Series struct {
	Label  string
	X, Y   []float64
	Color  color.Color
	Marker draw.GlyphDrawer // nil: none
	Bridge bool             // gaps of more than 1 in x are bridged by dots instead of a line
}

// Rule is a dashed horizontal line.
type Rule struct {
	Y     float64
	Label string
	Right bool // where the label stands: else on the left
	Above bool // else under the line
}

// Grid is a grid of colours, row 0 at the top.
type Grid struct {
	Value    [][]float64 // rows × columns; NaN where there is nothing
	Min, Max float64     // range of the colours, min < max
	Digits   int         // after the point, where values are written
}

// Key explains colours, to the right of the panels: entries, or a bar.
type Key struct {
	Title   string
	Entries []Series // label, colour and marker are shown
	Bar     *Bar
}

// Bar is a scale of colours.
type Bar struct {
	Min, Max float64
	Ticks    []plot.Tick
	Color    func(t float64) color.Color // t in [0, 1]
}

// at returns where v stands on the axis, NaN if nowhere.
func (a *Axis) At(v float64) float64 {
	if !a.Log {
		return v
	}
	if !(v > 0) {
		return math.NaN()
	}
	return log10(v)
}

// log10 is right for denormal numbers too, for which [math.Log10] is not on
// every machine.
func log10(v float64) float64 { return math.Log2(v) * (math.Ln2 / math.Ln10) }

// Room around logarithmic data, in decades.
const (
	// leastSpan keeps equal values from making an axis without length.
	leastSpan = 0.4
	// mostSpan is how far below the largest value an axis reaches: what is
	// smaller than double precision's ε against it is rounding, and would
	// press everything else into a corner.
	MostSpan = 16
	// margin is the part of the span left free at both ends.
	margin = 0.03
	// reach is the part of the span an axis is lengthened by to end at a
	// power of ten.
	reach = 0.08
)

// LogAxis returns an axis for the values that are finite and greater than
// zero, and the number of those too small for it, zeros included.
func LogAxis(label string, values ...[]float64) (a Axis, below int) {
	lo, hi := math.Inf(1), math.Inf(-1)
	EachFinite(values, func(v float64) {
		if v > 0 {
			lo, hi = min(lo, log10(v)), max(hi, log10(v))
		}
	})
	if lo > hi { // nothing to show: any axis will do
		lo, hi = -1, 0
	}
	lo = max(lo, hi-MostSpan)
	EachFinite(values, func(v float64) {
		if !(v > 0) || log10(v) < lo {
			below++
		}
	})
	if spare := leastSpan - (hi - lo); spare > 0 {
		lo, hi = lo-spare/2, hi+spare/2
	}
	span := hi - lo
	lo, hi = lo-margin*span, hi+margin*span
	if power := math.Floor(lo); lo-power <= reach*span {
		lo = power
	}
	if power := math.Ceil(hi); power-hi <= reach*span {
		hi = power
	}
	return PowerAxis(label, lo, hi), below
}

// PowerAxis returns an axis between two exponents of ten.
func PowerAxis(label string, lo, hi float64) Axis {
	// The ends stay inside the range of float64, and so do their logarithms.
	a := Axis{Label: label, Log: true, Grid: true}
	a.Min = max(math.Pow(10, lo), math.SmallestNonzeroFloat64)
	a.Max = min(math.Pow(10, hi), math.MaxFloat64)
	a.Ticks = logTicks(a.At(a.Min), a.At(a.Max), 6) // a label every half inch or so
	return a
}

// EachFinite calls f with every finite value.
func EachFinite(values [][]float64, f func(float64)) {
	for _, vs := range values {
		for _, v := range vs {
			if finite(v) {
				f(v)
			}
		}
	}
}

// ShareAxis returns an axis for shares of a whole, in per cent.
func ShareAxis(label string, step int) Axis {
	return Axis{Label: label, Min: -0.01, Max: 1.01, Ticks: percentTicks(step), Grid: true} // a line at either end shows in full
}

// Counting returns 1, 2, …, n.
func Counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

// shareAxes gives all panels the same axes: words stand at the outer ones only.
func (c *Chart) ShareAxes(x, y Axis) {
	for i := range c.Panels {
		c.Panels[i].X, c.Panels[i].Y = x, y
	}
}

// Heights of figures of several panels.
const (
	rowHeight  = 2.8 * vg.Inch // of one row
	tallHeight = 5.8 * vg.Inch // of three
)

// arrange lays the panels of c out in rows with few places left empty, on a
// figure of fitting height.
func (c *Chart) Arrange() {
	switch n := len(c.Panels); {
	case n == 1:
		c.Columns = 1
	case n <= 3:
		c.Columns, c.Size = n, pageOf(rowHeight)
	case n == 4:
		c.Columns = 2
	case n <= 6:
		c.Columns = 3
	case n <= 8:
		c.Columns = 4
	case n == 9:
		c.Columns, c.Size = 3, pageOf(tallHeight)
	default:
		c.Columns, c.Size = 4, pageOf(tallHeight)
	}
}

// inPairs lays the panels of c out in three rows of two.
func (c *Chart) InPairs() { c.Columns, c.Size = 2, pageOf(tallHeight) }

// pageOf returns the size of a figure as wide as a page's text.
func pageOf(height vg.Length) vg.Point { return vg.Point{X: figureWidth, Y: height} }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
