package spectra

import "math"

// NoiseSpectrum returns the spectrum expected of a rows × cols matrix of
// independent entries of mean 0 and variance 1: with r = min and N = max of the
// sides, σᵢ² is N times the Marchenko–Pastur quantile at (i − ½)/r, counted from
// below. There is no floor and no storage.
func NoiseSpectrum(rows, cols int) *Spectrum {
	r, n := min(rows, cols), max(rows, cols)
	s := &Spectrum{Rows: rows, Cols: cols, Sigma: make([]float64, r), Method: MethodNoise}
	d := MarchenkoPastur{Beta: float64(r) / float64(n)}
	for i := range s.Sigma {
		p := (float64(r-i) - 0.5) / float64(r)
		s.Sigma[i] = math.Sqrt(float64(n) * d.Quantile(p))
	}
	return s
}

// minNoiseRank is the least number of singular values from whose median a noise
// level is taken. Of pure noise matrices r × r, gavish_donoho_rank counts
// something in 10 % at r = 4, 4 % at 12, 2 % at 16, 0.4 % at 24 (4000 draws).
const minNoiseRank = 16

// noiseMedian returns the median singular value, from which the level of noise
// in the entries is estimated, and the Marchenko–Pastur law of the shape.
//
// It is undefined where the law does not hold: for products; for fewer than
// minNoiseRank values; and where the median is under the floor, as in a matrix
// of less than half rank, which shows no noise but rounding.
func (s *Spectrum) noiseMedian() (median float64, d MarchenkoPastur, ok bool) {
	r := len(s.Sigma)
	if s.Product || r < minNoiseRank {
		return 0, d, false
	}
	median = (s.Sigma[(r-1)/2] + s.Sigma[r/2]) / 2
	d.Beta = float64(r) / float64(max(s.Rows, s.Cols))
	return median, d, median > s.Floor.Level()
}

// gavishDonohoRank counts σ over the optimal hard threshold for unknown noise,
// ω(β)·median σ with ω(β) = λ*(β)/√μ_β (Gavish & Donoho 2014, eqs. 11 and 6).
func gavishDonohoRank(s *Spectrum) float64 {
	median, d, ok := s.noiseMedian()
	if !ok {
		return math.NaN()
	}
	return s.countAbove(omega(d) * median)
}

// omega returns Gavish & Donoho's ω(β): 2.858 for β = 1.
func omega(d MarchenkoPastur) float64 {
	b := d.Beta
	lambda := math.Sqrt(2*(b+1) + 8*b/((b+1)+math.Sqrt(b*b+14*b+1)))
	return lambda / math.Sqrt(d.Median())
}

// tracyWidom95 is the 95 % point of the Tracy–Widom law of order 1 (Johnstone
// 2001, table 1).
const tracyWidom95 = 0.9793

// mpSpikes counts the λ past what the largest of pure noise reaches in 1 of 20:
// λ/ŝ² > μ + 0.9793·τ in Johnstone's (2001) scaling, ŝ the standard deviation of
// the entries as the median σ gives it. One in 20 is for a known s: with ŝ,
// drawn noise passed in 5 to 6 % at 1:10 or flatter, but of square matrices in
// 13 % at r = 64, 9 % at 256, 8 % at 512, since the median's own error there
// shrinks only little faster than the law's width.
func mpSpikes(s *Spectrum) float64 {
	median, d, ok := s.noiseMedian()
	if !ok {
		return math.NaN()
	}
	n := max(s.Rows, s.Cols)
	mu, tau := johnstone(len(s.Sigma), n)
	sd := median / math.Sqrt(float64(n)*d.Median())
	return s.countAbove(sd * math.Sqrt(mu+tracyWidom95*tau))
}

// countAbove returns the number of σ over the bound.
func (s *Spectrum) countAbove(bound float64) float64 {
	n := 0
	for n < len(s.Sigma) && s.Sigma[n] > bound {
		n++
	}
	return float64(n)
}
