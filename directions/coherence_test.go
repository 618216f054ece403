package directions

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// judge returns the coherence of every column of dirs, read by space itself,
// dirs being all the directions there are.
func judge(t *testing.T, s *TokenSpace, dirs *mat.Dense, o CoherenceOptions) []Coherence {
	t.Helper()
	null, err := NewCoherenceNull(s, s, owned(dirs, o.Seed), o)
	if err != nil {
		t.Fatal(err)
	}
	high, low, _ := s.Top(dirs, 12, s.Skip())
	out := make([]Coherence, len(high))
	for i := range out {
		out[i] = null.Score(high[i], low[i])
	}
	return out
}

// owned offers every column of dirs.
func owned(dirs *mat.Dense, seed uint64) *OwnDirections {
	own := NewOwnDirections(seed)
	_, k := dirs.Dims()
	for i := range k {
		own.Offer(fmt.Sprint(i), func() []float64 { return mat.Col(nil, i, dirs) })
	}
	return own
}

func pOf(c []Coherence) []float64 {
	p := make([]float64, len(c))
	for i := range c {
		p[i] = c[i].P
	}
	return p
}

// called counts q ≤ 0.05.
func called(p []float64) int {
	n := 0
	for _, q := range spectra.BenjaminiHochberg(p) {
		if q <= 0.05 {
			n++
		}
	}
	return n
}

// TestCoherenceScore compares with all pairs, worked out one by one.
func TestCoherenceScore(t *testing.T) {
	e := gaussianRows(40, 8, 1)
	skip := make([]bool, 40)
	skip[5], skip[9] = true, true
	s, err := NewTokenSpace(linalg.Dense(e), skip)
	if err != nil {
		t.Fatal(err)
	}
	mean, apart := make([]float64, 8), make([]float64, 8)
	for i := range 40 {
		if skip[i] {
			add(apart, 0.5, e.RawRowView(i))
		} else {
			add(mean, 1.0/38, e.RawRowView(i))
		}
	}
	add(apart, -1, mean)
	across := func(id int) []float64 {
		x := slices.Clone(e.RawRowView(id))
		add(x, -1, mean)
		add(x, -dot(x, apart)/dot(apart, apart), apart)
		return x
	}
	ids := []int{3, 5, 7, 21, 39}
	var sum, pairs float64
	for i, a := range ids {
		for _, b := range ids[:i] {
			if a != 5 && b != 5 {
				x, y := across(a), across(b)
				sum += dot(x, y) / norm(x) / norm(y)
				pairs++
			}
		}
	}
	// Some hundred roundings.
	if got := s.Coherence(ids); !(math.Abs(got-sum/pairs) <= 1e-14) || pairs != 6 {
		t.Errorf("got %v, want %v", got, sum/pairs)
	}
	if got := s.Coherence([]int{5, 9, 3, 7}); !math.IsNaN(got) {
		t.Errorf("coherence of two tokens: %v", got)
	}
}

// TestTop compares with a full sort.
func TestTop(t *testing.T) {
	e := gaussianRows(600, 6, 2)
	scale(e.RawRowView(300), 5)
	copy(e.RawRowView(100), e.RawRowView(300)) // a tie, far out
	skip := make([]bool, 600)
	skip[11] = true
	s, err := NewTokenSpace(linalg.Dense(e), skip)
	if err != nil {
		t.Fatal(err)
	}
	dirs := spectra.Gaussian(6, 7, spectra.Stream(1, "top"))
	high, low, _ := s.Top(dirs, 9, skip)
	var scores mat.Dense
	scores.Mul(e, dirs)
	for c := range 7 {
		var ids []int
		for id := range 600 {
			if !skip[id] {
				ids = append(ids, id)
			}
		}
		for sign, got := range map[float64][]int{1: high[c], -1: low[c]} {
			slices.SortFunc(ids, func(a, b int) int {
				return cmp.Or(cmp.Compare(sign*scores.At(b, c), sign*scores.At(a, c)), cmp.Compare(a, b))
			})
			if !slices.Equal(got, ids[:9]) {
				t.Errorf("direction %d, sign %v: %v, want %v", c, sign, got, ids[:9])
			}
		}
	}
}

// TestCoherenceRandomInit: on models at initialisation p is uniform and nothing
// is called coherent. The draws are the model's own singular directions; those of
// one layer's heads overlap little.
func TestCoherenceRandomInit(t *testing.T) {
	const dims, vocab = 48, 1000
	for _, seed := range []uint64{1} {
		e := gaussianRows(vocab, dims, seed)
		s, under := spaceOf(t, linalg.Dense(e))
		dirs := spectra.Gaussian(dims, 500, spectra.Stream(seed, "directions"))
		p := pOf(judge(t, s, dirs, CoherenceOptions{Seed: seed, Directions: 1000}))
		gap := uniformGap(p)
		t.Logf("seed %d: Kolmogorov–Smirnov %.3f, %d of %d called", seed, gap, called(p), len(p))
		// 1.63·√(1/500 + 1/2000) is passed by 1 % of samples (Smirnov).
		if !(gap <= 1.63*math.Sqrt(1.0/500+1.0/2000)) {
			t.Errorf("seed %d: p is %v from uniform", seed, gap)
		}
		if n := called(p); n > len(p)/100 || len(under) > 0 {
			t.Errorf("seed %d: %d coherent, %d under-trained", seed, n, len(under))
		}
	}
}

