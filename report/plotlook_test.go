package report

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"wspec/internal/golden"
	"wspec/internal/inktest"
	"wspec/report/ink"
)

// looks returns a style of every size and kind.
func looks(t *testing.T) map[string]*ink.Style {
	styles := map[string]*ink.Style{}
	add := func(name string, l ink.Look) {
		s, err := ink.NewStyle(l)
		if err != nil {
			t.Fatal(err)
		}
		styles[name] = s
	}
	for _, size := range ink.Sizes() {
		for _, style := range ink.Styles()[:2] { // the others differ in colours
			add(size.Name+" "+style.Name, ink.Look{Size: size.Name, Style: style.Name})
		}
		add(size.Name+" mono", ink.Look{Size: size.Name, Font: "mono"}) // the widest letters
	}
	add("large type", ink.Look{Size: "double", FontSize: 14, Font: "serif"})
	return styles
}

// Whatever the size and style, every word of every figure is on the paper, large
// enough to be read and clear of all others.
func TestFiguresLegible(t *testing.T) {
	d := everyFigure()
	figures := append(d.figures(plotKinds(), []string{"W_pos", "L0.W_OV.H0", "L1.W_Q"}, PlotOptions{}), everyChange().figures(plotKinds(), PlotOptions{})...)
	for name, style := range looks(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range figures {
				inktest.Record(t, &figures[i].Chart, style).CheckWords()
			}
		})
	}
}

// Every format writes the same bytes twice, with no date in them.
func TestFigureBytes(t *testing.T) {
	for _, f := range everyFigure().figures(plotKinds(), []string{"W_pos"}, PlotOptions{})[:5] {
		for _, format := range ink.Formats() {
			var files [2]string
			for i := range files {
				s, err := ink.NewStyle(ink.Look{})
				if err != nil {
					t.Fatal(err)
				}
				var b bytes.Buffer
				if err := format.Write(&b, &f.Chart, s); err != nil {
					t.Fatal(err)
				}
				files[i] = b.String()
			}
			if files[0] != files[1] || len(files[0]) < 1000 || strings.Contains(files[0], "D:20") {
				t.Errorf("%s.%s: %d and %d bytes", f.Name, format.Name, len(files[0]), len(files[1]))
			}
		}
	}
}

// Every kind of figure of a comparison is drawn of one that has all.
func TestComparedKinds(t *testing.T) {
	drawn := map[string]bool{}
	for _, f := range everyChange().figures(plotKinds(), PlotOptions{}) {
		drawn[f.kind.name] = true
	}
	for _, k := range plotKinds() {
		if drawn[k.name] != (k.compared != nil) {
			t.Errorf("%s: drawn %v", k.name, drawn[k.name])
		}
	}
}

// everyChange is a comparison that has a figure of each kind.
func everyChange() *Comparison {
	c := &Comparison{Models: []Model{{Name: "step_1"}, {Name: "step_2"}, {Name: "step_3"}}}
	for i := range 2 {
		p := Pairing{Before: c.Models[i].Name, After: c.Models[i+1].Name}
		for l := range 4 {
			for _, role := range []string{"W_Q", "W_out"} {
				p.Changes = append(p.Changes, testChange(role, l))
			}
		}
		c.Pairs = append(c.Pairs, p)
	}
	for _, x := range c.Pairs[0].Changes {
		path := Path{Sigma: []Number{1, 1.5, Number(*x.Layer)}}
		c.Trajectories = append(c.Trajectories, Trajectory{
			Label: x.Label, Role: x.Role, Layer: x.Layer, Kind: "stored", Modes: []Path{path, path},
			Values: map[string][]Number{"change_first": {0, 0.1, Number(*x.Layer)}},
		})
	}
	s := Similarity{Role: "W_Q", Side: "in", K: 10, Mean: 0.1}
	for l := range 12 {
		s.Labels = append(s.Labels, strings.Replace("L?.W_Q", "?", string(rune('a'+l)), 1))
		row := make([]Number, 12)
		for i := range row {
			row[i] = Number(0.01 * float64(i*l))
		}
		s.Share = append(s.Share, row)
	}
	c.Within = []Similarity{s}
	return c
}

func testChange(role string, layer int) Change {
	x := Change{Matrix: testMatrix(role, layer, decay(20, 0.1, 1e-3)...)}
	x.Metrics["rel_change"] = Number(0.1 * float64(layer+1))
	x.Before.Sigma, x.After.Sigma = numbers(decay(20, 2, 0.1)), numbers(decay(20, 2.1, 0.1))
	x.Floor.DType, x.Before.Floor.DType, x.After.Floor.DType = 1e-7, 1e-7, 2e-7
	x.Angles = &Angles{K: 3, In: []Number{1, 5, 80}, Out: []Number{2, 6, 85}, ChanceIn: 70, ChanceOut: 72}
	return x
}

// The numbers and captions of every kind of figure are what they were, to six
// digits: the last ones differ between processors.
func TestFigureGolden(t *testing.T) {
	analysed, compared := &Report{Document: everyFigure()}, &Report{Comparison: everyChange()}
	var b bytes.Buffer
	for _, r := range []*Report{analysed, compared} {
		q := &PlotRequest{PlotOptions: PlotOptions{Matrix: []string{"W_pos", "L[01].W_Q", "L0.W_O*"}}}
		figures, err := r.figures(q)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i := range figures {
			f := &figures[i]
			if seen[f.kind.name] {
				continue
			}
			seen[f.kind.name] = true
			fmt.Fprintf(&b, "== %s\n", f.Name)
			if err := errors.Join(r.writeCaption(&b, f, q), writeChartCSV(&b, &f.Chart)); err != nil {
				t.Fatal(err)
			}
		}
	}
	digits := regexp.MustCompile(`\d+\.\d{6,}(e-?\d+)?`)
	golden.Check(t, "figures.txt", digits.ReplaceAllFunc(b.Bytes(), func(n []byte) []byte {
		v, _ := strconv.ParseFloat(string(n), 64)
		return strconv.AppendFloat(nil, v, 'g', 6, 64)
	}))
}

// The gallery shows every kind.
func TestGallery(t *testing.T) {
	text, err := os.ReadFile("../docs/figures.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range plotKinds() {
		if !strings.Contains(string(text), "## `"+k.name+"`") {
			t.Errorf("docs/figures.md does not show %s", k.name)
		}
	}
	for _, m := range regexp.MustCompile(`\]\((img/[^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
		if !exists("../docs/" + m[1]) {
			t.Errorf("%s is not there", m[1])
		}
	}
}
