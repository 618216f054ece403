package report

import "slices"

// writeComparisonRows writes one row a label of each pair: what became of it, every
// measure with its z where it has a null, the floors of ΔW.
func writeComparisonRows(out sink, c *Comparison) error {
	first := slices.Concat(fields(isText, "label", "role"), fields(isWhole, "layer", "head"), fields(isText, "kind"), fields(isWhole, "d_in", "d_out"), fields(isText, "dtype", "status"))
	var measures []column
	for _, m := range c.Measures {
		measures = append(measures, column{m.Name, isReal})
		if c.hasNull(m.Name) {
			measures = append(measures, column{m.Name + "_z", isReal})
		}
	}
	r := newRows(out, &Document{}, first, measures, fields(isReal, "floor_dtype", "floor_method"), fields(isText, "reason", "before", "after"))
	for i := range c.Pairs {
		p := &c.Pairs[i]
		for k := range p.Changes {
			r.change(c, p, &p.Changes[k])
		}
		for _, a := range p.Apart {
			row := make([]entry, len(first)+len(measures)+2) // the floors
			row[0], row[len(first)-1] = words(a.Label), words(a.Status)
			r.row("", append(row, words(a.Reason), words(p.Before), words(p.After))...)
		}
	}
	return r.close()
}

// hasNull reports whether any change has a null for the measure.
func (c *Comparison) hasNull(name string) (found bool) {
	c.each(func(x *Change) {
		_, ok := x.Null[name]
		found = found || ok
	})
	return found
}

func (r *rows) change(c *Comparison, p *Pairing, x *Change) {
	row := []entry{words(x.Label), words(x.Role), wholeAt(x.Layer), wholeAt(x.Head), words(x.Kind), whole(x.Shape[0]), whole(x.Shape[1]), words(x.DType), words(x.status())}
	for _, m := range c.Measures {
		row = append(row, real(metric(&x.Matrix, m.Name)))
		if c.hasNull(m.Name) {
			row = append(row, real(x.z(m.Name)))
		}
	}
	r.row("", append(row, real(x.Floor.DType), real(x.Floor.Method), words(x.Error), words(p.Before), words(p.After))...)
}

func (x *Change) status() string {
	if x.Error != "" {
		return StatusFailed
	}
	return StatusPaired
}

// z returns how far a measure is from its null, undefined where it has none.
func (x *Change) z(measure string) Number {
	if n, ok := x.Null[measure]; ok {
		return n.Z
	}
	return Undefined()
}

// writeChangeSpectra writes one row an index of each pair of matrices: the
// singular values before, after, and of ΔW, where there is one.
func writeChangeSpectra(out sink, c *Comparison) error {
	r := newRows(out, &Document{}, fields(isText, "label"), fields(isWhole, "index"), fields(isReal, "sigma_before", "sigma_after", "sigma_delta"), fields(isText, "before", "after"))
	at := func(list []Number, i int) entry {
		if i < len(list) {
			return real(list[i])
		}
		return entry{}
	}
	for i := range c.Pairs {
		p := &c.Pairs[i]
		for k := range p.Changes {
			x := &p.Changes[k]
			for n := range max(len(x.Before.Sigma), len(x.After.Sigma), len(x.Sigma)) {
				r.row("", words(x.Label), whole(n), at(x.Before.Sigma, n), at(x.After.Sigma, n), at(x.Sigma, n), words(p.Before), words(p.After))
			}
		}
	}
	return r.close()
}

// writeTrajectories writes one row a checkpoint of each matrix.
func writeTrajectories(out sink, c *Comparison) error {
	r := newRows(out, &Document{}, fields(isText, "label", "role"), fields(isWhole, "layer", "head"), fields(isText, "kind"), fields(isWhole, "step"), fields(isText, "checkpoint"),
		metricColumns(c.TrackMeasures), fields(isWhole, "left_null"))
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		for at, m := range c.Models {
			row := []entry{words(t.Label), words(t.Role), wholeAt(t.Layer), wholeAt(t.Head), words(t.Kind), whole(at), words(m.Name)}
			for _, info := range c.TrackMeasures {
				row = append(row, real(t.Values[info.Name][at]))
			}
			r.row("", append(row, wholeAt(t.LeftNull))...)
		}
	}
	return r.close()
}

// writeModes writes one row a checkpoint of each path.
func writeModes(out sink, c *Comparison) error {
	r := newRows(out, &Document{}, fields(isText, "label"), fields(isWhole, "mode", "step"), fields(isText, "checkpoint"), fields(isReal, "sigma", "cosine"))
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		for k := range t.Modes {
			for at, m := range c.Models {
				r.row("", words(t.Label), whole(k), whole(at), words(m.Name), real(t.Modes[k].Sigma[at]), real(t.Modes[k].Cosine[at]))
			}
		}
	}
	return r.close()
}
