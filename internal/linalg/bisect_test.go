package linalg

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/lapack/gonum"
)

func TestBisect(t *testing.T) {
	e := newEngine(best, 2)
	if e.sturm == nil {
		t.Skip("no vectors for it")
	}
	for name, tri := range tridiagonals() {
		got := e.bisect(tri)
		d, off := slices.Clone(tri.d), slices.Clone(tri.e)
		(gonum.Implementation{}).Dsterf(len(d), d, off)
		norm := max(math.Abs(d[0]), math.Abs(d[len(d)-1]))
		for i := range d {
			if !(math.Abs(got[i]-d[i]) <= float64(8+len(d))*0x1p-52*norm) {
				t.Errorf("%s: λ[%d] = %v, want %v", name, i, got[i], d[i])
				break
			}
		}
	}
}

func tridiagonals() map[string]tridiagonal {
	out := map[string]tridiagonal{}
	for _, n := range []int{2, 31, 32, 33, 200, 768} {
		out[fmt.Sprint("random ", n)] = tridiagonal{randoms(n, 1), randoms(n, 2)[:n-1]}
		one := make([]float64, n)
		for i := range one {
			one[i] = 1
		}
		out[fmt.Sprint("toeplitz ", n)] = tridiagonal{make([]float64, n), one[:n-1]}
		out[fmt.Sprint("identity ", n)] = tridiagonal{one, make([]float64, n-1)}
		w := make([]float64, n)
		for i := range w {
			w[i] = math.Abs(float64(i) - float64(n-1)/2)
		}
		out[fmt.Sprint("wilkinson ", n)] = tridiagonal{w, one[:n-1]}
		g := make([]float64, n)
		for i := range g {
			g[i] = math.Pow(1e-15, float64(i)/float64(n))
		}
		out[fmt.Sprint("graded ", n)] = tridiagonal{g, slices.Clone(g[1:])}
		z := make([]float64, n)
		z[0] = 1
		out[fmt.Sprint("one ", n)] = tridiagonal{z, make([]float64, n-1)}
	}
	return out
}
