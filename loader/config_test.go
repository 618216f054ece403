package loader

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// set returns a config with one field set to a JSON value, or taken out where the value is "".
func set(config, key, value string) string {
	object, err := decodeObject[jsontext.Value]([]byte(config), configName)
	if err != nil {
		panic(err)
	}
	delete(object, key)
	var fields []string
	for k, v := range object {
		fields = append(fields, fmt.Sprintf("%q:%s", k, v))
	}
	if value != "" {
		fields = append(fields, fmt.Sprintf("%q:%s", key, value))
	}
	slices.Sort(fields)
	return "{" + strings.Join(fields, ",") + "}"
}

// lies are configs that do not fit the tiny models, and the field that the error must name.
func lies() map[string]struct{ config, field string } {
	return map[string]struct{ config, field string }{
		"heads do not divide":       {set(tinyGPT2, "n_head", "4"), "n_head"},
		"no heads":                  {set(tinyGPT2, "n_head", "0"), "n_head"},
		"negative heads":            {set(tinyGPT2, "n_head", "-2"), "n_head"},
		"huge heads":                {set(tinyGPT2, "n_head", "99999999999999999999"), "n_head"},
		"too many heads":            {set(tinyGPT2, "n_head", "65537"), "n_head"},
		"heads with a point":        {set(tinyGPT2, "n_head", "2.0"), "n_head"},
		"heads with an exponent":    {set(tinyGPT2, "n_head", "2e0"), "n_head"},
		"heads as a string":         {set(tinyGPT2, "n_head", `"2"`), "n_head"},
		"heads as an object":        {set(tinyGPT2, "n_head", `{"a":[1]}`), "n_head"},
		"heads null":                {set(tinyGPT2, "n_head", "null"), "n_head"},
		"heads missing":             {set(tinyGPT2, "n_head", ""), "n_head"},
		"fewer layers":              {set(tinyLlama, "num_hidden_layers", "0"), "num_hidden_layers"},
		"layers missing":            {set(tinyLlama, "num_hidden_layers", ""), "num_hidden_layers"},
		"more layers than listable": {set(tinyLlama, "num_hidden_layers", "1000000000"), "num_hidden_layers"},
		"key heads do not divide":   {set(tinyLlama, "num_key_value_heads", "3"), "num_key_value_heads"},
		"more key heads":            {set(tinyLlama, "num_key_value_heads", "8"), "num_key_value_heads"},
		"other key heads":           {set(tinyLlama, "num_key_value_heads", "4"), "num_key_value_heads"},
		"key heads missing":         {set(tinyLlama, "num_key_value_heads", ""), "num_key_value_heads"},
		"other width of heads":      {set(tinyLlama, "head_dim", "3"), "head_dim"},
		"width does not divide":     {set(tinyLlama, "head_dim", "null"), "num_attention_heads"},
		"other heads":               {set(tinyLlama, "num_attention_heads", "2"), "num_attention_heads"},
		"mlp missing":               {set(tinyLlama, "intermediate_size", ""), "intermediate_size"},
		"tied as a string":          {set(tinyLlama, tiedKey, `"yes"`), tiedKey},
		"model type as a number":    {set(tinyLlama, "model_type", "5"), "model_type"},
	}
}

func TestConfigLies(t *testing.T) {
	for name, x := range lies() {
		tensors := tinyGPT2Tensors("")
		if strings.Contains(x.config, "llama") || strings.Contains(x.config, "hidden_size") {
			tensors = tinyLlamaTensors("model.")
		}
		_, err := Open(writeModel(t, x.config, tensors...), Options{})
		var e *ConfigError
		if !errors.As(err, &e) || e.Field != x.field || e.Want == "" || e.Hint() == "" {
			t.Errorf("%s: %v, want a *ConfigError of %s", name, err, x.field)
		}
	}
}

// A layer beyond n_layer and tensors of other shapes, each named.
func TestTensorsAgainstConfig(t *testing.T) {
	var lie *ConfigError
	beyond := append(tinyGPT2Tensors(""), ramp("h.1.ln_1.weight", 0, 6))
	if _, err := Open(writeModel(t, tinyGPT2, beyond...), Options{}); !errors.As(err, &lie) || lie.Field != "n_layer" {
		t.Errorf("layer 1 of 1: %v", err)
	}
	gpt2, llama := set(tinyGPT2, "n_layer", "2"), set(tinyLlama, "num_hidden_layers", "2")
	for _, x := range []struct {
		config, tensor string
		shape, want    []int
	}{
		{gpt2, "h.1.attn.c_attn.weight", []int{18, 6}, []int{6, 18}}, // as nn.Linear would store it
		{gpt2, "h.1.attn.c_attn.weight", []int{6, 17}, []int{6, 18}},
		{gpt2, "h.1.mlp.c_fc.weight", []int{6}, []int{6, 10}},
		{gpt2, "h.1.ln_1.weight", []int{6, 1}, []int{6}},
		{gpt2, "h.1.attn.c_attn.bias", []int{6}, []int{18}},
		{llama, "model.layers.1.mlp.up_proj.weight", []int{6, 10}, []int{10, 6}},    // as Conv1D would store it
		{llama, "model.layers.1.self_attn.k_proj.weight", []int{6, 6}, []int{4, 6}}, // layer 0's fits: config.json does not lie
		{llama, "model.layers.1.self_attn.o_proj.weight", []int{8, 6}, []int{6, 8}},
	} {
		tensors := tinyGPT2Tensors("")
		if x.config == llama {
			tensors = tinyLlamaTensors("model.")
		}
		_, err := Open(writeModel(t, x.config, append(tensors, ramp(x.tensor, 0, x.shape...))...), Options{})
		var e *ShapeError
		if !errors.As(err, &e) || e.Tensor != x.tensor || !slices.Equal(e.Shape, x.shape) || !slices.Equal(e.Want, x.want) || e.Hint() == "" {
			t.Errorf("%s %v: %v, want %v", x.tensor, x.shape, err, x.want)
		}
	}
}

