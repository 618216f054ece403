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

// Top reads by the inner product with the points, as a Reader does: of equal
// scores, the lower id comes first. The mean, which is the same for all, does not
// change the order. It never returns an error.
func (s *TokenSpace) Top(dirs *mat.Dense, count int, skip []bool) (high, low [][]int, err error) {
	_, m := dirs.Dims()
	t := &topScan{space: s, skip: skip, factor: math.Ldexp(1, s.exponent), poles: make([]shortPoles, m)}
	t.rooms.New = func() any { return new([]float64) }
	t.vectors, t.slack, t.reach = make([]float32, m*s.d), make([]float32, m), make([]float32, s.n)
	for i := range m {
		t.poles[i] = newShortPoles(min(count, s.n))
		for j := range s.d {
			t.vectors[i*s.d+j] = float32(dirs.At(j, i))
		}
	}
	for i := 0; i < m; i += linalg.ProjectTask {
		t.tasks = append(t.tasks, [2]int{i, min(i+linalg.ProjectTask, m)})
	}
	linalg.Project(linalg.Projection{
		Vectors: t.vectors, M: m, D: s.d, Rows: s.n, Read: t.load, Tasks: t.tasks, Visit: t.visit, Slack: t.slack, Reach: t.reach,
	}, runtime.GOMAXPROCS(0))
	high, low = make([][]int, m), make([][]int, m)
	t.resolve(high, low)
	return high, low, nil
}

// topScan is one pass of directions over a vocabulary.
type topScan struct {
	space        *TokenSpace
	skip         []bool
	factor       float64 // brings the largest number to about 1, for float32
	vectors      []float32
	slack, reach []float32
	poles        []shortPoles // of each direction
	tasks        [][2]int
	rooms        sync.Pool // of *[]float64
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

func (t *topScan) visit(task int, p *linalg.Products) {
	first, last := t.tasks[task][0], t.tasks[task][1]
	for v := first; v < last; v++ {
		y, d := &t.poles[v], distance{slack: t.slack[v], reach: t.reach}
		for k, x := range p.Of(v - first) {
			if id := p.First + k; y.wants(x, id, &d) && !t.skip[id] {
				y.offer(x, id, &d)
			}
		}
	}
}

// resolve makes the lists from exact scores.
func (t *topScan) resolve(high, low [][]int) {
	ids := make([][]int32, len(t.poles))
	for v := range t.poles {
		d := distance{slack: t.slack[v], reach: t.reach}
		ids[v] = ascending(t.poles[v].wanted([]int32{}, &d))
	}
	c := linalg.Choice{D: t.space.d, Rows: t.space.n, Vectors: t.vectors, Read: t.load, IDs: ids}
	c.Take = func(v int, dots []float64) {
		positive, negative := t.poles[v].lists(ids[v], func(id int32) float64 { return dotOf(ids[v], dots, id) })
		high[v], low[v] = idsOfScored(positive), idsOfScored(negative)
	}
	exactly(c, t.skip, runtime.GOMAXPROCS(0))
}

func idsOfScored(list []Scored) []int {
	ids := make([]int, len(list))
	for i, x := range list {
		ids[i] = x.ID
	}
	return ids
}
