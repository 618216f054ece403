package report_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/safetensors"
	"wspec/loader"
	"wspec/report"
)

// saved analyses models with their vectors kept and returns what was written.
func saved(t *testing.T, o report.Options, models ...*loader.Model) *safetensors.File {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "deep", "r.wspec")
	v, err := report.NewVectors(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	o.Vectors, o.Null, o.NoCircuits = v, "none", true
	d, err := report.Analyze(t.Context(), models, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.WriteFolder(t.Context(), dir, d, []report.Format{v.Format()}); err != nil {
		t.Fatal(err)
	}
	v.Close()
	if left, _ := filepath.Glob(filepath.Join(dir, "..", "..", ".vectors*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	f, err := safetensors.Open(filepath.Join(dir, "vectors.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// dense returns an array of the file as a matrix.
func dense(t *testing.T, f *safetensors.File, name string) *mat.Dense {
	t.Helper()
	x, ok := f.Tensor(name)
	if !ok {
		t.Fatalf("there is no %s", name)
	}
	var numbers []float64
	for i := 0; i < len(x.Data); i += 8 {
		numbers = append(numbers, math.Float64frombits(binary.LittleEndian.Uint64(x.Data[i:])))
	}
	cols := 1
	if len(x.Shape) == 2 {
		cols = x.Shape[1]
	}
	return mat.NewDense(x.Shape[0], cols, numbers)
}

// TestVectors: with all of them, in·diag(σ)·outᵀ is the matrix itself, stored or
// circuit, and in.T·W is diag(σ)·out.T for few. The same for any workers.
func TestVectors(t *testing.T) {
	const tolerance = 1e-12 // of σ₁; float64's ε with room for sums of 128
	m := openFixture(t, "shakespeare-gpt2")
	all := report.Options{TopK: 1000, Tokens: 1, Matrix: []string{"L1.W_in", "L1.W_OV.H0", "W_pos"}, Workers: 1}
	complete := saved(t, all, m)
	all.Workers = 3
	if again := saved(t, all, m); !bytes.Equal(complete.Bytes(), again.Bytes()) {
		t.Error("the file depends on the number of workers")
	}
	few := all
	few.TopK, few.BottomK = 3, 2
	for k, f := range map[int]*safetensors.File{5: saved(t, few, m), 0: complete} {
		for i := range m.Matrices {
			x := &m.Matrices[i]
			if x.Label != "L1.W_in" && x.Label != "L1.W_OV.H0" && x.Label != "W_pos" {
				continue
			}
			w := wholeMatrix(x)
			sigma, in, out := dense(t, f, x.Label+"/sigma"), dense(t, f, x.Label+"/in"), dense(t, f, x.Label+"/out")
			if n, _ := sigma.Dims(); k > 0 && n != k {
				t.Errorf("%s: %d directions, want %d", x.Label, n, k)
			}
			var left, right, off mat.Dense
			left.Mul(in.T(), w)
			right.Mul(mat.NewDiagDense(sigma.RawMatrix().Rows, sigma.RawMatrix().Data), out.T())
			if off.Sub(&left, &right); k == 0 {
				off = mat.Dense{}
				off.Mul(in, &right)
				off.Sub(&off, w)
			}
			if r := off.Norm(2) / sigma.At(0, 0); !(r <= tolerance) {
				t.Errorf("%s, %d directions: off by %.2g·σ₁", x.Label, k, r)
			}
		}
	}
}

// wholeMatrix is a loader's matrix in numbers.
func wholeMatrix(x *loader.Matrix) *mat.Dense {
	read := func(v loader.View) *mat.Dense {
		rows, cols := v.Dims()
		m := mat.NewDense(rows, cols, nil)
		v.Block(m.RawMatrix().Data, cols, 0, rows, 0, cols)
		return m
	}
	w := read(x.Factors[0])
	if len(x.Factors) == 1 {
		return w
	}
	var product mat.Dense
	product.Mul(w, read(x.Factors[1]))
	return &product
}

// TestVectorsMetadata says what the arrays are, and names the model where there
// are two.
func TestVectorsMetadata(t *testing.T) {
	a, b := openFixture(t, "shakespeare-gpt2"), openFixture(t, "shakespeare-lora")
	f := saved(t, report.Options{TopK: 2, Matrix: []string{"W_pos"}, Convention: "folded", Version: "v1"}, a, b)
	for key, want := range map[string]string{"tool": "wspec v1", "convention": "folded", "top_k": "2", "bottom_k": "0", "orientation": "y = x·W"} {
		if !strings.HasPrefix(f.Header().Metadata[key], want) {
			t.Errorf("%s is %q, want %q", key, f.Header().Metadata[key], want)
		}
	}
	for _, name := range []string{"shakespeare-gpt2/W_pos/in", "shakespeare-lora/W_pos/out"} {
		dense(t, f, name)
	}
	if len(f.Header().Entries) != 6 {
		t.Errorf("%d arrays, want 6", len(f.Header().Entries))
	}
}
