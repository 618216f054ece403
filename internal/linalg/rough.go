package linalg

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// RoughGram returns wᵀ·w, n × n, for the m × n matrix w, n ≥ 1, in half the time
// that double precision takes: w is rounded to float32, as are the sums over
// some hundred rows, which are added up in float64. An element is within 1e-6 of
// the norms of its two columns, and over many rows much nearer. It is not ok
// where the range of float32 does not do, or w holds numbers that are not finite.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it.
func RoughGram(w Source, threads int) (g *mat.Dense, ok bool) { return roughGram(best, w, threads) }

func roughGram(k *kernel, w Source, threads int) (*mat.Dense, bool) {
	m, n := w.Dims()
	p := newPacker(k.f32, threads)
	nUp := roundUp(n, p.nr)
	panels, c := make([]float32, p.kc*nUp), make([]float64, nUp*nUp)
	for i := 0; i < m; i += p.kc {
		rows := min(p.kc, m-i)
		p.loadRough(panels, w, [2]int{i, i + rows})
		parallel(p.threads, nUp/p.nr, func(worker, t int) {
			room := &p.room[worker]
			room.edge = grow(room.edge, p.mr*p.nr)
			b := panels[t*p.nr*rows:]
			for r := 0; r < (t+1)*p.nr; r += p.mr {
				clear(room.edge)
				panel, in := r/p.nr*p.nr, r%p.nr
				p.tile(rows, panels[panel*rows+in:], p.nr, b, p.nr, room.edge, p.nr)
				for q := range p.mr {
					out := c[(r+q)*nUp+t*p.nr:][:p.nr]
					for s, v := range room.edge[q*p.nr:][:p.nr] {
						out[s] += float64(v)
					}
				}
			}
		})
	}
	g := mat.NewDense(n, n, nil)
	var trace float64
	for i := range n {
		for j := range n {
			g.Set(i, j, c[min(i, j)*nUp+max(i, j)])
		}
		trace += g.At(i, i)
	}
	return g, trace >= leastSquare*float64(m)*float64(n) && trace <= math.MaxFloat32 && finite(c)
}

// leastSquare is the mean square under which squares of smaller elements would
// lose digits to the end of float32's range.
const leastSquare = 0x1p-80

// loadRough packs rows of w into panels of nr columns.
func (p *packer[T]) loadRough(panels []T, w Source, rows [2]int) {
	_, n := w.Dims()
	k := rows[1] - rows[0]
	if last := n / p.nr * p.nr; last < n {
		clear(panels[last*k:][:k*p.nr])
	}
	buffers := make([][]float64, p.threads)
	parallel(p.threads, (k+packRows-1)/packRows, func(worker, t int) {
		buffers[worker] = grow(buffers[worker], packRows*n)
		from, to := t*packRows, min((t+1)*packRows, k)
		w.Block(buffers[worker], n, rows[0]+from, rows[0]+to, 0, n)
		for l := from; l < to; l++ {
			row := buffers[worker][(l-from)*n:][:n]
			for j := 0; j < n; j += p.nr {
				out := panels[j*k+l*p.nr:]
				for q, v := range row[j:min(j+p.nr, n)] {
					out[q] = T(v)
				}
			}
		}
	})
}

// Rough is a k × n matrix to be multiplied many times, in float32.
type Rough struct {
	*packer[float32]
	k, n   int
	panels []float32 // parts of kc rows, each as panels of nr columns
	rooms  sync.Pool // of *roughRoom
}

// roughRoom is where a product is made.
type roughRoom struct {
	packRoom[float32]
	c []float32
}

// NewRough packs m, the numbers of which float32 holds.
func NewRough(m *mat.Dense) *Rough { return newRough(best, m) }

func newRough(kern *kernel, m *mat.Dense) *Rough {
	k, n := m.Dims()
	p := newPacker(kern.f32, 1)
	r := &Rough{packer: p, k: k, n: n, panels: make([]float32, k*roundUp(n, p.nr))}
	r.rooms.New = func() any { return new(roughRoom) }
	for l := 0; l < k; l += p.kc {
		p.loadRough(r.panels[l*roundUp(n, p.nr):], Dense(m), [2]int{l, min(l+p.kc, k)})
	}
	return r
}

// LeftTimes sets dst, rows × n, to x·m for x rows × k, and returns it: each
// element is within k·2⁻²⁴ of the norms of its row and column, and usually within
// √k·2⁻²⁴. It may be called concurrently.
func (r *Rough) LeftTimes(dst, x *mat.Dense) *mat.Dense {
	rows, _ := x.Dims()
	room := r.rooms.Get().(*roughRoom)
	defer r.rooms.Put(room)
	room.a = grow(room.a, r.kc*roundUp(rows, r.mr))
	room.edge = grow(room.edge, r.mr*r.nr)
	room.c = grow(room.c, rows*r.n)
	clear(room.c)
	for l := 0; l < r.k; l += r.kc {
		k := min(r.kc, r.k-l)
		clear(room.a)
		for i := range rows {
			panel := room.a[i/r.mr*r.mr*k+i%r.mr:]
			for q, v := range x.RawRowView(i)[l : l+k] {
				panel[q*r.mr] = float32(v)
			}
		}
		part := packRoom[float32]{a: room.a, b: r.panels[l*roundUp(r.n, r.nr):], edge: room.edge}
		r.tiles(&part, product[float32]{m: rows, n: r.n, k: k, c: room.c, ldc: r.n})
	}
	if m, n := dst.Dims(); m != rows || n != r.n {
		*dst = *mat.NewDense(rows, r.n, nil)
	}
	for i := range rows {
		to := dst.RawRowView(i)
		for j, v := range room.c[i*r.n:][:r.n] {
			to[j] = float64(v)
		}
	}
	return dst
}
