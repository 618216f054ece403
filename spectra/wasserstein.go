package spectra

import "math"

// Wasserstein returns the Wasserstein-1 distance between two spectra, each taken
// as a distribution of equal weights and in units of its own null: σ over the
// largest value √m + √n that noise of the same Frobenius norm and shape has, for
// a product over that of m × r noise with r its number of values. So it compares
// shapes, not sizes: 0 for W and 2W; a spectrum of noise lies in [0, 1]. NaN if
// a matrix is zero or has no values.
//
// The spectra may differ in length. Equal weights make it the area between the
// two quantile functions.
func Wasserstein(a, b *Spectrum) float64 {
	x, y := a.normalised(), b.normalised()
	if x == nil || y == nil {
		return math.NaN()
	}
	var area, at float64
	for i, j := 0, 0; i < len(x) && j < len(y); {
		endX, endY := float64(i+1)/float64(len(x)), float64(j+1)/float64(len(y))
		end := min(endX, endY)
		area += (end - at) * math.Abs(x[i]-y[j])
		at = end
		// Compared as fractions of whole numbers: their quotients round.
		switch p, q := (i+1)*len(y), (j+1)*len(x); {
		case p == q:
			i, j = i+1, j+1
		case p < q:
			i++
		default:
			j++
		}
	}
	return area
}

// normalised returns σ in units of the null's edge, nil where there is none.
func (s *Spectrum) normalised() []float64 {
	x := s.relative(1)
	if x == nil {
		return nil
	}
	long, short := float64(max(s.Rows, s.Cols)), float64(min(s.Rows, s.Cols))
	if s.Product {
		short = float64(len(s.Sigma))
	}
	norm := math.Sqrt(sum(s.relative(2)))
	edge := norm * (1/math.Sqrt(long) + 1/math.Sqrt(short))
	for i := range x {
		x[i] /= edge
	}
	return x
}
