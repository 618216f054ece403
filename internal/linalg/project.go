package linalg

// Projection multiplies many short vectors with the rows of a long table, in
// float32, block by block of rows: no table of all products is ever formed.
type Projection struct {
	// Vectors are M rows of D numbers, one after the other.
	Vectors []float32
	M, D    int
	// Rows is the length of the table. Read writes its rows i0 ≤ i < i1 to
	// dst, D numbers each; it is called for each row once, concurrently.
	Rows int
	Read func(dst []float32, i0, i1 int)
	// Tasks are the ranges first ≤ v < last of vectors that one goroutine
	// takes at a time. They may not overlap.
	Tasks [][2]int
	// Visit is given the products of a task's vectors with the table's rows
	// i0 … i0+n-1: those of the v-th vector of the task at scores[v·n:][:n]. The
	// blocks of a task come in order, one at a time; those of different tasks
	// concurrently. scores is only lent.
	Visit func(task, i0, n int, scores []float32)
}

// projectRows is the number of rows of a block, a multiple of the tiles'
// widths. At d = 768 a packed block, a part of a task's vectors and their
// products (720, 288 and 180 KiB) share a level 2 cache of 2 MiB; of 240, 480, 960
// and 1920 this was the fastest.
const projectRows = 240

// ProjectTask is the number of vectors for which a task is most efficient: as
// many as are packed for a level 2 cache.
const ProjectTask = 192

// projection is a Projection under way. Vectors and rows are packed once each,
// in parts of kc of their numbers, each part as panels for the tiles.
type projection struct {
	Projection
	*packer[float32]
	left, right []float32
	mUp, nUp    int
	scores      [][]float32 // of each worker
}

// Project runs p on at most threads goroutines, at least 1. What Visit is
// given depends on neither their number nor the division into tasks.
func Project(p Projection, threads int) { project(p, best, threads) }

func project(p Projection, k *kernel, threads int) {
	if p.M == 0 || p.Rows == 0 || p.D == 0 {
		return
	}
	run := &projection{Projection: p, packer: newPacker(k.f32, threads)}
	run.scores = make([][]float32, run.threads)
	run.mUp, run.nUp = roundUp(p.M, run.mr), roundUp(min(projectRows, p.Rows), run.nr)
	run.left, run.right = make([]float32, run.mUp*p.D), make([]float32, run.nUp*p.D)
	for l := 0; l < p.D; l += run.kc {
		k := min(run.kc, p.D-l)
		run.pack(run.left[l*run.mUp:], run.mr, 1, block[float32]{rowMajor(p.Vectors, p.D).from(0, l).t(), k, p.M})
	}
	for i := 0; i < p.Rows; i += projectRows {
		n := min(projectRows, p.Rows-i)
		run.load(i, n)
		parallel(run.threads, len(p.Tasks), func(worker, t int) {
			run.Visit(t, i, n, run.task(worker, t, n))
		})
	}
}

// load reads and packs rows i … i+n-1, a panel's width at a time.
func (p *projection) load(i, n int) {
	parallel(p.threads, (n+p.nr-1)/p.nr, func(worker, t int) {
		j := t * p.nr
		w := min(p.nr, n-j)
		p.room[worker].b = grow(p.room[worker].b, p.nr*p.D)
		buf := p.room[worker].b[:w*p.D]
		p.Read(buf, i+j, i+j+w)
		for l := 0; l < p.D; l += p.kc {
			k := min(p.kc, p.D-l)
			p.pack(p.right[l*p.nUp+j*k:], p.nr, 1, block[float32]{rowMajor(buf, p.D).from(0, l).t(), k, w})
		}
	})
}

// task returns the products of a task's vectors with the loaded rows. A task
// need not begin at a panel: the vectors before it in its panel are computed
// along, and left out.
func (p *projection) task(worker, t, n int) []float32 {
	first, last := p.Tasks[t][0], p.Tasks[t][1]
	start := first / p.mr * p.mr
	p.scores[worker] = grow(p.scores[worker], (last-start)*n)
	c := p.scores[worker]
	clear(c)
	p.room[worker].edge = grow(p.room[worker].edge, p.mr*p.nr)
	for l := 0; l < p.D; l += p.kc {
		k := min(p.kc, p.D-l)
		for i := start; i < last; i += p.mc {
			room := packRoom[float32]{a: p.left[l*p.mUp+i*k:], b: p.right[l*p.nUp:], edge: p.room[worker].edge}
			p.tiles(&room, product[float32]{m: min(p.mc, last-i), n: n, k: k, c: c[(i-start)*n:], ldc: n})
		}
	}
	return c[(first-start)*n:]
}
