package spectra_test

import (
	"math"
	"slices"
	"testing"

	"wspec/spectra"
)

// Known values. Numbers are binary fractions, so that every gap is exact.
func TestCertify(t *testing.T) {
	inf := math.Inf(1)
	for _, test := range []struct {
		name     string
		sigma    []float64
		rounding float64
		square   bool
		gap      []float64
		bound    []float64
		block    [][2]int
	}{
		{"apart", []float64{8, 4, 1}, 0.125, true, []float64{4, 3, 3}, []float64{1. / 32, 1. / 24, 1. / 24}, [][2]int{{0, 0}, {1, 1}, {2, 2}}},
		{"last has 0 below", []float64{8, 4, 1}, 0.125, false, []float64{4, 3, 1}, []float64{1. / 32, 1. / 24, 0.125}, [][2]int{{0, 0}, {1, 1}, {2, 2}}},
		{"pair", []float64{8, 7.5, 1}, 0.125, true, []float64{0.5, 0.5, 6.5}, []float64{0.25, 0.25, 1. / 52}, [][2]int{{0, 1}, {0, 1}, {2, 2}}},
		{"chain", []float64{8, 7, 6, 1}, 0.125, true, []float64{1, 1, 1, 5}, []float64{0.125, 0.125, 0.125, 0.025}, [][2]int{{0, 2}, {0, 2}, {0, 2}, {3, 3}}},
		{"at the edge", []float64{8, 6.75}, 0.125, true, []float64{1.25, 1.25}, []float64{0.1, 0.1}, [][2]int{{0, 0}, {1, 1}}},
		{"under the edge", []float64{8, 6.8125}, 0.125, true, []float64{1.1875, 1.1875}, []float64{2. / 19, 2. / 19}, [][2]int{{0, 1}, {0, 1}}},
		{"equal, exact storage", []float64{2, 2, 1}, 0, true, []float64{0, 0, 1}, []float64{1, 1, 0}, [][2]int{{0, 1}, {0, 1}, {2, 2}}},
		{"hopeless", []float64{2, 1}, 4, true, []float64{1, 1}, []float64{1, 1}, [][2]int{{0, 1}, {0, 1}}},
		{"zero", []float64{0, 0}, 0, false, []float64{0, 0}, []float64{1, 1}, [][2]int{{0, 1}, {0, 1}}},
		{"one number", []float64{3}, 0.5, true, []float64{inf}, []float64{0}, [][2]int{{0, 0}}},
		{"none", nil, 1, true, nil, nil, nil},
	} {
		got := spectra.Certify(test.sigma, test.rounding, test.square)
		if len(got) != len(test.sigma) {
			t.Fatalf("%s: %d certificates", test.name, len(got))
		}
		for i, c := range got {
			if c.Gap != test.gap[i] || c.AngleBound != test.bound[i] || c.Block != test.block[i] || c.Stable != (test.bound[i] <= 0.1) {
				t.Errorf("%s: %d has %+v, want gap %v, bound %v, block %v", test.name, i, c, test.gap[i], test.bound[i], test.block[i])
			}
		}
	}
}

// Blocks cover all directions in order, each member naming the whole; those
// that stand alone among neighbours on both sides are the stable ones.
func TestBlocksCover(t *testing.T) {
	sigma := make([]float64, 200)
	for i := range sigma {
		sigma[i] = math.Pow(1+float64(i), -0.7)
	}
	all := spectra.Certify(sigma, 1e-4, false)
	next := 0
	for next < len(all) {
		b := all[next].Block
		if b[0] != next || b[1] < next {
			t.Fatalf("direction %d is in block %v", next, b)
		}
		for _, c := range all[b[0] : b[1]+1] {
			if c.Block != b {
				t.Fatalf("block %v has a member in %v", b, c.Block)
			}
		}
		next = b[1] + 1
	}
	stable := slices.IndexFunc(all, func(c spectra.Certificate) bool { return !c.Stable })
	if stable < 10 || stable > 150 {
		t.Errorf("the first unstable direction is %d", stable)
	}
}

// The spectrum of a product of lower rank has zeros below its last value, that
// of a square matrix has not.
func TestCertificatesKnowZeros(t *testing.T) {
	square := values(t, withSpectrum(3, 3, []float64{3, 2, 0.5}, epsilonF32))
	wide := values(t, withSpectrum(3, 4, []float64{3, 2, 0.5}, epsilonF32))
	low := product(t, withSpectrum(3, 2, []float64{3, 0.5}, epsilonF32), withSpectrum(2, 3, []float64{1, 1}, epsilonF32))
	for i, test := range []struct {
		s    *spectra.Spectrum
		want float64
	}{{square, 1.5}, {wide, 0.5}, {low, 0.5}} {
		all := test.s.Certificates()
		if gap := all[len(all)-1].Gap; !(math.Abs(gap-test.want) <= sigmaTolerance) {
			t.Errorf("matrix %d: the last gap is %v, want %v", i, gap, test.want)
		}
	}
}
