package linalg

import "slices"

// blockReflector is Q = I − V·T·Vᵀ, the product of k reflectors: row r of vt
// is the r-th vector, of which the first n elements count; T is k × k, lower
// triangular, at t with rows ldt apart.
type blockReflector struct {
	k, n int
	vt   []float64
	ldv  int
	t    []float64
	ldt  int
}

// toBand brings a to a band matrix of w subdiagonals by orthogonal
// transformations from both sides, in place: A becomes QᵀAQ. It is the first
// stage of the two-stage reduction (Bischof, Lang and Sun 2000; Haidar, Ltaief
// and Dongarra 2011), from the last rows up, nearly all of it in matrix
// products. Elements outside the band are left as scratch. If keep, the
// block reflectors are returned in the order they were applied.
func (e *engine) toBand(a symmetric, w int, keep bool) []blockReflector {
	var kept []blockReflector
	b := newBander(e, a, w)
	for m := a.n; m-w > 1; m -= w {
		b.panel(m)
		b.twoSided(m - w)
		if keep {
			kept = append(kept, b.q.clone(e))
		}
	}
	return kept
}

// bander is the working state of toBand.
type bander struct {
	*engine
	a      symmetric
	w, ld  int
	q      blockReflector
	tau    []float64
	pa, pb []float64 // packed
	x, y   []float64 // w × ld: Vᵀ·A and what follows from it
	small  [2][]float64
	trans  [][]float64 // of each worker, a transposed panel
}

func newBander(e *engine, a symmetric, w int) *bander {
	ld := roundUp(a.n, e.nr)
	b := &bander{
		engine: e, a: a, w: w, ld: ld, tau: make([]float64, w),
		pa: e.floats(2 * w * ld), pb: e.floats(2 * w * ld),
		x: e.floats(w * ld), y: e.floats(w * ld),
		small: [2][]float64{make([]float64, w*w), make([]float64, w*w)},
		trans: make([][]float64, e.threads),
	}
	for i := range b.trans {
		b.trans[i] = e.floats(e.kc * e.nr)
	}
	b.q = blockReflector{vt: e.floats(w * ld), ldv: ld, t: make([]float64, w*w), ldt: w}
	return b
}

// clone returns a copy in memory of its own, no more than it needs.
func (q blockReflector) clone(e *engine) blockReflector {
	ld := roundUp(q.n, lineLanes)
	vt := e.scratch(q.k * ld)
	for r := range q.k {
		copy(vt[r*ld:][:q.n], q.vt[r*q.ldv:])
	}
	q.vt, q.ldv, q.t = vt, ld, slices.Clone(q.t)
	return q
}

// panel annihilates rows m-w … m-1 left of the band, the last row first, and
// forms T. Row r of the panel is left with its pivot in column m-2w+r.
func (b *bander) panel(m int) {
	n := m - b.w
	first := max(0, b.w+1-n) // rows before it lie within the band
	b.q.k, b.q.n = b.w-first, n
	rows := b.a.data[n*b.a.ld:]
	clear(b.q.vt)
	for r := b.w - 1; r >= first; r-- {
		length := n - b.w + r + 1
		x := rows[r*b.a.ld:][:length]
		beta, tau := b.reflector(x)
		v := b.q.vt[(r-first)*b.ld:]
		copy(v, x)
		x[length-1] = beta
		b.tau[r-first] = tau
		b.dots(r, length, rows, b.a.ld, v, b.small[0])
		scale(b.small[0][:r], -tau)
		b.rank1(r, length, rows, b.a.ld, b.small[0], v)
	}
	b.triangle()
}

// scale multiplies x by f.
func scale(x []float64, f float64) {
	for i := range x {
		x[i] *= f
	}
}

