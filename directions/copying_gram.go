package directions

import (
	"math"
	"runtime"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// VocabularyGram is what of W_E and W_U decides the eigenvalues and the norm of
// a circuit W_E·M·W_U: three d_model × d_model matrices, made once a model in
// O(d_vocab·d_model²), so that nothing of size d_vocab × d_vocab ever is. They are
// in single precision, as tables are stored: a positivity is within 1e-6.
type VocabularyGram struct {
	ue    *linalg.Rough // W_U·W_E
	ee    *linalg.Rough // W_Eᵀ·W_E, the same as ue if tied
	uu    *linalg.Rough // W_U·W_Uᵀ, likewise
	sigma []float64     // singular values of ue
}

// NewVocabularyGram returns the Gram matrices of wE, d_vocab × d_model, and wU,
// d_model × d_vocab; nil for wU says that it is wE's transpose. The sources are
// read once. Scales do not matter: each is taken over its Frobenius norm. The
// error is that of spectra.Values, or a *spectra.NonFiniteError.
func NewVocabularyGram(wE, wU linalg.Source) (*VocabularyGram, error) {
	ee := gramOf(wE)
	ue, uu := ee, ee
	if wU != nil {
		rows := linalg.Transpose(wU) // d_vocab × d_model
		ue, uu = crossGram(rows, wE), gramOf(rows)
	}
	e, u := mat.Trace(ee), mat.Trace(uu)
	for _, t := range []float64{e, u} {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return nil, &spectra.NonFiniteError{Value: t}
		}
	}
	if e > 0 && u > 0 { // over the Frobenius norms of W_E and W_U
		ue.Scale(1/math.Sqrt(e)/math.Sqrt(u), ue)
		if wU != nil {
			ee.Scale(1/e, ee)
			uu.Scale(1/u, uu)
		}
	}
	s, err := spectra.Values(linalg.Dense(ue), spectra.Options{})
	if err != nil {
		return nil, err
	}
	g := &VocabularyGram{ue: linalg.NewRough(ue), sigma: s.Sigma}
	g.ee, g.uu = g.ue, g.ue
	if wU != nil {
		g.ee, g.uu = linalg.NewRough(ee), linalg.NewRough(uu)
	}
	return g, nil
}

// gramOf returns xᵀ·x for x n × d.
func gramOf(x linalg.Source) *mat.Dense {
	if s, ok := x.(spectra.Stored); ok && s.Epsilon() >= singleEpsilon {
		if g, ok := linalg.RoughGram(x, runtime.GOMAXPROCS(0)); ok {
			return g
		}
	}
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

// singleEpsilon is the spacing of float32 at 1.
const singleEpsilon = 0x1p-23

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
func (g *VocabularyGram) core(room *copyingRoom) (core *mat.Dense, norm float64) {
	v, o := &room.v, &room.o
	core = &mat.Dense{}
	var vv, oo mat.Dense
	if g == nil {
		core.Mul(o, v)
		vv.Mul(v.T(), v)
		oo.Mul(o, o.T())
	} else {
		room.vt.Reset()
		room.vt.ReuseAs(v.T().Dims())
		room.vt.Copy(v.T())
		left := &room.left
		core.Mul(g.ue.LeftTimes(left, o), v)
		if g.uu != g.ue {
			g.uu.LeftTimes(left, o)
		}
		oo.Mul(left, o.T())
		vv.Mul(g.ee.LeftTimes(left, &room.vt), v)
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
