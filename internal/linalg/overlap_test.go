package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// overlapTolerance is what Overlaps promises, over the norms of the two Gram
// matrices: each of four factors, two elements, their product and the sum is
// rounded to float32, by 2⁻²⁴ each.
const overlapTolerance = 5e-7

// TestOverlaps compares with the norms of the products, on every kernel, and
// with what four workers find, to the bit.
func TestOverlaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 0))
	factors := func(n, d int) (all []*mat.Dense) {
		for i := range n {
			m := mat.NewDense(1+(3*i)%11, d, nil)
			m.Apply(func(_, _ int, _ float64) float64 { return rng.NormFloat64() / float64(d) }, m)
			all = append(all, m)
		}
		return all
	}
	for _, shape := range [][3]int{{1, 1, 1}, {3, 50, 47}, {9, 5, 48}, {53, 13, 100}, {2, 3, 500}} {
		x, y := factors(shape[0], shape[2]), factors(shape[1], shape[2])
		limit := make([]int, len(y))
		for j := range limit {
			limit[j] = len(x) * (j + 1) / len(y)
		}
		for _, k := range kernels() {
			px, py := packedAll(k, x), packedAll(k, y)
			got := overlaps(k, px, py, limit, 1)
			if !mat.Equal(got, overlaps(k, px, py, limit, 4)) {
				t.Errorf("%s %v: four workers give other results", k.name, shape)
			}
			for j := range y {
				for i := range limit[j] {
					var p, gx, gy mat.Dense
					p.Mul(x[i], y[j].T())
					gx.Mul(x[i], x[i].T()) // the same norm as the Gram matrix
					gy.Mul(y[j], y[j].T())
					want := mat.Norm(&p, 2)
					if most := overlapTolerance * mat.Norm(&gx, 2) * mat.Norm(&gy, 2); !(math.Abs(got.At(i, j)-want*want) <= most) {
						t.Errorf("%s %v (%d, %d): %v, want %v", k.name, shape, i, j, got.At(i, j), want*want)
					}
				}
			}
		}
	}
}

func packedAll(k *kernel, x []*mat.Dense) []*Packed {
	all := make([]*Packed, len(x))
	for i := range x {
		all[i] = packed(k, x[i])
	}
	return all
}