// Where the side that is not heads is wrong too, the tensor is to blame, not the number of heads.
func TestBothSidesWrong(t *testing.T) {
	var e *ShapeError
	_, err := Open(writeModel(t, tinyLlama, ramp("layers.0.self_attn.k_proj.weight", 0, 8, 5)), Options{})
	if !errors.As(err, &e) || !slices.Equal(e.Want, []int{4, 6}) {
		t.Errorf("%v, want a *ShapeError", err)
	}
}

// malformed are files that are no strict JSON object.
func malformed() map[string]string {
	return map[string]string{
		"empty":            "",
		"null":             "null",
		"array":            "[]",
		"unfinished":       `{"model_type":"gpt2"`,
		"two documents":    `{}{}`,
		"duplicate":        `{"n_head":2,"n_head":3}`,
		"duplicate inside": `{"a":{"b":1,"b":2}}`,
		"bad UTF-8":        "{\"a\":\"\xff\"}",
		"lone surrogate":   `{"a":"\ud800"}`,
		"comment":          `{/**/}`,
		"NaN":              `{"a":NaN}`,
		"deep":             `{"a":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}",
	}
}

func TestMalformedConfig(t *testing.T) {
	for name, text := range malformed() {
		_, err := Open(writeModel(t, text, tinyGPT2Tensors("")...), Options{})
		var e *JSONError
		if !errors.As(err, &e) || e.File != configName || e.Hint() == "" || len(err.Error()) > 300 {
			t.Errorf("%s: %v, want a short *JSONError", name, err)
		}
	}
	long := `{"a":"` + strings.Repeat("x", maxConfig) + `"}`
	var e *JSONError
	if _, err := Open(writeModel(t, long, tinyGPT2Tensors("")...), Options{}); !errors.As(err, &e) || !strings.Contains(e.Msg, "longer than 4 MB") {
		t.Errorf("long: %v", err)
	}
}

// Heads that do not divide are told as such, before any tensor is looked at.
func TestHeadsDivide(t *testing.T) {
	for key, f := range map[string]family{"n_head": gpt2(), "num_key_value_heads": llama()} {
		config := map[string]string{"n_head": set(tinyGPT2, key, "4"), "num_key_value_heads": set(tinyLlama, key, "3")}[key]
		raw, err := decodeObject[jsontext.Value]([]byte(config), configName)
		if err != nil {
			t.Fatal(err)
		}
		var e *ConfigError
		if _, err := f.keys.read(raw); !errors.As(err, &e) || e.Field != key || !strings.HasPrefix(e.Want, "a divisor of") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// What config.json may leave out.
func TestConfigDefaults(t *testing.T) {
	raw, err := decodeObject[jsontext.Value]([]byte(`{"n_embd":6,"n_layer":1,"n_head":2,"n_inner":null,"vocab_size":7,"n_positions":5}`), configName)
	if err != nil {
		t.Fatal(err)
	}
	got, err := gpt2().keys.read(raw)
	if want := (Config{6, 1, 2, 2, 3, 24, 7, 5, true}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
}

// Whatever config.json says, identify gives a typed error or a model in which all tensors have a fate and all numbers can be read.
func FuzzConfig(f *testing.F) {
	for _, x := range lies() {
		f.Add([]byte(x.config))
	}
	for name, text := range malformed() {
		if name != "deep" {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(tinyGPT2))
	f.Add([]byte(tinyLlama))
	f.Add([]byte(`{"model_type":"mamba"}`))
	var all []stored
	for _, x := range append(tinyGPT2Tensors("transformer."), tinyLlamaTensors("model.")[2:]...) {
		all = append(all, stored{Tensor: x, file: weightsName})
	}
	slices.SortFunc(all, func(a, b stored) int { return compareNames(a.Name, b.Name) })
	f.Fuzz(func(t *testing.T, text []byte) {
		config, err := decodeObject[jsontext.Value](text, configName)
		m := &Model{}
		if err == nil {
			err = m.identify(config, all, nil, true)
		}
		if err != nil {
			if _, ok := err.(interface{ Hint() string }); !ok {
				t.Fatalf("untyped error %T: %v", err, err)
			}
			return
		}
		for _, x := range m.Tensors {
			if x.Fate == "" {
				t.Errorf("%s has no fate", x.Name)
			}
		}
		for _, x := range m.Matrices {
			for _, v := range x.Factors {
				read(v) // panics where a view leaves its tensor
			}
		}
	})
}
