package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Predicates of a comparison that is true for NaN and raises nothing.
const (
	notLess    = 0x15
	notGreater = 0x1a
)

// screen emits the comparison of scores with the bounds of three measures.
func screen() {
	TEXT("screenAVX512", NOSPLIT, "func(n int, x, reach, f, g, bounds []float32, hits []uint64, sums []float64)")
	Pragma("noescape")
	Doc("screenAVX512 marks in hits, of which it sets 16 bits at a time, which of x, x·f and (x−m)·g,",
		"x taken anywhere within slack·reach, may lie at or outside their lower and upper bounds.",
		"bounds holds m and slack, then the lower and the upper bound of each. Σ(x−m)² and Σ(x−m)³",
		"are added to sums.")
	n, x, reach, f, g := param("n", 0), base("x"), base("reach"), base("f"), base("g")
	bounds, hits, sums := base("bounds"), base("hits"), base("sums")
	var b [8]VecVirtual
	for i := range b {
		b[i] = ZMM()
		VBROADCASTSS(Mem{Base: bounds, Disp: 4 * i}, b[i])
	}
	mean, slack := b[0], b[1]
	squares, cubes := ZMM(), ZMM()
	VPXORQ(squares, squares, squares)
	VPXORQ(cubes, cubes, cubes)
	lanes16("screen", n, func(k Register) {
		score, up, down, centred, q, scale, high, low := ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM()
		VMOVUPS_Z(Mem{Base: x}, k, score)
		VMOVUPS_Z(Mem{Base: reach}, k, down)
		VMULPS(slack, down, down)
		VADDPS(down, score, up)
		VSUBPS(down, score, down)
		mark(up, down, b[2], b[3], k, Mem{Base: hits})
		VMOVUPS_Z(Mem{Base: f}, k, scale)
		VMULPS(up, scale, high)
		VMULPS(down, scale, low)
		mark(high, low, b[4], b[5], k, Mem{Base: hits, Disp: 64})
		VSUBPS_Z(mean, score, k, centred)
		VMULPS(centred, centred, q)
		VADDPS(q, squares, squares)
		VFMADD231PS(q, centred, cubes)
		VMOVUPS_Z(Mem{Base: g}, k, scale)
		VSUBPS(mean, up, up)
		VSUBPS(mean, down, down)
		VMULPS(up, scale, high)
		VMULPS(down, scale, low)
		mark(high, low, b[6], b[7], k, Mem{Base: hits, Disp: 128})
		for _, p := range []GPVirtual{x, reach, f, g} {
			ADDQ(U8(64), p)
		}
		ADDQ(U8(2), hits)
	})
	for i, s := range []VecVirtual{sum16(squares), sum16(cubes)} {
		VCVTSS2SD(s, s, s)
		VADDSD(Mem{Base: sums, Disp: 8 * i}, s, s)
		VMOVSD(s, Mem{Base: sums, Disp: 8 * i})
	}
	VZEROUPPER()
	RET()
}

// mark stores which of the lanes in k have a low end that is not greater than
// the lower bound, and which a high end that is not less than the upper one.
func mark(high, low, lo, hi VecVirtual, k Register, to Mem) {
	below, above, bits := K(), K(), GP32()
	VCMPPS(U8(notGreater), lo, low, k, below)
	KMOVW(below, bits)
	MOVW(bits.As16(), to)
	VCMPPS(U8(notLess), hi, high, k, above)
	KMOVW(above, bits)
	MOVW(bits.As16(), to.Offset(32))
}
