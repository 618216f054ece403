package spectra

import (
	"cmp"
	"math"
	"sync"
)

// PowerLaw is a power law p(λ) ∝ λ^(−α), λ ≥ xmin, fitted to the tail of the
// energies λ = σ², with what speaks for and against it (Clauset, Shalizi &
// Newman 2009). Most matrices have none: Refused then says why, and Alpha and
// Xmin are NaN. What was not computed for a refusal is NaN as well.
type PowerLaw struct {
	Alpha float64 // exponent of the density, over 1
	Xmin  float64 // λ from which the law holds, in units of σ²
	Tail  int     // number of λ ≥ xmin
	KS    float64 // greatest distance of the tail's distribution from the law, in [0, 1]
	// P is the share of bootstrap samples of the law that are as far from their
	// own fit, of Replicates; its standard deviation is √(P(1−P)/Replicates).
	P          float64
	Replicates int
	// Lognormal and Exponential compare the law with another one on the same
	// tail.
	Lognormal, Exponential LikelihoodRatio
	// NoiseZ is how far the tail's mean log-excess, 1/(α − 1), lies from that of
	// noise of the same shape, in that noise's standard deviations.
	NoiseZ  float64
	Refused Refusal // "" for none
}

// LikelihoodRatio compares a power law with another law (Vuong 1989).
type LikelihoodRatio struct {
	Z float64 // log-likelihood ratio in its standard deviations; > 0 favours the power law
	P float64 // of a |Z| as large if both were equally near; small ones mean that the sign is meant
}

// Refusal is the reason why no power law is given.
type Refusal string

// The refusals, in the order in which they are looked for.
const (
	RefusedFew       Refusal = "too few values"
	RefusedUntested  Refusal = "no noise to compare with"
	RefusedNoise     Refusal = "no different from noise of this shape"
	RefusedLognormal Refusal = "a lognormal fits better"
	RefusedExp       Refusal = "an exponential fits better"
	RefusedP         Refusal = "p < 0.1"
)

// A tail has at least tailFloor values, and an r-th of minTailShare: fits to
// fewer have standard errors over (α − 1)/7, and the search for xmin then finds
// some stretch of any smooth curve that passes.
const (
	tailFloor    = 50
	minTailShare = 10
)

// The levels of the tests. Clauset et al. rule a law out at p < 0.1; one that
// is compared at that level as well is left alone by fewer than nine in ten
// true power laws, so the other tests ask for more.
const (
	powerLawLevel = 0.1
	vuongLevel    = 0.05
	noiseDistance = 3 // standard deviations of noise
)

// PowerLawNull is what fits to noise give.
type PowerLawNull struct{ mean, sd float64 }

// nullFits is the number of draws that are fitted: the deviation is then known
// to 1/√62, an eighth, which is enough beside a bound of three of them.
const nullFits = 32

// NewPowerLawNull fits a tail to each draw, the σ of noise matrices in
// descending order, of one shape, or to the first of many. It returns nil where there are fewer than two
// draws, or too few values in them.
func NewPowerLawNull(draws [][]float64) *PowerLawNull {
	var excess []float64
	for _, sigma := range draws[:min(len(draws), nullFits)] {
		if f, ok := newTails(logEnergies(sigma, 0)).fit(); ok {
			excess = append(excess, 1/f.slope)
		}
	}
	if len(excess) < 2 {
		return nil
	}
	s := NewNullSample(excess)
	return &PowerLawNull{s.Mean(), s.SD()}
}

