package directions

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// Coherence says how alike the tokens are that a direction reads or writes,
// and how often chance does as well.
//
// At q ≤ 0.05 it calls 100 of 900 readouts of shakespeare-gpt2 at step 2048 (ten
// for each residual side of every matrix and circuit; 261 have p ≤ 0.05 where
// chance gives 45), 21 of 790 of tinystories-656k (177, 40), and at step 0 none of
// 900, with 42 at p ≤ 0.05. Left in, the under-trained tokens make the null itself
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
	// Mean and SD are those of Score for one pole of a direction by chance, in
	// the null of ByDirection or ByOwn, whichever is the larger.
	Mean, SD float64
	// ByDirection is the p of one pole against directions that are uniform on
	// the sphere, ByOwn against the model's own directions with signs drawn anew,
	// 0 without any, and BySet against random tokens of like norm and id, which
	// no direction chose: it only guards against lists whose tokens are all alike
	// anyway, is 0, not drawn, where the others are 0.25 or more, and no more than
	// bounded from above where it is less than they. P is the largest of them,
	// corrected for the choice between two poles, in (0, 1], NaN if Score is.
	ByDirection, ByOwn, BySet, P float64
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
	own     *spectra.NullSample // of the model's own with signs drawn anew; nil without
	pool    *tokenPool
}

// NewCoherenceNull draws the null for directions read by reader, and judged by
// the cosines of space: random directions, uniform on the sphere, and those of
// own, which may be nil or empty, with signs drawn anew, as many of each, are
// read the same way. Tokens that space leaves out are left out of it all. The
// error is that of the reader, or a *TooFewTokensError.
//
// Random directions alone would call structure what every matrix of a model has
// in common with its embedding: of a GPT-2 small of random numbers whose columns
// are all scaled alike 700 of 6,500 readouts, and none with both.
func NewCoherenceNull(space *TokenSpace, reader TopReader, own *OwnDirections, o CoherenceOptions) (*CoherenceNull, error) {
	o = o.withDefaults(space.n * space.d)
	if len(space.kept) < 2*o.Tokens {
		return nil, &TooFewTokensError{Tokens: len(space.kept), Want: 2 * o.Tokens}
	}
	n := &CoherenceNull{space: space, options: o}
	dirs := spectra.Gaussian(space.d, o.Directions, spectra.Stream(o.Seed, "coherence directions"))
	signed := own.drawn(o.Directions)
	if signed != nil { // one pass over the vocabulary for both
		random := dirs
		dirs = &mat.Dense{}
		dirs.Augment(random, signed)
	}
	high, low, err := reader.Top(dirs, o.Tokens, space.skip)
	if err != nil {
		return nil, err
	}
	if n.random, err = n.draws(high[:o.Directions], low[:o.Directions]); err == nil && signed != nil {
		n.own, err = n.draws(high[o.Directions:], low[o.Directions:])
	}
	if err != nil {
		return nil, err
	}
	n.pool = newTokenPool(space, o.Tokens)
	return n, nil
}

// draws returns the coherence of all poles.
func (n *CoherenceNull) draws(high, low [][]int) (*spectra.NullSample, error) {
	var draws []float64
	for _, ids := range slices.Concat(high, low) {
		if c := n.space.Coherence(ids); !math.IsNaN(c) {
			draws = append(draws, c)
		}
	}
	if len(draws) == 0 {
		return nil, &TooFewTokensError{Tokens: 0, Want: minCoherent}
	}
	return spectra.NewNullSample(draws), nil
}

// TooFewTokensError reports a vocabulary too small for a null.
type TooFewTokensError struct{ Tokens, Want int }

func (e *TooFewTokensError) Error() string {
	return fmt.Sprintf("directions: coherence needs %d trained tokens, the vocabulary has %d", e.Want, e.Tokens)
}

