package report

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wspec/internal/safetensors"
	"wspec/loader"
	"wspec/spectra"
)

// TestTrainingSteps: the checkpoint at initialisation is called untrained, all
// others trained, and the distance grows with the step.
func TestTrainingSteps(t *testing.T) {
	const dir = "../../shared/data/"
	if _, err := os.Stat(dir); err != nil {
		t.Skip("no training run here")
	}
	last := 0.0
	for _, step := range []string{"00000", "00032", "00128", "00512", "02048"} {
		r := trainingOf(t, dir+"shakespeare-gpt2/step_"+step)
		want := Trained
		if step == "00000" {
			want = Untrained
		}
		if r.Verdict != want || !(float64(r.MedianZ) > last) || r.Vectors != 34 || (r.ConstantVectors == 34) != (want == Untrained) {
			t.Errorf("step %s: %+v, the step before had %v", step, r, last)
		}
		t.Logf("step %s: median z %.3g, %d of %d differ", step, r.MedianZ, r.Differ, r.Tested)
		last = float64(r.MedianZ)
	}
	for _, name := range []string{"tinystories-656k", "gpt2-small-partial", "capp-gpt2"} {
		if r := trainingOf(t, dir+name); r.Verdict != Trained || r.Differ < r.Tested-1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// trainingOf analyses the whole matrices of a checkpoint.
func trainingOf(t *testing.T, path string) *Training {
	t.Helper()
	m, err := loader.Open(path, loader.Options{NoHeads: true, SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	return analyzed(t, Options{NoDirections: true, Null: spectra.NullOff}, m).Models[0].Training
}

// TestUntrainedModels: models of two families as they are initialised are called
// untrained, all 200 of them.
func TestUntrainedModels(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses 200 models")
	}
	for i := range 200 {
		dir := t.TempDir()
		write := untrainedGPT2
		if i%2 == 1 {
			write = untrainedLLaMA
		}
		write(t, dir, spectra.Stream(uint64(i), "untrained model"))
		r := trainingOf(t, dir)
		if r.Verdict != Untrained || r.Tested < 10 || r.ConstantVectors != r.Vectors {
			t.Errorf("model %d: %+v", i, r)
		}
	}
}

// initialTensor is a tensor of normal numbers of the deviation; of a vector, all
// are sd.
func initialTensor(rng *rand.Rand, sd float64, name string, shape ...int) safetensors.Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	data := make([]byte, 0, 4*n)
	for range n {
		v := sd
		if len(shape) > 1 {
			v *= rng.NormFloat64()
		}
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(v)))
	}
	return safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.F32, Shape: shape}, Data: data}
}

// untrainedGPT2 writes a GPT-2 as transformers makes it.
func untrainedGPT2(t *testing.T, dir string, rng *rand.Rand) {
	const d, layers, vocab, ctx = 48, 2, 200, 64
	residual := 0.02 / math.Sqrt(2*layers)
	list := []safetensors.Tensor{
		initialTensor(rng, 0.02, "wte.weight", vocab, d), initialTensor(rng, 0.02, "wpe.weight", ctx, d),
		initialTensor(rng, 1, "ln_f.weight", d), initialTensor(rng, 0, "ln_f.bias", d),
	}
	for l := range layers {
		h := fmt.Sprintf("h.%d.", l)
		list = append(list, initialTensor(rng, 0.02, h+"attn.c_attn.weight", d, 3*d), initialTensor(rng, residual, h+"attn.c_proj.weight", d, d),
			initialTensor(rng, 0.02, h+"mlp.c_fc.weight", d, 4*d), initialTensor(rng, residual, h+"mlp.c_proj.weight", 4*d, d),
			initialTensor(rng, 0, h+"attn.c_attn.bias", 3*d), initialTensor(rng, 1, h+"ln_1.weight", d))
	}
	writeModel(t, dir, fmt.Sprintf(`{"model_type":"gpt2","n_layer":%d,"n_embd":%d,"n_head":4,"n_positions":%d,"vocab_size":%d}`, layers, d, ctx, vocab), list)
}

// untrainedLLaMA writes a LLaMA as transformers makes it: the padding token's
// row is zero.
func untrainedLLaMA(t *testing.T, dir string, rng *rand.Rand) {
	const d, layers, vocab, mlp = 48, 2, 200, 96
	embedding := initialTensor(rng, 0.02, "model.embed_tokens.weight", vocab, d)
	clear(embedding.Data[:4*d])
	list := []safetensors.Tensor{embedding, initialTensor(rng, 0.02, "lm_head.weight", vocab, d), initialTensor(rng, 1, "model.norm.weight", d)}
	for l := range layers {
		h := fmt.Sprintf("model.layers.%d.", l)
		for _, w := range []struct {
			name       string
			rows, cols int
		}{
			{"self_attn.q_proj", d, d}, {"self_attn.k_proj", d / 2, d}, {"self_attn.v_proj", d / 2, d}, {"self_attn.o_proj", d, d},
			{"mlp.gate_proj", mlp, d}, {"mlp.up_proj", mlp, d}, {"mlp.down_proj", d, mlp},
		} {
			list = append(list, initialTensor(rng, 0.02, h+w.name+".weight", w.rows, w.cols))
		}
	}
	writeModel(t, dir, fmt.Sprintf(`{"model_type":"llama","hidden_size":%d,"num_hidden_layers":%d,"num_attention_heads":4,"num_key_value_heads":2,
		"intermediate_size":%d,"vocab_size":%d,"max_position_embeddings":64}`, d, layers, mlp, vocab), list)
}

func writeModel(t *testing.T, dir, config string, list []safetensors.Tensor) {
	t.Helper()
	var b bytes.Buffer
	if err := safetensors.Write(&b, list, nil); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"config.json": []byte(config), "model.safetensors": b.Bytes()} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTrainingVerdict: what decides, and what is said.
func TestTrainingVerdict(t *testing.T) {
	fit := func(p float64) *Initial { return &Initial{P: Number(p), Bulk: 2, Initialiser: "normal 0.02"} }
	for _, test := range []struct {
		t      Training
		tested []*Initial
		want   string
	}{
		{Training{}, nil, "Whether the model was trained is not known: no whole matrix with 16 or more on both sides was tested"},
		{Training{Vectors: 3, ConstantVectors: 3}, []*Initial{fit(0.2), fit(1e-3)}, "Untrained: none of 2 matrices differs from independent entries at q ≤ 0.0001; they look like normal 0.02 (2); 3 of 3 bias and norm vectors are still all 0 or all 1"},
		{Training{}, []*Initial{fit(0.2), fit(1e-5)}, "Trained: 1 of 2 matrices differ from the independent entries of an initialiser at q ≤ 0.0001, in the median by 2 standard deviations"},
		{Training{}, []*Initial{{P: 1, Bulk: Undefined(), Initialiser: "zeros"}}, "Untrained: none of 1 matrices differs from independent entries at q ≤ 0.0001; they look like zeros (1)"},
	} {
		test.t.judge(test.tested)
		if test.t.Sentence != test.want {
			t.Errorf("%q, want %q", test.t.Sentence, test.want)
		}
	}
}
