package spectra

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Spread says how a direction of unit length lies to the coordinate axes. In a
// space whose axes mean something, as the neurons of an MLP, few coordinates
// carry it; in one where any rotation would do as well it looks random.
type Spread struct {
	// Kurtosis is d·Σx⁴ of the d coordinates, in [1, d]: 1 where all are of one
	// size, d for an axis; of a random direction 3d/(d + 2) on the mean.
	Kurtosis float64
	// Axes is 1/Σx⁴ in [1, d]: as many coordinates of one size have this kurtosis
	// (the participation ratio).
	Axes float64
	// Peak is the largest |x|, in (0, 1], At its place.
	Peak float64
	At   int
}

// SpreadOf returns the spread of each column of x, of unit length.
func SpreadOf(x mat.Matrix) []Spread {
	d, k := x.Dims()
	out := make([]Spread, k)
	col := make([]float64, d)
	for j := range out {
		out[j] = spreadAlong(mat.Col(col, j, x))
	}
	return out
}

func spreadAlong(x []float64) Spread {
	var s Spread
	var fourth float64
	for i, v := range x {
		if a := math.Abs(v); a > s.Peak {
			s.Peak, s.At = a, i
		}
		fourth += v * v * v * v
	}
	s.Kurtosis, s.Axes = float64(len(x))*fourth, 1/fourth
	return s
}

// SpreadNull is what the spread of random directions of one space is.
type SpreadNull struct{ Kurtosis, Peak *NullSample }

// basisDraws gives p down to 1e-4 by count and below by the tail, while 2000
// directions of 3072 coordinates cost 0.1 s.
const basisDraws = 2000

// NewSpreadNull draws random directions of d ≥ 1 coordinates from seed; for
// equal d and seed the same ones. Draws, since at the far tail kurtosis is not
// normal (mean 3d/(d+2), variance near 24/d).
func NewSpreadNull(d int, seed uint64) *SpreadNull {
	kurtosis, peak := make([]float64, basisDraws), make([]float64, basisDraws)
	rng, x := Stream(seed, fmt.Sprintf("spread %d", d)), make([]float64, d)
	for i := range kurtosis {
		s := spreadAlong(randomUnit(x, rng))
		kurtosis[i], peak[i] = s.Kurtosis, s.Peak
	}
	return &SpreadNull{NewNullSample(kurtosis), NewNullSample(peak)}
}

// randomUnit fills x with a uniformly random direction.
func randomUnit(x []float64, rng *rand.Rand) []float64 {
	var square float64
	for square == 0 {
		for i := range x {
			x[i] = rng.NormFloat64()
			square += x[i] * x[i]
		}
	}
	for i := range x {
		x[i] /= math.Sqrt(square)
	}
	return x
}

// NeuronMatch is the single neuron whose own weights lie nearest to a singular
// direction.
type NeuronMatch struct {
	Neuron int
	// Cosine is |cos| between the neuron's weights and the direction, in [0, 1].
	Cosine float64
	// Chance is the median of the best |cos| where the neurons are a random
	// rotation of these: as many, with the same singular values and directions,
	// but axes that mean nothing. P is the probability of Cosine or more then.
	Chance, P float64
}

// MatchNeurons compares the singular directions of an MLP's matrix with its single
// neurons. The weights of neuron j are column j of a matrix that writes neurons
// (W_in), and the direction compared is inᵢ; or row j of one that reads them
// (W_out), and it is outᵢ. Either way the cosine is σᵢ|xᵢⱼ|/‖wⱼ‖ with xᵢ the
// direction on the neurons' side, d.Out or d.In: x is that side, neurons × k.
// Every direction above the floor must have been found, for ‖wⱼ‖² = Σᵢ(σᵢxᵢⱼ)²;
// the others are left out. Neurons of norm 0 match nothing. The null is drawn
// from seed. The error is mat.ErrShape (wrapped).
func MatchNeurons(d *Decomposition, x mat.Matrix, seed uint64) ([]NeuronMatch, error) {
	n, k := x.Dims()
	counted := d.counted()
	if k != len(d.Index) || counted < d.aboveFloor() {
		return nil, fmt.Errorf("spectra: %d of %d directions for %d neurons: %w", k, d.aboveFloor(), n, mat.ErrShape)
	}
	if counted == 0 {
		return []NeuronMatch{}, nil
	}
	null, norms := newNeuronNull(d.Sigma, n, seed), neuronNorms(d, x)
	out, col := make([]NeuronMatch, counted), make([]float64, n)
	for i := range out {
		sigma := d.Sigma[d.Index[i]]
		at, best := bestNeuron(mat.Col(col, i, x), norms)
		m := NeuronMatch{Neuron: at, Cosine: min(sigma*best, 1)}
		law := null.of(d.Index[i])
		m.Chance, m.P = law.median(), law.p(m.Cosine)
		out[i] = m
	}
	return out, nil
}

