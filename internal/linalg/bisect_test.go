package linalg

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/lapack/gonum"
)

// eachSturm runs a test on every kernel that has the Sturm sequence.
func eachSturm(t *testing.T, f func(t *testing.T, e *engine)) {
	for _, k := range kernels() {
		if k.sturm != nil {
			t.Run(k.name, func(t *testing.T) { f(t, newEngine(k, 2)) })
		}
	}
}

func TestBisect(t *testing.T) { eachSturm(t, testBisect) }

func testBisect(t *testing.T, e *engine) {
	for name, tri := range tridiagonals() {
		got := e.bisect(tri, 0)
		if last := len(got) - 1; e.bisect(tri, last)[last] != got[last] {
			t.Errorf("%s: sought alone, the largest is another", name)
		}
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

// The sequence counts what it is defined to count, and gives the determinant.
func TestSturm(t *testing.T) {
	eachSturm(t, func(t *testing.T, e *engine) {
		for _, n := range []int{1, 2, 7, 8, 9, 31, 32, 33, 77} {
			d, e2, x := randoms(n, 3), randoms(n, 4), randoms(sturmPoints, 5)
			for i := range e2 {
				e2[i] *= e2[i]
			}
			p, exp, counts := make([]float64, sturmPoints), make([]float64, sturmPoints), make([]int64, sturmPoints)
			e.sturm(n, d, e2, x, p, exp, counts)
			for i := range x {
				last, before, below := 1.0, 0.0, int64(0)
				for k := range d {
					last, before = (d[k]-x[i])*last-e2[k]*before, last
					if math.Signbit(last) != math.Signbit(before) {
						below++
					}
				}
				if off := math.Abs(math.Ldexp(p[i], int(exp[i]))/last - 1); counts[i] != below || !(off <= 1e-9) {
					t.Fatalf("n = %d, point %d: %d below, p = %v·2^%v; want %d, %v", n, i, counts[i], p[i], exp[i], below, last)
				}
			}
		}
	})
}

// A bracket is divided and settled whatever its determinants are: at worst it
// is halved until no number lies in it.
func TestBracketShrinks(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, m := range []float64{0, 1, -1, 1e-308, inf, -inf, nan} {
		for _, exp := range []float64{0, -1e300, 1e300, inf, -inf, nan} {
			for _, lo := range []float64{-1, 0, 0.5, 1, 1e300} {
				for _, hi := range []float64{math.Nextafter(lo, inf), lo + 1} {
					checkShrinks(t, bracket{lo: lo, hi: hi, upto: 1, atLo: determinant{m, exp}, atHi: determinant{-m, 0}})
				}
			}
		}
	}
}

func checkShrinks(t *testing.T, r bracket) {
	b := &bisection{tol: 0x1p-52}
	lambda := []float64{math.NaN()}
	from := r
	for range 4000 { // four rounds for each of the halvings there can be
		if b.settle(r, lambda); len(b.next) == 0 {
			return
		}
		b.next = b.next[:0]
		x := r.secant(b.tol)
		if !(r.lo < x && x < r.hi) {
			t.Fatalf("%+v: %v is not within %v … %v", from, x, r.lo, r.hi)
		}
		_, r = r.split(x, 0, determinant{from.atLo.m, from.atLo.exp})
	}
	t.Errorf("%+v: does not end", from)
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
