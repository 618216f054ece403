package linalg

// band is a symmetric band matrix of w subdiagonals, n × n. Element (i, j),
// |i−j| < 2w, is at data[i*ld+j+at]: the rows overlap in such a way that each
// part of the band is a matrix by rows with leading dimension ld. Both halves
// of a w × w square on the diagonal are kept.
type band struct {
	n, w, ld, at int
	data         []float64
}

// lineLanes is the number of float64 in a cache line, and in the largest
// vector.
const lineLanes = 8

// newBand copies the band of w subdiagonals from the lower triangle of a.
func (e *engine) newBand(a symmetric, w int) band {
	// Row i holds columns i-2w+1 … i+w-1, and is read and written back
	// unchanged up to the ends of the cache lines these lie in. The next row
	// begins past them.
	ld := roundUp(3*w+2*lineLanes, lineLanes)
	b := band{a.n, w, ld, roundUp(2*w, lineLanes), e.floats(a.n*(ld+1) + 4*w + 2*lineLanes)}
	for i := range a.n {
		for j := max(0, i-w); j <= i; j++ {
			v := a.data[i*a.ld+j]
			b.data[i*ld+j+b.at] = v
			if i-j < w {
				b.data[j*ld+i+b.at] = v
			}
		}
	}
	return b
}

// from is the part of the band that starts at element (i, j).
func (b band) from(i, j int) []float64 { return b.data[i*b.ld+j+b.at:] }

// tridiagonal returns the diagonal and the elements beside it.
func (b band) tridiagonal() tridiagonal {
	t := tridiagonal{make([]float64, b.n), make([]float64, max(b.n-1, 0))}
	for i := range t.d {
		t.d[i] = b.from(i, i)[0]
		if i > 0 {
			t.e[i-1] = b.from(i, i-1)[0]
		}
	}
	return t
}

// chaser runs one sweep: it annihilates a column under its first subdiagonal
// and chases what that pushes out of the band, w rows a step. It holds the
// reflector at work and vectors beside it. The vectors that meet columns start
// at off, the place of a block's first column in its cache line, and are zero
// around that part, so that whole lines of the band can be read and written:
// the blocks of one sweep all have the same off.
type chaser struct {
	*engine
	b       band
	off     int
	v, u, y []float64
	x       []float64
	kept    *chased // nil if not asked for

	s, i, rows int // sweep, first row of the next square, its size or 0 at the end
	tau        float64
}

func newChaser(e *engine, b band, kept *chased) *chaser {
	vector := func() []float64 { return make([]float64, b.w+2*lineLanes) }
	own := *e // e.one is written to
	own.one = make([]float64, 1)
	return &chaser{engine: &own, b: b, v: vector(), u: vector(), y: vector(), x: vector(), kept: kept}
}

// start annihilates column s.
func (c *chaser) start(s int) {
	c.s, c.i, c.rows = s, s+1, min(c.b.w, c.b.n-1-s)
	c.off = (s + 1) % lineLanes
	c.tau = c.column(s, c.rows)
}

// step applies the reflector at work to a square and to the block under it,
// and makes the next reflector.
func (c *chaser) step() {
	if c.kept != nil {
		c.kept.v[c.s] = append(c.kept.v[c.s], c.v[c.off:][:c.rows]...)
		c.kept.tau[c.s] = append(c.kept.tau[c.s], c.tau)
	}
	c.square(c.i, c.rows, c.tau)
	next := max(0, min(c.b.w, c.b.n-c.i-c.rows))
	if next > 0 {
		c.tau = c.below(c.i, next, c.tau)
	}
	c.i, c.rows = c.i+c.rows, next
}

// column makes the reflector of the m elements under the diagonal in column s,
// leaves its result there, and returns its tau.
func (c *chaser) column(s, m int) float64 {
	a, ld := c.b.from(s+1, s), c.b.ld
	clear(c.v)
	v := c.v[c.off:][:m]
	for r := range v {
		v[r] = a[r*ld]
	}
	beta, tau := c.reflectorFirst(v)
	a[0] = beta
	return tau
}

// square applies the reflector v from both sides to the m × m square at (i, i).
func (c *chaser) square(i, m int, tau float64) {
	if tau == 0 {
		return
	}
	a, ld := c.b.from(i, i-c.off), c.b.ld
	v, x := c.v[c.off:][:m], c.x[:m]
	width := roundUp(c.off+m, lineLanes)
	c.dots(m, width, a, ld, c.v, x)
	c.dots(1, m, v, 0, x, c.one)
	f := -c.one[0] * tau * tau / 2
	clear(c.y)
	y := c.y[c.off:][:m]
	for r := range x { // −tau·A·v + ½tau²·(vᵀAv)·v
		x[r] = -(tau*x[r] + f*v[r])
		y[r] = x[r]
	}
	c.rank2(m, width, a, ld, v, c.y, x, c.v)
}

// below applies the reflector v from the right to the block B, m × w, under the
// square at j, then annihilates the first column of the block by a new
// reflector u, which it applies from the left and leaves in v. Both are applied
// at once,
//
//	B − tau·t·vᵀ − tau₁·u·yᵀ, t = B·v, y = Bᵀu − tau·(uᵀt)·v,
//
// so that the block is written once.
func (c *chaser) below(j, m int, tau float64) float64 {
	w, ld, off := c.b.w, c.b.ld, c.off
	i := j + w
	a, width := c.b.from(i, j-off), roundUp(off+w, lineLanes)
	v, t, y := c.v, c.x[:m], c.y
	c.dots(m, width, a, ld, v, t)
	clear(c.u)
	u := c.u[off:][:m]
	for r := range u {
		t[r] *= -tau
		u[r] = a[r*ld+off] + t[r]*v[off]
	}
	beta, tau1 := c.reflectorFirst(u)
	clear(y)
	c.axpys(m, width, a, ld, u, y)
	c.dots(1, m, u, 0, t, c.one)
	for q := range y {
		y[q] = -tau1 * (y[q] + c.one[0]*v[q])
	}
	clear(y[:off])
	clear(y[off+w:])
	c.rank2(m, width, a, ld, t, v, u, y)
	a = a[off:]
	a[0] = beta
	for r := 1; r < m; r++ {
		a[r*ld] = 0
	}
	mirror := c.b.from(j, i)
	for q := 1; q < w; q++ { // the first row will be a part of a square
		mirror[q*ld] = a[q]
	}
	c.v, c.u = c.u, c.v
	return tau1
}
