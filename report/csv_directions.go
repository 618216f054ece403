package report

import (
	"io"
	"strconv"
)

func hasDirections(d *Document) bool {
	for i := range d.Matrices {
		if len(d.Matrices[i].Directions) > 0 {
			return true
		}
	}
	return false
}

// writeDirectionsCSV writes one row a token, neuron, position or coordinate at
// a pole of a side of a direction; rank 1 is the most extreme. What is known of
// the direction and of the side is repeated on each of its rows. A side without
// elements, such as one whose table the checkpoint lacks, has no rows.
func writeDirectionsCSV(w io.Writer, d *Document) error {
	s := newSheet(w, d, "label", "index", "sigma", "side", "pole", "rank", "token_id", "token", "score",
		"energy", "gap", "angle_bound", "block_first", "block_last", "stable", "residual",
		"space", "readout", "skew", "coherence", "p", "q")
	for i := range d.Matrices {
		m := &d.Matrices[i]
		for k := range m.Directions {
			x := &m.Directions[k]
			s.side(m, x, "in", &x.In)
			s.side(m, x, "out", &x.Out)
		}
	}
	return s.close()
}

// side writes both poles of one side of a direction.
func (s *sheet) side(m *Matrix, x *Direction, side string, r *Reading) {
	head := []string{cell(m.Label), strconv.Itoa(x.Index), x.Sigma.String(), side}
	tail := []string{
		x.Energy.String(), x.Gap.String(), x.AngleBound.String(), strconv.Itoa(x.Block[0]), strconv.Itoa(x.Block[1]),
		strconv.FormatBool(x.Stable), x.Residual.String(),
		r.Space, r.Readout, r.Skew.String(), r.Coherence.String(), r.P.String(), r.Q.String(),
	}
	for _, pole := range []struct {
		name string
		list []Scored
	}{{"positive", r.Positive}, {"negative", r.Negative}} {
		for i, t := range pole.list {
			row := append(append([]string{}, head...), pole.name, strconv.Itoa(i+1), strconv.Itoa(t.ID), cell(t.Token), t.Score.String())
			s.row(m.Model, append(row, tail...)...)
		}
	}
}
