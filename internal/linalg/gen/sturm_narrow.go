package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// narrow is the state of four points of the Sturm sequence with 16 registers:
// x and the exponent are in memory.
type narrow struct {
	x, exp            Mem
	last, prev, count VecVirtual
}

// narrowPoints is the number of points that are in registers at a time.
const narrowPoints = 16

// wide returns a constant of four equal numbers in memory.
func wide(name string, bits uint64) Mem {
	m := GLOBL(name, NOPTR|RODATA)
	for i := range 4 {
		DATA(8*i, U64(bits))
	}
	return m
}

// sturmNarrow emits sturm for AVX2: the 32 points one half after the other.
func sturmNarrow() {
	c := narrowConstants{
		abs:   wide("absolute", 1<<63-1),
		twice: wide("twiceBias", 2*1023),
		magic: wide("magic", 0x433<<52),          // 2^52: an integer in its low bits
		bias:  wide("magicBias", 0x433<<52|1023), // 2^52 + 1023
		one:   wide("unit", 1023<<52),
	}
	TEXT("sturmAVX2", NOSPLIT, "func(n int, d, e2, x, p, exp []float64, counts []int64)")
	Pragma("noescape")
	Doc("sturmAVX2 is sturmAVX512 on narrower vectors.")
	x, p, exp, counts := base("x"), base("p"), base("exp"), base("counts")
	halves := GP64()
	MOVQ(I32(2), halves)
	Label("half")
	n, d, e2 := param("n", 0), base("d"), base("e2")
	var g [narrowPoints / 4]narrow
	for u := range g {
		g[u] = narrow{Mem{Base: x, Disp: 32 * u}, Mem{Base: exp, Disp: 32 * u}, YMM(), YMM(), YMM()}
		VXORPD(g[u].prev, g[u].prev, g[u].prev)
		VPXOR(g[u].count, g[u].count, g[u].count)
		VMOVUPD(g[u].prev, g[u].exp)
		VMOVUPD(c.one, g[u].last)
	}
	Label("group")
	CMPQ(n, U8(8))
	JL(LabelRef("rest"))
	for k := range 8 {
		narrowStep(g[:], Mem{Base: d, Disp: 8 * k}, Mem{Base: e2, Disp: 8 * k})
		for u := range g {
			g[u].last, g[u].prev = g[u].prev, g[u].last
		}
	}
	for u := range g {
		g[u].rescale(c)
	}
	ADDQ(U8(64), d)
	ADDQ(U8(64), e2)
	SUBQ(U8(8), n)
	JMP(LabelRef("group"))
	Label("rest")
	TESTQ(n, n)
	JZ(LabelRef("done"))
	narrowStep(g[:], Mem{Base: d}, Mem{Base: e2})
	for u := range g {
		t := YMM()
		VMOVAPD(g[u].prev, t)
		VMOVAPD(g[u].last, g[u].prev)
		VMOVAPD(t, g[u].last)
	}
	ADDQ(U8(8), d)
	ADDQ(U8(8), e2)
	DECQ(n)
	JMP(LabelRef("rest"))
	Label("done")
	for u := range g {
		g[u].rescale(c)
		VMOVUPD(g[u].last, Mem{Base: p, Disp: 32 * u})
		VMOVDQU(g[u].count, Mem{Base: counts, Disp: 32 * u})
	}
	for _, r := range []GPVirtual{x, p, exp, counts} {
		ADDQ(U32(8*narrowPoints), r)
	}
	DECQ(halves)
	JNZ(LabelRef("half"))
	VZEROUPPER()
	RET()
}

// narrowStep emits one step of all points, which leaves the new term in prev,
// and counts the changes of sign.
func narrowStep(g []narrow, d, e2 Mem) {
	dd, ee := YMM(), YMM()
	VBROADCASTSD(d, dd)
	VBROADCASTSD(e2, ee)
	for _, s := range g {
		t := YMM()
		VSUBPD(s.x, dd, t)             // d − x
		VMULPD(ee, s.prev, s.prev)     // e²·p(k−2)
		VFMSUB231PD(t, s.last, s.prev) // (d−x)·p(k−1) − e²·p(k−2)
		VXORPD(s.prev, s.last, t)      //
		VPSRLQ(U8(63), t, t)           // 1 where the sign changes
		VPADDQ(t, s.count, s.count)
	}
}

// narrowConstants are what rescale takes from memory.
type narrowConstants struct{ abs, twice, magic, bias, one Mem }

// rescale emits the division of both terms by the power of two of the larger.
// They are neither infinite nor both smaller than the least normal number.
func (s narrow) rescale(c narrowConstants) {
	t, f := YMM(), YMM()
	VANDPD(c.abs, s.last, t)
	VANDPD(c.abs, s.prev, f)
	VMAXPD(f, t, t)
	VPSRLQ(U8(52), t, t) // its exponent, biased
	VMOVDQU(c.twice, f)
	VPSUBQ(t, f, f)
	VPSLLQ(U8(52), f, f) // its inverse
	VMULPD(f, s.last, s.last)
	VMULPD(f, s.prev, s.prev)
	VPOR(c.magic, t, t)
	VSUBPD(c.bias, t, t)
	VADDPD(s.exp, t, t)
	VMOVUPD(t, s.exp)
}
