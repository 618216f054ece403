package loader

import (
	"slices"
	"strings"
)

// Space is the kind of coordinates on one side of a matrix.
type Space string

// The spaces. Generic matrices have none: "".
const (
	Residual Space = "residual"
	Head     Space = "head" // keys, queries, values: of one head, or of all heads side by side
	MLP      Space = "mlp"
	Vocab    Space = "vocab"
	Position Space = "position"
)

// dim is one side of a matrix: a space and its number of coordinates.
type dim int

const (
	dimResidual dim = iota
	dimQuery        // n_heads · d_head
	dimKV           // n_kv_heads · d_head
	dimMLP
	dimVocab
	dimPosition
)

func (d dim) space() Space {
	return [...]Space{Residual, Head, Head, MLP, Vocab, Position}[d]
}

func (d dim) size(c Config) int {
	return [...]int{c.DModel, c.NHeads * c.DHead, c.NKVHeads * c.DHead, c.DMLP, c.DVocab, c.NCtx}[d]
}

// role is what a matrix is for; it maps row vectors from in to out.
type role struct {
	name    string
	in, out dim
}

var (
	wE    = role{"W_E", dimVocab, dimResidual}
	wPos  = role{"W_pos", dimPosition, dimResidual}
	wQ    = role{"W_Q", dimResidual, dimQuery}
	wK    = role{"W_K", dimResidual, dimKV}
	wV    = role{"W_V", dimResidual, dimKV}
	wO    = role{"W_O", dimQuery, dimResidual}
	wGate = role{"W_gate", dimResidual, dimMLP}
	wIn   = role{"W_in", dimResidual, dimMLP}
	wOut  = role{"W_out", dimMLP, dimResidual}
	wU    = role{"W_U", dimResidual, dimVocab}
)

// layout is how a checkpoint stores a matrix.
type layout int

const (
	inOut layout = iota // [d_in, d_out]: nn.Embedding, GPT-2's Conv1D
	outIn               // [d_out, d_in]: nn.Linear
)

// family is an architecture: everything the loader knows of it.
type family struct {
	name       string
	modelTypes []string // values of model_type in config.json
	prefix     string   // may stand before any tensor name, or not
	keys       configKeys
	norms      norms
	rotary     bool // queries and keys are turned by their positions before they meet
	lines      []line
}

// line says what the tensors of one name pattern are: a matrix (roles), a vector (vector) or a buffer (buffer).
//
// In a name {l} stands for the number of a layer and {e} for that of an expert. Several roles are one fused tensor: their
// outputs lie side by side, in this order.
type line struct {
	name     string
	layout   layout
	roles    []role
	vector   []dim  // the sides that a vector covers, one after the other
	buffer   string // what a tensor is that is no weight; its shape is not checked
	optional bool   // not reported where it is missing; missing embeddings are judged together
}

// families returns the table: one entry a family, one line a tensor.
func families() []family {
	return []family{gpt2(), llama()}
}

// gpt2 is GPT2Model and GPT2LMHeadModel of transformers. Conv1D stores [in, out].
func gpt2() family {
	return family{
		name:       "gpt2",
		modelTypes: []string{"gpt2"},
		prefix:     "transformer.",
		keys: configKeys{
			dModel: "n_embd", nLayers: "n_layer", nHeads: "n_head", dVocab: "vocab_size", nCtx: "n_positions",
			dMLP: "n_inner", mlpRatio: 4, tied: true,
		},
		norms: norms{attention: "h.{l}.ln_1.weight", mlp: "h.{l}.ln_2.weight", final: "ln_f.weight"},
		lines: []line{
			{name: "wte.weight", layout: inOut, roles: []role{wE}},
			{name: "wpe.weight", layout: inOut, roles: []role{wPos}},
			{name: "h.{l}.ln_1.weight", vector: []dim{dimResidual}},
			{name: "h.{l}.ln_1.bias", vector: []dim{dimResidual}},
			{name: "h.{l}.attn.c_attn.weight", layout: inOut, roles: []role{wQ, wK, wV}},
			{name: "h.{l}.attn.c_attn.bias", vector: []dim{dimQuery, dimKV, dimKV}},
			{name: "h.{l}.attn.c_proj.weight", layout: inOut, roles: []role{wO}},
			{name: "h.{l}.attn.c_proj.bias", vector: []dim{dimResidual}},
			{name: "h.{l}.attn.bias", buffer: "causal mask"},
			{name: "h.{l}.attn.masked_bias", buffer: "value of masked scores"},
			{name: "h.{l}.ln_2.weight", vector: []dim{dimResidual}},
			{name: "h.{l}.ln_2.bias", vector: []dim{dimResidual}},
			{name: "h.{l}.mlp.c_fc.weight", layout: inOut, roles: []role{wIn}},
			{name: "h.{l}.mlp.c_fc.bias", vector: []dim{dimMLP}},
			{name: "h.{l}.mlp.c_proj.weight", layout: inOut, roles: []role{wOut}},
			{name: "h.{l}.mlp.c_proj.bias", vector: []dim{dimResidual}},
			{name: "ln_f.weight", vector: []dim{dimResidual}},
			{name: "ln_f.bias", vector: []dim{dimResidual}},
			{name: "lm_head.weight", layout: outIn, roles: []role{wU}},
		},
	}
}

