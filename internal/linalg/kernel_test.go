package linalg

import (
	"fmt"
	"math"
	"testing"
)

// arena hands out slices for a kernel test. What lies around a slice is NaN,
// or memory that cannot be touched.
type arena interface {
	slice(values []float64) []float64
	// check reports writes outside the slices.
	check() error
	free()
}

// guardWords is the number of NaN on either side: more than a vector.
const guardWords = 24

// nanArena surrounds slices by NaN: reading outside shows in the result,
// writing in the guards.
type nanArena struct{ whole [][]float64 }

func (a *nanArena) slice(values []float64) []float64 {
	w := make([]float64, len(values)+2*guardWords)
	for i := range w {
		w[i] = math.NaN()
	}
	a.whole = append(a.whole, w)
	s := w[guardWords:][:len(values):len(values)]
	copy(s, values)
	return s
}

func (a *nanArena) check() error {
	for i, w := range a.whole {
		for j := range guardWords {
			if !math.IsNaN(w[j]) || !math.IsNaN(w[len(w)-1-j]) {
				return fmt.Errorf("slice %d: wrote outside", i)
			}
		}
	}
	return nil
}

func (a *nanArena) free() { a.whole = nil }

// vectorCase is one call of a kernel on slices of the arena. It returns what
// was written.
type vectorCase struct {
	name string
	run  func(k *kernel, m, n, lda int, s func(words int) []float64) []float64
}

// vectorCases are the kernels over m × n blocks. s gives random slices, the
// same ones for each kernel.
func vectorCases() []vectorCase {
	return []vectorCase{
		{"dots", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, x, y := s(area(m, n, lda)), s(n), s(m)
			k.dots(m, n, a, lda, x, y)
			return y
		}},
		{"axpys", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, x, y := s(area(m, n, lda)), s(m), s(n)
			k.axpys(m, n, a, lda, x, y)
			return y
		}},
		{"symv", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, x, u, y, sums := s(area(m, n, lda)), s(m), s(n), s(n), s(m)
			k.symv(m, n, a, lda, x, u, y, sums)
			return append(sums[:m:m], y...)
		}},
		{"rank1", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, x, y := s(area(m, n, lda)), s(m), s(n)
			k.rank1(m, n, a, lda, x, y)
			return a
		}},
		{"rank2", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, x, y, u, w := s(area(m, n, lda)), s(m), s(n), s(m), s(n)
			k.rank2(m, n, a, lda, x, y, u, w)
			return a
		}},
		{"scaleCopy", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			a, b := s(area(m, n, lda)), s(area(m, n, n+1))
			k.f64.scaleCopy(m, n, -0.5, a, lda, b, n+1)
			return b
		}},
		{"transpose", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			sq := 8 // of the largest vectors, so that all kernels do the same
			a, b := s(area(sq, n*sq, n*sq+m)), s(area(n*sq, sq, sq+m))
			for i := 0; i < sq; i += k.f64.square {
				k.f64.transpose(b[min(i, len(b)):], sq+m, a[min(i*(n*sq+m), len(a)):], n*sq+m, n*sq)
			}
			return b
		}},
		{"tile", func(k *kernel, m, n, lda int, s func(int) []float64) []float64 {
			t, depth := k.f64, n
			a, b, c := s(area(depth, 24, 24+m)), s(area(depth, 24, 24)), s(area(8, 24, 25))
			for i := 0; i < 8; i += t.mr {
				for j := 0; j < 24; j += t.nr {
					t.tile(depth, a[min(i, len(a)):], 24+m, b[min(j, len(b)):], 24, c[i*25+j:], 25)
				}
			}
			return c
		}},
	}
}

// area is the number of words from the first to the last of an m × n block.
func area(m, n, ld int) int {
	if m == 0 {
		return 0
	}
	return (m-1)*ld + n
}

// Every assembly kernel agrees with plain Go on all remainders, and keeps
// within its slices.
func TestKernels(t *testing.T) {
	for _, k := range kernels()[:len(kernels())-1] {
		for _, c := range vectorCases() {
			t.Run(k.name+"/"+c.name, func(t *testing.T) { testKernel(t, k, c, func() arena { return &nanArena{} }) })
		}
	}
}

func testKernel(t *testing.T, k *kernel, c vectorCase, space func() arena) {
	for _, m := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17} {
		for _, n := range []int{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31} {
			for _, lda := range []int{n, n + 3} {
				got, err := runCase(c, k, [3]int{m, n, lda}, space())
				if err != nil {
					t.Fatalf("m %d n %d lda %d: %v", m, n, lda, err)
				}
				want, _ := runCase(c, portable(), [3]int{m, n, lda}, &nanArena{})
				for i := range want {
					if !(math.Abs(got[i]-want[i]) <= 64*0x1p-52*(1+math.Abs(want[i]))) {
						t.Fatalf("m %d n %d lda %d: element %d is %v, want %v", m, n, lda, i, got[i], want[i])
					}
				}
			}
		}
	}
}

func runCase(c vectorCase, k *kernel, dim [3]int, space arena) ([]float64, error) {
	defer space.free()
	seed := uint64(0)
	out := c.run(k, dim[0], dim[1], dim[2], func(words int) []float64 {
		seed++
		return space.slice(randoms(words, seed))
	})
	return append([]float64(nil), out...), space.check()
}
