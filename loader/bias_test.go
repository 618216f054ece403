package loader

import (
	"slices"
	"testing"
)

// Biases of fused tensors are cut as their matrices are; what the family or the checkpoint lacks is not made up.
func TestBias(t *testing.T) {
	ramped := func(base float64, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = base + float64(i)
		}
		return v
	}
	gpt2 := func(prefix string) *Model {
		return open(t, writeModel(t, tinyGPT2, append(tinyGPT2Tensors(prefix),
			ramp(prefix+"h.0.attn.c_proj.bias", 7, 6), ramp(prefix+"h.0.ln_1.bias", 9, 6), ramp(prefix+"h.0.mlp.c_fc.bias", 3, 10))...))
	}
	llama := open(t, writeModel(t, tinyLlama, tinyLlamaTensors("model.")...))
	generic := open(t, writeModel(t, `{"model_type":"unheard-of"}`, ramp("h.0.attn.c_attn.bias", 0, 6), ramp("w", 0, 6, 6)))
	for _, c := range []struct {
		m      *Model
		role   string
		layer  int
		tensor string // "" for none
		want   []float64
	}{
		{gpt2(""), "W_Q", 0, "h.0.attn.c_attn.bias", ramped(0, 6)},
		{gpt2("transformer."), "W_K", 0, "transformer.h.0.attn.c_attn.bias", ramped(6, 6)},
		{gpt2(""), "W_V", 0, "h.0.attn.c_attn.bias", ramped(12, 6)},
		{gpt2(""), "W_O", 0, "h.0.attn.c_proj.bias", ramped(7, 6)},
		{gpt2(""), "W_in", 0, "h.0.mlp.c_fc.bias", ramped(3, 10)},
		{gpt2(""), "W_out", 0, "", nil}, // not in the checkpoint
		{gpt2(""), "W_Q", 1, "", nil},
		{gpt2(""), "W_E", -1, "", nil}, // nor in any
		{llama, "W_Q", 0, "model.layers.0.self_attn.q_proj.bias", ramped(0, 8)},
		{llama, "W_K", 0, "", nil},
		{generic, "W_Q", 0, "", nil},
	} {
		b, tensor, ok := c.m.Bias(c.role, c.layer)
		if ok != (c.tensor != "") || tensor != c.tensor || !slices.Equal(b, c.want) {
			t.Errorf("%s: Bias(%s, %d) = %v, %q, %v; want %v, %q", c.m.Family, c.role, c.layer, b, tensor, ok, c.want, c.tensor)
		}
	}
	if b, tensor, ok := gpt2("").NormBias(NormAttention, 0); !ok || tensor != "h.0.ln_1.bias" || !slices.Equal(b, ramped(9, 6)) {
		t.Errorf("the bias of ln_1 is %v, %q", b, tensor)
	}
	if b, _, ok := llama.NormBias(NormAttention, 0); ok {
		t.Errorf("RMSNorm has the bias %v", b)
	}
}
