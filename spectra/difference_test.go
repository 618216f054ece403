package spectra_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

func compare(t *testing.T, old, new spectra.Source) *spectra.Difference {
	t.Helper()
	d, err := spectra.Compare(old, new, spectra.Request{}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// inBF16 returns w rounded to BF16, stored so.
func inBF16(w *mat.Dense) (*mat.Dense, spectra.Source) {
	r := mat.DenseCopyOf(w)
	r.Apply(func(_, _ int, x float64) float64 { return roundBF16(x) }, r)
	return r, stored{linalg.Dense(r), epsilonBF16}
}

func gaussian(rows, cols int, name string) *mat.Dense {
	return spectra.Gaussian(rows, cols, spectra.Stream(1, name))
}

// update returns w + Δ with Δ a product of Gaussian factors of rank r, as an
// adapter is, and ‖Δ‖_F/‖w‖_F as given.
func update(w *mat.Dense, r int, relative float64, name string) *mat.Dense {
	m, n := w.Dims()
	var d mat.Dense
	d.Mul(gaussian(m, r, name+"a"), gaussian(r, n, name+"b"))
	d.Scale(relative*mat.Norm(w, 2)/mat.Norm(&d, 2), &d)
	d.Add(&d, w)
	return &d
}

// Entries known by hand: Δ = diag(3, 0), old = diag(1, 2).
func TestCompareByHand(t *testing.T) {
	old, new := mat.NewDense(2, 2, []float64{1, 0, 0, 2}), mat.NewDense(2, 2, []float64{4, 0, 0, 2})
	d, err := spectra.Compare(linalg.Dense(old), linalg.Dense(new), spectra.Request{Top: 1}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		name      string
		got, want float64
	}{
		{"old norm", d.OldNorm, math.Sqrt(5)}, {"new norm", d.NewNorm, math.Sqrt(20)}, {"norm", d.Norm, 3},
		{"relative", d.Relative, 3 / math.Sqrt(5)}, {"cosine", d.Cosine, 8.0 / 10}, {"σ₁", d.Delta.Sigma[0], 3}, {"σ₂", d.Delta.Sigma[1], 0},
	} {
		if !(math.Abs(x.got-x.want) <= 4*numtest.Epsilon*x.want) {
			t.Errorf("%s = %v, want %v", x.name, x.got, x.want)
		}
	}
	if d.Rank != 1 {
		t.Errorf("rank %d, want 1", d.Rank)
	}
	if in, out := d.Delta.In.At(0, 0), d.Delta.Out.At(0, 0); in != 1 || out != 1 {
		t.Errorf("Δ maps %v to %v: want new − old", in, out)
	}
}

// Sizes whose squares leave the range of float64 change nothing but the size.
func TestCompareScales(t *testing.T) {
	old := gaussian(20, 12, "old")
	new := update(old, 3, 0.1, "delta")
	want := compare(t, stored{linalg.Dense(old), epsilonF64}, stored{linalg.Dense(new), epsilonF64})
	for _, e := range []int{-600, 600} {
		s := math.Ldexp(1, e)
		got := compare(t, stored{linalg.Scaled(linalg.Dense(old), s), epsilonF64}, stored{linalg.Scaled(linalg.Dense(new), s), epsilonF64})
		if got.Relative != want.Relative || got.Cosine != want.Cosine || got.Norm != want.Norm*s || got.Rank != want.Rank {
			t.Errorf("scaled by 2^%d: %v %v %v %v, want %v %v %v·2^%d %v", e,
				got.Relative, got.Cosine, got.Norm, got.Rank, want.Relative, want.Cosine, want.Norm, e, want.Rank)
		}
	}
}

// delta_rank reads the rank of an update through BF16 rounding, where that of the
// stored difference is full.
func TestDeltaRankBF16(t *testing.T) {
	side := 768
	if testing.Short() {
		side = 256
	}
	base, old := inBF16(gaussian(side, side, "base"))
	for _, relative := range []float64{0.003, 0.012, 0.05} {
		_, new := inBF16(update(base, 8, relative, "update"))
		d := compare(t, old, new)
		if d.Rank != 8 {
			t.Errorf("relative change %v: rank %d, want 8 (σ₈ %.3g, σ₉ %.3g, floor %.3g)",
				relative, d.Rank, d.Delta.Sigma[7], d.Delta.Sigma[8], d.Delta.Floor.Level())
		}
		if !(math.Abs(d.Relative/relative-1) <= 0.3) { // the smallest is changed by the rounding
			t.Errorf("relative change %v, want %v", d.Relative, relative)
		}
	}
}

// Of the ranks 1 to 32 at three sizes of update, at least 95 % are read exactly.
func TestDeltaRanks(t *testing.T) {
	const side, share, ranks = 768, 0.95, 32
	every := 1
	if testing.Short() || raceEnabled { // 96 decompositions of 768 rows are for the plain run
		every = 8
	}
	base, old := inBF16(gaussian(side, side, "base"))
	exact, all := 0, 0
	for _, relative := range []float64{0.003, 0.012, 0.05} {
		for r := every; r <= ranks; r += every {
			_, new := inBF16(update(base, r, relative, fmt.Sprint("update", r)))
			d := compare(t, old, new)
			if all++; d.Rank == r {
				exact++
			} else {
				t.Logf("rank %d at %v read as %d", r, relative, d.Rank)
			}
		}
	}
	if float64(exact) < share*float64(all) {
		t.Errorf("%d of %d ranks exact, want %v", exact, all, share)
	}
}

// What did not change has changed by nothing at all; what was only rounded, by
// nothing over the floor, however the entries' sizes are spread.
func TestNothingChanged(t *testing.T) {
	shapes := map[string]*mat.Dense{
		"flat": gaussian(300, 200, "flat"), "row": gaussian(1, 50, "row"), "graded": gaussian(200, 200, "graded"),
		"spectrum": numtest.WithSpectrum(200, 300, numtest.Graded(1e-6)(200), 3), "one": gaussian(1, 1, "one"), "zero": mat.NewDense(3, 4, nil),
	}
	shapes["graded"].Apply(func(i, j int, x float64) float64 { return x * math.Exp(-float64(i)/20+float64(j%7)) }, shapes["graded"])
	for name, w := range shapes {
		same := compare(t, stored{linalg.Dense(w), epsilonF32}, stored{linalg.Dense(mat.DenseCopyOf(w)), epsilonF32})
		if same.Norm != 0 || same.Relative != 0 || same.Cosine != 1 || same.Rank != 0 || same.Delta.Sigma[0] != 0 {
			t.Errorf("%s: the same matrix changed: %+v", name, same)
		}
		_, rounded := inBF16(w)
		d := compare(t, stored{linalg.Dense(w), epsilonF32}, rounded)
		if d.Rank != 0 {
			t.Errorf("%s: rounding alone has rank %d: σ₁ %.3g, floor %.3g", name, d.Rank, d.Delta.Sigma[0], d.Delta.Floor.Level())
		}
		if name != "zero" && name != "one" && !(d.Delta.Sigma[0] > d.Delta.Floor.DType/4) {
			t.Errorf("%s: σ₁ %.3g is far under the floor %.3g", name, d.Delta.Sigma[0], d.Delta.Floor.DType)
		}
	}
}

// Of rounding errors of one size, whose bare edge (√m + √n)·sd about one matrix in
// ten passes, none passes the floor.
func TestFloorHasMargin(t *testing.T) {
	const draws = 100
	rng := spectra.Stream(1, "margin")
	for range draws {
		w := mat.NewDense(24, 24, nil)
		w.Apply(func(_, _ int, _ float64) float64 { return 1 + rng.Float64() }, w)
		_, rounded := inBF16(w)
		if d := compare(t, stored{linalg.Dense(w), epsilonF32}, rounded); d.Rank != 0 {
			t.Errorf("σ₁ %.3g passes the floor %.3g", d.Delta.Sigma[0], d.Delta.Floor.DType)
		}
	}
}

// The difference of products equals that of the products formed, its values and
// directions; and what did not change is left out to the last bit.
func TestCompareProduct(t *testing.T) {
	a, b := gaussian(60, 8, "a"), gaussian(8, 70, "b")
	a2, b2 := update(a, 2, 1e-5, "da"), update(b, 3, 1e-5, "db")
	for _, c := range []struct {
		name     string
		a, b     *mat.Dense
		rank     int
		relative float64
	}{{"both", a2, b2, 5, 1}, {"first", a2, b, 2, 1}, {"second", a, b2, 3, 1}, {"none", a, b, 0, 0}} {
		d, err := spectra.CompareProduct(pair(a, b), pair(c.a, c.b), spectra.Request{Top: 2}, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var old, new mat.Dense
		old.Mul(a, b)
		new.Mul(c.a, c.b)
		want := compare(t, linalg.Dense(&old), linalg.Dense(&new))
		if d.Rank != c.rank {
			t.Errorf("%s: rank %d, want %d: %v over %v", c.name, d.Rank, c.rank, d.Delta.Sigma, d.Delta.Floor)
		}
		const tolerance = 1e-9 // the formed products cancel: 1e-16/1e-5, and some
		for i, s := range want.Delta.Sigma[:c.rank] {
			if !(math.Abs(d.Delta.Sigma[i]/s-1) <= tolerance) {
				t.Errorf("%s: σ%d %v, want %v", c.name, i+1, d.Delta.Sigma[i], s)
			}
		}
		if !(math.Abs(d.Relative-want.Relative) <= tolerance*want.Relative && math.Abs(d.Cosine-want.Cosine) <= 1e-14) {
			t.Errorf("%s: relative %v cosine %v, want %v %v", c.name, d.Relative, d.Cosine, want.Relative, want.Cosine)
		}
		if !(d.Delta.Residual <= 1e-12) {
			t.Errorf("%s: residual %v", c.name, d.Delta.Residual)
		}
	}
}

func pair(a, b *mat.Dense) [2]spectra.Source {
	return [2]spectra.Source{stored{linalg.Dense(a), epsilonF64}, stored{linalg.Dense(b), epsilonF64}}
}

// Rounding the factors of a product to BF16 gives nothing over the floor.
func TestProductRounded(t *testing.T) {
	a, b := gaussian(200, 16, "a"), gaussian(16, 150, "b")
	_, a2 := inBF16(a)
	_, b2 := inBF16(b)
	d, err := spectra.CompareProduct(pair(a, b), [2]spectra.Source{a2, b2}, spectra.Request{}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if ratio := d.Delta.Sigma[0] / d.Delta.Floor.DType; d.Rank != 0 || !(ratio > 0.25) {
		t.Errorf("rank %d, σ₁ is %.3g of the floor", d.Rank, ratio)
	}
}

func TestCompareErrors(t *testing.T) {
	a, b := linalg.Dense(gaussian(3, 4, "a")), linalg.Dense(gaussian(4, 3, "b"))
	if _, err := spectra.Compare(a, b, spectra.Request{}, spectra.Options{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("shapes that differ: %v", err)
	}
	if _, err := spectra.CompareProduct([2]spectra.Source{a, a}, [2]spectra.Source{a, a}, spectra.Request{}, spectra.Options{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("factors that do not fit: %v", err)
	}
	bad := gaussian(3, 4, "bad")
	bad.Set(1, 2, math.NaN())
	var e *spectra.NonFiniteError
	if _, err := spectra.Compare(a, linalg.Dense(bad), spectra.Request{}, spectra.Options{}); !errors.As(err, &e) || e.Row != 1 || e.Col != 2 {
		t.Errorf("NaN: %v", err)
	}
}
