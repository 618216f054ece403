package directions

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wspec/internal/safetensors"
	"wspec/loader"
	"wspec/spectra"
)

// The small models of these tests: sides are all different, 4 heads of 8 over
// 2 key-value heads in the LLaMA one.
const (
	dModel, dHead, nHeads, nKV, dMLP, nVocab, nCtx = 32, 8, 4, 2, 20, 50, 11

	gpt2Config = `{"model_type":"gpt2","n_embd":32,"n_layer":1,"n_head":4,"n_inner":20,"vocab_size":50,"n_positions":11,
		"tie_word_embeddings":%t}`
	llamaConfig = `{"model_type":"llama","hidden_size":32,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
		"head_dim":8,"intermediate_size":20,"vocab_size":50,"max_position_embeddings":11,"tie_word_embeddings":%t}`
)

// entries gives the numbers of a matrix as the field writes it, d_in × d_out.
type entries func(i, j int) float64

// outer is the matrix scale·xᵀ·y.
func outer(scale float64, x, y []float64) entries {
	return func(i, j int) float64 { return scale * x[i] * y[j] }
}

func (a entries) plus(b entries) entries { return func(i, j int) float64 { return a(i, j) + b(i, j) } }

// at moves a matrix to the columns from j0 on, w of them.
func (a entries) at(j0, w int) entries {
	return func(i, j int) float64 {
		if j < j0 || j >= j0+w {
			return 0
		}
		return a(i, j-j0)
	}
}

func (a entries) t() entries { return func(i, j int) float64 { return a(j, i) } }

// noise is fixed Gaussian numbers.
func noise(rows, cols int, sd float64, seed uint64) entries {
	rng := rand.New(rand.NewPCG(seed, 5))
	x := make([]float64, rows*cols)
	for i := range x {
		x[i] = sd * rng.NormFloat64()
	}
	return func(i, j int) float64 { return x[i*cols+j] }
}

// tiny is a model to be: matrices by role, and vectors by norm, 1 where not
// given. A role that is not given is noise; W_U that is not given is tied.
type tiny struct {
	llama, f64 bool
	matrices   map[string]entries
	gains      map[string][]float64
	biases     map[string][]float64 // by stored name
	leaveOut   string               // a stored name that is not written
}

