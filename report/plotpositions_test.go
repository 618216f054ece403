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
	if len(charts) != 1 || charts[0].name != "positions-W_pos" || len(charts[0].panels) != mostCurves {
		t.Fatalf("%d figures: %+v", len(charts), charts)
	}
	for i, p := range charts[0].panels {
		if !slices.Equal(p.lines[0].y, curves[i]) || p.lines[0].x[0] != 0 || p.lines[0].x[99+i] != float64(99+i) {
			t.Errorf("panel %d lacks some of its %d components", i, len(curves[i]))
		}
		if stable := i%2 == 0; stable == strings.Contains(p.title, "not stable") || !strings.Contains(p.title, "index "+string(rune('0'+i))) {
			t.Errorf("panel %d is called %q", i, p.title)
		}
		const positions = 100 + mostCurves - 1 // of the longest drawn
		if p.x.max != positions-1 || p.y.max != charts[0].panels[0].y.max || p.y.min != -p.y.max {
			t.Errorf("panel %d has axes %+v, %+v", i, p.x, p.y)
		}
		if want := 1 / math.Sqrt(positions); p.rules[0].y != want || p.rules[1].y != -want {
			t.Errorf("chance is at %v, %v, want ± %v", p.rules[0].y, p.rules[1].y, want)
		}
	}
	if !strings.Contains(charts[0].caption, "at most sin 0.01") {
		t.Errorf("caption %q lacks the floor", charts[0].caption)
	}
}
