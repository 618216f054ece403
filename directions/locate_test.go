package directions

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// plainSpace is the space of a random embedding.
func plainSpace(t *testing.T, n, d int) (*TokenSpace, *mat.Dense) {
	t.Helper()
	e := gaussianRows(n, d, 1)
	s, err := NewTokenSpace(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s, e
}

// targetsOf makes count directions and count subspaces of width k on each side.
func targetsOf(d, count, k int) []Target {
	rng := spectra.Stream(2, "targets")
	var all []Target
	for i := range count {
		for _, side := range []Side{In, Out} {
			all = append(all,
				Target{fmt.Sprint("direction ", i), side, i, spectra.Haar(d, 1, rng)},
				Target{fmt.Sprint("head ", i), side, 0, spectra.Haar(d, k, rng)})
		}
	}
	return all
}

// TestLocatePlanted: a direction along one token and a subspace that holds the
// mean of three are found, on their side, and nothing else.
func TestLocatePlanted(t *testing.T) {
	const d = 48
	s, e := plainSpace(t, 1500, d)
	targets := targetsOf(d, 60, 6)
	ids := []int{100, 700, 1400}
	c := make([]float64, d)
	for _, id := range ids {
		add(c, 1, e.RawRowView(id))
	}
	lean(targets[4].Basis, c, 0.8)  // direction 1, In
	lean(targets[11].Basis, c, 0.9) // head 2, Out
	got, err := Locate(targets, map[Side]*TokenSpace{In: s, Out: s}, ids, LocateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(targets) {
		t.Fatalf("%d locations", len(got))
	}
	for i, l := range got {
		planted := l.Label == "direction 1" && l.Side == In || l.Label == "head 2" && l.Side == Out
		if planted != (l.Q <= 0.05) || planted != (i < 2) || planted && !(l.Share > 0.4 && l.Z > 8) {
			t.Errorf("%d: %s %v: share %.3f, mean %.3f, p %.2g, q %.2g", i, l.Label, l.Side, l.Share, l.Mean, l.P, l.Q)
		}
		if i > 0 && l.P < got[i-1].P {
			t.Errorf("%d: p %v after %v", i, l.P, got[i-1].P)
		}
		_, k := l.Basis.Dims()
		if want := float64(k) / d; !(math.Abs(l.Mean-want) <= 0.5*want) {
			t.Errorf("%s: null mean %v, want about %v", l.Label, l.Mean, want)
		}
	}
}

// lean turns the first column of an orthonormal basis towards c: its share of c
// becomes f² or a little more. The basis is made orthonormal again.
func lean(basis *mat.Dense, c []float64, f float64) {
	rows, k := basis.Dims()
	x := slices.Clone(c)
	scale(x, f/norm(x))
	first := mat.Col(nil, 0, basis)
	add(x, math.Sqrt(1-f*f), first)
	basis.SetCol(0, x)
	var qr mat.QR
	qr.Factorize(basis)
	var q mat.Dense
	qr.QTo(&q)
	basis.Copy(q.Slice(0, rows, 0, k))
}

// TestLocateNull: on random directions p is uniform, whatever the concept.
func TestLocateNull(t *testing.T) {
	const d = 48
	s, _ := plainSpace(t, 1500, d)
	targets := targetsOf(d, 150, 5)
	for _, ids := range [][]int{{7}, {8, 90, 1000}, {1, 2, 3, 4, 5, 6, 7, 8}} {
		got, err := Locate(targets, map[Side]*TokenSpace{In: s, Out: s}, ids, LocateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var p []float64
		called := 0
		for _, l := range got {
			p = append(p, l.P)
			if l.Q <= 0.05 {
				called++
			}
		}
		// 600 targets judge one concept in 48 dimensions: dependent, so the bound
		// is twice that of 600 draws.
		if gap := uniformGap(p); !(gap <= 2*1.63/math.Sqrt(600)) || called > 6 {
			t.Errorf("%v: p is %v from uniform, %d called", ids, gap, called)
		}
	}
}

// TestLocateNorms: tokens of large norm share an axis; a concept of such tokens
// is no more on it than others like them.
func TestLocateNorms(t *testing.T) {
	const d = 32
	e := gaussianRows(3000, d, 1)
	axis := mat.Col(nil, 0, spectra.Haar(d, 1, spectra.Stream(3, "axis")))
	for id := range 1200 {
		add(e.RawRowView(id), 0.02*30, axis)
		scale(e.RawRowView(id), 2)
	}
	s, err := NewTokenSpace(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	target := []Target{{"axis", In, 0, mat.NewDense(d, 1, axis)}}
	var p []float64
	for i := range 20 {
		got, err := Locate(target, map[Side]*TokenSpace{In: s}, []int{55 * i, 55*i + 7}, LocateOptions{})
		if err != nil || !(got[0].Mean > 0.5) {
			t.Fatalf("%+v, %v", got, err)
		}
		p = append(p, got[0].P)
	}
	// 20 draws of a uniform law pass 0.36 in 1 of 100 (Kolmogorov).
	if gap := uniformGap(p); !(gap <= 0.36) {
		t.Errorf("p is %v from uniform: %v", gap, p)
	}
}

func TestLocateOddities(t *testing.T) {
	s, _ := plainSpace(t, 50, 8)
	both := map[Side]*TokenSpace{In: s, Out: s}
	targets := targetsOf(8, 3, 2)
	for _, ids := range [][]int{nil, {-1}, {50}, {3, 1 << 40}} {
		_, err := Locate(targets, both, ids, LocateOptions{Draws: 20})
		var bad *TokenError
		if !errors.As(err, &bad) || bad.Vocabulary != 50 {
			t.Errorf("%v: %v", ids, err)
		}
	}
	want, err := Locate(targets, both, []int{4, 9}, LocateOptions{Draws: 50, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]int{{9, 4}, {4, 9, 4}} {
		if got, err := Locate(targets, both, ids, LocateOptions{Draws: 50, Seed: 1}); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: %v, %v", ids, got, err)
		}
	}
	if got, err := Locate(targets, both, []int{4, 9}, LocateOptions{Draws: 50, Seed: 2}); err != nil || reflect.DeepEqual(got, want) {
		t.Errorf("the seed changes nothing: %v", err)
	}
	got, err := Locate(targets, map[Side]*TokenSpace{Out: s}, []int{4}, LocateOptions{Draws: 50})
	if err != nil || len(got) != 6 || got[0].Side != Out {
		t.Errorf("one side: %v, %v", got, err)
	}
	targets[0].Basis.Set(0, 0, math.NaN())
	if got, err = Locate(targets, both, []int{4}, LocateOptions{Draws: 50}); err != nil || len(got) != 12 {
		t.Errorf("a basis that is not finite: %v, %v", got, err)
	}
	for _, l := range got {
		if math.IsNaN(l.P) != (l.Basis == targets[0].Basis) {
			t.Errorf("%+v", l)
		}
	}
}

// BenchmarkLocate takes the heads of GPT-2 small: 144 circuits, both ends, whole
// and by 20 directions.
func BenchmarkLocate(b *testing.B) {
	const d = 768
	s, err := NewTokenSpace(linalg.Dense(gaussianRows(50257, d, 1)), nil)
	if err != nil {
		b.Fatal(err)
	}
	var targets []Target
	basis := spectra.Haar(d, 20, spectra.Stream(1, "basis"))
	for h := range 288 {
		for _, side := range []Side{In, Out} {
			targets = append(targets, Target{"", side, h, basis})
			for j := range 20 {
				targets = append(targets, Target{"", side, j, leading(mat.DenseCopyOf(basis.Slice(0, d, j, j+1)), 1)})
			}
		}
	}
	for b.Loop() {
		if _, err := Locate(targets, map[Side]*TokenSpace{In: s, Out: s}, []int{17, 18, 19}, LocateOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
