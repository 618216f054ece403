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

	// Least is the smallest singular value, as of Gram.Spectrum.
	Least float64

	// Residual is the largest of ‖Inᵢ·W − σᵢ·Outᵢ‖ and ‖W·Outᵢ − σᵢ·Inᵢ‖, over σ₁,
	// in [0, ∞): measured, not estimated. 0 if W is zero.
	Residual float64
	// Residuals are those of each direction; Residual is their largest.
	Residuals []float64
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
	return NewGram(w, scale, threads, nil).TopVectors(w, k)
}

func (e *engine) topVectors(w Source, k int, scale float64) (*Directions, error) {
	return e.newGram(w, scale).TopVectors(w, k)
}

// TopVectors is the function of that name for the matrix w that g was made of.
func (g *Gram) TopVectors(w Source, k int) (*Directions, error) {
	e, r := g.e, g.g.n
	unit, ok := e.normalize(g.g)
	if !ok {
		return nil, ErrNoConvergence
	}
	if unit == 0 {
		unit = 1
	}
	t, back := e.tridiagonalize(g.g, true)
	lambda, err := e.tridiagonalValues(tridiagonal{slices.Clone(t.d), slices.Clone(t.e)})
	if err != nil {
		return nil, err
	}
	slices.Reverse(lambda)
	ld := roundUp(r, lineLanes)
	sought := slices.Clone(lambda[:k])
	if k < r {
		sought = append(sought, lambda[r-1])
	}
	x := e.inverseIteration(t, sought, ld)
	back(x, len(sought), ld)
	for i := range lambda {
		lambda[i] /= unit
	}
	m, n := w.Dims()
	w, rows, _ := tall(w)
	reader := newReader(e, w, g.scale)
	long := newSide(len(sought), rows) // in one reading with that of the last value
	reader.times(side{len(sought), r, ld, x}, long)
	least := side{len(sought) - k, rows, long.ld, long.x[k*long.ld:]}
	d, err := e.bothEnds(reader, side{k, r, ld, x[:k*ld]}, side{k, rows, long.ld, long.x[:k*long.ld]})
	if err != nil {
		return nil, err
	}
	d.Values, d.Least = lambda, d.Sigma[k-1]
	if k < r {
		d.Least = length(least.x)
	}
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

// bothEnds finds the directions of w within the subspace of its short side that is
// given by orthonormal vectors (Rayleigh and Ritz), whose images are long, and
// measures them. Of the result, In is on the long side. It uses long up.
func (e *engine) bothEnds(w *reader, short, long side) (*Directions, error) {
	k, rows := short.k, long.n
	core := mat.NewDense(k, k, nil) // of long = coreᵀ·Q
	b := e.newBasis(long.x, rows, long.ld)
	image := side{k, rows, long.ld, slices.Clone(long.x)}
	for i := range k {
		b.add(i, uint64(i))
	}
	e.inner(image, long, core)
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
	back := newSide(k, short.n)
	w.timesTransposed(long, back)
	d.measure(e, [2]side{short, back}, [2]side{long, e.rotate(image, &left)})
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

// measure sets Residual and Orthogonality, given the vectors of both sides and
// what w maps those of the other side to.
func (d *Directions) measure(e *engine, short, long [2]side) {
	d.Residuals = make([]float64, len(d.Sigma))
	for _, s := range [][2]side{short, long} {
		d.Orthogonality = worse(d.Orthogonality, e.loss(s[0]))
		for i, sigma := range d.Sigma {
			if d.Sigma[0] == 0 {
				break
			}
			want, got := s[0].x[i*s[0].ld:], s[1].x[i*s[1].ld:]
			var sum float64
			for j := range s[0].n {
				diff := (got[j] - sigma*want[j]) / d.Sigma[0]
				sum += diff * diff
			}
			d.Residuals[i] = worse(d.Residuals[i], math.Sqrt(sum))
			d.Residual = worse(d.Residual, d.Residuals[i])
		}
	}
}

// loss returns the largest element of |XXᵀ − I| for the vectors of s.
func (e *engine) loss(s side) float64 {
	gram := mat.NewDense(s.k, s.k, nil)
	e.inner(s, s, gram)
	var most float64
	for i := range s.k {
		for j := range s.k {
			want := 0.0
			if i == j {
				want = 1
			}
			most = worse(most, math.Abs(gram.At(i, j)-want))
		}
	}
	return most
}

// worse is max, and NaN if one is.
func worse(a, b float64) float64 {
	if a >= b {
		return a
	}
	return b
}
