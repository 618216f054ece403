package directions

import (
	"cmp"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"wspec/internal/linalg"
)

// Reason says why a token is taken for under-trained.
type Reason string

// The reasons.
const (
	// ReasonCluster: more than half of what tells it from the trained tokens it
	// shares with a tight cluster.
	ReasonCluster Reason = "cluster"
	// ReasonNorm: next to nothing is left of it, as weight decay leaves a row
	// of an untied W_E that no gradient reaches.
	ReasonNorm Reason = "norm"
)

// Undertrained is a token that training hardly reached.
type Undertrained struct {
	ID     int
	Reason Reason
	// Score is the squared cosine to the cluster, in (0.5, 1], or the norm over
	// the median norm, in [0, 0.1).
	Score float64
}

// A token seeds a cluster if it has
//
//   - seedCount others at a cosine over seedCosine, whatever the vocabulary; or
//   - seedShare of the vocabulary at a cosine over looseCosine.
//
// Trained tokens have at most 3 and 0.9 % such neighbours in the checkpoints at
// hand (names, function words, single letters after a space, early in
// training), unused ones 30 or 15 %. Cosines of random vectors stay under 0.5
// from d_model 64 on; smaller spaces are not searched, see minClusterDims.
const (
	seedCosine, seedCount  = 0.9, 5
	looseCosine, seedShare = 0.8, 0.02
)

// minClusterDims is the least d_model in which a cosine of 0.9 is no accident:
// of 100 000 random vectors in 16 dimensions a pair in 10⁷ passes it, five
// neighbours of one never.
const minClusterDims = 16

// memberShare is the share of a token's squared distance from the mean of the
// trained tokens that must lie along the cluster: more than what is its own.
const memberShare = 0.5

// vanishedShare is the norm, over the median, under which nothing is left of a
// row. Trained rows stay over 0.3 in published models.
const vanishedShare = 0.1

// sampleMost bounds the tokens among which clusters are looked for: all pairs
// are compared.
const sampleMost = 2048

// maxClusters bounds the search; more than two were never seen.
const maxClusters = 8

// FindUndertrained finds them from the points alone, d_vocab × d_model (W_E, or
// W_U as rows: a token may be listed for either), ascending by id.
//
// A token that training never uses as a target is moved by the softmax's
// denominator alone, the same way as all such tokens, so in W_U and in tied
// embeddings they end in a tight cluster; in an untied W_E they keep their
// initial values, which decay (Land & Bartolo 2024, who start from tokens known
// to be unused; here the cluster is found by its density). Of up to 2048 tokens
// — evenly spaced ids and the extremes in norm and in angle to the mean, all in
// small vocabularies — those with many near-duplicates seed a cluster. Its
// members are all tokens x with cos²(x − m, u − m) > 1/2, u the mean of the
// seeds and m that of the tokens which are not members: a fixed point, found by
// at most eight rounds.
//
// It lists 339 of the 2048 tokens of shakespeare-gpt2 at step 2048: the 313 never
// seen, which lie within a cosine of 0.997, and 26 between them and the rest,
// pieces that a longer merge nearly always covers (ucking, ORIOLANUS, ithe). Of
// its 18460 held-out tokens 212 are listed, 208 of them in five pieces of names
// (PROSPERO, SEBASTIAN …) that training hardly met or never. It lists 342 at step
// 512, 387 at 128, none at 32 and 0,
// before there is a cluster; 32 of 2048 in tinystories-656k.
//
// Untied rows still at a full-sized initialisation cannot be told from trained
// ones by this, nor do they look alike, so they fake no coherence.
//
// The error is a *spectra.NonFiniteError.
func FindUndertrained(points linalg.Source) ([]Undertrained, error) {
	_, found, err := TrainedSpace(points)
	return found, err
}

// TrainedSpace returns what FindUndertrained finds, and the space of the points
// without it: what is known of them by then need not be read again.
func TrainedSpace(points linalg.Source) (*TokenSpace, []Undertrained, error) {
	s, err := NewTokenSpace(points, nil)
	if err != nil || s.n == 0 {
		return s, nil, err
	}
	found := s.vanished()
	if len(found) > 0 {
		err = s.measure()
	}
	for range maxClusters {
		if s.d < minClusterDims || err != nil {
			break
		}
		var members []Undertrained
		if members, err = s.cluster(); len(members) == 0 {
			break
		}
		found = append(found, members...)
	}
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(found, func(a, b Undertrained) int { return cmp.Compare(a.ID, b.ID) })
	if skip := SkipMask(s.n, found); !slices.Equal(skip, s.skip) {
		s, err = NewTokenSpace(points, skip)
	}
	return s, found, err
}

// SkipMask returns a mask of n tokens with the listed ones marked.
func SkipMask(n int, lists ...[]Undertrained) []bool {
	mask := make([]bool, n)
	for _, l := range lists {
		for _, u := range l {
			mask[u.ID] = true
		}
	}
	return mask
}

