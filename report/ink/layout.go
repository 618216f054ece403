package ink

import (
	"fmt"

	"gonum.org/v1/plot/vg"
)

// FitError says that a figure has no room for its axes.
type FitError struct {
	Name, Size string
}

// Error names the figure.
func (e *FitError) Error() string {
	return fmt.Sprintf("figure %s has no room for its axes at size %s", e.Name, e.Size)
}

// Hint says what gives room.
func (e *FitError) Hint() string {
	return "give a larger --size, a smaller --font-size, or name fewer matrices"
}

// sheet is a chart laid out: title and caption on top, panels in rows whose
// axes line up, the key on the right of them or below. Margins hold the words
// around the axes: left and right of each column, below and above each row.
type sheet struct {
	*Style
	chart                     *Chart
	size                      vg.Point
	title                     []string
	caption                   string
	key                       keyPlan
	columns                   int
	frames                    []frame
	left, right, below, above []vg.Length
	axes                      vg.Point // size of each panel's axes
}

// Panels are at least so wide, in ems of the axis labels.
const (
	leastPanel = 11.5
	leastStrip = 20
)

// gap separates panels and other parts.
func (s *Style) gap() vg.Length { return 0.8 * s.label }

// layOut finds the size of everything. The error is a *FitError.
func (s *Style) layOut(c *Chart) (*sheet, error) {
	l := &sheet{Style: s, chart: c, size: vg.Point{X: s.size.Width, Y: s.size.Height}}
	l.planHead()
	l.key = s.planKey(c, s.size.Width-2*s.edge)
	l.columns = l.chooseColumns()
	rows := l.rows()
	l.left, l.right = make([]vg.Length, l.columns), make([]vg.Length, l.columns)
	l.below, l.above = make([]vg.Length, rows), make([]vg.Length, rows)
	l.frames = make([]frame, len(c.Panels))
	least := 2 * s.label
	l.axes = vg.Point{X: 10 * s.label, Y: 10 * s.label}
	for range 4 { // ticks need room that depends on the length they divide
		for i := range c.Panels {
			l.frames[i] = s.newFrame(&c.Panels[i], c.Apart || i%l.columns == 0, c.Apart || i+l.columns >= len(c.Panels), l.axes)
		}
		l.measure()
		l.axes = l.room()
		if !(l.axes.X >= least && l.axes.Y >= least) {
			return nil, &FitError{c.Name, s.size.Name}
		}
	}
	if l.size.Y == 0 {
		l.size.Y = l.around() + l.axes.Y*vg.Length(rows)
	}
	return l, nil
}

func (l *sheet) rows() int { return max(1, (len(l.chart.Panels)+l.columns-1)/l.columns) }

// planHead breaks the title into lines.
func (l *sheet) planHead() {
	if !l.titles {
		return
	}
	width := l.Style.size.Width - 2*l.edge
	l.title = wrap(l.chart.Title, l.face(l.Style.title, l.ink), width, 2)
	if l.chart.Caption != "" {
		l.caption = fitText(l.chart.Caption, l.face(l.small, l.muted), width)
	}
}

func (l *sheet) headHeight() vg.Length {
	h := vg.Length(len(l.title)) * leading * l.Style.title
	if l.caption != "" {
		h += leading*l.small + 0.2*l.small
	}
	if h > 0 {
		h += l.gap()
	}
	return h
}

// chooseColumns arranges the panels with few places left empty.
func (l *sheet) chooseColumns() int {
	n := max(len(l.chart.Panels), 1)
	if l.chart.Stacked {
		return 1
	}
	if l.size.Y > 0 {
		return l.largestAxes(n)
	}
	least := vg.Length(leastPanel) * l.label
	if l.chart.Strips {
		least = leastStrip * l.label
	}
	most := max(1, int((l.size.X-2*l.edge-l.key.right)/least))
	switch {
	case l.chart.Strips && n <= 2:
		return 1
	case n == 4:
		return min(most, 2)
	case n <= most:
		return n
	}
	rows := (n + most - 1) / most
	return (n + rows - 1) / rows
}

