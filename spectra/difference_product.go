package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// CompareProduct is Compare for products of two factors, W = F[0]·F[1] with
// F[0] m × k and F[1] k × n. The products are never formed: with ΔA and ΔB the
// changes of the factors,
//
//	Δ = [A_new, ΔA]·[ΔB; B_old],
//
// which, unlike [A_new, A_old]·[B_new; −B_old], loses nothing where little
// changed; a factor that did not change is left out. Delta has up to 2k values.
//
// Floor.DType adds what rounding either factor can give, stretched by the other.
func CompareProduct(old, new [2]Source, q Request, o Options) (*Difference, error) {
	m, k := old[0].Dims()
	if rows, n := old[1].Dims(); rows != k {
		return nil, shapeError(m, k, rows, n)
	}
	a, err := newSide(old[0], new[0], false)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	b, err := newSide(old[1], new[1], true)
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	d := &Difference{}
	left, right := delta(a, b)
	if d.Delta, err = DecomposeProduct(linalg.Dense(left), linalg.Transpose(linalg.Dense(right)), q, o); err != nil {
		return nil, err
	}
	d.between(a, b)
	e := a.exponent + b.exponent
	rounding, noise, err := productEdge(a, b, o)
	if err != nil {
		return nil, err
	}
	if err := d.Delta.unscale(e); err != nil {
		return nil, err
	}
	d.count(math.Ldexp(rounding, -e))
	d.Noise = math.Ldexp(noise, -e)
	d.changes = []float64{math.Ldexp(a.norm, -a.exponent), math.Ldexp(b.norm, -b.exponent)}
	return d, nil
}

// side is one factor of two products, old and new, times 2^exponent: tall, the
// second factor transposed.
type side struct {
	exponent int
	old, new *mat.Dense
	change   *mat.Dense // new − old, nil where they are the same
	norm     float64    // ‖change‖_F
	noise    float64    // ‖·‖₂ of noise of that size
	rounding [2]float64 // ‖E‖₂ of old and of new at most
}

func newSide(old, new Source, transpose bool) (*side, error) {
	c, err := takeChange(old, new)
	if err != nil {
		return nil, err
	}
	if transpose {
		old, new = linalg.Transpose(old), linalg.Transpose(new)
	}
	_, e := math.Frexp(math.Sqrt(max(c.old, c.new))) // products of norms stay in range
	s := &side{exponent: c.exponent - e}
	s.old, s.new = held(old, s.exponent), held(new, s.exponent)
	if c.same {
		return s, nil
	}
	s.change = mat.DenseCopyOf(s.new)
	s.change.Sub(s.new, s.old)
	s.norm = mat.Norm(s.change, 2)
	s.noise = noiseEdge(c.rows, c.cols, s.norm)
	for i, p := range c.rounding {
		s.rounding[i] = math.Ldexp(p.edge(), -e)
	}
	return s, nil
}

// delta returns the factors of Δ, the second one transposed, both of them tall.
// The blocks are scaled so that each factor's are of one size.
func delta(a, b *side) (left, right *mat.Dense) {
	switch {
	case b.change == nil && a.change == nil:
		return zeroLike(a.new), b.old
	case b.change == nil:
		return a.change, b.old
	case a.change == nil:
		return a.new, b.change
	}
	_, e := math.Frexp(math.Sqrt(mat.Norm(a.change, 2) / mat.Norm(a.new, 2) * mat.Norm(b.change, 2) / mat.Norm(b.old, 2)))
	var x, y mat.Dense
	x.Scale(math.Ldexp(1, e), a.new)
	y.Scale(math.Ldexp(1, -e), b.change)
	left, right = new(mat.Dense), new(mat.Dense)
	left.Augment(&x, a.change)
	right.Augment(&y, b.old)
	return left, right
}

func zeroLike(m *mat.Dense) *mat.Dense {
	rows, cols := m.Dims()
	if rows == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(rows, cols, nil)
}

// between sets the norms, the relative change and the cosine; Delta is still
// scaled.
func (d *Difference) between(a, b *side) {
	e := a.exponent + b.exponent
	oo, nn := inner(a.old, a.old, b.old, b.old), inner(a.new, a.new, b.new, b.new)
	d.OldNorm, d.NewNorm, d.Cosine = rootOf(oo, e), rootOf(nn, e), 1
	if a.change == nil && b.change == nil {
		return
	}
	norm := frobeniusNorm(d.Delta.Spectrum)
	d.Norm, d.Relative = math.Ldexp(norm, -e), norm/math.Sqrt(max(oo, 0))
	d.Cosine = max(-1, min(1, inner(a.old, a.new, b.old, b.new)/math.Sqrt(max(oo, 0))/math.Sqrt(max(nn, 0))))
}

// productEdge returns the largest singular value that rounding of the factors
// that changed can give Δ: to first order, of old and of new each
// ‖E_A‖·‖B‖ + ‖A‖·‖E_B‖, which are independent. And that of noise of the size of
// the factors' changes.
func productEdge(a, b *side, o Options) (rounding, noise float64, err error) {
	for i, pair := range [][2]*mat.Dense{{a.old, b.old}, {a.new, b.new}} {
		var norms [2]float64
		for j, f := range pair {
			if norms[j], err = largestValue(f, o); err != nil {
				return 0, 0, err
			}
		}
		rounding = math.Hypot(rounding, a.rounding[i]*norms[1]+norms[0]*b.rounding[i])
		if i == 0 { // noise is added to the old
			noise = math.Hypot(a.noise*norms[1], norms[0]*b.noise)
		}
	}
	return rounding, noise, nil
}

// largestValue returns ‖x‖₂.
func largestValue(x *mat.Dense, o Options) (float64, error) {
	lambda, err := linalg.GramValues(linalg.Dense(x), 1, o.threads())
	if err != nil || len(lambda) == 0 {
		return 0, err
	}
	return math.Sqrt(max(lambda[0], 0)), nil
}

// held returns w·2^e as a whole.
func held(w Source, e int) *mat.Dense {
	m, n := w.Dims()
	if m == 0 || n == 0 {
		return &mat.Dense{}
	}
	d := mat.NewDense(m, n, nil)
	w.Block(d.RawMatrix().Data, n, 0, m, 0, n)
	half, rest := math.Ldexp(1, e/2), math.Ldexp(1, e-e/2) // 2^e may not be a float64
	for i, v := range d.RawMatrix().Data {
		d.RawMatrix().Data[i] = v * half * rest
	}
	return d
}

// inner returns ⟨a₁·b₁ᵀ, a₂·b₂ᵀ⟩ = Σ (a₁ᵀa₂)∘(b₁ᵀb₂).
func inner(a1, a2, b1, b2 *mat.Dense) float64 {
	x, y := crossGram(a1, a2), crossGram(b1, b2)
	var sum float64
	for i, v := range x.RawMatrix().Data {
		sum += v * y.RawMatrix().Data[i]
	}
	return sum
}

// crossGram returns xᵀy.
func crossGram(x, y *mat.Dense) *mat.Dense {
	if x.IsEmpty() || y.IsEmpty() {
		return &mat.Dense{}
	}
	_, p := x.Dims()
	_, q := y.Dims()
	g := mat.NewDense(p, q, nil)
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, x.RawMatrix(), y.RawMatrix(), 0, g.RawMatrix())
	return g
}

// rootOf returns √squares/2^e.
func rootOf(squares float64, e int) float64 { return math.Ldexp(math.Sqrt(max(squares, 0)), -e) }
