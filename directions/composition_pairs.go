package directions

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// gramStrip is the number of rows of the Gram matrices held at a time: a
// factor is packed for each strip, which at 16 rows took as long as the product.
const gramStrip = 64

// Ends of circuits and strips of their Gram matrices are held for a group of
// writers and a group of readers at a time. A group takes some 20 MiB, a
// small part of what a run of GPT-2 small has in use anyway; where that would make more than
// mostGroups, whose readers are made anew for each group of writers, more, but
// no more than the options allow.
const (
	defaultRoom = 512 << 20
	groupRoom   = 20 << 20
	mostGroups  = 8
)

// ends is some of the writers or of the readers, in order, with what is held of
// them.
type ends struct {
	all   []streamEnd
	at    int // place of the first
	x     []*mat.Dense
	strip []float64 // of all their Gram matrices
}

// groups divides the ends so that those of two groups may be held at once.
func (c *composer) groups(all []streamEnd) []ends {
	width, d := all[0].near.Dims()
	room := c.options.Memory
	if room <= 0 {
		room = defaultRoom
	}
	each := int64(8 * d * (width + gramStrip))
	size := max(groupRoom/each, int64(len(all)/mostGroups))
	size = max(1, min(size, room/2/each))
	var out []ends
	for i := 0; i < len(all); i += int(size) {
		out = append(out, ends{all: all[i:min(i+int(size), len(all))], at: i})
	}
	return out
}

// load makes what is held of the ends.
func (e *ends) load(strip []float64) {
	e.strip, e.x = strip, make([]*mat.Dense, len(e.all))
	for i := range e.all {
		e.x[i] = e.all[i].factor()
	}
}

// squares returns tr P·S of every writer with every reader of a later layer,
// writers × readers; 0 for the other pairs.
func (c *composer) squares() *mat.Dense {
	n, m := len(c.writers), len(c.readers)
	if n == 0 || m == 0 {
		return &mat.Dense{}
	}
	out := mat.NewDense(n, m, nil)
	writers, readers := c.groups(c.writers), c.groups(c.readers)
	p, s := make([]float64, len(writers[0].all)*gramStrip*c.d), make([]float64, len(readers[0].all)*gramStrip*c.d)
	for _, w := range writers {
		w.load(p)
		for _, r := range readers {
			if r.all[len(r.all)-1].head.Layer <= w.all[0].head.Layer {
				continue // all of them come before
			}
			r.load(s)
			c.meet(out.RawMatrix(), &w, &r)
		}
	}
	return out
}

// meet adds the inner products of all pairs of two groups, strip by strip.
func (c *composer) meet(out blas64.General, w, r *ends) {
	for i := 0; i < c.d; i += gramStrip {
		rows := min(gramStrip, c.d-i)
		size := rows * (c.d - i)
		for k := range w.x {
			strip := gramRows(w.x[k], w.strip[k*size:][:size], i, rows)
			// The part right of the diagonal block stands for its mirror image.
			for q := range rows {
				scale(strip.Data[q*strip.Stride+rows:][:strip.Cols-rows], 2)
			}
		}
		for k := range r.x {
			gramRows(r.x[k], r.strip[k*size:][:size], i, rows)
		}
		accumulate(out, w, r, size)
	}
}

// gramRows writes rows i … i+rows-1 of xᵀ·x, from column i on, to dst.
func gramRows(factor *mat.Dense, dst []float64, i, rows int) blas64.General {
	x := factor.RawMatrix()
	g := blas64.General{Rows: rows, Cols: x.Cols - i, Stride: x.Cols - i, Data: dst}
	left := blas64.General{Rows: x.Rows, Cols: rows, Stride: x.Stride, Data: x.Data[i:]}
	right := blas64.General{Rows: x.Rows, Cols: x.Cols - i, Stride: x.Stride, Data: x.Data[i:]}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, left, right, 0, g)
	return g
}

// accumulate adds the inner products of the strips to out, one product for all
// readers of a layer with all writers before it.
func accumulate(out blas64.General, w, r *ends, size int) {
	for from := 0; from < len(r.all); {
		layer, to := r.all[from].head.Layer, from
		for to < len(r.all) && r.all[to].head.Layer == layer {
			to++
		}
		earlier := 0
		for earlier < len(w.all) && w.all[earlier].head.Layer < layer {
			earlier++
		}
		if earlier > 0 {
			blas64.Gemm(blas.NoTrans, blas.Trans, 1,
				blas64.General{Rows: earlier, Cols: size, Stride: size, Data: w.strip},
				blas64.General{Rows: to - from, Cols: size, Stride: size, Data: r.strip[from*size:]}, 1,
				blas64.General{Rows: earlier, Cols: to - from, Stride: out.Stride, Data: out.Data[w.at*out.Stride+r.at+from:]})
		}
		from = to
	}
}
