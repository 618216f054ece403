package directions

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"wspec/spectra"
)

// tokenPool holds the cosines among a sample of the tokens, by stratum of norm
// and id, from which sets like a given one are drawn. The id stands in for the
// frequency, which the weights do not tell: merges are learnt, and so numbered,
// by descending frequency.
type tokenPool struct {
	stratum map[int]int // of every token kept
	members [][]int32   // of each stratum, as places in the pool
	cosine  []float32   // size × size
	size    int
}

// The pool is poolMost tokens: their cosines take 16 MB. A stratum has at least
// twice the tokens of a set, and there are at most poolAxis² of them.
const (
	poolMost = 2048
	poolAxis = 8
)

func newTokenPool(s *TokenSpace, tokens int) *tokenPool {
	chosen := s.kept
	if len(chosen) > poolMost {
		chosen = make([]int, poolMost)
		for i := range chosen {
			chosen[i] = s.kept[i*len(s.kept)/poolMost]
		}
	}
	p := &tokenPool{size: len(chosen), stratum: make(map[int]int, len(s.kept))}
	axis := int(math.Sqrt(float64(p.size) / float64(2*tokens)))
	axis = min(max(axis, 1), poolAxis)
	p.stratify(s, axis)
	// By stratum, so that the cosines a readout's sets need lie together: they
	// are read at random.
	chosen = slices.Clone(chosen)
	slices.SortStableFunc(chosen, func(a, b int) int { return cmp.Compare(p.stratum[a], p.stratum[b]) })
	p.members = make([][]int32, axis*axis)
	for place, id := range chosen {
		g := p.stratum[id]
		p.members[g] = append(p.members[g], int32(place))
	}
	for g, places := range p.members {
		if len(places) == 0 { // all of its tokens missed the sample: take any
			p.members[g] = slices.Concat(p.members...)
		}
	}
	p.cosine = s.cosines32(chosen)
	return p
}

// stratify splits the tokens into axis groups by norm, and each by id.
func (p *tokenPool) stratify(s *TokenSpace, axis int) {
	order := slices.Clone(s.kept)
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.norm[a], s.norm[b]) })
	for i := range axis {
		group := order[i*len(order)/axis : (i+1)*len(order)/axis]
		slices.Sort(group)
		for j, id := range group {
			p.stratum[id] = i*axis + j*axis/len(group)
		}
	}
}

// cosines32 is cosines, whole and in half the room.
func (s *TokenSpace) cosines32(ids []int) []float32 {
	n := len(ids)
	out := make([]float32, n*n)
	x := blas64.General{Rows: n, Cols: s.d, Stride: s.d, Data: make([]float64, n*s.d)}
	for i, id := range ids {
		s.unit(x.Data[i*s.d:][:s.d], id)
	}
	part := blas64.General{Cols: n, Stride: n, Data: make([]float64, strip*n)}
	for i := 0; i < n; i += strip {
		part.Rows = min(strip, n-i)
		rows := blas64.General{Rows: part.Rows, Cols: s.d, Stride: s.d, Data: x.Data[i*s.d:]}
		blas64.Gemm(blas.NoTrans, blas.Trans, 1, rows, x, 0, part)
		for j, v := range part.Data[:part.Rows*n] {
			out[i*n+j] = float32(v)
		}
	}
	return out
}

// enough is the number of sets as coherent as the given one after which no more
// are drawn: p is then known to about a fifth (Besag & Clifford 1991).
const enough = 20

// p returns the probability that tokens of the same strata are at least as
// coherent as score, NaN for a NaN score; of one under least, some number up to
// that. The draws are seeded by the strata.
func (p *tokenPool) p(ids []int, score, least float64, o CoherenceOptions) float64 {
	if math.IsNaN(score) {
		return score
	}
	strata := make([]int, len(ids))
	for i, id := range ids {
		strata[i] = p.stratum[id]
	}
	slices.Sort(strata)
	rng := spectra.Stream(o.Seed, fmt.Sprint("coherence sets ", strata))
	draws := make([]float64, 0, o.Sets)
	set := make([]int32, len(ids))
	reached := 0
	for len(draws) < o.Sets {
		p.draw(set, strata, rng.IntN)
		c := p.coherence(set)
		draws = append(draws, c)
		if c >= score {
			if reached++; reached == enough {
				return float64(enough) / float64(len(draws))
			}
		}
	}
	if counted := float64(reached+1) / float64(len(draws)+1); counted <= least {
		return counted // what a tail fitted to the draws says is less
	}
	return spectra.NewNullSample(draws).P(score)
}

// draw fills set with different tokens of the strata, which are ascending.
func (p *tokenPool) draw(set []int32, strata []int, intN func(int) int) {
	for i, g := range strata {
		first := i
		for first > 0 && strata[first-1] == g {
			first--
		}
		for {
			set[i] = p.members[g][intN(len(p.members[g]))]
			// A stratum of too few has tokens twice.
			if i-first >= len(p.members[g]) || !slices.Contains(set[first:i], set[i]) {
				break
			}
		}
	}
}

func (p *tokenPool) coherence(set []int32) float64 {
	var sum float64
	for i, a := range set {
		row := p.cosine[int(a)*p.size:][:p.size]
		for _, b := range set[:i] {
			sum += float64(row[b])
		}
	}
	return 2 * sum / float64(len(set)*(len(set)-1))
}
