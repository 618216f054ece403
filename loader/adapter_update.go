package loader

import (
	"fmt"
	"math"

	"wspec/internal/safetensors"
)

// update gives the base's tensor of a module its update. The reason says why it cannot be done, "" where it is.
func (x *application) update(t target) (reason string, err error) {
	down, okA := x.part(t, partA)
	up, okB := x.part(t, partB)
	embedding := !okA && !okB
	if embedding {
		down, okA = x.part(t, partEmbedA)
		up, okB = x.part(t, partEmbedB)
	}
	magnitude, dora := x.part(t, partMagnitude)
	if err := x.contradiction(t); err != nil {
		return "", err
	}
	name := t.module + ".weight"
	k, ok := x.byName[x.family.short(name)]
	switch {
	case !okA || !okB:
		return "half of an update: A or B is missing", nil
	case !ok:
		return "the base has no tensor " + quote(name), nil
	case dora && embedding:
		return "magnitudes of an embedding are not known here", nil
	}
	base := &x.tensors[k]
	if base.made != nil {
		return quote(base.Name) + " is kept as factors, to which no update is added", nil
	}
	for _, s := range []stored{down, up, *base} {
		if len(s.Shape) != 2 {
			return fmt.Sprintf("%s has %d dimensions, not 2", quote(s.Name), len(s.Shape)), nil
		}
		if !s.DType.IsFloat() {
			return quote(s.Name) + ": " + unreadable(s), nil
		}
	}
	if base.update, err = x.lowRank(t.module, [3]stored{down, up, *base}, embedding || x.inFirst(base.Name)); err != nil {
		return "", err
	}
	if dora {
		return "", base.magnitudes(magnitude)
	}
	return "", nil
}

// contradiction finds a module whose parts do not go together. What it returns is an *AdapterError or nil.
func (x *application) contradiction(t target) error {
	has := func(name string) bool { _, ok := t.parts[name]; return ok }
	linear, embedding := has(partA) || has(partB), has(partEmbedA) || has(partEmbedB)
	switch {
	case linear && embedding:
		return &AdapterError{Module: t.module, Msg: "has both lora_A, lora_B and lora_embedding_A, lora_embedding_B: it cannot be a linear map and an embedding",
			Way: "keep the pair that was trained, and save the adapter again with PEFT"}
	case x.config.DoRA && (linear || embedding) && !has(partMagnitude):
		return &AdapterError{Module: t.module, Msg: "has no " + partMagnitude + ", though " + adapterConfigName + " says use_dora",
			Way: "save the adapter again with all its tensors, or set use_dora to false if it is a plain LoRA"}
	}
	return nil
}

// part returns a part of a module's update.
func (x *application) part(t target, name string) (stored, bool) {
	i, ok := t.parts[name]
	if !ok {
		return stored{}, false
	}
	return x.adapter.tensors[i], true
}

// inFirst reports whether the base stores a tensor as [in, out].
func (x *application) inFirst(name string) bool {
	if i, _, _ := x.family.lineOf(name); i >= 0 {
		return x.family.lines[i].layout == inOut
	}
	return x.config.fanInFanOut
}

// lowRank makes the update of a module: W + scale·B·A for W stored [out, in], its transpose for [in, out]. t holds A, B and W.
func (a *adapter) lowRank(module string, t [3]stored, inFirst bool) (*update, error) {
	down, up, base := t[0], t[1], t[2]
	scale, rank := a.config.scale(module)
	r, in, out := down.Shape[0], base.Shape[1], base.Shape[0]
	if inFirst {
		in, out = out, in
	}
	switch {
	case down.Shape[1] != in:
		return nil, &AdapterError{Tensor: down.Name, Msg: fmt.Sprintf("has shape %v, want %d columns: the base's %s has shape %v", down.Shape, in, quote(base.Name), base.Shape)}
	case up.Shape[0] != out || up.Shape[1] != r:
		return nil, &AdapterError{Tensor: up.Name, Msg: fmt.Sprintf("has shape %v, want [%d %d]", up.Shape, out, r)}
	case float64(r) != rank:
		return nil, &AdapterError{Tensor: down.Name, Msg: fmt.Sprintf("has rank %d, but %s makes it %v", r, adapterConfigName, rank)}
	case math.IsInf(scale, 0):
		return nil, &AdapterError{Field: "lora_alpha", Value: fmt.Sprint(a.config.Alpha), Want: "a scale that is finite"}
	}
	u := &update{left: newView(up.Tensor), right: newView(down.Tensor), scale: scale, rowsAreOut: !inFirst}
	if inFirst {
		u.left, u.right = u.right.T(), u.left.T()
	}
	return u, nil
}

// magnitudes sets the gains of a DoRA update (Liu et al. 2024): every output of W + ΔW is given the learnt norm. It reads the
// tensor once.
func (t *stored) magnitudes(m stored) error {
	v := t.view()
	if !t.update.rowsAreOut {
		v = v.T()
	}
	outs, ins := v.Dims()
	if m.Elements() != outs || !m.DType.IsFloat() {
		return &AdapterError{Tensor: m.Name, Msg: fmt.Sprintf("is %s of shape %v, want %d numbers", m.DType, m.Shape, outs)}
	}
	gain := make([]float64, outs)
	err := safetensors.Guard(func() error {
		m.Widen(gain, 0)
		rows := max(1, 1<<15/max(ins, 1)) // 256 KiB
		buf := make([]float64, rows*ins)
		for i := 0; i < outs; i += rows {
			n := min(rows, outs-i)
			v.Block(buf, ins, i, i+n, 0, ins)
			for k := range n {
				if norm := length(buf[k*ins:][:ins]); norm > 0 {
					gain[i+k] /= norm
				}
			}
		}
		return nil
	})
	t.update.gain = gain
	return err
}

// length returns the Euclidean norm of x.
func length(x []float64) float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum)
}