// TestCoherenceRandomLlama: an untied model at initialisation, grouped queries
// and all. Directions are read through W_E where a head reads and W_U where it
// writes; W_E's cosines judge both.
func TestCoherenceRandomLlama(t *testing.T) {
	const dims = 48
	e, _ := spaceOf(t, linalg.Dense(gaussianRows(800, dims, 21)))
	u, _ := spaceOf(t, linalg.Dense(gaussianRows(800, dims, 22)))
	var in, out []*mat.Dense
	for _, h := range (attention{layers: 2, count: 8, group: 2, d: dims, width: 8}).random() {
		a, b := axes(t, h.V, h.O, 8)
		c, d := axes(t, h.Q, linalg.Transpose(h.K), 8)
		in, out = append(in, a, c, d), append(out, b)
	}
	var p []float64
	for _, side := range []struct {
		reader *TokenSpace
		dirs   *mat.Dense
	}{{e, beside(in)}, {u, beside(out)}} {
		null, err := NewCoherenceNull(e, side.reader, nil, CoherenceOptions{Directions: 1000})
		if err != nil {
			t.Fatal(err)
		}
		high, low, _ := side.reader.Top(side.dirs, 12, e.Skip())
		for i := range high {
			p = append(p, null.Score(high[i], low[i]).P)
		}
	}
	gap := uniformGap(p)
	t.Logf("%d of %d directions at q ≤ 0.05, Kolmogorov–Smirnov %.3f", called(p), len(p), gap)
	if called(p) > len(p)/100 || !(gap <= 1.63*math.Sqrt(1/float64(len(p))+1.0/2000)) {
		t.Errorf("%d of %d coherent, %v from uniform", called(p), len(p), gap)
	}
}

