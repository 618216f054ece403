package linalg

import (
	"math"
	"math/rand/v2"
	"testing"
)

func randoms(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 2))
	x := make([]float64, n)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	return x
}

func TestMultiply(t *testing.T) {
	for _, k := range testKernels() {
		for _, dim := range [][3]int{{1, 1, 1}, {8, 24, 3}, {7, 25, 300}, {200, 30, 17}, {31, 97, 64}, {0, 3, 3}, {100, 101, 270}} {
			for _, trans := range []int{0, 1, 2, 3} {
				for _, threads := range []int{1, 3} {
					testMultiply(t, k, dim, trans, threads)
				}
			}
		}
	}
}

func testMultiply(t *testing.T, kn *kernel, dim [3]int, trans, threads int) {
	m, n, k := dim[0], dim[1], dim[2]
	a, b := rowMajor(randoms(m*k, 1), max(k, 1)), rowMajor(randoms(k*n, 2), max(n, 1))
	if trans&1 != 0 {
		a = rowMajor(a.data, max(m, 1)).t()
	}
	if trans&2 != 0 {
		b = rowMajor(b.data, max(k, 1)).t()
	}
	c := randoms(m*n, 3)
	want := make([]float64, m*n)
	for i := range m {
		for j := range n {
			s := 0.0
			for l := range k {
				s += a.data[i*a.rs+l*a.cs] * b.data[l*b.rs+j*b.cs]
			}
			want[i*n+j] = c[i*n+j] - 0.5*s
		}
	}
	newPacker(kn.f64, threads).multiply(product[float64]{m, n, k, -0.5, a, b, c, n})
	for i := range c {
		if !(math.Abs(c[i]-want[i]) <= 1e-15*float64(k)*20) {
			t.Fatalf("%s %v trans %d threads %d: %d: %v want %v", kn.name, dim, trans, threads, i, c[i], want[i])
		}
	}
}
