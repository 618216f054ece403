package linalg

import "testing"

func BenchmarkMicro(b *testing.B) {
	kn := kernels()[0]
	for _, w := range []int{16, 24, 32, 64} {
		for _, off := range []int{0, 3} {
			ld := roundUp(3*w, 8) + 8
			a := randoms(ld*w+8, 1)[off:]
			x, y, u, v := randoms(w, 2), randoms(w, 3), randoms(w, 4), randoms(w, 5)
			for i := range x {
				x[i] *= 1e-9
				u[i] *= 1e-9
			}
			run := func(name string, f func()) {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						for range 1000 {
							f()
						}
					}
				})
			}
			s := string(rune('0'+off)) + "/" + string(rune('0'+w/10)) + string(rune('0'+w%10))
			run("dots/"+s, func() { kn.dots(w, w, a, ld, x, y) })
			run("axpys/"+s, func() { kn.axpys(w, w, a, ld, x, y) })
			run("rank1/"+s, func() { kn.rank1(w, w, a, ld, x, y) })
			run("rank2/"+s, func() { kn.rank2(w, w, a, ld, x, y, u, v) })
			e := newEngine(kn, 1)
			run("refl/"+s, func() { copy(y, v); e.reflectorFirst(y) })
			run("tile/"+s, func() { kn.f64.tile(64, a, 8, a, 8, a, 24) })
		}
	}
}
