package report

import (
	"math"
	"testing"
)

// TestMapCharts: figures stand where there are maps, say what the document says,
// and only of what was asked for.
func TestMapCharts(t *testing.T) {
	d := analyzed(t, Options{Layers: "0-1", NoCircuits: true, TopK: 1, Maps: true}, fixture(t))
	count := func(asked ...string) map[string]int {
		n := map[string]int{}
		for _, c := range d.figures(plotKinds(), asked, PlotOptions{}) {
			n[c.Name] = len(c.Panels)
		}
		return n
	}
	if n := count(); n["plane"] != mostPlanes || n["axes"] != 3 || n["kept-L0.W_in"] != 0 {
		t.Errorf("nothing asked for: %v", n)
	}
	if n := count("L0.W_in", "L1.W_OV.H2"); n["plane"] != 1 || n["kept-L0.W_in"] != 1 || n["kept-L1.W_OV.H2"] != 1 {
		t.Errorf("two asked for: %v", n)
	}
	for i := range d.Matrices {
		d.Matrices[i].Map = nil
	}
	if n := count("L0.W_in"); n["plane"]+n["axes"]+n["kept-L0.W_in"] != 0 {
		t.Errorf("without maps: %v", n)
	}
}

// TestPlanePanel: the shear's image passes through (1, 1) and (0, 1), and its
// longest radius is σ₁, the golden ratio.
func TestPlanePanel(t *testing.T) {
	m := &Matrix{Label: "shear", Map: &LinearMap{Rotation: &Rotation{Plane: [2][2]Number{{1, 1}, {0, 1}}}}}
	p := planePanel(m)
	if a, b := p.Lines[2], p.Lines[3]; a.X[1] != 1 || a.Y[1] != 1 || b.X[1] != 0 || b.Y[1] != 1 {
		t.Errorf("axes go to (%v, %v) and (%v, %v)", a.X[1], a.Y[1], b.X[1], b.Y[1])
	}
	longest := 0.0
	for i, x := range p.Lines[1].X {
		longest = max(longest, math.Hypot(x, p.Lines[1].Y[i]))
	}
	if golden := (1 + math.Sqrt(5)) / 2; !(math.Abs(longest-golden) <= 1e-3) { // a point every two degrees
		t.Errorf("longest radius %v, want %v", longest, golden)
	}
	if p.X.Max != p.Y.Max || !(p.X.Max > p.Lines[1].Y[45]) {
		t.Errorf("axes to %v and %v", p.X.Max, p.Y.Max)
	}
}

// TestKeptSteps: the outline of a histogram has its area.
func TestKeptSteps(t *testing.T) {
	h := Histogram{Low: 0.2, High: 0.6, Counts: []int{3, 1}}
	s := h.steps([]float64{3, 1})
	area := 0.0
	for i := 1; i < len(s.X); i++ {
		area += (s.X[i] - s.X[i-1]) * (s.Y[i] + s.Y[i-1]) / 2
	}
	if !(math.Abs(area-0.8) <= 1e-12) || s.Y[0] != 0 || s.Y[len(s.Y)-1] != 0 {
		t.Errorf("outline %v, %v has area %v", s.X, s.Y, area)
	}
}

// someMap is a map with something for each figure.
func someMap() *LinearMap {
	axes := &Axes{Space: "residual", Mean: 3.5, Chance: 3, SD: 0.5, Z: 1}
	return &LinearMap{
		Rotation: &Rotation{Distance: 0.23, Z: 1.8, Plane: [2][2]Number{{1, 1}, {0, 1}}, Within: 1}, In: axes, Out: axes,
		Kept: &Kept{Tokens: 4, Histogram: Histogram{Low: 0.2, High: 0.6, Counts: []int{3, 1}, Chance: []Number{2, 2}}},
	}
}
