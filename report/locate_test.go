package report

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/directions"
	"wspec/fixtures"
	"wspec/loader"
	"wspec/spectra"
)

func openShakespeare(t *testing.T) *loader.Model {
	t.Helper()
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// TestLocate finds two names where they are read and written, the same for any
// number of workers, and counts what it found.
func TestLocate(t *testing.T) {
	m := openShakespeare(t)
	const king, queen = 465, 737
	ids := []int{king, queen, king}
	o := LocateOptions{Matrix: []string{"L2.W_O", "L0.W_QK.*", "L3.W_OV.*", "L3.W_in"}, Top: 5000, Workers: 1}
	r, err := Locate(context.Background(), m, ids, o)
	if err != nil {
		t.Fatal(err)
	}
	o.Workers = 8
	if again, err := Locate(context.Background(), m, ids, o); err != nil || !reflect.DeepEqual(r, again) {
		t.Errorf("eight workers find something else (%v)", err)
	}
	// Ten directions a side: W_O writes, W_in reads, the eight circuits do both and have a subspace.
	if want := 10 + 10 + 8*2*(10+1); r.Targets != want || len(r.Places) != want {
		t.Errorf("%d targets, %d places, want %d", r.Targets, len(r.Places), want)
	}
	first := r.Places[0]
	if first.Label != "L2.W_O" || first.Side != "out" || !slices.Contains(first.Tokens, "KING") || !slices.Contains(first.Tokens, "QUEEN") {
		t.Errorf("found first at %+v", first)
	}
	found, nominal := 0, 0
	for i, p := range r.Places {
		if i > 0 && p.P < r.Places[i-1].P {
			t.Errorf("p of place %d is out of order", i)
		}
		if p.Q <= significant {
			found++
		}
		if p.P <= significant {
			nominal++
		}
	}
	if found == 0 || found != r.Found || nominal != r.Nominal {
		t.Errorf("found %d, nominal %d; the document says %d, %d", found, nominal, r.Found, r.Nominal)
	}
	if len(r.Concept) != 2 || r.Concept[0].Token != "KING" {
		t.Errorf("the concept is %v", r.Concept)
	}
}

// TestLocatePole: a token is at the pole whose list it leads.
func TestLocatePole(t *testing.T) {
	m := openShakespeare(t)
	s, err := newStudy(m, 0, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range m.Matrices {
		if x := &m.Matrices[i]; x.Label == "L3.W_OV.H2" {
			d, err := s.reader.Decompose(x, s.request(), spectra.Options{})
			if err != nil {
				t.Fatal(err)
			}
			y, err := s.reader.Read([]directions.Item{{Matrix: x, Decomposition: d}}, directions.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			out := y[0].Directions[1].Out
			checkPole(t, m, out.Positive[0].ID, 1)
			checkPole(t, m, out.Negative[0].ID, -1)
		}
	}
}

func checkPole(t *testing.T, m *loader.Model, id, want int) {
	t.Helper()
	r, err := Locate(context.Background(), m, []int{id}, LocateOptions{Matrix: []string{"L3.W_OV.H2"}, Top: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.Places {
		if p.Side == "out" && p.Sort == PlaceDirection && p.Index[0] == 1 && p.Pole != want {
			t.Errorf("token %d is at pole %d, want %d", id, p.Pole, want)
		}
	}
}

// TestLocateAim puts a block in place of its directions where all of it is
// known, and gives both sides of W_QK to W_E.
func TestLocateAim(t *testing.T) {
	unit := mat.NewDense(6, 4, nil)
	for i := range 4 {
		unit.Set(i, i, 1)
	}
	d := &spectra.Decomposition{
		Spectrum: &spectra.Spectrum{Rows: 6, Cols: 6, Sigma: []float64{9, 5, 5, 1, 1}, Floor: spectra.Floor{DType: 1e-3}},
		Index:    []int{0, 1, 2, 3}, In: unit, Out: unit, Residuals: make([]float64, 4),
	}
	x := &loader.Matrix{Label: "L0.W_QK.H0", Role: "W_QK", Kind: loader.Product, In: loader.Residual, Out: loader.Residual}
	l := &locator{spots: map[*mat.Dense]spot{}, items: []directions.Item{{Matrix: x, Decomposition: d}}}
	l.aim(0)
	var got []string
	for _, target := range l.targets {
		s := l.spots[target.Basis]
		p := Place{Sort: s.sort, Index: [2]int{s.first, s.last}, Stable: s.stable}
		got = append(got, s.side.String()+"/"+target.Side.String()+" "+p.where())
	}
	want := []string{
		"in/in direction 0", "in/in block 1–2", "in/in direction 3 (unstable)", "in/in subspace 0–3 (unstable)",
		"out/in direction 0", "out/in block 1–2", "out/in direction 3 (unstable)", "out/in subspace 0–3 (unstable)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLocateErrors are typed, and none is a panic.
func TestLocateErrors(t *testing.T) {
	m := openShakespeare(t)
	var token *directions.TokenError
	for _, ids := range [][]int{nil, {-1}, {1 << 30}} {
		if _, err := Locate(context.Background(), m, ids, LocateOptions{Matrix: []string{"L0.W_Q"}}); !errors.As(err, &token) {
			t.Errorf("tokens %v: error is %v", ids, err)
		}
	}
	var nothing *NothingSelectedError
	if _, err := Locate(context.Background(), m, []int{5}, LocateOptions{Matrix: []string{"none"}}); !errors.As(err, &nothing) {
		t.Errorf("no matrix: error is %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Locate(ctx, m, []int{5}, LocateOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error is %v", err)
	}
}

// TestWriteLocated keeps hostile tokens harmless.
func TestWriteLocated(t *testing.T) {
	r := &Located{
		Model: "m", Concept: []Scored{{ID: 4, Token: "\x1b[1m"}}, Targets: 40, Found: 1, Nominal: 3, Expected: 2, Draws: 10, Seed: 6,
		Places: []Place{{Label: "L0\u202e", Side: "out", Sort: PlaceDirection, Share: 0.5, Z: 3, P: 0.01, Q: Undefined(), Pole: -1, Tokens: []string{"a\nb"}}},
	}
	var b strings.Builder
	if err := WriteLocated(&b, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`m: \u001b[1m (id 4)`, `L0\u202e`, "direction 0 (unstable)", `−  a\u000ab`,
		"1 of 40 places that hold the concept at q ≤ 0.05; 2 expected at p ≤ 0.05 by chance alone (3 have p ≤ 0.05)\n1 shown; 10 random concepts, seed 6. " + Boundary} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q:\n%s", want, b.String())
		}
	}
}
