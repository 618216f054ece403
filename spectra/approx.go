package spectra

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Band is a run of singular values, by index from 0: First ≤ i < End.
type Band struct{ First, End int }

// Keep is a set of singular values of a matrix that has r of them: bands that ascend and neither touch nor overlap.
// Best rank k is Keep{{0, k}}; the zero value keeps none.
type Keep []Band

// BandError says that a matrix has not the singular values asked for.
type BandError struct {
	Band
	R int // number of singular values
}

func (e *BandError) Error() string {
	return fmt.Sprintf("there is no band %d:%d of %d singular values", e.First, e.End, e.R)
}

// Hint gives the syntax.
func (e *BandError) Hint() string {
	return "a band a:b holds the indices from a to b − 1, counted from 0, and is not empty"
}

// NewKeep returns the union of bands of r values. The error is *BandError, for an empty band or one outside 0:r.
func NewKeep(r int, bands ...Band) (Keep, error) {
	bands = slices.Clone(bands)
	slices.SortFunc(bands, func(a, b Band) int { return a.First - b.First })
	var k Keep
	for _, b := range bands {
		if b.First < 0 || b.End > r || b.First >= b.End {
			return nil, &BandError{b, r}
		}
		if n := len(k); n > 0 && b.First <= k[n-1].End {
			k[n-1].End = max(k[n-1].End, b.End)
			continue
		}
		k = append(k, b)
	}
	return k, nil
}

// Top returns the k largest of r values: all of them if there are fewer.
func Top(r, k int) Keep {
	if k = min(r, k); k <= 0 {
		return nil
	}
	return Keep{{0, k}}
}

// Others returns those of r values that are not in k.
func (k Keep) Others(r int) Keep {
	var rest Keep
	at := 0
	for _, b := range append(slices.Clone(k), Band{r, r}) {
		if b.First > at {
			rest = append(rest, Band{at, b.First})
		}
		at = b.End
	}
	return rest
}

// Rank returns how many values are kept.
func (k Keep) Rank() int {
	n := 0
	for _, b := range k {
		n += b.End - b.First
	}
	return n
}

// indices lists the values kept, ascending.
func (k Keep) indices() []int {
	all := make([]int, 0, k.Rank())
	for _, b := range k {
		for i := b.First; i < b.End; i++ {
			all = append(all, i)
		}
	}
	return all
}

// Approximation is what is left of a matrix W of which some singular values are kept, and the numbers that takes.
type Approximation struct {
	Keep Keep
	Rank int
	// Frobenius and Spectral are ‖W − W'‖_F = √Σσᵢ² and ‖W − W'‖₂ = max σᵢ, over the values left out. Of all matrices of
	// rank k none is nearer in either norm than the one with the k largest (Eckart & Young 1936; Mirsky 1960).
	Frobenius, Spectral float64
	// RelativeFrobenius and RelativeSpectral are those over ‖W‖_F and ‖W‖₂, in [0, 1]; 0 for the zero matrix.
	RelativeFrobenius, RelativeSpectral float64
	// Energy is the share of Σσ² that is kept, in [0, 1]; 1 for the zero matrix.
	Energy float64
	// Parameters is the least count of numbers that holds it: Rank·(rows + cols) in two factors, rows·cols whole.
	Parameters int64
	// Dense says that it takes no fewer numbers in factors than whole.
	Dense bool
}

// BreakEven returns the largest rank k whose two factors hold fewer numbers than a rows × cols matrix: k(m + n) < mn. It is 0
// where not even rank 1 does.
func BreakEven(rows, cols int) int {
	if rows <= 0 || cols <= 0 {
		return 0
	}
	return int((int64(rows)*int64(cols) - 1) / int64(rows+cols))
}

// Approximate returns what is left where some values are kept, which s must have.
func (s *Spectrum) Approximate(keep Keep) Approximation {
	a := Approximation{Keep: keep, Rank: keep.Rank()}
	a.Parameters, a.Dense = parameters(s.Rows, s.Cols, a.Rank)
	a.Energy = 1
	if len(s.Sigma) == 0 || s.Sigma[0] == 0 {
		return a
	}
	top := s.Sigma[0]
	kept, lost := s.sum(keep), 0.0
	others := keep.Others(len(s.Sigma))
	lost = s.sum(others)
	if len(others) > 0 {
		a.Spectral = s.Sigma[others[0].First]
	}
	a.Frobenius = top * math.Sqrt(lost)
	a.RelativeFrobenius, a.RelativeSpectral = math.Sqrt(lost/(kept+lost)), a.Spectral/top
	a.Energy = kept / (kept + lost)
	return a
}

// sum returns Σ (σ/σ₁)² over the values kept, the smallest first.
func (s *Spectrum) sum(keep Keep) float64 {
	var sum float64
	for _, b := range slices.Backward(keep) {
		for _, v := range slices.Backward(s.Sigma[b.First:b.End]) {
			sum += (v / s.Sigma[0]) * (v / s.Sigma[0])
		}
	}
	return sum
}

// parameters returns the numbers that rank k takes, and whether whole.
func parameters(rows, cols, k int) (n int64, dense bool) {
	whole := int64(rows) * int64(cols)
	if k > BreakEven(rows, cols) {
		return whole, true
	}
	return int64(k) * int64(rows+cols), false
}

// Curve returns the best approximations of every rank from 0 to the number of values.
func (s *Spectrum) Curve() []Approximation {
	r := len(s.Sigma)
	all := make([]Approximation, r+1)
	tail := s.tails()
	for k := range all {
		a := Approximation{Keep: Top(r, k), Rank: k, Energy: 1}
		a.Parameters, a.Dense = parameters(s.Rows, s.Cols, k)
		if r > 0 && s.Sigma[0] > 0 {
			a.Frobenius = s.Sigma[0] * math.Sqrt(tail[k])
			a.RelativeFrobenius = math.Sqrt(tail[k] / tail[0])
			a.Energy = 1 - tail[k]/tail[0]
			if k < r {
				a.Spectral, a.RelativeSpectral = s.Sigma[k], s.Sigma[k]/s.Sigma[0]
			}
		}
		all[k] = a
	}
	return all
}

// tails returns Σ_{i ≥ k} (σᵢ/σ₁)² for k from 0 to the number of values.
func (s *Spectrum) tails() []float64 {
	r := len(s.Sigma)
	tail := make([]float64, r+1)
	for k := r - 1; k >= 0; k-- {
		tail[k] = tail[k+1]
		if s.Sigma[0] > 0 {
			tail[k] += (s.Sigma[k] / s.Sigma[0]) * (s.Sigma[k] / s.Sigma[0])
		}
	}
	return tail
}

// RankFor returns the least k whose best approximation has a relative Frobenius error of at most most, in [0, 1].
func (s *Spectrum) RankFor(most float64) int {
	tail := s.tails()
	return sort.Search(len(s.Sigma), func(k int) bool { return tail[k] <= most*most*tail[0] })
}

// RankForEnergy returns the least k whose best approximation keeps a share of Σσ², in [0, 1].
func (s *Spectrum) RankForEnergy(share float64) int {
	return s.RankFor(math.Sqrt(max(0, 1-share)))
}
