package spectra

import "math"

// againstExponential compares a power law of the slope on a tail, ln λ
// descending, with an exponential law of λ from the same xmin.
func againstExponential(y []float64, slope float64) LikelihoodRatio {
	least := y[len(y)-1]
	var mean float64 // of λ/xmin − 1
	for _, v := range y {
		mean += math.Expm1(v-least) / float64(len(y))
	}
	return vuong(y, slope, func(e float64) float64 {
		// The density of e = ln λ/xmin: eᵉ·exp(−(eᵉ − 1)/mean)/mean.
		return e - math.Expm1(e)/mean - math.Log(mean)
	})
}

// againstLognormal compares a power law of the slope on a tail, ln λ descending,
// with a lognormal law cut off under the same xmin, at its greatest likelihood.
//
// In e = ln λ/xmin that is a normal law on e ≥ 0, with the sample's own mean and
// mean square there, an exponential family's maximum. Its coefficient of
// variation is under 1; the power law is the limit at 1, and no lognormal is
// nearer to a sample that varies more.
func againstLognormal(y []float64, slope float64) LikelihoodRatio {
	least, n := y[len(y)-1], float64(len(y))
	mean := 1 / slope
	var square float64
	for _, v := range y {
		square += (v - least - mean) * (v - least - mean) / n
	}
	cut := normalCut(square / (mean * mean))
	if math.IsInf(cut, 1) {
		return LikelihoodRatio{Z: 0, P: 1}
	}
	sd := mean / (hazard(cut) - cut) // mean excess over the cut is sd·(h − cut)
	norm := math.Log(sd*math.Sqrt(2*math.Pi)) + logUpper(cut)
	return vuong(y, slope, func(e float64) float64 {
		z := cut + e/sd
		return -z*z/2 - norm
	})
}

// vuong compares a power law of the slope with another one whose log density in
// e = ln λ/xmin is given: the normalised ratio of Vuong (1989) as Clauset et al.
// (2009), appendix C, use it.
func vuong(y []float64, slope float64, other func(e float64) float64) LikelihoodRatio {
	least, n := y[len(y)-1], float64(len(y))
	ratio := make([]float64, len(y))
	var mean, square float64
	for i, v := range y {
		e := v - least
		ratio[i] = math.Log(slope) - slope*e - other(e)
		mean += ratio[i] / n
	}
	for _, v := range ratio {
		square += (v - mean) * (v - mean) / n
	}
	if !(square > 0) {
		return LikelihoodRatio{Z: 0, P: 1}
	}
	z := mean * math.Sqrt(n/square)
	return LikelihoodRatio{z, math.Erfc(math.Abs(z) / math.Sqrt2)}
}

// farCut is where the standard normal law over it is exponential as far as a
// sample shows: its coefficient of variation there is 0.999.
const farCut = 30

// normalCut returns the cut over which the excess of a standard normal variable
// has the squared coefficient of variation; +Inf where no cut under farCut has
// so much. It is under 1 and grows with the cut.
func normalCut(variation float64) float64 {
	at := func(cut float64) float64 {
		h := hazard(cut)
		return (1 - h*(h-cut)) / ((h - cut) * (h - cut))
	}
	low, high := -1/math.Sqrt(variation), float64(farCut) // 1/cut² is the limit far below
	if !(at(high) > variation) {
		return math.Inf(1)
	}
	for at(low) > variation {
		low *= 2
	}
	for range 60 { // halves the bracket to its last bits
		if mid := (low + high) / 2; at(mid) < variation {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// hazard returns φ(x)/Q(x) of the standard normal law, for x up to farCut.
func hazard(x float64) float64 {
	return math.Exp(-x*x/2-logUpper(x)) / math.Sqrt(2*math.Pi)
}

// logUpper returns ln Q(x) of the standard normal law.
func logUpper(x float64) float64 { return math.Log(math.Erfc(x/math.Sqrt2) / 2) }
