package linalg

import (
	"sync"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// BLAS is gonum's implementation of the BLAS with the routines that carry the
// flops of LAPACK replaced by the kernels of this package: Dgemm, Dsyrk, Dsymv,
// Dgemv and Sgemm. It can be given to blas64.Use and blas32.Use, and serves
// concurrent callers. Make it by NewBLAS.
type BLAS struct {
	gonum.Implementation
	k       *kernel
	threads int
	small   int // below this many multiplications gonum is as fast
	f64     sync.Pool
	f32     sync.Pool
}

var (
	_ blas.Float64 = (*BLAS)(nil)
	_ blas.Float32 = (*BLAS)(nil)
)

// NewBLAS returns a BLAS that uses up to threads goroutines in a routine.
func NewBLAS(threads int) *BLAS { return newBLAS(best, threads) }

func newBLAS(k *kernel, threads int) *BLAS {
	b := &BLAS{k: k, threads: threads, small: 16 * 16 * 16}
	b.f64.New = func() any { return newPacker(k.f64, threads) }
	b.f32.New = func() any { return newPacker(k.f32, threads) }
	return b
}

// general is a matrix argument, rows × cols before any transposition.
type general[T float32 | float64] struct {
	trans      blas.Transpose
	rows, cols int // of op(A)
	data       []T
	ld         int
}

// operand returns op(A), and whether it is valid and not empty: what is not is
// left to gonum, which knows what to say.
func (g general[T]) operand() (operand[T], bool) {
	rows, cols := g.rows, g.cols
	x := rowMajor(g.data, g.ld)
	switch g.trans {
	case blas.NoTrans:
	case blas.Trans, blas.ConjTrans:
		rows, cols = cols, rows
		x = x.t()
	default:
		return x, false
	}
	return x, rows > 0 && cols > 0 && g.ld >= cols && len(g.data) >= (rows-1)*g.ld+cols
}

// gemm runs C = alpha·op(A)·op(B) + beta·C unless it is small or not valid.
func gemm[T float32 | float64](pool *sync.Pool, a, b, c general[T], f [2]T) bool {
	x, okA := a.operand()
	y, okB := b.operand()
	if _, ok := c.operand(); !ok || !okA || !okB {
		return false
	}
	for i := range c.rows {
		row := c.data[i*c.ld:][:c.cols]
		switch f[1] {
		case 0: // C need not hold numbers
			clear(row)
		case 1:
		default:
			for j := range row {
				row[j] *= f[1]
			}
		}
	}
	p := pool.Get().(*packer[T])
	defer pool.Put(p)
	p.multiply(product[T]{c.rows, c.cols, a.cols, f[0], x, y, c.data, c.ld})
	return true
}

// Dgemm is C = alpha·op(A)·op(B) + beta·C, op(A) m × k, op(B) k × n.
func (b *BLAS) Dgemm(tA, tB blas.Transpose, m, n, k int, alpha float64, a []float64, lda int, x []float64, ldx int, beta float64, c []float64, ldc int) {
	if m*n*k < b.small || !gemm(&b.f64,
		general[float64]{tA, m, k, a, lda}, general[float64]{tB, k, n, x, ldx},
		general[float64]{blas.NoTrans, m, n, c, ldc}, [2]float64{alpha, beta}) {
		b.Implementation.Dgemm(tA, tB, m, n, k, alpha, a, lda, x, ldx, beta, c, ldc)
	}
}

// Sgemm is Dgemm in single precision.
func (b *BLAS) Sgemm(tA, tB blas.Transpose, m, n, k int, alpha float32, a []float32, lda int, x []float32, ldx int, beta float32, c []float32, ldc int) {
	if m*n*k < b.small || !gemm(&b.f32,
		general[float32]{tA, m, k, a, lda}, general[float32]{tB, k, n, x, ldx},
		general[float32]{blas.NoTrans, m, n, c, ldc}, [2]float32{alpha, beta}) {
		b.Implementation.Sgemm(tA, tB, m, n, k, alpha, a, lda, x, ldx, beta, c, ldc)
	}
}

// syrkBlock is the number of rows of C that Dsyrk gives to a product.
const syrkBlock = 192

// Dsyrk is C = alpha·A·Aᵀ + beta·C (A n × k) or alpha·AᵀA + beta·C (A k × n),
// in the triangle ul of C.
func (b *BLAS) Dsyrk(ul blas.Uplo, t blas.Transpose, n, k int, alpha float64, a []float64, lda int, beta float64, c []float64, ldc int) {
	left := general[float64]{t, n, k, a, lda}
	x, ok := left.operand()
	if n*n*k < b.small || !ok || ul != blas.Lower && ul != blas.Upper || ldc < n || len(c) < (n-1)*ldc+n {
		b.Implementation.Dsyrk(ul, t, n, k, alpha, a, lda, beta, c, ldc)
		return
	}
	p := b.f64.Get().(*packer[float64])
	defer b.f64.Put(p)
	square := make([]float64, min(n, syrkBlock)*min(n, syrkBlock))
	for i := 0; i < n; i += syrkBlock {
		w := min(syrkBlock, n-i)
		clear(square)
		p.multiply(product[float64]{w, w, k, alpha, x.from(i, 0), x.from(i, 0).t(), square, w})
		from, to := 0, i // the columns beside the square on the diagonal
		if ul == blas.Upper {
			from, to = i+w, n
		}
		for r := range w {
			row := c[(i+r)*ldc:][:n]
			lo, hi := from, i+r+1
			if ul == blas.Upper {
				lo, hi = i+r, to
			}
			scaleBeta(row[lo:hi], beta)
			for j := max(lo, i); j < min(hi, i+w); j++ {
				row[j] += square[r*w+j-i]
			}
		}
		if from < to {
			p.multiply(product[float64]{w, to - from, k, alpha, x.from(i, 0), x.from(from, 0).t(), c[i*ldc+from:], ldc})
		}
	}
}

// scaleBeta multiplies x by beta; 0 clears what need not be numbers.
func scaleBeta(x []float64, beta float64) {
	switch beta {
	case 0:
		clear(x)
	case 1:
	default:
		scale(x, beta)
	}
}

// Dgemv is y = alpha·op(A)·x + beta·y, A m × n.
func (b *BLAS) Dgemv(t blas.Transpose, m, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	g := general[float64]{blas.NoTrans, m, n, a, lda}
	_, ok := g.operand()
	in, out := n, m
	if t != blas.NoTrans {
		in, out = m, n
	}
	if !ok || incX != 1 || incY != 1 || len(x) < in || len(y) < out || t != blas.NoTrans && t != blas.Trans {
		b.Implementation.Dgemv(t, m, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	scaleBeta(y[:out], beta)
	tmp := make([]float64, m)
	if t == blas.NoTrans {
		b.k.dots(m, n, a, lda, x, tmp)
		for i, v := range tmp {
			y[i] += alpha * v
		}
		return
	}
	b.k.f64.scaleCopy(1, m, alpha, x, 0, tmp, 0)
	b.k.axpys(m, n, a, lda, tmp, y)
}

// symvBlock is the number of rows that Dsymv takes together.
const symvBlock = 16

// Dsymv is y = alpha·A·x + beta·y for the symmetric n × n matrix A, of which
// the triangle ul is read, once.
func (b *BLAS) Dsymv(ul blas.Uplo, n int, alpha float64, a []float64, lda int, x []float64, incX int, beta float64, y []float64, incY int) {
	g := general[float64]{blas.NoTrans, n, n, a, lda}
	if _, ok := g.operand(); !ok || incX != 1 || incY != 1 || len(x) < n || len(y) < n || ul != blas.Lower && ul != blas.Upper {
		b.Implementation.Dsymv(ul, n, alpha, a, lda, x, incX, beta, y, incY)
		return
	}
	scaleBeta(y[:n], beta)
	v := make([]float64, n)
	b.k.f64.scaleCopy(1, n, alpha, x, 0, v, 0)
	var sums [symvBlock]float64
	s := sums[:]
	for i := 0; i < n; i += symvBlock {
		w := min(symvBlock, n-i)
		from, to := 0, i
		if ul == blas.Upper {
			from, to = i+w, n
		}
		if from < to {
			b.k.symv(w, to-from, a[i*lda+from:], lda, v[i:], v[from:], y[from:], s)
			for r := range w {
				y[i+r] += s[r]
			}
		}
		for r := range w {
			for q := range r + 1 {
				e := a[(i+r)*lda+i+q]
				if ul == blas.Upper {
					e = a[(i+q)*lda+i+r]
				}
				y[i+r] += e * v[i+q]
				if q < r {
					y[i+q] += e * v[i+r]
				}
			}
		}
	}
}
