package loader

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wspec/fixtures"
	"wspec/internal/npy"
	"wspec/internal/safetensors"
)

// saveNPY writes numbers as a .npy file of the given header.
func saveNPY(t *testing.T, name, dict string, x ...float64) string {
	t.Helper()
	b := append([]byte(npy.Magic), 1, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	b = append(b, dict...)
	for _, v := range x {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// rowsOf reads a whole table.
func rowsOf(t *testing.T, x *Table) string {
	t.Helper()
	rows, cols := x.Rows.Dims()
	dst := make([]float64, rows*cols)
	if err := Guard(func() error { x.Rows.Block(dst, cols, 0, rows, 0, cols); return nil }); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(rows, cols, dst)
}

func TestOpenTableNPY(t *testing.T) {
	const dict = "{'descr': '<f8', 'fortran_order': %s, 'shape': (2, 3), }\n"
	for order, want := range map[string]string{"False": "2 3 [1 2 3 4 5 6]", "True": "2 3 [1 3 5 2 4 6]"} {
		for _, name := range []string{"a.npy", "a#b.npy", "a.dat"} {
			x, err := OpenTable(saveNPY(t, name, fmt.Sprintf(dict, order), 1, 2, 3, 4, 5, 6))
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(t, x); got != want || x.Tokens || x.Vocabulary != nil || x.DType != "F64" || x.Name != strings.TrimSuffix(name, ".npy") {
				t.Errorf("%s %s: %s of %+v, want %s", order, name, got, x, want)
			}
			if err := x.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	empty, err := OpenTable(saveNPY(t, "a.npy", "{'descr': '<f8', 'fortran_order': True, 'shape': (0, 3), }"))
	if err != nil || rowsOf(t, empty) != "0 3 []" {
		t.Error(err)
	}
}

func TestOpenTableModel(t *testing.T) {
	model := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	for name, want := range map[string]struct {
		rows, cols int
		tokens     bool
	}{
		model:                {2048, 128, true},
		model + "#W_E":       {2048, 128, true},
		model + "#L0.W_in":   {128, 512, false},
		model + "#L1.W_Q.H2": {128, 32, false},
		model + "#transformer.h.0.mlp.c_fc.weight": {128, 512, false},
	} {
		x, err := OpenTable(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows, cols := x.Rows.Dims()
		if rows != want.rows || cols != want.cols || x.Tokens != want.tokens || x.Vocabulary.Len() != 2048 || x.Name != "shakespeare-gpt2" || x.Label == "" {
			t.Errorf("%s: %d × %d, %+v", name, rows, cols, x)
		}
		x.Close()
	}
}

func TestOpenTableErrors(t *testing.T) {
	model := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	cube := saveNPY(t, "cube.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 1), }", 1)
	plain := saveNPY(t, "a.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1), }", 1)
	cut := filepath.Join(t.TempDir(), "cut.npy")
	if err := os.WriteFile(cut, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	table, format := new(*TableError), new(*npy.FormatError)
	for name, x := range map[string]struct {
		want any
		text string
	}{
		model + "#W_X":                     {table, "no matrix has this label"},
		model + "#L0.W_OV.H0":              {table, "a circuit is a product"},
		model + "#transformer.ln_f.weight": {table, "a tensor of 1 dimensions"},
		cube:                               {table, "the array has 3 dimensions, not 2"},
		plain + "#W_E":                     {table, "holds one array"},
		cut:                                {format, "does not begin"},
		"nowhere.npy":                      {new(*os.PathError), "no such file"},
		filepath.Dir(model) + "#x":         {new(*FolderError), "config.json"},
	} {
		_, err := OpenTable(name)
		if err == nil || !errors.As(err, x.want) || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s: %v, want %q", name, err, x.text)
		}
	}
}

// TestOpenTableBare: of a file that is no model the one array is meant, of several none.
func TestOpenTableBare(t *testing.T) {
	save := func(names ...string) string {
		var tensors []safetensors.Tensor
		for _, name := range names {
			tensors = append(tensors, safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: "F32", Shape: []int{1, 2}}, Data: []byte{0, 0, 128, 63, 0, 0, 0, 64}})
		}
		path := filepath.Join(t.TempDir(), "x.safetensors")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := safetensors.Write(f, tensors, nil); err != nil {
			t.Fatal(err)
		}
		return path
	}
	x, err := OpenTable(save("activations"))
	if err != nil || rowsOf(t, x) != "1 2 [1 2]" || x.Label != "activations" || x.Tokens {
		t.Fatalf("%+v, %v", x, err)
	}
	x.Close()
	if _, err := OpenTable(save("a", "b")); err == nil || !strings.Contains(err.(*TableError).Hint(), "a, b") {
		t.Error(err)
	}
}
