package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// Every kernel gives the same products to the bit, next to those of another
// order of summation, and reads nothing behind the vectors.
func TestDot(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{0, 1, 7, 8, 9, 31, 32, 33, 40, 63, 768, 1000} {
		draw := func() []float32 {
			x := fill(1, n+64, func(int, int) float32 { return float32(rng.NormFloat64()) })
			for i := range x[n:] {
				x[n+i] = float32(math.NaN())
			}
			return x[:n]
		}
		x, y := draw(), draw()
		var want, size float64
		for i := range x {
			want += float64(x[i]) * float64(y[i])
			size += math.Abs(float64(x[i]) * float64(y[i]))
		}
		first := dot32Go(x, y)
		if !(math.Abs(first-want) <= float64(n)*0x1p-52*size) {
			t.Errorf("%d numbers: %v, want %v", n, first, want)
		}
		for _, k := range kernels() {
			if got := k.dot(x, y); got != first {
				t.Errorf("%s, %d numbers: %v, in Go %v", k.name, n, got, first)
			}
		}
	}
}

// The chosen products are given to their vectors, whatever the threads; only
// rows that are wanted are read.
func TestDots(t *testing.T) {
	const m, rows, d = 130, 600, 20
	x, table := unitRows(m, d, 1), unitRows(rows, d, 2)
	rng := rand.New(rand.NewPCG(4, 4))
	ids, at := make([][]int32, m), make([]int, m)
	for v := range ids {
		at[v] = m - 1 - v
		for id := int32(rng.IntN(40)); id < rows; id += 2 + 2*int32(rng.IntN(30)) {
			ids[v] = append(ids[v], id&^1) // even rows
		}
	}
	for _, threads := range []int{1, 3} {
		var mu sync.Mutex
		taken := 0
		dots(Choice{Vectors: x, D: d, At: at, IDs: ids, Rows: rows, Read: func(dst []float32, i0, i1 int) {
			if i0%2 == 1 || i1 != i0+1 {
				t.Errorf("rows %d to %d were read", i0, i1)
			}
			copy(dst, table[i0*d:i1*d])
		}, Take: func(v int, got []float64) {
			mu.Lock()
			defer mu.Unlock()
			taken++
			var want []float64
			for _, id := range ids[v] {
				want = append(want, dot32Go(x[at[v]*d:][:d], table[int(id)*d:][:d]))
			}
			if !slices.Equal(got, want) {
				t.Errorf("vector %d: %v, want %v", v, got, want)
			}
		}}, dot32Go, threads)
		if taken != m {
			t.Errorf("%d vectors were given their products, of %d", taken, m)
		}
	}
}
