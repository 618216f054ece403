package loader

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/internal/safetensors"
)

func TestTied(t *testing.T) {
	const e, u = "model.embed_tokens.weight", "lm_head.weight"
	tied := set(tinyLlama, tiedKey, "true")
	embed, same, other := ramp(e, 0, 7, 6), ramp(u, 0, 7, 6), ramp(u, 1, 7, 6)
	rest := tinyLlamaTensors("model.")[2:]
	alias := map[string]string{e: u, "format": "pt"}
	for name, x := range map[string]struct {
		config          string
		metadata        map[string]string
		tensors         []safetensors.Tensor
		tied            bool
		fateE, fateU    string // "" where the tensor is not there
		matrices, codes string
	}{
		"apart":              {tinyLlama, nil, []safetensors.Tensor{embed, other}, false, FateAnalysed, FateAnalysed, "W_E W_U", ""},
		"same bytes":         {tinyLlama, nil, []safetensors.Tensor{embed, same}, true, FateAnalysed, FateAlias, "W_E", "tied"},
		"same bytes, tied":   {tied, nil, []safetensors.Tensor{embed, same}, true, FateAnalysed, FateAlias, "W_E", ""},
		"tied, yet apart":    {tied, nil, []safetensors.Tensor{embed, other}, false, FateAnalysed, FateAnalysed, "W_E W_U", "tied_differs"},
		"by config":          {tied, nil, []safetensors.Tensor{embed}, true, FateAnalysed, "", "W_E", ""},
		"head missing":       {tinyLlama, nil, []safetensors.Tensor{embed}, true, FateAnalysed, "", "W_E", "tied"},
		"only head, tied":    {tied, nil, []safetensors.Tensor{same}, true, "", FateAnalysed, "W_E", "tied"},
		"only head, aliased": {tinyLlama, alias, []safetensors.Tensor{same}, true, "", FateAnalysed, "W_E", "tied"},
		"both missing":       {tinyLlama, nil, nil, false, "", "", "", "missing_tensors missing_tensors"},
		"embedding missing":  {tinyLlama, nil, []safetensors.Tensor{same}, false, "", FateAnalysed, "W_U", "missing_tensors"},
		"head unreadable": {tinyLlama, nil, []safetensors.Tensor{embed, blank(u, "U8", 7, 6)}, false, FateAnalysed, FateSkipped, "W_E",
			"skipped_tensors"},
	} {
		dir := writeModel(t, x.config)
		writeTensors(t, filepath.Join(dir, weightsName), x.metadata, append(slices.Clone(x.tensors), rest...)...)
		m := open(t, dir)
		var outside []string
		for _, a := range m.Matrices {
			if a.Layer < 0 {
				outside = append(outside, a.Label)
			}
		}
		fates := map[string]string{}
		for _, a := range m.Tensors {
			fates[a.Name] = a.Fate
		}
		if m.Config.Tied != x.tied || fates[e] != x.fateE || fates[u] != x.fateU || strings.Join(outside, " ") != x.matrices || codes(m) != x.codes {
			t.Errorf("%s: tied %v, fates %q %q, matrices %v, warnings %q;\nwant %v %q %q %s %q",
				name, m.Config.Tied, fates[e], fates[u], outside, codes(m), x.tied, x.fateE, x.fateU, x.matrices, x.codes)
		}
		if x.tied { // W_E is [d_vocab, d_model] whichever tensor it comes from
			w := matrix(t, m, "W_E")
			if v := read(w.Factors[0])[6][5]; v != 605 || w.In != Vocab || w.Out != Residual {
				t.Errorf("%s: W_E (6,5) = %v from %s to %s", name, v, w.In, w.Out)
			}
		}
	}
}

