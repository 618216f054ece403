package loader

import (
	"slices"
	"testing"
)

// factor is what a factor of a matrix must hold: element (i, j) = base + di·i + dj·j of a rows × cols matrix.
type factor struct {
	label        string
	factor       int
	rows, cols   int
	base, di, dj float64
	in, out      Space // of the matrix
	kind         Kind
	layer, head  int
	role         string
	tensors      int // how many the matrix is read from
}

func TestLayoutGPT2(t *testing.T) {
	want := []factor{
		{"W_E", 0, 7, 6, 0, 100, 1, Vocab, Residual, Stored, -1, -1, "W_E", 1},
		{"W_pos", 0, 5, 6, 0, 100, 1, Position, Residual, Stored, -1, -1, "W_pos", 1},
		{"L0.W_Q", 0, 6, 6, 0, 100, 1, Residual, Head, Stored, 0, -1, "W_Q", 1},
		{"L0.W_K", 0, 6, 6, 6, 100, 1, Residual, Head, Stored, 0, -1, "W_K", 1},
		{"L0.W_V", 0, 6, 6, 12, 100, 1, Residual, Head, Stored, 0, -1, "W_V", 1},
		{"L0.W_O", 0, 6, 6, 0, 100, 1, Head, Residual, Stored, 0, -1, "W_O", 1},
		{"L0.W_in", 0, 6, 10, 0, 100, 1, Residual, MLP, Stored, 0, -1, "W_in", 1},
		{"L0.W_out", 0, 10, 6, 0, 100, 1, MLP, Residual, Stored, 0, -1, "W_out", 1},
		{"L0.W_Q.H1", 0, 6, 3, 3, 100, 1, Residual, Head, Stored, 0, 1, "W_Q", 1},
		{"L0.W_K.H1", 0, 6, 3, 9, 100, 1, Residual, Head, Stored, 0, 1, "W_K", 1},
		{"L0.W_V.H1", 0, 6, 3, 15, 100, 1, Residual, Head, Stored, 0, 1, "W_V", 1},
		{"L0.W_O.H1", 0, 3, 6, 300, 100, 1, Head, Residual, Stored, 0, 1, "W_O", 1},
		{"L0.W_OV.H1", 0, 6, 3, 15, 100, 1, Residual, Residual, Product, 0, 1, "W_OV", 2},
		{"L0.W_OV.H1", 1, 3, 6, 300, 100, 1, Residual, Residual, Product, 0, 1, "W_OV", 2},
		{"L0.W_QK.H1", 0, 6, 3, 3, 100, 1, Residual, Residual, Product, 0, 1, "W_QK", 1},
		{"L0.W_QK.H1", 1, 3, 6, 9, 1, 100, Residual, Residual, Product, 0, 1, "W_QK", 1},
		{"W_U", 0, 6, 7, 50000, 1, 100, Residual, Vocab, Stored, -1, -1, "W_U", 1},
	}
	for _, prefix := range []string{"", "transformer."} {
		checkFactors(t, open(t, writeModel(t, tinyGPT2, tinyGPT2Tensors(prefix)...)), want)
	}
}

// Four query heads share two key-value heads: H0, H1 → 0 and H2, H3 → 1. heads × d_head is 8, not d_model = 6.
func TestLayoutLlama(t *testing.T) {
	want := []factor{
		{"W_E", 0, 7, 6, 0, 100, 1, Vocab, Residual, Stored, -1, -1, "W_E", 1},
		{"L0.W_Q", 0, 6, 8, 0, 1, 100, Residual, Head, Stored, 0, -1, "W_Q", 1},
		{"L0.W_K", 0, 6, 4, 0, 1, 100, Residual, Head, Stored, 0, -1, "W_K", 1},
		{"L0.W_V", 0, 6, 4, 0, 1, 100, Residual, Head, Stored, 0, -1, "W_V", 1},
		{"L0.W_O", 0, 8, 6, 0, 1, 100, Head, Residual, Stored, 0, -1, "W_O", 1},
		{"L0.W_gate", 0, 6, 10, 0, 1, 100, Residual, MLP, Stored, 0, -1, "W_gate", 1},
		{"L0.W_in", 0, 6, 10, 0, 1, 100, Residual, MLP, Stored, 0, -1, "W_in", 1},
		{"L0.W_out", 0, 10, 6, 0, 1, 100, MLP, Residual, Stored, 0, -1, "W_out", 1},
		{"L0.W_Q.H3", 0, 6, 2, 600, 1, 100, Residual, Head, Stored, 0, 3, "W_Q", 1},
		{"L0.W_K.H1", 0, 6, 2, 200, 1, 100, Residual, Head, Stored, 0, 1, "W_K", 1},
		{"L0.W_O.H3", 0, 2, 6, 6, 1, 100, Head, Residual, Stored, 0, 3, "W_O", 1},
		{"L0.W_OV.H1", 0, 6, 2, 0, 1, 100, Residual, Residual, Product, 0, 1, "W_OV", 2},
		{"L0.W_OV.H2", 0, 6, 2, 200, 1, 100, Residual, Residual, Product, 0, 2, "W_OV", 2},
		{"L0.W_OV.H2", 1, 2, 6, 4, 1, 100, Residual, Residual, Product, 0, 2, "W_OV", 2},
		{"L0.W_QK.H2", 0, 6, 2, 400, 1, 100, Residual, Residual, Product, 0, 2, "W_QK", 2},
		{"L0.W_QK.H2", 1, 2, 6, 200, 100, 1, Residual, Residual, Product, 0, 2, "W_QK", 2},
		{"W_U", 0, 6, 7, 50000, 1, 100, Residual, Vocab, Stored, -1, -1, "W_U", 1},
	}
	for _, prefix := range []string{"", "model."} {
		checkFactors(t, open(t, writeModel(t, tinyLlama, tinyLlamaTensors(prefix)...)), want)
	}
}

