package report

import (
	"cmp"

	"wspec/loader"
	"wspec/spectra"
)

// FateUnselected is the fate of a tensor that could be analysed but was left
// out by the options; the other fates are the loader's.
const FateUnselected = "unselected"

// The values of [MetricInfo.Null] that other code asks for.
const nullLinear, nullNone = "linear", string(spectra.NullNone)

// MetricInfos returns the definition of every measure, in the order in which
// all formats show them.
func MetricInfos() []MetricInfo {
	var infos []MetricInfo
	for _, m := range spectra.Metrics() {
		infos = append(infos, MetricInfo{Name: m.Name, Title: m.Title, Unit: m.Unit, Formula: m.Formula, Doc: m.Doc, Ref: m.Ref, Null: cmp.Or(string(m.Null), nullLinear)})
	}
	return infos
}

// addModel copies what the loader knows of a model. Tensors of which nothing
// was picked are said to be unselected.
func (d *Document) addModel(m *loader.Model, picked []*loader.Matrix) {
	used := map[string]bool{}
	for _, p := range picked {
		for _, name := range p.Tensors {
			used[name] = true
		}
	}
	out := Inspect(m)
	for i := range out.Tensors {
		t := &out.Tensors[i]
		if t.Fate == loader.FateAnalysed && !used[t.Name] {
			t.Fate, t.Reason = FateUnselected, "left out by --matrix or --layers"
		}
	}
	d.Models = append(d.Models, out)
	for _, w := range m.Warnings {
		d.Warnings = append(d.Warnings, Warning(w))
	}
}

// Inspect describes a model and the fate of its tensors as data, without
// computing anything.
func Inspect(m *loader.Model) Model {
	c := m.Config
	out := Model{
		Name: m.Name, Family: m.Family, Files: files(m), Tensors: []Tensor{},
		Config: Config{
			DModel: c.DModel, NLayers: c.NLayers, NHeads: c.NHeads, NKVHeads: c.NKVHeads,
			DHead: c.DHead, DMLP: c.DMLP, DVocab: c.DVocab, NCtx: c.NCtx, Tied: c.Tied,
		},
	}
	for _, t := range m.Tensors {
		out.Tensors = append(out.Tensors, Tensor{
			Name: t.Name, DType: t.DType, Shape: append([]int{}, t.Shape...), File: t.File,
			Role: t.Role, Fate: t.Fate, Reason: t.Reason,
		})
	}
	return out
}

func files(m *loader.Model) []SourceFile {
	out := []SourceFile{}
	for _, f := range m.Files {
		out = append(out, SourceFile(f))
	}
	return out
}
