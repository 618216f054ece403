package ink

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// Ticks of a logarithmic axis stand at log10 of their values: gonum/plot's own
// logarithmic axis panics on 0 and on constant data, and labels nothing on
// less than a decade.

// logTicks returns ticks for the powers of ten from lo to hi, which are
// exponents with lo < hi; about most of them are labelled.
func logTicks(lo, hi float64, most int) []plot.Tick {
	first, last := int(math.Ceil(lo)), int(math.Floor(hi))
	if last-first < 1 {
		return narrowLogTicks(lo, hi, most)
	}
	step := 1 + (last-first)/most
	words := first >= -3 && last <= 3 // 0.001 to 1000 read better in full
	var ticks []plot.Tick
	for e := first - 1; e <= last; e++ {
		if e >= first {
			ticks = append(ticks, plot.Tick{Value: float64(e), Label: powerLabel(e, words, mod(e, step) == 0)})
		}
		if step > 1 {
			continue
		}
		for m := 2.0; m < 10; m++ {
			if v := float64(e) + math.Log10(m); v >= lo && v <= hi {
				ticks = append(ticks, plot.Tick{Value: v})
			}
		}
	}
	return ticks
}

func powerLabel(e int, inFull, labelled bool) string {
	switch {
	case !labelled:
		return ""
	case inFull:
		return Decimal(math.Pow10(e), 1)
	}
	return PowerOfTen(e)
}

// narrowLogTicks labels an axis that spans less than two powers of ten.
func narrowLogTicks(lo, hi float64, most int) []plot.Tick {
	if hi-lo < 1 {
		unit := math.Pow10(int(math.Floor(hi))) // keeps 10^lo and 10^hi from overflowing below
		base := math.Floor(hi)
		var ticks []plot.Tick
		for _, v := range niceSteps(math.Pow(10, lo-base), math.Pow(10, hi-base), most) {
			ticks = append(ticks, plot.Tick{Value: base + math.Log10(v), Label: Decimal(v*unit, 3)})
		}
		return ticks
	}
	var ticks []plot.Tick
	for e := math.Floor(lo); e <= hi; e++ {
		for m := 1.0; m < 10; m++ {
			v := e + math.Log10(m)
			if v < lo || v > hi {
				continue
			}
			t := plot.Tick{Value: v}
			if m == 1 || m == 2 || m == 5 {
				t.Label = Decimal(m*math.Pow10(int(e)), 1)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// mod is the remainder in [0, n).
func mod(a, n int) int { return ((a % n) + n) % n }

// niceSteps returns the multiples of 1, 2 or 5 times a power of ten within
// [lo, hi], about most of them.
func niceSteps(lo, hi float64, most int) []float64 {
	raw := (hi - lo) / float64(most)
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := unit * 10
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= raw {
			step = m * unit
			break
		}
	}
	if !(step > 0) || math.IsInf(step, 0) {
		return nil
	}
	var out []float64
	for k := math.Ceil(lo / step); k*step <= hi; k++ {
		if len(out) > 4*most { // rounding far from zero could stall the steps
			break
		}
		out = append(out, k*step)
	}
	return out
}

// LinearTicks labels a linear axis from lo to hi.
func LinearTicks(lo, hi float64, most int) []plot.Tick {
	var ticks []plot.Tick
	for _, v := range niceSteps(lo, hi, most) {
		ticks = append(ticks, plot.Tick{Value: v, Label: Decimal(v, 4)})
	}
	return ticks
}

// percentTicks labels shares from 0 to 1 with their percentages.
func percentTicks(step int) []plot.Tick {
	var ticks []plot.Tick
	for p := 0; p <= 100; p += step {
		ticks = append(ticks, plot.Tick{Value: float64(p) / 100, Label: strconv.Itoa(p)})
	}
	return ticks
}

// IndexTicks labels the indices of n singular values: the first, round
// numbers, and the last.
func IndexTicks(n int) []plot.Tick {
	label := func(i int) plot.Tick { return plot.Tick{Value: float64(i), Label: strconv.Itoa(i)} }
	ticks := []plot.Tick{label(1)}
	if n < 2 {
		return ticks
	}
	const most = 6 // labels of four digits stay apart on half a page's width
	apart := float64(n) / 12
	for _, v := range niceSteps(1, float64(n), most) {
		if v == math.Trunc(v) && v-1 >= apart && float64(n)-v >= apart {
			ticks = append(ticks, label(int(v)))
		}
	}
	return append(ticks, label(n))
}

// LayerTicks labels the layers from first to last at whole numbers.
func LayerTicks(first, last int) []plot.Tick {
	const most = 12 // labels of two digits stay apart in half a page's width
	span, step := float64(last)-float64(first), 1.0
	for _, s := range []float64{1, 2, 4, 5, 10, 20, 50} { // 4 before 5: depths are often multiples of 4
		if step = s; span/s < most {
			break
		}
	}
	step = max(step, math.Ceil(span/most)) // no depth fills memory with ticks
	var ticks []plot.Tick
	for k := 0.0; k*step <= span; k++ {
		v := float64(first) + k*step
		ticks = append(ticks, plot.Tick{Value: v, Label: strconv.FormatFloat(v, 'f', 0, 64)})
	}
	return ticks
}
