package ink

import (
	"math"
	"strconv"
)

// tick is a mark on an axis, at log10 of its value on a logarithmic one. One
// without a label is short.
type tick struct {
	at    float64
	label string
}

// most is the number of labels an axis has if it is long enough.
func (a *Axis) most() int {
	switch a.Kind {
	case Names, Numbers:
		return max(len(a.Names), 1)
	case Wholes:
		return 12
	case Linear:
		return 5
	}
	return 6
}

// ticks divides the axis, with about most labels.
func (a *Axis) ticks(most int) []tick {
	switch a.Kind {
	case Log:
		return logTicks(a.at(a.Min), a.at(a.Max), most)
	case Counts:
		return countTicks(int(math.Round(a.Max+a.Min-1)), most) // the axis reaches as far beyond both
	case Wholes:
		return wholeTicks(math.Ceil(a.Min), math.Floor(a.Max), most)
	case Shares:
		return shareTicks(most)
	case Names, Numbers:
		return nameTicks(a.Names, most)
	}
	return linearTicks(a.Min, a.Max, most)
}

// nameTicks labels every n-th name.
func nameTicks(names []string, most int) []tick {
	var ticks []tick
	for i := 0; i < len(names); i += 1 + (len(names)-1)/most {
		ticks = append(ticks, tick{float64(i), names[i]})
	}
	return ticks
}

// shareTicks labels shares from 0 to 1 with their percentages.
func shareTicks(most int) []tick {
	step := 100
	for _, s := range []int{50, 25} {
		if 100/s <= most {
			step = s
		}
	}
	var ticks []tick
	for p := 0; p <= 100; p += step {
		ticks = append(ticks, tick{float64(p) / 100, strconv.Itoa(p)})
	}
	return ticks
}

// Ticks of a logarithmic axis stand at log10 of their values: gonum/plot's own
// logarithmic axis panics on 0 and on constant data, and labels nothing on
// less than a decade.

// logTicks returns ticks for the powers of ten from lo to hi, which are
// exponents with lo < hi; about most of them are labelled.
func logTicks(lo, hi float64, most int) []tick {
	first, last := int(math.Ceil(lo)), int(math.Floor(hi))
	if last-first < 1 {
		return narrowLogTicks(lo, hi, most)
	}
	step := 1 + (last-first)/most
	words := first >= -3 && last <= 3 // 0.001 to 1000 read better in full
	var ticks []tick
	for e := first - 1; e <= last; e++ {
		if e >= first {
			ticks = append(ticks, tick{at: float64(e), label: powerLabel(e, words, mod(e, step) == 0)})
		}
		if step > 1 {
			continue
		}
		for m := 2.0; m < 10; m++ {
			if v := float64(e) + math.Log10(m); v >= lo && v <= hi {
				ticks = append(ticks, tick{at: v})
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
func narrowLogTicks(lo, hi float64, most int) []tick {
	if hi-lo < 1 {
		unit := math.Pow10(int(math.Floor(hi))) // keeps 10^lo and 10^hi from overflowing below
		base := math.Floor(hi)
		var ticks []tick
		for _, v := range niceSteps(math.Pow(10, lo-base), math.Pow(10, hi-base), most) {
			ticks = append(ticks, tick{at: base + math.Log10(v), label: Decimal(v*unit, 3)})
		}
		return ticks
	}
	var ticks []tick
	for e := math.Floor(lo); e <= hi; e++ {
		for m := 1.0; m < 10; m++ {
			v := e + math.Log10(m)
			if v < lo || v > hi {
				continue
			}
			t := tick{at: v}
			if m == 1 || m == 2 || m == 5 {
				t.label = Decimal(m*math.Pow10(int(e)), 1)
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

// linearTicks labels a linear axis from lo to hi.
func linearTicks(lo, hi float64, most int) []tick {
	var ticks []tick
	for _, v := range niceSteps(lo, hi, most) {
		ticks = append(ticks, tick{at: v, label: Decimal(v, 4)})
	}
	return ticks
}

// countTicks labels the places of n values: the first, round numbers, and the
// last.
func countTicks(n, most int) []tick {
	label := func(i int) tick { return tick{float64(i), strconv.Itoa(i)} }
	ticks := []tick{label(1)}
	if n < 2 {
		return ticks
	}
	apart := float64(n) / float64(2*most)
	for _, v := range niceSteps(1, float64(n), most) {
		if v == math.Trunc(v) && v-1 >= apart && float64(n)-v >= apart {
			ticks = append(ticks, label(int(v)))
		}
	}
	return append(ticks, label(n))
}

// wholeTicks labels whole numbers from first to last.
func wholeTicks(first, last float64, most int) []tick {
	span, step := last-first, 1.0
	for _, s := range []float64{1, 2, 4, 5, 10, 20, 50} { // 4 before 5: depths are often multiples of 4
		if step = s; span/s < float64(most) {
			break
		}
	}
	step = max(step, math.Ceil(span/float64(most))) // no depth fills memory with ticks
	var ticks []tick
	for k := 0.0; k*step <= span; k++ {
		v := first + k*step
		ticks = append(ticks, tick{v, strconv.FormatFloat(v, 'f', 0, 64)})
	}
	return ticks
}
