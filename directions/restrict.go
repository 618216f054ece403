package directions

import (
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

// DecomposeWithout decomposes what m does to those inputs alone that write
// nothing of the given tokens: P·W, P the projection of the input space on the
// complement of W·E, the columns of E being the tokens' vectors as of
// [Reader.Output]. Every output of it is orthogonal to them. With none it is
// [Reader.Decompose], whose errors it has, and *TokenError.
func (r *Reader) DecomposeWithout(m *loader.Matrix, tokens []int, q spectra.Request, o spectra.Options) (d *spectra.Decomposition, err error) {
	if len(tokens) == 0 {
		return r.Decompose(m, q, o)
	}
	err = loader.Guard(func() error {
		w, err := r.Sources(m)
		if err != nil {
			return err
		}
		if w[0], err = r.restrict(m, w, tokens); err != nil {
			return err
		}
		if len(w) == 1 {
			d, err = spectra.Decompose(w[0], q, o)
		} else {
			d, err = spectra.DecomposeProduct(w[0], w[1], q, o)
		}
		return err
	})
	return d, err
}

// restrict returns the first factor of m without the inputs that write the tokens.
func (r *Reader) restrict(m *loader.Matrix, w []spectra.Source, tokens []int) (spectra.Source, error) {
	_, d := m.Dims()
	image := mat.NewDense(d, len(tokens), nil)
	x := make([]float64, d)
	for j, id := range tokens {
		if err := r.token(x, m, id); err != nil {
			return nil, err
		}
		image.SetCol(j, x)
	}
	for i := len(w) - 1; i >= 0; i-- {
		image = linalg.Apply(w[i], image, 1, 1)
	}
	basis := orthonormal(image)
	if len(basis) == 0 {
		return w[0], nil
	}
	rows, _ := w[0].Dims()
	q := mat.NewDense(rows, len(basis), nil)
	for j, v := range basis {
		q.SetCol(j, v)
	}
	return &restricted{w[0], q, linalg.Apply(linalg.Transpose(w[0]), q, 1, 1)}, nil
}

// orthonormal returns an orthonormal basis of the span of the columns, by Gram
// and Schmidt, without those that the ones before contain.
func orthonormal(columns *mat.Dense) (basis [][]float64) {
	_, n := columns.Dims()
	for j := range n {
		x := mat.Col(nil, j, columns)
		before := norm(x)
		for range 2 { // twice is enough (Parlett 1998, § 6.9)
			for _, q := range basis {
				add(x, -dot(x, q), q)
			}
		}
		const within = 1e-10 // of its length: what rounding leaves of a token given twice
		if length := norm(x); length > within*before {
			scale(x, 1/length)
			basis = append(basis, x)
		}
	}
	return basis
}

// restricted is W − Q·(QᵀW), Q with orthonormal columns.
type restricted struct {
	spectra.Source
	q     *mat.Dense // d_in × k
	image *mat.Dense // Wᵀ·Q
}

// Epsilon returns the storage spacing of the matrix beneath.
func (x *restricted) Epsilon() float64 {
	if s, ok := x.Source.(spectra.Stored); ok {
		return s.Epsilon()
	}
	return 0
}

// Block reads a block and takes its part along Q away.
func (x *restricted) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	x.Source.Block(dst, ld, i0, i1, j0, j1)
	for i := i0; i < i1; i++ {
		row, q := dst[(i-i0)*ld:][:j1-j0], x.q.RawRowView(i)
		for j := range row {
			row[j] -= dot(q, x.image.RawRowView(j0+j))
		}
	}
}
