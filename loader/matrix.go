package loader

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Kind tells stored matrices from products.
type Kind string

// The kinds.
const (
	Stored  Kind = "stored"  // a tensor or a block of one
	Product Kind = "product" // a circuit, kept as two factors
)

// Matrix is a matrix of the model, acting on row vectors: y = x·W.
type Matrix struct {
	Label   string   // unique in the model: "W_E", "L3.W_Q", "L3.W_Q.H7", "L3.E5.W_in"; a tensor's name in generic models
	Role    string   // "W_E", "W_Q", "W_OV", …; in generic models the name with * for the first number, "" without one
	Layer   int      // 0-based, -1 outside the layers
	Head    int      // query head, or key-value head of a part of W_K and W_V; -1 for all heads together
	Expert  int      // -1 where there are none
	Kind    Kind     // stored or product
	Tensors []string // names of the tensors it is read from, as stored
	DType   string   // of those tensors, joined by "," where they differ
	In, Out Space    // what it reads, what it writes
	Factors []View   // one: the matrix, d_in × d_out; two: W = Factors[0]·Factors[1]
}

// Dims returns d_in and d_out.
func (m *Matrix) Dims() (dIn, dOut int) {
	dIn, _ = m.Factors[0].Dims()
	_, dOut = m.Factors[len(m.Factors)-1].Dims()
	return dIn, dOut
}

// label writes a matrix's label.
func label(at place, role string, head int) string {
	s := role
	if at.expert >= 0 {
		s = fmt.Sprintf("E%d.%s", at.expert, s)
	}
	if at.layer >= 0 {
		s = fmt.Sprintf("L%d.%s", at.layer, s)
	}
	if head >= 0 {
		s = fmt.Sprintf("%s.H%d", s, head)
	}
	return s
}

// matrices builds all matrices in the order of the documentation of Model.
func (p *plan) matrices(heads bool) []Matrix {
	outside := place{-1, -1}
	all := p.stored(outside, []role{wE, wPos})
	places := map[place]bool{}
	for s := range p.pieces {
		places[s.place] = true
	}
	delete(places, outside)
	for _, at := range slices.SortedFunc(maps.Keys(places), func(a, b place) int {
		return slices.Compare([]int{a.layer, a.expert}, []int{b.layer, b.expert})
	}) {
		all = append(all, p.stored(at, rolesInLayer())...)
		if heads {
			all = append(all, p.heads(at)...)
		}
	}
	return append(all, p.stored(outside, []role{wU})...)
}

// stored builds the whole matrices of a place.
func (p *plan) stored(at place, roles []role) []Matrix {
	var all []Matrix
	for _, r := range roles {
		if x, ok := p.pieces[slot{at, r.name}]; ok {
			all = append(all, p.matrix(at, r.name, -1, x))
		}
	}
	return all
}

// matrix builds a matrix from a piece, or the product of two; In is the first one's, Out the last one's.
func (p *plan) matrix(at place, role string, head int, factors ...piece) Matrix {
	first, last := factors[0], factors[len(factors)-1]
	m := Matrix{
		Label: label(at, role, head), Role: role, Layer: at.layer, Head: head, Expert: at.expert,
		Kind: Stored, In: first.role.in.space(), Out: last.role.out.space(),
	}
	if len(factors) > 1 {
		m.Kind = Product
	}
	var dtypes []string
	for _, x := range factors {
		t := p.tensors[x.tensor]
		m.Tensors, dtypes = append(m.Tensors, t.Name), append(dtypes, string(t.DType))
		m.Factors = append(m.Factors, x.view)
	}
	m.Tensors = slices.Compact(m.Tensors)
	m.DType = strings.Join(slices.Compact(dtypes), ",")
	return m
}

// heads builds the parts of each head, and then the circuits, as far as their tensors are there.
//
// Query head h shares key-value head h·n_kv_heads/n_heads: consecutive query heads form a group.
func (p *plan) heads(at place) []Matrix {
	q, hasQ := p.pieces[slot{at, wQ.name}]
	k, hasK := p.pieces[slot{at, wK.name}]
	v, hasV := p.pieces[slot{at, wV.name}]
	o, hasO := p.pieces[slot{at, wO.name}]
	n, kv := p.config.NHeads, p.config.NKVHeads
	var parts, circuits []Matrix
	for h := range n {
		if hasQ {
			parts = append(parts, p.matrix(at, wQ.name, h, p.outHead(q, h)))
		}
		if hasK && h < kv {
			parts = append(parts, p.matrix(at, wK.name, h, p.outHead(k, h)))
		}
		if hasV && h < kv {
			parts = append(parts, p.matrix(at, wV.name, h, p.outHead(v, h)))
		}
		if hasO {
			parts = append(parts, p.matrix(at, wO.name, h, p.inHead(o, h)))
		}
		g := h * kv / n
		if hasV && hasO {
			circuits = append(circuits, p.matrix(at, "W_OV", h, p.outHead(v, g), p.inHead(o, h)))
		}
		if hasQ && hasK {
			circuits = append(circuits, p.matrix(at, "W_QK", h, p.outHead(q, h), p.outHead(k, g).transpose()))
		}
	}
	return append(parts, circuits...)
}

// outHead is the columns of one head: d_model × d_head. inHead is the rows of one: d_head × d_model.
func (p *plan) outHead(x piece, h int) piece {
	x.view = x.view.colRange(h*p.config.DHead, (h+1)*p.config.DHead)
	return x
}

func (p *plan) inHead(x piece, h int) piece {
	x.view = x.view.rowRange(h*p.config.DHead, (h+1)*p.config.DHead)
	return x
}

// transpose swaps what a piece reads and writes.
func (x piece) transpose() piece {
	x.role.in, x.role.out = x.role.out, x.role.in
	x.view = x.view.T()
	return x
}
