package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
)

func fixture(t *testing.T) *loader.Model {
	t.Helper()
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func analyzed(t *testing.T, o Options, models ...*loader.Model) *Document {
	t.Helper()
	d, err := Analyze(context.Background(), models, o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAnalyzeOrder: matrices stand as the loader has them, for any number of workers.
func TestAnalyzeOrder(t *testing.T) {
	m := fixture(t)
	var want []string
	for _, x := range m.Matrices {
		want = append(want, x.Label)
	}
	var documents [][]byte
	for _, workers := range []int{1, 3, 8} {
		d := analyzed(t, Options{Workers: workers, MaxMemory: 100 << 20}, m)
		var got []string
		for _, x := range d.Matrices {
			got = append(got, x.Label)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers: labels are %v", workers, got)
		}
		var b bytes.Buffer
		if err := WriteJSON(&b, d); err != nil {
			t.Fatal(err)
		}
		documents = append(documents, b.Bytes())
	}
	if !bytes.Equal(documents[0], documents[1]) || !bytes.Equal(documents[0], documents[2]) {
		t.Error("documents differ between numbers of workers")
	}
}

// TestAnalyzeSelection: what is not selected is said to be so.
func TestAnalyzeSelection(t *testing.T) {
	d := analyzed(t, Options{Matrix: []string{"L*.W_OV.H1"}, Layers: "1-2"}, fixture(t))
	if got := fmt.Sprint(d.Matrices[0].Label, " ", d.Matrices[1].Label, " ", len(d.Matrices)); got != "L1.W_OV.H1 L2.W_OV.H1 2" {
		t.Errorf("selected %s", got)
	}
	fates := map[string]int{}
	for _, x := range d.Models[0].Tensors {
		fates[x.Fate]++
	}
	// OV is made of W_V (in c_attn) and W_O of two layers; 18 matrices are stored in all.
	if fates[loader.FateAnalysed] != 4 || fates[FateUnselected] != 14 {
		t.Errorf("fates %v, want 4 analysed and 14 unselected", fates)
	}
}

// TestAnalyzeRefusals: nothing to do, and no room to do it.
func TestAnalyzeRefusals(t *testing.T) {
	m := fixture(t)
	_, err := Analyze(context.Background(), []*loader.Model{m}, Options{Layers: "77"})
	var nothing *NothingSelectedError
	if !errors.As(err, &nothing) || nothing.Example == "" {
		t.Errorf("an empty selection gives %v", err)
	}
	_, err = Analyze(context.Background(), []*loader.Model{m}, Options{MaxMemory: 1000})
	var memory *MemoryError
	if !errors.As(err, &memory) || memory.Need <= memory.Allow || memory.Hint() == "" {
		t.Errorf("1,000 bytes of memory give %v", err)
	}
}

// TestProgress grows to its total, whatever runs beside.
func TestProgress(t *testing.T) {
	var last Progress
	analyzed(t, Options{Workers: 4, Layers: "0", Progress: func(p Progress) {
		if p.Done < last.Done || p.Total <= 0 || p.Label == "" {
			t.Errorf("%+v follows %+v", p, last)
		}
		last = p
	}}, fixture(t))
	if last.Done != last.Total {
		t.Errorf("ended at %d of %d", last.Done, last.Total)
	}
}

// TestFootprintHolds: the memory a matrix is said to need covers its buffers,
// and does not grow with the long side alone.
func TestFootprintHolds(t *testing.T) {
	m := fixture(t)
	for i := range m.Matrices {
		rows, cols := m.Matrices[i].Dims()
		r := int64(min(rows, cols))
		if need := footprint(&m.Matrices[i]); need < 8*r || need > 64<<20 {
			t.Errorf("%s (%d×%d) is said to need %d bytes", m.Matrices[i].Label, rows, cols, need)
		}
	}
}

// TestHugeBundles: what is more than a worker's share of the rest runs alone.
func TestHugeBundles(t *testing.T) {
	jobs := func(costs ...int64) []bundle {
		var list []bundle
		for _, c := range costs {
			list = append(list, bundle{cost: c})
		}
		return list
	}
	for _, c := range []struct {
		order         []bundle
		workers, want int
	}{
		{jobs(), 2, 0},
		{jobs(5), 2, 1},
		{jobs(5), 1, 0}, // nobody would wait for it
		{jobs(5, 5), 2, 0},
		{jobs(9, 1, 1, 1), 2, 1},
		{jobs(90, 50, 3, 3, 3), 2, 2},
		{jobs(4, 4, 4, 4, 4, 4), 4, 0},
	} {
		if got := hugePieces(c.order, c.workers); got != c.want {
			t.Errorf("%d workers, %v: %d run alone, want %d", c.workers, c.order, got, c.want)
		}
	}
}
