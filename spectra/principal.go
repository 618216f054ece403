package spectra

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// PrincipalOptions says how to find principal components. The zero value finds
// no directions of a centred table.
type PrincipalOptions struct {
	Top        int  // directions of the largest variances; cut to what there is
	Uncentered bool // second moments about 0 in the place of variances
	Threads    int  // goroutines; 0 means 1. Results do not depend on it
}

// Principal is the principal components of a table of n observations, its rows, of d
// features, its columns (Pearson 1901; Hotelling 1933).
type Principal struct {
	Rows, Cols int
	Mean       []float64 // of each feature: length d
	// Spread is the variance of each feature, with n − 1; or the mean square.
	Spread []float64
	// Variance is that along each component, descending, never negative: the
	// eigenvalues of the covariance matrix (or of the second moments), d of them, of
	// which no more than n − 1 (or n) are not 0.
	Variance []float64
	Total    float64 // of Spread, and of Variance
	// Loadings, d × k, are the directions: orthonormal columns, in each of which
	// the component of largest magnitude, the first of equals, is positive.
	Loadings *mat.Dense
	// Floor is the error that rounding may have made in any of Variance.
	Floor float64

	gathered *gathered
}

// Components returns the number of components that the table can have: min(n − 1, d), or min(n, d) about 0.
func (p *Principal) Components() int { return max(min(p.freedom(), p.Cols), 0) }

func (p *Principal) freedom() int { return p.gathered.freedom() }

// PrincipalComponents reads the table once, block by block, and accumulates
// means and squares about them in float64: those of a block about its own mean, joined to
// the rest by the difference of the means (Chan, Golub & LeVeque 1983), so that a
// mean far from 0 costs no digits. With the null it needs some 5·d² numbers of
// memory: measured 0.17 GB at d = 2048, so 11 GB at 16384.
//
// A table of fewer than two rows (one, about 0) or without columns has no variance: Variance is zero.
// The error is *NonFiniteError, with the first such entry; ErrOverflow or ErrNoConvergence.
func PrincipalComponents(x Source, o PrincipalOptions) (*Principal, error) {
	m, err := gather(x)
	if err != nil {
		return nil, err
	}
	m.about0 = o.Uncentered
	return m.principal(o.Top, max(o.Threads, 1))
}

// About returns the components of the same table about its mean or about 0, without reading
// it again.
func (p *Principal) About(mean bool, o PrincipalOptions) (*Principal, error) {
	other := *p.gathered
	other.about0 = !mean
	return other.principal(o.Top, max(o.Threads, 1))
}

// Keep drops the directions beyond the first k.
func (p *Principal) Keep(k int) {
	if rows, cols := p.Loadings.Dims(); k < cols && k > 0 {
		p.Loadings = mat.DenseCopyOf(p.Loadings.Slice(0, rows, 0, k))
	}
}

// gathered is what one pass over a table gathers.
type gathered struct {
	n, d    int
	mean    []float64
	squares *mat.Dense // Σ (x − mean)(x − mean)ᵀ, its lower triangle
	about0  bool
}

func (m *gathered) freedom() int {
	if m.about0 {
		return m.n
	}
	return m.n - 1
}

// momentRows is the number of rows of a block: enough for a product of matrices
// to be fast, and at d = 768 still 6 MB.
const momentRows = 1024

func gather(x Source) (*gathered, error) {
	m := &gathered{}
	m.n, m.d = x.Dims()
	m.mean = make([]float64, m.d)
	if m.n == 0 || m.d == 0 {
		m.squares = &mat.Dense{}
		return m, nil
	}
	m.squares = mat.NewDense(m.d, m.d, nil)
	buf, mean := make([]float64, min(momentRows, m.n)*m.d), make([]float64, m.d)
	for i := 0; i < m.n; i += momentRows {
		k := min(momentRows, m.n-i)
		block := buf[:k*m.d]
		x.Block(block, m.d, i, i+k, 0, m.d)
		if err := m.centre(block, mean, i); err != nil {
			return nil, err
		}
		m.join(block, mean, i)
	}
	return m, nil
}

