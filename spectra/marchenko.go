package spectra

import "math"

// MarchenkoPastur is the limiting distribution of x = λ/N, where λ are the
// eigenvalues of the smaller Gram matrix of an r × N matrix, r ≤ N, with
// independent entries of mean 0 and variance 1 (Marchenko & Pastur 1967).
// Beta = r/N lies in (0, 1].
//
// All of it is in closed form under x = 1 + β − 2√β·cos θ, θ from 0 to π, which
// takes the root singularities away from both edges, and that of 1/x for β = 1.
// Results are good to 1e-12 for Beta ≥ 1e-6.
type MarchenkoPastur struct{ Beta float64 }

// Edges returns the ends of the support, (1 − √β)² and (1 + √β)².
func (d MarchenkoPastur) Edges() (low, high float64) { return d.at(0), d.at(math.Pi) }

// Density returns the probability density at x: √((b−x)(x−a))/(2πβx) between
// the edges a and b, 0 elsewhere; it is infinite at x = 0 for β = 1.
func (d MarchenkoPastur) Density(x float64) float64 {
	a, b := d.Edges()
	if !(x >= a && x <= b) {
		return 0
	}
	if x == 0 {
		return math.Inf(1)
	}
	return math.Sqrt((b-x)*(x-a)) / (2 * math.Pi * d.Beta * x)
}

// CDF returns the probability of a value of at most x, in [0, 1].
func (d MarchenkoPastur) CDF(x float64) float64 {
	a, b := d.Edges()
	if x <= a {
		return 0
	}
	if x >= b {
		return 1
	}
	// x − a = 4√β·sin²(θ/2), which keeps its digits near the lower edge.
	return d.cdf(2 * math.Asin(math.Sqrt((x-a)/(b-a))))
}

// Quantile returns the x with CDF(x) = p, for p in [0, 1].
func (d MarchenkoPastur) Quantile(p float64) float64 {
	low, high := 0.0, math.Pi
	for {
		mid := (low + high) / 2
		if mid <= low || mid >= high { // neighbours
			return d.at(mid)
		}
		if d.cdf(mid) < p {
			low = mid
		} else {
			high = mid
		}
	}
}

// Median returns Quantile(½), the μ_β of Gavish & Donoho 2014.
func (d MarchenkoPastur) Median() float64 { return d.Quantile(0.5) }

// at returns x at the angle θ.
func (d MarchenkoPastur) at(theta float64) float64 {
	rho := math.Sqrt(d.Beta)
	half := math.Sin(theta / 2)
	return (1-rho)*(1-rho) + 4*rho*half*half
}

// cdf returns the probability up to the angle θ,
//
//	(2/π) ∫ sin²θ/(1 + ρ² − 2ρ·cos θ) dθ,  ρ = √β.
//
// With sin θ/(1 − 2ρ·cos θ + ρ²) = Σ ρⁿ⁻¹·sin nθ (n ≥ 1) the integrand is a sum of
// cosines; integrated term by term it is made of S = Σ ρⁿ·sin(nθ)/n, the argument
// of 1/(1 − ρ·e^{iθ}): (θ + (1 − 1/β)·S + sin θ/ρ)/π.
func (d MarchenkoPastur) cdf(theta float64) float64 {
	rho := math.Sqrt(d.Beta)
	sin, cos := math.Sincos(theta)
	s := math.Atan2(rho*sin, 1-rho*cos)
	return (theta + (1-1/d.Beta)*s + sin/rho) / math.Pi
}

// Expect returns the mean of f over the law by integration, to 1e-12 for the
// moments and other f that are smooth between the edges, or no worse than a
// logarithm at one. The angle is taken as θ = π/(1 + exp(−π·sinh t)) (Takahasi &
// Mori 1974), which is fine enough near θ = 0 for the pole that 1/x has beside it
// for β near 1.
func (d MarchenkoPastur) Expect(f func(x float64) float64) float64 {
	const step, points = 1.0 / 32, 128 // on either side; θ ends within 1e-37 of 0
	var total float64
	for i := -points; i <= points; i++ {
		sinh, cosh := math.Sinh(step*float64(i)), math.Cosh(step*float64(i))
		theta := math.Pi / (1 + math.Exp(-math.Pi*sinh))
		slope := theta * (math.Pi - theta) * cosh // dθ/dt
		if sin, x := math.Sin(theta), d.at(theta); x > 0 {
			total += f(x) * sin * sin / x * slope // density·dx/dθ = (2/π)·sin²θ/x
		}
	}
	return total * step * 2 / math.Pi
}

// Moment returns the mean of xᵏ, k ≥ 0, in closed form: Σ βⁱ/(i+1)·C(k, i)·C(k−1, i)
// over i < k (Bai & Silverstein 2010, lemma 3.1).
func (d MarchenkoPastur) Moment(k int) float64 {
	if k == 0 {
		return 1
	}
	var total, term float64 = 0, 1
	for i := range k {
		total += term / float64(i+1)
		term *= d.Beta * float64(k-i) * float64(k-1-i) / (float64(i+1) * float64(i+1))
	}
	return total
}
