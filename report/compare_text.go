package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
)

// textChanges is the number of matrices of a pair that a terminal shows.
const textChanges = 24

// WriteCompareText writes what changed most between each two checkpoints, one
// table a pair, and what has no partner.
func WriteCompareText(w io.Writer, c *Comparison) error {
	for i := range c.Pairs {
		if err := writePairText(w, c, &c.Pairs[i]); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w, Boundary)
	return err
}

func writePairText(w io.Writer, c *Comparison, p *Pairing) error {
	rows := mostChanged(p)
	if _, err := fmt.Fprintf(w, "%s: %s\n", Safe(p.Name()), pairSummary(p)); err != nil {
		return err
	}
	t := newTable(w)
	header := table.Row{"matrix", "shape", "dtype"}
	names := textMeasures(c)
	for _, n := range names {
		header = append(header, n)
	}
	t.AppendHeader(append(header, "σ₁ before", "σ₁ after", "σ₁ of ΔW", "floor", "z"))
	for _, x := range rows[:min(len(rows), textChanges)] {
		row := table.Row{Safe(x.Label), ShapeText(x.Shape[:]), Safe(x.DType)}
		for _, n := range names {
			row = append(row, Short(metric(&x.Matrix, n)))
		}
		t.AppendRow(append(row, shortFirst(x.Before.Sigma), shortFirst(x.After.Sigma), shortFirst(x.Sigma), Short(x.Floor.DType), Short(x.z("delta_edge"))))
	}
	t.SetColumnConfigs(rightAligned(3, len(names)+5))
	t.Render()
	if left := len(rows) - textChanges; left > 0 {
		_, err := fmt.Fprintf(w, "%d that changed less are in the report\n", left)
		return err
	}
	return nil
}

// textMeasures are the measures of the terminal's table.
func textMeasures(*Comparison) []string { return []string{"rel_change", "cosine", "delta_rank"} }

// pairSummary counts what was compared.
func pairSummary(p *Pairing) string {
	changed, failed := 0, 0
	for i := range p.Changes {
		switch x := &p.Changes[i]; {
		case x.Error != "":
			failed++
		case len(x.Sigma) > 0 && x.Sigma[0] > 0:
			changed++
		}
	}
	parts := fmt.Sprintf("%d of %d matrices changed", changed, len(p.Changes)-failed)
	if changed == 0 {
		parts = fmt.Sprintf("no change in any of %d matrices", len(p.Changes)-failed)
	}
	if failed > 0 {
		parts += fmt.Sprintf(", %d failed", failed)
	}
	if len(p.Apart) > 0 {
		parts += fmt.Sprintf(", %d without a partner", len(p.Apart))
	}
	return parts
}

// mostChanged returns the changes that were computed, the largest relative
// change first, those of equal size in the model's order.
func mostChanged(p *Pairing) []*Change {
	var rows []*Change
	for i := range p.Changes {
		if p.Changes[i].Error == "" {
			rows = append(rows, &p.Changes[i])
		}
	}
	at := func(x *Change) float64 {
		if v := metric(&x.Matrix, "rel_change"); v.Defined() {
			return float64(v)
		}
		return -1
	}
	slices.SortStableFunc(rows, func(a, b *Change) int { return cmp.Compare(at(b), at(a)) })
	return rows
}

func shortFirst(sigma []Number) string {
	if len(sigma) == 0 {
		return "–"
	}
	return Short(sigma[0])
}
