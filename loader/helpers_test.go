package loader

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/internal/safetensors"
)

// ramp is an F32 tensor with W[i][j] = base + 100i + j, so that no two rows, columns or blocks of it look alike.
func ramp(name string, base float64, shape ...int) safetensors.Tensor {
	t := safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.F32, Shape: shape}}
	cols := shape[len(shape)-1]
	for k := range t.Elements() {
		v := float32(base + float64(100*(k/cols)+k%cols))
		t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(v))
	}
	return t
}

// blank is a tensor of zeros of any dtype.
func blank(name string, dtype safetensors.DType, shape ...int) safetensors.Tensor {
	t := safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: dtype, Shape: shape}}
	t.Data = make([]byte, t.Elements()*dtype.Bits()/8)
	return t
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func writeTensors(t *testing.T, path string, metadata map[string]string, tensors ...safetensors.Tensor) {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, tensors, metadata); err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, b.String())
}

// writeModel makes a folder with config.json, model.safetensors and a vocab.json without tokens.
func writeModel(t *testing.T, config string, tensors ...safetensors.Tensor) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "model")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, configName), config)
	writeFile(t, filepath.Join(dir, vocabName), "{}")
	writeTensors(t, filepath.Join(dir, weightsName), nil, tensors...)
	return dir
}

func open(t *testing.T, path string) *Model {
	t.Helper()
	m, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// matrix returns the model's matrix with a label.
func matrix(t *testing.T, m *Model, label string) Matrix {
	t.Helper()
	i := slices.IndexFunc(m.Matrices, func(x Matrix) bool { return x.Label == label })
	if i < 0 {
		t.Fatalf("no matrix %s", label)
	}
	return m.Matrices[i]
}

func labels(m *Model) []string {
	var all []string
	for _, x := range m.Matrices {
		all = append(all, x.Label)
	}
	return all
}

// codes returns the warnings' codes, in order.
func codes(m *Model) string {
	var all []string
	for _, w := range m.Warnings {
		all = append(all, w.Code)
	}
	return strings.Join(all, " ")
}

// fate returns the line of a tensor.
func fate(t *testing.T, m *Model, name string) Tensor {
	t.Helper()
	i := slices.IndexFunc(m.Tensors, func(x Tensor) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("tensor %s is not listed", name)
	}
	return m.Tensors[i]
}

// read widens a whole view.
func read(v View) [][]float64 {
	m, n := v.Dims()
	flat := make([]float64, m*n)
	v.Block(flat, n, 0, m, 0, n)
	rows := make([][]float64, m)
	for i := range rows {
		rows[i] = flat[i*n : (i+1)*n]
	}
	return rows
}

// Sides of the small models are all different, so that no transposition or exchange fits by chance.
const (
	tinyGPT2 = `{"model_type":"gpt2","n_embd":6,"n_layer":1,"n_head":2,"n_inner":10,"vocab_size":7,"n_positions":5,
		"tie_word_embeddings":false}`
	tinyLlama = `{"model_type":"llama","hidden_size":6,"num_hidden_layers":1,"num_attention_heads":4,"num_key_value_heads":2,
		"head_dim":2,"intermediate_size":10,"vocab_size":7,"max_position_embeddings":5}`
)

func tinyGPT2Tensors(prefix string) []safetensors.Tensor {
	return []safetensors.Tensor{
		ramp(prefix+"wte.weight", 0, 7, 6), ramp(prefix+"wpe.weight", 0, 5, 6),
		ramp(prefix+"h.0.attn.c_attn.weight", 0, 6, 18), ramp(prefix+"h.0.attn.c_proj.weight", 0, 6, 6),
		ramp(prefix+"h.0.mlp.c_fc.weight", 0, 6, 10), ramp(prefix+"h.0.mlp.c_proj.weight", 0, 10, 6),
		ramp(prefix+"h.0.attn.bias", 0, 1, 1, 5, 5), ramp(prefix+"h.0.ln_1.weight", 0, 6),
		ramp(prefix+"h.0.attn.c_attn.bias", 0, 18), ramp("lm_head.weight", 50000, 7, 6),
	}
}

func tinyLlamaTensors(prefix string) []safetensors.Tensor {
	l := prefix + "layers.0."
	return []safetensors.Tensor{
		ramp(prefix+"embed_tokens.weight", 0, 7, 6), ramp("lm_head.weight", 50000, 7, 6),
		ramp(l+"self_attn.q_proj.weight", 0, 8, 6), ramp(l+"self_attn.k_proj.weight", 0, 4, 6),
		ramp(l+"self_attn.v_proj.weight", 0, 4, 6), ramp(l+"self_attn.o_proj.weight", 0, 6, 8),
		ramp(l+"mlp.gate_proj.weight", 0, 10, 6), ramp(l+"mlp.up_proj.weight", 0, 10, 6),
		ramp(l+"mlp.down_proj.weight", 0, 6, 10), ramp(l+"self_attn.q_proj.bias", 0, 8),
		ramp(l+"self_attn.rotary_emb.inv_freq", 0, 1), ramp(l+"input_layernorm.weight", 0, 6),
		ramp(l+"post_attention_layernorm.weight", 0, 6), ramp(prefix+"norm.weight", 0, 6),
	}
}
