package spectra

import (
	"fmt"
	"math"

	"wspec/internal/linalg"
)

// factor is what the bounds of a product need of one side.
type factor struct {
	exponent int     // times 2^exponent it is computed with
	norm     float64 // ‖·‖₂ of that
	rounding float64 // ‖E‖₂ of its storage, times 2^exponent
	zero     bool
}

// Factor is what products need of an m × k matrix: its R, k² numbers at most,
// its norm and its census. It may be used in many products, at once too.
type Factor struct {
	factor
	rows, cols int
	epsilon    float64
	r          *linalg.Factor // nil for a matrix that is empty or zero
}

// LeftFactor returns the factor of a, m × k, for products a·b. It reads a
// once, or where it is ill-conditioned three times. The errors are those of
// Values, wrapped. Working memory is bounded by FactorFootprint.
func LeftFactor(a Source, o Options) (*Factor, error) {
	f, err := newFactor(a, a, o)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	return f, nil
}

// RightFactor is LeftFactor for b, k × n, of products a·b: the factor of bᵀ.
func RightFactor(b Source, o Options) (*Factor, error) {
	f, err := newFactor(b, linalg.Transpose(b), o)
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	return f, nil
}

// newFactor returns the factor of turned, which is w or its transpose.
func newFactor(w, turned Source, o Options) (*Factor, error) {
	m, k := turned.Dims()
	if m < k || k == 0 {
		return shortFactor(w, turned, o)
	}
	from := w
	if m == k { // the Gram matrix of a square one is over its columns
		from = turned
	}
	x, err := readGram(from, o)
	if err != nil {
		return nil, err
	}
	x.epsilon = epsilon(w)
	f := x.factorOf(turned)
	if f.zero {
		return f, nil
	}
	lambda, _, err := x.gram.Spectrum(from, 0)
	if err != nil {
		return nil, err
	}
	return f.normed(lambda), nil
}

// shortFactor is newFactor for fewer rows than columns.
func shortFactor(w, turned Source, o Options) (*Factor, error) {
	c, err := takeCensus(w)
	if err != nil {
		return nil, err
	}
	x := &reading{census: c, e: c.exponent(), epsilon: epsilon(w)}
	f := x.factorOf(turned)
	if f.zero {
		return f, nil
	}
	if f.r, err = linalg.NewFactor(turned, x.scale(), o.threads(), o.Workspace); err != nil {
		return nil, err
	}
	f.norm = f.r.Norm
	return f, nil
}

// factorOf returns the factor of turned, the matrix that was read or its
// transpose, without its norm; its R only where there is a Gram matrix.
func (x *reading) factorOf(turned Source) *Factor {
	f := &Factor{factor: *x.factor(x.epsilon), epsilon: x.epsilon}
	f.rows, f.cols = turned.Dims()
	if x.gram != nil && !f.zero {
		f.r = x.gram.Factor(turned)
	}
	return f
}

// normed sets the norm from the eigenvalues of the Gram matrix: the largest
// loses nothing by squaring.
func (f *Factor) normed(lambda []float64) *Factor {
	f.norm = math.Sqrt(lambda[0])
	return f
}

// ValuesFactor is Values, and what products over the shorter side of w need of
// it, from the same reading: for m > k the factor of w, for m < k that of its
// transpose. It is the one that LeftFactor or RightFactor returns, to the bit. It is nil
// where there is an error, where w is square (either factor could be
// meant), and for float64 storage. Working memory is bounded by FactorFootprint.
func ValuesFactor(w Source, o Options) (*Spectrum, *Factor, error) {
	x, err := read(w, o)
	if err != nil {
		return nil, nil, err
	}
	if m, k := w.Dims(); m != k && min(m, k) > 0 && x.gram != nil {
		if m < k {
			w = linalg.Transpose(w)
		}
		x.shared = x.factorOf(w)
	}
	s, err := x.values()
	if err != nil {
		return nil, nil, err
	}
	return s, x.shared, nil
}

// ProductValues returns the spectrum of a·b for a m × k and b k × n:
// min(m, k, n) values. The product is never formed: with a = Q_a·R_a and
// bᵀ = Q_b·R_b, its values are those of the core R_a·R_bᵀ, at most k × k.
//
// Their error, Floor.Method, is of the order of ε·‖a‖₂·‖b‖₂, as that of the
// product formed in float64 would be. Floor.DType is, to first order,
// ‖E_a‖·‖b‖₂ + ‖a‖₂·‖E_b‖.
//
// The error is *NonFiniteError (wrapped, with the factor), ErrNoConvergence,
// ErrOverflow, or mat.ErrShape (wrapped) for inner sides that differ. Working
// memory is bounded by ProductFootprint.
func ProductValues(a, b Source, o Options) (*Spectrum, error) {
	m, k := a.Dims()
	if inner, n := b.Dims(); inner != k {
		return nil, shapeError(m, k, inner, n)
	}
	fa, err := LeftFactor(a, o)
	if err != nil {
		return nil, err
	}
	fb, err := RightFactor(b, o)
	if err != nil {
		return nil, err
	}
	return FactorValues(fa, fb, o)
}

// FactorValues is ProductValues of a·bᵀ, given the factors of a and b.
func FactorValues(a, b *Factor, o Options) (s *Spectrum, err error) {
	m, k, n := a.rows, a.cols, b.rows
	if b.cols != k {
		return nil, shapeError(m, k, b.cols, n)
	}
	s = &Spectrum{Rows: m, Cols: n, Inner: k, Product: true, Epsilon: max(a.epsilon, b.epsilon), Method: MethodProduct}
	s.Sigma = make([]float64, min(m, k, n))
	if len(s.Sigma) == 0 || a.zero || b.zero {
		return s, nil
	}
	if s.Sigma, err = linalg.ProductSpectrum(a.r, b.r, o.threads(), o.Workspace); err != nil {
		return nil, err
	}
	s.productFloor(&a.factor, &b.factor, max(m, k, n))
	return s, s.unscale(a.exponent + b.exponent)
}

// productFloor sets the floors from the factors, the longest side of which is n;
// that of the method is still scaled.
func (s *Spectrum) productFloor(a, b *factor, n int) {
	// Three decompositions, each with its error.
	s.Floor.Method = 3 * directConstant * math.Sqrt(float64(n)) * doubleEpsilon * a.norm * b.norm
	s.Floor.DType = math.Ldexp(a.rounding*b.norm+a.norm*b.rounding, -a.exponent-b.exponent)
}

// factorOf takes the census of w, given its entries in any order.
func factorOf(w Source, entries []float64) (*factor, error) {
	c := newCensus(w)
	c.count(entries)
	return c.factor(epsilon(w)), c.check(w)
}

// factor returns what the census says of a factor stored with spacing epsilon at 1.
func (c *census) factor(epsilon float64) *factor {
	f := &factor{exponent: c.exponent(), zero: c.zero()}
	f.rounding = math.Ldexp(c.rounding(epsilon), f.exponent)
	return f
}

// FactorFootprint returns the bytes of working memory that LeftFactor,
// RightFactor and ValuesFactor need at most for an m × k matrix, or the transpose of one, their
// results included, the source not.
func FactorFootprint(m, k int) int64 {
	return Footprint(m, k) + linalg.FactorFootprint(m, k)
}

// ProductFootprint returns the bytes of working memory that ProductValues needs
// at most for an m × k matrix times a k × n one, its result included, the
// sources not.
func ProductFootprint(m, k, n int) int64 {
	return FactorFootprint(m, k) + FactorFootprint(n, k) + linalg.ProductFootprint(m, k, n) + 16*int64(min(m, k, n))
}
