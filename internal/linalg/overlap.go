package linalg

import "gonum.org/v1/gonum/mat"

// Packed is an m × d matrix in single precision, in the order in which tiles
// read it.
type Packed struct {
	rows, cols int
	panels     []float32 // overlapSide columns each, filled up with zeros
}

// Pack returns a copy of m, the numbers of which float32 holds, as a Packed.
func Pack(m *mat.Dense) *Packed { return packed(best, m) }

// PackedSize returns the bytes that a packed rows × cols matrix takes.
func PackedSize(rows, cols int) int64 {
	return 4 * int64(rows) * int64(roundUp(cols, overlapSide))
}

func packed(k *kernel, m *mat.Dense) *Packed {
	raw := m.RawMatrix()
	p := &Packed{raw.Rows, raw.Cols, make([]float32, raw.Rows*roundUp(raw.Cols, overlapSide))}
	for i := range raw.Rows {
		row := raw.Data[i*raw.Stride:][:raw.Cols]
		for j := 0; j < len(row); j += overlapSide {
			to := p.panels[j*raw.Rows+i*overlapSide:]
			for q, v := range row[j:min(j+overlapSide, len(row))] {
				to[q] = float32(v)
			}
		}
	}
	return p
}

// overlapSide is the side of the blocks of Gram matrices that are held at a
// time, a multiple of mr and nr of every kernel: those of a hundred matrices
// fit in a level 2 cache. overlapTasks is what the work is divided into,
// however many workers there are: each has sums of its own.
const (
	overlapSide  = 48
	overlapBlock = overlapSide * overlapSide
	overlapTasks = 8
)

// Overlaps returns tr(XᵢᵀXᵢ·YⱼᵀYⱼ) = ‖Xᵢ·Yⱼᵀ‖² in row i < len(x), column
// j < len(y), for i < limit[j]; elsewhere numbers that mean nothing. limit
// ascends. All matrices have the same number d ≥ 1 of columns.
//
// The Gram matrices are formed block by block, and a block of all of them is
// used while it is in a near cache: d²/2 multiplications for a pair, and
// rows·d²/2 for a matrix. They are in float32, what blocks give is summed in
// float64: the error is below 5e-7·‖XᵢᵀXᵢ‖·‖YⱼᵀYⱼ‖,
// which of long rows is some ten times less.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it.
func Overlaps(x, y []*Packed, limit []int, threads int) *mat.Dense {
	return overlaps(best, x, y, limit, threads)
}

func overlaps(k *kernel, x, y []*Packed, limit []int, threads int) *mat.Dense {
	d := x[0].cols
	var sums [overlapTasks][]float64
	rooms := make([]*overlapRoom, max(threads, 1))
	parallel(threads, overlapTasks, func(w, t int) {
		if rooms[w] == nil {
			rooms[w] = newOverlapRoom(k, len(x), len(y))
		}
		r := rooms[w]
		sums[t] = make([]float64, len(x)*len(y))
		for i := t * overlapSide; i < d; i += overlapTasks * overlapSide {
			for j := i; j < d; j += overlapSide {
				r.gram(x, i, j)
				r.pack(r.room.a, r.mr, 1, r.across(len(x)))
				r.gram(y, i, j)
				r.pack(r.room.b, r.nr, 1, r.across(len(y)))
				r.meet(len(x), limit)
				weight := 2.0 // the block across the diagonal is the same
				if i == j {
					weight = 1
				}
				for q, v := range r.part {
					sums[t][q] += weight * float64(v)
				}
			}
		}
	})
	out := make([]float64, len(x)*len(y))
	for _, s := range sums {
		for q, v := range s {
			out[q] += v
		}
	}
	return mat.NewDense(len(x), len(y), out)
}

// overlapRoom is where a worker keeps a block of every Gram matrix.
type overlapRoom struct {
	*packer[float32]
	room   packRoom[float32]
	blocks []float32 // one after another
	part   []float32 // what they add to the result
}

func newOverlapRoom(k *kernel, m, n int) *overlapRoom {
	r := &overlapRoom{packer: newPacker(k.f32, 1)}
	r.blocks, r.part = make([]float32, max(m, n)*overlapBlock), make([]float32, m*n)
	r.room.a = make([]float32, roundUp(m, r.mr)*overlapBlock)
	r.room.b = make([]float32, roundUp(n, r.nr)*overlapBlock)
	r.room.edge = make([]float32, r.mr*r.nr)
	return r
}

// gram sets the blocks at row i, column j of the Gram matrices of x.
func (r *overlapRoom) gram(x []*Packed, i, j int) {
	clear(r.blocks[:len(x)*overlapBlock])
	for h, p := range x {
		if p.rows == 0 {
			continue
		}
		c := r.blocks[h*overlapBlock:][:overlapBlock]
		a, b := p.panels[i*p.rows:], p.panels[j*p.rows:]
		for s := 0; s < overlapSide; s += r.nr {
			for q := 0; q < overlapSide; q += r.mr {
				r.tile(p.rows, a[q:], overlapSide, b[s:], overlapSide, c[q*overlapSide+s:], overlapSide)
			}
		}
	}
}

// across is the blocks of n matrices as columns.
func (r *overlapRoom) across(n int) block[float32] {
	return block[float32]{operand[float32]{r.blocks, 1, overlapBlock}, overlapBlock, n}
}

// meet sets part to the inner products of the packed blocks, of m matrices with
// all those that a limit allows.
func (r *overlapRoom) meet(m int, limit []int) {
	clear(r.part)
	n := len(limit)
	for j := 0; j < n; j += r.nr {
		width := min(r.nr, n-j)
		panel := packRoom[float32]{b: r.room.b[j*overlapBlock:], a: r.room.a, edge: r.room.edge}
		r.tiles(&panel, product[float32]{m: min(m, limit[j+width-1]), n: width, k: overlapBlock, c: r.part[j:], ldc: n})
	}
}
