package spectra_test

import (
	"math"
	"testing"

	"wspec/spectra"
)

// TestNullP takes the critical values from tables of Student's law.
func TestNullP(t *testing.T) {
	for _, c := range []struct {
		t     float64
		draws int
		want  float64
	}{{2.262157, 10, 0.05}, {2.756386, 30, 0.01}, {12.706205, 2, 0.05}, {0, 7, 1}} {
		for _, sign := range []float64{1, -1} {
			// Critical values have seven digits.
			if got := spectra.NullP(sign*c.t, c.draws); !(math.Abs(got-c.want) <= 1e-6*c.want) {
				t.Errorf("t %v of %d draws has p %v, want %v", sign*c.t, c.draws, got, c.want)
			}
		}
	}
	// Of so many draws the law is normal to some z⁴/draws.
	if got, want := spectra.NullP(3, 100_000), math.Erfc(3/math.Sqrt2); !(math.Abs(got-want) <= 1e-3*want) {
		t.Errorf("p of 3 sd is %v, want %v", got, want)
	}
	for _, draws := range []int{0, 1} {
		if got := spectra.NullP(1, draws); !math.IsNaN(got) {
			t.Errorf("p of %d draws is %v", draws, got)
		}
	}
	if got := spectra.NullP(math.NaN(), 9); !math.IsNaN(got) {
		t.Errorf("p of no z is %v", got)
	}
	for _, z := range []float64{50, 1e200, math.Inf(-1)} {
		if got := spectra.NullP(z, 200); got != 1.0/(1000*200) {
			t.Errorf("p of %v sd is %v", z, got)
		}
	}
}
