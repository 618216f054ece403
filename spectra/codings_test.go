package spectra_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// The shear has the entries 1, 1, 0, 1 and the coefficients 3/2, 1/2, −1/2, 1/2: one entry keeps a third, one coefficient three
// quarters. The map of rank one has two entries; its coefficients' squares are 2/3, 1, 1/3; rank 1 takes 5 numbers.
func ExampleCompareCodings() {
	for _, w := range []spectra.Source{shear(), rankOne()} {
		c, _ := spectra.CompareCodings(w, spectrumOf(w))
		for _, n := range []int64{1, 2, 5} {
			fmt.Printf("%d:", n)
			for _, code := range spectra.CodingNames() {
				fmt.Printf(" %s %.4f", code, c.Keeps(code, n))
			}
			fmt.Println()
		}
	}
	// Output:
	// 1: svd 0.0000 dct 0.7500 entries 0.3333
	// 2: svd 0.0000 dct 0.8333 entries 0.6667
	// 5: svd 1.0000 dct 1.0000 entries 1.0000
	// 1: svd 0.0000 dct 0.5000 entries 0.5000
	// 2: svd 0.0000 dct 0.8333 entries 1.0000
	// 5: svd 1.0000 dct 1.0000 entries 1.0000
}

// A tenth of normal numbers, the largest, holds 44 % of their energy; 19 of 100 numbers are not enough for a rank of 1.
func ExampleSpectrum_NoiseKeeps() {
	s := spectra.NoiseSpectrum(10, 10)
	fmt.Printf("%.3f %.3f\n", s.NoiseKeeps(spectra.CodingEntries, 10), s.NoiseKeeps(spectra.CodingSVD, 19))
	// Output: 0.439 0.000
}

// Into 3000 bytes go 750 numbers of four bytes; of 100 × 100 entries each has an index of 14 bits.
func ExampleNumbersFor() {
	fmt.Println(spectra.NumbersFor(spectra.CodingSVD, 100, 100, 4, 3000), spectra.NumbersFor(spectra.CodingEntries, 100, 100, 4, 3000))
	// Output: 750 521
}

func ExampleCodingsFootprint() {
	fmt.Println(spectra.CodingsFootprint(768, 3072)>>20, "MiB")
	// Output: 34 MiB
}

// cosine2 is the transform by its definition.
func cosine2(w *mat.Dense) []float64 {
	m, n := w.Dims()
	basis := func(n int) *mat.Dense {
		b := mat.NewDense(n, n, nil)
		for k := range n {
			s := math.Sqrt(2 / float64(n))
			if k == 0 {
				s = math.Sqrt(1 / float64(n))
			}
			for i := range n {
				b.Set(k, i, s*math.Cos(math.Pi*float64((2*i+1)*k)/float64(2*n)))
			}
		}
		return b
	}
	var x mat.Dense
	x.Mul(basis(m), w)
	x.Mul(&x, basis(n).T())
	return slices.Clone(x.RawMatrix().Data)
}

// kept is the share of the energy of the n largest, by sorting.
func kept(x []float64, n int) float64 {
	squares := make([]float64, len(x))
	var total, top float64
	for i, v := range x {
		squares[i] = v * v
		total += v * v
	}
	slices.Sort(squares)
	for _, v := range squares[len(x)-n:] {
		top += v
	}
	return top / total
}

// classTolerance: see CompareCodings; entries of these few hundred are in classes of one.
const classTolerance = 1e-3

// Sides with every kind of length: 1, powers of two, large primes (by chirps), products; scales that squares would not survive.
func TestCodings(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for _, shape := range [][2]int{{1, 1}, {1, 5}, {2, 3}, {8, 16}, {37, 4}, {13, 101}, {97, 74}, {64, 31}} {
		for _, scale := range []float64{1, 1e200, 1e-200} {
			w := mat.NewDense(shape[0], shape[1], nil)
			for i := range shape[0] {
				for j := range shape[1] {
					w.Set(i, j, (math.Sin(float64(i+2*j)/5)+rng.NormFloat64()/3)*scale)
				}
			}
			s := values(t, linalg.Dense(w))
			c, err := spectra.CompareCodings(linalg.Dense(w), s)
			if err != nil {
				t.Fatal(err)
			}
			w.Scale(1/scale, w)
			entries, coefficients := slices.Clone(w.RawMatrix().Data), cosine2(w)
			for _, n := range []int{0, 1, len(entries) / 3, len(entries) - 1, len(entries)} {
				for code, want := range map[spectra.Coding]float64{
					spectra.CodingEntries: kept(entries, n), spectra.CodingDCT: kept(coefficients, n),
				} {
					if got := c.Keeps(code, int64(n)); !(math.Abs(got-want) <= classTolerance) {
						t.Errorf("%v, scale %v: %d of %s keep %v, want %v", shape, scale, n, code, got, want)
					}
				}
				k := n / (shape[0] + shape[1])
				if want := s.Approximate(spectra.Top(len(s.Sigma), k)).Energy; n < len(entries) && c.Keeps(spectra.CodingSVD, int64(n)) != want {
					t.Errorf("%v: rank %d", shape, k)
				}
			}
		}
	}
	zero := linalg.Dense(mat.NewDense(3, 4, nil))
	if c, err := spectra.CompareCodings(zero, values(t, zero)); err != nil || c.Keeps(spectra.CodingDCT, 1) != 1 || c.Keeps(spectra.CodingSVD, 1) != 1 {
		t.Errorf("the zero matrix: %v", err)
	}
}

// Noise keeps what is said of it, in every coding.
func TestCodingsOfNoise(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	w := mat.NewDense(120, 240, nil)
	for i := range 120 {
		for j := range 240 {
			w.Set(i, j, rng.NormFloat64())
		}
	}
	c, err := spectra.CompareCodings(linalg.Dense(w), values(t, linalg.Dense(w)))
	if err != nil {
		t.Fatal(err)
	}
	noise := spectra.NoiseSpectrum(120, 240)
	for _, share := range []float64{0.02, 0.1, 0.3, 0.8} {
		for _, code := range spectra.CodingNames() {
			n := int64(share * 120 * 240)
			got, want := c.Keeps(code, n), noise.NoiseKeeps(code, n)
			if !(math.Abs(got-want) <= 0.01) { // 28,800 numbers: a few 1/√n
				t.Errorf("%s, %v: noise keeps %v, the formula says %v", code, share, got, want)
			}
		}
	}
}

// One number more would not fit; none is held back.
func TestNumbersFor(t *testing.T) {
	cost := func(code spectra.Coding, n int64) int64 { // bits, of 2 bytes a number in 50 × 20
		if code == spectra.CodingSVD {
			return 16 * n
		}
		return 16*n + min(10*n, 1000)
	}
	for _, code := range spectra.CodingNames() {
		for bytes := range int64(2500) {
			n := spectra.NumbersFor(code, 50, 20, 2, bytes)
			if cost(code, n) > 8*bytes || cost(code, n+1) <= 8*bytes {
				t.Fatalf("%s: %d numbers in %d bytes", code, n, bytes)
			}
		}
	}
}
