package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// vector is an instruction set: its register width and the sizes of the
// kernels that fit its register file.
type vector struct {
	suffix string
	bytes  int // of a register
	mr     int // rows of a GEMM tile
	rows   int // matrix rows taken together by the matrix-vector kernels
	reg    func() VecVirtual
}

var (
	// 8×3 accumulators, three columns of B and rotating broadcasts fill 32 registers.
	avx512 = vector{"AVX512", 64, 8, 8, ZMM}
	// 4×3 accumulators, three columns of B and one broadcast fill 16 registers.
	avx2 = vector{"AVX2", 32, 4, 4, YMM}
)

// lanes is the number of float64 in a register.
func (v vector) lanes() int { return v.bytes / 8 }

// zero returns a cleared register.
func (v vector) zero() VecVirtual {
	r := v.reg()
	if v.bytes == 64 {
		VPXORQ(r, r, r)
	} else {
		VXORPD(r, r, r)
	}
	return r
}

// param loads an integer argument and turns elements into bytes by the shift.
func param(name string, shift uint64) GPVirtual {
	r := Load(Param(name), GP64()).(GPVirtual)
	if shift != 0 {
		SHLQ(U8(shift), r)
	}
	return r
}

// base loads the address of a slice argument.
func base(name string) GPVirtual { return Load(Param(name).Base(), GP64()).(GPVirtual) }

// tail is the mask of the last, incomplete vector of a row.
type tail struct {
	v vector
	k Register   // AVX-512
	m VecVirtual // AVX2
}

// newTail prepares the mask of n modulo the lanes; n is kept.
func newTail(v vector, n GPVirtual, table Mem) tail {
	t := tail{v: v}
	rem := GP64()
	MOVQ(n, rem)
	ANDQ(U8(v.lanes()-1), rem)
	if v.bytes == 64 {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(rem, ones, ones)
		k := K()
		KMOVW(ones.As32(), k)
		t.k = k
		return t
	}
	// table holds four words of ones, then four of zeros.
	at := GP64()
	LEAQ(table, at)
	SHLQ(U8(3), rem)
	SUBQ(rem, at)
	t.m = YMM()
	VMOVUPD(Mem{Base: at, Disp: 32}, t.m)
	return t
}

// load reads a vector; the lanes past the row's end are zero if masked.
func (t tail) load(from Mem, to VecVirtual, masked bool) {
	switch {
	case !masked:
		VMOVUPD(from, to)
	case t.v.bytes == 64:
		VMOVUPD_Z(from, t.k, to)
	default:
		VMASKMOVPD(from, t.m, to)
	}
}

// store writes a vector, only the lanes before the row's end if masked.
func (t tail) store(from VecVirtual, to Mem, masked bool) {
	switch {
	case !masked:
		VMOVUPD(from, to)
	case t.v.bytes == 64:
		VMOVUPD(from, t.k, to)
	default:
		VMASKMOVPD(from, t.m, to)
	}
}

// maskTable defines the words from which AVX2 masks are cut.
func maskTable() Mem {
	m := GLOBL("tailmask", RODATA|NOPTR)
	for i := range 8 {
		w := uint64(0)
		if i < 4 {
			w = ^w
		}
		DATA(8*i, U64(w))
	}
	return m
}

// sweep emits the loop over the vectors of a row: body for whole vectors, then
// once more masked. Pointers advance by one vector after each body.
func sweep(name string, t tail, n GPVirtual, body func(masked bool), pointers ...GPVirtual) {
	count := GP64()
	MOVQ(n, count)
	SUBQ(U8(t.v.lanes()), count)
	JL(LabelRef(name + "_tail"))
	Label(name + "_loop")
	body(false)
	for _, p := range pointers {
		ADDQ(U8(t.v.bytes), p)
	}
	SUBQ(U8(t.v.lanes()), count)
	JGE(LabelRef(name + "_loop"))
	Label(name + "_tail")
	CMPQ(count, I8(-t.v.lanes()))
	JE(LabelRef(name + "_done"))
	body(true)
	Label(name + "_done")
}

// rowSet addresses rows 0 … 7 of a matrix by two moving pointers.
type rowSet struct {
	p0, p4, ld, ld3 GPVirtual
	disp            int
}

// newRows points at the first rows; ld is in bytes.
func newRows(a, ld GPVirtual, rows int) rowSet {
	s := rowSet{p0: GP64(), ld: ld, ld3: GP64()}
	MOVQ(a, s.p0)
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, s.ld3)
	if rows > 4 {
		s.p4 = GP64()
		LEAQ(Mem{Base: a, Index: ld, Scale: 4}, s.p4)
	}
	return s
}

// at is the address of the current vector in row r.
func (s rowSet) at(r int) Mem {
	m := Mem{Base: s.p0, Disp: s.disp}
	if r >= 4 {
		m.Base = s.p4
	}
	switch r % 4 {
	case 1:
		m.Index, m.Scale = s.ld, 1
	case 2:
		m.Index, m.Scale = s.ld, 2
	case 3:
		m.Index, m.Scale = s.ld3, 1
	}
	return m
}

// pointers are what a sweep must advance.
func (s rowSet) pointers(more ...GPVirtual) []GPVirtual {
	more = append(more, s.p0)
	if s.p4 != nil {
		more = append(more, s.p4)
	}
	return more
}

// rowGroups emits group(rows) in a loop while at least v.rows rows are left,
// then group(1) for the rest.
func rowGroups(v vector, rows GPVirtual, group func(name string, rows int)) {
	for _, r := range []int{v.rows, 1} {
		name := fmt.Sprintf("rows%d", r)
		Label(name)
		CMPQ(rows, U8(r))
		JL(LabelRef(name + "_end"))
		group(name, r)
		SUBQ(U8(r), rows)
		JMP(LabelRef(name))
		Label(name + "_end")
	}
}
