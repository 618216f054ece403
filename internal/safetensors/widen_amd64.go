//go:build amd64 && !noasm

package safetensors

import "golang.org/x/sys/cpu"

//go:generate go run -C gen . -out ../widen_loops_amd64.s -stubs ../widen_loops_amd64.go -pkg safetensors

// hasWiden says that the processor has the instructions of the loops.
var hasWiden = cpu.X86.HasAVX2 && cpu.X86.HasF16C

// widenRound is the number of elements that the loops take at a time.
const widenRound = 16

// prefetch asks for bytes that will be read soon.
func prefetch(src []byte) { prefetchAMD64(src) }

// widenBatch sets as many elements of dst as the loops take at a time, from the
// first, and returns their number.
func widenBatch(dst []float64, src []byte, d DType) int {
	n := len(dst) / widenRound * widenRound
	if !hasWiden || n == 0 {
		return 0
	}
	switch d {
	case F32:
		widenF32AVX2(dst[:n], src)
	case BF16:
		widenBF16AVX2(dst[:n], src)
	case F16:
		widenF16AVX2(dst[:n], src)
	default:
		return 0
	}
	return n
}
