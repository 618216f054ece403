package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// halving emits the division into two bfloat16 numbers. Both are rounded to the
// nearest and to even, as integers.
func halving() {
	TEXT("halveAVX512", NOSPLIT, "func(x []float32, high, low []uint16, sums []float32)")
	Pragma("noescape")
	Doc("halveAVX512 rounds x to the bfloat16 numbers high, as many, and what is left of it to low.",
		"It sets sums to Σx², Σlow² and Σ(x−high−low)².")
	n := Load(Param("x").Len(), GP64()).(GPVirtual)
	x, high, low, out := base("x"), base("high"), base("low"), base("sums")
	one, below := ZMM(), ZMM()
	bits := GP32()
	MOVL(U32(1), bits)
	VPBROADCASTD(bits, one)
	MOVL(U32(0x7fff), bits)
	VPBROADCASTD(bits, below)
	var sums [3]VecVirtual
	for i := range sums {
		sums[i] = ZMM()
		VPXORQ(sums[i], sums[i], sums[i])
	}
	lanes16("halve", n, func(k Register) {
		v, t := ZMM(), ZMM()
		VMOVUPS_Z(Mem{Base: x}, k, v)
		VFMADD231PS(v, v, sums[0])
		for i, to := range []GPVirtual{high, low} {
			VPSRLD(U8(16), v, t)
			VPANDD(one, t, t)
			VPADDD(below, t, t)
			VPADDD(v, t, t)
			VPSRLD(U8(16), t, t)
			VPMOVDW(t, k, Mem{Base: to})
			VPSLLD(U8(16), t, t)
			VSUBPS(t, v, v)
			if i == 1 {
				VFMADD231PS(t, t, sums[1])
			}
		}
		VFMADD231PS(v, v, sums[2])
		ADDQ(U8(64), x)
		ADDQ(U8(32), high)
		ADDQ(U8(32), low)
	})
	for i, s := range sums {
		VMOVSS(sum16(s), Mem{Base: out, Disp: 4 * i})
	}
	VZEROUPPER()
	RET()
}

// lanes16 emits body for 16 numbers at a time; k is the mask of those there are.
func lanes16(name string, n GPVirtual, body func(k Register)) {
	k, ones := K(), GP64()
	MOVQ(I32(-1), ones)
	KMOVW(ones.As32(), k)
	Label(name + "_next")
	TESTQ(n, n)
	JLE(LabelRef(name + "_end"))
	CMPQ(n, U8(16))
	JGE(LabelRef(name + "_whole"))
	BZHIQ(n, ones, ones)
	KMOVW(ones.As32(), k)
	Label(name + "_whole")
	body(k)
	SUBQ(U8(16), n)
	JMP(LabelRef(name + "_next"))
	Label(name + "_end")
}

// sum16 returns the sum of the float32 in z, which it overwrites, in the first
// lane of a register.
func sum16(z VecVirtual) VecVirtual {
	t := YMM()
	VEXTRACTF32X8(U8(1), z, t)
	VADDPS(t, z.AsY(), t)
	s := XMM()
	VEXTRACTF128(U8(1), t, s)
	VADDPS(s, t.AsX(), s)
	VHADDPS(s, s, s)
	VHADDPS(s, s, s)
	return s
}

