package directions

import (
	"slices"

	"wspec/loader"
	"wspec/spectra"
)

// DefaultTokens is the number of tokens kept at each pole unless told
// otherwise.
const DefaultTokens = 12

// ReadOptions says how to read. The zero value is the default.
type ReadOptions struct {
	Tokens  int     // at each pole, and of each block; 0 means DefaultTokens
	Spare   int     // tokens more at the poles of a Reading itself, in reserve: Jaccard leaves them aside
	Readout Readout // read residual sides through this table alone; "" means both, as the side demands
	Threads int     // goroutines; 0 means 1. Results do not depend on it
}

func (o ReadOptions) tokens() int {
	if o.Tokens <= 0 {
		return DefaultTokens
	}
	return o.Tokens
}

// Item is a matrix and its decomposition, in the reader's convention.
type Item struct {
	Matrix        *loader.Matrix
	Decomposition *spectra.Decomposition
}

// Readings is what the directions of one matrix read and write.
type Readings struct {
	Item
	Convention Convention
	Directions []Direction // as Decomposition.Index
	Blocks     []Block     // those with more than one direction, some of it decomposed
}

// Read reads the directions of all items at both ends, in their order. One pass
// over W_E and one over W_U serve them all (one together where they are the
// same), so give it many matrices at a time; memory is about
// 100·Tokens + 4·d_model bytes for each side of a direction.
//
// In sides are read through W_E, Out sides through W_U and both sides of W_QK
// through W_E; the other table where that one is missing. The error is that of
// a file cut short meanwhile.
func (r *Reader) Read(items []Item, o ReadOptions) ([]*Readings, error) {
	b := &batch{reader: r, options: o}
	all := make([]*Readings, len(items))
	for i, x := range items {
		all[i] = b.item(x)
	}
	return all, loader.Guard(func() error { b.run(); return nil })
}

// ReadSide reads one side of an item's directions through the vocabulary. It
// is a *SpaceError if that side is not in residual space.
func (r *Reader) ReadSide(x Item, s Side, o ReadOptions) ([]Reading, error) {
	if err := Readable(x.Matrix, s); err != nil {
		return nil, err
	}
	all, err := r.Read([]Item{x}, o)
	if err != nil {
		return nil, err
	}
	readings := make([]Reading, len(all[0].Directions))
	for i := range readings {
		readings[i] = *all[0].Directions[i].side(s)
	}
	return readings, nil
}

func (d *Direction) side(s Side) *Reading {
	if s == Out {
		return &d.Out
	}
	return &d.In
}

// batch is what one pass is to read.
type batch struct {
	reader  *Reader
	options ReadOptions
	wanted  []wanted
	vectors []float32 // of wanted, d_model each
	spans   []span
}

// wanted is a residual side of a direction to be filled in.
type wanted struct {
	reading *Reading
	order   []Readout // the first is the reading's own
}

// span is a block's vectors first ≤ i < last of wanted, and where its tokens go.
type span struct {
	first, last int
	to          *[]Leverage
	rank        int // of the block
}

// item prepares the readings of one matrix; what needs no table is done.
func (b *batch) item(x Item) *Readings {
	d := x.Decomposition
	y := &Readings{Item: x, Convention: b.reader.Convention, Directions: make([]Direction, len(d.Index))}
	certificates := d.Certificates()
	var energy float64
	for _, s := range d.Sigma {
		energy += (s / max(d.Sigma[0], 1e-300)) * (s / max(d.Sigma[0], 1e-300))
	}
	for i, at := range d.Index {
		y.Directions[i] = Direction{Index: at, Sigma: d.Sigma[at], Certificate: certificates[at], Residual: d.Residuals[i]}
		if q := d.Sigma[at] / max(d.Sigma[0], 1e-300); energy > 0 {
			y.Directions[i].Energy = q * q / energy
		}
	}
	y.Blocks = blocks(d, certificates)
	b.side(y, In)
	b.side(y, Out)
	return y
}

