package linalg_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
)

// TestPositiveEigen: A·v = λ·v, vectors are orthonormal, values are gonum's,
// the lower triangle alone is read, and threads change nothing.
func TestPositiveEigen(t *testing.T) {
	for _, n := range []int{1, 2, 7, 64, 130, 720} { // the last is reduced in two stages
		for name, spread := range map[string]float64{"gentle": 1, "steep": 12} {
			if n > 700 && spread > 1 {
				continue // it takes a second
			}
			sigma := make([]float64, n)
			for i := range sigma {
				sigma[i] = math.Pow(10, -spread*float64(i)/float64(n))
			}
			if n > 2 {
				sigma[1] = sigma[0] // a pair
			}
			q := numtest.Haar(n, n, rand.New(rand.NewPCG(1, uint64(n))))
			var qs, a mat.Dense
			qs.Apply(func(i, j int, v float64) float64 { return v * sigma[j] }, q)
			a.Mul(&qs, q.T())
			for i := range n {
				for j := range i {
					a.Set(j, i, math.NaN()) // not to be read
				}
			}
			k := (n + 1) / 2
			lambda, v, err := linalg.PositiveEigen(&a, k, 1)
			if err != nil {
				t.Fatal(err)
			}
			again, w, err := linalg.PositiveEigen(&a, k, 3)
			if err != nil || !slices.Equal(lambda, again) || !mat.Equal(v, w) {
				t.Errorf("%d %s: threads change the result", n, name)
			}
			for i := range n {
				for j := range i {
					a.Set(j, i, a.At(i, j))
				}
			}
			tol := numtest.MaxRatio * float64(n) * numtest.Epsilon
			for i, s := range sigma {
				if !(math.Abs(lambda[i]-s) <= tol) {
					t.Errorf("%d %s: λ%d = %g, want %g", n, name, i, lambda[i], s)
				}
			}
			var av, gram mat.Dense
			av.Mul(&a, v)
			gram.Mul(v.T(), v)
			for i := range k {
				for r := range n {
					if d := av.At(r, i) - lambda[i]*v.At(r, i); !(math.Abs(d) <= tol) {
						t.Fatalf("%d %s: A·v%d off by %g", n, name, i, d)
					}
				}
				for j := range k {
					want := 0.0
					if i == j {
						want = 1
					}
					if d := gram.At(i, j) - want; !(math.Abs(d) <= tol) {
						t.Fatalf("%d %s: v%d·v%d off by %g", n, name, i, j, d)
					}
				}
			}
		}
	}
	zero := mat.NewDense(3, 3, nil)
	if lambda, v, err := linalg.PositiveEigen(zero, 2, 1); err != nil || !slices.Equal(lambda, []float64{0, 0, 0}) || v.At(1, 1) != 1 {
		t.Error(lambda, v, err)
	}
	if _, v, err := linalg.PositiveEigen(mat.NewDense(1, 1, []float64{3}), 0, 1); err != nil || !v.IsEmpty() {
		t.Error(v, err)
	}
	zero.Set(1, 1, math.NaN())
	if _, _, err := linalg.PositiveEigen(zero, 1, 1); err == nil {
		t.Error("NaN has eigenvalues")
	}
}
