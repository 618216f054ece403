package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// element is the arithmetic of a tile.
type element struct {
	name      string
	goType    string
	shift     uint64 // log2 of the bytes
	load      func(...Op)
	broadcast func(...Op)
	fma       func(...Op)
	add       func(...Op)
}

var (
	double = element{"F64", "float64", 3, VMOVUPD, VBROADCASTSD, VFMADD231PD, VADDPD}
	single = element{"F32", "float32", 2, VMOVUPS, VBROADCASTSS, VFMADD231PS, VADDPS}
)

// tile emits C += A·B for one tile of C, mr rows by three registers.
func tile(v vector, e element) {
	nr := 3 * v.bytes >> e.shift
	name := "tile" + e.name + v.suffix
	TEXT(name, NOSPLIT, fmt.Sprintf("func(k int, a []%[1]s, as int, b []%[1]s, bs int, c []%[1]s, cs int)", e.goType))
	Pragma("noescape")
	Doc(fmt.Sprintf("%s adds A·B to the %d×%d tile at c with row stride cs.", name, v.mr, nr),
		fmt.Sprintf("Row p of B (%d numbers) is at b[p·bs], column p of A (%d numbers) at a[p·as]; k ≥ 0.", nr, v.mr))
	k, a, b, c := param("k", 0), base("a"), base("b"), base("c")
	as, bs, cs := param("as", e.shift), param("bs", e.shift), param("cs", e.shift)
	var acc [8][3]VecVirtual
	for i := range v.mr {
		for j := range acc[i] {
			acc[i][j] = v.zero()
		}
	}
	step := func() {
		var col [3]VecVirtual
		for j := range col {
			col[j] = v.reg()
			e.load(Mem{Base: b, Disp: j * v.bytes}, col[j])
		}
		for i := range v.mr {
			x := v.reg()
			e.broadcast(Mem{Base: a, Disp: i << e.shift}, x)
			for j := range col {
				e.fma(col[j], x, acc[i][j])
			}
		}
		ADDQ(as, a)
		ADDQ(bs, b)
	}
	fetchingRows(v, k, c, cs, step)
	unrolled(k, 4, step)
	for i := range v.mr {
		for j := range acc[i] {
			at := Mem{Base: c, Disp: j * v.bytes}
			e.add(at, acc[i][j], acc[i][j])
			e.load(acc[i][j], at)
		}
		ADDQ(cs, c)
	}
	VZEROUPPER()
	RET()
}

// fetchGroup is the number of steps between the requests for two rows of C, so
// that these do not hold up the loads of the steps.
const fetchGroup = 4

// fetchingRows emits the first steps of a long sum, which ask for a row of C at
// a time: C is needed only at the end, and may be far.
func fetchingRows(v vector, k, c, cs GPVirtual, step func()) {
	CMPQ(k, U8(fetchGroup*v.mr))
	JL(LabelRef("loop4"))
	row, left := move(c), GP64()
	MOVQ(I32(int32(v.mr)), left)
	Label("fetch")
	for d := 0; d < 3*v.bytes; d += 64 {
		PREFETCHT0(Mem{Base: row, Disp: d})
	}
	PREFETCHT0(Mem{Base: row, Disp: 3*v.bytes - 1})
	ADDQ(cs, row)
	for range fetchGroup {
		step()
	}
	SUBQ(U8(fetchGroup), k)
	DECQ(left)
	JNZ(LabelRef("fetch"))
}

// unrolled emits step k times, in groups.
func unrolled(k GPVirtual, group int, step func()) {
	Label("loop4")
	CMPQ(k, U8(group))
	JL(LabelRef("loop1"))
	for range group {
		step()
	}
	SUBQ(U8(group), k)
	JMP(LabelRef("loop4"))
	Label("loop1")
	TESTQ(k, k)
	JLE(LabelRef("store"))
	step()
	DECQ(k)
	JMP(LabelRef("loop1"))
	Label("store")
}

