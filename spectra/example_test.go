package spectra_test

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// factored finds all directions of a small matrix.
func factored(rows, cols int, w ...float64) *spectra.Decomposition {
	d, err := spectra.Decompose(linalg.Dense(mat.NewDense(rows, cols, w)), spectra.Request{Top: rows + cols}, spectra.Options{})
	if err != nil {
		panic(err)
	}
	return d
}

// The shear (x, y) → (x, x + y) has σ₁ = (1 + √5)/2 and σ₂ = 1/σ₁. Its polar factor
// is the rotation by atan ½ = 26.57°, so both cosines are 2/√5 and the distance
// from I is √((1 − 2/√5)/2).
func ExampleRotate() {
	d := factored(2, 2, 1, 1, 0, 1)
	r, _ := spectra.Rotate(d)
	fmt.Printf("σ = %.4f, %.4f\n", d.Sigma[0], d.Sigma[1])
	for _, c := range r.Cosine {
		fmt.Printf("angle %.2f°\n", math.Acos(c)*180/math.Pi)
	}
	fmt.Printf("distance from I %.4f\n", r.Distance)
	// Output:
	// σ = 1.6180, 0.6180
	// angle 26.57°
	// angle 26.57°
	// distance from I 0.2298
}

// The plane of a 2 × 2 matrix is all there is: its map there is the matrix.
func ExamplePlaneMap() {
	m, within, _ := spectra.PlaneMap(factored(2, 2, 1, 1, 0, 1))
	fmt.Printf("%.3f %.3f\n", m, within)
	// Output:
	// [[1.000 1.000] [0.000 1.000]] 1.000
}

// A matrix that swaps two coordinates, stretching one of them.
func ExampleFindPermutation() {
	p, _ := spectra.FindPermutation(factored(2, 2, 0, 3, 1, 0))
	fmt.Printf("%v %.1f\n", p.To, p.Share)
	// Output:
	// [1 0] 1.0
}

// The projection (x, y, z) → (x, y) reads two dimensions and loses one.
func ExampleFourSubspaces() {
	f := spectra.FourSubspaces(factored(3, 2, 1, 0, 0, 1, 0, 0).Spectrum)
	fmt.Println("read", f.Read, "lost", f.Lost, "written", f.Written, "out of reach", f.OutOfReach)
	// Output:
	// read 2 lost 1 written 2 out of reach 0
}

// The map (x, y) → (x + y, 0, 0) keeps all of (1, 1), deletes (1, −1), and keeps
// 1/√2 of the length of (1, 0), against the most it can stretch anything, √2.
func ExampleKeepInputs() {
	d := factored(2, 3, 1, 0, 0, 1, 0, 0)
	inputs := mat.NewDense(3, 2, []float64{1, 1, 1, -1, 1, 0})
	kept, _ := spectra.KeepInputs(linalg.Dense(inputs), d, 1, spectra.Options{})
	fmt.Printf("%.4f\n", kept.Gain)
	// Output:
	// [1.0000 0.0000 0.7071]
}

// The direction (½, ½, ½, ½) lies on four axes, (0, 1, 0, 0) on one.
func ExampleSpreadOf() {
	for _, s := range spectra.SpreadOf(mat.NewDense(4, 2, []float64{.5, 0, .5, 1, .5, 0, .5, 0})) {
		fmt.Printf("kurtosis %.0f, axes %.0f\n", s.Kurtosis, s.Axes)
	}
	// Output:
	// kurtosis 1, axes 4
	// kurtosis 4, axes 1
}

// Neuron 1 writes along the first direction, alone, the others along the second.
func ExampleMatchNeurons() {
	d := factored(2, 3, 0, 6, 0, 3, 0, 4) // columns (0, 3), (6, 0), (0, 4)
	found, _ := spectra.MatchNeurons(d, d.Out, 1)
	fmt.Printf("neuron %d, cosine %.1f\n", found[0].Neuron, found[0].Cosine)
	// Output:
	// neuron 1, cosine 1.0
}
