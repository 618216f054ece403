package ink

import (
	"math"
	"slices"
	"strconv"
)

// Axis spans Min to Max in the units of the data; of a logarithmic one both
// are greater than zero. Ticks are found when it is known how long it is.
type Axis struct {
	Label    string
	Short    string // in place of a label that does not fit; "": the label is cut
	Min, Max float64
	Kind     Kind
	Names    []string // of [Names] and [Numbers]: at 0, 1, …
	Grid     bool
	Down     bool // Min is at the top
}

// Kind says how an axis is divided.
type Kind uint8

// Kinds of axes.
const (
	Linear  Kind = iota
	Log          // powers of ten
	Counts       // 1 to n: the ends and round numbers
	Wholes       // whole numbers
	Shares       // of a whole, in per cent
	Names        // words, every one of which matters
	Numbers      // words of which every n-th will do
)

// at returns where v stands on the axis, NaN if nowhere.
func (a *Axis) at(v float64) float64 {
	if a.Kind != Log {
		return v
	}
	if !(v > 0) {
		return math.NaN()
	}
	return log10(v)
}

// norm returns where v stands between the ends of the axis, 0 at its left or
// lower end.
func (a *Axis) norm(v float64) float64 { return a.normAt(a.at(v)) }

// normAt is norm of a value in the axis's own units, logarithms if it is
// logarithmic.
func (a *Axis) normAt(v float64) float64 {
	lo, hi := a.at(a.Min), a.at(a.Max)
	t := v/(hi-lo) - lo/(hi-lo) // the difference of values near the largest double would overflow
	if a.Down {
		return 1 - t
	}
	return t
}

// log10 is right for denormal numbers too, for which [math.Log10] is not on
// every machine.
func log10(v float64) float64 { return math.Log2(v) * (math.Ln2 / math.Ln10) }

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// Room around logarithmic data, in decades.
const (
	// leastSpan keeps equal values from making an axis without length.
	leastSpan = 0.4
	// MostSpan is how far below the largest value an axis reaches: what is
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
	return Axis{
		Label: label, Kind: Log, Grid: true,
		Min: max(math.Pow(10, lo), math.SmallestNonzeroFloat64), Max: min(math.Pow(10, hi), math.MaxFloat64),
	}
}

// LinearAxis returns an axis for the finite values, from 0 if all lie on one
// side of it.
func LinearAxis(label string, values ...[]float64) Axis {
	lo, hi := 0.0, 0.0
	EachFinite(values, func(v float64) { lo, hi = min(lo, v), max(hi, v) })
	if lo == hi {
		hi = 1
	}
	const room = 0.04 // lines at the ends show in full
	span := hi/2 - lo/2
	if lo < 0 {
		lo = max(lo-2*room*span, -math.MaxFloat64)
	}
	if hi > 0 {
		hi = min(hi+2*room*span, math.MaxFloat64)
	}
	return Axis{Label: label, Min: lo, Max: hi, Grid: true}
}

// CountAxis returns an axis for places 1 to n.
func CountAxis(label string, n int) Axis {
	room := 0.015 * float64(n-1) // keeps the first points off the frame
	if n <= 64 {
		room = max(room, 0.5)
	}
	return Axis{Label: label, Kind: Counts, Min: 1 - room, Max: float64(n) + room}
}

// WholeAxis returns an axis for the whole numbers from first to last.
func WholeAxis(label string, first, last int) Axis {
	room := max(0.02*(float64(last)-float64(first)), 0.25)
	return Axis{Label: label, Kind: Wholes, Min: float64(first) - room, Max: float64(last) + room}
}

// ShareAxis returns an axis for shares of a whole.
func ShareAxis(label string) Axis {
	return Axis{Label: label, Kind: Shares, Min: -0.01, Max: 1.01, Grid: true} // a line at either end shows in full
}

// NameAxis names the rows or columns of a grid, or its bars.
func NameAxis(label string, names []string) Axis {
	return Axis{Label: label, Kind: Names, Names: names, Min: -0.5, Max: float64(len(names)) - 0.5}
}

// NumberAxis names rows or columns by number.
func NumberAxis(label string, numbers []int) Axis {
	a := NameAxis(label, nil)
	for _, n := range numbers {
		a.Names = append(a.Names, strconv.Itoa(n))
	}
	a.Kind, a.Max = Numbers, float64(len(numbers))-0.5
	return a
}

// Or returns the axis with a label for little room.
func (a Axis) Or(short string) Axis {
	a.Short = short
	return a
}

// EachFinite calls f with every finite value.
func EachFinite(values [][]float64, f func(float64)) {
	for _, v := range slices.Concat(values...) {
		if finite(v) {
			f(v)
		}
	}
}
