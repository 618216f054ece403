package linalg

// kernel is the innermost arithmetic on one kind of processor. Its functions
// read and write exactly the elements their arguments name.
type kernel struct {
	name string
	f64  tiling[float64]
	f32  tiling[float32]

	// dots sets y[i] = Σⱼ a[i·lda+j]·x[j], i < m, j < n.
	dots func(m, n int, a []float64, lda int, x, y []float64)
	// axpys adds Σᵢ a[i·lda+j]·x[i] to y[j].
	axpys func(m, n int, a []float64, lda int, x, y []float64)
	// symv does both in one pass: y[j] += Σᵢ a[i·lda+j]·x[i] and
	// s[i] = Σⱼ a[i·lda+j]·u[j].
	symv func(m, n int, a []float64, lda int, x, u, y, s []float64)
	// rank1 adds x[i]·y[j] to a[i·lda+j].
	rank1 func(m, n int, a []float64, lda int, x, y []float64)
	// rank2 adds x[i]·y[j] + u[i]·w[j] to a[i·lda+j].
	rank2 func(m, n int, a []float64, lda int, x, y, u, w []float64)
	// sturm evaluates det(T − x·I) = p·2^exp and counts the eigenvalues below
	// x, at sturmPoints points x; d is the diagonal of T, e2[k] the square of
	// the element between rows k-1 and k. nil where it would not pay.
	sturm  func(n int, d, e2, x, p, exp []float64, counts []int64)
	screen screenFunc
	// dot is the product of two vectors in float64, the same on every kernel.
	dot func(x, y []float32) float64
	// half is nil where there is no fast arithmetic of bfloat16.
	half *half
}

// tiling is a matrix product on tiles of mr × nr elements.
type tiling[T float32 | float64] struct {
	mr, nr int
	// tile adds A·B to the tile of C at c with row stride cs. Row p < k of B
	// is the nr numbers at b[p·bs], column p of A the mr numbers at a[p·as].
	tile func(k int, a []T, as int, b []T, bs int, c []T, cs int)
	// kc is the length of the sums a tile takes at a time, mc the rows of A
	// and nc the columns of B packed together.
	kc, mc, nc int
	// transpose writes the transpose of the square × cols block at src, cols
	// a multiple of square.
	transpose func(dst []T, ldd int, src []T, lds, cols int)
	square    int
	// scaleCopy sets dst[i·ldd+j] = alpha·src[i·lds+j], i < m, j < n.
	scaleCopy func(m, n int, alpha T, src []T, lds int, dst []T, ldd int)
}

// portable is the kernel in plain Go.
func portable() *kernel {
	return &kernel{
		name:   "portable",
		f64:    portableTiling[float64](),
		f32:    portableTiling[float32](),
		dots:   dotsGo,
		axpys:  axpysGo,
		symv:   symvGo,
		rank1:  rank1Go,
		rank2:  rank2Go,
		screen: screenGo,
		dot:    dot32Go,
	}
}

// portableTiling takes small blocks: half of a 256 KiB cache for A.
func portableTiling[T float32 | float64]() tiling[T] {
	return tiling[T]{
		mr: 4, nr: 4, tile: tileGo[T],
		kc: 256, mc: 64, nc: 1024,
		transpose: transposeGo[T], square: 4,
		scaleCopy: scaleCopyGo[T],
	}
}

// kernels returns those that this processor can run, the fastest first.
func kernels() []*kernel { return append(assembled(), portable()) }

// best is the kernel of this processor, chosen once and never changed.
var best = kernels()[0]
