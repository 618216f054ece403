package linalg

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkTile measures the peak: the tile of a product on numbers that are
// all in the nearest cache.
func BenchmarkTile(b *testing.B) {
	for _, k := range kernels() {
		b.Run("f64/"+k.name, func(b *testing.B) { benchTile(b, k.f64) })
		b.Run("f32/"+k.name, func(b *testing.B) { benchTile(b, k.f32) })
	}
}

func benchTile[T float32 | float64](b *testing.B, t tiling[T]) {
	const k, rounds = 192, 20
	x, y, z := make([]T, t.mr*k), make([]T, t.nr*k), make([]T, t.mr*t.nr)
	best := fastest(b, func() time.Duration {
		return timed(func() {
			for range rounds {
				t.tile(k, x, t.mr, y, t.nr, z, t.nr)
			}
		})
	})
	b.ReportMetric(rounds*2*float64(t.mr*t.nr*k)/float64(best.Nanoseconds()), "GF/s")
}

// BenchmarkMultiply measures square products.
func BenchmarkMultiply(b *testing.B) {
	for _, k := range kernels() {
		for _, n := range []int{64, 256, 768, 2048} {
			for _, threads := range []int{1, 2} {
				name := fmt.Sprintf("n=%d/threads=%d", n, threads)
				b.Run("f64/"+k.name+"/"+name, func(b *testing.B) { benchMultiply(b, newPacker(k.f64, threads), n) })
				b.Run("f32/"+k.name+"/"+name, func(b *testing.B) { benchMultiply(b, newPacker(k.f32, threads), n) })
			}
		}
	}
}

func benchMultiply[T float32 | float64](b *testing.B, p *packer[T], n int) {
	x, y, z := make([]T, n*n), make([]T, n*n), make([]T, n*n)
	best := fastest(b, func() time.Duration {
		return timed(func() { p.multiply(product[T]{n, n, n, 1, rowMajor(x, n), rowMajor(y, n), z, n}) })
	})
	b.ReportMetric(2*float64(n)*float64(n)*float64(n)/float64(best.Nanoseconds()), "GF/s")
}
