package spectra

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// NullP returns the two-sided probability of a z as large under a null of which
// mean and sd were taken from so many draws, NaN for NaN and for fewer than two
// draws.
//
// It is Student's with draws − 1 degrees of freedom (Student 1908), the error of
// the mean being in the sd already; near exact for a measure whose draws are
// normal, which sums over a spectrum nearly are. Of counts and of σ₁ the upper
// tail is longer than a normal law's. As of a [NullSample], no p is under
// 1/(1000·draws): what is beyond is off the scale.
func NullP(z float64, draws int) float64 {
	if math.IsNaN(z) || draws < 2 {
		return math.NaN()
	}
	n := float64(draws)
	p := mathext.RegIncBeta((n-1)/2, 0.5, (n-1)/(n-1+z*z))
	return max(p, 1/(tailReach*n))
}