// triangle forms T from VᵀV and tau: T is lower triangular since the last
// vector was applied first (Dlarft, backward).
func (b *bander) triangle() {
	q, k := b.q, b.q.k
	g := b.small[0][:k*k]
	clear(g)
	v := rowMajor(q.vt, q.ldv)
	b.multiply(product[float64]{k, k, q.n, 1, v, v.t(), g, k})
	for i := k - 1; i >= 0; i-- {
		for r := i + 1; r < k; r++ { // T[r, i] = −tauᵢ Σₛ T[r, s]·(vₛ·vᵢ)
			var sum float64
			for s := i + 1; s <= r; s++ {
				sum += q.t[r*q.ldt+s] * g[s*k+i]
			}
			q.t[r*q.ldt+i] = -b.tau[i] * sum
		}
		q.t[i*q.ldt+i] = b.tau[i]
	}
}

// twoSided replaces the leading n × n part of A by QᵀAQ = A − V·Wᵀ − W·Vᵀ with
// W = Y − ½V·(Tᵀ·VᵀY), Y = A·V·T.
func (b *bander) twoSided(n int) {
	q, k := b.q, b.q.k
	v, t := rowMajor(q.vt, q.ldv), rowMajor(q.t, q.ldt)
	clear(b.x)
	b.timesSymmetric(n)
	clear(b.y)
	b.multiply(product[float64]{k, n, k, 1, t.t(), rowMajor(b.x, b.ld), b.y, b.ld})
	vy, s := b.small[0][:k*k], b.small[1][:k*k]
	clear(vy)
	clear(s)
	b.multiply(product[float64]{k, k, n, 1, v, rowMajor(b.y, b.ld).t(), vy, k})
	b.multiply(product[float64]{k, k, k, 1, t.t(), rowMajor(vy, k), s, k})
	b.multiply(product[float64]{k, n, k, -0.5, rowMajor(s, k), v, b.y, b.ld})
	b.update(n)
}

// timesSymmetric adds Vᵀ·A to x for the leading n × n part of A: what lies
// under the diagonal is read where it stands, what lies above is transposed
// from its mirror image.
func (b *bander) timesSymmetric(n int) {
	k := roundUp(b.q.k, b.mr)
	b.pack(b.pa, b.mr, 1, block[float64]{rowMajor(b.q.vt, b.ld).t(), n, b.q.k})
	parallel(b.threads, (n+b.nr-1)/b.nr, func(w, task int) {
		j := task * b.nr
		for l := 0; l < n; {
			part, rows, stride := b.a.data[l*b.a.ld+j:], min(b.kc, n-l), b.a.ld
			if l < j {
				rows = min(b.kc, j-l)
				part, stride = b.trans[w], b.nr
				b.packTransposed(part, b.nr, block[float64]{rowMajor(b.a.data[j*b.a.ld+l:], b.a.ld).t(), rows, b.nr})
			}
			for i := 0; i < k; i += b.mr {
				b.tile(rows, b.pa[i*n+l*b.mr:], b.mr, part, stride, b.x[i*b.ld+j:], b.ld)
			}
			l += rows
		}
	})
}

// update subtracts V·Wᵀ + W·Vᵀ from the leading n × n part of A, with Wᵀ in y.
func (b *bander) update(n int) {
	k := b.q.k
	for j := 0; j < n; j += b.nr {
		width := min(b.nr, n-j)
		panel := b.pb[j*2*k:]
		b.scaleCopy(k, width, 1, b.y[j:], b.ld, panel, b.nr)
		b.scaleCopy(k, width, 1, b.q.vt[j:], b.ld, panel[k*b.nr:], b.nr)
	}
	padded := roundUp(n, b.nr)
	for i := 0; i < padded; i += b.mr {
		panel := b.pa[i*2*k:][:2*k*b.mr]
		width := max(0, min(b.mr, n-i))
		if width < b.mr { // rows of A from n on are done
			clear(panel)
		}
		b.scaleCopy(k, width, -1, b.q.vt[min(i, n):], b.ld, panel, b.mr)
		b.scaleCopy(k, width, -1, b.y[min(i, n):], b.ld, panel[k*b.mr:], b.mr)
	}
	updateLower(b.packer, lowerUpdate{b.a, n, 2 * k, b.pa, b.pb, b.mr, roundUp(gramTask, b.nr)})
}
