package spectra_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

const (
	// valueTolerance is how near the values of a decomposition are to those of
	// Values, over σ₁: different sums, same algorithm.
	valueTolerance = 1e-12
	// maxMisfit bounds Residual and Orthogonality: 50 times what was measured
	// at these sizes (3e-15), far below any use.
	maxMisfit = 2e-13
)

// hard are the spectra that break decompositions.
func hard(r int) map[string][]float64 {
	powers, equal, pairs, deficient := make([]float64, r), make([]float64, r), make([]float64, r), make([]float64, r)
	for i := range r {
		powers[i], equal[i], pairs[i] = math.Pow(0.7, float64(i)), 1, float64(r-i/2)
		if i < (r+1)/2 {
			deficient[i] = float64(r - i)
		}
	}
	return map[string][]float64{"powers": powers, "equal": equal, "pairs": pairs, "deficient": deficient}
}

func TestDecompose(t *testing.T) {
	for _, shape := range [][2]int{{40, 40}, {90, 30}, {30, 90}, {300, 7}, {1, 12}, {12, 1}, {1, 1}} {
		r := min(shape[0], shape[1])
		for name, sigma := range hard(r) {
			for _, scale := range []float64{1, 1e150, 1e-150} {
				scaled := slices.Clone(sigma)
				for i := range scaled {
					scaled[i] *= scale
				}
				for _, q := range []spectra.Request{{Top: r}, {Top: (r + 1) / 2}, {Top: 3, Bottom: 2}, {Top: r, Bottom: r}} {
					t.Run(fmt.Sprint(shape, name, scale, q), func(t *testing.T) {
						w := withSpectrum(shape[0], shape[1], scaled, epsilonF32)
						checkDecomposition(t, w, q)
					})
				}
			}
		}
	}
}

