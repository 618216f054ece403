package spectra

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// TestRotateKnown: a stretch keeps every direction, its negative turns each
// round, a rotation by a quarter makes each orthogonal to what it was.
func TestRotateKnown(t *testing.T) {
	const tol = 1e-12 // a few hundred ε
	for name, c := range map[string]struct {
		w               []float64
		distance, trace float64
	}{
		"stretch": {[]float64{2, 1, 1, 3}, 0, 1},
		"negated": {[]float64{-2, -1, -1, -3}, 1, -1},
		"quarter": {[]float64{0, 2, -3, 0}, math.Sqrt(0.5), 0},
		// The axis that is turned round holds a third of Σσ, and half of the directions.
		"mirror": {[]float64{2, 0, 0, -1}, math.Sqrt(0.5), 1.0 / 3},
	} {
		r := rotate(t, mat.NewDense(2, 2, c.w))
		if !(math.Abs(r.Distance-c.distance) <= 1e-7) || !(math.Abs(r.Trace-c.trace) <= tol) { // √ of a rounding near 0
			t.Errorf("%s: distance %v, trace %v; want %v, %v", name, r.Distance, r.Trace, c.distance, c.trace)
		}
	}
}

// TestRotateRandom: z of random maps is standard normal, whatever their rank.
func TestRotateRandom(t *testing.T) {
	const n, rank, draws = 24, 5, 1000
	rng, sigma := Stream(3, "test"), mat.NewDiagDense(rank, []float64{1, .3, .3, .3, .3})
	var mean, square, traces float64
	for range draws {
		var a mat.Dense
		a.Mul(Haar(n, rank, rng), sigma)
		d, err := DecomposeProduct(linalg.Dense(&a), linalg.Transpose(linalg.Dense(Haar(n, rank, rng))), Request{Top: rank}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Rotate(d)
		if err != nil || len(r.Cosine) != rank {
			t.Fatal(err, len(r.Cosine))
		}
		mean, square, traces = mean+r.Z/draws, square+r.Z*r.Z/draws, traces+r.TraceZ*r.TraceZ/draws
	}
	// Five standard errors: 1/√1000, and √2 times it.
	if !(math.Abs(mean) <= 0.16) || !(math.Abs(square-1) <= 0.22) || !(math.Abs(traces-1) <= 0.22) {
		t.Errorf("z has mean %v, squares %v and %v", mean, square, traces)
	}
}

// TestRotateFloor: directions that carry nothing do not count.
func TestRotateFloor(t *testing.T) {
	r := rotate(t, mat.NewDense(3, 3, []float64{1, 0, 0, 0, 1, 0, 0, 0, 0}))
	if len(r.Cosine) != 2 || !(r.Distance <= 1e-7) {
		t.Errorf("%d directions, distance %v", len(r.Cosine), r.Distance)
	}
	if r := rotate(t, mat.NewDense(2, 2, make([]float64, 4))); len(r.Cosine) != 0 || !math.IsNaN(r.Distance) || !math.IsNaN(r.Trace) {
		t.Errorf("of zero: %+v", r)
	}
}

func TestFindPermutation(t *testing.T) {
	const n = 12
	to := []int{3, 1, 0, 2, 7, 6, 5, 4, 11, 10, 8, 9}
	w := mat.NewDense(n, n, nil)
	for i, j := range to {
		w.Set(i, j, 1+float64(i)) // stretched besides: σ plays no part
	}
	p, err := FindPermutation(decomposed(t, w))
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(p.To) != fmt.Sprint(to) || !(math.Abs(p.Share-1) <= 1e-12) {
		t.Errorf("to %v, share %v", p.To, p.Share)
	}
	null := PermutationNull(n, n, 1)
	if !(null.Mean() < 0.8) || !(null.SD() > 0) {
		t.Errorf("random Q: %v ± %v", null.Mean(), null.SD())
	}
	p, err = FindPermutation(decomposed(t, Gaussian(n, n, Stream(5, "test"))))
	if err != nil || !(math.Abs(p.Share-null.Mean()) <= 0.25*null.Mean()) {
		t.Errorf("random W has share %v, null %v: %v", p.Share, null.Mean(), err)
	}
	if _, err := FindPermutation(decomposed(t, mat.NewDense(2, 3, nil))); !errors.Is(err, mat.ErrShape) {
		t.Errorf("not square: %v", err)
	}
}

// TestPlaneMap: a map that turns its top plane by a right angle and one that
// leaves it.
func TestPlaneMap(t *testing.T) {
	turn := mat.NewDense(4, 4, []float64{0, 3, 0, 0, -2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1})
	m, within, err := PlaneMap(decomposed(t, turn))
	// In basis: in₁ = e₁ goes to 3·e₂, in₂ = e₂ to −2·e₁.
	want := [2][2]float64{{0, 3}, {-2, 0}}
	for i := range m {
		for j := range m[i] {
			if !(math.Abs(m[i][j]-want[i][j]) <= 1e-12) {
				t.Errorf("map %v, want %v: %v", m, want, err)
			}
		}
	}
	if !(math.Abs(within-1) <= 1e-12) {
		t.Errorf("within %v", within)
	}
	leave := mat.NewDense(4, 4, []float64{0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0})
	if _, within, err := PlaneMap(decomposed(t, leave)); err != nil || within > 1e-24 {
		t.Errorf("a plane that is left: within %v, %v", within, err)
	}
	if _, _, err := PlaneMap(decomposed(t, mat.NewDense(1, 1, []float64{1}))); !errors.Is(err, mat.ErrShape) {
		t.Errorf("one dimension: %v", err)
	}
}

func decomposed(t testing.TB, w *mat.Dense) *Decomposition {
	t.Helper()
	d, err := Decompose(linalg.Dense(w), Request{Top: max(w.RawMatrix().Rows, w.RawMatrix().Cols)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func rotate(t testing.TB, w *mat.Dense) *Rotation {
	t.Helper()
	r, err := Rotate(decomposed(t, w))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
