package report

import (
	"gonum.org/v1/gonum/mat"

	"wspec/directions"
	"wspec/spectra"
)

// readChanges reads the directions of ΔW that stand over rounding as tokens of
// the later checkpoint, and puts them into the pair.
func (r *comparer) readChanges(p *Pairing, changes []*change, after *checkpoint) error {
	s, err := newStudy(after.model, 0, r.o.Options)
	if err != nil || s.reader == nil {
		return err
	}
	d := &Document{Models: make([]Model, 1), Matrices: make([]Matrix, len(changes))}
	var slots []int
	var items []directions.Item
	for i, x := range changes {
		if x.err == nil && x.diff.Rank > 0 && len(x.diff.Delta.Index) > 0 {
			slots = append(slots, i)
			items = append(items, directions.Item{Matrix: x.couple.after, Decomposition: leading(x.diff.Delta, x.diff.Rank)})
			d.Matrices[i] = p.Changes[i].Matrix
		}
	}
	if len(items) == 0 {
		return nil
	}
	if err := s.read(d, slots, items); err != nil {
		return err
	}
	if err := s.judge(d); err != nil {
		return err
	}
	for _, i := range slots {
		p.Changes[i].Directions, p.Changes[i].Blocks = d.Matrices[i].Directions, d.Matrices[i].Blocks
	}
	r.doc.Models[after.at].Vocabulary = d.Models[0].Vocabulary
	r.doc.Warnings = append(r.doc.Warnings, d.Warnings...)
	return nil
}

// leading returns d with its first k directions alone, k ≥ 1.
func leading(d *spectra.Decomposition, k int) *spectra.Decomposition {
	if k >= len(d.Index) {
		return d
	}
	out := *d
	out.Index, out.Residuals = d.Index[:k], d.Residuals[:k]
	out.In, out.Out = columns(d.In, k), columns(d.Out, k)
	return &out
}

// columns returns the first k columns of m.
func columns(m *mat.Dense, k int) *mat.Dense {
	rows, _ := m.Dims()
	return m.Slice(0, rows, 0, k).(*mat.Dense)
}
