// Command gen writes the amd64 loops that widen numbers: widen_amd64.s and its
// Go declarations. It runs from the package folder by go generate.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// batch is the number of elements of one round: four vectors, so that reads
// from far memory overlap.
const batch = 16

func main() {
	ConstraintExpr("amd64,!noasm")
	widen("F32", 4, func(src Mem) VecVirtual { return toDouble(src) })
	widen("BF16", 2, func(src Mem) VecVirtual { // the upper half of a float32
		x := XMM()
		VPMOVZXWD(src, x)
		VPSLLD(U8(16), x, x)
		return toDouble(x)
	})
	widen("F16", 2, func(src Mem) VecVirtual {
		x := XMM()
		VCVTPH2PS(src, x)
		return toDouble(x)
	})
	prefetch()
	Generate()
}

// prefetch emits a hint to fetch bytes that will be read soon.
func prefetch() {
	TEXT("prefetchAMD64", NOSPLIT, "func(src []byte)")
	Pragma("noescape")
	Doc("prefetchAMD64 asks for the cache lines of src, without waiting for them.")
	from, n := Load(Param("src").Base(), GP64()), Load(Param("src").Len(), GP64())
	Label("line")
	TESTQ(n, n)
	JLE(LabelRef("end"))
	PREFETCHT0(Mem{Base: from})
	ADDQ(U8(64), from)
	SUBQ(U8(64), n)
	JMP(LabelRef("line"))
	Label("end")
	RET()
}

// toDouble emits the widening of four float32.
func toDouble(src Op) VecVirtual {
	y := YMM()
	VCVTPS2PD(src, y)
	return y
}

// widen emits a loop that turns size bytes into a float64, four at a time.
func widen(name string, size int, four func(src Mem) VecVirtual) {
	f := fmt.Sprintf("widen%sAVX2", name)
	TEXT(f, NOSPLIT, "func(dst []float64, src []byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s sets dst to the numbers of dtype %s in src, which holds as many.", f, name),
		fmt.Sprintf("len(dst) is a multiple of %d.", batch))
	to, n := Load(Param("dst").Base(), GP64()), Load(Param("dst").Len(), GP64())
	from := Load(Param("src").Base(), GP64())
	Label("loop")
	CMPQ(n, U8(batch))
	JL(LabelRef("done"))
	var x [batch / 4]VecVirtual
	for i := range x {
		x[i] = four(Mem{Base: from, Disp: 4 * i * size})
	}
	for i := range x {
		VMOVUPD(x[i], Mem{Base: to, Disp: 32 * i})
	}
	ADDQ(U32(batch*size), from)
	ADDQ(U32(batch*8), to)
	SUBQ(U8(batch), n)
	JMP(LabelRef("loop"))
	Label("done")
	VZEROUPPER()
	RET()
}
