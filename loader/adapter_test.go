package loader

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/fixtures"
	"wspec/internal/safetensors"
)

// numbers are the numbers of a tensor, that of an element a function of its name and place.
func numbers(name string, n int) []float64 {
	x := make([]float64, n)
	seed := 0.0
	for _, c := range name {
		seed = math.Mod(seed*31+float64(c), 1009)
	}
	for i := range x {
		x[i] = float64(float32(math.Sin(seed + 1.7*float64(i))))
	}
	return x
}

// f64 is a tensor of the given numbers.
func f64(name string, x []float64, shape ...int) safetensors.Tensor {
	t := safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.F64, Shape: shape}}
	for _, v := range x {
		t.Data = binary.LittleEndian.AppendUint64(t.Data, math.Float64bits(v))
	}
	return t
}

func random(name string, shape ...int) safetensors.Tensor {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return f64(name, numbers(name, n), shape...)
}

// lora is an update of a module: of the tensor stored as [rows, cols], or its transpose.
type lora struct {
	module    string
	r         int
	in, out   int
	inFirst   bool
	scale     float64
	magnitude bool
	embedding bool
}

// tensors are those that PEFT writes for it.
func (l lora) tensors() []safetensors.Tensor {
	p, a, b := "base_model.model."+l.module+".", "lora_A.weight", "lora_B.weight"
	if l.embedding {
		a, b = "lora_embedding_A", "lora_embedding_B"
	}
	all := []safetensors.Tensor{random(p+a, l.r, l.in), random(p+b, l.out, l.r)}
	if l.magnitude {
		all = append(all, random(p+"lora_magnitude_vector", l.out))
	}
	return all
}

// merge returns the tensor w with the update added, by the formula: W + s·B·A for W [out, in].
func (l lora) merge(w safetensors.Tensor) safetensors.Tensor {
	x := make([]float64, w.Elements())
	w.Widen(x, 0)
	t := l.tensors()
	a, b := make([]float64, l.r*l.in), make([]float64, l.out*l.r)
	t[0].Widen(a, 0)
	t[1].Widen(b, 0)
	at := func(o, i int) int {
		if l.inFirst {
			return i*l.out + o
		}
		return o*l.in + i
	}
	for o := range l.out {
		var norm float64
		for i := range l.in {
			for k := range l.r {
				x[at(o, i)] += l.scale * b[o*l.r+k] * a[k*l.in+i]
			}
			norm += x[at(o, i)] * x[at(o, i)]
		}
		if l.magnitude {
			m := make([]float64, l.out)
			t[2].Widen(m, 0)
			for i := range l.in {
				x[at(o, i)] *= m[o] / math.Sqrt(norm)
			}
		}
	}
	return f64(w.Name, x, w.Shape...)
}

const peft = `{"peft_type":"LORA","r":2,"lora_alpha":3,"base_model_name_or_path":"/elsewhere/model"`

