package ink

// Chart is one figure as plain data, before any ink. Text may hold the markup
// of [Sub] and [Sup] and is otherwise [Printable].
type Chart struct {
	Name    string // safe characters are not required
	Title   string
	Caption string   // one line of facts under the title; "" for none
	Notes   []string // sentences that belong into a caption: formula, null, what the marks mean
	Panels  []Panel
	Key     Key
	Strips  bool // panels are long and low, for curves that are followed along x
	Apart   bool // panels have axes of their own: words stand at all of them
	Stacked bool // panels have one x axis, and stand below each other
	Square  bool // both axes of a panel are as long
}

// Panel is one pair of axes. It holds lines, bars or cells.
type Panel struct {
	Title string
	Short string // in place of a title that does not fit; "": the title is cut
	X, Y  Axis
	Lines []Series
	Band  *Band // behind the lines; nil: none
	Rules []Rule
	Bars  []Bar
	Grid  *Grid
	Cloud *Cloud // behind the lines; nil: none
}

// Series is a line through points; points that are not finite, or not
// positive on a logarithmic axis, break it.
type Series struct {
	Label  string
	X, Y   []float64
	Paint  Paint
	Marker int  // 0: none; otherwise one of the shapes, by turns
	Points bool // markers alone, no line
	Bridge bool // gaps of more than 1 in x are bridged by dots instead of a line
	Dotted bool
}

// Band is what chance gives: a grey area between two lines, its middle dotted
// where Mean is given.
type Band struct {
	Label     string // in the key; "" for none
	X         []float64
	Low, High []float64 // at X
	Mean      []float64 // nil: none
}

// Rule is a dashed line across a panel. Rules of one label share a pattern and
// an entry in the key.
type Rule struct {
	At       float64
	Vertical bool // at x; otherwise at y
	Label    string
}

// Bar is a bar from 0 to Value at the i-th place of a panel's y axis, which
// names them.
type Bar struct {
	Value float64
	Paint Paint
}

// Grid is a grid of colours, row 0 at the top.
type Grid struct {
	Value  [][]float64 // rows × columns; not finite where there is nothing
	Range  Axis        // of the colours
	Signed bool        // colours part at the middle of Range, which is 0
	Digits int         // after the point, where values are written
}

// Key explains colours: entries, or a bar of colours.
type Key struct {
	Title   string
	Entries []Series // label, paint and marker are shown
	Bar     *ColorBar
}

// ColorBar is a scale of colours.
type ColorBar struct {
	Axis   Axis
	Cells  bool // the colours of a grid; otherwise those of lines
	Signed bool
}

// ShareAxes gives all panels the same axes: words stand at the outer ones only.
func (c *Chart) ShareAxes(x, y Axis) {
	for i := range c.Panels {
		c.Panels[i].X, c.Panels[i].Y = x, y
	}
}

// Counting returns 1, 2, …, n.
func Counting(n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i + 1)
	}
	return x
}
