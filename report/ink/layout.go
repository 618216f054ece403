package ink

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panelGap separates panels, in points.
const panelGap = 8

// panelGrid lays panels out in rows whose axes line up. Margins hold the
// words around the axes: left and right of each column, below and above each
// row.
type panelGrid struct {
	plots                     []*plot.Plot
	columns                   int
	left, right, below, above []vg.Length
}

// drawPanels draws the panels of c and returns the part of the area that lies
// within the outermost axes.
func (s *Style) drawPanels(area draw.Canvas, c *Chart) (vg.Rectangle, error) {
	g, err := s.newGrid(area, c)
	if err != nil {
		return vg.Rectangle{}, err
	}
	title := s.text(s.label, s.ink)
	title.XAlign = draw.XCenter
	for i, p := range g.plots {
		box := g.axes(area.Rectangle, i)
		p.Draw(around(p, draw.Canvas{Canvas: area.Canvas, Rectangle: box}))
		if t := c.Panels[i].Title; t != "" {
			area.FillText(title, vg.Point{X: (box.Min.X + box.Max.X) / 2, Y: box.Max.Y + 4}, fitName(t, title, box.Size().X))
		}
	}
	return vg.Rectangle{
		Min: vg.Point{X: area.Min.X + g.left[0], Y: area.Min.Y + g.below[len(g.below)-1]},
		Max: vg.Point{X: area.Max.X, Y: area.Max.Y - g.above[0]},
	}, nil
}

// newGrid makes the plots and measures the margins they need.
func (s *Style) newGrid(area draw.Canvas, c *Chart) (*panelGrid, error) {
	n, columns := len(c.Panels), max(c.Columns, 1)
	rows := (n + columns - 1) / columns
	g := &panelGrid{columns: columns}
	g.left, g.right = make([]vg.Length, columns), make([]vg.Length, columns)
	g.below, g.above = make([]vg.Length, rows), make([]vg.Length, rows)
	title := s.text(s.label, s.ink)
	for i := range c.Panels {
		col, row := i%columns, i/columns
		p, err := s.plot(&c.Panels[i], col == 0, i+columns >= n)
		if err != nil {
			return nil, err
		}
		g.plots = append(g.plots, p)
		data := p.DataCanvas(area)
		g.left[col] = max(g.left[col], data.Min.X-area.Min.X)
		g.right[col] = max(g.right[col], area.Max.X-data.Max.X)
		g.below[row] = max(g.below[row], data.Min.Y-area.Min.Y)
		g.above[row] = max(g.above[row], area.Max.Y-data.Max.Y)
		if t := c.Panels[i].Title; t != "" {
			g.above[row] = max(g.above[row], title.Height(t)+4)
		}
	}
	return g, nil
}

// axes returns where the axes of panel i lie; all are of one size.
func (g *panelGrid) axes(area vg.Rectangle, i int) vg.Rectangle {
	columns, rows := vg.Length(len(g.left)), vg.Length(len(g.below))
	w := (area.Size().X - totalLength(g.left) - totalLength(g.right) - panelGap*(columns-1)) / columns
	h := (area.Size().Y - totalLength(g.below) - totalLength(g.above) - panelGap*(rows-1)) / rows
	col, row := i%g.columns, i/g.columns
	x := area.Min.X + totalLength(g.left[:col+1]) + totalLength(g.right[:col]) + (w+panelGap)*vg.Length(col)
	y := area.Max.Y - totalLength(g.above[:row+1]) - totalLength(g.below[:row]) - (h+panelGap)*vg.Length(row)
	return vg.Rectangle{Min: vg.Point{X: x, Y: y - h}, Max: vg.Point{X: x + w, Y: y}}
}

// around returns the canvas on which the axes of p fill c. The room that
// words take depends a little on the size, so it is found in a few steps.
func around(p *plot.Plot, c draw.Canvas) draw.Canvas {
	out := c
	for range 4 { // each leaves less than a tenth of the error before
		at := p.DataCanvas(out)
		out.Min = out.Min.Add(c.Min.Sub(at.Min))
		out.Max = out.Max.Add(c.Max.Sub(at.Max))
	}
	return out
}

func totalLength(v []vg.Length) (total vg.Length) {
	for _, x := range v {
		total += x
	}
	return total
}
