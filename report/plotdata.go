package report

import (
	"io"

	"wspec/report/ink"
)

// writeChartCSV writes the numbers of a chart: a row a point, cell or bar, with
// the panel it is in and what draws it. Of cells x and y are the names of column
// and row, of bars y is the bar's.
func writeChartCSV(w io.Writer, c *ink.Chart) error {
	s := newSheet(w, "panel", "mark", "series", "x", "y", "value")
	for i := range c.Panels {
		p := &c.Panels[i]
		d := chartSheet{s, cell(ink.Plain(p.Title))}
		for k := range p.Lines {
			d.line(&p.Lines[k])
		}
		if b := p.Band; b != nil {
			d.points("band_low", b.Label, b.X, b.Low)
			d.points("band_high", b.Label, b.X, b.High)
			d.points("band_mean", b.Label, b.X, b.Mean)
		}
		for _, r := range p.Rules {
			x, y := "", Number(r.At).String()
			if r.Vertical {
				x, y = y, x
			}
			d.row("rule", r.Label, x, y, "")
		}
		for k, b := range p.Bars {
			d.row("bar", "", "", nameAt(&p.Y, k), Number(b.Value).String())
		}
		d.cells(p)
	}
	return s.close()
}

// chartSheet writes the rows of one panel.
type chartSheet struct {
	*sheet
	panel string
}

func (d chartSheet) row(mark, series, x, y, value string) {
	d.sheet.row(d.panel, mark, cell(ink.Plain(series)), x, y, value)
}

func (d chartSheet) line(l *ink.Series) {
	mark := "line"
	if l.Points {
		mark = "point"
	}
	d.points(mark, l.Label, l.X, l.Y)
}

func (d chartSheet) points(mark, series string, x, y []float64) {
	for i := range y {
		d.row(mark, series, Number(x[i]).String(), Number(y[i]).String(), "")
	}
}

func (d chartSheet) cells(p *ink.Panel) {
	if p.Grid == nil {
		return
	}
	for i, row := range p.Grid.Value {
		for j, v := range row {
			d.row("cell", "", nameAt(&p.X, j), nameAt(&p.Y, i), Number(v).String())
		}
	}
}

// nameAt is the name at a place of an axis.
func nameAt(a *ink.Axis, i int) string {
	if i >= len(a.Names) {
		return ""
	}
	return cell(ink.Plain(a.Names[i]))
}
