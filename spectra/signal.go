package spectra

import (
	"math"
	"slices"
)

// Signal says which singular values of a stored matrix independent noise of one
// level does not explain, at either end of the spectrum.
type Signal struct {
	// Rank is the number of values that are too large at q ≤ SignalLevel, Low that
	// of values that are too small.
	Rank, Low int
	// Noise is the standard deviation of the entries of the noise that the values
	// are held against.
	Noise float64
	// Edge is what the largest value of that noise passes in one matrix of 20,
	// LowEdge what the smallest stays under, both in units of σ; LowEdge is NaN
	// where it is under the floor of rounding.
	Edge, LowEdge float64
	// P and Q are of the values from the largest on, LowP and LowQ of those from
	// the smallest on that is over the floor, as far as they were tested: up to the
	// first with p > SignalLevel, and no more than half of all.
	P, Q, LowP, LowQ []float64
}

// SignalLevel is the q at which a value is called signal.
const SignalLevel = 0.05

// leastP is the least p that is told: the laws are fitted to some hundred draws,
// and what is further out is off the scale.
const leastP = 1e-9

// Signal tests the values of s from the largest down against the largest of noise,
// and from the smallest up against the smallest. The level of the noise is taken
// from the median value, twice: of all values, which what stands out raises, and
// then of what is left without those k that stand out by the first,
// (m − k) × (n − k) noise. Not more often: taken until nothing changes
// (Kritchman & Nadler 2009) it ends at half of the values for nearly every trained
// matrix, whose bulk is steeper than noise of any level.
//
// A value is called with all those before it, so that p does not fall along the
// sequence; q is over all values of the end. At most half are called, since the
// median must be noise.
//
// It is nil where the median says nothing of noise: for products, for fewer than
// 16 values and where the median is under the floor. The error is
// ErrNoConvergence.
func (n *Nulls) Signal(s *Spectrum) (*Signal, error) {
	if _, _, ok := s.noiseMedian(); !ok {
		return nil, nil
	}
	c := entry(&n.mu, n.edges, s.Shape().Canonical())
	c.once.Do(func() { c.err = c.calibrate(n, s.Shape().Canonical()) })
	if c.err != nil {
		return nil, c.err
	}
	_, raised := qOver(c.upper(c.rest(s.Sigma, 0), s.Sigma), len(s.Sigma))
	noise := c.rest(s.Sigma, raised)
	out := &Signal{P: c.upper(noise, s.Sigma)}
	out.Q, out.Rank = qOver(out.P, len(s.Sigma))
	over := int(s.countAbove(s.Floor.Level()))
	out.LowP = c.lower(noise, s.Sigma[:over])
	out.LowQ, out.Low = qOver(out.LowP, over)
	out.Noise, out.Edge, out.LowEdge = noise.sd, c.edge(noise), c.lowEdge(noise)
	if !(out.LowEdge > s.Floor.Level()) {
		out.LowEdge = math.NaN()
	}
	return out, nil
}

// qOver returns the q of the first p of m, the others being 1, and how many are at
// most SignalLevel.
func qOver(p []float64, m int) (q []float64, called int) {
	ones := slices.Repeat([]float64{1}, m-len(p))
	q = BenjaminiHochberg(slices.Concat(p, ones))[:len(p)]
	for called < len(q) && q[called] <= SignalLevel {
		called++
	}
	return q, called
}

// bulk is what is left of a matrix without its first values, taken as noise.
type bulk struct {
	long, short int     // sides
	sd          float64 // of the entries
}

// rest returns what is left of values of c's shape without the first k.
func (c *edges) rest(sigma []float64, k int) bulk {
	v := bulk{long: c.long - k, short: c.short - k}
	median := MarchenkoPastur{Beta: float64(v.short) / float64(v.long)}.Median()
	sigma = sigma[k:]
	r := len(sigma)
	v.sd = (sigma[(r-1)/2] + sigma[r/2]) / 2 / math.Sqrt(float64(v.long)*median)
	return v
}

// top returns the statistic of the largest value, (σ²/sd² − μ)/τ (Johnstone 2001).
func (v *bulk) top(sigma float64) float64 {
	mu, tau := johnstone(v.short, v.long)
	x := sigma / v.sd
	return (x*x - mu) / tau
}

// least returns what the smallest value of noise is of the order of,
// sd·(√N − √(r−1)) (Rudelson & Vershynin 2009), for square noise too.
func (v *bulk) least() float64 {
	return v.sd * (math.Sqrt(float64(v.long)) - math.Sqrt(float64(v.short-1)))
}
