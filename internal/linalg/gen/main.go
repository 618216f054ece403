// Command gen writes the amd64 kernels of package linalg: kernels_amd64.s and
// its Go declarations. It runs from the package folder by go generate.
package main

import (
	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	for _, v := range []vector{avx512, avx2} {
		tile(v, double)
		tile(v, single)
		dots(v)
		axpys(v)
		symv(v)
		rank1(v)
		rank2(v)
		transpose(v)
		scaleCopy(v)
	}
	sturm()
	sturmNarrow()
	screen()
	halving()
	interleave()
	dot32()
	Generate()
}
