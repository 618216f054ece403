package linalg

import (
	"testing"
	"time"
)

func BenchmarkTile(b *testing.B) {
	for _, kn := range kernels() {
		t := kn.f64
		b.Run(kn.name, func(b *testing.B) {
			const k = 192
			x, y, z := randoms(t.mr*k, 1), randoms(t.nr*k, 2), make([]float64, t.mr*t.nr)
			best := time.Hour
			for b.Loop() {
				start := time.Now()
				for range 20 {
					t.tile(k, x, t.mr, y, t.nr, z, t.nr)
				}
				best = min(best, time.Since(start))
			}
			b.ReportMetric(20*2*float64(t.mr*t.nr*k)/float64(best.Nanoseconds()), "GF/s")
		})
	}
}
