package loader

import (
	"slices"
	"testing"

	"wspec/internal/safetensors"
)

// Every norm is found under its field's name, with and without the family's prefix, and no other vector is.
func TestVector(t *testing.T) {
	for _, prefix := range []string{"", "transformer."} {
		tensors := append(tinyGPT2Tensors(prefix), ramp(prefix+"h.0.ln_2.weight", 20, 6), ramp(prefix+"ln_f.weight", 40, 6))
		m := open(t, writeModel(t, tinyGPT2, tensors...))
		checkVector(t, m, NormAttention, 0, 0)
		checkVector(t, m, NormMLP, 0, 20)
		checkVector(t, m, NormFinal, -1, 40)
		for _, name := range []string{"ln_3", "", "ln_1.bias"} {
			if v, ok := m.Vector(name, 0); ok {
				t.Errorf("Vector(%q) = %v", name, v)
			}
		}
		if v, ok := m.Vector(NormAttention, 1); ok {
			t.Errorf("layer 1 has a norm %v", v)
		}
		if m.RMSNorm() || m.Rotary() {
			t.Error("GPT-2 is said to have RMSNorm or rotary positions")
		}
	}
}

func checkVector(t *testing.T, m *Model, name string, layer int, base float64) {
	t.Helper()
	want := []float64{base, base + 1, base + 2, base + 3, base + 4, base + 5}
	if v, ok := m.Vector(name, layer); !ok || !slices.Equal(v, want) {
		t.Errorf("Vector(%q, %d) = %v, %v; want %v", name, layer, v, ok, want)
	}
}

func TestVectorLlama(t *testing.T) {
	m := open(t, writeModel(t, tinyLlama, tinyLlamaTensors("model.")...))
	checkVector(t, m, NormAttention, 0, 0)
	checkVector(t, m, NormFinal, -1, 0)
	if !m.RMSNorm() {
		t.Error("LLaMA is said to have LayerNorm")
	}
}

// A generic model has no norms, and integers are no gains.
func TestVectorAbsent(t *testing.T) {
	m := open(t, writeModel(t, `{"model_type":"unheard-of"}`, ramp("h.0.ln_1.weight", 0, 6), ramp("w", 0, 6, 6)))
	if v, ok := m.Vector(NormAttention, 0); ok || m.RMSNorm() {
		t.Errorf("a generic model has the norm %v", v)
	}
	whole := slices.DeleteFunc(tinyGPT2Tensors(""), func(t safetensors.Tensor) bool { return t.Name == "h.0.ln_1.weight" })
	m = open(t, writeModel(t, tinyGPT2, append(whole, blank("h.0.ln_1.weight", "I32", 6))...))
	if v, ok := m.Vector(NormAttention, 0); ok {
		t.Errorf("integers were read as the gain %v", v)
	}
}