// vanished lists and marks the rows of which nothing is left.
func (s *TokenSpace) vanished() []Undertrained {
	norms := make([]float64, s.n)
	// f returns no error, so neither does each.
	_ = s.each(func(id int, x []float64) error { norms[id] = norm(x); return nil })
	sorted := slices.Sorted(slices.Values(norms))
	median := sorted[s.n/2]
	var found []Undertrained
	for id, v := range norms {
		if v < vanishedShare*median {
			found = append(found, Undertrained{id, ReasonNorm, v / median})
			s.skip[id] = true
		}
	}
	return found
}

// cluster finds the tightest cluster among the tokens kept, and marks it.
func (s *TokenSpace) cluster() ([]Undertrained, error) {
	core := s.core()
	if core == nil {
		return nil, nil
	}
	before := slices.Clone(s.skip)
	var last []Undertrained
	for range maxClusters {
		members := s.along(core, before)
		if len(members) == len(last) {
			return members, nil
		}
		last = members
		copy(s.skip, before)
		for _, m := range members {
			s.skip[m.ID] = true
		}
		if err := s.measure(); err != nil {
			return nil, err
		}
	}
	return last, nil
}

// along lists the tokens, not in before, more than half of which lies along
// core − mean.
func (s *TokenSpace) along(core []float64, before []bool) []Undertrained {
	axis := slices.Clone(core)
	add(axis, -1, s.mean)
	length := norm(axis)
	var members []Undertrained
	_ = s.each(func(id int, x []float64) error {
		add(x, -1, s.mean)
		c := dot(x, axis) / (norm(x) * length)
		if !before[id] && c > 0 && c*c > memberShare {
			members = append(members, Undertrained{id, ReasonCluster, min(c*c, 1)})
		}
		return nil
	})
	return members
}

// core returns the mean of the densest seed and its near neighbours, as a point
// of the space, or nil if nothing seeds a cluster.
func (s *TokenSpace) core() []float64 {
	ids := s.sample()
	n := len(ids)
	if n <= seedCount {
		return nil
	}
	cos := s.cosines(ids)
	best, most, near := -1, 0, seedCosine
	for i := range n {
		tight, loose := neighbours(cos, i)
		if seeds := tight >= seedCount || float64(loose) >= max(seedShare*float64(n), 2*seedCount); seeds && loose > most {
			best, most = i, loose
			if near = seedCosine; tight < seedCount {
				near = looseCosine
			}
		}
	}
	if best < 0 {
		return nil
	}
	core, x, count := make([]float64, s.d), make([]float64, s.d), 0.0
	for j := range n {
		if j == best || at(cos, best, j) > near {
			s.points.Block(x, s.d, ids[j], ids[j]+1, 0, s.d)
			add(core, 1, x)
			count++
		}
	}
	scale(core, 1/count)
	return core
}

// neighbours counts the tokens near token i, apart from itself.
func neighbours(cos blas64.Symmetric, i int) (tight, loose int) {
	for j := range cos.N {
		c := at(cos, i, j)
		if j != i && c > looseCosine {
			loose++
			if c > seedCosine {
				tight++
			}
		}
	}
	return tight, loose
}

// at reads the upper triangle.
func at(c blas64.Symmetric, i, j int) float64 {
	return c.Data[min(i, j)*c.Stride+max(i, j)]
}

// cosines returns those of all pairs of the tokens, about the mean.
func (s *TokenSpace) cosines(ids []int) blas64.Symmetric {
	n := len(ids)
	x := blas64.General{Rows: n, Cols: s.d, Stride: s.d, Data: make([]float64, n*s.d)}
	for i, id := range ids {
		s.unit(x.Data[i*s.d:][:s.d], id)
	}
	c := blas64.Symmetric{N: n, Stride: n, Uplo: blas.Upper, Data: make([]float64, n*n)}
	blas64.Syrk(blas.NoTrans, 1, x, 0, c)
	return c
}

// sample returns up to sampleMost kept tokens, ascending: half of them evenly
// spaced, half those at either end in norm and in angle to the mean, where
// unused tokens lie if they are few.
func (s *TokenSpace) sample() []int {
	if len(s.kept) <= sampleMost {
		return s.kept
	}
	var ids []int
	for i := range sampleMost / 2 {
		ids = append(ids, s.kept[i*len(s.kept)/(sampleMost/2)])
	}
	cosine := make([]float64, s.n)
	length := norm(s.mean)
	_ = s.each(func(id int, x []float64) error {
		if n := norm(x); n > 0 && length > 0 {
			cosine[id] = dot(x, s.mean) / (n * length)
		}
		return nil
	})
	const end = sampleMost / 8
	for _, key := range [][]float64{s.norm, cosine} {
		order := slices.Clone(s.kept)
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(key[a], key[b]) })
		ids = append(append(ids, order[:end]...), order[len(order)-end:]...)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
