package loader

import (
	"fmt"
	"slices"
)

// application is an adapter on its way into its base.
type application struct {
	*adapter
	base    *checkpoint
	family  *family
	tensors []stored       // of the base, to be changed
	byName  map[string]int // of those, by name without prefix
	fates   []Tensor       // of the adapter's tensors, or of those that they replace
	targets []target
}

// target is a module's update as the adapter has it.
type target struct {
	module string
	parts  map[string]int // of the adapter's tensors
}

// apply changes the base's tensors as the adapter says, and returns the fates of the adapter's own tensors and of those that it
// replaces. The role of an update is the name of the base's tensor. Errors are *AdapterError.
func (a *adapter) apply(c *checkpoint, tensors []stored, f *family) ([]Tensor, error) {
	x := &application{adapter: a, base: c, family: f, tensors: tensors, byName: map[string]int{}, fates: make([]Tensor, len(a.tensors))}
	for i, t := range tensors {
		x.byName[f.short(t.Name)] = i
	}
	if err := x.sort(); err != nil {
		return nil, err
	}
	for _, t := range x.targets {
		reason, err := x.update(t)
		if err != nil {
			return nil, err
		}
		for _, i := range t.parts {
			fate := &x.fates[i]
			if reason != "" {
				fate.skip(reason)
				continue
			}
			fate.Fate, fate.Reason = FateAnalysed, "applied to "+quote(t.module)
			fate.Role = tensors[x.byName[f.short(t.module+".weight")]].Name
		}
	}
	return x.fates, nil
}

// sort gathers the parts of updates, and puts what was trained whole in its place.
func (x *application) sort() error {
	at := map[string]int{}
	for i, t := range x.adapter.tensors {
		x.fates[i] = newTensor(t)
		module, part := adapterName(t.Name)
		switch part {
		case partWhole:
			if err := x.replace(module, i); err != nil {
				return err
			}
			continue
		case partBias:
			x.fates[i].Fate, x.fates[i].Reason = FateVector, "bias of an update"
			continue
		}
		short := x.family.short(module)
		k, ok := at[short]
		if !ok {
			k = len(x.targets)
			at[short], x.targets = k, append(x.targets, target{module, map[string]int{}})
		}
		if j, ok := x.targets[k].parts[part]; ok {
			return &AdapterError{Tensor: t.Name, Msg: "is the same part of the same module as " + quote(x.adapter.tensors[j].Name)}
		}
		x.targets[k].parts[part] = i
	}
	return nil
}

// replace puts the i-th tensor of the adapter in the place of one of the base, which takes its place in the list of fates.
func (x *application) replace(name string, i int) error {
	k, ok := x.byName[x.family.short(name)]
	if !ok {
		x.fates[i].skip("the base has no tensor " + quote(name))
		return nil
	}
	old, t := x.tensors[k], x.adapter.tensors[i]
	if old.file == adapterWeightsName {
		return &AdapterError{Tensor: t.Name, Msg: "stands for the same tensor of the base as another"}
	}
	if !slices.Equal(old.Shape, t.Shape) {
		return &AdapterError{Tensor: t.Name, Msg: fmt.Sprintf("has shape %v, but the base's has %v", t.Shape, old.Shape)}
	}
	x.fates[i] = newTensor(old)
	x.fates[i].Fate, x.fates[i].Reason = FateReplaced, "replaced by "+quote(t.Name)+" of the adapter"
	t.Name = old.Name
	x.tensors[k] = t
	if x.base.replaced == nil {
		x.base.replaced = map[string]stored{}
	}
	x.base.replaced[old.Name] = t
	return nil
}

// listAdapter adds the fates of an adapter's tensors, which have the roles of the base's that they are applied to.
func (m *Model) listAdapter(fates []Tensor) {
	roles := map[string]string{}
	for _, t := range m.Tensors {
		roles[t.Name] = t.Role
	}
	for i := range fates {
		fates[i].Role = roles[fates[i].Role]
	}
	m.Tensors = append(m.Tensors, fates...)
	m.warnSkipped(fates)
}

// familyOf returns the family that config.json names, one without lines where it names none.
func familyOf(raw rawConfig) *family {
	if modelType, err := raw.text("model_type"); err == nil {
		if f, err := findFamily(families(), modelType); err == nil {
			return &f
		}
	}
	return &family{}
}
