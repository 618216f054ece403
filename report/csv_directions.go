package report

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
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
	others := comparedWith(d)
	header := []string{"label", "index", "sigma", "side", "pole", "rank", "token_id", "token", "score",
		"energy", "gap", "angle_bound", "block_first", "block_last", "stable", "residual",
		"space", "readout", "skew", "coherence", "p", "q"}
	for _, c := range others {
		header = append(header, cell(c+"_match"), cell(c+"_angle"), cell(c+"_jaccard"))
	}
	if d.Options.Biases {
		header = append(header, "biases", "constant")
	}
	s := newSheet(w, d, header...)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		for k := range m.Directions {
			x := &m.Directions[k]
			tail := sensitivityCells(x, others)
			s.side(m, x, "in", slices.Concat(tail, biasCells(d, m, &x.In)))
			s.side(m, x, "out", slices.Concat(tail, biasCells(d, m, &x.Out)))
		}
	}
	return s.close()
}

// comparedWith returns the conventions that directions of d were compared with.
func comparedWith(d *Document) []string {
	names := map[string]bool{}
	for i := range d.Matrices {
		for _, x := range d.Matrices[i].Directions {
			for name := range x.Sensitivity {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// sensitivityCells are the index of the direction most like x in each
// convention, the angle to it in degrees and the overlap of their tokens; all
// empty where x was not compared, or has no match.
func sensitivityCells(x *Direction, conventions []string) []string {
	var cells []string
	for _, c := range conventions {
		if s, ok := x.Sensitivity[c]; ok && s.Match >= 0 {
			cells = append(cells, strconv.Itoa(s.Match), s.Angle.String(), s.Jaccard.String())
		} else {
			cells = append(cells, "", "", "")
		}
	}
	return cells
}

// biasCells are the biases that are a part of m and the component of a side
// along their constant; none in a document without.
func biasCells(d *Document, m *Matrix, r *Reading) []string {
	switch {
	case !d.Options.Biases:
		return nil
	case len(m.Biases) == 0:
		return []string{"", ""}
	}
	return []string{cell(strings.Join(m.Biases, " ")), r.Constant.String()}
}

// side writes both poles of one side of a direction, and at the end of each row
// what more there is to say of the direction.
func (s *sheet) side(m *Matrix, x *Direction, side string, more []string) {
	r := &x.In
	if side == "out" {
		r = &x.Out
	}
	head := appendCells(nil, cell(m.Label), strconv.Itoa(x.Index), x.Sigma.String(), side, "")
	tail := appendCells([]byte{','}, append([]string{
		x.Energy.String(), x.Gap.String(), x.AngleBound.String(), strconv.Itoa(x.Block[0]), strconv.Itoa(x.Block[1]),
		strconv.FormatBool(x.Stable), x.Residual.String(),
		r.Space, r.Readout, r.Skew.String(), r.Coherence.String(), r.P.String(), r.Q.String(),
	}, more...)...)
	tail = s.ended(tail, m.Model)
	for _, pole := range []struct {
		name string
		list []Scored
	}{{"positive,", r.Positive}, {"negative,", r.Negative}} {
		for i, t := range pole.list {
			line := append(append(s.line[:0], head...), pole.name...)
			line = append(strconv.AppendInt(line, int64(i+1), 10), ',')
			line = append(strconv.AppendInt(line, int64(t.ID), 10), ',')
			line = append(appendCells(line, cell(t.Token)), ',')
			s.put(append(t.Score.append(line), tail...))
		}
	}
}
