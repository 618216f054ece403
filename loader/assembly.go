package loader

// assembly is a tensor that is not stored as one: blocks of it are, or two factors of a block.
type assembly struct{ blocks []block }

// block is a part of an assembly, oriented as the tensor would be stored; row and col are where it begins in it.
type block struct {
	row, col int
	view     View
}

// productView returns left·right, which are multiplied as the view is read: nothing of it is stored.
func productView(left, right View, dtype stored) View {
	rows, _ := left.Dims()
	_, cols := right.Dims()
	v := View{tensor: dtype.Tensor, stride: cols, rows: rows, cols: cols}
	v.tensor.Data = nil
	v.update = &update{left: left, right: right, scale: 1, alone: true}
	return v
}

// assemble is Block of a view of an assembly.
func (v View) assemble(dst []float64, ld int, rows, cols [2]int) {
	if rows[0] == rows[1] || cols[0] == cols[1] {
		return
	}
	if v.transposed {
		rows, cols = cols, rows
	}
	row, col := v.corner()
	for _, b := range v.made.blocks {
		m, n := b.view.Dims()
		r0, r1 := max(row+rows[0], b.row), min(row+rows[1], b.row+m)
		c0, c1 := max(col+cols[0], b.col), min(col+cols[1], b.col+n)
		if r0 >= r1 || c0 >= c1 {
			continue
		}
		down, right := r0-row-rows[0], c0-col-cols[0]
		if v.transposed {
			b.view.T().Block(dst[right*ld+down:], ld, c0-b.col, c1-b.col, r0-b.row, r1-b.row)
		} else {
			b.view.Block(dst[down*ld+right:], ld, r0-b.row, r1-b.row, c0-b.col, c1-b.col)
		}
	}
}

// zero sets a block to what a product is added to.
func zero(dst []float64, ld, rows, cols int) {
	for i := range rows {
		clear(dst[i*ld : i*ld+cols])
	}
}

// same reports whether two assemblies are of the same numbers in the same places.
func (a *assembly) same(b *assembly) bool {
	if a == nil || b == nil || len(a.blocks) != len(b.blocks) {
		return false
	}
	for i, x := range a.blocks {
		y := b.blocks[i]
		if x.row != y.row || x.col != y.col || !sameNumbers(x.view, y.view) {
			return false
		}
	}
	return true
}

// sameNumbers reports whether two blocks are read from the same places.
func sameNumbers(v, w View) bool {
	if v.update == nil || w.update == nil {
		return v.Place() == w.Place()
	}
	return v.update.left.Place() == w.update.left.Place() && v.update.right.Place() == w.update.right.Place()
}
