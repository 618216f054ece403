package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// point is the state of eight points of the Sturm sequence
// p(k) = (d(k)−x)·p(k−1) − e²(k)·p(k−2).
type point struct{ x, last, prev, signs, count, exp VecVirtual }

// sturmGroups is the number of registers of points taken together: enough to
// hide the latency of a step.
const sturmGroups = 4

// sturm emits the Sturm sequence at 32 points. One step takes three
// floating-point instructions and no division; two more collect the signs, of
// which the changes are counted 32 at a time. Every eight steps the sequence
// is divided by a power of two.
func sturm() {
	TEXT("sturmAVX512", NOSPLIT, "func(n int, d, e2, x, p, exp []float64, counts []int64)")
	Pragma("noescape")
	Doc("sturmAVX512 evaluates p(n), the determinant of T − x·I, at the 32 points x for the",
		"tridiagonal T with diagonal d and squared off-diagonal e2, e2[k] between rows k-1 and",
		"k (e2[0] is not used but must be finite). It returns p(n) = p·2^exp and the number of",
		"eigenvalues less than x. The numbers must be of the order of 1, e2 not below 2^-120.")
	n, d, e2, x := param("n", 0), base("d"), base("e2"), base("x")
	sign, zero := ZMM(), ZMM()
	bits := GP64()
	MOVQ(I32(1), bits)
	one := GP64()
	MOVQ(bits, one)
	SHLQ(U8(63), bits)
	VPBROADCASTQ(bits, sign)
	VPXORQ(zero, zero, zero)
	var g [sturmGroups]point
	unit := ZMM()
	CVTSQ2SD(one, unit.AsX())
	VBROADCASTSD(unit.AsX(), unit)
	for u := range g {
		g[u] = point{ZMM(), ZMM(), ZMM(), ZMM(), ZMM(), ZMM()}
		VMOVUPD(Mem{Base: x, Disp: 64 * u}, g[u].x)
		VMOVAPD(unit, g[u].last)
		for _, r := range []VecVirtual{g[u].prev, g[u].signs, g[u].count, g[u].exp} {
			VPXORQ(r, r, r)
		}
	}
	Label("group")
	CMPQ(n, U8(32))
	JL(LabelRef("rest"))
	for k := range 32 {
		for u := range g {
			sturmStep(&g[u], sign, Mem{Base: d, Disp: 8 * k}, Mem{Base: e2, Disp: 8 * k})
		}
		if k%8 == 7 {
			for u := range g {
				rescale(g[u], zero)
			}
		}
	}
	for u := range g {
		t := ZMM()
		VPADDQ(g[u].signs, g[u].signs, t)
		VPXORQ(g[u].signs, t, t)
		VPSRLQ(U8(32), t, t)
		VPOPCNTQ(t, t)
		VPADDQ(t, g[u].count, g[u].count)
	}
	ADDQ(U32(256), d)
	ADDQ(U32(256), e2)
	SUBQ(U8(32), n)
	JMP(LabelRef("group"))
	sturmRest(n, d, e2, g, sign, zero)
	p, exp, counts := base("p"), base("exp"), base("counts")
	for u := range g {
		VMOVUPD(g[u].last, Mem{Base: p, Disp: 64 * u})
		VMOVUPD(g[u].exp, Mem{Base: exp, Disp: 64 * u})
		VMOVDQU64(g[u].count, Mem{Base: counts, Disp: 64 * u})
	}
	VZEROUPPER()
	RET()
}

// sturmRest emits the last n < 32 steps, one at a time, and counts their signs.
func sturmRest(n, d, e2 GPVirtual, g [sturmGroups]point, sign, zero VecVirtual) {
	Label("rest")
	shift := GP64()
	MOVQ(I32(64), shift)
	SUBQ(n, shift)
	TESTQ(n, n)
	JZ(LabelRef("done"))
	Label("single")
	for u := range g {
		s := g[u]
		sturmStep(&s, sign, Mem{Base: d}, Mem{Base: e2})
		// The roles of last and prev have changed in s, not in g.
		t := ZMM()
		VMOVAPD(g[u].prev, t)
		VMOVAPD(g[u].last, g[u].prev)
		VMOVAPD(t, g[u].last)
		rescale(g[u], zero)
	}
	ADDQ(U8(8), d)
	ADDQ(U8(8), e2)
	DECQ(n)
	JNZ(LabelRef("single"))
	count := XMM()
	VMOVQ(shift, count)
	for u := range g {
		t := ZMM()
		VPADDQ(g[u].signs, g[u].signs, t)
		VPXORQ(g[u].signs, t, t)
		VPSRLQ(count, t, t)
		VPOPCNTQ(t, t)
		VPADDQ(t, g[u].count, g[u].count)
	}
	Label("done")
}

// sturmStep emits one step and pushes its sign into the top of signs.
func sturmStep(s *point, sign VecVirtual, d, e2 Mem) {
	t := ZMM()
	VSUBPD_BCST(d, s.x, t)                      // x − d
	VMULPD_BCST(e2, s.prev, s.prev)             // e²·p(k−2)
	VFNMSUB231PD(t, s.last, s.prev)             // −(x−d)·p(k−1) − e²·p(k−2)
	VPSRLQ(U8(1), s.signs, s.signs)             //
	VPTERNLOGQ(U8(0xf8), sign, s.prev, s.signs) // signs | prev & sign
	s.last, s.prev = s.prev, s.last
}

// rescale emits the division of both terms by the power of two of the larger.
func rescale(s point, zero VecVirtual) {
	e := ZMM()
	VRANGEPD(U8(0x0b), s.prev, s.last, e) // the larger absolute value
	VGETEXPPD(e, e)
	VADDPD(e, s.exp, s.exp)
	VSUBPD(e, zero, e)
	VSCALEFPD(e, s.last, s.last)
	VSCALEFPD(e, s.prev, s.prev)
}
