package linalg

// symmetric is an n × n symmetric matrix of which the lower triangle is kept:
// element (i, j), j ≤ i, at data[i*ld+j]. The squares of side nr on the diagonal
// are kept whole, both halves of them, since a tile writes all of its elements.
// Rows and columns are padded to a multiple of nr: the padding is scratch.
type symmetric struct {
	n, ld int
	data  []float64
}

// newSymmetric returns a zero matrix laid out for the kernel.
func (e *engine) newSymmetric(n int) symmetric {
	rows := roundUp(n, e.nr)
	ld := rows
	if ld/8%2 == 0 && ld > 0 {
		ld += e.nr // an odd number of cache lines, so that a column spreads over all sets
	}
	return symmetric{n, ld, e.floats(rows * ld)}
}

// lowerUpdate adds aᵀ·b, whose product is symmetric and n × n, to the lower
// triangle of c: a and b are k × n, packed in panels of aw and nr columns and
// filled up with zeros to a multiple of nr.
type lowerUpdate struct {
	c       symmetric
	n, k    int
	a, b    []float64
	aw      int // mr, or nr where a and b are the same panels
	blocked int // rows of C in a task, a multiple of nr
}

// updateLower runs the update on the tiles on and under the diagonal; the rows
// of C are shared among the workers. Of a tile row, the tiles of one panel of b
// come together, so that the panel stays in the level 1 cache.
func updateLower(p *packer[float64], u lowerUpdate) {
	tasks := (u.n + u.blocked - 1) / u.blocked
	parallel(p.threads, tasks, func(_, t int) {
		i0 := (tasks - 1 - t) * u.blocked // the longest first
		i1 := min(i0+u.blocked, roundUp(u.n, p.nr))
		for j := 0; j < i1; j += p.nr {
			b := u.b[j*u.k:]
			for i := max(i0, j); i < i1; i += p.mr {
				panel, in := i/u.aw*u.aw, i%u.aw
				p.tile(u.k, u.a[panel*u.k+in:], u.aw, b, p.nr, u.c.data[i*u.c.ld+j:], u.c.ld)
			}
		}
	})
}
