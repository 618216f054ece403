package spectra_test

import (
	"fmt"
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// Factors left by the values of the parts give the same product, to the bit, as
// factors read for it; and the σ of the product formed, within its floor. Well
// conditioned factors are within 1e-12·σ₁.
func TestFactorsOfParts(t *testing.T) {
	for _, shape := range [][3]int{{300, 64, 200}, {150, 20, 90}, {260, 170, 190}, {40, 8, 30}} {
		for _, last := range []float64{0.3, 1e-2, 1e-6, 0} {
			t.Run(fmt.Sprint(shape, last), func(t *testing.T) {
				m, k, n := shape[0], shape[1], shape[2]
				values := numtest.Graded(max(last, 0.1))(k)
				if last != 0 {
					values = numtest.Graded(last)(k)
				} else {
					values[k-1], values[k-2] = 0, 0
				}
				a, b := numtest.WithSpectrum(m, k, values, 1), numtest.WithSpectrum(k, n, values, 2)
				sa, sb := stored{linalg.Dense(a), epsilonBF16}, stored{linalg.Dense(b), epsilonBF16}
				want := product(t, sa, sb)
				if got := shared(t, sa, sb); !reflect.DeepEqual(got, want) {
					t.Errorf("from the parts %+v, alone %+v", got, want)
				}
				var ab mat.Dense
				ab.Mul(a, b)
				dense := valuesOf(t, &ab)
				for i, x := range want.Sigma {
					off := math.Abs(x - dense[i])
					if !(off <= want.Floor.Method) || !(off <= 1e-12*dense[0]) {
						t.Errorf("σ[%d] = %v, of the product formed %v", i, x, dense[i])
					}
				}
			})
		}
	}
}

// shared is the product by way of the parts' own values.
func shared(t *testing.T, a, b spectra.Source) *spectra.Spectrum {
	t.Helper()
	room := spectra.Options{Workspace: new(spectra.Workspace)}
	_, fa, err := spectra.ValuesFactor(a, room)
	if err != nil {
		t.Fatal(err)
	}
	_, fb, err := spectra.ValuesFactor(b, room)
	if err != nil {
		t.Fatal(err)
	}
	s, err := spectra.FactorValues(fa, fb, room)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// valuesOf are those of the direct route.
func valuesOf(t *testing.T, w *mat.Dense) []float64 {
	t.Helper()
	return values(t, stored{linalg.Dense(w), epsilonF64}).Sigma
}

// Which side of a square matrix a product would be over is not known, and
// float64 storage has no Gram matrix.
func TestFactorIsNil(t *testing.T) {
	for i, w := range []spectra.Source{identity(20), stored{zeros{20, 30}, epsilonF64}, zeros{0, 3}} {
		if _, f, err := spectra.ValuesFactor(w, spectra.Options{}); f != nil || err != nil {
			t.Errorf("%d: %v, %v", i, f, err)
		}
	}
}
