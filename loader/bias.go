package loader

import (
	"slices"
	"strings"
)

// Bias returns what the model adds behind the whole stored matrix of a role (of) in a layer, y = x·W + b: as many numbers as W has columns,
// widened, with the name of the tensor they are read from, and whether the checkpoint has them. It is read under Guard.
func (m *Model) Bias(of string, layer int) (b []float64, tensor string, ok bool) {
	f := m.entry()
	for _, l := range f.lines {
		at := slices.IndexFunc(l.roles, func(r role) bool { return r.name == of })
		if at < 0 {
			continue
		}
		b, tensor, ok = m.vector(f.biasOf(l.name), layer)
		if !ok {
			return nil, "", false
		}
		from := 0
		for _, r := range l.roles[:at] {
			from += r.out.size(m.Config)
		}
		return b[from : from+l.roles[at].out.size(m.Config)], tensor, true
	}
	return nil, "", false
}

// NormBias returns what a norm adds behind its gain, d_model numbers, as Vector returns the gain.
func (m *Model) NormBias(name string, layer int) (b []float64, tensor string, ok bool) {
	f := m.entry()
	return m.vector(f.biasOf(m.normLine(name)), layer)
}

// biasOf returns the name of the line that stands beside one of weights, "" where the family has none.
func (f family) biasOf(weight string) string {
	name := strings.TrimSuffix(weight, "weight") + "bias"
	if !slices.ContainsFunc(f.lines, func(l line) bool { return l.name == name && l.vector != nil }) {
		return ""
	}
	return name
}
