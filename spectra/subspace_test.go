package spectra

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// Two planes in R³ that share an axis and meet at 60°.
func TestSubspacesByHand(t *testing.T) {
	x := mat.NewDense(3, 2, []float64{1, 0, 0, 1, 0, 0})
	y := mat.NewDense(3, 2, []float64{1, 0, 0, 0.5, 0, math.Sqrt(3) / 2})
	o, err := Subspaces(x, y)
	if err != nil {
		t.Fatal(err)
	}
	const tolerance = 1e-15
	if !(math.Abs(o.Cosines[0]-1) <= tolerance && math.Abs(o.Cosines[1]-0.5) <= tolerance && math.Abs(o.Share-0.625) <= tolerance) {
		t.Errorf("cosines %v share %v, want 1, ½ and ⅝", o.Cosines, o.Share)
	}
	if o.Mean != 2.0/3 {
		t.Errorf("mean %v, want k/d = ⅔", o.Mean)
	}
	if _, err := Subspaces(x, mat.NewDense(2, 1, []float64{1, 0})); !errors.Is(err, mat.ErrShape) {
		t.Errorf("of different spaces: %v", err)
	}
}

// The moments of random subspaces are those of draws.
func TestRandomShare(t *testing.T) {
	const draws, errors = 3000, 5
	rng := Stream(1, "share")
	for _, c := range [][3]int{{1, 1, 5}, {1, 2, 3}, {2, 2, 7}, {3, 5, 12}, {6, 2, 9}, {4, 4, 4}, {3, 2, 3}} {
		p, q, d := c[0], c[1], c[2]
		shares := make([]float64, draws)
		for i := range shares {
			o, err := Subspaces(Haar(d, p, rng), Haar(d, q, rng))
			if err != nil {
				t.Fatal(err)
			}
			shares[i] = o.Share
		}
		mean, sd := randomShare(p, q, d)
		s := NewNullSample(shares)
		// The standard errors of a mean and of a standard deviation.
		if !(math.Abs(s.Mean()-mean) <= errors*sd/math.Sqrt(draws)+1e-12) {
			t.Errorf("%v: mean %v, draws %v", c, mean, s.Mean())
		}
		if !(math.Abs(s.SD()-sd) <= errors*sd/math.Sqrt(draws)+1e-12) {
			t.Errorf("%v: sd %v, draws %v", c, sd, s.SD())
		}
	}
}

// The similarity of two of many is that of the two.
func TestSimilarities(t *testing.T) {
	rng := Stream(1, "similar")
	bases := []*mat.Dense{Haar(9, 3, rng), Haar(9, 3, rng), Haar(9, 5, rng)}
	all, err := Similarities(bases)
	if err != nil {
		t.Fatal(err)
	}
	for i := range bases {
		for j := range bases {
			o, err := Subspaces(bases[i], bases[j])
			if err != nil {
				t.Fatal(err)
			}
			if x := all[i][j]; !(math.Abs(x.Share-o.Share) <= 1e-14) || x.Mean != o.Mean || x.SD != o.SD || x.P != o.P || x.Q != o.Q {
				t.Errorf("%d %d: %+v, want %+v", i, j, x, o)
			}
		}
	}
	if _, err := Similarities(append(bases, Haar(8, 3, rng))); !errors.Is(err, mat.ErrShape) {
		t.Errorf("of different spaces: %v", err)
	}
}

// A cut goes where no block of either spectrum is cut.
func TestCut(t *testing.T) {
	// Blocks {0} {1 2} {3} {4 5 6}, and {0 1} {2} {3} {4} {5} {6}.
	a := Certify([]float64{9, 7, 7, 5, 3, 3, 3}, 0, true)
	b := Certify([]float64{9, 9, 7, 5, 4, 3, 2}, 0, true)
	for _, c := range []struct {
		k, most, want int
		ok            bool
		of            [][]Certificate
	}{
		{2, 7, 1, true, [][]Certificate{a}}, {3, 7, 3, true, [][]Certificate{a}}, {6, 7, 4, true, [][]Certificate{a}},
		{2, 7, 3, true, [][]Certificate{a, b}}, {1, 2, 1, false, [][]Certificate{a, b}}, {7, 7, 7, true, [][]Certificate{a, b}},
	} {
		if k, ok := Cut(c.k, c.most, c.of...); k != c.want || ok != c.ok {
			t.Errorf("cut near %d of at most %d: %d %v, want %d %v", c.k, c.most, k, ok, c.want, c.ok)
		}
	}
}

// Every assignment is the best of all there are.
func TestAssign(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		rows, cols := 1+rng.IntN(5), 1+rng.IntN(5)
		score := make([][]float64, rows)
		for i := range score {
			for range cols {
				score[i] = append(score[i], float64(rng.IntN(4))/3) // many ties
			}
		}
		var got float64
		taken := map[int]bool{}
		for i, j := range assign(score) {
			if j >= 0 {
				got += score[i][j]
				if taken[j] {
					t.Fatalf("column %d twice", j)
				}
				taken[j] = true
			}
		}
		if want := bestSum(score, 0, map[int]bool{}); len(taken) != min(rows, cols) || !(math.Abs(got-want) <= 1e-12) {
			t.Fatalf("%v: %v by %d pairs, best %v", score, got, len(taken), want)
		}
	}
}

// bestSum tries everything for the rows from i on.
func bestSum(score [][]float64, i int, taken map[int]bool) float64 {
	if i == len(score) {
		return 0
	}
	best := bestSum(score, i+1, taken) // the row stays alone; scores are not negative
	for j, s := range score[i] {
		if !taken[j] {
			taken[j] = true
			best = max(best, s+bestSum(score, i+1, taken))
			delete(taken, j)
		}
	}
	return best
}

