package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
)

// textChanges is the number of matrices of a kind that a terminal shows of a pair.
const textChanges = 12

// circuitNote says why a circuit's change outranks, and outgrows, that of what it is made of.
const circuitNote = "A circuit is a product: updates of rank r in both factors change it by up to rank 2r, and mostly by a larger share of its norm."

// edgeNote says what the column z of a comparison is.
const edgeNote = "z: σ₁ of ΔW over the largest that noise of its norm has, in standard deviations."

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
	if _, err := fmt.Fprintf(w, "%s: %s\n", Safe(p.Name()), pairSummary(p)); err != nil {
		return err
	}
	var stored, circuits []*Change
	for _, x := range mostChanged(p) {
		if x.Kind == "product" {
			circuits = append(circuits, x)
		} else {
			stored = append(stored, x)
		}
	}
	err := writeChanges(w, c, stored, "matrix", edgeNote)
	if err == nil {
		err = writeChanges(w, c, circuits, "circuit", circuitNote)
	}
	return err
}

// writeChanges writes those of one kind that changed most; only what has a z gets its column.
func writeChanges(w io.Writer, c *Comparison, rows []*Change, kind, note string) error {
	if len(rows) == 0 {
		return nil
	}
	names, withZ := textMeasures(c), kind == "matrix"
	header := table.Row{kind, "shape", "dtype"}
	for _, n := range names {
		header = append(header, n)
	}
	header = append(header, "σ₁ before", "σ₁ after", "σ₁ of ΔW", "floor")
	if withZ {
		header = append(header, "z")
	}
	t := newTable(w)
	t.AppendHeader(header)
	for _, x := range rows[:min(len(rows), textChanges)] {
		t.AppendRow(changeRow(x, names, withZ))
	}
	t.SetColumnConfigs(rightAligned(3, len(header)-3))
	t.Render()
	if left := len(rows) - textChanges; left > 0 {
		note += fmt.Sprintf(" %d that changed less are in the report.", left)
	}
	_, err := fmt.Fprintln(w, note)
	return err
}

func changeRow(x *Change, names []string, withZ bool) table.Row {
	row := table.Row{Safe(x.Label), ShapeText(x.Shape[:]), Safe(x.DType)}
	for _, n := range names {
		row = append(row, Short(metric(&x.Matrix, n)))
	}
	row = append(row, shortFirst(x.Before.Sigma), shortFirst(x.After.Sigma), shortFirst(x.Sigma), Short(x.Floor.DType))
	if withZ {
		row = append(row, Short(x.z("delta_edge")))
	}
	return row
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