// One shard of a model lacks W_U because it lies in another: nothing says that it is tied.
func TestPartialIsNotTied(t *testing.T) {
	m := open(t, writeModel(t, tinyLlama, slices.Delete(tinyLlamaTensors("model."), 1, 3)...)) // lm_head and q_proj
	if m.Config.Tied || codes(m) != "missing_tensors missing_tensors" || !strings.HasSuffix(m.Warnings[1].Message, ": lm_head.weight") {
		t.Errorf("tied %v, warnings %+v", m.Config.Tied, m.Warnings)
	}
}

func TestComplement(t *testing.T) {
	for _, x := range []struct {
		have []int
		n    int
		want string
	}{
		{nil, 1, "0"}, {nil, 3, "{0-2}"}, {[]int{0, 1, 2}, 3, ""}, {[]int{0, 5, 11}, 12, "{1-4,6-10}"},
		{[]int{0, 2, 4}, 5, "{1,3}"}, {[]int{1, 2}, 3, "0"}, {[]int{0, 1}, 4, "{2-3}"}, {nil, maxCount, "{0-65535}"},
	} {
		if got := complement(x.have, x.n); got != x.want {
			t.Errorf("complement(%v, %d) = %q, want %q", x.have, x.n, got, x.want)
		}
	}
}