// side prepares one side of all directions and blocks of a matrix.
func (b *batch) side(y *Readings, s Side) {
	space := SpaceOf(y.Matrix, s)
	first := len(b.wanted)
	order := b.reader.order(y.Matrix, s, b.options.Readout)
	for i := range y.Directions {
		reading := y.Directions[i].side(s)
		reading.Side, reading.Space = s, space
		v, constant := y.split(s, i)
		reading.Constant = constant
		switch {
		case space != loader.Residual:
			reading.coordinates(v, b.options.tokens())
		case len(order) == 0:
			reading.Note = missingNote(b.options.Readout)
		default:
			b.wanted = append(b.wanted, wanted{reading, order})
			for _, x := range v {
				b.vectors = append(b.vectors, float32(x))
			}
		}
	}
	for i := range y.Blocks {
		k := &y.Blocks[i]
		switch {
		case !k.Complete:
		case space != loader.Residual:
			*k.side(s) = k.coordinates(y.Decomposition, s, b.options.tokens())
		case len(order) > 0:
			b.spans = append(b.spans, span{first + k.column, first + k.column + k.Len(), k.side(s), k.Len()})
		}
	}
}

// Vector returns one side of the i-th direction, a unit vector of length d_in
// or d_out; of circuits with biases the part of it beside the constant.
func (y *Readings) Vector(s Side, i int) []float64 {
	v, _ := y.split(s, i)
	return v
}

// split returns one side of the i-th direction in the space of that side, and
// its component along the constant of a circuit with biases, else 0.
func (y *Readings) split(s Side, i int) (v []float64, constant float64) {
	v = column(y.Decomposition, s, i)
	rows, cols := y.Matrix.Dims()
	d := rows
	if s == Out {
		d = cols
	}
	if len(v) > d {
		return v[:d], v[d]
	}
	return v, 0
}

// column returns one side of the i-th direction of d.
func column(d *spectra.Decomposition, s Side, i int) []float64 {
	m := d.In
	if s == Out {
		m = d.Out
	}
	rows, _ := m.Dims()
	v := make([]float64, rows)
	for j := range v {
		v[j] = m.At(j, i)
	}
	return v
}

// missingNote says why a residual side has no tokens.
func missingNote(only Readout) string {
	if only != "" {
		return "the checkpoint has no table for readout " + string(only)
	}
	return "the checkpoint has neither W_E nor W_U"
}

// order returns the tables that a side is read through, its own first, each
// once; only restricts it to one.
func (r *Reader) order(m *loader.Matrix, s Side, only Readout) []Readout {
	all := []Readout{Embed, Unembed}
	if s == Out && m.Role != "W_QK" {
		all = []Readout{Unembed, Embed}
	}
	if only != "" {
		all = []Readout{only}
	}
	all = slices.DeleteFunc(all, func(x Readout) bool { return r.tables[x] == nil })
	if len(all) == 2 && r.tables[all[0]] == r.tables[all[1]] {
		all = all[:1]
	}
	return all
}

// run passes over each table once.
func (b *batch) run() {
	var done []*table
	scans := map[*table]*scan{}
	for _, readout := range []Readout{Embed, Unembed} {
		t := b.reader.tables[readout]
		if t == nil || slices.Contains(done, t) || len(b.wanted) == 0 {
			continue
		}
		if b.options.Readout != "" && b.reader.tables[b.options.Readout] != t {
			continue
		}
		done = append(done, t)
		scans[t] = b.scan(t)
	}
	for i, w := range b.wanted {
		for _, readout := range w.order {
			t := b.reader.tables[readout]
			w.reading.fill(readout, scans[t], i)
		}
	}
}

// scan passes over one table, and fills the blocks that are read through it.
func (b *batch) scan(t *table) *scan {
	var ranges [][2]int
	var spans []span
	for _, s := range b.spans {
		if b.reader.tables[b.wanted[s.first].order[0]] == t {
			ranges, spans = append(ranges, [2]int{s.first, s.last}), append(spans, s)
		}
	}
	run := newScan(t, b.vectors, b.options, ranges)
	run.run(b.options.Threads)
	for i, s := range spans {
		*s.to = leverages(run.groups[i].list, s.rank, t.d)
	}
	return run
}