// FitPowerLaw fits a power law to the energies of s that are over its floor, and
// tests it: against what noise of this shape gives, against a lognormal and an
// exponential law, and by a semi-parametric bootstrap, drawn from the seed.
// Without a null it is refused.
func FitPowerLaw(s *Spectrum, null *PowerLawNull, seed uint64) *PowerLaw {
	nan := math.NaN()
	unknown := LikelihoodRatio{nan, nan}
	p := &PowerLaw{Alpha: nan, Xmin: nan, KS: nan, P: nan, NoiseZ: nan, Lognormal: unknown, Exponential: unknown}
	y := logEnergies(s.Sigma, s.Floor.Level())
	f, ok := newTails(y).fit()
	if !ok {
		p.Refused = RefusedFew
		return p
	}
	p.Tail, p.KS = f.count, f.distance
	if null == nil {
		p.Refused = RefusedUntested
		return p
	}
	p.NoiseZ = (1/f.slope - null.mean) / null.sd
	if !(math.Abs(p.NoiseZ) > noiseDistance) {
		p.Refused = RefusedNoise
		return p
	}
	tail := y[:f.count]
	p.Lognormal, p.Exponential = againstLognormal(tail, f.slope), againstExponential(tail, f.slope)
	if p.Refused = cmp.Or(p.Lognormal.refuse(RefusedLognormal), p.Exponential.refuse(RefusedExp)); p.Refused != "" {
		return p
	}
	p.P, p.Replicates = bootstrap(y, f, Stream(seed, "power law"))
	if p.P < powerLawLevel {
		p.Refused = RefusedP
		return p
	}
	p.Alpha, p.Xmin = 1+f.slope, math.Exp(y[f.count-1])
	return p
}

func (l LikelihoodRatio) refuse(why Refusal) Refusal {
	if l.Z < 0 && l.P < vuongLevel {
		return why
	}
	return ""
}

// logEnergies returns ln λ of the σ over the floor, descending.
func logEnergies(sigma []float64, floor float64) []float64 {
	n := 0
	for n < len(sigma) && sigma[n] > floor {
		n++
	}
	y := make([]float64, n)
	for i, v := range sigma[:n] {
		y[i] = 2 * math.Log(v)
	}
	return y
}

// PowerLaw fits a power law to s and tests it, against draws of the null of s
// among others. The error is ErrNoConvergence.
func (n *Nulls) PowerLaw(s *Spectrum) (*PowerLaw, error) {
	if len(s.Sigma) < tailFloor {
		return FitPowerLaw(s, nil, n.o.Seed), nil
	}
	shape := s.Shape().Canonical()
	t := entry(&n.mu, n.tails, shape)
	t.once.Do(func() {
		var spectra [][]float64
		if spectra, t.err = n.Spectra(shape); t.err == nil {
			t.null = NewPowerLawNull(spectra)
		}
	})
	if t.err != nil {
		return nil, t.err
	}
	return FitPowerLaw(s, t.null, n.o.Seed), nil
}

// drawnTails is what fits to the draws of a shape give.
type drawnTails struct {
	once sync.Once
	null *PowerLawNull
	err  error
}

// alpha, alphaXmin and alphaP are undefined where no fit was made, the first two
// where it was refused as well.
func alpha(s *Spectrum) float64 { return s.fitted(func(p *PowerLaw) float64 { return p.Alpha }) }

func alphaXmin(s *Spectrum) float64 { return s.fitted(func(p *PowerLaw) float64 { return p.Xmin }) }

func alphaP(s *Spectrum) float64 { return s.fitted(func(p *PowerLaw) float64 { return p.P }) }

func (s *Spectrum) fitted(of func(*PowerLaw) float64) float64 {
	if s.PowerLaw == nil {
		return math.NaN()
	}
	if v := of(s.PowerLaw); !math.IsInf(v, 0) { // σ² may pass the range of float64
		return v
	}
	return math.NaN()
}

// alphaHill returns Hill's (1975) estimator of α from the upper half of the
// energies, over the first that is not in it.
func alphaHill(s *Spectrum) float64 {
	k := len(s.Sigma) / 2
	if k < 2 || !(s.Sigma[k] > s.Floor.Level()) {
		return math.NaN()
	}
	var logs float64
	for _, v := range s.Sigma[:k] {
		logs += 2 * math.Log(v/s.Sigma[k])
	}
	if logs == 0 {
		return math.NaN()
	}
	return 1 + float64(k)/logs
}
