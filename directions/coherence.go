package directions

import (
	"fmt"
	"math"

	"wspec/spectra"
)

// Coherence says how alike the tokens are that a direction reads or writes,
// and how often chance does as well.
//
// At q ≤ 0.05 it calls 83 of 720 directions of shakespeare-gpt2 at step 2048 (ten
// for each residual side of W_OV, W_QK, W_in and W_out; 218 have p ≤ 0.05 where
// chance gives 36), 7 of 680 of tinystories-656k (144, 34), and at step 0 none of
// 720, with 30 at p ≤ 0.05. Left in, the under-trained tokens make the null itself
// so coherent (mean 0.40 instead of 0.12) that nothing passes at step 2048, and 23
// lists of them do in tinystories-656k.
type Coherence struct {
	// Pole is +1 if the tokens of highest score are the ones meant, −1 for
	// those of lowest score: the pole of the smaller p.
	Pole int
	// Score is the mean cosine of all pairs of the pole's tokens, about the
	// mean of the vocabulary, in [−1/(k−1), 1]; NaN if fewer than three of them
	// count.
	Score float64
	// Mean and SD are those of Score for one pole of a random direction.
	Mean, SD float64
	// ByDirection is the p of one pole against random directions, BySet
	// against random tokens of like norm and id, which no direction chose: it
	// only guards against lists whose tokens are all alike anyway. P is the larger
	// of them, corrected for the choice between two poles, in (0, 1], NaN if Score
	// is.
	ByDirection, BySet, P float64
	// Tokens is the number of the pole's tokens that count, the under-trained
	// ones being left out.
	Tokens int
}

// CoherenceOptions says how a null is drawn. The zero value is the default.
type CoherenceOptions struct {
	Tokens     int    // top tokens of a pole; 0 means 12
	Directions int    // random directions, each with two poles; 0 means 512 to 4096, by the size of the vocabulary
	Sets       int    // token sets for one pole at most; 0 means 1000
	Seed       uint64 // of every draw; record it with the result
}

// More draws make p exact further out, where the few coherent ones of a large
// table are told from chance: of tinystories-656k 0 of 680 reach q ≤ 0.05 with
// 512, 7 with 4096. drawBudget is the number of multiplications they may take,
// about a tenth of a second.
const (
	fewestDirections = 512
	mostDirections   = 4096
	drawBudget       = 1 << 31
)

// withDefaults fills in for a vocabulary of size numbers.
func (o CoherenceOptions) withDefaults(size int) CoherenceOptions {
	if o.Tokens == 0 {
		o.Tokens = 12
	}
	if o.Directions == 0 {
		o.Directions = min(max(drawBudget/max(size, 1), fewestDirections), mostDirections)
	}
	if o.Sets == 0 {
		o.Sets = 1000
	}
	return o
}

// minCoherent is the least number of tokens to speak of coherence: two have a
// single cosine.
const minCoherent = 3

// CoherenceNull is what chance gives in one space under one way of reading. It
// is drawn once a model and safe for concurrent use; results depend on the
// model, the options and the tokens, on nothing else.
type CoherenceNull struct {
	space   *TokenSpace
	options CoherenceOptions
	random  *spectra.NullSample // of one pole of a random direction
	pool    *tokenPool
}

// NewCoherenceNull draws the null for directions read by reader, and judged by
// the cosines of space: random directions, uniform on the sphere, are read the
// same way. Tokens that space leaves out are left out of it all. The error is
// that of the reader, or a *TooFewTokensError.
func NewCoherenceNull(space *TokenSpace, reader TopReader, o CoherenceOptions) (*CoherenceNull, error) {
	o = o.withDefaults(space.n * space.d)
	if len(space.kept) < 2*o.Tokens {
		return nil, &TooFewTokensError{Tokens: len(space.kept), Want: 2 * o.Tokens}
	}
	n := &CoherenceNull{space: space, options: o}
	dirs := spectra.Gaussian(space.d, o.Directions, spectra.Stream(o.Seed, "coherence directions"))
	high, low, err := reader.Top(dirs, o.Tokens, space.skip)
	if err != nil {
		return nil, err
	}
	var draws []float64
	for _, ids := range append(high, low...) {
		if c := space.Coherence(ids); !math.IsNaN(c) {
			draws = append(draws, c)
		}
	}
	if len(draws) == 0 {
		return nil, &TooFewTokensError{Tokens: 0, Want: minCoherent}
	}
	n.random = spectra.NewNullSample(draws)
	n.pool = newTokenPool(space, o.Tokens)
	return n, nil
}

// TooFewTokensError reports a vocabulary too small for a null.
type TooFewTokensError struct{ Tokens, Want int }

func (e *TooFewTokensError) Error() string {
	return fmt.Sprintf("directions: coherence needs %d trained tokens, the vocabulary has %d", e.Want, e.Tokens)
}

// Coherence returns the mean cosine of all pairs of the tokens, about the mean,
// without those left out; NaN if fewer than three remain.
func (s *TokenSpace) Coherence(ids []int) float64 {
	sum, x := make([]float64, s.d), make([]float64, s.d)
	k := 0.0
	for _, id := range ids {
		if s.skip[id] || s.off[id] == 0 {
			continue
		}
		s.unit(x, id)
		add(sum, 1, x)
		k++
	}
	if k < minCoherent {
		return math.NaN()
	}
	return (dot(sum, sum) - k) / (k * (k - 1))
}

// Score judges the tokens at the two poles of one side of a direction, the most
// extreme first, as TopReader gives them; of each pole the first tokens that
// count are taken, as many as the null was drawn for. The table's q-values are
// spectra.BenjaminiHochberg of all P.
func (n *CoherenceNull) Score(high, low []int) Coherence {
	best := Coherence{Pole: 1, Score: math.NaN(), ByDirection: math.NaN(), BySet: math.NaN(), P: math.NaN()}
	for i, ids := range [][]int{high, low} {
		c := n.pole(n.counted(ids))
		if c.Pole = 1 - 2*i; !(c.P >= best.P) && !math.IsNaN(c.P) {
			best = c
		}
	}
	best.Mean, best.SD = n.random.Mean(), n.random.SD()
	best.P = 1 - (1-best.P)*(1-best.P) // Šidák 1967, for two
	return best
}

// counted returns the first tokens that count.
func (n *CoherenceNull) counted(ids []int) []int {
	var out []int
	for _, id := range ids {
		if len(out) < n.options.Tokens && !n.space.skip[id] && n.space.off[id] > 0 {
			out = append(out, id)
		}
	}
	return out
}

// pole judges one pole; P is not yet corrected.
func (n *CoherenceNull) pole(ids []int) Coherence {
	c := Coherence{Tokens: len(ids), Score: n.space.Coherence(ids)}
	c.ByDirection = n.random.P(c.Score)
	c.BySet = n.pool.p(ids, c.Score, n.sets(c.ByDirection))
	c.P = max(c.ByDirection, c.BySet)
	return c
}

// sets returns the options with the number of sets it takes to see whether
// their p passes that of random directions.
func (n *CoherenceNull) sets(p float64) CoherenceOptions {
	o := n.options
	if needed := enough / p; needed < float64(o.Sets) { // false for NaN
		o.Sets = max(int(needed), min(fewSets, o.Sets))
	}
	return o
}

// fewSets is the least number of sets: beyond p = 0.4 more would decide
// nothing that matters.
const fewSets = 50

// Draws returns the number of readouts of random directions.
func (n *CoherenceNull) Draws() int { return n.random.Len() }
