package linalg

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Directions are the leading singular values of scale·W with a unit vector at
// both ends of W, and how well they fit. As a map from rows to columns,
// In[:, i] · scale·W = Sigma[i] · Out[:, i].
type Directions struct {
	Sigma []float64  // k values, descending
	In    *mat.Dense // m × k, orthonormal columns
	Out   *mat.Dense // n × k, orthonormal columns

	// Values are all λ of the smaller Gram matrix, as of GramValues.
	Values []float64

	// Residual is the largest of ‖Inᵢ·W − σᵢ·Outᵢ‖ and ‖W·Outᵢ − σᵢ·Inᵢ‖, over σ₁,
	// in [0, ∞): measured, not estimated. 0 if W is zero.
	Residual float64
	// Orthogonality is the largest element of |InᵀIn − I| and |OutᵀOut − I|,
	// in [0, ∞), measured.
	Orthogonality float64
}

// TopVectors returns the k largest singular values of scale·w, m × n, with
// their directions, and all values of the Gram matrix; k ≤ min(m, n), with
// both sides at least 1.
//
// The eigenvectors of the tridiagonal form of the smaller Gram matrix are found
// by inverse iteration and transformed back; the other side follows from them
// by a product with w, a QR factorisation and the singular vectors of the small
// factor. Values smaller than about 1e-8·σ₁ are those of the subspace found and
// their directions may be arbitrary within it: Residual tells.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence.
func TopVectors(w Source, k int, scale float64, threads int) (*Directions, error) {
	return newEngine(best, threads).topVectors(w, k, scale)
}

func (e *engine) topVectors(w Source, k int, scale float64) (*Directions, error) {
	m, n := w.Dims()
	w, rows, r := tall(w)
	g := e.gram(w, rows, r, scale)
	unit, ok := normalize(g)
	if !ok {
		return nil, ErrNoConvergence
	}
	if unit == 0 {
		unit = 1
	}
	blocks := e.toBand(g, e.width, true)
	t, sweeps := e.chaseKeep(newBand(g, e.width))
	lambda, err := e.tridiagonalValues(tridiagonal{slices.Clone(t.d), slices.Clone(t.e)})
	if err != nil {
		return nil, err
	}
	slices.Reverse(lambda)
	ld := roundUp(r, lineLanes)
	x := e.inverseIteration(t, lambda[:k], ld)
	sweeps.apply(e, x, k, ld)
	for i := len(blocks) - 1; i >= 0; i-- {
		blocks[i].apply(e, x, k, ld)
	}
	for i := range lambda {
		lambda[i] /= unit
	}
	d, err := e.bothEnds(newReader(e, w, scale), side{k, r, ld, x}, rows)
	if err != nil {
		return nil, err
	}
	d.Values = lambda
	if m < n {
		d.In, d.Out = d.Out, d.In
	}
	return d, nil
}

// side is k vectors of n elements, as rows ld apart.
type side struct {
	k, n, ld int
	x        []float64
}

func newSide(k, n int) side {
	ld := roundUp(n, lineLanes)
	return side{k, n, ld, make([]float64, k*ld)}
}

// columns returns the vectors as the columns of a matrix, n × k.
func (s side) columns() *mat.Dense {
	m := mat.NewDense(s.n, s.k, nil)
	for i := range s.k {
		m.SetCol(i, s.x[i*s.ld:][:s.n])
	}
	return m
}

// bothEnds finds the directions of w, rows × short.n, within the subspace of
// its short side that is given by orthonormal vectors (Rayleigh and Ritz), and
// measures them. Of the result, In is on the long side.
func (e *engine) bothEnds(w *reader, short side, rows int) (*Directions, error) {
	k := short.k
	long := newSide(k, rows)
	w.times(short, long)
	core := mat.NewDense(k, k, nil) // of long = coreᵀ·Q
	b := e.newBasis(long.x, rows, long.ld)
	image := slices.Clone(long.x)
	for i := range k {
		b.add(i, uint64(i))
	}
	e.inner(side{k, rows, long.ld, image}, long, core)
	var svd mat.SVD
	if !finite(core.RawMatrix().Data) || !svd.Factorize(core, mat.SVDThin) {
		return nil, ErrNoConvergence
	}
	// core[i, j] = (x[i]·w)·q[j] = Σ left[i, s]·σ[s]·right[j, s]
	var left, right mat.Dense
	svd.UTo(&left)
	svd.VTo(&right)
	d := &Directions{Sigma: svd.Values(nil)}
	short, long = e.rotate(short, &left), e.rotate(long, &right)
	d.measure(e, w, short, long)
	d.In, d.Out = long.columns(), short.columns()
	return d, nil
}

// inner sets c[i, j] to the inner product of a's i-th and b's j-th vector.
func (e *engine) inner(a, b side, c *mat.Dense) {
	raw := c.RawMatrix()
	clear(raw.Data)
	e.multiply(product[float64]{a.k, b.k, a.n, 1, rowMajor(a.x, a.ld), rowMajor(b.x, b.ld).t(), raw.Data, raw.Stride})
}

// rotate returns the vectors Σⱼ c[j, i]·s[j].
func (e *engine) rotate(s side, c *mat.Dense) side {
	raw, out := c.RawMatrix(), newSide(s.k, s.n)
	e.multiply(product[float64]{s.k, s.n, s.k, 1, rowMajor(raw.Data, raw.Stride).t(), rowMajor(s.x, s.ld), out.x, out.ld})
	return out
}

// measure sets Residual and Orthogonality.
func (d *Directions) measure(e *engine, w *reader, short, long side) {
	gram := mat.NewDense(short.k, short.k, nil)
	for _, s := range []side{short, long} {
		e.inner(s, s, gram)
		for i := range s.k {
			for j := range s.k {
				want := 0.0
				if i == j {
					want = 1
				}
				d.Orthogonality = worse(d.Orthogonality, math.Abs(gram.At(i, j)-want))
			}
		}
	}
	image, back := newSide(long.k, long.n), newSide(short.k, short.n)
	w.times(short, image)
	w.timesTransposed(long, back)
	if d.Sigma[0] == 0 {
		return
	}
	for i, sigma := range d.Sigma {
		for _, pair := range [][2]side{{image, long}, {back, short}} {
			got, want := pair[0].x[i*pair[0].ld:], pair[1].x[i*pair[1].ld:]
			var sum float64
			for j := range pair[0].n {
				diff := (got[j] - sigma*want[j]) / d.Sigma[0]
				sum += diff * diff
			}
			d.Residual = worse(d.Residual, math.Sqrt(sum))
		}
	}
}

// worse is max, and NaN if one is.
func worse(a, b float64) float64 {
	if a >= b {
		return a
	}
	return b
}