// writeAdapter makes a folder with an adapter beside a base.
func writeAdapter(t testing.TB, base, config string, tensors ...safetensors.Tensor) string {
	t.Helper()
	dir := filepath.Join(filepath.Dir(base), "adapter")
	os.RemoveAll(dir)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := safetensors.Write(&b, tensors, nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{adapterConfigName: config, adapterWeightsName: b.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A model with an adapter reads, under every label, as the model with the update merged into its tensors.
func TestAdapter(t *testing.T) {
	gpt2 := []lora{
		{module: "transformer.h.0.attn.c_attn", r: 2, in: 6, out: 18, inFirst: true, scale: 1.5},
		{module: "transformer.h.0.attn.c_proj", r: 4, in: 6, out: 6, inFirst: true, scale: 5 / 4.0},
		{module: "transformer.h.0.mlp.c_proj", r: 2, in: 10, out: 6, inFirst: true, scale: 1.5},
		{module: "transformer.wte", r: 2, in: 7, out: 6, inFirst: true, scale: 1.5, embedding: true},
	}
	llama := []lora{
		{module: "model.layers.0.self_attn.q_proj", r: 2, in: 6, out: 8, scale: 3 / math.Sqrt2, magnitude: true},
		{module: "model.layers.0.self_attn.v_proj", r: 2, in: 6, out: 4, scale: 3 / math.Sqrt2, magnitude: true},
		{module: "model.layers.0.mlp.down_proj", r: 2, in: 10, out: 6, scale: 7 / math.Sqrt2, magnitude: true},
	}
	patterns := `,"rank_pattern":{"attn.c_proj":4},"alpha_pattern":{"h.\\d+.attn.c_proj":5,"c_proj":3},"fan_in_fan_out":false}`
	for name, x := range map[string]struct {
		model, config string
		tensors       []safetensors.Tensor
		updates       []lora
	}{
		"gpt2":  {tinyGPT2, peft + patterns, tinyGPT2Tensors("transformer."), gpt2},
		"llama": {tinyLlama, peft + `,"use_rslora":true,"use_dora":true,"alpha_pattern":{"mlp.down_proj":7}}`, tinyLlamaTensors("model."), llama},
		"generic": {`{"model_type":"other"}`, peft + `,"fan_in_fan_out":true}`, []safetensors.Tensor{random("a.b.weight", 3, 5)},
			[]lora{{module: "a.b", r: 2, in: 3, out: 5, inFirst: true, scale: 1.5}}},
	} {
		var base, merged, adapter []safetensors.Tensor
		for _, w := range x.tensors {
			if len(w.Shape) == 2 {
				w = random(w.Name, w.Shape...)
			}
			base = append(base, w)
			for _, l := range x.updates {
				if l.module+".weight" == w.Name {
					w = l.merge(w)
				}
			}
			merged = append(merged, w)
		}
		for _, l := range x.updates {
			adapter = append(adapter, l.tensors()...)
		}
		want := open(t, writeModel(t, x.model, merged...))
		dir := writeAdapter(t, writeModel(t, x.model, base...), x.config, adapter...)
		got := open(t, dir)
		if got.Name != "adapter" || got.Adapter == nil || got.Adapter.Rank != 2 || codes(got) != codes(want) {
			t.Errorf("%s: %s %+v, warnings %q, want %q", name, got.Name, got.Adapter, codes(got), codes(want))
		}
		sameMatrices(t, name, got, want)
		for _, a := range adapter {
			if f := fate(t, got, a.Name); f.Fate != FateAnalysed || f.Role == "" || f.File != adapterWeightsName {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

// sameMatrices compares two models whole and by blocks.
func sameMatrices(t *testing.T, name string, got, want *Model) {
	t.Helper()
	const tolerance = 1e-14
	if !slices.Equal(labels(got), labels(want)) {
		t.Fatalf("%s: %v, want %v", name, labels(got), labels(want))
	}
	for i, x := range want.Matrices {
		for j, v := range x.Factors {
			w := got.Matrices[i].Factors[j]
			all, part := read(w), read(w.colRange(1, 2).rowRange(1, 2).T())
			for r, row := range read(v) {
				for c, value := range row {
					if !(math.Abs(all[r][c]-value) <= tolerance*(1+math.Abs(value))) {
						t.Fatalf("%s: %s (%d,%d) = %v, want %v", name, x.Label, r, c, all[r][c], value)
					}
				}
			}
			if !(math.Abs(part[0][0]-all[1][1]) <= tolerance*(1+math.Abs(all[1][1]))) {
				t.Errorf("%s: %s: a block differs from the whole", name, x.Label)
			}
		}
	}
}

// The factors of a view's update give what was added; a rescaled one has none.
func TestUpdate(t *testing.T) {
	m := open(t, filepath.Join(fixtures.Dir(), "shakespeare-lora"))
	base := open(t, filepath.Join(fixtures.Dir(), "shakespeare-gpt2"))
	updated := 0
	for i, x := range m.Matrices {
		for k, v := range x.Factors {
			u, ok := v.Update()
			if _, raw := v.Raw(); raw == ok {
				t.Errorf("%s: raw bytes %v with an update %v", x.Label, raw, ok)
			}
			if (x.Role == "W_E" || x.Role == "W_pos") == ok {
				t.Errorf("%s: updated: %v", x.Label, ok)
			}
			if !ok {
				continue
			}
			updated++
			before, after := read(base.Matrices[i].Factors[k]), read(v)
			a, b := read(u.A), read(u.B)
			for _, at := range [][2]int{{0, 0}, {17, 30}, {len(before) - 1, len(before[0]) - 1}} {
				sum := before[at[0]][at[1]]
				for r, f := range a[at[0]] {
					sum += u.Scale * f * b[r][at[1]]
				}
				if got := after[at[0]][at[1]]; !(math.Abs(got-sum) <= 1e-14) || got == before[at[0]][at[1]] {
					t.Errorf("%s %v: %v, want %v", x.Label, at, got, sum)
				}
			}
			if read(v.Base())[3][5] != before[3][5] {
				t.Errorf("%s: its base differs", x.Label)
			}
		}
	}
	if updated != 4*(6+4*4+2*2*4) {
		t.Errorf("%d factors are updated", updated)
	}
}

// What was trained whole stands in the place of the base's.
func TestModulesToSave(t *testing.T) {
	for _, name := range []string{"base_model.model.lm_head.weight", "base_model.model.lm_head.modules_to_save.default.weight"} {
		base := writeModel(t, tinyGPT2, tinyGPT2Tensors("transformer.")...)
		m := open(t, writeAdapter(t, base, peft+"}", ramp(name, 7000, 7, 6), ramp("base_model.model.transformer.h.0.ln_1.weight", 900, 6)))
		if v := read(matrix(t, m, "W_U").Factors[0]); v[2][1] != 7102 {
			t.Errorf("W_U (2,1) = %v, want the adapter's", v[2][1])
		}
		checkVector(t, m, NormAttention, 0, 900)
		if f := m.Tensors[len(m.Tensors)-2]; f.Fate != FateReplaced || f.Name != "lm_head.weight" || f.File != weightsName {
			t.Errorf("%+v", f)
		}
	}
}

// What is wrong with an adapter is an error with a name; what has no place in the base is listed.
func TestAdapterErrors(t *testing.T) {
	const p = "base_model.model.transformer.h.0.attn.c_proj."
	good := []safetensors.Tensor{random(p+"lora_A.weight", 2, 6), random(p+"lora_B.weight", 6, 2)}
	var adapter *AdapterError
	var form *JSONError
	var folder *FolderError
	for name, x := range map[string]struct {
		config  string
		tensors []safetensors.Tensor
		target  any
		text    string
	}{
		"no JSON":           {"{", good, &form, "malformed JSON"},
		"another kind":      {`{"peft_type":"IA3"}`, good, &adapter, "peft_type"},
		"r":                 {`{"peft_type":"LORA","r":0.5,"lora_alpha":1}`, good, &adapter, "r is 0.5"},
		"no alpha":          {`{"peft_type":"LORA","r":1}`, good, &adapter, "lora_alpha is missing"},
		"alpha":             {`{"peft_type":"LORA","r":1,"lora_alpha":"8"}`, good, &adapter, "lora_alpha"},
		"pattern":           {peft + `,"rank_pattern":{"(":1}}`, good, &adapter, "rank_pattern"},
		"long pattern":      {peft + `,"alpha_pattern":{"` + strings.Repeat("a", 300) + `":1}}`, good, &adapter, "alpha_pattern"},
		"pattern of":        {peft + `,"alpha_pattern":{"a":null}}`, good, &adapter, "alpha_pattern"},
		"qalora":            {peft + `,"use_qalora":true}`, good, &adapter, "use_qalora"},
		"rank":              {peft + `,"rank_pattern":{"c_proj":3}}`, good, &adapter, "has rank 2"},
		"shape of A":        {peft + "}", []safetensors.Tensor{random(p+"lora_A.weight", 2, 5), good[1]}, &adapter, "lora_A"},
		"shape of B":        {peft + "}", []safetensors.Tensor{good[0], random(p+"lora_B.weight", 6, 3)}, &adapter, "lora_B"},
		"magnitude":         {peft + "}", append(slices.Clone(good), random(p+"lora_magnitude_vector", 5)), &adapter, "magnitude"},
		"no magnitude":      {peft + `,"use_dora":true}`, good, &adapter, "adapter's module transformer.h.0.attn.c_proj has no lora_magnitude_vector"},
		"two kinds":         {peft + "}", append(slices.Clone(good), random(p+"lora_embedding_A", 2, 6)), &adapter, "adapter's module transformer.h.0.attn.c_proj has both"},
		"two kinds, halved": {peft + "}", []safetensors.Tensor{good[0], random(p+"lora_embedding_B", 6, 2)}, &adapter, "has both"},
		"twice":             {peft + "}", append(slices.Clone(good), random(p+"lora_A.other.weight", 2, 6)), &adapter, "same part"},
		"whole":             {peft + "}", []safetensors.Tensor{ramp("base_model.model.lm_head.weight", 0, 8, 6)}, &adapter, "shape [8 6]"},
	} {
		dir := writeAdapter(t, writeModel(t, tinyGPT2, tinyGPT2Tensors("transformer.")...), x.config, x.tensors...)
		_, err := Open(dir, Options{})
		if !errors.As(err, x.target) || !strings.Contains(err.Error(), x.text) {
			t.Errorf("%s: %v, want %T with %q", name, err, x.target, x.text)
		}
		if module := adapter != nil && strings.Contains(x.text, "adapter's module"); module && !strings.Contains(adapter.Hint(), "save the adapter again") {
			t.Errorf("%s: hint %q", name, adapter.Hint())
		}
	}
	base := writeModel(t, tinyGPT2, tinyGPT2Tensors("transformer.")...)
	dir := writeAdapter(t, base, peft+"}", random(p+"lora_A.weight", 2, 6), random("x.lora_A.weight", 2, 6), random("x.lora_B.weight", 2, 2), random("y", 1))
	m := open(t, dir)
	if codes(m) != "missing_tensors skipped_tensors" || m.Strict() == nil || fate(t, m, p+"lora_A.weight").Fate != FateSkipped {
		t.Errorf("warnings %q, %v", codes(m), m.Warnings)
	}
	os.Remove(filepath.Join(dir, adapterWeightsName))
	if _, err := Open(dir, Options{}); !errors.As(err, &folder) {
		t.Errorf("no weights: %v", err)
	}
}

// A base is found beside the adapter, by option, or in the cache; a path in the adapter leads nowhere.
func TestAdapterBase(t *testing.T) {
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	base := writeModel(t, tinyGPT2, tinyGPT2Tensors("transformer.")...)
	for name, found := range map[string]bool{
		"model": true, "../model": true, "/x/y/model": true, `C:\\x\\model`: true, "..": false, "": false, "model/..": false, "adapter": false, base + "/.": false,
	} {
		dir := writeAdapter(t, base, `{"peft_type":"LORA","r":2,"lora_alpha":3,"base_model_name_or_path":"`+name+`"}`)
		m, err := Open(dir, Options{})
		if missing := (*BaseError)(nil); found != (err == nil) || !found && !errors.As(err, &missing) {
			t.Errorf("base %q: %v", name, err)
		}
		if err == nil {
			m.Close()
		}
		if m, err = Open(dir, Options{Base: base}); err != nil {
			t.Errorf("base %q given: %v", name, err)
		} else {
			m.Close()
		}
	}
	dir := writeAdapter(t, base, peft+"}")
	var folder *FolderError
	if _, err := Open(dir, Options{Base: dir}); !errors.As(err, &folder) {
		t.Errorf("an adapter as base: %v", err)
	}
}

// Names of the hub are found in its cache, revisions too; what leads out of it is not.
func TestCached(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("HF_HUB_CACHE", cache)
	base := writeModel(t, tinyGPT2, tinyGPT2Tensors("transformer.")...)
	const sha, old = "0123456789abcdef0123456789abcdef01234567", "76543210fedcba9876543210fedcba9876543210"
	folder := filepath.Join(cache, "models--org--tiny")
	for _, dir := range []string{"snapshots", "refs/pr"} {
		if err := os.MkdirAll(filepath.Join(folder, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	move(t, base, filepath.Join(folder, "snapshots", sha))
	for ref, text := range map[string]string{"main": sha + "\n", "pr/1": sha, "bad": "../snapshots/" + sha, "gone": old} {
		writeFile(t, filepath.Join(folder, "refs", ref), text)
	}
	for id, found := range map[string]bool{
		"org/tiny": true, "org/tiny@main": true, "org/tiny@pr/1": true, "org/tiny@" + sha: true, "org/tiny@bad": false, "org/tiny@gone": false,
		"org/tiny@" + old: false, "org/tiny@../refs/main": false, "org/other": false, "../org/tiny": false, "org/../tiny": false, "org--tiny": true,
	} {
		m, err := Open(id, Options{})
		if found != (err == nil) {
			t.Errorf("%s: %v", id, err)
		}
		if err == nil {
			m.Close()
		}
	}
	dir := writeAdapter(t, filepath.Join(t.TempDir(), "x"), `{"peft_type":"LORA","r":2,"lora_alpha":3,"base_model_name_or_path":"org/tiny"}`)
	open(t, dir)
}

// Whatever adapter_config.json says, reading it ends without a panic, and every error has a type.
func FuzzAdapter(f *testing.F) {
	f.Add([]byte(peft + `,"rank_pattern":{"attn.c_proj":4},"alpha_pattern":{"h.\\d+.c_proj":5e3}}`))
	f.Add([]byte(`{"peft_type":"LORA","r":1e9,"lora_alpha":-0.0,"init_lora_weights":"pissa_niter_16","use_dora":true}`))
	f.Add([]byte(`{"peft_type":"LORA","rank_pattern":{"((a{1000}){1000}":1}}`))
	f.Add([]byte(`{"peft_type":"LORA","r":null,"rank_pattern":[{}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := decodeAdapter(data)
		if err != nil {
			var form *JSONError
			var adapter *AdapterError
			if !errors.As(err, &form) && !errors.As(err, &adapter) {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if scale, rank := c.scale("transformer.h.0.attn.c_proj"); math.IsNaN(scale) && rank > 0 {
			t.Errorf("scale %v of rank %v", scale, rank)
		}
		if path, err := findBase(t.TempDir(), c.Base); err == nil && !filepath.IsAbs(path) {
			t.Errorf("base %q", path)
		}
	})
}
