package loader

import (
	"slices"
	"strconv"
	"strings"
)

// The norms of a model, by the names that Model.Vector takes.
const (
	NormAttention = "ln_1" // before the attention of a layer
	NormMLP       = "ln_2" // before the MLP of a layer
	NormFinal     = "ln_f" // before W_U; its layer is -1
)

// norms says where a family stores the weights of its norms, one vector of d_model numbers each.
type norms struct {
	attention, mlp, final string // names of lines
	rms                   bool   // RMSNorm, which takes no mean away; else LayerNorm
}

// RMSNorm reports whether the model's norms divide by the root of the mean square without taking the mean away first. It is
// false where the family is not known.
func (m *Model) RMSNorm() bool { return m.norms().rms }

// Rotary reports whether the model turns queries and keys by their positions (RoPE), so that W_Q·W_Kᵀ is the static part of its
// QK circuits alone. It is false where the family is not known.
func (m *Model) Rotary() bool { return m.entry().rotary }

// Vector returns the weight (the gain, d_model numbers) of a norm of a layer, widened, and whether the checkpoint has it. It is
// read under Guard, as views are.
func (m *Model) Vector(name string, layer int) ([]float64, bool) {
	v, _, ok := m.vector(m.normLine(name), layer)
	return v, ok
}

// normLine returns the name of the line of a norm's weights, "" for none.
func (m *Model) normLine(name string) string {
	n := m.norms()
	return map[string]string{NormAttention: n.attention, NormMLP: n.mlp, NormFinal: n.final}[name]
}

// vector returns the numbers of the tensor of a line, and its name.
func (m *Model) vector(line string, layer int) (v []float64, name string, ok bool) {
	if line == "" {
		return nil, "", false
	}
	short := strings.Replace(line, "{l}", strconv.Itoa(layer), 1)
	i := slices.IndexFunc(m.Tensors, func(t Tensor) bool {
		return strings.TrimPrefix(t.Name, m.prefix()) == short
	})
	if i < 0 {
		return nil, "", false
	}
	t, ok := m.checkpoint.tensor(m.Tensors[i])
	if !ok || !t.DType.IsFloat() {
		return nil, "", false
	}
	v = make([]float64, t.Elements())
	t.Widen(v, 0)
	return v, t.Name, true
}

// tensor returns the stored tensor that t describes.
func (c *checkpoint) tensor(t Tensor) (stored, bool) {
	if x, ok := c.replaced[t.Name]; ok {
		return x, true
	}
	for _, s := range c.shards {
		if s.name == t.File {
			x, ok := s.Tensor(t.Name)
			return stored{Tensor: x, file: s.name}, ok
		}
	}
	return stored{}, false
}

// entry is the model's family, the zero value where it is generic.
func (m *Model) entry() family {
	all := families()
	if i := slices.IndexFunc(all, func(f family) bool { return f.name == m.Family }); i >= 0 {
		return all[i]
	}
	return family{}
}

func (m *Model) norms() norms   { return m.entry().norms }
func (m *Model) prefix() string { return m.entry().prefix }

// vectorChunk is how many numbers of a vector are read at once.
const vectorChunk = 4096

// ConstantVectors counts the vectors of the checkpoint (biases, gains of norms) and those that hold nothing but zeros, or nothing
// but ones, which is what they are filled with before training. It is read under Guard, as views are.
func (m *Model) ConstantVectors() (constant, all int) {
	for _, t := range m.Tensors {
		x, ok := m.checkpoint.tensor(t)
		if t.Fate != FateVector || !ok || !x.DType.IsFloat() || x.Elements() == 0 {
			continue
		}
		all++
		if x.constant() {
			constant++
		}
	}
	return constant, all
}

// constant reports whether all numbers of t are 0, or all are 1.
func (t stored) constant() bool {
	buf := make([]float64, min(vectorChunk, t.Elements()))
	t.Widen(buf[:1], 0)
	first := buf[0]
	if first != 0 && first != 1 {
		return false
	}
	for i := 0; i < t.Elements(); i += len(buf) {
		part := buf[:min(len(buf), t.Elements()-i)]
		t.Widen(part, i)
		if slices.ContainsFunc(part, func(v float64) bool { return v != first }) {
			return false
		}
	}
	return true
}
