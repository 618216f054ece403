package spectra

import (
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// thin is a factor of a product as Q·R, with what it takes to apply Q.
type thin struct {
	*factor
	x *mat.Dense // the factor itself, m × k, times 2^exponent
	r *mat.Dense
	// q and tau are the reflectors of Q, if it was factored by them; else Q is
	// x·R⁻¹.
	q   blas64.General
	tau []float64
}

// DecomposeProduct is Decompose for a·b, a m × k and b k × n: with a = Q_a·R_a
// and bᵀ = Q_b·R_b its directions are those of the small core R_a·R_bᵀ, turned
// back by Q_a and Q_b. The product is never formed. Values, floors and errors
// are those of ProductValues.
//
// R is found as there, from the Gram matrix where that does, and Q is a·R⁻¹. What
// that gives is measured; where it is not as good as reflectors would be, they
// are taken instead.
func DecomposeProduct(a, b Source, q Request, o Options) (*Decomposition, error) {
	m, k := a.Dims()
	inner, n := b.Dims()
	if inner != k {
		return nil, shapeError(m, k, inner, n)
	}
	if top, bottom := q.split(min(m, k, n)); top+bottom == 0 {
		s, err := ProductValues(a, b, o)
		return &Decomposition{Spectrum: s, In: &mat.Dense{}, Out: &mat.Dense{}}, err
	}
	fa, err := newThin(a, a)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	fb, err := newThin(b, linalg.Transpose(b))
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	s := &Spectrum{Rows: m, Cols: n, Inner: k, Product: true, Epsilon: max(epsilon(a), epsilon(b)), Method: MethodProduct}
	s.Sigma = make([]float64, min(m, k, n))
	d := &Decomposition{Spectrum: s}
	top, bottom := q.split(len(s.Sigma))
	if len(s.Sigma) == 0 || fa.zero || fb.zero {
		d.arbitrary(top, bottom)
		return d, nil
	}
	d.index(top, bottom)
	for _, factored := range []func(*thin, Options) error{(*thin).divided, (*thin).reflected} {
		if err = errors.Join(factored(fa, o), factored(fb, o)); err == nil {
			err = d.turn(fa, fb)
		}
		if err == nil && d.good(max(m, n)) {
			break
		}
	}
	if err != nil {
		return nil, ErrNoConvergence
	}
	s.productFloor(fa.factor, fb.factor, max(m, k, n))
	d.fixSigns()
	return d, d.unscale(fa.exponent + fb.exponent)
}

// good reports whether the directions are as those that reflectors give: of the
// products of heads these are off by less than 4·ε, and sums of n numbers in any
// order by √n·ε.
func (d *Decomposition) good(n int) bool {
	most := 4 * math.Sqrt(float64(n)) * doubleEpsilon
	return d.Residual <= most && d.Orthogonality <= most
}

// turn sets the values of the product and the directions of Index, and measures
// them.
func (d *Decomposition) turn(fa, fb *thin) error {
	var svd mat.SVD
	core := core(fa.r, fb.r)
	if !bounded(core) || !svd.Factorize(core, mat.SVDThin) {
		return ErrNoConvergence
	}
	svd.Values(d.Sigma)
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	d.In, d.Out = fa.back(&left, d.Index), fb.back(&right, d.Index)
	d.measured(fb.times(fa, d.In), fa.times(fb, d.Out))
	return nil
}

// times returns x·yᵀ·v, for the matrices x and y of the two factors.
func (f *thin) times(from *thin, v *mat.Dense) *mat.Dense {
	var inner, out mat.Dense
	inner.Mul(from.x.T(), v)
	out.Mul(f.x, &inner)
	return &out
}

// newThin reads w or its transpose whole, and takes its census.
func newThin(w, turned Source) (*thin, error) {
	m, k := turned.Dims()
	if m == 0 || k == 0 {
		return &thin{factor: &factor{zero: true}}, nil
	}
	f := &thin{x: mat.NewDense(m, k, nil)}
	entries := f.x.RawMatrix().Data
	turned.Block(entries, k, 0, m, 0, k)
	var err error
	if f.factor, err = factorOf(w, entries); err != nil || f.zero || f.exponent == 0 {
		return f, err
	}
	for i := range entries {
		entries[i] = math.Ldexp(entries[i], f.exponent)
	}
	return f, nil
}

// divided sets R, for Q = x·R⁻¹.
func (f *thin) divided(o Options) (err error) {
	if f.r, err = linalg.RFactor(linalg.Dense(f.x), 1, o.threads(), o.Workspace); err != nil {
		return err
	}
	if p, k := f.r.Dims(); p < k {
		return ErrNoConvergence // it has no inverse
	}
	return f.setNorm(o)
}

// reflected sets R and the reflectors of Q.
func (f *thin) reflected(o Options) error {
	m, k := f.x.Dims()
	p := min(m, k)
	f.q, f.tau = mat.DenseCopyOf(f.x).RawMatrix(), make([]float64, p)
	work := make([]float64, qrWork*k)
	lapack64.Geqrf(f.q, f.tau, work, len(work))
	f.r = mat.NewDense(p, k, nil)
	for i := range p {
		copy(f.r.RawRowView(i)[i:], f.q.Data[i*k+i:][:k-i])
	}
	f.q.Cols = p // the reflectors lie in the first p columns
	return f.setNorm(o)
}

// setNorm takes the norm from R: the largest value loses nothing by squaring.
func (f *thin) setNorm(o Options) error {
	lambda, err := linalg.GramValues(linalg.Dense(f.r), 1, o.threads())
	if err == nil {
		f.norm = math.Sqrt(lambda[0])
	}
	return err
}

// core returns ra·rbᵀ, for ra p × k and rb q × k.
func core(ra, rb *mat.Dense) *mat.Dense {
	p, _ := ra.Dims()
	q, _ := rb.Dims()
	c := mat.NewDense(p, q, nil)
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, ra.RawMatrix(), rb.RawMatrix(), 0, c.RawMatrix())
	return c
}

// back returns Q·x for the given columns of x, m × len(columns).
func (f *thin) back(x *mat.Dense, columns []int) *mat.Dense {
	if len(columns) == 0 {
		return &mat.Dense{}
	}
	picked := pick(x, columns)
	if f.tau == nil {
		raw := f.r.RawMatrix()
		blas64.Trsm(blas.Left, blas.NoTrans, 1, blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: raw.Cols, Stride: raw.Stride, Data: raw.Data}, picked.RawMatrix())
		var y mat.Dense
		y.Mul(f.x, picked)
		return &y
	}
	rows, k := picked.Dims()
	y := mat.NewDense(f.q.Rows, k, nil)
	for i := range rows {
		copy(y.RawRowView(i), picked.RawRowView(i))
	}
	work := make([]float64, qrWork*max(f.q.Rows, k))
	lapack64.Ormqr(blas.Left, blas.NoTrans, f.q, f.tau, y.RawMatrix(), work, len(work))
	return y
}