// llama is LlamaModel of transformers and what shares its names: Mistral, and Qwen2 with its biases. nn.Linear stores [out, in].
func llama() family {
	return family{
		name:       "llama",
		modelTypes: []string{"llama", "mistral", "qwen2"},
		prefix:     "model.",
		keys: configKeys{
			dModel: "hidden_size", nLayers: "num_hidden_layers", nHeads: "num_attention_heads", dVocab: "vocab_size",
			nCtx: "max_position_embeddings", nKVHeads: "num_key_value_heads", dHead: "head_dim", dMLP: "intermediate_size",
		},
		norms: norms{
			attention: "layers.{l}.input_layernorm.weight", mlp: "layers.{l}.post_attention_layernorm.weight",
			final: "norm.weight", rms: true,
		},
		rotary: true,
		lines: []line{
			{name: "embed_tokens.weight", layout: inOut, roles: []role{wE}},
			{name: "layers.{l}.input_layernorm.weight", vector: []dim{dimResidual}},
			{name: "layers.{l}.self_attn.q_proj.weight", layout: outIn, roles: []role{wQ}},
			{name: "layers.{l}.self_attn.q_proj.bias", vector: []dim{dimQuery}, optional: true},
			{name: "layers.{l}.self_attn.k_proj.weight", layout: outIn, roles: []role{wK}},
			{name: "layers.{l}.self_attn.k_proj.bias", vector: []dim{dimKV}, optional: true},
			{name: "layers.{l}.self_attn.v_proj.weight", layout: outIn, roles: []role{wV}},
			{name: "layers.{l}.self_attn.v_proj.bias", vector: []dim{dimKV}, optional: true},
			{name: "layers.{l}.self_attn.o_proj.weight", layout: outIn, roles: []role{wO}},
			{name: "layers.{l}.self_attn.o_proj.bias", vector: []dim{dimResidual}, optional: true},
			{name: "layers.{l}.self_attn.rotary_emb.inv_freq", buffer: "rotary frequencies"},
			{name: "rotary_emb.inv_freq", buffer: "rotary frequencies"},
			{name: "layers.{l}.post_attention_layernorm.weight", vector: []dim{dimResidual}},
			{name: "layers.{l}.mlp.gate_proj.weight", layout: outIn, roles: []role{wGate}},
			{name: "layers.{l}.mlp.gate_proj.bias", vector: []dim{dimMLP}, optional: true},
			{name: "layers.{l}.mlp.up_proj.weight", layout: outIn, roles: []role{wIn}},
			{name: "layers.{l}.mlp.up_proj.bias", vector: []dim{dimMLP}, optional: true},
			{name: "layers.{l}.mlp.down_proj.weight", layout: outIn, roles: []role{wOut}},
			{name: "layers.{l}.mlp.down_proj.bias", vector: []dim{dimResidual}, optional: true},
			{name: "norm.weight", vector: []dim{dimResidual}},
			{name: "lm_head.weight", layout: outIn, roles: []role{wU}},
		},
	}
}

// rolesInLayer is the order of a layer's stored matrices in Model.Matrices.
func rolesInLayer() []role { return []role{wQ, wK, wV, wO, wGate, wIn, wOut} }

// findFamily returns the family with a model type.
func findFamily(all []family, modelType string) (family, error) {
	for _, f := range all {
		if slices.Contains(f.modelTypes, modelType) {
			return f, nil
		}
	}
	return family{}, &UnknownFamilyError{ModelType: modelType, Known: modelTypes(all)}
}

// modelTypes returns the model types of all families, sorted.
func modelTypes(all []family) []string {
	var types []string
	for _, f := range all {
		types = append(types, f.modelTypes...)
	}
	slices.Sort(types)
	return types
}

// shape is what a line's tensors must have, as stored.
func (l line) shape(c Config) []int {
	if l.roles == nil {
		n := 0
		for _, d := range l.vector {
			n += d.size(c)
		}
		return []int{n}
	}
	in, out := l.roles[0].in.size(c), 0
	for _, r := range l.roles {
		out += r.out.size(c)
	}
	if l.layout == outIn {
		return []int{out, in}
	}
	return []int{in, out}
}

// place is where in the model a tensor belongs; -1 where a number does not apply.
type place struct{ layer, expert int }

// short returns a tensor's name without the prefix.
func (f *family) short(name string) string { return strings.TrimPrefix(name, f.prefix) }

// lineOf finds the line that a tensor's name belongs to (-1 for none), and the name without the prefix.
func (f *family) lineOf(name string) (line int, short string, at place) {
	short = f.short(name)
	for i := range f.lines {
		if at, ok := matchName(f.lines[i].name, short); ok {
			return i, short, at
		}
	}
	return -1, short, place{-1, -1}
}

// matchName matches a name against a line's pattern, element by element.
func matchName(pattern, name string) (place, bool) {
	at := place{-1, -1}
	for {
		p, morePattern, ok1 := strings.Cut(pattern, ".")
		n, moreName, ok2 := strings.Cut(name, ".")
		switch {
		case p == "{l}" || p == "{e}":
			k, ok := elementNumber(n)
			if !ok {
				return at, false
			}
			if p == "{l}" {
				at.layer = k
			} else {
				at.expert = k
			}
		case p != n:
			return at, false
		}
		if ok1 != ok2 {
			return at, false
		}
		if !ok1 {
			return at, true
		}
		pattern, name = morePattern, moreName
	}
}

// elementNumber reads an element of a name that is a number as frameworks write it: no sign, no leading zero, within maxCount.
func elementNumber(s string) (int, bool) {
	if s == "" || len(s) > 6 || digits(s) != len(s) || s[0] == '0' && len(s) > 1 {
		return 0, false
	}
	n := 0
	for _, c := range []byte(s) {
		n = 10*n + int(c-'0')
	}
	return n, true
}
