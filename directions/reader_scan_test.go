package directions

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// tableKinds are numbers of tokens' vectors, of which the top is 1 after scaling.
func tableKinds(rng *rand.Rand) map[string]func(i, j int) float64 {
	var row float64
	return map[string]func(i, j int) float64{
		"normal":  func(i, j int) float64 { return rng.NormFloat64() },
		"cluster": func(i, j int) float64 { return math.Sin(float64(j)) + 1e-4*rng.NormFloat64() },
		"ties":    func(i, j int) float64 { return float64((i*j)%3) - 1 },
		"repeats": func(i, j int) float64 { return math.Sin(float64((i%7 + 1) * (j + 1))) },
		"equal":   func(i, j int) float64 { return 1 / float64(j+1) },
		"zero":    func(i, j int) float64 { return 0 },
		"scales": func(i, j int) float64 { // rows of all norms, some of them 0
			if j == 0 {
				row = math.Ldexp(float64(rng.IntN(4)), -rng.IntN(150))
			}
			return row * rng.NormFloat64()
		},
		"huge": func(i, j int) float64 { return math.Ldexp(rng.NormFloat64(), 900-20*(i%60)) },
		"tiny": func(i, j int) float64 { return math.Ldexp(rng.NormFloat64(), -900) },
		"mean": func(i, j int) float64 { return 1000 + rng.NormFloat64() },
	}
}

// Lists of a pass are those of all exact scores, sorted: by each measure, at both
// poles, whatever the table, the number wanted, the workers and the blocks.
func TestScanIsExhaustive(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	const n, d, m = 600, 40, 12
	vectors := make([]float32, m*d)
	for i := range vectors {
		vectors[i] = float32(rng.NormFloat64() / math.Sqrt(d))
	}
	clear(vectors[:d])
	for i := range d { // from nothing to little
		vectors[d+i] = float32(math.Ldexp(float64(vectors[d+i]), -60))
	}
	copy(vectors[3*d:4*d], vectors[2*d:3*d])
	for name, kind := range tableKinds(rng) {
		rows := mat.NewDense(n, d, nil)
		for i := range n * d {
			rows.Set(i/d, i%d, kind(i/d, i%d))
		}
		table := &table{rows: linalg.Dense(rows), n: n, d: d}
		if err := table.survey(); err != nil {
			t.Fatal(err)
		}
		for i, k := range []int{1, 5, 60, 700} {
			s := newScan(table, vectors, ReadOptions{Tokens: k, Spare: k}, [][2]int{{2, 4}, {7, 10}})
			s.run(1 + i%3)
			for v := range m {
				checkLists(t, fmt.Sprintf("%s, %d tokens, vector %d", name, k, v), s, v, k)
			}
			for _, g := range s.groups {
				checkGroup(t, name, s, g, k)
			}
		}
	}
}

// exactScores are the products of a vector with all tokens, and the two factors.
func exactScores(s *scan, v int) (dots, inverse, inverseCentred []float64) {
	row, wide := make([]float32, s.d), make([]float64, s.d)
	for id := range s.n {
		s.scaled(row, wide, id)
		var dot, squares, centred float64
		for j, x := range row {
			dot += float64(x) * float64(s.vectors[v*s.d+j])
			squares += wide[j] * wide[j]
			centred += (wide[j] - s.mean[j]) * (wide[j] - s.mean[j])
		}
		dots = append(dots, dot)
		inverse, inverseCentred = append(inverse, inverseRoot(squares)), append(inverseCentred, inverseRoot(centred))
	}
	return dots, inverse, inverseCentred
}

func checkLists(t *testing.T, name string, s *scan, v, k int) {
	t.Helper()
	dots, f, g := exactScores(s, v)
	for m, measure := range []Measure{Dot, Cosine, CentredCosine} {
		want := min([]int{2 * k, k, k}[m], s.n)
		for pole, sign := range []float64{1, -1} {
			r, mean := ranking{count: want, sign: sign, values: make([]float64, s.n)}, s.tally[v].mean
			for id, x := range dots {
				factor := []float64{1, f[id], g[id]}[m]
				r.values[id] = sign * []float64{x, x, x - mean}[m] * factor
				r.near = max(r.near, 1e-12*(math.Abs(x)+math.Abs(mean))*factor)
			}
			r.check(t, fmt.Sprintf("%s, %s, pole %v", name, measure, sign), s.tally[v].lists[m][pole])
		}
	}
}

// ranking is what a list of count tokens is to be: those with the largest values,
// which are sign times the scores. The order of two may differ from another sum's
// where they are as near as its rounding.
type ranking struct {
	values []float64
	count  int
	sign   float64
	near   float64
}

func (r *ranking) check(t *testing.T, name string, got []Scored) {
	t.Helper()
	order := make([]int, len(r.values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.values[b], r.values[a]) })
	if len(got) != r.count {
		t.Fatalf("%s: %d tokens, want %d", name, len(got), r.count)
	}
	seen := map[int]bool{}
	for i, x := range got {
		if seen[x.ID] {
			t.Fatalf("%s: token %d is there twice", name, x.ID)
		}
		seen[x.ID] = true
		if !(math.Abs(r.sign*x.Score-r.values[order[i]]) <= r.near) || !(math.Abs(r.sign*x.Score-r.values[x.ID]) <= r.near) {
			t.Fatalf("%s: rank %d is %v, want token %d with %v", name, i, x, order[i], r.values[order[i]])
		}
		if i > 0 && got[i-1].Score == x.Score && got[i-1].ID > x.ID {
			t.Fatalf("%s: of equal scores, token %d comes before %d", name, got[i-1].ID, x.ID)
		}
	}
}

func checkGroup(t *testing.T, name string, s *scan, g group, k int) {
	t.Helper()
	r := ranking{count: min(k, s.n), sign: 1, values: make([]float64, s.n), near: 1e-12}
	for v := g.first; v < g.last; v++ {
		dots, f, _ := exactScores(s, v)
		for id := range r.values {
			r.values[id] = math.Hypot(r.values[id], dots[id]*f[id])
		}
	}
	r.check(t, fmt.Sprintf("%s, %d tokens, block from %d", name, k, g.first), g.list)
}

// A list of too many too close to each other is made from all scores.
func TestCrowd(t *testing.T) {
	const n, d = 3 * shortMost, 3
	rows := mat.NewDense(n, d, nil)
	for i := range n {
		rows.SetRow(i, []float64{1, 0.5, 0.25})
	}
	rows.Set(n-2, 0, 1+0x1p-20)
	table := &table{rows: linalg.Dense(rows), n: n, d: d}
	if err := table.survey(); err != nil {
		t.Fatal(err)
	}
	s := newScan(table, []float32{1, 0, 0, 0, 0.6, 0.8}, ReadOptions{Tokens: 3}, [][2]int{{0, 2}})
	s.run(2)
	if got := s.tally[0].lists[0][0]; got[0].ID != n-2 || got[1].ID != 0 || got[2].ID != 1 {
		t.Errorf("%v, want token %d, then 0 and 1", got, n-2)
	}
	if len(s.ids[0]) != n {
		t.Errorf("%d tokens were looked at, of %d", len(s.ids[0]), n)
	}
}
