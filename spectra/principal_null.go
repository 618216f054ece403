package spectra

import (
	"math"
	"math/rand/v2"
	"slices"

	"wspec/internal/linalg"
)

// ParallelNull is the variances along the components of noise: tables of the same shape,
// whose features are independent and Gaussian with the same variances (Horn 1965).
type ParallelNull struct {
	Draws int
	// Mean and Upper are, for each component, the mean of the draws and their 95 %
	// point, interpolated between them.
	Mean, Upper []float64
}

// ParallelDraws is the number of draws unless told otherwise: a draw costs as
// much as the components themselves, d³.
func ParallelDraws(d int) int {
	switch {
	case d <= 256:
		return 100
	case d <= 2048:
		return 20
	}
	return 5
}

// ParallelAnalysis draws the null. No table is formed: with the triangular
// factor R of a Gaussian matrix (Bartlett 1933) the values are the squares of
// the singular values of R·diag(s), over n − 1 (n about 0). The error is
// ErrNoConvergence.
func (p *Principal) ParallelAnalysis(draws int, seed uint64, threads int) (*ParallelNull, error) {
	if draws <= 0 {
		draws = ParallelDraws(p.Cols)
	}
	n := p.Components()
	null := &ParallelNull{Draws: draws, Mean: make([]float64, n), Upper: make([]float64, n)}
	if n == 0 {
		return null, nil
	}
	rng, all := Stream(seed, "parallel analysis"), make([][]float64, n)
	for range draws {
		lambda, err := p.drawNoise(rng, max(threads, 1))
		if err != nil {
			return nil, err
		}
		for i := range all {
			all[i] = append(all[i], max(lambda[i], 0))
		}
	}
	for i, values := range all {
		slices.Sort(values)
		null.Upper[i] = quantile(values, 0.95)
		for _, v := range values {
			null.Mean[i] += v / float64(draws)
		}
	}
	return null, nil
}

// drawNoise returns the variances of one table of noise.
func (p *Principal) drawNoise(rng *rand.Rand, threads int) ([]float64, error) {
	r := gaussianR(p.freedom(), p.Cols, rng)
	rows, _ := r.Dims()
	top := slices.Max(p.Spread)
	if top == 0 {
		return make([]float64, p.Components()), nil
	}
	for j, v := range p.Spread {
		s := math.Sqrt(v / top)
		for i := range rows {
			r.Set(i, j, r.At(i, j)*s)
		}
	}
	lambda, err := linalg.GramValues(linalg.Dense(r), 1, threads)
	for i := range lambda {
		lambda[i] *= top / float64(p.freedom())
	}
	return lambda, err
}

// quantile interpolates between ascending values (type 7 of Hyndman & Fan 1996).
func quantile(values []float64, q float64) float64 {
	at := q * float64(len(values)-1)
	i := min(int(at), len(values)-1)
	j := min(i+1, len(values)-1)
	return values[i] + (at-float64(i))*(values[j]-values[i])
}

// Above returns how many components stand out of the null: the leading ones whose variance
// is over the 95 % point, up to the first that is not.
func (n *ParallelNull) Above(variance []float64) int {
	k := 0
	for k < len(n.Upper) && variance[k] > n.Upper[k] {
		k++
	}
	return k
}

// NoiseEdge returns the variance past which Marchenko and Pastur's law of noise
// has none, were the variances of all features their mean: s²(1 + √(d/n))², n the degrees of freedom.
func (p *Principal) NoiseEdge() float64 {
	if p.Components() == 0 {
		return 0
	}
	root := 1 + math.Sqrt(float64(p.Cols)/float64(p.freedom()))
	return p.Total / float64(p.Cols) * root * root
}

// Separated reports for each of the k directions whether its variance is further from its
// neighbours' than the error of a sample of n, λ√(2/n): closer ones
// mix from one sample to the next (North et al. 1982, rule of thumb).
func (p *Principal) Separated() []bool {
	_, k := p.Loadings.Dims()
	apart := make([]bool, k)
	for i := range apart {
		room := p.Variance[i] * math.Sqrt(2/float64(p.freedom()))
		apart[i] = (i == 0 || p.Variance[i-1]-p.Variance[i] > room) &&
			(i+1 >= len(p.Variance) || p.Variance[i]-p.Variance[i+1] > room)
	}
	return apart
}