func (y tiny) open(t *testing.T) *loader.Model {
	t.Helper()
	dir := t.TempDir()
	config, tensors := gpt2Config, y.gpt2()
	if y.llama {
		config, tensors = llamaConfig, y.asLlama()
	}
	_, untied := y.matrices["W_U"]
	if err := os.WriteFile(filepath.Join(dir, "config.json"), fmt.Appendf(nil, config, !untied), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, b := range y.biases {
		tensors = append(tensors, y.tensor(name, func(_, j int) float64 { return b[j] }, len(b)))
	}
	var kept []safetensors.Tensor
	for _, x := range tensors {
		if y.leaveOut == "" || !strings.Contains(x.Name, y.leaveOut) {
			kept = append(kept, x)
		}
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, kept, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := loader.Open(dir, loader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// of returns the numbers of a role.
func (y tiny) of(role string, rows, cols int) entries {
	if a, ok := y.matrices[role]; ok {
		return a
	}
	return noise(rows, cols, 0.02, uint64(len(role))+uint64(role[2])<<8)
}

func (y tiny) gain(norm string) entries {
	g := y.gains[norm]
	return func(_, j int) float64 {
		if g == nil {
			return 1
		}
		return g[j]
	}
}

func (y tiny) tensor(name string, a entries, shape ...int) safetensors.Tensor {
	x := safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.F32, Shape: shape}}
	if y.f64 {
		x.DType = safetensors.F64
	}
	cols := shape[len(shape)-1]
	for k := range x.Elements() {
		if v := a(k/cols, k%cols); y.f64 {
			x.Data = binary.LittleEndian.AppendUint64(x.Data, math.Float64bits(v))
		} else {
			x.Data = binary.LittleEndian.AppendUint32(x.Data, math.Float32bits(float32(v)))
		}
	}
	return x
}

func (y tiny) gpt2() []safetensors.Tensor {
	q, k, v := y.of("W_Q", dModel, dModel), y.of("W_K", dModel, dModel), y.of("W_V", dModel, dModel)
	fused := q.at(0, dModel).plus(k.at(dModel, dModel)).plus(v.at(2*dModel, dModel))
	all := []safetensors.Tensor{
		y.tensor("wte.weight", y.of("W_E", nVocab, dModel), nVocab, dModel),
		y.tensor("wpe.weight", y.of("W_pos", nCtx, dModel), nCtx, dModel),
		y.tensor("h.0.ln_1.weight", y.gain("ln_1"), dModel),
		y.tensor("h.0.attn.c_attn.weight", fused, dModel, 3*dModel),
		y.tensor("h.0.attn.c_proj.weight", y.of("W_O", dModel, dModel), dModel, dModel),
		y.tensor("h.0.ln_2.weight", y.gain("ln_2"), dModel),
		y.tensor("h.0.mlp.c_fc.weight", y.of("W_in", dModel, dMLP), dModel, dMLP),
		y.tensor("h.0.mlp.c_proj.weight", y.of("W_out", dMLP, dModel), dMLP, dModel),
		y.tensor("ln_f.weight", y.gain("ln_f"), dModel),
	}
	if u, ok := y.matrices["W_U"]; ok {
		all = append(all, y.tensor("lm_head.weight", u.t(), nVocab, dModel))
	}
	return all
}

func (y tiny) asLlama() []safetensors.Tensor {
	l := "model.layers.0."
	linear := func(name, role string, rows, cols int) safetensors.Tensor {
		return y.tensor(l+name+".weight", y.of(role, rows, cols).t(), cols, rows)
	}
	all := []safetensors.Tensor{
		y.tensor("model.embed_tokens.weight", y.of("W_E", nVocab, dModel), nVocab, dModel),
		y.tensor(l+"input_layernorm.weight", y.gain("ln_1"), dModel),
		y.tensor(l+"post_attention_layernorm.weight", y.gain("ln_2"), dModel),
		y.tensor("model.norm.weight", y.gain("ln_f"), dModel),
		linear("self_attn.q_proj", "W_Q", dModel, nHeads*dHead), linear("self_attn.k_proj", "W_K", dModel, nKV*dHead),
		linear("self_attn.v_proj", "W_V", dModel, nKV*dHead), linear("self_attn.o_proj", "W_O", nHeads*dHead, dModel),
		linear("mlp.gate_proj", "W_gate", dModel, dMLP), linear("mlp.up_proj", "W_in", dModel, dMLP),
		linear("mlp.down_proj", "W_out", dMLP, dModel),
	}
	if u, ok := y.matrices["W_U"]; ok {
		all = append(all, y.tensor("lm_head.weight", u.t(), nVocab, dModel))
	}
	return all
}

func matrix(t *testing.T, m *loader.Model, label string) *loader.Matrix {
	t.Helper()
	for i := range m.Matrices {
		if m.Matrices[i].Label == label {
			return &m.Matrices[i]
		}
	}
	t.Fatalf("no matrix %s", label)
	return nil
}

func reader(t *testing.T, m *loader.Model, c Convention) *Reader {
	t.Helper()
	r, err := NewReader(m, c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func decompose(t *testing.T, r *Reader, m *loader.Matrix, top int) Item {
	t.Helper()
	d, err := r.Decompose(m, spectra.Request{Top: top}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return Item{m, d}
}

// read decomposes and reads one matrix.
func read(t *testing.T, r *Reader, label string, top int, o ReadOptions) *Readings {
	t.Helper()
	all, err := r.Read([]Item{decompose(t, r, matrix(t, r.model, label), top)}, o)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// unit returns a fixed unit vector of Gaussian numbers.
func unit(n int, seed uint64) []float64 {
	a, x := noise(1, n, 1, seed), make([]float64, n)
	for i := range x {
		x[i] = a(0, i)
	}
	return normalised(x)
}

func normalised(x []float64) []float64 {
	y, norm := make([]float64, len(x)), math.Sqrt(inner(x, x))
	for i := range x {
		y[i] = x[i] / norm
	}
	return y
}

func inner(x, y []float64) float64 {
	var sum float64
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// row is the i-th row of a matrix as float32 stores it.
func (a entries) row(i, n int) []float64 {
	x := make([]float64, n)
	for j := range x {
		x[j] = float64(float32(a(i, j)))
	}
	return x
}
