package linalg

// singles multiplies in float32. Vectors and rows are packed once each, in
// parts of kc of their numbers, each part as panels for the tiles.
type singles struct {
	*Projection
	*packer[float32]
	left, right []float32
	mUp, nUp    int
	scores      [][]float32 // of each worker
}

// singleRows is the number of rows of a block, a multiple of the tiles'
// widths. At d = 768 a packed block, a part of a task's vectors and their
// products (720, 288 and 180 KiB) share a level 2 cache of 2 MiB; of 240, 480, 960
// and 1920 this was the fastest.
const singleRows = 240

func newSingles(p *Projection, t tiling[float32], threads int) *singles {
	s := &singles{Projection: p, packer: newPacker(t, threads)}
	s.scores = make([][]float32, s.threads)
	s.mUp, s.nUp = roundUp(p.M, s.mr), roundUp(min(singleRows, p.Rows), s.nr)
	return s
}

func (s *singles) rows() (block, unit int) { return singleRows, s.nr }

func (s *singles) vectors(slack []float32) {
	s.left, s.right = make([]float32, s.mUp*s.D), make([]float32, s.nUp*s.D)
	for l := 0; l < s.D; l += s.kc {
		k := min(s.kc, s.D-l)
		s.packer.pack(s.left[l*s.mUp:], s.mr, 1, block[float32]{rowMajor(s.Vectors, s.D).from(0, l).t(), k, s.M})
	}
	for v := range s.M {
		norm := norm32(s.Vectors[v*s.D:][:s.D])
		slack[v] = slackOf(roundings(s.D)*norm, norm)
	}
}

func (s *singles) pack(worker, j int, rows, reach []float32) {
	for i := range reach {
		reach[i] = s.reachOf(norm32(rows[i*s.D:][:s.D]), 0)
	}
	for l := 0; l < s.D; l += s.kc {
		k := min(s.kc, s.D-l)
		s.packer.pack(s.right[l*s.nUp+j*k:], s.nr, 1, block[float32]{rowMajor(rows, s.D).from(0, l).t(), k, len(reach)})
	}
}

// multiply need not begin at a panel: the vectors before it in its panel are
// computed along, and left out.
func (s *singles) multiply(worker, first, last, n int) ([]float32, int) {
	start := first / s.mr * s.mr
	s.scores[worker] = grow(s.scores[worker], (last-start)*n)
	c := s.scores[worker]
	clear(c)
	s.room[worker].edge = grow(s.room[worker].edge, s.mr*s.nr)
	for l := 0; l < s.D; l += s.kc {
		k := min(s.kc, s.D-l)
		for i := start; i < last; i += s.mc {
			room := packRoom[float32]{a: s.left[l*s.mUp+i*k:], b: s.right[l*s.nUp:], edge: s.room[worker].edge}
			s.tiles(&room, product[float32]{m: min(s.mc, last-i), n: n, k: k, c: c[(i-start)*n:], ldc: n})
		}
	}
	return c[(first-start)*n:], n
}
