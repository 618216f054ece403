package linalg

import (
	"math"
	"testing"

	"wspec/internal/numtest"
)

// leastTolerance is the relative error of the refined smallest value at
// condition numbers up to 1e4, where the root of λ_r is off by some 1e-8:
// measured at most 1e-12.
const leastTolerance = 1e-11

// TestGramLeast: the smallest value keeps the digits that squaring
// loses, on each path of the processor.
func TestGramLeast(t *testing.T) {
	for _, k := range kernels() {
		for _, shape := range [][2]int{{1, 1}, {1, 7}, {2, 2}, {64, 64}, {300, 300}, {90, 300}, {300, 90}} {
			r := min(shape[0], shape[1])
			sigma := numtest.Graded(1e-4)(r)
			w := Dense(numtest.WithSpectrum(shape[0], shape[1], sigma, 3))
			lambda, least, err := newEngine(k, 1).newGram(w, 1).Spectrum(w, 1)
			if err != nil {
				t.Fatal(err)
			}
			if off := math.Abs(least/sigma[r-1] - 1); !(off <= leastTolerance) {
				t.Errorf("%s %v: least value off by %.2g", k.name, shape, off)
			}
			want, err := newEngine(k, 1).gramValues(w, 1)
			if err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if off := math.Abs(lambda[i]-want[i]) / want[0]; !(off <= numtest.MaxRatio*numtest.Epsilon*math.Sqrt(float64(r))) {
					t.Errorf("%s %v: λ[%d] = %v, without vectors %v", k.name, shape, i, lambda[i], want[i])
				}
			}
		}
	}
}

// TestGramEnough: no vector is sought where λ_r is good enough.
func TestGramEnough(t *testing.T) {
	w := Dense(numtest.WithSpectrum(20, 10, numtest.Graded(1e-2)(10), 1))
	lambda, least, err := NewGram(w, 1, 1, nil).Spectrum(w, 1e-5)
	if err != nil || least != math.Sqrt(lambda[9]) {
		t.Errorf("least %v, root of λ %v, %v", least, math.Sqrt(lambda[9]), err)
	}
	if _, refined, _ := NewGram(w, 1, 1, nil).Spectrum(w, 1e-3); refined == least {
		t.Error("λ_r = 1e-4·λ₁ was taken as it is though 1e-3 was asked for")
	}
}

// TestGramZero: the zero matrix has no vectors worth seeking.
func TestGramZero(t *testing.T) {
	w := Dense(numtest.WithSpectrum(5, 4, make([]float64, 4), 1))
	lambda, least, err := NewGram(w, 1, 1, nil).Spectrum(w, 1)
	if err != nil || least != 0 || lambda[0] != 0 {
		t.Errorf("λ %v, least %v, %v", lambda, least, err)
	}
}
