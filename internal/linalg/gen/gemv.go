package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// reduce leaves the sum of the lanes of each accumulator in out, in order: one
// number for one accumulator, a vector for as many as there are lanes.
func reduce(v vector, acc []VecVirtual) VecVirtual {
	if len(acc) == 1 {
		return reduceOne(v, acc[0])
	}
	if v.bytes == 32 {
		VHADDPD(acc[1], acc[0], acc[0])
		VHADDPD(acc[3], acc[2], acc[2])
		VPERM2F128(U8(0x31), acc[2], acc[0], acc[1])
		VPERM2F128(U8(0x20), acc[2], acc[0], acc[0])
		VADDPD(acc[1], acc[0], acc[0])
		return acc[0]
	}
	for i := 0; i < 8; i += 2 {
		t := ZMM()
		VUNPCKLPD(acc[i+1], acc[i], t)
		VUNPCKHPD(acc[i+1], acc[i], acc[i])
		VADDPD(t, acc[i], acc[i])
	}
	for _, step := range []int{2, 4} {
		for i := 0; i < 8; i += 2 * step {
			t := ZMM()
			VSHUFF64X2(U8(0x88), acc[i+step], acc[i], t)
			VSHUFF64X2(U8(0xdd), acc[i+step], acc[i], acc[i])
			VADDPD(t, acc[i], acc[i])
		}
	}
	return acc[0]
}

// reduceOne leaves the sum of the lanes in the lowest.
func reduceOne(v vector, x VecVirtual) VecVirtual {
	h := v.reg()
	if v.bytes == 64 {
		VEXTRACTF64X4(U8(1), x, h.AsY())
		VADDPD(h.AsY(), x.AsY(), x.AsY())
		VEXTRACTF64X2(U8(1), x.AsY(), h.AsX())
	} else {
		VEXTRACTF128(U8(1), x, h.AsX())
	}
	VADDPD(h.AsX(), x.AsX(), x.AsX())
	VPERMILPD(U8(1), x.AsX(), h.AsX())
	VADDSD(h.AsX(), x.AsX(), x.AsX())
	return x
}

// storeSums writes what reduce left.
func storeSums(sums VecVirtual, rows int, to Mem) {
	if rows == 1 {
		VMOVSD(sums.AsX(), to)
	} else {
		VMOVUPD(sums, to)
	}
}

// zeros returns cleared accumulators.
func zeros(v vector, n int) []VecVirtual {
	acc := make([]VecVirtual, n)
	for i := range acc {
		acc[i] = v.zero()
	}
	return acc
}

// broadcasts loads n scalars from consecutive places.
func broadcasts(v vector, from GPVirtual, n int) []VecVirtual {
	x := make([]VecVirtual, n)
	for i := range x {
		x[i] = v.reg()
		VBROADCASTSD(Mem{Base: from, Disp: 8 * i}, x[i])
	}
	return x
}

// advance moves a by rows·ld and each pointer by rows numbers.
func advance(a, ld GPVirtual, rows int, pointers ...GPVirtual) {
	if rows == 8 {
		LEAQ(Mem{Base: a, Index: ld, Scale: 8}, a)
	} else if rows == 4 {
		LEAQ(Mem{Base: a, Index: ld, Scale: 4}, a)
	} else {
		ADDQ(ld, a)
	}
	for _, p := range pointers {
		ADDQ(U8(8*rows), p)
	}
}

func move(from GPVirtual) GPVirtual {
	to := GP64()
	MOVQ(from, to)
	return to
}