// decomposition makes one of its parts, with an exact dtype.
func decomposition(in, out *mat.Dense, sigma ...float64) *Decomposition {
	rows, k := in.Dims()
	cols, _ := out.Dims()
	d := &Decomposition{Spectrum: &Spectrum{Rows: rows, Cols: cols, Sigma: sigma}, In: in, Out: out}
	d.index(k, 0)
	return d
}

// columns returns the given columns of m, those with −1 − j turned round.
func columns(m *mat.Dense, list ...int) *mat.Dense {
	rows, _ := m.Dims()
	p := mat.NewDense(rows, len(list), nil)
	for i := range rows {
		for j, from := range list {
			if from < 0 {
				p.Set(i, j, -m.At(i, -1-from))
			} else {
				p.Set(i, j, m.At(i, from))
			}
		}
	}
	return p
}

// Modes are found by direction wherever they have gone, with both signs; one that
// is new finds no partner.
func TestMatchModes(t *testing.T) {
	rng := Stream(1, "modes")
	in, out := Haar(12, 5, rng), Haar(9, 5, rng)
	old := decomposition(columns(in, 0, 1, 2), columns(out, 0, 1, 2), 5, 4, 3, 0)
	new := decomposition(columns(in, 4, 2, -1, 1), columns(out, 4, 2, -1, -2), 7, 6, 5, 4)
	all, err := MatchModes(old, new)
	if err != nil {
		t.Fatal(err)
	}
	want := []Mode{{0, 2, 1, 5, 5}, {1, 3, -1, 4, 4}, {2, 1, 1, 3, 6}, {-1, 0, 0, math.NaN(), 7}}
	if len(all) != len(want) {
		t.Fatalf("%v", all)
	}
	for i, w := range want {
		m := all[i]
		if m.Old != w.Old || m.New != w.New || !(math.Abs(m.Cosine-w.Cosine) <= 1e-14) || m.NewSigma != w.NewSigma {
			t.Errorf("mode %d: %+v, want %+v", i, m, w)
		}
	}
}

// A rotation inside a block of equal values, which changes nothing about the
// matrix, does not show, whether or not the block has come apart.
func TestMatchModesKeepsBlocks(t *testing.T) {
	rng := Stream(1, "blocks")
	in, out, turn := Haar(20, 4, rng), Haar(15, 4, rng), Haar(3, 3, rng)
	turned := func(m *mat.Dense) *mat.Dense {
		rows, _ := m.Dims()
		all := mat.NewDense(rows, 4, nil)
		all.Slice(0, rows, 0, 3).(*mat.Dense).Mul(columns(m, 0, 1, 2), turn)
		all.Slice(0, rows, 3, 4).(*mat.Dense).Copy(columns(m, 3))
		return all
	}
	old := decomposition(in, out, 5, 5, 5, 1)
	for name, sigma := range map[string][]float64{"block": {5, 5, 5, 1}, "apart": {6, 5, 4, 1}} {
		all, err := MatchModes(old, decomposition(turned(in), turned(out), sigma...))
		if err != nil {
			t.Fatal(err)
		}
		for i, m := range all {
			if m.Old != i || m.New != i || !(math.Abs(m.Cosine-1) <= 1e-14) {
				t.Errorf("%s: mode %d: %+v, want itself with cosine 1", name, i, m)
			}
		}
	}
}

// Partners within a pair of blocks are in order; others stay where they are.
func TestInOrder(t *testing.T) {
	partner := []int{3, -1, 1, 0, 2}
	inOrder(partner, []int{0, 0, 0, 1, 1}, []int{0, 1, 1, 1})
	if want := []int{1, -1, 3, 0, 2}; !slices.Equal(partner, want) {
		t.Errorf("%v, want %v", partner, want)
	}
}

// ModeChance is the mean of draws.
func TestModeChance(t *testing.T) {
	const draws = 4000
	rng := Stream(1, "chance")
	values := make([]float64, draws)
	for i := range values {
		values[i] = math.Abs(Haar(6, 1, rng).At(0, 0) * Haar(9, 1, rng).At(0, 0))
	}
	s := NewNullSample(values)
	if c := ModeChance(6, 9); !(math.Abs(s.Mean()-c) <= 5*s.SD()/math.Sqrt(draws)) {
		t.Errorf("chance %v, draws %v", c, s.Mean())
	}
}

// (1, ½) against (1) in their own units, by hand: the null of norm s on m × n has
// its edge at s·(1/√m + 1/√n).
func TestWasserstein(t *testing.T) {
	a := &Spectrum{Rows: 2, Cols: 2, Sigma: []float64{2, 1}}
	b := &Spectrum{Rows: 1, Cols: 4, Sigma: []float64{7}}
	edgeA, edgeB := math.Sqrt(5)*(2/math.Sqrt2), 7*1.5
	want := 0.5*math.Abs(2/edgeA-7/edgeB) + 0.5*math.Abs(1/edgeA-7/edgeB)
	if got := Wasserstein(a, b); !(math.Abs(got-want) <= 1e-15) {
		t.Errorf("distance %v, want %v", got, want)
	}
	twice := &Spectrum{Rows: 2, Cols: 2, Sigma: []float64{4, 2}}
	if got := Wasserstein(a, twice); got != 0 {
		t.Errorf("distance of W to 2W %v", got)
	}
	if !math.IsNaN(Wasserstein(a, &Spectrum{Rows: 2, Cols: 2, Sigma: []float64{0, 0}})) {
		t.Error("a zero matrix has a distance")
	}
	// Noise is itself near its null: all of it within [0, 1], the edge at 1.
	x := NoiseSpectrum(300, 200).normalised()
	if !(x[0] > 0.97 && x[0] <= 1) {
		t.Errorf("the largest value of noise is %v of its edge", x[0])
	}
}
