package report

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"
	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// Similarity is how the leading subspaces of one role's matrices lie to each
// other, layer by layer; of circuits, head by head.
type Similarity struct {
	Role   string     `json:"role"`
	Side   string     `json:"side"`  // "in" or "out"
	Space  string     `json:"space"` // in which they are compared
	K      int        `json:"k"`
	Labels []string   `json:"labels"`
	Share  [][]Number `json:"share"` // mean squared cosine of the principal angles, 1 on the diagonal
	Mean   Number     `json:"mean"`  // of random subspaces, k/d
	SD     Number     `json:"sd"`
}

// z returns how far a share is from that of random subspaces.
func (s *Similarity) z(i, j int) Number { return (s.Share[i][j] - s.Mean) / s.SD }

// Within compares the layers of one model: for each role the projection kernel
// of the top_k leading directions of every two of its matrices, beside what
// random subspaces have. Sides in a space of their own layer, such as neurons
// or the coordinates of a head, have nothing in common and are left out. The
// error is as of [Compare], or a *NothingSelectedError if no role has two
// matrices.
func Within(ctx context.Context, list Checkpoint, o CompareOptions) (*Comparison, error) {
	r := &comparer{ctx: ctx, o: o, list: []Checkpoint{list}, doc: newComparison(o), names: map[string]int{}}
	defer r.closeAll()
	if err := r.openEnds(); err != nil {
		return nil, err
	}
	if err := r.find(r.first); err != nil {
		return nil, err
	}
	r.own()
	for _, g := range roleGroups(r.first) {
		for _, side := range []string{"in", "out"} {
			s, err := r.similarity(g, side)
			if err != nil {
				return nil, err
			}
			if s != nil {
				r.doc.Within = append(r.doc.Within, *s)
			}
		}
	}
	if len(r.doc.Within) == 0 {
		return nil, &NothingSelectedError{Example: exampleLabel([]*loader.Model{r.first.model})}
	}
	if err := r.first.hashed.Wait(); err != nil {
		return nil, err
	}
	r.doc.Models[0].Files = files(r.first.model)
	r.finish()
	return r.doc, nil
}

// own puts the matrices themselves into the document.
func (r *comparer) own() {
	for _, m := range r.first.picked {
		x := describe(job{matrix: m, study: &study{model: r.first.model}})
		d := r.first.found[m.Label]
		if err := r.first.failed[m.Label]; err != nil {
			x.Error = err.Error()
		} else {
			x.Sigma, x.Floor = numbers(d.Sigma), Floor{DType: Number(d.Floor.DType), Method: Number(d.Floor.Method)}
			x.Certificate.Method = d.Method
			for _, info := range spectra.Metrics() {
				x.Metrics[info.Name] = Number(info.Eval(d.Spectrum))
			}
		}
		r.doc.Own = append(r.doc.Own, x)
	}
}

// roleGroups returns the matrices of layers that were decomposed, by role.
func roleGroups(c *checkpoint) [][]*loader.Matrix {
	var groups [][]*loader.Matrix
	at := map[string]int{}
	for _, m := range c.picked {
		if m.Layer < 0 || c.found[m.Label] == nil {
			continue
		}
		i, ok := at[m.Role]
		if !ok {
			i = len(groups)
			at[m.Role] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], m)
	}
	return groups
}

// similarity compares one side of a role's matrices, nil where they share no
// space or are fewer than two.
func (r *comparer) similarity(group []*loader.Matrix, side string) (*Similarity, error) {
	space := group[0].In
	if side == "out" {
		space = group[0].Out
	}
	if len(group) < 2 || space != loader.Residual {
		return nil, nil
	}
	s := &Similarity{Role: group[0].Role, Side: side, Space: string(space), Share: make([][]Number, len(group))}
	for i, m := range group {
		s.Labels = append(s.Labels, m.Label)
		s.Share[i] = make([]Number, len(group))
		s.Share[i][i] = 1
	}
	for i := range group {
		for j := range i {
			o, err := spectra.Subspaces(r.sideOf(group[i], side), r.sideOf(group[j], side))
			if err != nil {
				return nil, fmt.Errorf("%s and %s: %w", group[i].Label, group[j].Label, err)
			}
			s.Share[i][j], s.Share[j][i] = Number(o.Share), Number(o.Share)
			s.K, s.Mean, s.SD = min(o.P, o.Q), Number(o.Mean), Number(o.SD)
		}
	}
	return s, r.ctx.Err()
}

// sideOf returns the leading directions of one side.
func (r *comparer) sideOf(m *loader.Matrix, side string) *mat.Dense {
	d := r.first.found[m.Label]
	if side == "in" {
		return d.In
	}
	return d.Out
}

// WriteWithinText writes, for each role and side, which two layers are most
// and least alike.
func WriteWithinText(w io.Writer, c *Comparison) error {
	t := newTable(w)
	t.AppendHeader(table.Row{"role", "side", "k", "chance", "most alike", "share", "z", "least alike", "share", "z"})
	for i := range c.Within {
		s := &c.Within[i]
		most, least := s.extremes()
		t.AppendRow(table.Row{Safe(s.Role), s.Side, s.K, Short(s.Mean),
			s.pair(most), Short(s.Share[most[0]][most[1]]), Short(s.z(most[0], most[1])),
			s.pair(least), Short(s.Share[least[0]][least[1]]), Short(s.z(least[0], least[1]))})
	}
	t.Render()
	return nil
}

func (s *Similarity) pair(at [2]int) string {
	return Safe(s.Labels[at[1]]) + " " + Safe(s.Labels[at[0]])
}

// extremes returns the two places off the diagonal of the largest and of the
// smallest share.
func (s *Similarity) extremes() (most, least [2]int) {
	high, low := math.Inf(-1), math.Inf(1)
	for i := range s.Share {
		for j := range i {
			if v := float64(s.Share[i][j]); v > high {
				high, most = v, [2]int{i, j}
			}
			if v := float64(s.Share[i][j]); v < low {
				low, least = v, [2]int{i, j}
			}
		}
	}
	return most, least
}

// writeSimilarity writes one row a pair of matrices.
func writeSimilarity(out sink, c *Comparison) error {
	r := newRows(out, &Document{}, fields(isText, "role", "side", "label", "other"), fields(isWhole, "k"), fields(isReal, "share", "mean", "sd", "z"))
	for i := range c.Within {
		x := &c.Within[i]
		for a := range x.Labels {
			for b := range a {
				r.row("", words(x.Role), words(x.Side), words(x.Labels[b]), words(x.Labels[a]), whole(x.K), real(x.Share[a][b]), real(x.Mean), real(x.SD), real(x.z(a, b)))
			}
		}
	}
	return r.close()
}
