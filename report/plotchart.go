package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// chart is one figure as plain data, before any ink: the numbers in it are
// those of the Document. Text may hold the markup of [sub] and [sup] and is
// otherwise printable.
type chart struct {
	name    string // safe characters are not required
	title   string
	caption string // one line under the title; "" for none
	columns int    // panels a row
	panels  []panel
	key     chartKey
	size    vg.Point // zero: the style's size
}

// panel is one pair of axes. It holds lines, rules or cells.
type panel struct {
	title string
	x, y  axis
	lines []series
	band  *bandArea // behind the lines; nil: none
	rules []ruleLine
	cells *heatGrid
}

// axis spans min to max in the units of the data. With log set both are
// greater than zero.
type axis struct {
	label    string
	min, max float64
	log      bool
	ticks    []plot.Tick // at log10 of the values where log is set
	grid     bool
	down     bool // min is at the top
}

// series is a line through points; points that are not finite, or not
// positive on a logarithmic axis, break it.
type series struct {
	label  string
	x, y   []float64
	color  color.Color
	marker draw.GlyphDrawer // nil: none
	bridge bool             // gaps of more than 1 in x are bridged by dots instead of a line
}

// ruleLine is a dashed horizontal line.
type ruleLine struct {
	y     float64
	label string
	right bool // where the label stands: else on the left
	above bool // else under the line
}

// heatGrid is a grid of colours, row 0 at the top.
type heatGrid struct {
	value    [][]float64 // rows × columns; NaN where there is nothing
	min, max float64     // range of the colours, min < max
	digits   int         // after the point, where values are written
}

// chartKey explains colours, to the right of the panels: entries, or a bar.
type chartKey struct {
	title   string
	entries []series // label, colour and marker are shown
	bar     *colorBar
}

// colorBar is a scale of colours.
type colorBar struct {
	min, max float64
	ticks    []plot.Tick
	color    func(t float64) color.Color // t in [0, 1]
}

// at returns where v stands on the axis, NaN if nowhere.
func (a *axis) at(v float64) float64 {
	if !a.log {
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
	mostSpan = 16
	// margin is the part of the span left free at both ends.
	margin = 0.03
	// reach is the part of the span an axis is lengthened by to end at a
	// power of ten.
	reach = 0.08
)

// logAxis returns an axis for the values that are finite and greater than
// zero, and the number of those too small for it, zeros included.
func logAxis(label string, values ...[]float64) (a axis, below int) {
	lo, hi := math.Inf(1), math.Inf(-1)
	eachFinite(values, func(v float64) {
		if v > 0 {
			lo, hi = min(lo, log10(v)), max(hi, log10(v))
		}
	})
	if lo > hi { // nothing to show: any axis will do
		lo, hi = -1, 0
	}
	lo = max(lo, hi-mostSpan)
	eachFinite(values, func(v float64) {
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
	return newLogAxis(label, lo, hi), below
}

// newLogAxis returns an axis between two exponents of ten.
func newLogAxis(label string, lo, hi float64) axis {
	// The ends stay inside the range of float64, and so do their logarithms.
	a := axis{label: label, log: true, grid: true}
	a.min = max(math.Pow(10, lo), math.SmallestNonzeroFloat64)
	a.max = min(math.Pow(10, hi), math.MaxFloat64)
	a.ticks = logTicks(a.at(a.min), a.at(a.max), 6) // a label every half inch or so
	return a
}

// eachFinite calls f with every finite value.
func eachFinite(values [][]float64, f func(float64)) {
	for _, vs := range values {
		for _, v := range vs {
			if Number(v).Defined() {
				f(v)
			}
		}
	}
}

// indexAxis returns an axis for the singular values σ₁ to σ_n; data count them
// from 0.
func indexAxis(n int) axis {
	room := max(0.015*float64(n-1), 0.5) // keeps the first points off the frame
	if n > 64 {
		room = 0.015 * float64(n-1)
	}
	return axis{label: "i of σ" + sub("i") + " (index i − 1 in the data)", min: 1 - room, max: float64(n) + room, ticks: indexTicks(n)}
}

// depthAxis returns an axis for the layers first to last.
func depthAxis(first, last int) axis {
	room := max(0.02*(float64(last)-float64(first)), 0.25)
	return axis{
		label: "layer", min: float64(first) - room, max: float64(last) + room,
		ticks: layerTicks(first, last),
	}
}

// shareAxis returns an axis for shares of a whole, in per cent.
func shareAxis(label string, step int) axis {
	return axis{label: label, min: -0.01, max: 1.01, ticks: percentTicks(step), grid: true} // a line at either end shows in full
}

// counting returns 1, 2, …, n.
func counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}

// floats returns the values of a spectrum.
func floats(sigma []Number) []float64 {
	out := make([]float64, len(sigma))
	for i, s := range sigma {
		out[i] = float64(s)
	}
	return out
}
