package directions

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// Target is a place where a concept may be found: a direction, a block of them
// or the top-k subspace of a matrix or head.
type Target struct {
	Label string // of the matrix
	Side  Side
	Index int // of the direction, the first of a block or subspace, 0-based
	// Basis is d_model × k, k ≥ 1, orthonormal columns: k is 1 for a direction.
	Basis *mat.Dense
}

// Location is how much of a concept lies in a target.
type Location struct {
	Target
	// Share is ‖Basisᵀ·c‖²/‖c‖² in [0, 1], c the mean of the concept's tokens
	// about the mean of the vocabulary.
	Share float64
	// Mean and SD are those of Share for random concepts, Z = (Share − Mean)/SD.
	Mean, SD, Z float64
	// P is the probability under the null of such a Share or more, in (0, 1]; Q
	// its Benjamini–Hochberg value over all targets of the call.
	P, Q float64
}

// LocateOptions says how the null is drawn. The zero value is the default.
type LocateOptions struct {
	Draws int    // random concepts; 0 means 1000
	Seed  uint64 // of the draws; record it with the result
}

// TokenError reports tokens that make no concept.
type TokenError struct {
	ID, Vocabulary int // the token, −1 where none is meant; the number of tokens
	Msg            string
}

func (e *TokenError) Error() string {
	if e.ID < 0 {
		return "directions: " + e.Msg
	}
	return fmt.Sprintf("directions: token %d of a vocabulary of %d: %s", e.ID, e.Vocabulary, e.Msg)
}

// Locate returns the targets by ascending p, of equal p by descending share,
// then in the order given. spaces gives the points through which each side is
// read: those of W_E for In, of W_U for Out; a side that is not there has its
// targets left out. Tokens given twice count once.
//
// The null: concepts of as many other tokens, each drawn from the eighth of the
// trained tokens (at least 128, at most 512) whose norms are nearest to that of
// one of the concept's tokens. All targets see the same draws. The error is a
// *TokenError.
func Locate(targets []Target, spaces map[Side]*TokenSpace, ids []int, o LocateOptions) ([]Location, error) {
	if o.Draws == 0 {
		o.Draws = 1000
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var found []Location
	for _, side := range []Side{In, Out} {
		space := spaces[side]
		if space == nil {
			continue
		}
		concepts, err := space.concepts(ids, o)
		if err != nil {
			return nil, err
		}
		found = append(found, locateAll(targets, side, concepts)...)
	}
	p := make([]float64, len(found))
	for i := range found {
		p[i] = found[i].P
	}
	for i, q := range spectra.BenjaminiHochberg(p) {
		found[i].Q = q
	}
	slices.SortStableFunc(found, func(a, b Location) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Share, a.Share))
	})
	return found, nil
}

// batchColumns is the number of basis vectors that are projected on at a time:
// one product with all concepts instead of one for each direction.
const batchColumns = 512

// locateAll judges the targets of a side; row 0 of concepts is the one looked
// for, all rows are unit vectors.
func locateAll(targets []Target, side Side, concepts *mat.Dense) []Location {
	var out []Location
	var batch []*Target
	columns := 0
	flush := func() {
		out = append(out, locateBatch(batch, columns, concepts)...)
		batch, columns = batch[:0], 0
	}
	for i := range targets {
		if targets[i].Side != side {
			continue
		}
		_, k := targets[i].Basis.Dims()
		if columns > 0 && columns+k > batchColumns {
			flush()
		}
		batch, columns = append(batch, &targets[i]), columns+k
	}
	if columns > 0 {
		flush()
	}
	return out
}

// locateBatch judges targets with so many columns in all.
func locateBatch(batch []*Target, columns int, concepts *mat.Dense) []Location {
	rows, d := concepts.Dims()
	bases := mat.NewDense(d, columns, nil)
	from := 0
	for _, t := range batch {
		_, k := t.Basis.Dims()
		bases.Slice(0, d, from, from+k).(*mat.Dense).Copy(t.Basis)
		from += k
	}
	parts := mat.NewDense(rows, columns, nil)
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, concepts.RawMatrix(), bases.RawMatrix(), 0, parts.RawMatrix())
	out := make([]Location, len(batch))
	from = 0
	for i, t := range batch {
		_, k := t.Basis.Dims()
		out[i] = locate(t, parts, from, k)
		from += k
	}
	return out
}

