package directions

import (
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// gramStrip is the number of rows of the Gram matrices held at a time: for 576
// of them with d_model 768, 32 rows are 113 MB.
const gramStrip = 32

// squares returns tr P·S of every writer with every reader of a later layer,
// writers × readers; 0 for the other pairs.
func (c *composer) squares() *mat.Dense {
	n, m := len(c.writers), len(c.readers)
	if n == 0 || m == 0 {
		return &mat.Dense{}
	}
	out := mat.NewDense(n, m, nil)
	width := gramStrip * c.d
	p, s := make([]float64, n*width), make([]float64, m*width)
	for i := 0; i < c.d; i += gramStrip {
		rows := min(gramStrip, c.d-i)
		size := rows * (c.d - i)
		for k := range c.writers {
			strip := c.writers[k].gramRows(p[k*size:][:size], i, rows)
			// The part right of the diagonal block stands for its mirror image.
			for r := range rows {
				scale(strip.Data[r*strip.Stride+rows:][:strip.Cols-rows], 2)
			}
		}
		for k := range c.readers {
			c.readers[k].gramRows(s[k*size:][:size], i, rows)
		}
		c.accumulate(out.RawMatrix(), p, s, size)
	}
	return out
}

// gramRows writes rows i … i+rows-1 of xᵀ·x, from column i on, to dst.
func (e *streamEnd) gramRows(dst []float64, i, rows int) blas64.General {
	x := e.x.RawMatrix()
	g := blas64.General{Rows: rows, Cols: x.Cols - i, Stride: x.Cols - i, Data: dst}
	left := blas64.General{Rows: x.Rows, Cols: rows, Stride: x.Stride, Data: x.Data[i:]}
	right := blas64.General{Rows: x.Rows, Cols: x.Cols - i, Stride: x.Stride, Data: x.Data[i:]}
	blas64.Gemm(blas.Trans, blas.NoTrans, 1, left, right, 0, g)
	return g
}

// accumulate adds the inner products of the strips to out, one product for all
// readers of a layer with all writers before it.
func (c *composer) accumulate(out blas64.General, p, s []float64, size int) {
	for from := 0; from < len(c.readers); {
		layer, to := c.readers[from].head.Layer, from
		for to < len(c.readers) && c.readers[to].head.Layer == layer {
			to++
		}
		earlier := 0
		for earlier < len(c.writers) && c.writers[earlier].head.Layer < layer {
			earlier++
		}
		if earlier > 0 {
			blas64.Gemm(blas.NoTrans, blas.Trans, 1,
				blas64.General{Rows: earlier, Cols: size, Stride: size, Data: p},
				blas64.General{Rows: to - from, Cols: size, Stride: size, Data: s[from*size:]}, 1,
				blas64.General{Rows: earlier, Cols: to - from, Stride: out.Stride, Data: out.Data[from:]})
		}
		from = to
	}
}
