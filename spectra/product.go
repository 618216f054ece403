package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// factor is what the bounds of a product need of one side.
type factor struct {
	w        Source
	exponent int     // times 2^exponent it is computed with
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
	fa, err := newFactor(a, 0, o)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	fb, err := newFactor(b, 1, o)
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	s := &Spectrum{Rows: m, Cols: n, Inner: k, Product: true, Epsilon: max(epsilon(a), epsilon(b)), Method: MethodProduct}
	s.Sigma = make([]float64, min(m, k, n))
	if len(s.Sigma) == 0 || fa.zero || fb.zero {
		return s, nil
	}
	var norms [2]float64
	s.Sigma, norms, err = linalg.ProductSpectrum(fa.scaled(), fb.scaled(), o.threads(), o.Workspace)
	if err != nil {
		return nil, err
	}
	fa.norm, fb.norm = norms[0], norms[1]
	s.productFloor(fa, fb, max(m, k, n))
	return s, s.unscale(fa.exponent + fb.exponent)
}

// productFloor sets the floors from the factors, the longest side of which is n;
// that of the method is still scaled.
func (s *Spectrum) productFloor(a, b *factor, n int) {
	// Three decompositions, each with its error.
	s.Floor.Method = 3 * directConstant * math.Sqrt(float64(n)) * doubleEpsilon * a.norm * b.norm
	s.Floor.DType = math.Ldexp(a.rounding*b.norm+a.norm*b.rounding, -a.exponent-b.exponent)
}

// maxHeld is the number of entries up to which a factor is widened once and
// held: four times a head's of a model as wide as 8192.
const maxHeld = 1 << 22

// newFactor returns the i-th factor, 0 or 1, without its norm.
func newFactor(w Source, i int, o Options) (*factor, error) {
	rows, cols := w.Dims()
	if rows == 0 || cols == 0 || rows > maxHeld/cols {
		c, err := takeCensus(w)
		return c.factor(w), err
	}
	held := o.Workspace.Lend(i, rows*cols)
	w.Block(held, cols, 0, rows, 0, cols)
	f, err := factorOf(w, held)
	if err == nil {
		f.w = linalg.Dense(mat.NewDense(rows, cols, held))
	}
	return f, err
}

// factorOf is newFactor for the entries of w in any order.
func factorOf(w Source, entries []float64) (*factor, error) {
	c := newCensus(w)
	c.count(entries)
	return c.factor(w), c.check(w)
}

// factor returns what the census of w says of it as a factor.
func (c *census) factor(w Source) *factor {
	f := &factor{w: w, exponent: c.exponent(), zero: c.zero()}
	f.rounding = math.Ldexp(c.rounding(epsilon(w)), f.exponent)
	return f
}

// scaled returns the factor times 2^exponent.
func (f *factor) scaled() Source {
	if f.exponent == 0 {
		return f.w
	}
	return linalg.Scaled(f.w, math.Ldexp(1, f.exponent))
}

// ProductFootprint returns the bytes of working memory that ProductValues needs
// at most for an m × k matrix times a k × n one, its result included, the
// sources not.
func ProductFootprint(m, k, n int) int64 {
	held := min(int64(m)*int64(k), maxHeld) + min(int64(n)*int64(k), maxHeld)
	return censusFootprint + 8*held + linalg.ProductFootprint(m, k, n) + 16*int64(min(m, k, n))
}
