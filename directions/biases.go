package directions

import (
	"slices"

	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

// Biases are those of a circuit, which a Reader with Augment set treats as one
// more coordinate of the residual stream, the constant 1 behind the others:
//
//	W_OV  [W_V; b_V]·W_O with b_O added to the last row, d_model + 1 × d_model
//	W_QK  [W_Q; b_Q]·[W_K; b_K]ᵀ, both sides d_model + 1
//
// so that (x, 1)·W_OV is what the head writes where it attends to x, and the
// whole layer's b_O with it. A bias that the checkpoint lacks is 0. Under the
// conventions that fold the norm's gain in, its bias comes too: ln.b·W + b.
type Biases struct {
	Names   []string // of those there are: "b_V", "b_O", "b_Q", "b_K", "ln_1.b"
	Tensors []string // they are read from

	row    []float64 // below the first factor, d_head
	out    []float64 // of W_OV, below the second one, d_model; nil for none
	column []float64 // of W_QK, right of the second one, d_head
}

// BiasesOf returns what a circuit is augmented with, and whether it is: not
// without Augment, nor where the checkpoint has none of its biases. Call it
// under loader.Guard.
func (r *Reader) BiasesOf(m *loader.Matrix) (*Biases, bool) {
	if !r.Augment || len(m.Factors) != 2 || m.Role != "W_OV" && m.Role != "W_QK" {
		return nil, false
	}
	b := &Biases{}
	c := r.model.Config
	group := m.Head * c.NKVHeads / max(c.NHeads, 1)
	if m.Role == "W_OV" {
		b.row = r.headBias(b, "W_V", m, group, m.Factors[0])
		b.out = r.bias(b, "W_O", m.Layer)
	} else {
		b.row = r.headBias(b, "W_Q", m, m.Head, m.Factors[0])
		b.column = r.headBias(b, "W_K", m, group, m.Factors[1].T())
	}
	return b, len(b.Names) > 0
}

// bias reads a layer's bias, nil where there is none.
func (r *Reader) bias(b *Biases, role string, layer int) []float64 {
	v, tensor, ok := r.model.Bias(role, layer)
	if ok {
		b.note("b"+role[1:], tensor)
	}
	return v
}

func (b *Biases) note(name, tensor string) {
	if !slices.Contains(b.Names, name) {
		b.Names = append(b.Names, name)
	}
	if !slices.Contains(b.Tensors, tensor) {
		b.Tensors = append(b.Tensors, tensor)
	}
}

// headBias returns the part of one head of a bias, or zeros, with that of the
// norm before it where its gain is folded in; w is the head's d_model × d_head.
func (r *Reader) headBias(b *Biases, role string, m *loader.Matrix, head int, w linalg.Source) []float64 {
	_, width := w.Dims()
	part := make([]float64, width)
	if v := r.bias(b, role, m.Layer); v != nil {
		copy(part, v[head*width:][:width])
	}
	if r.Convention == Raw {
		return part
	}
	if v, tensor, ok := r.model.NormBias(loader.NormAttention, m.Layer); ok {
		b.note(loader.NormAttention+".b", tensor)
		x := dense(w)
		for i, n := range v {
			for j, e := range x.RawRowView(i) {
				part[j] += n * e
			}
		}
	}
	return part
}

// first puts the constant's row below the first factor; of W_OV with b_O a
// column too, through which the constant reaches the second one's last row.
func (b *Biases) first(w spectra.Source) spectra.Source {
	t := &bordered{Source: w, row: b.row, corner: 1}
	if b.out != nil {
		rows, _ := w.Dims()
		t.column = make([]float64, rows)
	}
	return t
}

// Dims returns the shape of m as r decomposes it, d_in × d_out: one more for
// the constant on the residual sides of a circuit with biases.
func (r *Reader) Dims(m *loader.Matrix) (dIn, dOut int) {
	dIn, dOut = m.Dims()
	if b, ok := r.BiasesOf(m); ok {
		dIn++
		if b.column != nil {
			dOut++
		}
	}
	return dIn, dOut
}

// bordered is a matrix with a row below it, a column to its right, or both.
type bordered struct {
	spectra.Source
	row, column []float64 // nil for none
	corner      float64   // where both are
}

// Epsilon returns the storage spacing of the matrix beneath.
func (t *bordered) Epsilon() float64 {
	if s, ok := t.Source.(spectra.Stored); ok {
		return s.Epsilon()
	}
	return 0
}

// Dims returns the shape with the border.
func (t *bordered) Dims() (rows, cols int) {
	rows, cols = t.Source.Dims()
	if t.row != nil {
		rows++
	}
	if t.column != nil {
		cols++
	}
	return rows, cols
}

// Block reads a block of the matrix, the border or both.
func (t *bordered) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	m, n := t.Source.Dims()
	i, j := min(i1, m), min(j1, n) // ends of what lies within the matrix
	if i0 < i && j0 < j {
		t.Source.Block(dst, ld, i0, i, j0, j)
	}
	if i1 > m && j0 < j {
		copy(dst[(m-i0)*ld:], t.row[j0:j])
	}
	if j1 <= n {
		return
	}
	for k := i0; k < i; k++ {
		dst[(k-i0)*ld+n-j0] = t.column[k]
	}
	if i1 > m {
		dst[(m-i0)*ld+n-j0] = t.corner
	}
}