// largestAxes is the number of columns that leaves most room for the axes where
// the height is given.
func (l *sheet) largestAxes(n int) (best int) {
	wide := vg.Length(1.3) // of axes over their height, as the eye likes them
	if l.chart.Strips {
		wide = 2.5
	}
	var most vg.Length = -vg.Inch * 1000
	for columns := 1; columns <= n; columns++ {
		rows := (n + columns - 1) / columns
		w := (l.size.X-2*l.edge-l.key.right-4*l.label)/vg.Length(columns) - l.gap() // 4 ems of words on the left,
		h := (l.size.Y-2*l.edge-l.headHeight()-l.key.below-3*l.label)/vg.Length(rows) - 2.2*l.label
		if n%columns != 0 && rows > 1 { // words below the row above the empty places
			h -= 2 * l.label / vg.Length(rows)
		}
		if size := min(w, wide*h); size > most {
			best, most = columns, size
		}
	}
	return best
}

// aspect is the width of axes over their height where the height is free.
func (l *sheet) aspect() vg.Length {
	c := l.chart
	switch {
	case c.Square:
		return 1
	case c.Strips && l.columns == 1:
		return 3.2
	case c.Strips:
		return 2
	case c.Stacked && len(c.Panels) > 1:
		return 2.4
	case len(c.Panels) > 0 && c.Panels[0].Grid != nil:
		g := c.Panels[0].Grid.Value
		if len(g) == 0 {
			return 1.5
		}
		return vg.Length(min(max(1.5*float64(len(g[0]))/float64(len(g)), 0.8), 1.8))
	case len(c.Panels) > 0 && len(c.Panels[0].Bars) > 0:
		lines := vg.Length(len(c.Panels[0].Bars)) * leading * l.small
		return min(max(l.axes.X/max(lines, 1), 0.2), 3)
	case l.columns > 1:
		return 1.15
	}
	return 1.6
}

// measure sets the margins from the frames.
func (l *sheet) measure() {
	for _, list := range [][]vg.Length{l.left, l.right, l.below, l.above} {
		clear(list)
	}
	for i := range l.frames {
		f, col, row := &l.frames[i], i%l.columns, i/l.columns
		m := f.margins(l.axes)
		l.left[col], l.right[col] = max(l.left[col], m.Min.X), max(l.right[col], m.Max.X)
		l.below[row], l.above[row] = max(l.below[row], m.Min.Y), max(l.above[row], m.Max.Y)
	}
}

// around is the height of all that is not axes.
func (l *sheet) around() vg.Length {
	return 2*l.edge + l.headHeight() + l.key.below + total(l.above) + total(l.below) + l.gap()*vg.Length(len(l.below)-1)
}

// room returns the size of each panel's axes.
func (l *sheet) room() vg.Point {
	columns, rows := vg.Length(len(l.left)), vg.Length(len(l.below))
	w := (l.size.X - 2*l.edge - l.key.right - total(l.left) - total(l.right) - l.gap()*(columns-1)) / columns
	h := (l.size.Y - l.around()) / rows
	if l.size.Y == 0 {
		l.axes.X = w
		h = w / l.aspect()
	}
	if l.chart.Square {
		return vg.Point{X: min(w, h), Y: min(w, h)}
	}
	return vg.Point{X: w, Y: h}
}

// box returns where the axes of panel i lie.
func (l *sheet) box(i int) vg.Rectangle {
	col, row := i%l.columns, i/l.columns
	x := l.edge + total(l.left[:col+1]) + total(l.right[:col]) + (l.axes.X+l.gap())*vg.Length(col)
	top := l.size.Y - l.edge - l.headHeight()
	y := top - total(l.above[:row+1]) - total(l.below[:row]) - (l.axes.Y+l.gap())*vg.Length(row)
	return vg.Rectangle{Min: vg.Point{X: x, Y: y - l.axes.Y}, Max: vg.Point{X: x + l.axes.X, Y: y}}
}

func total(v []vg.Length) (sum vg.Length) {
	for _, x := range v {
		sum += x
	}
	return sum
}
