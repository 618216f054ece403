package linalg

import (
	"testing"

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