// checkDecomposition holds the decomposition of a stored matrix to all it
// promises.
func checkDecomposition(t *testing.T, w spectra.Source, q spectra.Request) {
	t.Helper()
	d, err := spectra.Decompose(w, q, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkValues(t, d, values(t, w))
	checkShape(t, d, q)
	checkMeasured(t, d, w)
	checkSigns(t, d)
}

func checkValues(t *testing.T, d *spectra.Decomposition, want *spectra.Spectrum) {
	t.Helper()
	if len(d.Sigma) != len(want.Sigma) {
		t.Fatalf("%d values, want %d", len(d.Sigma), len(want.Sigma))
	}
	for i, s := range want.Sigma {
		if !(math.Abs(d.Sigma[i]-s) <= valueTolerance*want.Sigma[0]) {
			t.Errorf("σ[%d] = %v, Values has %v", i, d.Sigma[i], s)
		}
	}
	if !(math.Abs(d.Floor.DType-want.Floor.DType) <= valueTolerance*want.Floor.DType) || d.Rows != want.Rows || d.Cols != want.Cols || d.Product != want.Product {
		t.Errorf("floor, shape, kind %v %d %d %v; Values has %v %d %d %v", d.Floor.DType, d.Rows, d.Cols, d.Product,
			want.Floor.DType, want.Rows, want.Cols, want.Product)
	}
}

func checkShape(t *testing.T, d *spectra.Decomposition, q spectra.Request) {
	t.Helper()
	r := len(d.Sigma)
	var want []int
	for i := range r {
		if i < q.Top || i >= r-q.Bottom {
			want = append(want, i)
		}
	}
	if !slices.Equal(d.Index, want) {
		t.Fatalf("index %v, want %v", d.Index, want)
	}
	m, k := d.In.Dims()
	n, l := d.Out.Dims()
	if m != d.Rows || n != d.Cols || k != len(want) || l != len(want) || len(d.Residuals) != len(want) {
		t.Fatalf("In %d×%d, Out %d×%d, %d residuals for %d directions of %d×%d", m, k, n, l, len(d.Residuals), len(want), d.Rows, d.Cols)
	}
}

// checkMeasured measures the misfit again, in another way, and wants the
// reported figures to be true and small.
func checkMeasured(t *testing.T, d *spectra.Decomposition, w spectra.Source) {
	t.Helper()
	whole := mat.NewDense(d.Rows, d.Cols, nil)
	w.Block(whole.RawMatrix().Data, d.Cols, 0, d.Rows, 0, d.Cols)
	unit := 1 / d.Sigma[0]
	whole.Scale(unit, whole)
	var worst float64
	for i, at := range d.Index {
		var x, y mat.VecDense
		x.MulVec(whole.T(), d.In.ColView(i))
		x.AddScaledVec(&x, -d.Sigma[at]*unit, d.Out.ColView(i))
		y.MulVec(whole, d.Out.ColView(i))
		y.AddScaledVec(&y, -d.Sigma[at]*unit, d.In.ColView(i))
		misfit := max(mat.Norm(&x, 2), mat.Norm(&y, 2))
		if !(math.Abs(misfit-d.Residuals[i]) <= 1e-14) { // rounding of the two sums
			t.Errorf("direction %d: residual %g, measured again %g", at, d.Residuals[i], misfit)
		}
		worst = max(worst, d.Residuals[i])
	}
	if worst != d.Residual || !(d.Residual <= maxMisfit) || !(d.Orthogonality <= maxMisfit) {
		t.Errorf("residual %g (of its directions %g), orthogonality %g", d.Residual, worst, d.Orthogonality)
	}
	for _, q := range []*mat.Dense{d.In, d.Out} {
		if ratio := numtest.Orthogonality(q); !(ratio <= maxMisfit/numtest.Epsilon) {
			t.Errorf("orthogonality ratio %g", ratio)
		}
	}
}

func checkSigns(t *testing.T, d *spectra.Decomposition) {
	t.Helper()
	for j := range d.Index {
		var top float64
		for i := range d.Rows {
			if x := d.In.At(i, j); math.Abs(x) > math.Abs(top) {
				top = x
			}
		}
		if !(top > 0) {
			t.Errorf("direction %d: the largest component of In is %v", j, top)
		}
	}
}

// The sign rule's tie goes to the lowest index: of (−1, 1)/√2, the first.
func TestSignTie(t *testing.T) {
	for _, w := range []*mat.Dense{
		mat.NewDense(2, 1, []float64{-1, 1}),
		mat.NewDense(2, 1, []float64{1, -1}),
	} {
		d, err := spectra.Decompose(linalg.Dense(w), spectra.Request{Top: 1}, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if d.In.At(0, 0) <= 0 || d.Out.At(0, 0)*w.At(0, 0) <= 0 {
			t.Errorf("W = %v: In %v, Out %v", w, mat.Formatted(d.In), mat.Formatted(d.Out))
		}
	}
}

// Complete decompositions give the matrix back.
func TestReconstruct(t *testing.T) {
	for _, shape := range [][2]int{{40, 40}, {90, 30}, {30, 90}} {
		w := numtest.WithSpectrum(shape[0], shape[1], hard(30)["powers"], 3)
		d, err := spectra.Decompose(linalg.Dense(w), spectra.Request{Top: 40}, spectra.Options{Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		if ratio := numtest.Residual(w, d.In, d.Sigma, d.Out); !(ratio <= numtest.MaxRatio) {
			t.Errorf("%v: residual ratio %g", shape, ratio)
		}
	}
}

// Both ends of a spectrum that spans 11 decades: what is squared loses the
// bottom, which must still fit as well as the top.
func TestBottomOfGraded(t *testing.T) {
	sigma := make([]float64, 60)
	for i := range sigma {
		sigma[i] = math.Pow(10, -float64(i)*11/59)
	}
	cliff := make([]float64, 60) // one tiny value, the rest near each other
	for i := range cliff {
		cliff[i] = 2 - float64(i)/60
	}
	cliff[59] = 1e-11
	for _, shape := range [][2]int{{60, 60}, {60, 200}, {200, 60}} {
		w := withSpectrum(shape[0], shape[1], sigma, epsilonF64)
		checkDecomposition(t, w, spectra.Request{Bottom: 5})
		checkDecomposition(t, w, spectra.Request{Top: 4, Bottom: 5})
		checkDecomposition(t, withSpectrum(shape[0], shape[1], cliff, epsilonF64), spectra.Request{Top: 4, Bottom: 5})
	}
}

// Nothing to find is no error.
func TestDecomposeNothing(t *testing.T) {
	for _, shape := range [][2]int{{0, 0}, {0, 5}, {5, 0}, {5, 3}} {
		w := withSpectrum(shape[0], shape[1], nil, epsilonF32) // zeros
		for _, q := range []spectra.Request{{}, {Top: 2}, {Top: -1, Bottom: 1}} {
			d, err := spectra.Decompose(w, q, spectra.Options{})
			if err != nil {
				t.Fatal(err)
			}
			top := min(max(q.Top, 0)+q.Bottom, shape[0], shape[1])
			if _, k := d.In.Dims(); k != top || len(d.Residuals) != top || d.Orthogonality != 0 {
				t.Errorf("%v %v: %d directions", shape, q, k)
			}
		}
	}
	d, err := spectra.Decompose(withSpectrum(5, 3, []float64{3, 2, 1}, epsilonF32), spectra.Request{}, spectra.Options{})
	if err != nil || len(d.Sigma) != 3 || len(d.Index) != 0 || !(d.Sigma[0] > 2.9) {
		t.Errorf("no directions asked for: %v, %v", d, err)
	}
}

func TestDecomposeErrors(t *testing.T) {
	bad := mat.NewDense(3, 3, []float64{1, 2, 3, 4, math.NaN(), 6, 7, 8, 9})
	good := mat.NewDense(3, 3, []float64{1, 2, 3, 4, 5, 6, 7, 8, 10})
	q, o := spectra.Request{Top: 1}, spectra.Options{}
	_, err := spectra.Decompose(linalg.Dense(bad), q, o)
	checkNonFinite(t, err)
	_, err = spectra.DecomposeProduct(linalg.Dense(good), linalg.Dense(bad), q, o)
	checkNonFinite(t, err)
	_, err = spectra.DecomposeProduct(linalg.Dense(good), linalg.Dense(mat.NewDense(2, 3, nil)), q, o)
	if !errors.Is(err, mat.ErrShape) {
		t.Errorf("3×3 times 2×3: %v", err)
	}
}

func checkNonFinite(t *testing.T, err error) {
	t.Helper()
	var nonFinite *spectra.NonFiniteError
	if !errors.As(err, &nonFinite) || nonFinite.Row != 1 || nonFinite.Col != 1 {
		t.Errorf("got %v, want a NonFiniteError at 1, 1", err)
	}
}

// The number of threads does not show.
func TestDecomposeThreads(t *testing.T) {
	w := withSpectrum(300, 200, hard(200)["pairs"], epsilonF32)
	q := spectra.Request{Top: 5, Bottom: 3}
	one, err := spectra.Decompose(w, q, spectra.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	three, err := spectra.Decompose(w, q, spectra.Options{Threads: 3})
	if err != nil || !mat.Equal(one.In, three.In) || !mat.Equal(one.Out, three.Out) || !slices.Equal(one.Sigma, three.Sigma) {
		t.Errorf("three threads give other numbers than one (%v)", err)
	}
}
