package spectra_test

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// The shear (x, y) → (x, x + y), whose σ are the golden ratio φ and 1/φ; the projection (x, y, z) → (x, y); the map
// (x, y) → (x + y, 0, 0) of rank one. Vectors are rows.
func shear() spectra.Source { return linalg.Dense(mat.NewDense(2, 2, []float64{1, 1, 0, 1})) }
func projection() spectra.Source {
	return linalg.Dense(mat.NewDense(3, 2, []float64{1, 0, 0, 1, 0, 0}))
}
func rankOne() spectra.Source {
	return linalg.Dense(mat.NewDense(2, 3, []float64{1, 0, 0, 1, 0, 0}))
}

func spectrumOf(w spectra.Source) *spectra.Spectrum {
	s, err := spectra.Values(w, spectra.Options{})
	if err != nil {
		panic(err)
	}
	return s
}

// Rank 1 of the shear keeps φ²/(φ² + φ⁻²) = φ²/3 of the energy, and is 1/φ away in both norms.
func ExampleSpectrum_Approximate() {
	a := spectrumOf(shear()).Approximate(spectra.Top(2, 1))
	fmt.Printf("energy %.4f, ‖W−W₁‖_F %.4f, ‖W−W₁‖₂ %.4f\n", a.Energy, a.Frobenius, a.Spectral)
	fmt.Printf("relative %.4f, %.4f\n", a.RelativeFrobenius, a.RelativeSpectral)
	// Output:
	// energy 0.8727, ‖W−W₁‖_F 0.6180, ‖W−W₁‖₂ 0.6180
	// relative 0.3568, 0.3820
}

// Both directions of the projection carry half of it.
func ExampleSpectrum_Curve() {
	for _, a := range spectrumOf(projection()).Curve() {
		fmt.Printf("rank %d: error² %.1f, ‖·‖₂ %.0f, %d numbers\n", a.Rank, a.Frobenius*a.Frobenius, a.Spectral, a.Parameters)
	}
	// Output:
	// rank 0: error² 2.0, ‖·‖₂ 1, 0 numbers
	// rank 1: error² 1.0, ‖·‖₂ 1, 5 numbers
	// rank 2: error² 0.0, ‖·‖₂ 0, 6 numbers
}

func ExampleSpectrum_RankForEnergy() {
	fmt.Println(spectrumOf(shear()).RankForEnergy(0.87), spectrumOf(shear()).RankForEnergy(0.88), spectrumOf(rankOne()).RankForEnergy(0.999))
	// Output: 1 2 1
}

func ExampleSpectrum_RankFor() {
	fmt.Println(spectrumOf(shear()).RankFor(0.36), spectrumOf(shear()).RankFor(0.35))
	// Output: 1 2
}

// Rank k of 768 × 3072 takes k·3840 numbers, of 2,359,296.
func ExampleBreakEven() {
	fmt.Println(spectra.BreakEven(768, 3072), spectra.BreakEven(3, 2), spectra.BreakEven(2, 2))
	// Output: 614 1 0
}

func ExampleNewKeep() {
	k, _ := spectra.NewKeep(10, spectra.Band{First: 4, End: 6}, spectra.Band{First: 0, End: 2}, spectra.Band{First: 5, End: 8})
	_, err := spectra.NewKeep(10, spectra.Band{First: 8, End: 11})
	fmt.Println(k, err)
	// Output: [{0 2} {4 8}] there is no band 8:11 of 10 singular values
}

func ExampleTop() {
	fmt.Println(spectra.Top(10, 3), spectra.Top(10, 30), spectra.Top(10, 0))
	// Output: [{0 3}] [{0 10}] []
}

func ExampleKeep_Others() {
	fmt.Println(spectra.Keep{{2, 4}}.Others(10), spectra.Top(10, 10).Others(10))
	// Output: [{0 2} {4 10}] []
}

func ExampleKeep_Rank() {
	fmt.Println(spectra.Keep{{0, 2}, {4, 8}}.Rank())
	// Output: 6
}

// With φ² = φ + 1 the nearest matrix of rank 1 is ((φ, φ²), (1, φ))/√5.
func ExampleTruncate() {
	t, _ := spectra.Truncate(shear(), spectra.Top(2, 1), spectra.Options{})
	w := make([]float64, 4)
	t.Rows(w, 0, 2)
	fmt.Printf("%.4f\n", w)
	// Output: [0.7236 1.1708 0.4472 0.7236]
}

// The map of rank one is (⁴√2/√2·(1, 1))ᵀ·(⁴√2, 0, 0): both factors have columns of length √σ = ⁴√2.
func ExampleFactorise() {
	f, _ := spectra.Factorise(rankOne(), spectra.Top(2, 1), spectra.Options{})
	fmt.Printf("%.4f %.4f\n", f.Left.RawMatrix().Data, f.Right.RawMatrix().Data)
	// Output: [0.8409 0.8409] [1.1892 0.0000 0.0000]
}

// A rank of either takes 5 numbers, either whole 6. Rank 1 of the second is all of it; half of the first, which has two equal σ,
// is dearer for each number than the whole. 11 numbers are enough for both; with 10 the whole cannot be had, and the tangent
// leaves open whether something better than one half can: (2/6)·5 of error away at most, where 1 was bought.
func ExamplePlanRanks() {
	items := []spectra.PlanItem{{Spectrum: spectrumOf(projection())}, {Spectrum: spectrumOf(rankOne())}}
	for _, budget := range []int64{11, 10} {
		p := spectra.PlanRanks(items, budget)
		fmt.Printf("ranks %d, %d: %d numbers, error %.4f, gap %.4f\n", p.Choices[0].Rank, p.Choices[1].Rank, p.Cost, p.Error, p.Gap)
	}
	// Output:
	// ranks 2, 1: 11 numbers, error 0.0000, gap 0.0000
	// ranks 1, 1: 10 numbers, error 1.0000, gap 0.6667
}
