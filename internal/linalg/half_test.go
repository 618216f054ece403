package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// halfGo is the arithmetic of bfloat16 in plain Go, written from its
// description: what the assembly is compared with.
func halfGo() *half {
	number := func(h uint16) float32 { return math.Float32frombits(uint32(h) << 16) }
	return &half{
		tiles: func(m, n, depth int, a, b []uint16, c []float32, ldc int) {
			for i := range m {
				for j := range n {
					var sum float32
					for p := range depth * 32 {
						x := a[i/16*1024*depth+p/32*1024+i%16*32+p%32:]
						y := b[j/16*1024*depth+p/32*1024+p%32/2*32+j%16*2+p%2:]
						sum += number(x[0])*number(y[0]) + number(x[512])*number(y[0]) + number(x[0])*number(y[512])
					}
					c[i*ldc+j] = sum
				}
			}
		},
		halve: func(x []float32, high, low []uint16, sums []float32) {
			clear(sums[:3])
			for i, v := range x {
				high[i] = roundedHalf(v)
				left := v - number(high[i])
				low[i] = roundedHalf(left)
				sums[0] += v * v
				sums[1] += number(low[i]) * number(low[i])
				left -= number(low[i])
				sums[2] += left * left
			}
		},
		interleave: func(steps int, src []uint16, ld int, dst []uint16) {
			for i := range 512 * steps {
				row, p := i%32/2, i/512*32+i%512/32*2+i%2
				dst[i/512*1024+i%512] = src[row*ld+p]
			}
		},
	}
}

// roundedHalf finds the nearest bfloat16, of two the even one, among the two
// around x.
func roundedHalf(x float32) uint16 {
	down := uint16(math.Float32bits(x) >> 16)
	up := down + 1
	far := func(h uint16) float64 {
		y := float64(math.Float32frombits(uint32(h) << 16))
		if math.IsInf(y, 0) {
			y = math.Copysign(0x1p128, y)
		}
		return math.Abs(y - float64(x))
	}
	if far(up) < far(down) || far(up) == far(down) && up%2 == 0 {
		return up
	}
	return down
}

func TestHalve(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for _, k := range kernels() {
		if k.half == nil {
			continue
		}
		for _, n := range []int{0, 1, 15, 16, 17, 40, 96} {
			x := fill(1, n, func(int, int) float32 { return math.Float32frombits(rng.Uint32() &^ (1 << 30)) }) // below 2
			if n > 20 {
				copy(x, []float32{1 + 0x1p-8, 1 + 3*0x1p-8, 1 + 0x1p-9 + 0x1p-17, 0, -1, 0x1p-140, 0x1.fep127})
			}
			got, want := make([]uint16, 2*n+6), make([]uint16, 2*n+6)
			var gotSums, wantSums [3]float32
			k.half.halve(x, got, got[n+3:], gotSums[:])
			halfGo().halve(x, want, want[n+3:], wantSums[:])
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d numbers: %x, want %x", k.name, n, got, want)
			}
			for i, s := range gotSums {
				if w := wantSums[i]; s != w && !(math.Abs(float64(s-w)) <= 1e-5*float64(w)) {
					t.Errorf("%s: %d numbers: sum %d is %v, want %v", k.name, n, i, s, w)
				}
			}
		}
	}
}

// Both orders are those of the plain code, and products too: of small integers,
// which every sum holds exactly.
func TestHalfTiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 9))
	for _, k := range kernels() {
		if k.half == nil {
			continue
		}
		for _, depth := range []int{1, 2, 5} {
			const m, n, guard = 64, 96, 5
			ld := depth*32 + 2
			a, src := smallHalves(rng, m*depth*64), smallHalves(rng, n*ld)
			b := smallHalves(rng, n*depth*64)
			plain := slices.Clone(b)
			for g := range n / 16 {
				k.half.interleave(depth, src[g*16*ld:], ld, b[g*1024*depth:])
				halfGo().interleave(depth, src[g*16*ld:], ld, plain[g*1024*depth:])
			}
			if !slices.Equal(b, plain) {
				t.Fatalf("%s, depth %d: another order", k.name, depth)
			}
			got, want := make([]float32, m*(n+guard)), make([]float32, m*(n+guard))
			k.half.tiles(m, n, depth, a, b, got, n+guard)
			halfGo().tiles(m, n, depth, a, b, want, n+guard)
			if !slices.Equal(got, want) {
				t.Errorf("%s, depth %d: other products", k.name, depth)
			}
		}
	}
}

// smallHalves are integers from -8 to 8.
func smallHalves(rng *rand.Rand, n int) []uint16 {
	x := make([]uint16, n)
	for i := range x {
		x[i] = roundedHalf(float32(rng.IntN(17) - 8))
	}
	return x
}
