package directions

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// VocabularyGram is what of W_E and W_U decides the eigenvalues and the norm of
// a circuit W_E·M·W_U: three d_model × d_model matrices, made once a model in
// O(d_vocab·d_model²), so that nothing of size d_vocab × d_vocab ever is.
type VocabularyGram struct {
	ue    *mat.Dense // W_U·W_E
	ee    *mat.Dense // W_Eᵀ·W_E, the same as ue if tied
	uu    *mat.Dense // W_U·W_Uᵀ, likewise
	sigma []float64  // singular values of ue
}

// NewVocabularyGram returns the Gram matrices of wE, d_vocab × d_model, and wU,
// d_model × d_vocab; nil for wU says that it is wE's transpose. The sources are
// read once. Scales do not matter: each is taken over its Frobenius norm. The
// error is that of spectra.Values, or a *spectra.NonFiniteError.
func NewVocabularyGram(wE, wU linalg.Source) (*VocabularyGram, error) {
	g := &VocabularyGram{}
	if wU == nil {
		g.ue = gramOf(wE)
		g.ee, g.uu = g.ue, g.ue
	} else {
		rows := linalg.Transpose(wU) // d_vocab × d_model
		g.ue, g.ee, g.uu = crossGram(rows, wE), gramOf(wE), gramOf(rows)
	}
	for _, m := range []*mat.Dense{g.ee, g.uu} {
		if t := mat.Trace(m); math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, &spectra.NonFiniteError{Value: t}
		}
	}
	g.normalise(wU == nil)
	s, err := spectra.Values(linalg.Dense(g.ue), spectra.Options{})
	if err != nil {
		return nil, err
	}
	g.sigma = s.Sigma
	return g, nil
}

// normalise divides by the Frobenius norms of W_E and W_U.
func (g *VocabularyGram) normalise(tied bool) {
	e, u := math.Sqrt(mat.Trace(g.ee)), math.Sqrt(mat.Trace(g.uu))
	if !(e > 0) || !(u > 0) {
		return
	}
	g.ue.Scale(1/e/u, g.ue)
	if !tied {
		g.ee.Scale(1/e/e, g.ee)
		g.uu.Scale(1/u/u, g.uu)
	}
}

// gramOf returns xᵀ·x for x n × d.
func gramOf(x linalg.Source) *mat.Dense {
	n, d := x.Dims()
	c := blas64.Symmetric{N: d, Stride: d, Uplo: blas.Upper, Data: make([]float64, d*d)}
	buf := make([]float64, strip*d)
	for i := 0; i < n; i += strip {
		rows := min(strip, n-i)
		x.Block(buf, d, i, i+rows, 0, d)
		blas64.Syrk(blas.Trans, 1, blas64.General{Rows: rows, Cols: d, Stride: d, Data: buf}, 1, c)
	}
	for i := range d {
		for j := range i {
			c.Data[i*d+j] = c.Data[j*d+i]
		}
	}
	return mat.NewDense(d, d, c.Data)
}

// crossGram returns xᵀ·y for x and y both n × d.
func crossGram(x, y linalg.Source) *mat.Dense {
	n, d := x.Dims()
	c := blas64.General{Rows: d, Cols: d, Stride: d, Data: make([]float64, d*d)}
	a, b := make([]float64, strip*d), make([]float64, strip*d)
	for i := 0; i < n; i += strip {
		rows := min(strip, n-i)
		x.Block(a, d, i, i+rows, 0, d)
		y.Block(b, d, i, i+rows, 0, d)
		blas64.Gemm(blas.Trans, blas.NoTrans, 1, blas64.General{Rows: rows, Cols: d, Stride: d, Data: a},
			blas64.General{Rows: rows, Cols: d, Stride: d, Data: b}, 1, c)
	}
	return mat.NewDense(d, d, c.Data)
}

// core returns the d_head × d_head matrix with the eigenvalues of the circuit,
// and the circuit's Frobenius norm; for a nil g, of v·o itself.
func (g *VocabularyGram) core(v, o *mat.Dense) (core *mat.Dense, norm float64) {
	core = &mat.Dense{}
	var vv, oo, t mat.Dense
	if g == nil {
		core.Mul(o, v)
		vv.Mul(v.T(), v)
		oo.Mul(o, o.T())
	} else {
		t.Mul(g.ue, v)
		core.Mul(o, &t)
		if g.ee != g.ue {
			t.Mul(g.ee, v)
		}
		vv.Mul(v.T(), &t)
		var u mat.Dense
		u.Mul(o, g.uu)
		oo.Mul(&u, o.T())
	}
	// ‖W_E·V·O·W_U‖² = tr(Vᵀ·ee·V · O·uu·Oᵀ)
	var sum float64
	width, _ := vv.Dims()
	for i := range width {
		sum += dot(vv.RawRowView(i), oo.RawRowView(i))
	}
	return core, math.Sqrt(max(0, sum))
}

// sigmas returns the singular values of what stands between W_O and W_V.
func (g *VocabularyGram) sigmas(d int) []float64 {
	if g != nil {
		return g.sigma
	}
	ones := make([]float64, d)
	for i := range ones {
		ones[i] = 1
	}
	return ones
}