// TestCoherencePlantedUndertrained: unused tokens planted into a random-init
// model make nothing coherent; with them, they would.
func TestCoherencePlantedUndertrained(t *testing.T) {
	e := gaussianRows(1000, 48, 4)
	var ids []int
	for i := range 100 {
		ids = append(ids, 9*i)
	}
	unused{ids, 1.5, 0.15}.plant(e)
	s, under := spaceOf(t, linalg.Dense(e))
	if len(under) != len(ids) {
		t.Errorf("%d of %d found", len(under), len(ids))
	}
	dirs := spectra.Gaussian(48, 600, spectra.Stream(6, "directions"))
	dirs.SetCol(0, e.RawRowView(ids[0])) // one direction points at them
	p := pOf(judge(t, s, dirs, CoherenceOptions{Directions: 1000}))
	if n := called(p); n > len(p)/100 {
		t.Errorf("%d of %d called coherent", n, len(p))
	}
	all, err := NewTokenSpace(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	high, _, _ := all.Top(dirs, 12, all.Skip())
	if c := all.Coherence(high[0]); !(c > 0.9) {
		t.Errorf("the unused tokens' own coherence is %v: the test is empty", c)
	}
}

// TestCoherencePlantedMeaning: groups of ten to fifteen tokens that share half of
// their variance are found by the directions that point at them.
func TestCoherencePlantedMeaning(t *testing.T) {
	e := gaussianRows(1000, 64, 7)
	axes := spectra.Haar(64, 6, spectra.Stream(8, "axes"))
	dirs := spectra.Gaussian(64, 206, spectra.Stream(9, "directions"))
	for g := range 6 {
		axis := mat.Col(nil, g, axes)
		for i := range 12 {
			add(e.RawRowView(150*g+7*i), 0.02*8, axis)
		}
		dirs.SetCol(g, axis)
	}
	s, _ := spaceOf(t, linalg.Dense(e))
	c := judge(t, s, dirs, CoherenceOptions{})
	q := spectra.BenjaminiHochberg(pOf(c))
	for g := range 6 {
		if !(q[g] <= 0.05) || c[g].Pole != 1 || !(c[g].Score > 0.3) {
			t.Errorf("group %d: %+v, q %v", g, c[g], q[g])
		}
	}
	if n := called(pOf(c)); n > 6+2 { // one in twenty of those called may be false
		t.Errorf("%d called coherent, 6 planted", n)
	}
}

// TestCoherenceMatched: where all large tokens are alike, a list of large tokens
// is more coherent than what random directions read, and no more than large
// tokens are.
func TestCoherenceMatched(t *testing.T) {
	e := gaussianRows(2048, 64, 11)
	axis := mat.Col(nil, 0, spectra.Haar(64, 1, spectra.Stream(12, "axis")))
	for id := range 256 {
		row := e.RawRowView(8 * id)
		add(row, 0.02*10, axis)
		scale(row, 2)
	}
	s, err := NewTokenSpace(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	null, err := NewCoherenceNull(s, s, nil, CoherenceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var p []float64
	for i := range 20 {
		var large, small []int
		for j := range 12 {
			large, small = append(large, 8*(i+20*j)), append(small, 8*(i+20*j)+1)
		}
		p = append(p, null.pool.p(large, s.Coherence(large), 0, null.options))
		if c := null.Score(small, nil); !(c.Score < 0.2) || !(null.Score(large, nil).Score > 0.5) {
			t.Errorf("small tokens %+v, large ones %+v", c, null.Score(large, nil))
		}
	}
	// 20 draws of a uniform law pass 0.36 in 1 of 100 (Kolmogorov).
	if gap := uniformGap(p); !(gap <= 0.36) {
		t.Errorf("p of large tokens among large tokens is %v from uniform: %v", gap, p)
	}
}

// TestCoherenceTrained: the trained checkpoint's singular directions, of which
// chance at q ≤ 0.05 would call one in twenty of those called.
func TestCoherenceTrained(t *testing.T) {
	m := openShipped(t)
	s, _ := spaceOf(t, matrixOf(t, m, "W_E").Factors[0])
	dirs := circuitAxes(t, Heads(m), 10)
	c := judge(t, s, dirs, CoherenceOptions{Directions: 1500})
	p := pOf(c)
	at5 := 0
	for _, v := range p {
		if v <= 0.05 {
			at5++
		}
	}
	t.Logf("%d of %d directions at q ≤ 0.05; %d at p ≤ 0.05, %.0f expected", called(p), len(p), at5, 0.05*float64(len(p)))
	if called(p) < len(p)/20 || at5 < len(p)/5 {
		t.Errorf("%d of %d coherent, %d at p ≤ 0.05", called(p), len(p), at5)
	}
}

// TestCoherenceStepZero: the same directions before training.
func TestCoherenceStepZero(t *testing.T) {
	m := openShared(t, "shakespeare-gpt2", "step_00000")
	s, _ := spaceOf(t, matrixOf(t, m, "W_E").Factors[0])
	dirs := circuitAxes(t, Heads(m), 10)
	p := pOf(judge(t, s, dirs, CoherenceOptions{Directions: 1500}))
	gap := uniformGap(p)
	t.Logf("%d of %d directions at q ≤ 0.05, Kolmogorov–Smirnov %.3f", called(p), len(p), gap)
	if called(p) > len(p)/100 || !(gap <= 1.63*math.Sqrt(1/float64(len(p))+1.0/3000)) {
		t.Errorf("%d of %d coherent, %v from uniform", called(p), len(p), gap)
	}
}

// TestCoherenceConcurrent: the null is shared by the workers and what it says
// depends on neither their number nor the order.
func TestCoherenceConcurrent(t *testing.T) {
	e := gaussianRows(600, 16, 13)
	s, err := NewTokenSpace(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	dirs := spectra.Gaussian(16, 60, spectra.Stream(14, "directions"))
	want := judge(t, s, dirs, CoherenceOptions{Directions: 200, Seed: 1})
	null, err := NewCoherenceNull(s, s, owned(dirs, 1), CoherenceOptions{Directions: 200, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	high, low, _ := s.Top(dirs, 12, s.Skip())
	got := make([]Coherence, len(want))
	var group sync.WaitGroup
	for w := range 4 {
		group.Go(func() {
			for i := len(got) - 1 - w; i >= 0; i -= 4 {
				got[i] = null.Score(high[i], low[i])
			}
		})
	}
	group.Wait()
	if !slices.Equal(got, want) {
		t.Error("four workers give other results than one")
	}
	if other := judge(t, s, dirs, CoherenceOptions{Directions: 200, Seed: 2}); slices.Equal(other, want) {
		t.Error("the seed changes nothing")
	}
}

func TestCoherenceTooFew(t *testing.T) {
	s, err := NewTokenSpace(linalg.Dense(gaussianRows(20, 8, 1)), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewCoherenceNull(s, s, nil, CoherenceOptions{})
	var few *TooFewTokensError
	if !errors.As(err, &few) || few.Tokens != 20 {
		t.Errorf("got %v", err)
	}
	null, err := NewCoherenceNull(s, s, nil, CoherenceOptions{Tokens: 5})
	if err != nil {
		t.Fatal(err)
	}
	if c := null.Score([]int{1, 2}, nil); !math.IsNaN(c.P) || !math.IsNaN(c.Score) {
		t.Errorf("two tokens: %+v", c)
	}
}
