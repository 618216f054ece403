package report

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// TestPositionChart draws every component of the leading six directions, on one
// scale, between the lines of chance; those that rounding may have turned say so.
func TestPositionChart(t *testing.T) {
	var curves [][]float64
	for i := range 2 * mostCurves {
		curves = append(curves, decay(100+i, 1, 0.5/float64(i+1)))
	}
	m := testCurves(curves...)
	other := testMatrix("W_Q", 0, 1)
	other.Directions = []Direction{{In: Reading{Space: "residual"}}}
	charts := positionCharts(&plotView{model: "m", matrices: []*Matrix{&other, &m}})
	if len(charts) != 1 || charts[0].Name != "positions-W_pos" || len(charts[0].Panels) != mostCurves {
		t.Fatalf("%d figures: %+v", len(charts), charts)
	}
	for i, p := range charts[0].Panels {
		if !slices.Equal(p.Lines[0].Y, curves[i]) || p.Lines[0].X[0] != 0 || p.Lines[0].X[99+i] != float64(99+i) {
			t.Errorf("panel %d lacks some of its %d components", i, len(curves[i]))
		}
		if stable := i%2 == 0; stable == strings.Contains(p.Title, "not stable") || !strings.Contains(p.Title, "index "+string(rune('0'+i))) {
			t.Errorf("panel %d is called %q", i, p.Title)
		}
		const positions = 100 + mostCurves - 1 // of the longest drawn
		if p.X.Max != positions-1 || p.Y.Max != charts[0].Panels[0].Y.Max || p.Y.Min != -p.Y.Max {
			t.Errorf("panel %d has axes %+v, %+v", i, p.X, p.Y)
		}
		if want := 1 / math.Sqrt(positions); p.Rules[0].At != want || p.Rules[1].At != -want {
			t.Errorf("chance is at %v, %v, want ± %v", p.Rules[0].At, p.Rules[1].At, want)
		}
	}
	if !strings.Contains(charts[0].Caption, "at most sin 0.01") {
		t.Errorf("caption %q lacks the floor", charts[0].Caption)
	}
}