// centre takes its mean, which it sets, from a block that starts at a row.
func (m *gathered) centre(block, mean []float64, row int) error {
	k := len(block) / m.d
	clear(mean)
	for i := range k {
		for j, v := range block[i*m.d:][:m.d] {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return &NonFiniteError{Row: row + i, Col: j, Value: v}
			}
			mean[j] += v / float64(k) // finite whatever the entries are
		}
	}
	for i := range k {
		for j := range m.d {
			block[i*m.d+j] -= mean[j]
		}
	}
	return nil
}

// join adds a block about its mean to the n rows before.
func (m *gathered) join(block, mean []float64, n int) {
	k := len(block) / m.d
	raw := m.squares.RawMatrix()
	sym := blas64.Symmetric{Uplo: blas.Lower, N: m.d, Stride: raw.Stride, Data: raw.Data}
	blas64.Syrk(blas.Trans, 1, blas64.General{Rows: k, Cols: m.d, Stride: m.d, Data: block}, 1, sym)
	all := float64(n + k)
	weight := float64(k) / all
	delta := make([]float64, m.d)
	for j := range delta {
		delta[j] = mean[j] - m.mean[j]
		m.mean[j] += delta[j] * weight
	}
	addOuter(m.squares, float64(n)*weight, delta)
}

// addOuter adds f·vvᵀ to the lower triangle of a.
func addOuter(a *mat.Dense, f float64, v []float64) {
	for i, x := range v {
		row := a.RawRowView(i)
		for j := range i + 1 {
			row[j] += f * x * v[j]
		}
	}
}

// principal decomposes the covariance matrix.
func (m *gathered) principal(top, threads int) (*Principal, error) {
	p := &Principal{Rows: m.n, Cols: m.d, Mean: m.mean, Spread: make([]float64, m.d), Variance: make([]float64, m.d), Loadings: &mat.Dense{}, gathered: m}
	if m.freedom() < 1 || m.d == 0 {
		return p, nil
	}
	c := mat.NewDense(m.d, m.d, nil)
	f := 1 / float64(m.freedom())
	for i := range m.d {
		to, from := c.RawRowView(i), m.squares.RawRowView(i)
		for j := range i + 1 {
			to[j] = from[j] * f
		}
	}
	if m.about0 {
		addOuter(c, 1, m.mean)
	}
	for j := range m.d {
		p.Spread[j] = c.At(j, j)
		p.Total += p.Spread[j]
	}
	if !(p.Total <= math.MaxFloat64) {
		return nil, ErrOverflow
	}
	top = min(max(top, 0), p.Components())
	var err error
	if p.Variance, p.Loadings, err = linalg.PositiveEigen(c, top, threads); err != nil {
		return nil, err
	}
	p.Floor = float64(m.d) * doubleEpsilon * max(p.Variance[0], 0)
	for i, v := range p.Variance {
		p.Variance[i] = max(v, 0)
	}
	for j := range top {
		if largest(p.Loadings, j) < 0 {
			negate(p.Loadings, j)
		}
	}
	return p, nil
}

// Scores returns the coordinates of the given rows of the table x along the
// components: len(rows) × k, about the mean unless the components are about 0.
// It reads these rows alone, which ascend.
func (p *Principal) Scores(x Source, rows []int) *mat.Dense {
	_, k := p.Loadings.Dims()
	if len(rows) == 0 || k == 0 {
		return &mat.Dense{}
	}
	scores := mat.NewDense(len(rows), k, nil)
	block := mat.NewDense(min(momentRows, len(rows)), p.Cols, nil)
	for from := 0; from < len(rows); from += momentRows {
		some := rows[from:min(from+momentRows, len(rows))]
		for i, at := range some {
			row := block.RawRowView(i)
			x.Block(row, p.Cols, at, at+1, 0, p.Cols)
			for j := range row {
				if !p.gathered.about0 {
					row[j] -= p.Mean[j]
				}
			}
		}
		part := scores.Slice(from, from+len(some), 0, k).(*mat.Dense)
		part.Mul(block.Slice(0, len(some), 0, p.Cols), p.Loadings)
	}
	return scores
}

// Spaced returns at most most of the numbers 0 … n−1, evenly spaced, ascending.
func Spaced(n, most int) []int {
	k := min(n, most)
	rows := make([]int, max(k, 0))
	for i := range rows {
		rows[i] = int(float64(i) * float64(n) / float64(k))
	}
	return slices.Compact(rows)
}
