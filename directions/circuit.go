package directions

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/loader"
)

// Head is the four matrices of one attention head. Under grouped-query
// attention heads of a group share K and V.
type Head struct {
	Layer, Head int
	KV          int           // key-value head, of which K and V are the parts
	Q, K, V     linalg.Source // d_model × d_head, nil where the model lacks one of a circuit
	O           linalg.Source // d_head × d_model
}

// HeadID names a head.
type HeadID struct{ Layer, Head int }

// ID returns the head's name.
func (h Head) ID() HeadID { return HeadID{h.Layer, h.Head} }

// Heads returns the heads of m, by layer and head, from its circuits, or from
// those among the given matrices of m: empty if it was opened without them. Biases, normalisation and rotary positions are
// left aside: this is the static part of a head. The sources are read under the
// loader's Guard.
func Heads(m *loader.Model, among ...*loader.Matrix) []Head {
	if len(among) == 0 {
		for i := range m.Matrices {
			among = append(among, &m.Matrices[i])
		}
	}
	var heads []Head
	place := map[HeadID]int{}
	for _, x := range among {
		if len(x.Factors) != 2 || x.Head < 0 || x.Role != "W_OV" && x.Role != "W_QK" {
			continue
		}
		id := HeadID{x.Layer, x.Head}
		if _, ok := place[id]; !ok {
			place[id] = len(heads)
			heads = append(heads, Head{Layer: x.Layer, Head: x.Head, KV: x.Head * m.Config.NKVHeads / max(m.Config.NHeads, 1)})
		}
		h := &heads[place[id]]
		if x.Role == "W_OV" {
			h.V, h.O = x.Factors[0], x.Factors[1]
		} else {
			h.Q, h.K = x.Factors[0], x.Factors[1].T()
		}
	}
	return heads
}

// dense reads a source whole; neither side may be 0.
func dense(s linalg.Source) *mat.Dense { return denseIn(new(mat.Dense), s) }

// denseIn is dense, in the memory of m where that is enough.
func denseIn(m *mat.Dense, s linalg.Source) *mat.Dense {
	rows, cols := s.Dims()
	if r, c := m.Dims(); r != rows || c != cols {
		*m = *mat.NewDense(rows, cols, nil)
	}
	raw := m.RawMatrix()
	s.Block(raw.Data, raw.Stride, 0, rows, 0, cols)
	return m
}

// unitNorm scales m to Frobenius norm 1, and reports whether it has one: not
// if it is zero or holds a number that is not finite.
func unitNorm(m *mat.Dense) bool {
	raw := m.RawMatrix()
	var squares float64
	for i := range raw.Rows {
		row := raw.Data[i*raw.Stride:][:raw.Cols]
		squares += floats.Dot(row, row)
	}
	f := math.Sqrt(squares)
	if !(squares >= 0x1p-900 && squares <= 0x1p900) { // some left the range, or lost digits to its end
		f = mat.Norm(m, 2)
	}
	if !(f > 0) || f > maxNorm {
		return false
	}
	for i := range raw.Rows {
		scale(raw.Data[i*raw.Stride:][:raw.Cols], 1/f)
	}
	return true
}

// maxNorm is the largest norm whose inverse is not denormal.
const maxNorm = 0x1p1022
