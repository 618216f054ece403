package linalg

// operand is a matrix in an array: element (i, j) is data[i*rs+j*cs], and one
// of the strides is 1.
type operand[T float32 | float64] struct {
	data   []T
	rs, cs int
}

// rowMajor is a matrix whose rows are ld apart.
func rowMajor[T float32 | float64](data []T, ld int) operand[T] { return operand[T]{data, ld, 1} }

// t is the transpose.
func (o operand[T]) t() operand[T] { return operand[T]{o.data, o.cs, o.rs} }

// from is the part that starts at row i, column j.
func (o operand[T]) from(i, j int) operand[T] {
	return operand[T]{o.data[i*o.rs+j*o.cs:], o.rs, o.cs}
}

// packer multiplies matrices by packing blocks of them into panels that a tile
// reads in order (Goto and van de Geijn 2008; Van Zee and van de Geijn 2015).
// It keeps the packed blocks from one product to the next, so it serves one
// caller at a time.
type packer[T float32 | float64] struct {
	tiling[T]
	threads int
	room    []packRoom[T] // one for each worker
}

// packRoom is where a worker packs.
type packRoom[T float32 | float64] struct{ a, b, edge []T }

func newPacker[T float32 | float64](t tiling[T], threads int) *packer[T] {
	return &packer[T]{tiling: t, threads: max(threads, 1), room: make([]packRoom[T], max(threads, 1))}
}

// grow returns a slice of length n, the same memory if it is large enough.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// roundUp returns the least multiple of unit that is at least n.
func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// product is C += alpha·A·B, A m × k, B k × n, C m × n with rows ldc apart.
type product[T float32 | float64] struct {
	m, n, k int
	alpha   T
	a, b    operand[T]
	c       []T
	ldc     int
}

// multiply runs the product. The sums are formed in an order that depends on k
// alone, so that neither the number of workers nor the place of an element in C
// shows in its bits.
func (p *packer[T]) multiply(x product[T]) {
	if x.m == 0 || x.n == 0 || x.k == 0 || x.alpha == 0 {
		return
	}
	unit, length := p.nr, x.n
	if x.m > x.n {
		unit, length = p.mr, x.m
	}
	chunk := roundUp((length+p.threads-1)/p.threads, unit)
	parallel(p.threads, (length+chunk-1)/chunk, func(w, t int) {
		part, at := x, t*chunk
		if x.m > x.n {
			part.m, part.a, part.c = min(chunk, x.m-at), x.a.from(at, 0), x.c[at*x.ldc:]
		} else {
			part.n, part.b, part.c = min(chunk, x.n-at), x.b.from(0, at), x.c[at:]
		}
		p.serial(&p.room[w], part)
	})
}

// serial runs a product on one worker.
func (p *packer[T]) serial(r *packRoom[T], x product[T]) {
	r.a = grow(r.a, p.kc*roundUp(min(x.m, p.mc), p.mr))
	r.b = grow(r.b, p.kc*roundUp(min(x.n, p.nc), p.nr))
	r.edge = grow(r.edge, p.mr*p.nr)
	for j := 0; j < x.n; j += p.nc {
		n := min(p.nc, x.n-j)
		for l := 0; l < x.k; l += p.kc {
			k := min(p.kc, x.k-l)
			p.pack(r.b, p.nr, 1, block[T]{x.b.from(l, j), k, n})
			for i := 0; i < x.m; i += p.mc {
				m := min(p.mc, x.m-i)
				p.pack(r.a, p.mr, x.alpha, block[T]{x.a.from(i, l).t(), k, m})
				p.tiles(r, product[T]{m: m, n: n, k: k, c: x.c[i*x.ldc+j:], ldc: x.ldc})
			}
		}
	}
}

// tiles adds the product of the packed blocks to C.
func (p *packer[T]) tiles(r *packRoom[T], x product[T]) {
	for j := 0; j < x.n; j += p.nr {
		b := r.b[j*x.k:]
		for i := 0; i < x.m; i += p.mr {
			a := r.a[i*x.k:]
			if i+p.mr <= x.m && j+p.nr <= x.n {
				p.tile(x.k, a, p.mr, b, p.nr, x.c[i*x.ldc+j:], x.ldc)
				continue
			}
			clear(r.edge)
			p.tile(x.k, a, p.mr, b, p.nr, r.edge, p.nr)
			for q := range min(p.mr, x.m-i) {
				row := x.c[(i+q)*x.ldc+j:][:min(p.nr, x.n-j)]
				for s := range row {
					row[s] += r.edge[q*p.nr+s]
				}
			}
		}
	}
}

// block is a k × w part of a matrix, to be packed.
type block[T float32 | float64] struct {
	operand[T]
	k, w int
}

// pack writes alpha·x into panels of width columns, the k rows of a panel one
// after the other; the last panel is filled up with zeros.
func (p *packer[T]) pack(dst []T, width int, alpha T, x block[T]) {
	for j := 0; j < x.w; j += width {
		panel := dst[j*x.k:][:x.k*width]
		w := min(width, x.w-j)
		if w < width {
			clear(panel)
		}
		part := block[T]{x.from(0, j), x.k, w}
		if x.cs == 1 {
			p.scaleCopy(x.k, w, alpha, part.data, x.rs, panel, width)
			continue
		}
		p.packTransposed(panel, width, part)
		if alpha != 1 {
			p.scaleCopy(1, len(panel), alpha, panel, 0, panel, 0)
		}
	}
}

// packTransposed writes the columns of x, which are contiguous, to the columns
// of a panel.
func (p *packer[T]) packTransposed(panel []T, width int, x block[T]) {
	sq := p.square
	whole := x.k / sq * sq
	for j := 0; j < x.w; j += sq {
		done := 0
		if j+sq <= x.w && whole > 0 {
			p.transpose(panel[j:], width, x.data[j*x.cs:], x.cs, whole)
			done = whole
		}
		for q := j; q < min(j+sq, x.w); q++ {
			for l, v := range x.data[q*x.cs:][done:x.k] {
				panel[(done+l)*width+q] = v
			}
		}
	}
}
