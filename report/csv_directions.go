package report

import (
	"maps"
	"slices"
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

// writeDirections writes one row a token, neuron, position or coordinate at
// a pole of a side of a direction; rank 1 is the most extreme. What is known of
// the direction and of the side is repeated on each of its rows. A side without
// elements, such as one whose table the checkpoint lacks, has no rows.
func writeDirections(out sink, d *Document) error {
	others := comparedWith(d)
	header := slices.Concat(fields(isText, "label"), fields(isWhole, "index"), fields(isReal, "sigma"), fields(isText, "side", "pole"), fields(isWhole, "rank", "token_id"),
		fields(isText, "token"), fields(isReal, "score", "energy", "gap", "angle_bound"), fields(isWhole, "block_first", "block_last"), fields(isTruth, "stable"),
		fields(isReal, "residual"), fields(isText, "space", "readout"), fields(isReal, "skew", "coherence", "p", "q"))
	for _, c := range others {
		header = append(header, column{c + "_match", isWhole}, column{c + "_angle", isReal}, column{c + "_jaccard", isReal})
	}
	if d.Options.Biases {
		header = append(header, column{"biases", isText}, column{"constant", isReal})
	}
	r := newRows(out, d, header)
	for i := range d.Matrices {
		m := &d.Matrices[i]
		for k := range m.Directions {
			x := &m.Directions[k]
			tail := sensitivityEntries(x, others)
			r.side(m, x, "in", slices.Concat(tail, biasEntries(d, m, &x.In)))
			r.side(m, x, "out", slices.Concat(tail, biasEntries(d, m, &x.Out)))
		}
	}
	return r.close()
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

// sensitivityEntries are the index of the direction most like x in each
// convention, the angle to it in degrees and the overlap of their tokens; all
// empty where x was not compared, or has no match.
func sensitivityEntries(x *Direction, conventions []string) []entry {
	var list []entry
	for _, c := range conventions {
		if s, ok := x.Sensitivity[c]; ok && s.Match >= 0 {
			list = append(list, whole(s.Match), real(s.Angle), real(s.Jaccard))
		} else {
			list = append(list, entry{}, entry{}, entry{})
		}
	}
	return list
}

// biasEntries are the biases that are a part of m and the component of a side
// along their constant; none in a document without.
func biasEntries(d *Document, m *Matrix, r *Reading) []entry {
	switch {
	case !d.Options.Biases:
		return nil
	case len(m.Biases) == 0:
		return []entry{{}, {}}
	}
	return []entry{words(strings.Join(m.Biases, " ")), real(r.Constant)}
}

// side writes both poles of one side of a direction, and at the end of each row
// what more there is to say of the direction.
func (r *rows) side(m *Matrix, x *Direction, side string, more []entry) {
	s := &x.In
	if side == "out" {
		s = &x.Out
	}
	head := []entry{words(m.Label), whole(x.Index), real(x.Sigma), words(side)}
	tail := append([]entry{
		real(x.Energy), real(x.Gap), real(x.AngleBound), whole(x.Block[0]), whole(x.Block[1]), flag(x.Stable), real(x.Residual),
		words(s.Space), words(s.Readout), real(s.Skew), real(s.Coherence), real(s.P), real(s.Q),
	}, more...)
	for _, pole := range []struct {
		name string
		list []Scored
	}{{"positive", s.Positive}, {"negative", s.Negative}} {
		for i, t := range pole.list {
			row := append(append(r.line[:0], head...), words(pole.name), whole(i+1), whole(t.ID), words(t.Token), real(t.Score))
			r.row(m.Model, append(row, tail...)...)
		}
	}
}
