package spectra

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// TestNoiseEdge holds the law against drawn noise. 300 draws know the mean to
// 0.06 sd and the sd to 4 %; at these sizes the law itself is off by a little
// more.
func TestNoiseEdge(t *testing.T) {
	const draws, offMean, offSD = 300, 0.25, 0.15
	for _, shape := range [][2]int{{32, 32}, {64, 24}} {
		var sum, squares float64
		for i := range draws {
			w := Gaussian(shape[0], shape[1], Stream(7, fmt.Sprint(shape, i)))
			s, err := Values(linalg.Dense(w), Options{})
			if err != nil {
				t.Fatal(err)
			}
			v := s.Sigma[0] * s.Sigma[0]
			sum, squares = sum+v, squares+v*v
		}
		m := sum / draws
		sd := math.Sqrt(squares/draws - m*m)
		mean, want := NoiseEdge(shape[0], shape[1])
		if !(math.Abs(m-mean) <= offMean*want) || !(math.Abs(sd/want-1) <= offSD) {
			t.Errorf("%v: drawn %.4g ± %.3g, law %.4g ± %.3g", shape, m, sd, mean, want)
		}
	}
	if mean, sd := NoiseEdge(15, 400); !math.IsNaN(mean) || !math.IsNaN(sd) {
		t.Errorf("a law of 15 values: %v ± %v", mean, sd)
	}
}

// TestDistance tells ‖B − A‖/‖A‖ from its rivals by hand: 5/13, not 5/‖B‖.
func TestDistance(t *testing.T) {
	a, b := row(5, 12, 0), row(5, 12, 5)
	for _, scale := range []float64{1, 1e-150, 1e150} {
		d, err := Distance(a(scale), b(scale))
		if err != nil || math.Abs(d-5.0/13) > 4*doubleEpsilon {
			t.Errorf("at %g: %v, %v, want 5/13", scale, d, err)
		}
	}
	if d, err := Distance(a(1), a(1)); d != 0 || err != nil {
		t.Errorf("of a matrix to itself %v, %v", d, err)
	}
	if _, err := Distance(a(1), linalg.Transpose(a(1))); err == nil {
		t.Error("matrices of different shape have no distance")
	}
}

// row returns a function that makes a 1 × n matrix, scaled.
func row(x ...float64) func(float64) Source {
	return func(scale float64) Source {
		m := mat.NewDense(1, len(x), nil)
		for j, v := range x {
			m.Set(0, j, scale*v)
		}
		return linalg.Dense(m)
	}
}
