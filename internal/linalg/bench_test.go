package linalg

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gonum.org/v1/gonum/mat"
)

// fastest runs f until the benchmark ends. It reports the time of its fastest
// run, and the median of the times in units of a tile of the matrix product
// run beside it, as milliseconds of a processor that does 100 GF/s: on a
// machine shared with others only the latter can be compared.
func fastest(b *testing.B, f func() time.Duration) time.Duration {
	best := time.Hour
	var ratios []float64
	before := reference()
	for b.Loop() {
		t := f()
		after := reference()
		ratios = append(ratios, 2*t.Seconds()/(before+after).Seconds())
		before = after
		best = min(best, t)
	}
	slices.Sort(ratios)
	b.ReportMetric(best.Seconds()*1e3, "best-ms")
	b.ReportMetric(ratios[len(ratios)/2]*referenceFlops/100e9*1e3, "norm-ms")
	return best
}

const referenceFlops = 2 * 8 * 24 * 192 * 100

func reference() time.Duration {
	t := kernels()[0].f64
	rounds := referenceFlops / (2 * t.mr * t.nr * 192)
	x, y, z := make([]float64, t.mr*192), make([]float64, t.nr*192), make([]float64, t.mr*t.nr)
	return timed(func() {
		for range rounds {
			t.tile(192, x, t.mr, y, t.nr, z, t.nr)
		}
	})
}

func timed(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// BenchmarkStages times the stages of GramValues.
func BenchmarkStages(b *testing.B) {
	for _, kn := range kernels()[:len(kernels())-1] {
		for _, shape := range [][2]int{{768, 768}, {768, 3072}, {3072, 768}, {1600, 1600}} {
			for _, threads := range []int{1, 2} {
				name := fmt.Sprintf("%s/%dx%d/threads=%d/", kn.name, shape[0], shape[1], threads)
				benchStages(b, name, newEngine(kn, threads), shape)
			}
		}
	}
}

func benchStages(b *testing.B, name string, e *engine, shape [2]int) {
	w, rows, n := tall(Dense(mat.NewDense(shape[0], shape[1], randoms(shape[0]*shape[1], 1))))
	g := e.gram(w, rows, n, 1)
	b.Run(name+"gram", func(b *testing.B) {
		best := fastest(b, func() time.Duration { return timed(func() { e.gram(w, rows, n, 1) }) })
		b.ReportMetric(float64(rows)*float64(n)*float64(n)/float64(best.Nanoseconds()), "GF/s")
	})
	a := symmetric{n, g.ld, slices.Clone(g.data)}
	var t tridiagonal
	b.Run(name+"reduce", func(b *testing.B) {
		best := fastest(b, func() time.Duration {
			copy(a.data, g.data)
			return timed(func() { t, _ = e.reduce(a) })
		})
		b.ReportMetric(4./3*float64(n)*float64(n)*float64(n)/float64(best.Nanoseconds()), "GF/s")
	})
	b.Run(name+"toband", func(b *testing.B) {
		best := fastest(b, func() time.Duration {
			copy(a.data, g.data)
			return timed(func() { e.toBand(a, e.bandwidth(n), false) })
		})
		b.ReportMetric(4./3*float64(n)*float64(n)*float64(n)/float64(best.Nanoseconds()), "GF/s")
	})
	b.Run(name+"chase", func(b *testing.B) {
		fastest(b, func() time.Duration {
			bb := e.newBand(a, e.bandwidth(n))
			return timed(func() { e.chase(bb) })
		})
	})
	b.Run(name+"values", func(b *testing.B) {
		fastest(b, func() time.Duration {
			c := tridiagonal{slices.Clone(t.d), slices.Clone(t.e)}
			return timed(func() { e.tridiagonalValues(c) })
		})
	})
}

// BenchmarkTopVectors times all values and 20 directions of an MLP matrix.
func BenchmarkTopVectors(b *testing.B) {
	w := Dense(mat.NewDense(768, 3072, randoms(768*3072, 1)))
	for _, threads := range []int{1, 2} {
		b.Run(fmt.Sprint("threads=", threads), func(b *testing.B) {
			fastest(b, func() time.Duration {
				return timed(func() { newEngine(best, threads).topVectors(w, 20, 1) })
			})
		})
	}
}

// BenchmarkProduct times the values of a head's OV, 768 × 64 × 768, given
// both factors.
func BenchmarkProduct(b *testing.B) {
	x := Dense(mat.NewDense(768, 64, randoms(768*64, 1)))
	y := Dense(mat.NewDense(768, 64, randoms(768*64, 2)))
	left, _ := NewFactor(x, 1, 1, nil)
	right, _ := NewFactor(y, 1, 1, nil)
	fastest(b, func() time.Duration {
		return timed(func() { newEngine(best, 1).productSpectrum(left, right) })
	})
}

// BenchmarkDirect times DirectValues.
func BenchmarkDirect(b *testing.B) {
	for _, shape := range [][2]int{{64, 64}, {768, 768}, {1024, 768}} {
		x := Dense(mat.NewDense(shape[0], shape[1], randoms(shape[0]*shape[1], 1)))
		b.Run(fmt.Sprint(shape), func(b *testing.B) {
			fastest(b, func() time.Duration {
				return timed(func() { newEngine(best, 1).directValues(x, 1) })
			})
		})
	}
}
