package linalg

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
	"gonum.org/v1/gonum/blas/testblas"
)

// gonum's own suites, on every kernel, with nothing left to gonum for being
// small.
func TestBLAS(t *testing.T) {
	for _, k := range kernels() {
		t.Run(k.name, func(t *testing.T) {
			b := newBLAS(k, 2)
			b.small = 0
			testblas.TestDgemm(t, b)
			testblas.DsyrkTest(t, b)
			testblas.DsymvTest(t, b)
			testblas.DgemvTest(t, b)
		})
	}
}

// Sgemm is exact where all sums are small integers, whatever their order.
func TestSgemm(t *testing.T) {
	for _, k := range kernels() {
		b := newBLAS(k, 2)
		for _, dim := range [][3]int{{1, 1, 1}, {8, 48, 20}, {9, 50, 400}, {70, 130, 33}} {
			for _, trans := range [][2]blas.Transpose{{blas.NoTrans, blas.NoTrans}, {blas.Trans, blas.NoTrans}, {blas.NoTrans, blas.Trans}, {blas.Trans, blas.Trans}} {
				m, n, depth := dim[0], dim[1], dim[2]
				x, y, got := integers(m*depth, 1), integers(depth*n, 2), integers(m*n, 3)
				want := integers(m*n, 3)
				ldx, ldy := depth, n
				if trans[0] == blas.Trans {
					ldx = m
				}
				if trans[1] == blas.Trans {
					ldy = depth
				}
				b.small = 0
				b.Sgemm(trans[0], trans[1], m, n, depth, 2, x, ldx, y, ldy, -1, got, n)
				(gonum.Implementation{}).Sgemm(trans[0], trans[1], m, n, depth, 2, x, ldx, y, ldy, -1, want, n)
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("%s %v %v: element %d is %v, want %v", k.name, dim, trans, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func integers(n int, seed uint64) []float32 {
	x := make([]float32, n)
	for i, v := range randoms(n, seed) {
		x[i] = float32(math.Round(4 * v))
	}
	return x
}

// The routines that work by blocks agree with gonum on sizes of several blocks.
func TestBLASBlocks(t *testing.T) {
	const n, depth, ld = 401, 37, 405
	var ref gonum.Implementation
	for _, k := range testKernels() {
		b := newBLAS(k, 2)
		for _, ul := range []blas.Uplo{blas.Lower, blas.Upper} {
			a, got := randoms(n*ld, 1), randoms(n*ld, 2)
			want := append([]float64(nil), got...)
			b.Dsyrk(ul, blas.NoTrans, n, depth, 0.5, a, ld, 2, got, ld)
			ref.Dsyrk(ul, blas.NoTrans, n, depth, 0.5, a, ld, 2, want, ld)
			near(t, k.name+" Dsyrk", got, want, depth)
			x := randoms(n, 3)
			got, want = randoms(n, 4), randoms(n, 4)
			b.Dsymv(ul, n, 0.5, a, ld, x, 1, 2, got, 1)
			ref.Dsymv(ul, n, 0.5, a, ld, x, 1, 2, want, 1)
			near(t, k.name+" Dsymv", got, want, n)
		}
	}
}

func near(t *testing.T, name string, got, want []float64, terms int) {
	t.Helper()
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 16*0x1p-52*float64(terms)) {
			t.Fatalf("%s: element %d is %v, want %v", name, i, got[i], want[i])
		}
	}
}
