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

// Edge returns the 95 % point of the largest variance of noise whose features
// have the variances that the first k components leave to each, k at most the number of
// directions: what the next one is to pass, where the first ones would hide it
// in the null of the whole (deflated parallel analysis; Dobriban & Owen 2019). What is
// left lies in d − k dimensions, over which the noise has all of its variance: spread over d
// it would let the last component of any table pass.
//
// It is μ + 0.9793·σ·n^(−2/3), n the degrees of freedom, by the law of Tracy and
// Widom: with c in (0, 1/max v) that solves Σ (v·c/(1 − v·c))² = n over the
// variances v of the d features, μ = (1 + Σ v·c/(1 − v·c)/n)/c, the edge of the
// generalised law of Marchenko and Pastur, and σ = ∛(1 + Σ (v·c/(1 − v·c))³/n)/c (El
// Karoui 2007, theorem 1; for real numbers Lee & Schnelli 2016). For equal
// variances μ is v(1 + √(d/n))². Against draws it is right to 3 %, and up to 10 %
// too high where a few variances lead: it finds too little then, not too much.
func (p *Principal) Edge(k int) float64 {
	v := slices.Clone(p.Spread)
	for i := range k {
		p.deflate(v, i)
	}
	return p.edge(k, v)
}

// deflate takes from the variance of each feature what the i-th component has of it.
func (p *Principal) deflate(v []float64, i int) {
	for j := range v {
		l := p.Loadings.At(j, i)
		v[j] -= p.Variance[i] * l * l
	}
}

// edge is Edge, given what the first k components leave to each feature.
func (p *Principal) edge(k int, left []float64) float64 {
	n, dims := float64(p.freedom()-k), float64(p.Cols-k)
	weight := dims / float64(p.Cols) // of each feature: dims dimensions in all
	v, top := make([]float64, len(left)), 0.0
	for j, x := range left {
		v[j] = max(x, 0) / weight
		top = max(top, v[j])
	}
	if n < 1 || dims < 1 || top <= p.Floor {
		return 0
	}
	sums := func(c float64) (one, two, three float64) {
		for _, x := range v {
			q := x / top * c / (1 - x/top*c)
			one, two, three = one+weight*q, two+weight*q*q, three+weight*q*q*q
		}
		return one, two, three
	}
	low, high := 0.0, 1.0
	for range 60 { // one bit a step, a few to spare
		c := (low + high) / 2
		if _, two, _ := sums(c); two < n {
			low = c
		} else {
			high = c
		}
	}
	c := low
	one, _, three := sums(c)
	mu, sigma := (1+one/n)/c, math.Cbrt(1+three/n)/c
	return (mu + tracyWidom95*sigma*math.Pow(n, -2.0/3)) * top * n / float64(p.freedom())
}

// Deflated returns how many components pass the edge that those before leave, up
// to the first that does not, and the edges: of the k directions there are, the count is
// at most k.
func (p *Principal) Deflated() (count int, edges []float64) {
	_, k := p.Loadings.Dims()
	edges = make([]float64, k)
	v := slices.Clone(p.Spread)
	for i := range edges {
		edges[i] = p.edge(i, v)
		p.deflate(v, i)
	}
	for count < k && p.Variance[count] > edges[count] {
		count++
	}
	return count, edges
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