// locate judges one target, given the concepts' components along its basis, in
// k columns of parts.
func locate(t *Target, parts *mat.Dense, from, k int) Location {
	rows, _ := parts.Dims()
	share := make([]float64, rows)
	for i := range share {
		row := parts.RawRowView(i)[from : from+k]
		share[i] = min(dot(row, row), 1)
		if math.IsNaN(share[i]) { // of a basis that holds one
			return Location{Target: *t, Share: math.NaN(), Mean: math.NaN(), SD: math.NaN(), Z: math.NaN(), P: math.NaN()}
		}
	}
	null := spectra.NewNullSample(share[1:])
	return Location{Target: *t, Share: share[0], Mean: null.Mean(), SD: null.SD(), Z: null.Z(share[0]), P: null.P(share[0])}
}

// concepts returns the concept and its random ones, as unit rows.
func (s *TokenSpace) concepts(ids []int, o LocateOptions) (*mat.Dense, error) {
	if len(ids) == 0 {
		return nil, &TokenError{-1, s.n, "a concept of no tokens"}
	}
	for _, id := range ids {
		if id < 0 || id >= s.n {
			return nil, &TokenError{id, s.n, "out of range"}
		}
	}
	out := mat.NewDense(o.Draws+1, s.d, nil)
	x := make([]float64, s.d)
	s.concept(out.RawRowView(0), x, ids)
	rng := spectra.Stream(o.Seed, fmt.Sprint("locate ", ids))
	near := s.near(ids)
	set := make([]int, len(ids))
	for i := range o.Draws {
		for j := range set {
			set[j] = other(near[j], set[:j], rng.IntN)
		}
		s.concept(out.RawRowView(i+1), x, set)
	}
	if norm(out.RawRowView(0)) == 0 {
		return nil, &TokenError{-1, s.n, "a concept whose mean is that of the vocabulary"}
	}
	return out, nil
}

// other returns one of the tokens, not one of taken if a few tries find one.
func other(tokens, taken []int, intN func(int) int) int {
	const tries = 8 // small vocabularies may have no other
	t := tokens[intN(len(tokens))]
	for range tries {
		if !slices.Contains(taken, t) {
			break
		}
		t = tokens[intN(len(tokens))]
	}
	return t
}

// concept writes the unit vector of the tokens' mean, or 0.
func (s *TokenSpace) concept(dst, x []float64, ids []int) {
	clear(dst)
	for _, id := range ids {
		s.centred(x, id)
		add(dst, 1, x)
	}
	if length := norm(dst); length > 0 {
		scale(dst, 1/length)
	}
}

// normReach is how many tokens of smaller and of larger norm a token's stand-in is
// drawn from: a sixteenth of the vocabulary, as far as that leaves enough for the
// draws of a single token to differ and no more than it takes.
func normReach(vocabulary int) int { return min(max(vocabulary/16, 64), 256) }

// near returns, for each token, the trained ones of the nearest norms, without
// the concept's own.
func (s *TokenSpace) near(ids []int) [][]int {
	order := slices.DeleteFunc(slices.Clone(s.kept), func(id int) bool { return slices.Contains(ids, id) })
	if len(order) == 0 {
		order = s.kept
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.norm[a], s.norm[b]) })
	out, reach := make([][]int, len(ids)), normReach(s.n)
	for i, id := range ids {
		at, _ := slices.BinarySearchFunc(order, s.norm[id], func(t int, v float64) int { return cmp.Compare(s.norm[t], v) })
		from := max(0, min(at-reach, len(order)-2*reach))
		out[i] = order[from:min(from+2*reach, len(order))]
	}
	return out
}
