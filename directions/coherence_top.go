package directions

import (
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// TopReader reads directions through a vocabulary.
type TopReader interface {
	// Top returns, for each column of dirs, d_model × k, the ids of the tokens
	// of highest and of lowest score, the most extreme first, leaving out those
	// marked in skip (length d_vocab): at most count ≥ 1 of each.
	Top(dirs *mat.Dense, count int, skip []bool) (high, low [][]int, err error)
}

// Top reads by the inner product with the points, in float32 as a Reader does:
// of equal scores, the lower id comes first. The mean, which is the same for all,
// does not change the order. It never returns an error.
func (s *TokenSpace) Top(dirs *mat.Dense, count int, skip []bool) (high, low [][]int, err error) {
	_, m := dirs.Dims()
	t := &topScan{space: s, skip: skip, factor: math.Ldexp(1, s.exponent), poles: make([]poles, m)}
	t.rooms.New = func() any { return new([]float64) }
	vectors := make([]float32, m*s.d)
	for i := range m {
		t.poles[i] = newPoles(min(count, s.n))
		for j := range s.d {
			vectors[i*s.d+j] = float32(dirs.At(j, i))
		}
	}
	for i := 0; i < m; i += linalg.ProjectTask {
		t.tasks = append(t.tasks, [2]int{i, min(i+linalg.ProjectTask, m)})
	}
	linalg.Project(linalg.Projection{
		Vectors: vectors, M: m, D: s.d, Rows: s.n, Read: t.load, Tasks: t.tasks, Visit: t.visit,
	}, runtime.GOMAXPROCS(0))
	for i := range m {
		positive, negative := t.poles[i].lists(1)
		high, low = append(high, idsOfScored(positive)), append(low, idsOfScored(negative))
	}
	return high, low, nil
}

// topScan is one pass of directions over a vocabulary.
type topScan struct {
	space  *TokenSpace
	skip   []bool
	factor float64 // brings the largest number to about 1, for float32
	poles  []poles // of each direction
	tasks  [][2]int
	rooms  sync.Pool // of *[]float64
}

func (t *topScan) load(dst []float32, i0, i1 int) {
	room := t.rooms.Get().(*[]float64)
	defer t.rooms.Put(room)
	*room = slices.Grow((*room)[:0], len(dst))[:len(dst)]
	buf := *room
	t.space.points.Block(buf, t.space.d, i0, i1, 0, t.space.d)
	for j, v := range buf {
		dst[j] = float32(v * t.factor)
	}
}

func (t *topScan) visit(task, i0, n int, scores []float32) {
	first, last := t.tasks[task][0], t.tasks[task][1]
	for v := first; v < last; v++ {
		y := &t.poles[v]
		c, w := y.gate()
		for k, x := range scores[(v-first)*n:][:n] {
			if beyond(x, c, w) && !t.skip[i0+k] {
				y.offer(x, i0+k)
				c, w = y.gate()
			}
		}
	}
}

func idsOfScored(list []Scored) []int {
	ids := make([]int, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	return ids
}