// neuronNorms returns every ‖wⱼ‖.
func neuronNorms(d *Decomposition, x mat.Matrix) []float64 {
	n, _ := x.Dims()
	norms := make([]float64, n)
	row := make([]float64, d.counted())
	for j := range norms {
		for i := range row {
			row[i] = d.Sigma[d.Index[i]] * x.At(j, i)
		}
		norms[j] = length(row)
	}
	return norms
}

// bestNeuron returns the largest |xⱼ|/‖wⱼ‖, and where it is.
func bestNeuron(x, norms []float64) (at int, best float64) {
	for j, v := range x {
		if c := math.Abs(v) / norms[j]; norms[j] > 0 && c > best {
			at, best = j, c
		}
	}
	return at, best
}

// neuronDraws: p is a mean over them of a smooth function, within 5 % for the
// steepest spectra.
const neuronDraws = 400

// neuronNull draws neurons of a randomly rotated basis: the weights of one are
// (σ₁g₁, …, σᵣgᵣ) in the basis of the singular directions, g normal, so its cosine
// with direction i is σᵢ|gᵢ|/√Σσₖ²gₖ².
type neuronNull struct {
	sigma   []float64 // over the largest
	neurons int
	parts   [][]float64 // draws × r: σₖ²gₖ²
	totals  []float64
}

func newNeuronNull(sigma []float64, neurons int, seed uint64) *neuronNull {
	n := &neuronNull{neurons: neurons, totals: make([]float64, neuronDraws)}
	for _, s := range sigma {
		n.sigma = append(n.sigma, s/sigma[0])
	}
	rng := Stream(seed, fmt.Sprintf("neurons %d %d", neurons, len(sigma)))
	for i := range neuronDraws {
		part := make([]float64, len(sigma))
		for k, s := range n.sigma {
			g := s * rng.NormFloat64()
			part[k] = g * g
			n.totals[i] += part[k]
		}
		n.parts = append(n.parts, part)
	}
	return n
}

// neuronLaw is the null of one direction: rest holds draws of √Σσₖ²gₖ²/σᵢ over
// the others. A neuron reaches cosine c where |gᵢ| ≥ rest·c/√(1 − c²): the normal
// tail is exact, only rest is drawn.
type neuronLaw struct {
	rest    []float64
	neurons int
}

func (n *neuronNull) of(i int) neuronLaw {
	l := neuronLaw{neurons: n.neurons}
	for k, part := range n.parts {
		l.rest = append(l.rest, math.Sqrt(max(n.totals[k]-part[i], 0))/n.sigma[i])
	}
	return l
}

// p returns the probability that the best of all neurons reaches c in [0, 1].
func (l neuronLaw) p(c float64) float64 {
	var one float64
	odds := c / math.Sqrt((1-c)*(1+c))
	for _, r := range l.rest {
		if r > 0 { // else every neuron is this direction
			one += math.Erfc(r*odds/math.Sqrt2) / float64(len(l.rest))
		} else {
			one += 1 / float64(len(l.rest))
		}
	}
	return -math.Expm1(float64(l.neurons) * math.Log1p(-min(one, 1)))
}

// median returns c where p is ½, by bisection to the last bit but a few.
func (l neuronLaw) median() float64 {
	lo, hi := 0.0, 1.0
	for range 50 {
		if mid := (lo + hi) / 2; l.p(mid) > 0.5 {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo
}
