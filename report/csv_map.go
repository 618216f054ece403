package report

import (
	"io"
	"strconv"
)

// mapColumn is a column of maps.csv.
type mapColumn struct {
	name string
	cell func(*LinearMap) string
}

// mapColumns returns the columns after the label. A new one is one entry.
func mapColumns() []mapColumn {
	count := func(get func(*LinearMap) int) func(*LinearMap) string {
		return func(m *LinearMap) string { return strconv.Itoa(get(m)) }
	}
	rotated := func(get func(*Rotation) Number) func(*LinearMap) string {
		return func(m *LinearMap) string {
			if m.Rotation == nil {
				return ""
			}
			return get(m.Rotation).String()
		}
	}
	permuted := func(get func(*Permutation) Number) func(*LinearMap) string {
		return func(m *LinearMap) string {
			if m.Rotation == nil || m.Rotation.Permutation == nil {
				return ""
			}
			return get(m.Rotation.Permutation).String()
		}
	}
	axes := func(side func(*LinearMap) *Axes, get func(*Axes) Number) func(*LinearMap) string {
		return func(m *LinearMap) string {
			if a := side(m); a != nil {
				return get(a).String()
			}
			return ""
		}
	}
	in, out := func(m *LinearMap) *Axes { return m.In }, func(m *LinearMap) *Axes { return m.Out }
	kept := func(get func(*Kept) string) func(*LinearMap) string {
		return func(m *LinearMap) string {
			if m.Kept == nil {
				return ""
			}
			return get(m.Kept)
		}
	}
	return []mapColumn{
		{"read", count(func(m *LinearMap) int { return m.Dimensions.Read })},
		{"lost", count(func(m *LinearMap) int { return m.Dimensions.Lost })},
		{"written", count(func(m *LinearMap) int { return m.Dimensions.Written })},
		{"out_of_reach", count(func(m *LinearMap) int { return m.Dimensions.OutOfReach })},
		{"limited_by", func(m *LinearMap) string { return cell(m.Dimensions.Reason) }},
		{"amplification", func(m *LinearMap) string { return m.Dimensions.Amplification.String() }},
		{"condition_read", func(m *LinearMap) string { return m.Dimensions.Condition.String() }},
		{"distance_from_identity", rotated(func(r *Rotation) Number { return r.Distance })},
		{"identity_z", rotated(func(r *Rotation) Number { return r.Z })},
		{"trace_share", rotated(func(r *Rotation) Number { return r.Trace })},
		{"trace_z", rotated(func(r *Rotation) Number { return r.TraceZ })},
		{"permutation_share", permuted(func(p *Permutation) Number { return p.Share })},
		{"permutation_mean", permuted(func(p *Permutation) Number { return p.Mean })},
		{"permutation_sd", permuted(func(p *Permutation) Number { return p.SD })},
		{"in_kurtosis", axes(in, func(a *Axes) Number { return a.Mean })},
		{"in_kurtosis_chance", axes(in, func(a *Axes) Number { return a.Chance })},
		{"in_kurtosis_z", axes(in, func(a *Axes) Number { return a.Z })},
		{"out_kurtosis", axes(out, func(a *Axes) Number { return a.Mean })},
		{"out_kurtosis_chance", axes(out, func(a *Axes) Number { return a.Chance })},
		{"out_kurtosis_z", axes(out, func(a *Axes) Number { return a.Z })},
		{"tokens", kept(func(k *Kept) string { return strconv.Itoa(k.Tokens) })},
		{"kept", kept(func(k *Kept) string { return k.Mean.String() })},
		{"kept_chance", kept(func(k *Kept) string { return k.Chance.String() })},
		{"tokens_preserved", kept(func(k *Kept) string { return strconv.Itoa(k.Preserved) })},
		{"tokens_deleted", kept(func(k *Kept) string { return strconv.Itoa(k.Deleted) })},
	}
}

// writeMapsCSV writes one row a matrix that was described as a linear map.
func writeMapsCSV(w io.Writer, d *Document) error {
	columns := mapColumns()
	header := []string{"label"}
	for _, c := range columns {
		header = append(header, c.name)
	}
	s := newSheet(w, d, header...)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Map == nil {
			continue
		}
		row := []string{cell(m.Label)}
		for _, c := range columns {
			row = append(row, c.cell(m.Map))
		}
		s.row(m.Model, row...)
	}
	return s.close()
}
