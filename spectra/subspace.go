package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Overlap is how a p- and a q-dimensional subspace of R^d lie to each other.
type Overlap struct {
	Dim  int // d
	P, Q int
	// Cosines are those of the principal angles, descending, in [0, 1]:
	// min(p, q) of them (Björck & Golub 1973).
	Cosines []float64
	// Share is Σ cos²/min(p, q), the projection kernel ‖XᵀY‖_F² over the most it
	// can be: 0 for orthogonal subspaces, 1 where one contains the other.
	Share float64
	// Mean and SD are those of Share for two independent uniformly random
	// subspaces of these dimensions: the mean is max(p, q)/d, so k/d for
	// two of dimension k.
	Mean, SD float64
}

// Z returns (Share − Mean)/SD, NaN where SD is 0.
func (o *Overlap) Z() float64 {
	if !(o.SD > 0) {
		return math.NaN()
	}
	return (o.Share - o.Mean) / o.SD
}

// Subspaces compares the spans of the columns of x, d × p, and y, d × q, each of
// them orthonormal. The error is mat.ErrShape (wrapped) for different d, or
// ErrNoConvergence.
func Subspaces(x, y *mat.Dense) (*Overlap, error) {
	d, p := x.Dims()
	rows, q := y.Dims()
	if rows != d {
		return nil, fmt.Errorf("spectra: subspaces of %d and %d dimensions: %w", d, rows, mat.ErrShape)
	}
	o := &Overlap{Dim: d, P: p, Q: q}
	o.Mean, o.SD = randomShare(p, q, d)
	if p == 0 || q == 0 {
		return o, nil
	}
	var svd mat.SVD
	if !svd.Factorize(crossGram(x, y), mat.SVDNone) {
		return nil, ErrNoConvergence
	}
	o.Cosines = svd.Values(nil)
	for i, c := range o.Cosines {
		o.Cosines[i] = min(c, 1)
		o.Share += o.Cosines[i] * o.Cosines[i] / float64(len(o.Cosines))
	}
	return o, nil
}

// randomShare returns the mean and the standard deviation of Share for random
// subspaces. The trace of the product of two independent uniformly random
// projections of rank p and q has the mean pq/d and the variance
// 2pq(d − p)(d − q)/(d²(d − 1)(d + 2)), exactly, by the second moments of a Haar
// matrix (Collins & Śniady 2006); for p = q = 1 it is a squared coordinate of a
// random unit vector, Beta(½, (d − 1)/2).
func randomShare(p, q, d int) (mean, sd float64) {
	a, b, n := float64(p), float64(q), float64(d)
	most := min(a, b)
	if most == 0 {
		return 0, 0
	}
	if p == d || q == d {
		return 1, 0
	}
	variance := 2 * a * b * (n - a) * (n - b) / (n * n * (n - 1) * (n + 2))
	return a * b / n / most, math.Sqrt(variance) / most
}

// Cut returns how many leading directions to take where about k are wanted, so
// that the blocks of no spectrum are cut: the largest such number up to k, else
// the smallest up to most, else k and false. The certificates are those of
// Spectrum.Certificates; k ≤ most.
func Cut(k, most int, spectra ...[]Certificate) (int, bool) {
	for n := k; n > 0; n-- {
		if cleanCut(n, spectra) {
			return n, true
		}
	}
	for n := k + 1; n <= most; n++ {
		if cleanCut(n, spectra) {
			return n, true
		}
	}
	return k, false
}

// cleanCut reports whether a block of every spectrum ends before index n.
func cleanCut(n int, spectra [][]Certificate) bool {
	for _, c := range spectra {
		if n < len(c) && c[n].Block[0] != n {
			return false
		}
	}
	return true
}

// Similarities compares subspaces of one R^d, as those of one role in the layers of a model, each with each: entry [i][j] for i
// and j, symmetric, 1 on the diagonal. Cosines are left out. The columns of every matrix are orthonormal. The error
// is mat.ErrShape (wrapped).
func Similarities(subspaces []*mat.Dense) ([][]Overlap, error) {
	all := make([][]Overlap, len(subspaces))
	for i, x := range subspaces {
		all[i] = make([]Overlap, len(subspaces))
		d, p := x.Dims()
		for j := range i + 1 {
			rows, q := subspaces[j].Dims()
			if rows != d {
				return nil, fmt.Errorf("spectra: subspaces of %d and %d dimensions: %w", d, rows, mat.ErrShape)
			}
			o := Overlap{Dim: d, P: p, Q: q}
			o.Mean, o.SD = randomShare(p, q, d)
			switch {
			case i == j:
				o.Share = 1
			case min(p, q) > 0:
				norm := mat.Norm(crossGram(x, subspaces[j]), 2)
				o.Share = min(1, norm*norm/float64(min(p, q)))
			}
			all[i][j] = o
			o.P, o.Q = o.Q, o.P
			all[j][i] = o
		}
	}
	return all, nil
}
