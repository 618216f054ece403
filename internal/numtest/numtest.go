// Package numtest makes matrices from the answer (a chosen spectrum), states
// errors as residual ratios, and holds implementations to a common suite, in
// the manner of LAPACK's TESTING and gonum's testlapack. It is imported by
// tests only.
package numtest

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"
)

// Epsilon is the spacing of float64 at 1, 2⁻⁵².
const Epsilon = 0x1p-52

// MaxRatio bounds every residual ratio, an error in units of
// max(m, n)·ε·(size of the data). LAPACK accepts 30 to 50; the worst that
// gonum's decompositions gave on matrices of transformer shapes was 1.2, so 10
// leaves room for unlucky seeds and none for a wrong algorithm.
const MaxRatio = 10

// Haar returns a rows × cols matrix, rows ≥ cols, with orthonormal columns,
// uniform (Haar) by QR of a Gaussian matrix with the signs of R's diagonal
// moved to Q (Mezzadri 2007). It is empty if cols is 0.
func Haar(rows, cols int, rng *rand.Rand) *mat.Dense {
	if cols == 0 {
		return &mat.Dense{}
	}
	q := blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	for i := range q.Data {
		q.Data[i] = rng.NormFloat64()
	}
	tau := make([]float64, cols)
	work := make([]float64, 64*cols) // block size 32, doubled
	lapack64.Geqrf(q, tau, work, len(work))
	negative := make([]bool, cols)
	for j := range cols {
		negative[j] = q.Data[j*cols+j] < 0
	}
	lapack64.Orgqr(q, tau, work, len(work))
	for i := range q.Data {
		if negative[i%cols] {
			q.Data[i] = -q.Data[i]
		}
	}
	return mat.NewDense(rows, cols, q.Data)
}

// WithSpectrum returns the rows × cols matrix In·diag(sigma)·Outᵀ, with In and
// Out Haar-random and len(sigma) ≤ min(rows, cols); missing values are zero.
// It is empty if rows or cols is 0. The same seed gives the same matrix.
// Its exact singular values differ from sigma by rounding, a few ε·max(sigma).
func WithSpectrum(rows, cols int, sigma []float64, seed uint64) *mat.Dense {
	if rows == 0 || cols == 0 {
		return &mat.Dense{}
	}
	w := mat.NewDense(rows, cols, nil)
	k := len(sigma)
	if k == 0 {
		return w
	}
	rng := rand.New(rand.NewPCG(seed, 1))
	in, out := Haar(rows, k, rng), Haar(cols, k, rng)
	scaleColumns(in, sigma)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, in.RawMatrix(), out.RawMatrix(), 0, w.RawMatrix())
	return w
}

// scaleColumns multiplies column j of a by d[j].
func scaleColumns(a *mat.Dense, d []float64) {
	raw := a.RawMatrix()
	for i := range raw.Rows {
		row := raw.Data[i*raw.Stride:][:raw.Cols]
		for j := range row {
			row[j] *= d[j]
		}
	}
}

// Hadamard returns H·diag(sigma)·H, with H the symmetric n × n matrix of signs
// of Sylvester's construction and n = len(sigma) a power of two. Its singular
// values are n·|sigma| exactly if sigma are integers and n·Σ|sigma| < 2⁵³: then
// every entry is an integer that float64 holds, and nothing was rounded.
func Hadamard(sigma []float64) *mat.Dense {
	n := len(sigma)
	if n == 0 || n&(n-1) != 0 {
		panic("numtest: Hadamard needs a power of two")
	}
	w := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			w.Set(i, j, signedSum(sigma, uint(i^j)))
		}
	}
	return w
}

// signedSum returns Σₖ ±sigma[k], the sign being the parity of the bits that k
// and mask share: entry (i, j) of the product depends on i XOR j only.
func signedSum(sigma []float64, mask uint) float64 {
	var sum float64
	for k, s := range sigma {
		if parity(uint(k) & mask) {
			s = -s
		}
		sum += s
	}
	return sum
}

// parity reports whether x has an odd number of bits set.
func parity(x uint) bool {
	odd := false
	for ; x != 0; x &= x - 1 {
		odd = !odd
	}
	return odd
}

// Residual returns ‖W − In·diag(sigma)·Outᵀ‖₁/(‖W‖₁·max(m, n)·ε) for w m × n,
// in m × k, out n × k. A zero W is measured by the numerator alone.
func Residual(w, in *mat.Dense, sigma []float64, out *mat.Dense) float64 {
	m, n := w.Dims()
	if m == 0 || n == 0 {
		return 0
	}
	diff, left := mat.DenseCopyOf(w), mat.DenseCopyOf(in)
	scaleColumns(left, sigma)
	blas64.Gemm(blas.NoTrans, blas.Trans, -1, left.RawMatrix(), out.RawMatrix(), 1, diff.RawMatrix())
	ratio := mat.Norm(diff, 1) / (float64(max(m, n)) * Epsilon)
	if norm := mat.Norm(w, 1); norm != 0 {
		ratio /= norm
	}
	return ratio
}

// Orthogonality returns ‖I − QᵀQ‖₁/(m·ε) for q m × k.
func Orthogonality(q *mat.Dense) float64 {
	m, k := q.Dims()
	if m == 0 || k == 0 {
		return 0
	}
	gram := mat.NewDense(k, k, nil)
	gram.Mul(q.T(), q)
	for i := range k {
		gram.Set(i, i, gram.At(i, i)-1)
	}
	return mat.Norm(gram, 1) / (float64(m) * Epsilon)
}

// SpectrumRatio returns max|got − want|/(max(want)·n·ε), n ≥ 1 being the longer
// side of the matrix; NaN if the lengths differ or got holds a NaN. A zero
// want is measured by the numerator alone.
func SpectrumRatio(got, want []float64, n int) float64 {
	if len(got) != len(want) {
		return math.NaN()
	}
	var top, worst float64
	for _, v := range want {
		top = max(top, v)
	}
	if top == 0 {
		top = 1
	}
	for i, v := range got {
		worst = max(worst, math.Abs(v-want[i])/top)
	}
	return worst / (float64(max(n, 1)) * Epsilon)
}
