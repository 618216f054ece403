package loader

import "sync"

// Update is a low-rank change that an adapter makes to a matrix of its base: W + Scale·A·B.
type Update struct {
	A, B  View // d_in × r and r × d_out
	Scale float64
}

// Update returns the low-rank change that is added as the view is read, and whether there is one. There is none where the
// adapter also rescales the outputs (DoRA): the change is then not of low rank.
func (v View) Update() (Update, bool) {
	if v.update == nil || v.update.gain != nil {
		return Update{}, false
	}
	a, b := v.factors()
	return Update{a, b, v.update.scale}, true
}

// Base returns the view without what an adapter changes as it is read.
func (v View) Base() View {
	v.update = nil
	return v
}

// update is what is done to a tensor's numbers as they are read, in its own orientation: left·right·scale is added, left
// with a row for each of its rows; then, where gain is there, every output is multiplied by its own number.
type update struct {
	left, right View
	scale       float64
	gain        []float64
	rowsAreOut  bool // the tensor is stored [out, in]
	alone       bool // it is all there is: nothing is stored that it is added to
	room        sync.Pool
}

// factors returns left and right for the view's own rows and columns.
func (v View) factors() (a, b View) {
	row, col := v.corner()
	left, right := v.update.left.rowRange(row, row+v.rows), v.update.right.colRange(col, col+v.cols)
	if v.transposed {
		return right.T(), left.T()
	}
	return left, right
}

// corner returns the stored row and column of the view's first number.
func (v View) corner() (row, col int) {
	if v.stride == 0 || v.rows == 0 || v.cols == 0 {
		return 0, 0
	}
	return v.offset / v.stride, v.offset % v.stride
}

// adapt changes a block that Block has read.
func (v View) adapt(dst []float64, ld int, rows, cols [2]int) {
	if rows[0] == rows[1] || cols[0] == cols[1] {
		return
	}
	a, b := v.factors()
	_, r := a.Dims()
	m, n := rows[1]-rows[0], cols[1]-cols[0]
	room, _ := v.update.room.Get().(*[]float64)
	if room == nil {
		room = new([]float64)
	}
	if cap(*room) < (m+n)*r {
		*room = make([]float64, (m+n)*r)
	}
	left, right := (*room)[:m*r], (*room)[m*r:(m+n)*r]
	a.Block(left, r, rows[0], rows[1], 0, r)
	b.Block(right, n, 0, r, cols[0], cols[1])
	for i := range m {
		row := dst[i*ld:][:n]
		for k := range r {
			f := v.update.scale * left[i*r+k]
			for j, x := range right[k*n:][:n] {
				row[j] += f * x
			}
		}
	}
	v.update.room.Put(room)
	if v.update.gain != nil {
		v.rescale(dst, ld, rows, cols)
	}
}

// rescale multiplies every output by its gain.
func (v View) rescale(dst []float64, ld int, rows, cols [2]int) {
	row, col := v.corner()
	outFirst := v.update.rowsAreOut != v.transposed // the view's rows are outputs
	first := col
	if v.update.rowsAreOut {
		first = row
	}
	for i := range rows[1] - rows[0] {
		out := dst[i*ld:][:cols[1]-cols[0]]
		for j := range out {
			at := first + cols[0] + j
			if outFirst {
				at = first + rows[0] + i
			}
			out[j] *= v.update.gain[at]
		}
	}
}