// Coherence returns the mean cosine of all pairs of the tokens, about the mean,
// without those left out; NaN if fewer than three remain.
func (s *TokenSpace) Coherence(ids []int) float64 {
	// Σ unit(id) is Σ x/off less Σ 1/off times the mean, across the drift.
	room, ok := s.rooms.Get().(*[2][]float64)
	if !ok {
		room = &[2][]float64{make([]float64, s.d), make([]float64, s.d)}
	}
	defer s.rooms.Put(room)
	sum, x := room[0], room[1]
	clear(sum)
	var k, weight float64
	for _, id := range ids {
		if s.skip[id] || s.off[id] == 0 {
			continue
		}
		s.points.Block(x, s.d, id, id+1, 0, s.d)
		add(sum, 1/s.off[id], x)
		weight += 1 / s.off[id]
		k++
	}
	if k < minCoherent {
		return math.NaN()
	}
	add(sum, -weight, s.mean)
	s.acrossDrift(sum)
	return (dot(sum, sum) - k) / (k * (k - 1))
}

// Score judges the tokens at the two poles of one side of a direction, the most
// extreme first, as TopReader gives them; of each pole the first tokens that
// count are taken, as many as the null was drawn for. The table's q-values are
// spectra.BenjaminiHochberg of all P.
func (n *CoherenceNull) Score(high, low []int) Coherence {
	nan := math.NaN()
	best := Coherence{Pole: 1, Score: nan, Mean: n.random.Mean(), SD: n.random.SD(), ByDirection: nan, BySet: nan, P: nan}
	var tokens [2][]int
	var poles [2]Coherence
	for i, ids := range [][]int{high, low} {
		tokens[i] = n.space.Counted(ids, n.options.Tokens)
		poles[i] = n.pole(tokens[i])
		poles[i].Pole = 1 - 2*i
	}
	first := 0
	if poles[1].P < poles[0].P {
		first = 1
	}
	// Sets only add to p: where one pole's stays under the other's, that one
	// needs none.
	n.guard(&poles[first], tokens[first])
	if other := 1 - first; !(poles[other].P > poles[first].P) {
		n.guard(&poles[other], tokens[other])
	}
	for _, c := range poles {
		if !(c.P >= best.P) && !math.IsNaN(c.P) {
			best = c
		}
	}
	best.P = 1 - (1-best.P)*(1-best.P) // Šidák 1967, for two
	return best
}

// Counted returns the first tokens that count, at most most.
func (s *TokenSpace) Counted(ids []int, most int) []int {
	var out []int
	for _, id := range ids {
		if len(out) < most && !s.skip[id] && s.off[id] > 0 {
			out = append(out, id)
		}
	}
	return out
}

// pole judges one pole by directions; P is not yet corrected.
func (n *CoherenceNull) pole(ids []int) Coherence {
	c := Coherence{Tokens: len(ids), Score: n.space.Coherence(ids)}
	c.ByDirection = n.random.P(c.Score)
	c.Mean, c.SD, c.P = n.random.Mean(), n.random.SD(), c.ByDirection
	if n.own != nil {
		if c.ByOwn = n.own.P(c.Score); c.ByOwn > c.P {
			c.Mean, c.SD, c.P = n.own.Mean(), n.own.SD(), c.ByOwn
		}
	}
	return c
}

// guard takes token sets into p, where they are to be.
func (n *CoherenceNull) guard(c *Coherence, ids []int) {
	if c.P < setsBelow {
		o := n.options
		o.Sets = n.sets(c.P)
		c.BySet = n.pool.p(ids, c.Score, c.P, o)
		c.P = max(c.P, c.BySet)
	}
}

// sets returns the number of sets it takes to see whether their p passes that of
// directions by chance.
func (n *CoherenceNull) sets(p float64) int {
	if needed := enough / p; needed < float64(n.options.Sets) {
		return int(needed)
	}
	return n.options.Sets
}

// setsBelow is the p of directions from which on sets are not drawn: they guard
// lists that seem coherent, and these do not.
const setsBelow = 0.25

// Draws returns the number of readouts of random directions; the model's own
// directions with new signs give as many.
func (n *CoherenceNull) Draws() int { return n.random.Len() }
