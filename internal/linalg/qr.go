package linalg

// qrPanel is the number of columns of a QR panel: the reflectors of a panel are
// applied to the columns after it at once.
const qrPanel = 16

// qr factors blocks of rows, one under the other, into one triangular R
// (sequential TSQR: Demmel, Grigori, Hoemmen and Langou 2012). Columns are
// contiguous in all its arrays: column j of the block at c[j*ldc:], of R at
// r[j*ldr:].
type qr struct {
	*engine
	n        int // columns
	c, r     []float64
	ldc, ldr int
	vt       []float64 // qrPanel reflectors, rows apart ldc
	t, g     []float64 // qrPanel × qrPanel
	tau, s   []float64
	z, zt    []float64 // n × qrPanel
}

// newQR prepares for blocks of at most rows rows.
func (e *engine) newQR(rows, n int) *qr {
	ldc := roundUp(rows, lineLanes)
	if ldc/lineLanes%2 == 0 {
		ldc += lineLanes // see newSymmetric
	}
	return &qr{
		engine: e, n: n, ldc: ldc, ldr: min(rows, n),
		c: e.floats((n + 1) * ldc), r: e.floats(n * min(rows, n)),
		vt: e.floats(qrPanel * ldc),
		t:  make([]float64, qrPanel*qrPanel), g: make([]float64, qrPanel*qrPanel),
		tau: make([]float64, qrPanel), s: make([]float64, max(n, qrPanel)),
		z: e.floats(n * qrPanel), zt: e.floats(n * qrPanel),
	}
}

// load reads the rows l0 … l1-1 of w, times its scale, as the next block.
func (q *qr) load(w *reader, l0, l1 int) {
	k := l1 - l0
	if w.flip {
		parallel(q.threads, (q.n+stripRows-1)/stripRows, func(_, t int) {
			j0, j1 := t*stripRows, min((t+1)*stripRows, q.n)
			part := q.c[j0*q.ldc:]
			w.w.Block(part, q.ldc, j0, j1, l0, l1)
			if w.scale != 1 {
				q.f64.scaleCopy(j1-j0, k, w.scale, part, q.ldc, part, q.ldc)
			}
		})
		return
	}
	parallel(q.threads, (k+stripRows-1)/stripRows, func(worker, t int) {
		l, rows := t*stripRows, min(stripRows, k-t*stripRows)
		buf := w.buffer(worker, rows*q.n)
		w.w.Block(buf, q.n, l0+l, l0+l+rows, 0, q.n)
		if w.scale != 1 {
			q.f64.scaleCopy(1, len(buf), w.scale, buf, 0, buf, 0)
		}
		q.packTransposed(q.c[l:], q.ldc, block[float64]{rowMajor(buf, q.n).t(), q.n, rows})
	})
}

// first factors the block of k rows, and keeps its R of min(k, n) rows.
func (q *qr) first(k int) {
	for j := 0; j < min(k, q.n); j += qrPanel {
		p := min(qrPanel, min(k, q.n)-j)
		clear(q.vt[:p*q.ldc])
		for i := range p {
			x := q.c[(j+i)*q.ldc:][j+i : k]
			beta, tau := q.reflectorFirst(x)
			v := q.vt[i*q.ldc+i:]
			copy(v, x)
			x[0], q.tau[i] = beta, tau
			q.reflect(q.c[(j+i+1)*q.ldc+j+i:], v, [2]int{p - 1 - i, len(x)}, tau)
		}
		q.block(j, p, k-j, q.c[j:], nil)
	}
	for j := range q.n {
		copy(q.r[j*q.ldr:][:min(j+1, q.ldr)], q.c[j*q.ldc:])
	}
}

// next factors R on top of a block of k rows into a new R of n rows. The
// reflector of a column consists of a one in its row of R, and a part in the
// block.
func (q *qr) next(k int) {
	for j := 0; j < q.n; j += qrPanel {
		p := min(qrPanel, q.n-j)
		for i := range p {
			v := q.vt[i*q.ldc:][:k]
			copy(v, q.c[(j+i)*q.ldc:])
			diagonal := &q.r[(j+i)*q.ldr+j+i]
			*diagonal, q.tau[i] = q.reflectorOf(*diagonal, v)
			rest := q.s[:p-1-i]
			q.dots(len(rest), k, q.c[(j+i+1)*q.ldc:], q.ldc, v, rest)
			for s := range rest {
				x := &q.r[(j+i+1+s)*q.ldr+j+i]
				rest[s] = -q.tau[i] * (rest[s] + *x)
				*x += rest[s]
			}
			q.rank1(len(rest), k, q.c[(j+i+1)*q.ldc:], q.ldc, rest, v)
		}
		q.block(j, p, k, q.c, q.r[j:])
	}
}

// reflect applies I − tau·v·vᵀ to shape[0] columns of shape[1] rows.
func (q *qr) reflect(a, v []float64, shape [2]int, tau float64) {
	if shape[0] == 0 {
		return
	}
	s := q.s[:shape[0]]
	q.dots(len(s), shape[1], a, q.ldc, v, s)
	scale(s, -tau)
	q.rank1(len(s), shape[1], a, q.ldc, s, v)
}

// block applies the p reflectors of the panel at column j, of k rows, to the
// columns after it: c holds those rows of the block, and r the p rows of R that
// they take part in, or nil.
func (q *qr) block(j, p, k int, c, r []float64) {
	at := j + p
	m := q.n - at
	if m == 0 {
		return
	}
	q.triangle(p, k)
	v := operand[float64]{q.vt, q.ldc, 1}
	z, zt := q.z[:m*p], q.zt[:m*p]
	clear(z)
	clear(zt)
	c = c[at*q.ldc:]
	q.multiply(product[float64]{m, p, k, 1, rowMajor(c, q.ldc), v.t(), z, p})
	if r != nil {
		for i := range m {
			for l, x := range r[(at+i)*q.ldr:][:p] {
				z[i*p+l] += x
			}
		}
	}
	q.multiply(product[float64]{m, p, p, 1, rowMajor(z, p), rowMajor(q.t, qrPanel), zt, p})
	q.multiply(product[float64]{m, k, p, -1, rowMajor(zt, p), v, c, q.ldc})
	if r != nil {
		for i := range m {
			row := r[(at+i)*q.ldr:][:p]
			for l := range row {
				row[l] -= zt[i*p+l]
			}
		}
	}
}

// triangle forms the upper triangular T of H(0)·H(1)… = I − V·T·Vᵀ (Dlarft,
// forward).
func (q *qr) triangle(p, k int) {
	v := rowMajor(q.vt, q.ldc)
	clear(q.g)
	q.multiply(product[float64]{p, p, k, 1, v, v.t(), q.g, qrPanel})
	for i := range p {
		for r := range i { // T[r, i] = −tauᵢ Σₛ T[r, s]·(vₛ·vᵢ)
			var sum float64
			for s := r; s < i; s++ {
				sum += q.t[r*qrPanel+s] * q.g[s*qrPanel+i]
			}
			q.t[r*qrPanel+i] = -q.tau[i] * sum
		}
		q.t[i*qrPanel+i] = q.tau[i]
	}
}
