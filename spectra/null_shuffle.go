package spectra

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// ShuffleDraws is the default number of draws of Shuffled, each of which takes a
// decomposition: a standard deviation is known from 20 to 16 %.
const ShuffleDraws = 20

// Shuffled returns the null of the stored matrix w, of spectrum s, that keeps its
// entries and forgets their places: each draw has them in a random order, its
// values computed as those of w were. It tells what the distribution of entries
// does from what their arrangement does, where iid Gaussian noise tells neither
// apart.
//
// It is nil for a matrix without entries and for the zero matrix. What it returns
// depends on n's seed and number of draws and on the matrix alone. Errors are those
// of Values. Working memory is bounded by ShuffleFootprint.
func Shuffled(w Source, s *Spectrum, n NullOptions, o Options) (*Null, error) {
	if !(frobeniusNorm(s) > 0) {
		return nil, nil
	}
	rows, cols := w.Dims()
	entries := make([]float64, rows*cols)
	w.Block(entries, cols, 0, rows, 0, cols)
	rng := Stream(n.Seed, fmt.Sprintf("null shuffle %d %d", rows, cols))
	draws := make([]*Spectrum, n.Draws)
	if n.Draws == 0 {
		draws = make([]*Spectrum, ShuffleDraws)
	}
	for i := range draws {
		rng.Shuffle(len(entries), func(a, b int) { entries[a], entries[b] = entries[b], entries[a] })
		var err error
		draws[i], err = Values(shuffled{linalg.Dense(mat.NewDense(rows, cols, entries)), s.Epsilon}, o)
		if err != nil {
			return nil, err
		}
	}
	null := &Null{Kind: NullShuffle, Draws: len(draws)}
	null.place(s, nullValues(draws), 1)
	return null, nil
}

// shuffled is a matrix in memory that was stored otherwise.
type shuffled struct {
	Source
	epsilon float64
}

func (s shuffled) Epsilon() float64 { return s.epsilon }

// ShuffleFootprint returns the bytes of working memory that Shuffled needs at most
// for a rows × cols matrix: all its entries in float64, beside what Values needs.
func ShuffleFootprint(rows, cols int) int64 {
	return 8*int64(rows)*int64(cols) + Footprint(rows, cols) + 8*ShuffleDraws*int64(min(rows, cols))
}
