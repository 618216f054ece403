package spectra

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"wspec/internal/linalg"
)

// draw returns the values of all draws of a canonical shape.
func (n *Nulls) draw(shape Shape) ([][]float64, error) {
	count := n.o.Draws
	if count == 0 {
		count = DefaultDraws(shape.rank())
	}
	spectra := make([][]float64, count)
	for i := range spectra {
		rng := Stream(n.o.Seed, shape.name(i))
		var err error
		if shape.Inner > 0 {
			spectra[i], err = drawProduct(shape, rng, n.o.Threads)
		} else {
			spectra[i], err = drawIID(shape, rng, n.o.Threads)
		}
		if err != nil {
			return nil, err
		}
		normalise(spectra[i])
	}
	return spectra, nil
}

// normalise scales values to Frobenius norm 1.
func normalise(sigma []float64) {
	var squares float64
	for _, v := range sigma {
		squares += v * v
	}
	for i := range sigma {
		sigma[i] /= math.Sqrt(squares)
	}
}

// chi draws the length of a vector of k independent standard normal numbers.
func chi(k int, rng *rand.Rand) float64 {
	return math.Sqrt(2 * distuv.Gamma{Alpha: float64(k) / 2, Beta: 1, Src: rng}.Rand())
}

// drawIID returns the singular values of a Gaussian matrix, Rows ≥ Cols, without
// the matrix: Householder reduction leaves a bidiagonal one whose elements are
// independent, χ_Rows … on the diagonal and χ_(Cols−1) … χ₁ beside it, since what a
// reflector has not touched stays Gaussian (Silverstein 1985; Dumitriu & Edelman
// 2002, theorem 3.1).
func drawIID(shape Shape, rng *rand.Rand, threads int) ([]float64, error) {
	d, off := make([]float64, shape.Cols), make([]float64, max(shape.Cols-1, 0))
	for i := range d {
		d[i] = chi(shape.Rows-i, rng)
		if i < len(off) {
			off[i] = chi(shape.Cols-1-i, rng)
		}
	}
	return linalg.BidiagonalValues(d, off, max(threads, 1))
}

// drawProduct returns the singular values of a product of two Gaussian factors,
// Rows × Inner and Inner × Cols: those of R₁·R₂ᵀ, the factors being Q₁·R₁ and
// (Q₂·R₂)ᵀ.
func drawProduct(shape Shape, rng *rand.Rand, threads int) ([]float64, error) {
	a, b := gaussianR(shape.Rows, shape.Inner, rng), gaussianR(shape.Cols, shape.Inner, rng)
	return linalg.DirectValues(linalg.Dense(core(a, b)), 1, max(threads, 1), nil)
}

// gaussianR returns the factor R of a Gaussian matrix, upper triangular with χ_rows,
// χ_(rows−1), … on the diagonal and Gaussian numbers over it (Bartlett 1933); the
// matrix itself where it is wider than tall, since R would be no smaller.
func gaussianR(rows, cols int, rng *rand.Rand) *mat.Dense {
	if rows < cols {
		return Gaussian(rows, cols, rng)
	}
	r := mat.NewDense(cols, cols, nil)
	for i := range cols {
		r.Set(i, i, chi(rows-i, rng))
		for j := i + 1; j < cols; j++ {
			r.Set(i, j, rng.NormFloat64())
		}
	}
	return r
}