// transpose emits the transposition of rows × cols numbers in square blocks of
// one register's lanes.
func transpose(v vector) {
	n := v.lanes()
	TEXT("transpose"+v.suffix, NOSPLIT, "func(dst []float64, ldd int, src []float64, lds, cols int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("transpose%s writes the transpose of the %d × cols block at src to dst, cols rows of %d.", v.suffix, n, n),
		fmt.Sprintf("cols is a multiple of %d.", n))
	dst, src := base("dst"), base("src")
	ldd, lds, cols := param("ldd", 3), param("lds", 3), param("cols", 0)
	in := newRows(src, lds, n)
	Label("block")
	CMPQ(cols, U8(n))
	JL(LabelRef("end"))
	r := make([]VecVirtual, n)
	for i := range r {
		r[i] = v.reg()
		VMOVUPD(in.at(i), r[i])
	}
	if n == 8 {
		r = transpose8(r)
	} else {
		r = transpose4(r)
	}
	for _, x := range r {
		VMOVUPD(x, Mem{Base: dst})
		ADDQ(ldd, dst)
	}
	for _, p := range in.pointers() {
		ADDQ(U8(v.bytes), p)
	}
	SUBQ(U8(n), cols)
	JMP(LabelRef("block"))
	Label("end")
	VZEROUPPER()
	RET()
}

// transpose4 returns the columns of four rows of four.
func transpose4(r []VecVirtual) []VecVirtual {
	var t [4]VecVirtual
	for i := 0; i < 4; i += 2 {
		t[i], t[i+1] = YMM(), YMM()
		VUNPCKLPD(r[i+1], r[i], t[i])   // r0[0] r1[0] r0[2] r1[2]
		VUNPCKHPD(r[i+1], r[i], t[i+1]) // r0[1] r1[1] r0[3] r1[3]
	}
	out := []VecVirtual{YMM(), YMM(), YMM(), YMM()}
	for i := range 2 {
		VPERM2F128(U8(0x20), t[i+2], t[i], out[i])
		VPERM2F128(U8(0x31), t[i+2], t[i], out[i+2])
	}
	return out
}

// transpose8 returns the columns of eight rows of eight.
func transpose8(r []VecVirtual) []VecVirtual {
	var t [8]VecVirtual // pairs: t[2p] even, t[2p+1] odd columns of rows 2p, 2p+1
	for i := 0; i < 8; i += 2 {
		t[i], t[i+1] = ZMM(), ZMM()
		VUNPCKLPD(r[i+1], r[i], t[i])
		VUNPCKHPD(r[i+1], r[i], t[i+1])
	}
	out := make([]VecVirtual, 8)
	for odd := range 2 {
		a, b, c, d := t[odd], t[2+odd], t[4+odd], t[6+odd]
		// 128-bit lane l of a … d holds column 2l+odd of their row pairs.
		ab0, ab1, cd0, cd1 := ZMM(), ZMM(), ZMM(), ZMM()
		VSHUFF64X2(U8(0x88), b, a, ab0) // a0 a2 b0 b2
		VSHUFF64X2(U8(0xdd), b, a, ab1) // a1 a3 b1 b3
		VSHUFF64X2(U8(0x88), d, c, cd0)
		VSHUFF64X2(U8(0xdd), d, c, cd1)
		for l, pair := range [4][2]VecVirtual{{ab0, cd0}, {ab1, cd1}, {ab0, cd0}, {ab1, cd1}} {
			x := ZMM()
			sel := U8(0x88)
			if l >= 2 {
				sel = U8(0xdd)
			}
			VSHUFF64X2(sel, pair[1], pair[0], x)
			out[2*l+odd] = x
		}
	}
	return out
}

// scaleCopy emits dst = alpha·src.
func scaleCopy(v vector) {
	TEXT("scaleCopy"+v.suffix, NOSPLIT, "func(m, n int, alpha float64, src []float64, lds int, dst []float64, ldd int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("scaleCopy%s sets dst[i·ldd+j] = alpha·src[i·lds+j], i < m, j < n.", v.suffix))
	m, n := param("m", 0), param("n", 0)
	src, dst := base("src"), base("dst")
	lds, ldd := param("lds", 3), param("ldd", 3)
	alpha := v.reg()
	at, err := Param("alpha").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSD(at.Addr, alpha)
	t := newTail(v, n, mask(v))
	Label("row")
	TESTQ(m, m)
	JLE(LabelRef("end"))
	from, to := move(src), move(dst)
	sweep("row", t, n, func(masked bool) {
		x := v.reg()
		t.load(Mem{Base: from}, x, masked)
		VMULPD(alpha, x, x)
		t.store(x, Mem{Base: to}, masked)
	}, from, to)
	ADDQ(lds, src)
	ADDQ(ldd, dst)
	DECQ(m)
	JMP(LabelRef("row"))
	Label("end")
	VZEROUPPER()
	RET()
}
