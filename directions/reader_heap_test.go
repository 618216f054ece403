package directions

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Both poles are what sorting gives, lower IDs first among equals, whatever the
// scores and through the gate.
func TestPolesSort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, 8).Draw(t, "k")
		few := rapid.SliceOfN(rapid.Float32Range(-3, 3), 1, 4).Draw(t, "values") // ties
		shift := rapid.SampledFrom([]float32{0, 1, -100, 1e6}).Draw(t, "shift")
		var scores []float32
		for range rapid.IntRange(k, 200).Draw(t, "n") {
			x := rapid.SampledFrom(few).Draw(t, "score")
			if rapid.Bool().Draw(t, "free") {
				x = rapid.Float32Range(-3, 3).Draw(t, "any")
			}
			scores = append(scores, x+shift)
		}
		p := newPoles(k)
		c, w := p.gate()
		for i, x := range scores {
			if beyond(x, c, w) {
				p.offer(x, i)
				c, w = p.gate()
			}
		}
		high, low := p.lists(1)
		checkPole(t, high, scores, k, 1)
		checkPole(t, low, scores, k, -1)
	})
}

func checkPole(t *rapid.T, got []Scored, scores []float32, k int, sign float64) {
	all := make([]Scored, len(scores))
	for i, x := range scores {
		all[i] = Scored{i, float64(x)}
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

// A tally, fed in blocks of any length, keeps what sorting gives by each of its
// measures.
func TestTallySorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const k = 5
		n := rapid.IntRange(k, 700).Draw(t, "n")
		free := rapid.SliceOfN(rapid.Float32Range(-3, 3), n, n)
		scores, f, g := free.Draw(t, "scores"), free.Draw(t, "f"), free.Draw(t, "g")
		y := tally{dot: newPoles(k), cosine: newPoles(k), centred: newPoles(k), mean: 0.5}
		for i := 0; i < n; {
			last := min(n, i+rapid.IntRange(1, 400).Draw(t, "block"))
			y.take(scores[i:last], i, f[i:], g[i:])
			i = last
		}
		var cosine, centred []float32
		for i, x := range scores {
			cosine, centred = append(cosine, x*f[i]), append(centred, (x-0.5)*g[i])
		}
		for i, p := range []*poles{&y.dot, &y.cosine, &y.centred} {
			high, low := p.lists(1)
			all := [][]float32{scores, cosine, centred}[i]
			checkPole(t, high, all, k, 1)
			checkPole(t, low, all, k, -1)
		}
	})
}
