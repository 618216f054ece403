package linalg

// tridiagonal is a symmetric tridiagonal matrix: d the n diagonal elements, e
// the n-1 beside them.
type tridiagonal struct{ d, e []float64 }

// reflectors are the orthogonal matrix of a reduction, Q = H(n-1)…H(1) with
// H(i) = I − tau[i]·v·vᵀ; v lies in the first i elements of row i of the
// reduced matrix, v[i-1] = 1.
type reflectors struct {
	a   symmetric
	tau []float64
}

// panelRows is the number of rows that are reduced before the rest of the
// matrix is updated at once. Measured at n = 768: 16 to 48 are within 5 %.
const panelRows = 32

// reduce brings a to tridiagonal form T = QᵀAQ, from the last row up, and leaves
// the reflectors in a. It is the blocked reduction of Dsytrd and Dlatrd
// (Dongarra, Hammarling and Sorensen 1989) in the order that keeps every
// vector contiguous in a matrix stored by rows: what is not yet reduced is the
// leading part, and a reflector takes a row of it.
func (e *engine) reduce(a symmetric) (tridiagonal, reflectors) {
	n := a.n
	t := tridiagonal{make([]float64, n), make([]float64, max(n-1, 0))}
	q := reflectors{a, make([]float64, n)}
	p := newReduction(e, a)
	for m := n; m > 1; m -= panelRows {
		low := max(m-panelRows, 1)
		for i := m - 1; i >= low; i-- {
			p.row(i, 2*(m-1-i))
			t.d[i], t.e[i-1], q.tau[i] = p.d, p.e, p.tau
		}
		p.update(low, 2*(m-low))
	}
	if n > 0 {
		t.d[0] = a.data[0]
	}
	return t, q
}

// reduction is the working state of reduce. Row 2p of stack is the reflector v
// of the p-th row of the panel, row 2p+1 the vector w that goes with it in
// A − v·wᵀ − w·vᵀ; both are zero from that row on.
type reduction struct {
	*engine
	a         symmetric
	ld        int
	stack     []float64
	u, s, c   []float64
	pa, pb    []float64
	d, e, tau float64 // of the row done last
}

func newReduction(e *engine, a symmetric) *reduction {
	ld := roundUp(a.n, e.nr)
	return &reduction{
		engine: e, a: a, ld: ld,
		stack: e.floats(2 * panelRows * ld),
		u:     make([]float64, ld), s: make([]float64, e.nr), c: make([]float64, 2*panelRows),
		pa: e.floats(2 * panelRows * ld), pb: e.floats(2 * panelRows * ld),
	}
}

// row reduces row i ≥ 1, given k = 2p rows of the stack.
func (p *reduction) row(i, k int) {
	x := p.a.data[i*p.a.ld:][:i+1]
	for r := 0; r < k; r += 2 { // the rows of the panel above i, by column i
		p.c[r], p.c[r+1] = -p.stack[(r+1)*p.ld+i], -p.stack[r*p.ld+i]
	}
	p.axpys(k, i+1, p.stack, p.ld, p.c, x)
	p.d = x[i]
	x = x[:i]
	p.e, p.tau = p.reflector(x)
	v, w := p.stack[k*p.ld:][:p.ld], p.stack[(k+1)*p.ld:][:p.ld]
	clear(v[i:])
	copy(v, x)
	p.times(v, w, i)
	if k > 0 {
		p.dots(k, i, p.stack, p.ld, v, p.c)
		for r := 0; r < k; r += 2 {
			p.c[r], p.c[r+1] = -p.c[r+1], -p.c[r]
		}
		p.axpys(k, i, p.stack, p.ld, p.c, w)
	}
	p.dots(1, i, v, 0, w, p.s)
	p.scaleCopy(1, i, p.tau, w, 0, w, 0)
	p.s[0] *= -p.tau * p.tau / 2
	p.axpys(1, i, v, 0, p.s, w)
}

// times sets w = A·v for the leading m × m part of A, reading the lower half;
// v and w are padded, v with zeros.
func (p *reduction) times(v, w []float64, m int) {
	clear(w)
	nr := p.nr
	for i := 0; i < m; i += nr {
		rows := min(nr, m-i)
		a := p.a.data[i*p.a.ld:]
		p.symv(rows, i, a, p.a.ld, v[i:], v, w, p.s)
		out := w[i:][:rows]
		for r := range out {
			out[r] += p.s[r]
		}
		p.dots(rows, rows, a[i:], p.a.ld, v[i:], p.s)
		for r := range out {
			out[r] += p.s[r]
		}
	}
}

// update subtracts V·Wᵀ + W·Vᵀ from the leading m × m part of A, given k = 2p
// rows of the stack.
func (p *reduction) update(m, k int) {
	v, w := p.stack, p.stack[p.ld:]
	for j := 0; j < m; j += p.nr {
		b := p.pb[j*k:]
		p.scaleCopy(k/2, p.nr, 1, w[j:], 2*p.ld, b, 2*p.nr)
		p.scaleCopy(k/2, p.nr, 1, v[j:], 2*p.ld, b[p.nr:], 2*p.nr)
	}
	// Rows of A from m on hold reflectors: what is added to them must be zero.
	if whole := m / p.nr * p.nr; whole < m {
		clear(p.pa[k*whole:][:k*p.nr])
	}
	p.pack(p.pa, p.mr, -1, block[float64]{rowMajor(p.stack, p.ld), k, m})
	updateLower(p.packer, lowerUpdate{p.a, m, k, p.pa, p.pb, p.mr, roundUp(gramTask, p.nr)})
}
