package report

import (
	"io"
	"strconv"
)

// writeComparisonCSV writes one row a label of each pair: what became of it,
// every measure with its z where it has a null, the floors of ΔW.
func writeComparisonCSV(w io.Writer, c *Comparison) error {
	header := []string{"label", "role", "layer", "head", "kind", "d_in", "d_out", "dtype", "status"}
	for _, m := range c.Measures {
		header = append(header, m.Name)
		if c.hasNull(m.Name) {
			header = append(header, m.Name+"_z")
		}
	}
	s := newSheet(w, &Document{}, append(header, "floor_dtype", "floor_method", "reason", "before", "after")...)
	for i := range c.Pairs {
		p := &c.Pairs[i]
		for k := range p.Changes {
			s.change(c, p, &p.Changes[k])
		}
		for _, a := range p.Apart {
			row := make([]string, len(header)+5)
			row[0], row[8] = cell(a.Label), a.Status
			copy(row[len(header)+2:], []string{cell(a.Reason), cell(p.Before), cell(p.After)})
			s.row("", row...)
		}
	}
	return s.close()
}

// hasNull reports whether any change has a null for the measure.
func (c *Comparison) hasNull(name string) (found bool) {
	c.each(func(x *Change) {
		_, ok := x.Null[name]
		found = found || ok
	})
	return found
}

func (s *sheet) change(c *Comparison, p *Pairing, x *Change) {
	row := []string{cell(x.Label), cell(x.Role), cellIndex(x.Layer), cellIndex(x.Head), x.Kind,
		strconv.Itoa(x.Shape[0]), strconv.Itoa(x.Shape[1]), cell(x.DType), x.status()}
	for _, m := range c.Measures {
		row = append(row, metric(&x.Matrix, m.Name).String())
		if c.hasNull(m.Name) {
			row = append(row, x.z(m.Name).String())
		}
	}
	s.row("", append(row, x.Floor.DType.String(), x.Floor.Method.String(), cell(x.Error), cell(p.Before), cell(p.After))...)
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

// writeChangeSpectraCSV writes one row an index of each pair of matrices: the
// singular values before, after, and of ΔW, where there is one.
func writeChangeSpectraCSV(w io.Writer, c *Comparison) error {
	s := newSheet(w, &Document{}, "label", "index", "sigma_before", "sigma_after", "sigma_delta", "before", "after")
	for i := range c.Pairs {
		p := &c.Pairs[i]
		for k := range p.Changes {
			x := &p.Changes[k]
			at := func(list []Number, i int) string {
				if i < len(list) {
					return list[i].String()
				}
				return ""
			}
			for n := range max(len(x.Before.Sigma), len(x.After.Sigma), len(x.Sigma)) {
				s.row("", cell(x.Label), strconv.Itoa(n), at(x.Before.Sigma, n), at(x.After.Sigma, n), at(x.Sigma, n), cell(p.Before), cell(p.After))
			}
		}
	}
	return s.close()
}

// writeTrajectoriesCSV writes one row a checkpoint of each matrix.
func writeTrajectoriesCSV(w io.Writer, c *Comparison) error {
	header := []string{"label", "role", "layer", "head", "kind", "step", "checkpoint"}
	for _, m := range c.TrackMeasures {
		header = append(header, m.Name)
	}
	s := newSheet(w, &Document{}, append(header, "left_null")...)
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		for at, m := range c.Models {
			row := []string{cell(t.Label), cell(t.Role), cellIndex(t.Layer), cellIndex(t.Head), t.Kind, strconv.Itoa(at), cell(m.Name)}
			for _, info := range c.TrackMeasures {
				row = append(row, t.Values[info.Name][at].String())
			}
			s.row("", append(row, cellIndex(t.LeftNull))...)
		}
	}
	return s.close()
}

// writeModesCSV writes one row a checkpoint of each path.
func writeModesCSV(w io.Writer, c *Comparison) error {
	s := newSheet(w, &Document{}, "label", "mode", "step", "checkpoint", "sigma", "cosine")
	for i := range c.Trajectories {
		t := &c.Trajectories[i]
		for k := range t.Modes {
			for at, m := range c.Models {
				s.row("", cell(t.Label), strconv.Itoa(k), strconv.Itoa(at), cell(m.Name), t.Modes[k].Sigma[at].String(), t.Modes[k].Cosine[at].String())
			}
		}
	}
	return s.close()
}
