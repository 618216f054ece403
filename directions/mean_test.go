package directions

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// meanTolerance is for float32 scores about five in size.
const meanTolerance = 1e-5

// TestSharedMean: a vector that all tokens of W_U share moves every raw score by
// the same and no centred one, whatever the convention; what is read through
// W_E does not change at all, and the token that a direction was planted to write
// is found before and after. Centring takes it away where it is the mean over
// d_model, raw and folded do not.
func TestSharedMean(t *testing.T) {
	const planted = 9
	w, small := unit(dModel, 92), untied().matrices["W_U"]
	u := small.plus(outer(2, w, oneHot(planted, nVocab)))
	plant := func(u entries) tiny {
		y := untied()
		y.matrices["W_U"] = u
		y.matrices["W_O"] = noise(dModel, dModel, 0.02, 93).plus(outer(3, unit(dModel, 94), w))
		return y
	}
	plain := plant(u)
	ones := make([]float64, dModel)
	for i := range ones {
		ones[i] = 5 / math.Sqrt(dModel)
	}
	strong := unit(dModel, 91)
	for i := range strong {
		strong[i] *= 5 // five times the length of a token's own vector
	}
	for name, shared := range map[string][]float64{"any": strong, "mean over d_model": ones} {
		y := plant(func(i, j int) float64 { return u(i, j) + shared[i] })
		for _, c := range Conventions() {
			before := read(t, reader(t, plain.open(t), c), "L0.W_O", 4, ReadOptions{Tokens: 6})
			after := read(t, reader(t, y.open(t), c), "L0.W_O", 4, ReadOptions{Tokens: 6})
			for _, d := range []*Readings{before, after} {
				out := d.Directions[0].Out
				if p := pole(out, planted); p == "" || p != pole(Reading{Positive: centredOf(t, out).Positive, Negative: centredOf(t, out).Negative}, planted) {
					t.Errorf("%s, %s: led by %v, %v", name, c, out.Positive[0], out.Negative[0])
				}
			}
			gone := c == Centered && name != "any"
			changed := false
			for i := range before.Directions {
				a, b := &before.Directions[i].Out, &after.Directions[i].Out
				about := fmt.Sprintf("%s, %s, direction %d", name, c, i)
				move := inner(column(before.Decomposition, Out, i), shared)
				if c == Centered {
					move = inner(column(before.Decomposition, Out, i), less(shared))
				}
				checkMoved(t, about, a, b, move)
				for k := range a.Others {
					same := sameList(a.Others[k], b.Others[k])
					cosine := a.Others[k].Readout == Unembed && a.Others[k].Measure == Cosine
					if !cosine && !same || cosine && gone && !same {
						t.Errorf("%s: %s %s changes", about, a.Others[k].Readout, a.Others[k].Measure)
					}
					changed = changed || cosine && !same
				}
			}
			if changed == gone {
				t.Errorf("%s, %s: the norm-adjusted tokens change: %v", name, c, changed)
			}
		}
	}
}

func oneHot(at, n int) []float64 {
	x := make([]float64, n)
	x[at] = 1
	return x
}

// checkMoved: the same tokens in the same order, each score and their mean moved
// alike, and the same skewness.
func checkMoved(t *testing.T, about string, a, b *Reading, move float64) {
	t.Helper()
	if !(math.Abs(b.Mean-a.Mean-move) <= meanTolerance) || !(math.Abs(b.Skew-a.Skew) <= 1e-3) { // cubes of small differences of large numbers
		t.Errorf("%s: mean %v and skew %v become %v and %v, a move of %v", about, a.Mean, a.Skew, b.Mean, b.Skew, move)
	}
	for _, pole := range [][2][]Scored{{a.Positive, b.Positive}, {a.Negative, b.Negative}} {
		if !slices.Equal(ids(pole[0]), ids(pole[1])) {
			t.Errorf("%s: tokens %v become %v", about, ids(pole[0]), ids(pole[1]))
			continue
		}
		for i := range pole[0] {
			if got := pole[1][i].Score - pole[0][i].Score; !(math.Abs(got-move) <= meanTolerance) {
				t.Errorf("%s: a score moves by %v, want %v", about, got, move)
			}
		}
	}
}

func sameList(a, b List) bool {
	for _, pole := range [][2][]Scored{{a.Positive, b.Positive}, {a.Negative, b.Negative}} {
		if !slices.Equal(ids(pole[0]), ids(pole[1])) {
			return false
		}
		for i := range pole[0] {
			if !(math.Abs(pole[0][i].Score-pole[1][i].Score) <= meanTolerance) {
				return false
			}
		}
	}
	return true
}
