package directions

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Both poles are what sorting the exact scores gives, lower IDs first among
// equals, though only others near them are known until the end.
func TestShortPolesSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, 60).Draw(t, "k")
		few := rapid.SliceOfN(rapid.Float32Range(-3, 3), 1, 4).Draw(t, "values") // ties
		n := rapid.IntRange(k, 700).Draw(t, "n")
		d := distance{slack: rapid.SampledFrom([]float32{0, 1e-3, 1, 100}).Draw(t, "slack"), reach: make([]float32, n)}
		exact, p := make([]float64, n), newShortPoles(k)
		for i := range n {
			x := rapid.SampledFrom(few).Draw(t, "score")
			if rapid.Bool().Draw(t, "free") {
				x = rapid.Float32Range(-3, 3).Draw(t, "any")
			}
			d.reach[i] = rapid.Float32Range(0, 1).Draw(t, "reach")
			exact[i] = float64(x) + 0.99*float64(d.of(int32(i)))*rapid.Float64Range(-1, 1).Draw(t, "off")
			if rapid.IntRange(0, 50).Draw(t, "lost") == 0 {
				x, d.reach[i] = float32(math.NaN()), float32(math.Inf(1))
			}
			if p.wants(x, i, &d) {
				p.offer(x, i, &d)
			}
		}
		ids := p.wanted([]int32{}, &d)
		high, low := p.lists(ids, func(id int32) float64 { return exact[id] })
		checkPole(t, high, exact, k, 1)
		checkPole(t, low, exact, k, -1)
	})
}

func TestKthLargest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float32Range(-2, 2), 1, 50).Draw(t, "x")
		for i := range x {
			if rapid.Bool().Draw(t, "tie") {
				x[i] = x[0]
			}
		}
		k := rapid.IntRange(1, len(x)).Draw(t, "k")
		want := slices.Sorted(slices.Values(x))[len(x)-k]
		if got := kthLargest(x, k); got != want {
			t.Errorf("the %d-th largest is %v, want %v", k, got, want)
		}
	})
}

func checkPole(t *rapid.T, got []Scored, scores []float64, k int, sign float64) {
	all := make([]Scored, len(scores))
	for i, x := range scores {
		all[i] = Scored{i, x}
	}
	slices.SortStableFunc(all, func(a, b Scored) int { return cmp.Compare(sign*b.Score, sign*a.Score) })
	if !slices.Equal(got, all[:k]) {
		t.Fatalf("pole %v: %v, want %v", sign, got, all[:k])
	}
}

// Tasks cover all vectors once, in order, and no block is cut in two.
func TestTasksKeepBlocks(t *testing.T) {
	const m = 1000
	s := &scan{table: &table{}, m: m, groups: []group{{first: 0, last: 2}, {first: 190, last: 195}, {first: 195, last: 200}, {first: 380, last: 900}, {first: 990, last: 1000}}}
	s.share()
	next, g := 0, 0
	for i, task := range s.tasks {
		if task[0] != next || task[1] <= task[0] || s.starts[i] != g {
			t.Fatalf("task %d is %v with groups from %d, after %d vectors and %d groups", i, task, s.starts[i], next, g)
		}
		for ; g < len(s.groups) && s.groups[g].first < task[1]; g++ {
			if s.groups[g].last > task[1] {
				t.Errorf("task %v cuts the block %d … %d", task, s.groups[g].first, s.groups[g].last)
			}
		}
		next = task[1]
	}
	if next != m || g != len(s.groups) {
		t.Errorf("%d vectors and %d groups in tasks", next, g)
	}
}
