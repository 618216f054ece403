package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// thin is a factor of a product as Q·R with its Q kept, as reflectors.
type thin struct {
	*factor
	r   *mat.Dense
	q   blas64.General
	tau []float64
}

// DecomposeProduct is Decompose for a·b, a m × k and b k × n: with a = Q_a·R_a
// and bᵀ = Q_b·R_b its directions are those of the small core R_a·R_bᵀ, turned
// back by Q_a and Q_b. The product is never formed. Values, floors and errors
// are those of ProductValues.
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
	fa, err := newThin(a, a, o)
	if err != nil {
		return nil, fmt.Errorf("first factor: %w", err)
	}
	fb, err := newThin(b, linalg.Transpose(b), o)
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
	s.productFloor(fa.factor, fb.factor, max(m, k, n))
	d.index(top, bottom)
	if err := d.turn(fa, fb); err != nil {
		return nil, err
	}
	d.fixSigns()
	d.measure([]scaled{{a, math.Ldexp(1, fa.exponent)}, {b, math.Ldexp(1, fb.exponent)}}, o)
	return d, d.unscale(fa.exponent + fb.exponent)
}

// turn sets the values of the product and the directions of Index.
func (d *Decomposition) turn(fa, fb *thin) error {
	var svd mat.SVD
	if !svd.Factorize(core(fa.r, fb.r), mat.SVDThin) {
		return ErrNoConvergence
	}
	svd.Values(d.Sigma)
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	d.In, d.Out = fa.back(&left, d.Index), fb.back(&right, d.Index)
	return nil
}

// newThin is newFactor with Q kept, of w or its transpose.
func newThin(w, turned Source, o Options) (*thin, error) {
	m, k := turned.Dims()
	q := blas64.General{Rows: m, Cols: k, Stride: k, Data: make([]float64, m*k)}
	turned.Block(q.Data, k, 0, m, 0, k)
	base, err := factorOf(w, q.Data)
	f := &thin{factor: base, q: q}
	if err != nil || f.zero {
		return f, err
	}
	if f.exponent != 0 {
		for i := range f.q.Data {
			f.q.Data[i] = math.Ldexp(f.q.Data[i], f.exponent)
		}
	}
	p := min(m, k)
	f.tau = make([]float64, p)
	work := make([]float64, qrWork*k)
	lapack64.Geqrf(f.q, f.tau, work, len(work))
	f.r = mat.NewDense(p, k, nil)
	for i := range p {
		copy(f.r.RawRowView(i)[i:], f.q.Data[i*k+i:][:k-i])
	}
	f.q.Cols = p // the reflectors lie in the first p columns
	lambda, err := linalg.GramValues(linalg.Dense(f.r), 1, o.threads())
	if err != nil {
		return f, err
	}
	f.norm = math.Sqrt(lambda[0]) // the largest loses nothing by squaring
	return f, nil
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
	rows, _ := x.Dims()
	y := mat.NewDense(f.q.Rows, len(columns), nil)
	for i := range rows {
		for j, from := range columns {
			y.Set(i, j, x.At(i, from))
		}
	}
	work := make([]float64, qrWork*max(f.q.Rows, len(columns)))
	lapack64.Ormqr(blas.Left, blas.NoTrans, f.q, f.tau, y.RawMatrix(), work, len(work))
	return y
}
