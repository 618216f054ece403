package spectra_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// The product kept as factors decomposes as the product formed.
func TestDecomposeProduct(t *testing.T) {
	for _, shape := range [][3]int{{50, 8, 60}, {60, 8, 50}, {8, 50, 9}, {50, 60, 8}, {20, 20, 20}, {1, 3, 5}, {5, 1, 3}} {
		m, k, n := shape[0], shape[1], shape[2]
		a := numtest.WithSpectrum(m, k, hard(min(m, k))["powers"], 1)
		b := numtest.WithSpectrum(k, n, hard(min(k, n))["pairs"], 2)
		whole := mat.NewDense(m, n, nil)
		whole.Mul(a, b)
		r := min(m, k, n)
		for _, q := range []spectra.Request{{Top: r}, {Top: 2}, {Top: 1, Bottom: 1}, {Bottom: 3}} {
			t.Run(fmt.Sprint(shape, q), func(t *testing.T) {
				d, err := spectra.DecomposeProduct(linalg.Dense(a), linalg.Dense(b), q, spectra.Options{})
				if err != nil {
					t.Fatal(err)
				}
				checkValues(t, d, product(t, linalg.Dense(a), linalg.Dense(b)))
				checkShape(t, d, q)
				checkMeasured(t, d, linalg.Dense(whole))
				checkSigns(t, d)
				checkAgainstDense(t, d, whole)
			})
		}
	}
}

// checkAgainstDense compares with the decomposition of the product formed:
// values, and directions where the values are apart.
func checkAgainstDense(t *testing.T, d *spectra.Decomposition, whole *mat.Dense) {
	t.Helper()
	dense, err := spectra.Decompose(linalg.Dense(whole), spectra.Request{Top: len(d.Sigma)}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range d.Sigma {
		if !(math.Abs(dense.Sigma[i]-s) <= valueTolerance*d.Sigma[0]) {
			t.Errorf("σ[%d] = %v, of the dense product %v", i, s, dense.Sigma[i])
		}
	}
	certificates := spectra.Certify(d.Sigma, 1e-13*d.Sigma[0], false) // ‖E‖: rounding of both computations
	for i, at := range d.Index {
		c := mat.Dot(d.In.ColView(i), dense.In.ColView(at)) * mat.Dot(d.Out.ColView(i), dense.Out.ColView(at))
		if certificates[at].Stable && !(c >= 0.99) {
			t.Errorf("direction %d has cos² %v with that of the dense product", at, c)
		}
	}
}

// Factors of very different scales, and one that is zero.
func TestDecomposeProductScales(t *testing.T) {
	a := withSpectrum(30, 6, []float64{6e150, 5e150, 4e150, 3e150, 2e150, 1e150}, epsilonF64)
	b := withSpectrum(6, 20, []float64{6e-150, 5e-150, 4e-150, 3e-150, 2e-150, 1e-150}, epsilonF64)
	d, err := spectra.DecomposeProduct(a, b, spectra.Request{Top: 6}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkValues(t, d, product(t, a, b))
	if !(d.Residual <= maxMisfit) || !(d.Orthogonality <= maxMisfit) {
		t.Errorf("residual %g, orthogonality %g", d.Residual, d.Orthogonality)
	}
	d, err = spectra.DecomposeProduct(a, withSpectrum(6, 20, nil, epsilonF64), spectra.Request{Top: 2}, spectra.Options{})
	if err != nil || d.Sigma[0] != 0 || d.Residual != 0 || d.In.At(1, 1) != 1 || !d.Product {
		t.Errorf("a zero factor: %+v, %v", d, err)
	}
}
