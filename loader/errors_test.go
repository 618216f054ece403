package loader

import (
	"errors"
	"strings"
	"testing"
)

// Each error in words: what is wrong, where, and what to do; text of the files is quoted where it is not plain.
func TestErrors(t *testing.T) {
	for _, x := range []struct {
		err        error
		text, hint string
	}{
		{&FolderError{"a\nb", "folder has no config.json", "do this"}, `"a\nb": folder has no config.json`, "do this"},
		{&JSONError{configName, 12, "malformed"}, "config.json: offset 12: malformed", "strict JSON"},
		{&JSONError{configName, -1, "malformed"}, "config.json: malformed", "strict JSON"},
		{&IndexError{"../x", "a b", "is wrong"}, `model.safetensors.index.json: shard ../x: tensor "a b": is wrong`, "plain file"},
		{&IndexError{Msg: "is wrong"}, "model.safetensors.index.json: is wrong", "plain file"},
		{&ConfigError{"n_head", "5", "a divisor of n_embd = 6"}, "config.json: n_head is 5, want a divisor of n_embd = 6", "correct config.json"},
		{&ConfigError{"n_head", "", "a number"}, "config.json: n_head is missing, want a number", "correct config.json"},
		{&ShapeError{"a", []int{1, 2}, []int{2, 1}}, "tensor a has shape [1 2], want [2 1] by config.json", "do not belong together"},
		{&UnknownFamilyError{ModelType: "x\x1b", Known: []string{"gpt2", "llama"}}, `unknown model_type "x\x1b"`, "known are gpt2, llama"},
		{&UnknownFamilyError{Known: []string{"gpt2"}}, "config.json has no model_type", "known are gpt2"},
		{&UnknownFamilyError{NoConfig: true, Known: []string{"gpt2"}}, "no config.json beside the file: the architecture is not known", "known are gpt2"},
		{&SkippedError{[]Tensor{{Name: "a", Reason: "why"}}}, "skipped: 1 tensor, first a: why", "inspect"},
		{&PatternError{"["}, "malformed pattern [", "L*.W_OV.H*"},
		{&LayersError{"1,x", "x is wrong"}, "layers 1,x: x is wrong", "0,3-5"},
	} {
		hint := x.err.(interface{ Hint() string }).Hint()
		if x.err.Error() != x.text || !strings.Contains(hint, x.hint) {
			t.Errorf("%T: %q, hint %q; want %q, %q", x.err, x.err, hint, x.text, x.hint)
		}
	}
}

// A value of config.json is shown short.
func TestLongValue(t *testing.T) {
	_, err := gpt2().keys.read(rawConfig{"n_embd": []byte(`"` + strings.Repeat("x", 1<<20) + `"`)})
	var e *ConfigError
	if !errors.As(err, &e) || len(e.Value) > 100 {
		t.Errorf("value of %d bytes", len(e.Value))
	}
}

// Text of the files cannot break out of an error message, nor flood it.
func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"h.0.attn": "h.0.attn", "": `""`, "a b": `"a b"`, "a\x1b[31m": `"a\x1b[31m"`, "a\u202eb": `"a\u202eb"`, `"`: `"\""`, "\u0435": `"\u0435"`,
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
	if got := quote(strings.Repeat("a", 1<<20)); len(got) > 200 {
		t.Errorf("long text gives %d bytes", len(got))
	}
}
