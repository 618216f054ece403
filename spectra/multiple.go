package spectra

import (
	"cmp"
	"math"
	"slices"
)

// BenjaminiHochberg returns the q-value of each p-value in [0, 1]: the least
// share of false discoveries at which it would be called one, where the table
// is all of p,
//
//	q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎·m/j,  p₍₁₎ ≤ … ≤ p₍ₘ₎
//
// (Benjamini & Hochberg 1995; valid under independence and under the positive
// dependence of Benjamini & Yekutieli 2001). NaN stands for a test that was not
// made: its q is NaN and it does not count in m. The order is that of p, which
// is not changed.
func BenjaminiHochberg(p []float64) []float64 {
	order := make([]int, 0, len(p))
	q := make([]float64, len(p))
	for i, v := range p {
		q[i] = v
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	least, m := 1.0, float64(len(order))
	for j := len(order) - 1; j >= 0; j-- {
		least = min(least, p[order[j]]*m/float64(j+1))
		q[order[j]] = least
	}
	return q
}
