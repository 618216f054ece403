package spectra_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// keeps are sets of values of r, those of one run, with gaps, from either end.
func keeps(r int) []spectra.Keep {
	all := []spectra.Keep{nil, spectra.Top(r, 1), spectra.Top(r, r), spectra.Top(r, r/2), spectra.Top(r, r-1)}
	if r > 6 {
		all = append(all, spectra.Keep{{2, 5}}, spectra.Keep{{r - 2, r}}, spectra.Keep{{0, 1}, {3, r}}, spectra.Keep{{0, 2}, {r - 1, r}})
	}
	return all
}

// What is truncated has the values kept and no others, is as far away as was promised, and its factors are itself.
func TestTruncate(t *testing.T) {
	for _, shape := range [][2]int{{20, 20}, {30, 9}, {9, 30}, {9, 1}, {1, 1}} {
		r := min(shape[0], shape[1])
		for name, sigma := range hard(r) {
			for _, scale := range []float64{1, 1e140} {
				scaled := slices.Clone(sigma)
				for i := range scaled {
					scaled[i] *= scale
				}
				w := withSpectrum(shape[0], shape[1], scaled, epsilonF32)
				for _, keep := range keeps(r) {
					t.Run(fmt.Sprint(shape, name, scale, keep), func(t *testing.T) { checkTruncated(t, w, scaled, keep) })
				}
			}
		}
	}
}

