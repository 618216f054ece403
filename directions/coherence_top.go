package directions

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// TopReader reads directions through a vocabulary.
type TopReader interface {
	// Top returns, for each column of dirs, d_model × k, the ids of the tokens
	// of highest and of lowest score, the most extreme first, leaving out those
	// marked in skip (length d_vocab): at most count ≥ 1 of each.
	Top(dirs *mat.Dense, count int, skip []bool) (high, low [][]int, err error)
}

// Top reads by the inner product with the points, in float64: of equal scores,
// the lower id comes first. The mean, which is the same for all, does not
// change the order. It never returns an error.
func (s *TokenSpace) Top(dirs *mat.Dense, count int, skip []bool) (high, low [][]int, err error) {
	_, k := dirs.Dims()
	top, bottom := make([]leaders, k), make([]leaders, k)
	for i := range k {
		top[i], bottom[i] = newLeaders(count), newLeaders(count)
	}
	scores := blas64.General{Cols: k, Stride: k, Data: make([]float64, strip*k)}
	buf := make([]float64, strip*s.d)
	for i := 0; i < s.n; i += strip {
		scores.Rows = min(strip, s.n-i)
		s.points.Block(buf, s.d, i, i+scores.Rows, 0, s.d)
		rows := blas64.General{Rows: scores.Rows, Cols: s.d, Stride: s.d, Data: buf}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, rows, dirs.RawMatrix(), 0, scores)
		for r := range scores.Rows {
			if skip[i+r] {
				continue
			}
			for c, v := range scores.Data[r*k:][:k] {
				if v > top[c].least {
					top[c].offer(i+r, v)
				}
				if -v > bottom[c].least {
					bottom[c].offer(i+r, -v)
				}
			}
		}
	}
	for i := range k {
		high, low = append(high, top[i].ids), append(low, bottom[i].ids)
	}
	return high, low, nil
}

// leaders keeps the ids of the highest scores seen, descending.
type leaders struct {
	ids    []int
	scores []float64
	least  float64 // what a score must pass to be among them
}

func newLeaders(count int) leaders {
	return leaders{make([]int, 0, count), make([]float64, 0, count), math.Inf(-1)}
}

// offer takes a score that is over least.
func (l *leaders) offer(id int, score float64) {
	n := len(l.ids)
	if n == cap(l.ids) {
		n--
	}
	at := n
	for at > 0 && l.scores[at-1] < score {
		at--
	}
	l.ids, l.scores = l.ids[:n+1], l.scores[:n+1]
	copy(l.ids[at+1:], l.ids[at:n])
	copy(l.scores[at+1:], l.scores[at:n])
	l.ids[at], l.scores[at] = id, score
	if n+1 == cap(l.ids) {
		l.least = l.scores[n]
	}
}