// dots emits y = A·x.
func dots(v vector) {
	TEXT("dots"+v.suffix, NOSPLIT, "func(m, n int, a []float64, lda int, x, y []float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("dots%s sets y[i] = Σ a[i·lda+j]·x[j], i < m, j < n.", v.suffix))
	m, n, lda := param("m", 0), param("n", 0), param("lda", 3)
	a, x, y := base("a"), base("x"), base("y")
	t := newTail(v, n, mask(v))
	rowGroups(v, m, func(name string, rows int) {
		set, px := newRows(a, lda, rows), move(x)
		acc := zeros(v, rows)
		sweep(name, t, n, func(masked bool) {
			vx := v.reg()
			t.load(Mem{Base: px}, vx, masked)
			for r := range rows {
				fmaRow(t, set.at(r), vx, acc[r], masked)
			}
		}, set.pointers(px)...)
		storeSums(reduce(v, acc), rows, Mem{Base: y})
		advance(a, lda, rows, y)
	})
	VZEROUPPER()
	RET()
}

// fmaRow adds x · (the vector in memory) to acc.
func fmaRow(t tail, at Mem, x, acc VecVirtual, masked bool) {
	if !masked {
		VFMADD231PD(at, x, acc)
		return
	}
	row := t.v.reg()
	t.load(at, row, true)
	VFMADD231PD(row, x, acc)
}

// axpys emits y += Aᵀ·x.
func axpys(v vector) {
	TEXT("axpys"+v.suffix, NOSPLIT, "func(m, n int, a []float64, lda int, x, y []float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("axpys%s adds Σ a[i·lda+j]·x[i] over i < m to y[j], j < n.", v.suffix))
	m, n, lda := param("m", 0), param("n", 0), param("lda", 3)
	a, x, y := base("a"), base("x"), base("y")
	t := newTail(v, n, mask(v))
	rowGroups(v, m, func(name string, rows int) {
		set, py := newRows(a, lda, rows), move(y)
		xs := broadcasts(v, x, rows)
		sweep(name, t, n, func(masked bool) {
			sum := v.reg()
			t.load(Mem{Base: py}, sum, masked)
			for r := range rows {
				fmaRow(t, set.at(r), xs[r], sum, masked)
			}
			t.store(sum, Mem{Base: py}, masked)
		}, set.pointers(py)...)
		advance(a, lda, rows, x)
	})
	VZEROUPPER()
	RET()
}

// symv emits both products of a block of rows in one pass over it.
func symv(v vector) {
	TEXT("symv"+v.suffix, NOSPLIT, "func(m, n int, a []float64, lda int, x, u, y, s []float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("symv%s reads the m × n block A once for two products:", v.suffix),
		"y[j] += Σ a[i·lda+j]·x[i] and s[i] = Σ a[i·lda+j]·u[j], i < m, j < n.")
	m, n, lda := param("m", 0), param("n", 0), param("lda", 3)
	a, x, u, y, s := base("a"), base("x"), base("u"), base("y"), base("s")
	t := newTail(v, n, mask(v))
	rowGroups(v, m, func(name string, rows int) {
		set := newRows(a, lda, rows)
		pu, py := move(u), move(y)
		xs, acc := broadcasts(v, x, rows), zeros(v, rows)
		sweep(name, t, n, func(masked bool) {
			sum, vu := v.reg(), v.reg()
			t.load(Mem{Base: py}, sum, masked)
			t.load(Mem{Base: pu}, vu, masked)
			for r := range rows {
				row := v.reg()
				t.load(set.at(r), row, masked)
				VFMADD231PD(row, xs[r], sum)
				VFMADD231PD(row, vu, acc[r])
			}
			t.store(sum, Mem{Base: py}, masked)
		}, set.pointers(pu, py)...)
		storeSums(reduce(v, acc), rows, Mem{Base: s})
		advance(a, lda, rows, x, s)
	})
	VZEROUPPER()
	RET()
}

// rank1 emits A += x·yᵀ.
func rank1(v vector) {
	TEXT("rank1"+v.suffix, NOSPLIT, "func(m, n int, a []float64, lda int, x, y []float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("rank1%s adds x[i]·y[j] to a[i·lda+j], i < m, j < n.", v.suffix))
	m, n, lda := param("m", 0), param("n", 0), param("lda", 3)
	a, x, y := base("a"), base("x"), base("y")
	t := newTail(v, n, mask(v))
	rowGroups(v, m, func(name string, rows int) {
		set, py := newRows(a, lda, rows), move(y)
		xs := broadcasts(v, x, rows)
		sweep(name, t, n, func(masked bool) {
			vy := v.reg()
			t.load(Mem{Base: py}, vy, masked)
			for r := range rows {
				row := v.reg()
				t.load(set.at(r), row, masked)
				VFMADD231PD(vy, xs[r], row)
				t.store(row, set.at(r), masked)
			}
		}, set.pointers(py)...)
		advance(a, lda, rows, x)
	})
	VZEROUPPER()
	RET()
}

// rank2 emits A += x·yᵀ + u·wᵀ.
func rank2(v vector) {
	TEXT("rank2"+v.suffix, NOSPLIT, "func(m, n int, a []float64, lda int, x, y, u, w []float64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("rank2%s adds x[i]·y[j] + u[i]·w[j] to a[i·lda+j], i < m, j < n.", v.suffix))
	m, n, lda := param("m", 0), param("n", 0), param("lda", 3)
	a, x, y, u, w := base("a"), base("x"), base("y"), base("u"), base("w")
	t := newTail(v, n, mask(v))
	rowGroups(v, m, func(name string, rows int) {
		set := newRows(a, lda, rows)
		py, pw := move(y), move(w)
		xs, us := broadcasts(v, x, rows), broadcasts(v, u, rows)
		sweep(name, t, n, func(masked bool) {
			vy, vw := v.reg(), v.reg()
			t.load(Mem{Base: py}, vy, masked)
			t.load(Mem{Base: pw}, vw, masked)
			for r := range rows {
				row := v.reg()
				t.load(set.at(r), row, masked)
				VFMADD231PD(vy, xs[r], row)
				VFMADD231PD(vw, us[r], row)
				t.store(row, set.at(r), masked)
			}
		}, set.pointers(py, pw)...)
		advance(a, lda, rows, x, u)
	})
	VZEROUPPER()
	RET()
}

var maskWords = Mem{}

// mask is the AVX2 mask table, defined once.
func mask(v vector) Mem {
	if v.bytes == 32 && maskWords.Symbol.Name == "" {
		maskWords = maskTable()
	}
	return maskWords
}
