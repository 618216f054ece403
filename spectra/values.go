package spectra

import (
	"fmt"
	"math"

	"wspec/internal/linalg"
)

// doubleEpsilon is the spacing of float64 at 1.
const doubleEpsilon = 0x1p-52

// Errors of the routes, in units of √max(m, n)·ε. Measured on Gaussian, positive
// and graded matrices from 4 × 4 to 768 × 768 and 50000 × 8, against the other
// route or the same with rows permuted, the worst of hundreds were 3.5 for λ/λ₁
// of the Gram route and 1.6 for σ/σ₁ of the direct one, both on the smallest
// matrices (1.8 and 0.8 at 768 × 768, 0.4 and 0.3 at 50000 × 8); these are at
// least twice as much. Errors grow as the root: roundings are as good as
// independent, and a bound linear in the side would be 30 times too dark at 768.
const (
	gramConstant   = 8
	directConstant = 4
)

// The Gram route squares: an error δ·σ₁² of λᵢ is one of δσ₁²/(2σᵢ) in σᵢ. It
// is not used where that bound passes, at the smallest σ, the first of these,
// nor where the smallest σ, taken from its vector, may be off by the second.
const (
	// maxAbsolute bounds the error over σ₁: what is required of every route.
	maxAbsolute = 1e-9
	// maxRelative bounds the error over σ itself, so that a condition number is
	// good to six digits with one to spare.
	maxRelative = 1e-7
)

// Values returns the spectrum of w, a matrix of any shape, sides of 0 and 1
// included. Each σ̂ is within 1e-9·σ₁ of the true one, usually within 1e-14·σ₁;
// Floor.Method bounds it. Numbers near the least of float64 (1e-308) carry what
// precision they have. If w is also Stored, its dtype sets Epsilon and
// Floor.DType.
//
// The route is the eigenvalues of the smaller Gram matrix; QR and
// bidiagonalisation where these would lose the smallest σ, and for float64
// storage. Scaling w by a power of two scales the result exactly.
//
// The error is *NonFiniteError, ErrNoConvergence or ErrOverflow. Working memory
// is bounded by Footprint.
func Values(w Source, o Options) (*Spectrum, error) {
	c, err := takeCensus(w)
	if err != nil {
		return nil, err
	}
	s := &Spectrum{Rows: c.rows, Cols: c.cols, Epsilon: epsilon(w), Method: MethodGram}
	s.Floor.DType = c.rounding(s.Epsilon)
	s.Sigma = make([]float64, min(c.rows, c.cols))
	if c.zero() {
		return s, nil
	}
	e := c.exponent()
	if !s.gram(w, e, o) {
		if err := s.direct(w, e, o); err != nil {
			return nil, err
		}
	}
	return s, s.unscale(e)
}

// epsilon returns the storage spacing of w at 1, 0 if not known.
func epsilon(w Source) float64 {
	if s, ok := w.(Stored); ok {
		return s.Epsilon()
	}
	return 0
}

// gram sets the values of w·2^e by the Gram route and reports whether they are
// good enough.
func (s *Spectrum) gram(w Source, e int, o Options) bool {
	if s.Epsilon != 0 && s.Epsilon <= doubleEpsilon {
		return false // every digit was stored, none is to be lost
	}
	enough := gramConstant * s.unit() / (2 * maxRelative)
	lambda, least, err := linalg.GramSpectrum(w, math.Ldexp(1, e), enough, o.threads())
	return err == nil && s.fromGram(lambda, least)
}

// fromGram sets the values from the eigenvalues of the smaller Gram matrix and
// the smallest value, and reports whether they are good enough.
func (s *Spectrum) fromGram(lambda []float64, least float64) bool {
	if !(least > 0) {
		return false
	}
	r := len(lambda)
	for i, l := range lambda {
		s.Sigma[i] = math.Sqrt(max(l, 0))
	}
	s.Sigma[r-1] = least
	delta := gramConstant * s.unit() // relative error of λ₁
	top := s.Sigma[0]
	s.Floor.Method = delta * top * top / (2 * least)
	return s.Floor.Method <= maxAbsolute*top && leastError(lambda, least, delta) <= maxRelative
}

// leastError bounds the relative error of the smallest value: as the root of
// the smallest λ, δλ₁/(2λ_r); or as the length of its vector's image, which the
// other λⱼ disturb by Σ (δλ₁)²/((λⱼ − λ_r)·2λ_r), the better of the two.
func leastError(lambda []float64, least, delta float64) float64 {
	last, shift := least*least, delta*lambda[0]
	var sum float64
	for _, l := range lambda[:len(lambda)-1] {
		gap := l - last - shift
		if !(gap > 0) {
			return shift / (2 * last) // two values too close to tell their vectors apart
		}
		sum += shift * shift / (gap * 2 * last)
	}
	return min(sum, shift/(2*last))
}

