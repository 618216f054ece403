package spectra

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Mode pairs a direction of one matrix with one of another: i of its In, Out and
// Index. Both sides of a direction are paired together, since σ belongs to both.
type Mode struct {
	Old, New int // −1 where the other has no partner
	// Cosine is that of the two modes in·outᵀ as matrices, (in·in′)(out·out′),
	// in [−1, 1]: 1 for the same mode, −1 where one side is turned round. For
	// directions of blocks it is that of the blocks, ⟨Inᵀ·In′, Outᵀ·Out′⟩ over
	// the smaller number of directions, which no rotation inside a block
	// changes. 0 where there is no partner.
	Cosine float64
	// OldSigma and NewSigma are the values; NaN where there is none.
	OldSigma, NewSigma float64
}

// MatchModes pairs the directions of two matrices of one shape so that the sum of
// |Cosine| is the largest, each at most once; never by position. Directions that
// rounding cannot tell apart stay one block (see Certificate), within which
// partners are in order of σ. The modes stand in the order of old, then come
// those of new that are left over.
//
// ModeChance is what two random modes give. The error is mat.ErrShape (wrapped).
func MatchModes(old, new *Decomposition) ([]Mode, error) {
	if old.Rows != new.Rows || old.Cols != new.Cols {
		return nil, fmt.Errorf("spectra: modes of %d×%d and %d×%d: %w", old.Rows, old.Cols, new.Rows, new.Cols, mat.ErrShape)
	}
	a, b := old.blocks(), new.blocks()
	cosine := blockCosines(old, new, a, b)
	score := make([][]float64, len(cosine))
	for i, row := range cosine {
		score[i] = make([]float64, len(row))
		for j, c := range row {
			score[i][j] = math.Abs(c)
		}
	}
	partner := assign(score)
	if len(partner) == 0 {
		partner = make([]int, len(old.Index))
		for i := range partner {
			partner[i] = -1
		}
	}
	inOrder(partner, a, b)
	return modes(old, new, partner, cosine), nil
}

// ModeChance returns the mean |Cosine| of two independent uniformly random modes
// of a rows × cols matrix: the product over both sides of the mean
// |coordinate| of a random unit vector, Γ(d/2)/(√π·Γ((d+1)/2)).
func ModeChance(rows, cols int) float64 {
	return meanCoordinate(rows) * meanCoordinate(cols)
}

func meanCoordinate(d int) float64 {
	a, _ := math.Lgamma(float64(d) / 2)
	b, _ := math.Lgamma(float64(d+1) / 2)
	return math.Exp(a-b) / math.Sqrt(math.Pi)
}

// blocks returns, for each direction found, the number of its block.
func (d *Decomposition) blocks() []int {
	certificates := d.Certificates()
	of := make([]int, len(d.Index))
	n := -1
	for i, at := range d.Index {
		if i == 0 || certificates[at].Block != certificates[d.Index[i-1]].Block {
			n++
		}
		of[i] = n
	}
	return of
}

// blockCosines returns Mode.Cosine for every pair of directions, of the blocks
// that they belong to.
func blockCosines(old, new *Decomposition, a, b []int) [][]float64 {
	in, out := crossGram(old.In, new.In), crossGram(old.Out, new.Out)
	sums := map[[2]int]float64{}
	for i := range a {
		for j := range b {
			sums[[2]int{a[i], b[j]}] += in.At(i, j) * out.At(i, j)
		}
	}
	c := make([][]float64, len(a))
	for i := range a {
		c[i] = make([]float64, len(b))
		for j := range b {
			most := min(count(a, a[i]), count(b, b[j]))
			c[i][j] = max(-1, min(1, sums[[2]int{a[i], b[j]}]/float64(most)))
		}
	}
	return c
}

func count(x []int, v int) int {
	n := 0
	for _, y := range x {
		if y == v {
			n++
		}
	}
	return n
}

// inOrder sorts, for each pair of blocks, the partners of the first block's
// directions in the second.
func inOrder(partner, a, b []int) {
	places := map[[2]int][]int{}
	for i, j := range partner {
		if j >= 0 {
			k := [2]int{a[i], b[j]}
			places[k] = append(places[k], i)
		}
	}
	for _, rows := range places {
		var columns []int
		for _, i := range rows {
			columns = append(columns, partner[i])
		}
		slices.Sort(columns)
		for n, i := range rows {
			partner[i] = columns[n]
		}
	}
}

// modes writes the list.
func modes(old, new *Decomposition, partner []int, cosine [][]float64) []Mode {
	var all []Mode
	taken := make([]bool, len(new.Index))
	for i, j := range partner {
		m := Mode{Old: i, New: j, OldSigma: old.Sigma[old.Index[i]], NewSigma: math.NaN()}
		if j >= 0 {
			taken[j] = true
			m.Cosine, m.NewSigma = cosine[i][j], new.Sigma[new.Index[j]]
		}
		all = append(all, m)
	}
	for j, t := range taken {
		if !t {
			all = append(all, Mode{Old: -1, New: j, OldSigma: math.NaN(), NewSigma: new.Sigma[new.Index[j]]})
		}
	}
	return all
}