// A layer that config.json announces and the file lacks is told in one line a pattern, norms and biases in one line together;
// alias names count as there.
func TestMissing(t *testing.T) {
	dir := writeModel(t, set(tinyGPT2, "n_layer", "3"))
	writeTensors(t, filepath.Join(dir, weightsName), map[string]string{
		"h.2.mlp.c_fc.weight": "h.0.mlp.c_fc.weight", "h.9.mlp.c_fc.weight": "h.0.mlp.c_fc.weight", "h.1.mlp.c_fc.weight": "nothing",
	}, tinyGPT2Tensors("")...)
	m := open(t, dir)
	var got []string
	for _, w := range m.Warnings {
		got = append(got, w.Code+": "+w.Message)
	}
	want := []string{
		"missing_tensors: not in the checkpoint: h.{1-2}.attn.c_attn.weight",
		"missing_tensors: not in the checkpoint: h.{1-2}.attn.c_proj.weight",
		"missing_tensors: not in the checkpoint: h.1.mlp.c_fc.weight",
		"missing_tensors: not in the checkpoint: h.{1-2}.mlp.c_proj.weight",
		"missing_tensors: not in the checkpoint (biases and norms): h.{1-2}.ln_1.weight, h.{0-2}.ln_1.bias, h.{1-2}.attn.c_attn.bias, " +
			"h.{0-2}.attn.c_proj.bias, h.{0-2}.ln_2.weight, h.{0-2}.ln_2.bias, h.{0-2}.mlp.c_fc.bias, h.{0-2}.mlp.c_proj.bias, ln_f.weight, ln_f.bias",
		"alias: another tensor under a second name, analysed once: 1 tensor of layers, first h.2.mlp.c_fc.weight is h.0.mlp.c_fc.weight",
	}
	if !slices.Equal(got, want) {
		t.Errorf("warnings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What the family does not know, cannot read or has twice is listed with the reason, and fails a strict run.
func TestSkipped(t *testing.T) {
	m := open(t, writeModel(t, set(tinyGPT2, "n_layer", "2"), append(tinyGPT2Tensors("transformer."),
		ramp("score.weight", 0, 2, 6), ramp("wte.weight", 0, 7, 6), ramp("transformer.h.00.ln_1.weight", 0, 6),
		blank("transformer.h.1.mlp.c_fc.weight", "I8", 6, 10))...))
	for name, want := range map[string]string{
		"score.weight":                    "family gpt2 has no tensor of this name",
		"wte.weight":                      "same name as transformer.wte.weight but for the prefix transformer.",
		"transformer.h.00.ln_1.weight":    "family gpt2 has no tensor of this name",
		"transformer.h.1.mlp.c_fc.weight": "dtype I8 does not widen to float64",
	} {
		if f := fate(t, m, name); f.Fate != FateSkipped || f.Reason != want || f.Role != "" {
			t.Errorf("%s: %+v, want %q", name, f, want)
		}
	}
	if f := fate(t, m, "transformer.h.0.attn.c_attn.weight"); f.Role != "L0.W_Q L0.W_K L0.W_V" {
		t.Errorf("c_attn is read as %q", f.Role)
	}
	if f := fate(t, m, "transformer.h.0.attn.bias"); f.Fate != FateBuffer || f.Reason == "" {
		t.Errorf("mask: %+v", f)
	}
	var e *SkippedError
	if err := m.Strict(); !errors.As(err, &e) || len(e.Tensors) != 4 || e.Hint() == "" {
		t.Errorf("strict: %v", err)
	}
}

func TestGeneric(t *testing.T) {
	tensors := []safetensors.Tensor{
		ramp("b.10.w/x", 0, 3, 4), ramp("b.2.w/x", 0, 3, 4), ramp("plain", 0, 2, 5), ramp("vector", 0, 3), ramp("cube", 0, 2, 2, 2),
		blank("integers", "I32", 2, 2), blank("nothing", "F32", 0, 4),
	}
	m := open(t, writeModel(t, `{"model_type":"mamba"}`, tensors...))
	if want := []string{"b.2.w/x", "b.10.w/x", "plain"}; m.Family != Generic || !slices.Equal(labels(m), want) {
		t.Errorf("%s %v, want %v", m.Family, labels(m), want)
	}
	if got := codes(m); got != "unknown_family generic skipped_tensors" {
		t.Errorf("warnings %q", got)
	}
	x := matrix(t, m, "b.10.w/x")
	if x.Role != "b.*.w/x" || x.Layer != 10 || x.Head != -1 || x.Expert != -1 || x.In != "" || x.Kind != Stored || read(x.Factors[0])[2][3] != 203 {
		t.Errorf("%+v", x)
	}
	for name, want := range map[string]string{
		"vector": FateVector, "cube": FateSkipped, "integers": FateSkipped, "nothing": FateSkipped, "plain": FateAnalysed,
	} {
		if f := fate(t, m, name); f.Fate != want || (f.Reason == "") != (want != FateSkipped) {
			t.Errorf("%s: %+v, want %s", name, f, want)
		}
	}
	var e *UnknownFamilyError
	if err := m.Strict(); !errors.As(err, &e) || e.ModelType != "mamba" || !slices.Equal(e.Known, []string{"gpt2", "llama", "mistral", "qwen2"}) {
		t.Errorf("strict: %v", err)
	}
	if !strings.Contains(e.Hint(), "mistral") {
		t.Errorf("hint %q", e.Hint())
	}
}

// A bare file, a config.json without model_type, and one that belongs to other weights.
func TestGenericReasons(t *testing.T) {
	file := filepath.Join(t.TempDir(), "w.safetensors")
	writeTensors(t, file, nil, ramp("a", 0, 2, 3))
	for name, x := range map[string]struct{ path, codes string }{
		"bare file":       {file, "no_config generic"},
		"no model_type":   {writeModel(t, `{}`, ramp("a", 0, 2, 3)), "unknown_family generic"},
		"foreign weights": {writeModel(t, tinyGPT2, ramp("a", 0, 2, 3)), "no_match generic"},
	} {
		if m := open(t, x.path); m.Family != Generic || codes(m) != x.codes || !slices.Equal(labels(m), []string{"a"}) || m.Config != (Config{}) {
			t.Errorf("%s: %s %v, warnings %q, want %q", name, m.Family, labels(m), codes(m), x.codes)
		}
		if open(t, x.path).Strict() == nil {
			t.Errorf("%s: a strict run would pass over an unknown architecture", name)
		}
	}
	if m := open(t, file); m.Name != "w" {
		t.Errorf("name %q, want w", m.Name)
	}
	dir := writeModel(t, tinyGPT2, tinyGPT2Tensors("")...)
	if m := open(t, filepath.Join(dir, weightsName)); m.Family != "gpt2" {
		t.Errorf("file beside config.json is %s", m.Family)
	}
	var e *JSONError
	writeFile(t, filepath.Join(dir, configName), "{")
	if _, err := Open(filepath.Join(dir, weightsName), Options{}); !errors.As(err, &e) {
		t.Errorf("file beside a malformed config.json: %v", err)
	}
}

// Whatever the dtype, the numbers come out, and ε is the dtype's.
func TestDTypes(t *testing.T) {
	for _, dtype := range []safetensors.DType{"F64", "F16", "BF16"} {
		m := open(t, writeModel(t, `{"model_type":"x"}`, blank("a", dtype, 2, 3)))
		x := matrix(t, m, "a")
		if x.DType != string(dtype) || x.Factors[0].Epsilon() != dtype.Epsilon() || read(x.Factors[0])[1][2] != 0 {
			t.Errorf("%s: %+v", dtype, x)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, x := range []struct {
		globs, label string
		want         bool
	}{
		{"", "L3.W_Q", true}, {"L*.W_OV.H*", "L3.W_OV.H7", true}, {"L*.W_OV.H*", "L3.W_OV", false}, {"L3.W_Q", "L3.W_Q.H1", false},
		{"L?.W_Q", "L10.W_Q", false}, {"L[0-2].W_Q", "L2.W_Q", true}, {"W_E L1.*", "L1.W_in", true}, {"W_E L1.*", "L2.W_in", false},
		{"*", "a/b", true}, {"a*c", "a/b/c", true}, {"a/?", "a/b", true}, {"a?b", "a/b", true}, {`a\*`, "ab", false}, {`a\*`, "a*", true},
	} {
		if got, err := Match(strings.Fields(x.globs), x.label); err != nil || got != x.want {
			t.Errorf("Match(%q, %q) = %v, %v", x.globs, x.label, got, err)
		}
	}
	for _, bad := range []string{"[", "a[", "L[3", `a\`, "[]", "*["} {
		var e *PatternError
		if _, err := Match([]string{"*", bad}, "a"); !errors.As(err, &e) || e.Pattern != bad || e.Hint() == "" {
			t.Errorf("pattern %q: %v", bad, err)
		}
	}
}

func TestLayers(t *testing.T) {
	l, err := ParseLayers("0,3-5")
	if err != nil {
		t.Fatal(err)
	}
	for layer, want := range map[int]bool{-1: false, 0: true, 1: false, 2: false, 3: true, 4: true, 5: true, 6: false} {
		if l.Contains(layer) != want {
			t.Errorf("0,3-5 contains %d: %v", layer, !want)
		}
	}
	if all, err := ParseLayers(""); err != nil || !all.Contains(-1) || !all.Contains(9) {
		t.Errorf("empty list: %v, %v", all, err)
	}
	for _, bad := range []string{"a", "1,", ",", "5-3", "-1", "1-", "1-2-3", "+1", " 1", "99999999999", "0x1"} {
		var e *LayersError
		if l, err := ParseLayers(bad); !errors.As(err, &e) || e.Text != bad || e.Hint() == "" {
			t.Errorf("%q: %v, %v", bad, l, err)
		}
	}
}

func TestCompareNames(t *testing.T) {
	want := []string{"", "a", "a.b", "h", "h.0", "h.00", "h.1", "h.2", "h.2.x", "h.10", "h.10.x", "h.x", "z"}
	for i, a := range want {
		for j, b := range want {
			if got := compareNames(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("compareNames(%q, %q) = %d", a, b, got)
			}
		}
	}
}

func TestMatchName(t *testing.T) {
	for name, want := range map[string]bool{
		"h.0.attn": true, "h.12.attn": true, "h.012.attn": false, "h.-1.attn": false, "h.+1.attn": false, "h..attn": false,
		"h.1.attn.x": false, "h.1": false, "x.1.attn": false, "h.1234567.attn": false, "h.{l}.attn": false, "": false,
	} {
		if _, ok := matchName("h.{l}.attn", name); ok != want {
			t.Errorf("%q matches: %v", name, ok)
		}
	}
}