// interleave emits the transposition of 16 × 16 pairs of bfloat16 numbers.
func interleave() {
	TEXT("interleaveAVX512", NOSPLIT, "func(steps int, src []uint16, ld int, dst []uint16)")
	Pragma("noescape")
	Doc("interleaveAVX512 writes, for each of the steps of 32 numbers of the sixteen rows at src, ld",
		"apart, the first two numbers of every row, then the next two. Behind a step's 512 numbers",
		"it leaves out as many.")
	steps, src, ld, dst := param("steps", 0), base("src"), param("ld", 1), base("dst")
	ld3, last := GP64(), GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	Label("step")
	TESTQ(steps, steps)
	JLE(LabelRef("end"))
	MOVQ(src, last)
	var q [4][4]VecVirtual // of four rows each, columns c, 4+c, 8+c and 12+c in the quarters of [c]
	for g := range q {
		var r [4]VecVirtual
		for i := range r {
			r[i] = ZMM()
		}
		VMOVUPS(Mem{Base: last}, r[0])
		VMOVUPS(Mem{Base: last, Index: ld, Scale: 1}, r[1])
		VMOVUPS(Mem{Base: last, Index: ld, Scale: 2}, r[2])
		VMOVUPS(Mem{Base: last, Index: ld3, Scale: 1}, r[3])
		LEAQ(Mem{Base: last, Index: ld, Scale: 4}, last)
		var t [4]VecVirtual
		for i := range t {
			t[i], q[g][i] = ZMM(), ZMM()
		}
		VUNPCKLPS(r[1], r[0], t[0])
		VUNPCKHPS(r[1], r[0], t[1])
		VUNPCKLPS(r[3], r[2], t[2])
		VUNPCKHPS(r[3], r[2], t[3])
		VUNPCKLPD(t[2], t[0], q[g][0])
		VUNPCKHPD(t[2], t[0], q[g][1])
		VUNPCKLPD(t[3], t[1], q[g][2])
		VUNPCKHPD(t[3], t[1], q[g][3])
	}
	const even, odd = 0x88, 0xdd // quarters 0 and 2, or 1 and 3, of each of two registers
	for c := range 4 {
		for half, quarters := range []uint64{even, odd} {
			a, b, x, y := ZMM(), ZMM(), ZMM(), ZMM()
			VSHUFF32X4(U8(quarters), q[1][c], q[0][c], a)
			VSHUFF32X4(U8(quarters), q[3][c], q[2][c], b)
			VSHUFF32X4(U8(even), b, a, x)
			VSHUFF32X4(U8(odd), b, a, y)
			VMOVUPS(x, Mem{Base: dst, Disp: 64 * (4*half + c)})
			VMOVUPS(y, Mem{Base: dst, Disp: 64 * (4*half + c + 8)})
		}
	}
	ADDQ(U8(64), src)
	ADDQ(I32(2048), dst)
	SUBQ(U8(1), steps)
	JMP(LabelRef("step"))
	Label("end")
	VZEROUPPER()
	RET()
}

// dot32 emits the product of two vectors of float32 in float64.
func dot32() {
	TEXT("dot32AVX512", NOSPLIT, "func(x, y []float32, sums []float64)")
	Pragma("noescape")
	Doc("dot32AVX512 sums x[i]·y[i], i < len(x), in 32 parts, the i-th in part i modulo 32, and sets",
		"sums[j], j < 8, to parts j and 8+j together plus 16+j and 24+j together.")
	n := Load(Param("x").Len(), GP64()).(GPVirtual)
	x, y, sums := base("x"), base("y"), base("sums")
	var s [4]VecVirtual
	for j := range s {
		s[j] = ZMM()
		VPXORQ(s[j], s[j], s[j])
	}
	Label("next")
	CMPQ(n, U8(32))
	JL(LabelRef("rest"))
	for j := range s {
		a, b := ZMM(), ZMM()
		VCVTPS2PD(Mem{Base: x, Disp: 32 * j}, a)
		VCVTPS2PD(Mem{Base: y, Disp: 32 * j}, b)
		VFMADD231PD(a, b, s[j])
	}
	ADDQ(I32(128), x)
	ADDQ(I32(128), y)
	SUBQ(U8(32), n)
	JMP(LabelRef("next"))
	Label("rest")
	ones := GP64()
	MOVQ(I32(-1), ones)
	BZHIQ(n, ones, ones)
	for j := range s {
		a, b, k := ZMM(), ZMM(), K()
		KMOVB(ones.As32(), k)
		VCVTPS2PD_Z(Mem{Base: x, Disp: 32 * j}, k, a)
		VCVTPS2PD_Z(Mem{Base: y, Disp: 32 * j}, k, b)
		VFMADD231PD(a, b, s[j])
		SHRQ(U8(8), ones)
	}
	VADDPD(s[1], s[0], s[0])
	VADDPD(s[3], s[2], s[2])
	VADDPD(s[2], s[0], s[0])
	VMOVUPD(s[0], Mem{Base: sums})
	VZEROUPPER()
	RET()
}
