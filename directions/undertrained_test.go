package directions

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wspec/fixtures"
	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

func idsOf(list []Undertrained) []int {
	ids := []int{}
	for _, u := range list {
		ids = append(ids, u.ID)
	}
	return ids
}

// openShipped opens the checkpoint that comes with the sources.
func openShipped(t *testing.T) *loader.Model {
	t.Helper()
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// vocabulary maps tokens, as vocab.json spells them, to ids.
func vocabulary(t *testing.T) map[string]int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(fixtures.Dir(), "shakespeare-gpt2", "vocab.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]int
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestUndertrainedShakespeare: the text is plain ASCII, so that bytes over 0x7f
// never occur, nor pieces of names that a longer piece always covers; words,
// letters and the names of frequent speakers do.
func TestUndertrainedShakespeare(t *testing.T) {
	m, vocab := openShipped(t), vocabulary(t)
	under, err := FindUndertrained(matrixOf(t, m, "W_E").Factors[0])
	if err != nil {
		t.Fatal(err)
	}
	ids := idsOf(under)
	t.Logf("%d of %d tokens", len(ids), len(vocab))
	if n := len(ids); n < 313 || n > 360 { // 313 lie within a cosine of 0.997
		t.Errorf("%d tokens", n)
	}
	for _, s := range []string{"¼", "Ė", "ł", "VOLUMN", "PULET", "UCKINGHAM", "HORTENS", "ucking", "<|endoftext|>", "PROSPERO"} {
		if !slices.Contains(ids, vocab[s]) {
			t.Errorf("%q is not found", s)
		}
	}
	for _, s := range []string{"Ġthe", ",", ".", "Ċ", "e", "Ġb", "ROMEO", "QUEEN", "SICINIUS", "Ġprince", "ing", ":", "I"} {
		if slices.Contains(ids, vocab[s]) {
			t.Errorf("%q is thrown away", s)
		}
	}
	// Merges are learnt by descending frequency: the first words of the
	// vocabulary are the frequent ones.
	for _, id := range ids {
		if id > 256 && id < 400 {
			t.Errorf("token %d, an early merge, is thrown away", id)
		}
	}
}

// TestUndertrainedSteps: nothing at initialisation, where no token differs, and
// the same clusters from step 128 on.
func TestUndertrainedSteps(t *testing.T) {
	for step, want := range map[string][2]int{"step_00000": {0, 0}, "step_00032": {0, 0}, "step_00128": {313, 420}, "step_00512": {313, 380}} {
		m := openShared(t, "shakespeare-gpt2", step)
		under, err := FindUndertrained(matrixOf(t, m, "W_E").Factors[0])
		t.Logf("%s: %d", step, len(under))
		if err != nil || len(under) < want[0] || len(under) > want[1] {
			t.Errorf("%s: %d under-trained tokens, %v, want %v", step, len(under), err, want)
		}
	}
}

func TestUndertrainedTinyStories(t *testing.T) {
	m := openShared(t, "tinystories-656k")
	under, err := FindUndertrained(matrixOf(t, m, "W_E").Factors[0])
	ids := idsOf(under)
	t.Logf("%d: %v", len(ids), ids)
	// 23 is "<", 52 "_", 214 "▁<|start_story|>", 211 "▁<|": covered by longer
	// pieces. 10 is ".", 108 "▁the▁", 303 "Lily▁".
	if err != nil || len(ids) < 30 || len(ids) > 40 {
		t.Errorf("%d tokens, %v", len(ids), err)
	}
	for _, id := range []int{23, 52, 211, 214, 338, 1724} {
		if !slices.Contains(ids, id) {
			t.Errorf("token %d is not found", id)
		}
	}
	for _, id := range []int{10, 108, 115, 135, 303, 313, 1013} {
		if slices.Contains(ids, id) {
			t.Errorf("token %d is thrown away", id)
		}
	}
}

// TestUndertrainedPlanted plants a cluster, a vanished row and two rows between
// the cluster and their own place, in small and large vocabularies: the latter
// are searched by a sample.
func TestUndertrainedPlanted(t *testing.T) {
	for _, c := range []struct {
		n, d, count int
		length      float64
	}{{500, 64, 40, 1}, {500, 64, 6, 1.5}, {3000, 32, 15, 1.6}, {3000, 32, 12, 0.5}} {
		e := gaussianRows(c.n, c.d, 1)
		var want []int
		for i := range c.count {
			want = append(want, 17+i*(c.n-40)/c.count)
		}
		unused{want, c.length, 0.15}.plant(e)
		own := slices.Clone(e.RawRowView(3))
		for j := range own { // cos² to the cluster 0.8 and 0.2
			e.Set(3, j, own[j]+2*c.length*e.At(want[0], j)/c.length)
			e.Set(4, j, e.At(4, j)+0.5*e.At(want[0], j)/c.length)
			e.Set(5, j, e.At(5, j)*1e-3)
		}
		want = append(want, 3, 5)
		slices.Sort(want)
		under, err := FindUndertrained(linalg.Dense(e))
		if got := idsOf(under); err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v: %v, %v, want %v", c, got, err, want)
		}
		for _, u := range under {
			if (u.Reason == ReasonNorm) != (u.ID == 5) || u.Reason == ReasonNorm && !(u.Score < 0.1) || u.Reason == ReasonCluster && !(u.Score > 0.5 && u.Score <= 1) {
				t.Errorf("%+v: %+v", c, u)
			}
		}
	}
}

// TestUndertrainedRandom: none in random embeddings of several shapes, tiny ones
// and ones with a mean among them.
func TestUndertrainedRandom(t *testing.T) {
	for _, c := range [][2]int{{0, 8}, {1, 8}, {53, 8}, {53, 64}, {300, 2}, {800, 16}, {2500, 24}} {
		if c[0] == 0 {
			continue
		}
		e := gaussianRows(c[0], c[1], 3)
		for range 2 {
			under, err := FindUndertrained(linalg.Dense(e))
			// Of 300 rows of two numbers some have a tenth of the median norm.
			allowed := 0
			if c[1] == 2 {
				allowed = 5
			}
			if err != nil || len(under) > allowed {
				t.Errorf("%v: %v, %v", c, under, err)
			}
			for i := range c[0] {
				e.Set(i, 0, e.At(i, 0)+0.05) // twice the deviation
			}
		}
	}
}

func TestUndertrainedNonFinite(t *testing.T) {
	e := gaussianRows(50, 16, 1)
	e.Set(7, 3, math.Inf(1))
	_, err := FindUndertrained(linalg.Dense(e))
	var bad *spectra.NonFiniteError
	if !errors.As(err, &bad) || bad.Row != 7 || bad.Col != 3 {
		t.Errorf("got %v", err)
	}
}
