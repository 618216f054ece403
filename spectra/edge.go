package spectra

import "math"

// Mean and standard deviation of the Tracy–Widom law of order 1 (Bornemann
// 2010, table 10: variance 1.6077810345810).
const (
	tracyWidomMean = -1.2065335745820
	tracyWidomSD   = 1.2679829790742
)

// NoiseEdge returns mean and standard deviation of σ₁² of a rows × cols matrix
// of independent Gaussian entries of mean 0 and variance 1, by Tracy and
// Widom's law in Johnstone's (2001) centring and scaling. NaN for fewer than
// minNoiseRank values, where the law is not reached.
func NoiseEdge(rows, cols int) (mean, sd float64) {
	if min(rows, cols) < minNoiseRank {
		return math.NaN(), math.NaN()
	}
	mu, tau := johnstone(min(rows, cols), max(rows, cols))
	return mu + tau*tracyWidomMean, tau * tracyWidomSD
}

// johnstone returns the centring and scaling of σ₁² of r × n noise, r ≤ n.
func johnstone(r, n int) (mu, tau float64) {
	a, b := math.Sqrt(float64(n)-1), math.Sqrt(float64(r))
	return (a + b) * (a + b), (a + b) * math.Cbrt(1/a+1/b)
}
