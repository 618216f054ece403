package report

// mapColumn is a column of the table of linear maps.
type mapColumn struct {
	name string
	kind entryKind
	get  func(*LinearMap) entry
}

// mapColumns returns the columns after the label. A new one is one entry.
func mapColumns() []mapColumn {
	count := func(get func(*LinearMap) int) func(*LinearMap) entry {
		return func(m *LinearMap) entry { return whole(get(m)) }
	}
	rotated := func(get func(*Rotation) Number) func(*LinearMap) entry {
		return func(m *LinearMap) entry {
			if m.Rotation == nil {
				return entry{}
			}
			return real(get(m.Rotation))
		}
	}
	permuted := func(get func(*Permutation) Number) func(*LinearMap) entry {
		return func(m *LinearMap) entry {
			if m.Rotation == nil || m.Rotation.Permutation == nil {
				return entry{}
			}
			return real(get(m.Rotation.Permutation))
		}
	}
	axes := func(side func(*LinearMap) *Axes, get func(*Axes) Number) func(*LinearMap) entry {
		return func(m *LinearMap) entry {
			if a := side(m); a != nil {
				return real(get(a))
			}
			return entry{}
		}
	}
	in, out := func(m *LinearMap) *Axes { return m.In }, func(m *LinearMap) *Axes { return m.Out }
	kept := func(get func(*Kept) entry) func(*LinearMap) entry {
		return func(m *LinearMap) entry {
			if m.Kept == nil {
				return entry{}
			}
			return get(m.Kept)
		}
	}
	return []mapColumn{
		{"read", isWhole, count(func(m *LinearMap) int { return m.Dimensions.Read })},
		{"lost", isWhole, count(func(m *LinearMap) int { return m.Dimensions.Lost })},
		{"written", isWhole, count(func(m *LinearMap) int { return m.Dimensions.Written })},
		{"out_of_reach", isWhole, count(func(m *LinearMap) int { return m.Dimensions.OutOfReach })},
		{"limited_by", isText, func(m *LinearMap) entry { return words(m.Dimensions.Reason) }},
		{"amplification", isReal, func(m *LinearMap) entry { return real(m.Dimensions.Amplification) }},
		{"condition_read", isReal, func(m *LinearMap) entry { return real(m.Dimensions.Condition) }},
		{"distance_from_identity", isReal, rotated(func(r *Rotation) Number { return r.Distance })},
		{"identity_z", isReal, rotated(func(r *Rotation) Number { return r.Z })},
		{"trace_share", isReal, rotated(func(r *Rotation) Number { return r.Trace })},
		{"trace_z", isReal, rotated(func(r *Rotation) Number { return r.TraceZ })},
		{"permutation_share", isReal, permuted(func(p *Permutation) Number { return p.Share })},
		{"permutation_mean", isReal, permuted(func(p *Permutation) Number { return p.Mean })},
		{"permutation_sd", isReal, permuted(func(p *Permutation) Number { return p.SD })},
		{"in_kurtosis", isReal, axes(in, func(a *Axes) Number { return a.Mean })},
		{"in_kurtosis_chance", isReal, axes(in, func(a *Axes) Number { return a.Chance })},
		{"in_kurtosis_z", isReal, axes(in, func(a *Axes) Number { return a.Z })},
		{"out_kurtosis", isReal, axes(out, func(a *Axes) Number { return a.Mean })},
		{"out_kurtosis_chance", isReal, axes(out, func(a *Axes) Number { return a.Chance })},
		{"out_kurtosis_z", isReal, axes(out, func(a *Axes) Number { return a.Z })},
		{"tokens", isWhole, kept(func(k *Kept) entry { return whole(k.Tokens) })},
		{"kept", isReal, kept(func(k *Kept) entry { return real(k.Mean) })},
		{"kept_chance", isReal, kept(func(k *Kept) entry { return real(k.Chance) })},
		{"tokens_preserved", isWhole, kept(func(k *Kept) entry { return whole(k.Preserved) })},
		{"tokens_deleted", isWhole, kept(func(k *Kept) entry { return whole(k.Deleted) })},
	}
}

// writeMaps writes one row a matrix that was described as a linear map.
func writeMaps(out sink, d *Document) error {
	list := mapColumns()
	header := fields(isText, "label")
	for _, c := range list {
		header = append(header, column{c.name, c.kind})
	}
	r := newRows(out, d, header)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Map == nil {
			continue
		}
		row := []entry{words(m.Label)}
		for _, c := range list {
			row = append(row, c.get(m.Map))
		}
		r.row(m.Model, row...)
	}
	return r.close()
}
