package report

import (
	"io"
	"math"
	"strings"
	"testing"

	"wspec/internal/inktest"
	"wspec/report/ink"
)

// No document, however poor, makes a drawing panic, and all ink is on the page.
func TestDegenerateFigures(t *testing.T) {
	few := map[string]bool{"nothing": true, "no matrices": true, "failed": true, "part only": true}
	for name, d := range degenerates() {
		t.Run(name, func(t *testing.T) {
			cs := d.figures(plotKinds(), labels(d), PlotOptions{})
			if len(cs) == 0 && !few[name] {
				t.Error("no figure")
			}
			for i := range cs {
				inktest.Record(t, &cs[i].Chart, ink.Paper()).CheckWords()
			}
		})
	}
	cs := everyFigure().figures(plotKinds(), labels(everyFigure()), PlotOptions{})
	for i := range cs {
		inktest.Record(t, &cs[i].Chart, ink.Paper()).CheckWords()
	}
}

// What only the raster could trip over.
func TestDegeneratePNG(t *testing.T) {
	for _, name := range []string{"widest", "absurd heads"} {
		files, _ := plotFiles(degenerates()[name])
		for _, f := range files {
			if err := f.write(io.Discard); err != nil {
				t.Errorf("%s: %s: %v", name, f.figure, err)
			}
		}
	}
}

// The key stands to the right of all data.
func TestKeyOutside(t *testing.T) {
	for _, n := range []int{2, maxEntries + 1} { // a list, a bar
		var ms []Matrix
		for l := range n {
			ms = append(ms, testMatrix("W_Q", l, decay(17, 2, 1)...))
		}
		c := testDocument(ms...).figures(ownKinds(), nil, PlotOptions{})[0]
		p := inktest.Record(t, &c.Chart, ink.Paper())
		last, ok := p.Text("17") // the last tick, under the last point
		key, has := p.Text("layer")
		if !ok || !has || !(key.Min.X > last.Max.X) {
			t.Errorf("key at %v, last index at %v", key, last)
		}
	}
}

// Floors show where they are near the data, with room for their names.
func TestFloors(t *testing.T) {
	m := testMatrix("W_Q", 0, 1, 0.1)
	for _, c := range []struct {
		floor float64
		rules int
	}{{0.3, 1}, {0.05, 1}, {1e-9, 0}, {50, 0}, {0, 0}, {math.NaN(), 0}, {math.Inf(1), 0}} {
		m.Floor = Floor{DType: Number(c.floor), Method: Undefined()}
		p := spectrumChart(&plotView{}, &m).Panels[0]
		if len(p.Rules) != c.rules {
			t.Errorf("floor %g: %d rules", c.floor, len(p.Rules))
		}
		if c.rules == 1 && !(p.Y.Min < c.floor*0.97) {
			t.Errorf("floor %g: axis from %g", c.floor, p.Y.Min)
		}
	}
}

// Edges of noise stand where the axis has them, the band's middle under one
// spectrum alone, and a dot on the last σ over noise of each of several.
func TestNoiseInFigures(t *testing.T) {
	band := NullBand{Mean: []Number{0.7, 0.6, 0.4}, Low: []Number{0.6, 0.5, 0.3}, High: []Number{0.8, 0.7, 0.5}}
	d := &Document{Nulls: []NullBand{band}}
	at := 0
	for layer := range 2 {
		m := testMatrix("W_Q", layer, 2, 1, 0.1)
		m.Band, m.Signal = &at, &Signal{Rank: 1 - layer, Low: 1, Edge: 1.5, LowEdge: Number(math.Pow(1e-9, float64(layer)) * 0.2)}
		d.Matrices = append(d.Matrices, m)
	}
	v := &plotView{doc: d, matrices: []*Matrix{&d.Matrices[0], &d.Matrices[1]}}
	p := spectraCharts(v)[0].Panels[0]
	if p.Band == nil || p.Band.Mean != nil || len(p.Lines) != 3 || p.Lines[2].X[0] != 1 || p.Lines[2].Y[0] != 2 {
		t.Errorf("of two: band %v, %d lines", p.Band, len(p.Lines))
	}
	norm := float64(norm(d.Matrices[0].Sigma))
	if got := p.Band.High[0]; got != 0.8*norm {
		t.Errorf("the band reaches %v, want %v", got, 0.8*norm)
	}
	for layer, rules := range []int{2, 1} { // the lower edge of layer 1 is far below
		p := spectrumChart(v, v.matrices[layer]).Panels[0]
		if len(p.Rules) != rules || p.Band == nil || len(p.Band.Mean) != 3 {
			t.Errorf("layer %d: %d rules, band %v", layer, len(p.Rules), p.Band)
		}
	}
	d.Matrices[1].Band = nil
	if p := spectraCharts(v)[0].Panels[0]; p.Band != nil {
		t.Error("a band of two where one has none")
	}
}

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"W_Q": "W" + ink.Sub("Q"), "L3.W_OV.H7": "L3.W" + ink.Sub("OV") + ".H7",
		"h.0.attn": "h.0.attn", "W_": "W_", "W_a_b": "W_a_b", "naïve σ": "naïve σ",
		"中": `\u4e2d`, "a\x0eb\x00": `a\u000eb\u0000`, "x\u202ey": `x\u202ey`, "e\u0301": `e\u0301`,
		strings.Repeat("y", 1<<20): strings.Repeat("y", 200) + "…",
	} {
		if got := inField(in); got != want {
			t.Errorf("%.40q gives %.300q", in, got)
		}
	}
}
