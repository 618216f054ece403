package spectra

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// TestFourSubspaces: of each reason one.
func TestFourSubspaces(t *testing.T) {
	for name, c := range map[string]struct {
		s    Spectrum
		want Dimensions
	}{
		"full": {Spectrum{Rows: 3, Cols: 2, Sigma: []float64{4, 2}}, Dimensions{2, 1, 2, 0, LimitNone, 0.5, 2}},
		"product": {Spectrum{Rows: 5, Cols: 5, Sigma: []float64{4, 2}, Product: true, Inner: 2},
			Dimensions{2, 3, 2, 3, LimitProduct, 0.5, 2}},
		"storage": {Spectrum{Rows: 3, Cols: 3, Sigma: []float64{4, 2, 1e-3}, Floor: Floor{DType: 1e-2, Method: 1e-9}},
			Dimensions{2, 1, 2, 1, LimitDType, 0.5, 2}},
		"method": {Spectrum{Rows: 2, Cols: 2, Sigma: []float64{8, 1e-15}, Floor: Floor{Method: 1e-9}},
			Dimensions{1, 1, 1, 1, LimitMethod, 0.125, 1}},
	} {
		if got := FourSubspaces(&c.s); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
	if f := FourSubspaces(&Spectrum{Rows: 2, Cols: 2, Sigma: []float64{0, 0}}); f.Read != 0 || f.Lost != 2 || !math.IsNaN(f.Condition) {
		t.Errorf("of zero: %+v", f)
	}
}

// TestDiagonalised: for rank-deficient matrices of several shapes InᵀWOut is
// diag(σ, 0), whatever basis of the null spaces was taken.
func TestDiagonalised(t *testing.T) {
	const rank = 3
	for _, shape := range [][2]int{{6, 6}, {5, 9}, {9, 5}, {3, 3}} {
		rng := Stream(uint64(shape[0]), "test")
		var w mat.Dense
		w.Mul(Gaussian(shape[0], rank, rng), Gaussian(rank, shape[1], rng))
		d := decomposed(t, &w)
		var half, core mat.Dense
		half.Mul(d.In.T(), &w)
		core.Mul(&half, d.Out)
		for i := range d.Index {
			for j := range d.Index {
				want := 0.0
				if i == j && i < rank {
					want = d.Sigma[i]
				}
				if !(math.Abs(core.At(i, j)-want) <= 1e-12*d.Sigma[0]) { // some thousand ε
					t.Errorf("%v: element %d, %d is %v, want %v", shape, i, j, core.At(i, j), want)
				}
			}
		}
		if f := FourSubspaces(d.Spectrum); f.Read != rank || f.Lost != shape[0]-rank || f.OutOfReach != shape[1]-rank {
			t.Errorf("%v: %+v", shape, f)
		}
	}
}

// TestKeepInputsKnown: a projection keeps what lies in it and deletes the rest.
func TestKeepInputsKnown(t *testing.T) {
	w := mat.NewDense(3, 2, []float64{2, 0, 0, 1, 0, 0})
	points := mat.NewDense(5, 3, []float64{
		5e200, 0, 0, // whose square is out of range
		0, -3e-200, 0,
		0, 0, 7,
		3, 0, 4, // ‖(6, 0)‖/(5·2)
		0, 0, 0,
	})
	kept, err := KeepInputs(linalg.Dense(points), decomposed(t, w), 1, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{1, 0.5, 0, 0.6, math.NaN()} {
		if g := kept.Gain[i]; !(math.Abs(g-want) <= 1e-14) && !(math.IsNaN(g) && math.IsNaN(want)) {
			t.Errorf("input %d: %v, want %v", i, g, want)
		}
	}
	if !math.IsNaN(kept.P[4]) {
		t.Errorf("p of nothing: %v", kept.P[4])
	}
	if _, err := KeepInputs(linalg.Dense(mat.NewDense(2, 2, nil)), decomposed(t, w), 1, Options{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("another space: %v", err)
	}
	lacking, err := Decompose(linalg.Dense(w), Request{Top: 1}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := KeepInputs(linalg.Dense(points), lacking, 1, Options{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("half of the directions: %v", err)
	}
}

// TestKeepInputsNull: random inputs have uniform p, one that is deleted and one
// that is stretched most have small p.
func TestKeepInputsNull(t *testing.T) {
	const n, d = 400, 40
	rng := Stream(4, "test")
	var w mat.Dense
	w.Mul(Gaussian(d, 20, rng), Gaussian(20, 60, rng))
	dec := decomposed(t, &w)
	points := Gaussian(n, d, rng)
	kept, err := KeepInputs(linalg.Dense(points), dec, 1, Options{})
	if err != nil {
		t.Fatal(err)
	}
	low, square := 0, 0.0
	for i, p := range kept.P {
		if p <= 0.1 {
			low++
		}
		square += kept.Gain[i] * kept.Gain[i] / n
	}
	if low < 20 || low > 64 { // 40 ± 6
		t.Errorf("%d of %d random inputs at p ≤ 0.1", low, n)
	}
	var want float64
	for _, s := range dec.Sigma {
		want += s * s / dec.Sigma[0] / dec.Sigma[0] / d
	}
	if !(math.Abs(square/want-1) <= 0.05) { // 400 draws of relative deviation some 0.3
		t.Errorf("mean square %v, want %v", square, want)
	}
	ends := mat.NewDense(2, d, nil)
	ends.SetRow(0, mat.Col(nil, 0, dec.In))
	for j := range d { // orthogonal to all that is read
		ends.Set(1, j, points.At(0, j))
	}
	for i := range dec.counted() {
		row, in := mat.NewVecDense(d, ends.RawRowView(1)), dec.In.ColView(i)
		row.AddScaledVec(row, -mat.Dot(row, in), in)
	}
	kept, err = KeepInputs(linalg.Dense(ends), dec, 1, Options{})
	if err != nil || !(kept.P[0] <= 1e-3) || !(kept.P[1] <= 1e-3) || !(kept.Gain[1] <= 1e-13) {
		t.Errorf("ends: gain %v, p %v, %v", kept.Gain, kept.P, err)
	}
}
