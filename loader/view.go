package loader

import (
	"fmt"
	"unsafe"

	"wspec/internal/safetensors"
)

// View is a rectangular block of a stored tensor, oriented for row vectors: it has d_in rows and d_out columns, whichever way
// they are stored. It holds no numbers, only where they are; the zero value is an empty block. Views are read concurrently,
// under Guard, and not after Model.Close.
type View struct {
	tensor     safetensors.Tensor
	offset     int // storage element of the block's first number
	stride     int // elements from one storage row to the next
	rows, cols int // extent in storage
	transposed bool
	update     *update   // what an adapter changes as it is read, or nil
	made       *assembly // what the tensor is made of where it is not stored as one, or nil
}

// newView returns a whole 2-D tensor as stored: rows are inputs.
func newView(t safetensors.Tensor) View {
	return View{tensor: t, stride: t.Shape[1], rows: t.Shape[0], cols: t.Shape[1]}
}

// Dims returns d_in and d_out.
func (v View) Dims() (rows, cols int) {
	if v.transposed {
		return v.cols, v.rows
	}
	return v.rows, v.cols
}

// Epsilon returns the spacing of the storage dtype's numbers at 1, 0 for the zero value.
func (v View) Epsilon() float64 { return v.tensor.DType.Epsilon() }

// Size returns the bytes of a stored number, 0 for the zero value.
func (v View) Size() int { return v.tensor.DType.Bits() / 8 }

// T returns the transpose.
func (v View) T() View {
	v.transposed = !v.transposed
	return v
}

// Place tells where the numbers of a view are: equal for two views of the same numbers, a view and its transpose among them. It
// may be compared.
type Place struct {
	first                      *byte // of the tensor
	offset, stride, rows, cols int
	update                     *update
	made                       *assembly
}

// Place returns where the view's numbers are.
func (v View) Place() Place {
	return Place{unsafe.SliceData(v.tensor.Data), v.offset, v.stride, v.rows, v.cols, v.update, v.made}
}

// rowRange returns the rows i0 ≤ i < i1, colRange the columns j0 ≤ j < j1.
func (v View) rowRange(i0, i1 int) View {
	if v.transposed {
		v.offset, v.cols = v.offset+i0, i1-i0
	} else {
		v.offset, v.rows = v.offset+i0*v.stride, i1-i0
	}
	return v
}

// Crop returns the first rows and columns of the view: at most those it has.
func (v View) Crop(rows, cols int) View {
	m, n := v.Dims()
	return v.rowRange(0, min(rows, m)).colRange(0, min(cols, n))
}

func (v View) colRange(j0, j1 int) View { return v.T().rowRange(j0, j1).T() }

// Block widens rows i0 ≤ i < i1, columns j0 ≤ j < j1 into dst, row-major with leading dimension ld ≥ j1-j0; of dst it writes
// these elements only. Indices outside the view, a short ld or dst are the caller's error and panic.
func (v View) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	m, n := v.Dims()
	if i0 < 0 || i0 > i1 || i1 > m || j0 < 0 || j0 > j1 || j1 > n || ld < j1-j0 {
		panic(fmt.Sprintf("loader: block [%d,%d)×[%d,%d) with leading dimension %d of a %d×%d view", i0, i1, j0, j1, ld, m, n))
	}
	switch {
	case v.made != nil:
		v.assemble(dst, ld, [2]int{i0, i1}, [2]int{j0, j1})
		return
	case v.update != nil && v.update.alone:
		zero(dst, ld, i1-i0, j1-j0)
	case v.transposed:
		v.scatter(dst, ld, i0, i1, j0, j1)
	default:
		v.gather(dst, ld, i0, i1, j0, j1)
	}
	if v.update != nil {
		v.adapt(dst, ld, [2]int{i0, i1}, [2]int{j0, j1})
	}
}

// gather is Block where storage row r is row r of the view.
func (v View) gather(dst []float64, ld, i0, i1, j0, j1 int) {
	w := j1 - j0
	for i := range i1 - i0 {
		if w <= narrow {
			v.tensor.Prefetch(v.offset+(i0+i+ahead)*v.stride+j0, w)
		}
		v.tensor.Widen(dst[i*ld:i*ld+w], v.offset+(i0+i)*v.stride+j0)
	}
}

// Rows of no more than so many elements, as those of a head, are asked for so many rows ahead.
const narrow, ahead = 256, 8

// A transposed block is read in tiles of tileRows storage rows by tileCols elements. 16 elements of F32 are a cache line, 128
// storage rows make runs of 1 KB in dst, and the buffer of 16 KB stays in the first-level cache: of the sizes tried, 16×128 to
// 256×16, the fastest beside 256×16 (20 ms for 3072×768, transposed).
const tileRows, tileCols = 128, 16

// scatter is Block where storage row r is column r of the view.
func (v View) scatter(dst []float64, ld, i0, i1, j0, j1 int) {
	buf := make([]float64, tileRows*tileCols)
	for r := j0; r < j1; r += tileRows {
		rows := min(tileRows, j1-r)
		for c := i0; c < i1; c += tileCols {
			cols := min(tileCols, i1-c)
			for k := range rows {
				v.tensor.Prefetch(v.offset+(r+k+ahead)*v.stride+c, cols)
				v.tensor.Widen(buf[k*tileCols:k*tileCols+cols], v.offset+(r+k)*v.stride+c)
			}
			for i := range cols {
				out := dst[(c-i0+i)*ld+r-j0:][:rows]
				for k := range out {
					out[k] = buf[k*tileCols+i]
				}
			}
		}
	}
}

// Raw is where a view's numbers lie: element (i, j) is stored element Offset + i·Stride + j of Data, or Offset + j·Stride + i
// where Transposed.
type Raw struct {
	DType          string // as safetensors spells it
	Data           []byte // little-endian, unaligned, not to be written to
	Offset, Stride int    // in elements
	Transposed     bool
}

// Raw returns where the view's numbers lie, for kernels that widen while packing, and whether they lie anywhere: those of a
// view that computes them as it is read do not.
func (v View) Raw() (Raw, bool) {
	return Raw{string(v.tensor.DType), v.tensor.Data, v.offset, v.stride, v.transposed}, v.update == nil && v.made == nil
}
