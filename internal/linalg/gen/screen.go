package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Predicates of a comparison that is false for NaN and raises nothing.
const (
	less    = 0x11
	greater = 0x1e
)

// screen emits the comparison of scores with the bounds of three measures.
func screen() {
	TEXT("screenAVX512", NOSPLIT, "func(n int, x, f, g, bounds []float32, hits []uint64, sums []float32)")
	Pragma("noescape")
	Doc("screenAVX512 marks in hits, of which it sets 16 bits at a time, which x, x·f and (x−m)·g",
		"lie outside their bounds: the first word, the fifth and the ninth begin a measure each.",
		"bounds holds m, then the lower and the upper bound of each. sums gets Σ(x−m)² and Σ(x−m)³,",
		"in 16 parts each.")
	n, x, f, g := param("n", 0), base("x"), base("f"), base("g")
	bounds, hits, sums := base("bounds"), base("hits"), base("sums")
	var b [7]VecVirtual
	for i := range b {
		b[i] = ZMM()
		VBROADCASTSS(Mem{Base: bounds, Disp: 4 * i}, b[i])
	}
	squares, cubes := ZMM(), ZMM()
	VPXORQ(squares, squares, squares)
	VPXORQ(cubes, cubes, cubes)
	k, ones := K(), GP64()
	MOVQ(I32(-1), ones)
	KMOVW(ones.As32(), k)
	Label("next")
	TESTQ(n, n)
	JLE(LabelRef("end"))
	CMPQ(n, U8(16))
	JGE(LabelRef("whole"))
	BZHIQ(n, ones, ones)
	KMOVW(ones.As32(), k)
	Label("whole")
	score, scaled, centred, q := ZMM(), ZMM(), ZMM(), ZMM()
	VMOVUPS_Z(Mem{Base: x}, k, score)
	mark(score, b[1], b[2], k, Mem{Base: hits})
	VMOVUPS_Z(Mem{Base: f}, k, scaled)
	VMULPS(score, scaled, scaled)
	mark(scaled, b[3], b[4], k, Mem{Base: hits, Disp: 32})
	VSUBPS_Z(b[0], score, k, centred)
	VMULPS(centred, centred, q)
	VADDPS(q, squares, squares)
	VFMADD231PS(q, centred, cubes)
	VMOVUPS_Z(Mem{Base: g}, k, scaled)
	VMULPS(centred, scaled, scaled)
	mark(scaled, b[5], b[6], k, Mem{Base: hits, Disp: 64})
	for _, p := range []GPVirtual{x, f, g} {
		ADDQ(U8(64), p)
	}
	ADDQ(U8(2), hits)
	SUBQ(U8(16), n)
	JMP(LabelRef("next"))
	Label("end")
	VMOVUPS(squares, Mem{Base: sums})
	VMOVUPS(cubes, Mem{Base: sums, Disp: 64})
	VZEROUPPER()
	RET()
}

// mark stores which of the lanes in k are less than lo or greater than hi.
func mark(x, lo, hi VecVirtual, k Register, to Mem) {
	above, below, bits := K(), K(), GP32()
	VCMPPS(U8(greater), hi, x, k, above)
	VCMPPS(U8(less), lo, x, k, below)
	KORW(above, below, above)
	KMOVW(above, bits)
	MOVW(bits.As16(), to)
}