func checkTruncated(t *testing.T, w spectra.Source, sigma []float64, keep spectra.Keep) {
	rows, cols := w.Dims()
	cut, err := spectra.Truncate(w, keep, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	near := whole(cut)
	a := values(t, w).Approximate(keep)
	var kept []float64
	for _, b := range keep {
		kept = append(kept, sigma[b.First:b.End]...)
	}
	kept = append(kept, make([]float64, len(sigma)-len(kept))...)
	unit := sigma[0] * float64(max(rows, cols)) * numtest.Epsilon
	got := values(t, inFull(near)).Sigma
	for i, want := range kept {
		if !(math.Abs(got[i]-want) <= numtest.MaxRatio*unit) {
			t.Errorf("σ %d is %v, want %v", i, got[i], want)
		}
	}
	checkDistance(t, w, near, a)
	f, err := spectra.Factorise(w, keep, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Of equal values at the cut the factors may have others than the matrix: they are as near, not the same.
	if a.Rank > 0 {
		product := mat.NewDense(rows, cols, nil)
		product.Mul(f.Left, f.Right.T())
		checkDistance(t, w, product, a)
	}
}

// checkDistance holds the distance of a matrix from w to what was promised.
func checkDistance(t *testing.T, w spectra.Source, near *mat.Dense, a spectra.Approximation) {
	t.Helper()
	rows, cols := w.Dims()
	diff := mat.NewDense(rows, cols, nil)
	w.Block(diff.RawMatrix().Data, cols, 0, rows, 0, cols)
	diff.Sub(diff, near)
	lost := values(t, inFull(diff))
	var frobenius float64
	for _, v := range lost.Sigma {
		frobenius = math.Hypot(frobenius, v)
	}
	bound := numtest.MaxRatio * values(t, w).Sigma[0] * float64(max(rows, cols)) * numtest.Epsilon
	if !(math.Abs(frobenius-a.Frobenius) <= bound) || !(math.Abs(lost.Sigma[0]-a.Spectral) <= bound) {
		t.Errorf("errors %v, %v, promised %v, %v", frobenius, lost.Sigma[0], a.Frobenius, a.Spectral)
	}
}

// inFull is a matrix stored in float64, whose values are found without squaring.
func inFull(w *mat.Dense) spectra.Source { return stored{linalg.Dense(w), numtest.Epsilon} }

// whole reads a truncated matrix in strips of seven rows.
func whole(t *spectra.Truncated) *mat.Dense {
	rows, cols := t.Dims()
	w := mat.NewDense(rows, cols, nil)
	for i := 0; i < rows; i += 7 {
		to := min(i+7, rows)
		t.Rows(w.RawMatrix().Data[i*cols:to*cols], i, to)
	}
	return w
}

// The curve is what Approximate says of each rank; searches agree with a walk.
func TestCurve(t *testing.T) {
	for name, sigma := range hard(24) {
		s := values(t, withSpectrum(24, 60, sigma, epsilonF32))
		curve := s.Curve()
		for k, c := range curve {
			a := s.Approximate(spectra.Top(24, k))
			for _, p := range [][2]float64{{c.Frobenius, a.Frobenius}, {c.Spectral, a.Spectral}, {c.RelativeFrobenius, a.RelativeFrobenius}, {c.Energy, a.Energy}} {
				if !(math.Abs(p[0]-p[1]) <= 1e-12*sigma[0]*24) {
					t.Errorf("%s, rank %d: %+v, %+v", name, k, c, a)
				}
			}
			if c.Parameters != a.Parameters || c.Dense != a.Dense || c.Dense != (k*84 >= 24*60) {
				t.Errorf("%s, rank %d: %d numbers, %v; %d, %v", name, k, c.Parameters, c.Dense, a.Parameters, a.Dense)
			}
		}
		for _, most := range []float64{0, 0.1, 0.5, 0.99, 1} {
			walk := slices.IndexFunc(curve, func(a spectra.Approximation) bool { return a.RelativeFrobenius <= most })
			if got := s.RankFor(most); got != walk {
				t.Errorf("%s: rank %d for an error of %v, want %d", name, got, most, walk)
			}
		}
	}
	zero := values(t, withSpectrum(4, 3, nil, epsilonF32))
	if a := zero.Approximate(nil); a.Energy != 1 || a.Frobenius != 0 || zero.RankForEnergy(0.9) != 0 {
		t.Errorf("the zero matrix: %+v", a)
	}
}

// Whatever the budget, nothing is under Error − Gap; at the breakpoints of the greedy path the plan is the best there is.
func TestPlanAgainstBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var optimal, all int
	for trial := range 60 {
		items := make([]spectra.PlanItem, 3)
		var total int64
		for i := range items {
			s := &spectra.Spectrum{Rows: 2 + rng.IntN(7), Cols: 2 + rng.IntN(7)}
			for range min(s.Rows, s.Cols) {
				s.Sigma = append(s.Sigma, math.Exp(2*rng.NormFloat64()))
			}
			slices.Sort(s.Sigma)
			slices.Reverse(s.Sigma)
			items[i].Spectrum = s
			if trial%2 == 1 {
				items[i].Weight = 0.01 + rng.Float64()
			}
			total += int64(s.Rows * s.Cols)
		}
		best := bruteForce(items, total)
		for budget := range total + 1 {
			p := spectra.PlanRanks(items, budget)
			least := best[budget]
			slack := 1e-12 * best[0]
			if p.Cost > budget || p.Error < least-slack || p.Error-p.Gap > least+slack || p.Gap < 0 {
				t.Fatalf("trial %d, budget %d: %+v, the best is %v", trial, budget, p, least)
			}
			all++
			if p.Error <= least+slack {
				optimal++
			}
			if p.Gap == 0 && p.Error > least+slack {
				t.Errorf("trial %d, budget %d: gap 0, but error %v over %v", trial, budget, p.Error, least)
			}
		}
	}
	t.Logf("optimal at %d of %d budgets", optimal, all)
	if optimal*10 < all*8 { // 93 % were
		t.Errorf("optimal at %d of %d budgets only", optimal, all)
	}
}

// bruteForce returns the least error for each budget, over all ranks of all items, by going through all of them.
func bruteForce(items []spectra.PlanItem, total int64) []float64 {
	best := make([]float64, total+1)
	for i := range best {
		best[i] = math.Inf(1)
	}
	var walk func(i int, cost int64, err float64)
	walk = func(i int, cost int64, err float64) {
		if i == len(items) {
			for b := cost; b <= total; b++ {
				best[b] = min(best[b], err)
			}
			return
		}
		s, weight := items[i].Spectrum, items[i].Weight
		if weight == 0 {
			weight = 1
		}
		for k := range len(s.Sigma) + 1 {
			var lost float64
			for _, v := range s.Sigma[k:] {
				lost += v * v * weight
			}
			walk(i+1, cost+min(int64(k*(s.Rows+s.Cols)), int64(s.Rows*s.Cols)), err+lost)
		}
	}
	walk(0, 0, 0)
	return best
}

// Where all of a matrix is bought nothing is left over, and the order of equal items decides.
func TestPlanTies(t *testing.T) {
	s := values(t, withSpectrum(20, 20, []float64{2, 1}, epsilonF32))
	p := spectra.PlanRanks([]spectra.PlanItem{{Spectrum: s}, {Spectrum: s}}, 40)
	if p.Choices[0].Rank != 1 || p.Choices[1].Rank != 0 || p.Gap != 0 || p.Cost != 40 {
		t.Errorf("%+v", p)
	}
	if p := spectra.PlanRanks([]spectra.PlanItem{{Spectrum: s}}, 1<<40); p.Cost > 400 || p.Error > 1e-20 {
		t.Errorf("%+v", p)
	}
	if p := spectra.PlanRanks(nil, 5); p.Cost != 0 || p.Error != 0 || p.Gap != 0 {
		t.Errorf("%+v", p)
	}
}
