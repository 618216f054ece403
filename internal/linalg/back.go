package linalg

// apply replaces the k vectors, rows ld apart in x, by Q·x: the reflector of
// the first row was made last, and is applied first.
func (q reflectors) apply(e *engine, x []float64, k, ld int) {
	c := make([]float64, k)
	for i := 1; i < q.a.n; i++ {
		v := q.a.data[i*q.a.ld:][:i]
		e.dots(k, i, x, ld, v, c)
		scale(c, -q.tau[i])
		e.rank1(k, i, x, ld, c, v)
	}
}

// apply replaces the k vectors of n elements, rows ld apart in x, by Q·x.
func (q blockReflector) apply(e *engine, x []float64, k, ld int) {
	if q.k == 0 {
		return
	}
	v := rowMajor(q.vt, q.ldv)
	z, zt := make([]float64, k*q.k), make([]float64, k*q.k)
	e.multiply(product[float64]{k, q.k, q.n, 1, rowMajor(x, ld), v.t(), z, q.k})
	e.multiply(product[float64]{k, q.k, q.k, 1, rowMajor(z, q.k), rowMajor(q.t, q.ldt).t(), zt, q.k})
	e.multiply(product[float64]{k, q.n, q.k, -1, rowMajor(zt, q.k), v, x, ld})
}

// chased is the orthogonal matrix of a bulge chase: the reflectors of sweep s
// act on w rows each, from row s+1 on, and are stored one after the other in
// v[s], their factors in tau[s].
type chased struct {
	w      int
	v, tau [][]float64
}

// apply replaces the k vectors, rows ld apart in x, by Q·x. A reflector is
// applied to all of them, the last one first.
func (q *chased) apply(e *engine, x []float64, k, ld int) {
	c := make([]float64, k)
	for s := len(q.v) - 1; s >= 0; s-- {
		for t := len(q.tau[s]) - 1; t >= 0; t-- {
			v := q.v[s][t*q.w:]
			v = v[:min(q.w, len(v))]
			part := x[s+1+t*q.w:]
			e.dots(k, len(v), part, ld, v, c)
			scale(c, -q.tau[s][t])
			e.rank1(k, len(v), part, ld, c, v)
		}
	}
}

// times sets to = from·wᵀ: the vectors of the long side that those of the
// short side are mapped to. w is read in strips.
func (r *reader) times(from, to side) {
	clear(to.x)
	r.strips(from.n, to.n, func(strip operand[float64], at, rows int) {
		if r.flip { // the strip holds columns at … of w as rows
			r.e.multiply(product[float64]{from.k, to.n, rows, r.scale, operand[float64]{from.x[at:], from.ld, 1}, strip, to.x, to.ld})
			return
		}
		r.e.multiply(product[float64]{from.k, rows, from.n, r.scale, rowMajor(from.x, from.ld), strip.t(), to.x[at:], to.ld})
	})
}

// timesTransposed sets to = from·w, from the long side to the short one.
func (r *reader) timesTransposed(from, to side) {
	clear(to.x)
	r.strips(to.n, from.n, func(strip operand[float64], at, rows int) {
		if r.flip {
			r.e.multiply(product[float64]{from.k, rows, from.n, r.scale, rowMajor(from.x, from.ld), strip.t(), to.x[at:], to.ld})
			return
		}
		r.e.multiply(product[float64]{from.k, to.n, rows, r.scale, operand[float64]{from.x[at:], from.ld, 1}, strip, to.x, to.ld})
	})
}

// strips reads the stored matrix, kc rows at a time.
func (r *reader) strips(short, long int, f func(strip operand[float64], at, rows int)) {
	stored, width := long, short
	if r.flip {
		stored, width = short, long
	}
	step := r.e.kc
	if r.strip == nil {
		r.strip = r.e.scratch(min(step, stored) * width)
	}
	buf := r.strip
	for at := 0; at < stored; at += step {
		rows := min(step, stored-at)
		parallel(r.e.threads, (rows+stripRows-1)/stripRows, func(_, t int) {
			i0, i1 := t*stripRows, min((t+1)*stripRows, rows)
			r.w.Block(buf[i0*width:], width, at+i0, at+i1, 0, width)
		})
		f(rowMajor(buf, width), at, rows)
	}
}
