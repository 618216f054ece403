package spectra

import (
	"runtime"

	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"wspec/internal/linalg"
)

// Kernel names the arithmetic underneath: "avx512", "avx2" or "portable".
// Results are the same to the byte for one kernel, and may differ in last bits
// between two.
func Kernel() string { return linalg.Kernel() }

// UseKernels puts the kernels of this package under gonum's BLAS, and so under
// its LAPACK and matrices, for the whole process. A command calls it once, before
// all else; results do not depend on it but for last bits.
func UseKernels() {
	fast := linalg.NewBLAS(runtime.GOMAXPROCS(0))
	blas64.Use(fast)
	blas32.Use(fast)
}
