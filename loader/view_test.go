package loader

import (
	"math"
	"testing"

	"wspec/internal/safetensors"
)

// element is the plain definition of a view's element, by Raw.
func element(v View, i, j int) float64 {
	r, _ := v.Raw()
	if r.Transposed {
		i, j = j, i
	}
	var out [1]float64
	v.tensor.Widen(out[:], r.Offset+i*r.Stride+j)
	return out[0]
}

// Blocks of any place and size, of both orientations, larger than a tile and not a multiple of one, equal the elements;
// nothing else of dst is written.
func TestBlock(t *testing.T) {
	whole := newView(ramp("w", 0, 2*tileRows+5, 2*tileCols+7))
	part := whole.rowRange(3, 30).colRange(11, 200)
	for name, v := range map[string]View{
		"whole": whole, "transposed": whole.T(), "part": part, "part transposed": part.T(), "part of transposed": whole.T().rowRange(9, 250).colRange(2, 36),
	} {
		m, n := v.Dims()
		for _, b := range [][4]int{{0, m, 0, n}, {1, m - 2, 3, n - 1}, {5, 6, 0, n}, {0, m, 7, 8}, {4, 4, 0, n}, {0, m, n, n}} {
			checkBlock(t, name, v, b)
		}
	}
}

func checkBlock(t *testing.T, name string, v View, b [4]int) {
	t.Helper()
	const pad = 3
	rows, cols := b[1]-b[0], b[3]-b[2]
	ld := cols + pad
	dst := make([]float64, rows*ld+1)
	for i := range dst {
		dst[i] = math.NaN()
	}
	v.Block(dst, ld, b[0], b[1], b[2], b[3])
	for k, got := range dst {
		i, j := k/ld, k%ld
		if i >= rows || j >= cols {
			if !math.IsNaN(got) {
				t.Fatalf("%s %v: wrote outside the block, at %d", name, b, k)
			}
		} else if want := element(v, b[0]+i, b[2]+j); got != want {
			t.Fatalf("%s %v: (%d,%d) = %v, want %v", name, b, i, j, got, want)
		}
	}
}

func TestBlockPanics(t *testing.T) {
	v := newView(ramp("w", 0, 8, 9)).rowRange(2, 6).colRange(1, 6) // the tensor goes on on all sides
	for name, b := range map[string][5]int{
		"row below": {5, -1, 2, 0, 5}, "row above": {5, 0, 5, 0, 5}, "rows backwards": {5, 2, 1, 0, 5},
		"column below": {5, 0, 4, -1, 5}, "column above": {6, 0, 4, 0, 6}, "columns backwards": {5, 0, 4, 3, 2}, "short ld": {4, 0, 4, 0, 5},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			v.Block(make([]float64, 100), b[0], b[1], b[2], b[3], b[4])
		}()
	}
}

func TestViewEpsilon(t *testing.T) {
	for dtype, want := range map[safetensors.DType]float64{safetensors.BF16: 0x1p-7, safetensors.F32: 0x1p-23} {
		if got := newView(blank("w", dtype, 2, 3)).T().Epsilon(); got != want {
			t.Errorf("%s: ε = %v, want %v", dtype, got, want)
		}
	}
	var zero View
	if m, n := zero.Dims(); m != 0 || n != 0 || zero.Epsilon() != 0 {
		t.Errorf("zero view is %d×%d with ε %v", m, n, zero.Epsilon())
	}
}

func BenchmarkBlockTransposed(b *testing.B) {
	v := newView(blank("w", safetensors.F32, 3072, 768)).T()
	dst := make([]float64, 768*3072)
	b.SetBytes(8 * 768 * 3072)
	for b.Loop() {
		v.Block(dst, 3072, 0, 768, 0, 3072)
	}
}
