package spectra

import "math"

// The measures are computed on σ/σ₁, so that squares stay in range at any scale.

// relative returns (σᵢ/σ₁)^power, nil where all σ are 0 or there is none.
func (s *Spectrum) relative(power int) []float64 {
	top := spectralNorm(s)
	if top == 0 {
		return nil
	}
	x := make([]float64, len(s.Sigma))
	for i, v := range s.Sigma {
		x[i] = v / top
		if power == 2 {
			x[i] *= x[i]
		}
	}
	return x
}

func sum(x []float64) float64 {
	var t float64
	for _, v := range x {
		t += v
	}
	return t
}

// entropy returns −Σ w ln w of the weights w = x/Σx, 0·ln 0 being 0; NaN if
// there are none.
func entropy(x []float64) float64 {
	total := sum(x)
	if total == 0 {
		return math.NaN()
	}
	var h float64
	for _, v := range x {
		if w := v / total; w > 0 {
			h -= w * math.Log(w)
		}
	}
	return h
}

func spectralNorm(s *Spectrum) float64 {
	if len(s.Sigma) == 0 {
		return 0
	}
	return s.Sigma[0]
}

func frobeniusNorm(s *Spectrum) float64 { return spectralNorm(s) * math.Sqrt(sum(s.relative(2))) }

func nuclearNorm(s *Spectrum) float64 { return sum(s.Sigma) }

func conditionNumber(s *Spectrum) float64 {
	r := len(s.Sigma)
	if r == 0 || !(s.Sigma[r-1] > s.Floor.Level()) {
		return math.NaN()
	}
	return s.Sigma[0] / s.Sigma[r-1]
}

func effectiveRank(s *Spectrum) float64 { return math.Exp(entropy(s.relative(1))) }

func effectiveRankEnergy(s *Spectrum) float64 { return math.Exp(entropy(s.relative(2))) }

func spectralEntropy(s *Spectrum) float64 {
	h := entropy(s.relative(2))
	if len(s.Sigma) == 1 {
		return 0 * h // ln r = 0: no spread to speak of, but NaN for a zero matrix
	}
	return h / math.Log(float64(len(s.Sigma)))
}

func stableRank(s *Spectrum) float64 { return orNaN(sum(s.relative(2))) }

func participationRatio(s *Spectrum) float64 {
	lambda := s.relative(2)
	total := sum(lambda)
	var squares float64
	for _, l := range lambda {
		squares += l * l
	}
	return total * total / squares // 0/0 for a zero matrix
}

// orNaN returns x, NaN for 0: a sum over a spectrum of zeros.
func orNaN(x float64) float64 {
	if x == 0 {
		return math.NaN()
	}
	return x
}

func numericalRank(s *Spectrum) float64 {
	e := s.Epsilon
	if e == 0 {
		e = doubleEpsilon
	}
	return s.countAbove(max(float64(max(s.Rows, s.Cols))*e*spectralNorm(s), s.Floor.Level()))
}

func signalRank(s *Spectrum) float64 {
	if s.Signal == nil {
		return math.NaN()
	}
	return float64(s.Signal.Rank)
}

// energySlack is what the running share of energy may fall short by: sums of
// rounded terms miss an exact tie, such as 9 of 10 equal σ for 90 %, by an ulp.
const energySlack = 1e-15

// energyRank returns the least k for which the k largest hold the fraction of
// the energy. The sum is over λ/λ₁, not over shares, so that k equal σ sum to k
// exactly.
func energyRank(s *Spectrum, fraction float64) float64 {
	lambda := s.relative(2)
	total := sum(lambda)
	var held float64
	for k, l := range lambda {
		held += l
		if held/total >= fraction-energySlack {
			return float64(k + 1)
		}
	}
	return math.NaN()
}
