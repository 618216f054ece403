package spectra

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// Stream returns a generator for one purpose: what is drawn depends on seed and
// name alone, not on what else was drawn, or in which order, or by how many
// workers.
func Stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) // never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Gaussian returns a rows × cols matrix, both at least 1, of independent
// numbers of mean 0 and variance 1, drawn in row-major order.
func Gaussian(rows, cols int, rng *rand.Rand) *mat.Dense {
	data := make([]float64, rows*cols)
	for i := range data {
		data[i] = rng.NormFloat64()
	}
	return mat.NewDense(rows, cols, data)
}

// Haar returns a rows × cols matrix, rows ≥ cols ≥ 1, with orthonormal columns,
// uniform among all such: the Q of a Gaussian matrix, with the signs that make
// R's diagonal positive (Mezzadri 2007). It panics if rows < cols.
func Haar(rows, cols int, rng *rand.Rand) *mat.Dense {
	if rows < cols {
		panic(fmt.Sprintf("spectra: no %d orthonormal columns of length %d", cols, rows))
	}
	q := Gaussian(rows, cols, rng)
	raw := q.RawMatrix()
	tau, work := make([]float64, cols), make([]float64, haarBlock*cols)
	lapack64.Geqrf(raw, tau, work, len(work))
	sign := make([]float64, cols)
	for j := range sign {
		sign[j] = math.Copysign(1, q.At(j, j))
	}
	lapack64.Orgqr(raw, tau, work, len(work))
	for i := range raw.Data {
		raw.Data[i] *= sign[i%cols]
	}
	return q
}

// haarBlock is the workspace of a blocked QR by column: LAPACK's block size is
// 32, doubled to be sure.
const haarBlock = 64