func checkFactors(t *testing.T, m *Model, want []factor) {
	t.Helper()
	for _, w := range want {
		x := matrix(t, m, w.label)
		if x.In != w.in || x.Out != w.out || x.Kind != w.kind || x.Layer != w.layer || x.Head != w.head || x.Role != w.role ||
			x.Expert != -1 || len(x.Tensors) != w.tensors || x.DType != "F32" {
			t.Errorf("%s is %+v, want %+v", w.label, x, w)
		}
		v := x.Factors[w.factor]
		if r, c := v.Dims(); r != w.rows || c != w.cols {
			t.Errorf("%s factor %d is %d×%d, want %d×%d", w.label, w.factor, r, c, w.rows, w.cols)
			continue
		}
		for i, row := range read(v) {
			for j, got := range row {
				if want := w.base + w.di*float64(i) + w.dj*float64(j); got != want {
					t.Fatalf("%s factor %d (%d,%d) = %v, want %v", w.label, w.factor, i, j, got, want)
				}
			}
		}
	}
}

func TestOrder(t *testing.T) {
	gpt2 := []string{
		"W_E", "W_pos", "L0.W_Q", "L0.W_K", "L0.W_V", "L0.W_O", "L0.W_in", "L0.W_out",
		"L0.W_Q.H0", "L0.W_K.H0", "L0.W_V.H0", "L0.W_O.H0", "L0.W_Q.H1", "L0.W_K.H1", "L0.W_V.H1", "L0.W_O.H1",
		"L0.W_OV.H0", "L0.W_QK.H0", "L0.W_OV.H1", "L0.W_QK.H1", "W_U",
	}
	dir := writeModel(t, tinyGPT2, tinyGPT2Tensors("")...)
	if got := labels(open(t, dir)); !slices.Equal(got, gpt2) {
		t.Errorf("order %v,\nwant %v", got, gpt2)
	}
	m, err := Open(dir, Options{NoHeads: true, SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	if got, want := labels(m), append(slices.Clone(gpt2[:8]), "W_U"); !slices.Equal(got, want) {
		t.Errorf("without heads %v, want %v", got, want)
	}
	for _, f := range m.Files {
		if (f.SHA256 == "") != (f.Name == weightsName) || f.Bytes == 0 {
			t.Errorf("with SkipHash: %+v", f)
		}
	}
	if err := m.Hash(); err != nil || !slices.Equal(m.Files, open(t, dir).Files) {
		t.Errorf("after Hash: %+v, %v", m.Files, err)
	}
}

// In a product the inner side is d_head, which is not a side of the matrix.
func TestProductDims(t *testing.T) {
	x := matrix(t, open(t, writeModel(t, tinyLlama, tinyLlamaTensors("")...)), "L0.W_OV.H0")
	if in, out := x.Dims(); in != 6 || out != 6 {
		t.Errorf("W_OV is %d×%d, want 6×6", in, out)
	}
	x = matrix(t, open(t, writeModel(t, tinyLlama, tinyLlamaTensors("")...)), "L0.W_in")
	if in, out := x.Dims(); in != 6 || out != 10 {
		t.Errorf("W_in is %d×%d, want 6×10", in, out)
	}
}
