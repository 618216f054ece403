package spectra

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// inverter finds directions of the smallest values of w, rows ≥ cols, through
// its triangular factor.
type inverter struct {
	*reading
	w   Source // tall
	r   blas64.Triangular
	top *mat.Dense // directions on the short side that are taken, nil for none
}

// bottom returns the directions of the k smallest values, descending: of the
// triangular factor R of the long side they are the leading ones of R⁻¹. They
// are orthogonal to those of top, both sides of which are given if there are
// any. It returns nils if the inverse passes the range of float64.
func (x *reading) bottom(k int, topIn, topOut *mat.Dense) (in, out *mat.Dense, err error) {
	v := &inverter{reading: x, w: x.w, top: topOut}
	rows, cols := x.w.Dims()
	if rows < cols {
		v.w, v.top = linalg.Transpose(x.w), topIn
	}
	r, err := linalg.RFactor(v.w, x.scale(), x.threads, nil)
	if err != nil {
		return nil, nil, err
	}
	raw := r.RawMatrix()
	v.r = blas64.Triangular{Uplo: blas.Upper, Diag: blas.NonUnit, N: raw.Cols, Stride: raw.Stride, Data: raw.Data}
	inverse := mat.DenseCopyOf(r)
	it := v.r
	it.Data = inverse.RawMatrix().Data
	if !lapack64.Trtri(it) || !bounded(inverse) {
		return nil, nil, nil
	}
	d, err := linalg.TopVectors(linalg.Dense(inverse), k, 1, x.threads)
	if err != nil {
		return nil, nil, err
	}
	short := d.In
	if v.top != nil {
		without(short, v.top)
		orthonormalise(short)
	}
	short, long, err := v.ritz(short)
	if rows < cols {
		return short, long, err
	}
	return long, short, err
}

// solve replaces x by (RᵀR)⁻¹·x.
func (v *inverter) solve(x *mat.Dense) {
	blas64.Trsm(blas.Left, blas.Trans, 1, v.r, x.RawMatrix())
	blas64.Trsm(blas.Left, blas.NoTrans, 1, v.r, x.RawMatrix())
}

// without takes from the columns of x their parts along those of q, which are
// orthonormal; twice, for what the first time leaves by rounding.
func without(x, q *mat.Dense) {
	var c, part mat.Dense
	for range 2 {
		c.Mul(q.T(), x)
		part.Mul(q, &c)
		x.Sub(x, &part)
	}
}

// cleanRounds is the number of steps of clean: the first leaves the square of
// what it finds, relative to σ₁, the second repairs that.
const cleanRounds = 2

// clean takes from long, the images of short, what rounding brought in of the
// images of all other directions: an image of length σ carries errors of
// ε·σ₁, which are large beside a small σ. With b = Wᵀ·long less its part in
// short, W·(RᵀR)⁻¹·b is the part of long in those images (corrected seminormal
// equations, Björck 1987).
func (v *inverter) clean(short, long *mat.Dense) {
	for range cleanRounds {
		b := linalg.Apply(linalg.Transpose(v.w), long, v.scale(), v.threads)
		without(b, short)
		v.solve(b)
		without(b, short)
		long.Sub(long, linalg.Apply(v.w, b, v.scale(), v.threads))
		orthonormalise(long)
	}
}

// bounded reports whether the squares of all elements are finite, with room
// for their sums.
func bounded(m *mat.Dense) bool {
	for _, v := range m.RawMatrix().Data {
		if !(math.Abs(v) < 0x1p400) {
			return false
		}
	}
	return true
}

// orthonormalise replaces the columns of q by an orthonormal basis of their span
// (Householder QR).
func orthonormalise(q *mat.Dense) {
	raw := q.RawMatrix()
	unitColumns(raw)
	k := raw.Cols
	tau, work := make([]float64, k), make([]float64, qrWork*max(k, 1))
	lapack64.Geqrf(raw, tau, work, len(work))
	lapack64.Orgqr(raw, tau, work, len(work))
}

// qrWork is the block size of LAPACK's QR routines, doubled, in columns of
// working memory.
const qrWork = 64

// unitColumns divides columns that solving may have made huge by their norm.
func unitColumns(m blas64.General) {
	for j := range m.Cols {
		col := blas64.Vector{N: m.Rows, Inc: m.Stride, Data: m.Data[j:]}
		if n := blas64.Nrm2(col); n > 0 && !math.IsInf(n, 0) {
			blas64.Scal(1/n, col)
		}
	}
}

// ritz finds, within the subspace of the short side of w given by orthonormal
// columns, the directions of w (Rayleigh and Ritz), values descending.
func (v *inverter) ritz(short *mat.Dense) (s, long *mat.Dense, err error) {
	image := linalg.Apply(v.w, short, v.scale(), v.threads)
	long = mat.DenseCopyOf(image)
	orthonormalise(long)
	v.clean(short, long)
	var core mat.Dense
	core.Mul(long.T(), image)
	var svd mat.SVD
	if !svd.Factorize(&core, mat.SVDThin) {
		return nil, nil, ErrNoConvergence
	}
	var left, right, a, b mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	a.Mul(short, &right)
	b.Mul(long, &left)
	return &a, &b, nil
}
