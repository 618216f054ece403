//go:build !noasm

package linalg

import "golang.org/x/sys/cpu"

// tilesAMX sets C, m × n with rows ldc apart, to the product of groups of A and
// of B, see half; m and n are multiples of 32, depth at least 1. Tiles are
// configured and released in each call: nothing of them is left for another
// goroutine of the thread.
//
//go:noescape
func tilesAMX(m, n, depth int, a, b []uint16, c []float32, ldc int)

// amxHalf returns the arithmetic of bfloat16 where the processor has it and the
// system lets us use it, else nil.
func amxHalf() *half {
	if !cpu.X86.HasAMXTile || !cpu.X86.HasAMXBF16 || !amxPermitted() {
		return nil
	}
	return &half{tiles: tilesAMX, halve: halveAVX512, interleave: interleaveAVX512}
}