// direct sets the values of w·2^e by the direct route.
func (s *Spectrum) direct(w Source, e int, o Options) error {
	sigma, err := linalg.DirectValues(w, math.Ldexp(1, e), o.threads())
	if err != nil {
		return err
	}
	s.Sigma, s.Method = sigma, MethodBidiagonal
	s.Floor.Method = directConstant * s.unit() * sigma[0]
	return nil
}

// unit returns √max(m, n)·ε.
func (s *Spectrum) unit() float64 { return math.Sqrt(float64(max(s.Rows, s.Cols))) * doubleEpsilon }

// unscale divides the values and the method's floor by 2^e.
func (s *Spectrum) unscale(e int) error {
	for i := range s.Sigma {
		s.Sigma[i] = math.Ldexp(s.Sigma[i], -e)
	}
	s.Floor.Method = math.Ldexp(s.Floor.Method, -e)
	// No sum of values, nor a root of a sum of squares, is larger.
	if math.IsInf(s.Sigma[0]*float64(len(s.Sigma)), 0) || math.IsInf(s.Floor.Level(), 0) {
		return ErrOverflow
	}
	return nil
}

// factor is what the bounds of a product need of one side.
type factor struct {
	exponent int     // the side times 2^exponent has its largest entry near 1
	norm     float64 // ‖·‖₂ of that
	rounding float64 // ‖E‖₂ of its storage, times 2^exponent
	zero     bool
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
	inner, n := b.Dims()
	if inner != k {
		return nil, shapeError(m, k, inner, n)
	}
	fa, err := newFactor(a, o)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	fb, err := newFactor(b, o)
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	s := &Spectrum{Rows: m, Cols: n, Product: true, Epsilon: max(epsilon(a), epsilon(b)), Method: MethodProduct}
	s.Sigma = make([]float64, min(m, k, n))
	if len(s.Sigma) == 0 || fa.zero || fb.zero {
		return s, nil
	}
	s.productFloor(fa, fb, max(m, k, n))
	s.Sigma, err = linalg.ProductValues(a, linalg.Scaled(b, math.Ldexp(1, fb.exponent)), math.Ldexp(1, fa.exponent), o.threads())
	if err != nil {
		return nil, err
	}
	return s, s.unscale(fa.exponent + fb.exponent)
}

// productFloor sets the floors from the factors, the longest side of which is n;
// that of the method is still scaled.
func (s *Spectrum) productFloor(a, b *factor, n int) {
	// Three decompositions, each with its error.
	s.Floor.Method = 3 * directConstant * math.Sqrt(float64(n)) * doubleEpsilon * a.norm * b.norm
	s.Floor.DType = math.Ldexp(a.rounding*b.norm+a.norm*b.rounding, -a.exponent-b.exponent)
}

// newFactor returns what the bounds of a product need of w.
func newFactor(w Source, o Options) (*factor, error) {
	f, err := takeFactor(w)
	if err != nil || f.zero {
		return f, err
	}
	return f, f.setNorm(w, math.Ldexp(1, f.exponent), o)
}

// takeFactor is newFactor without the norm.
func takeFactor(w Source) (*factor, error) {
	c, err := takeCensus(w)
	if err != nil || c.zero() {
		return &factor{zero: true}, err
	}
	f := &factor{exponent: c.exponent()}
	f.rounding = math.Ldexp(c.rounding(epsilon(w)), f.exponent)
	return f, nil
}

// setNorm sets the norm to that of scale·w.
func (f *factor) setNorm(w Source, scale float64, o Options) error {
	lambda, err := linalg.GramValues(w, scale, o.threads())
	if err != nil {
		return err
	}
	f.norm = math.Sqrt(lambda[0]) // the largest loses nothing by squaring
	return nil
}

// censusFootprint is the memory of takeCensus: its tile and its counts.
const censusFootprint = 8 * (tileRows*tileCols + expMask + 1 + 64)

// Footprint returns the bytes of working memory that Values needs at most for a
// rows × cols matrix, its result included, the source not.
func Footprint(rows, cols int) int64 {
	r := int64(min(rows, cols))
	return censusFootprint + linalg.Footprint(rows, cols) + 16*r
}

// ProductFootprint returns the bytes of working memory that ProductValues needs
// at most for an m × k matrix times a k × n one, its result included, the
// sources not.
func ProductFootprint(m, k, n int) int64 {
	norm := max(linalg.Footprint(m, k), linalg.Footprint(k, n))
	return censusFootprint + max(norm, linalg.ProductFootprint(m, k, n)) + 16*int64(min(m, k, n))
}
