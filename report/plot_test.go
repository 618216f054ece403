package report

import (
	"bytes"
	"encoding/json"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wspec/report/ink"
)

// everyFigure is a document that has a figure of each kind.
func everyFigure() *Document {
	d := testDocument(testMatrix("W_pos", -1, decay(80, 60, 0.01)...))
	d.Matrices[0].Directions = testCurves(decay(80, 0.5, 1e-3)).Directions
	for l := range 3 {
		d.Matrices = append(d.Matrices,
			testMatrix("W_Q", l, decay(20, 3, 0.1*float64(l+1))...),
			testMatrix("W_K", l, decay(10, 2, 0.5)...),
			testHead("W_OV", l, 0, 1+float64(l)), testHead("W_QK", l, 1, 2))
	}
	d.Metrics = []MetricInfo{{Name: "effective_rank", Title: "Effective rank", Formula: "exp(−Σ p ln p)"}, {Name: "stable_rank", Title: "Stable rank"}}
	d.Matrices[3].Directions = []Direction{testTokens(0), testTokens(1)}
	for i := range d.Matrices {
		d.Matrices[i].Null = map[string]NullValue{"effective_rank": {Mean: 4, SD: 0.5, Z: 2, Q: 0.1}}
	}
	d.Models[0].Circuits = &Circuits{Pairs: 4, Composition: []Composition{
		{Kind: "Q", From: [2]int{0, 0}, To: [2]int{1, 0}, Z: 3}, {Kind: "Q", From: [2]int{0, 1}, To: [2]int{2, 11}, Z: -1.5}, {Kind: "V", From: [2]int{0, 1}, To: [2]int{1, 0}, Z: 0.25},
	}}
	return d
}

func TestPlotFiles(t *testing.T) {
	d := everyFigure()
	d.Options.Matrix = []string{"*"}
	files, err := plotFiles(d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.path)
		if f.path != "plots/"+f.figure+".png" {
			t.Errorf("figure %q is in %q", f.figure, f.path)
		}
	}
	want := []string{
		"plots/spectra-W_pos.png", "plots/spectra-W_Q.png", "plots/spectra-W_K.png",
		"plots/effective_rank.png", "plots/energy.png", "plots/heads-OV.png", "plots/heads-QK.png", "plots/positions-W_pos.png",
		"plots/spectrum-W_pos.png",
	}
	if diff := cmp.Diff(want, got[:min(len(want), len(got))]); diff != "" {
		t.Error(diff)
	}
	if n := len(want) - 1 + len(d.Matrices); len(got) != n { // one a matrix, now that all are asked for
		t.Errorf("%d files, want %d", len(got), n)
	}
	if title := files[1].title; title != "Singular values of W_Q, layer by layer" {
		t.Errorf("title %q", title)
	}
}

// Every figure is named after the entry of the table that made it.
func TestPlotKinds(t *testing.T) {
	d := everyFigure()
	for i := range d.Matrices {
		d.Matrices[i].Map = someMap()
	}
	drawn := map[string]bool{}
	for _, f := range d.figures(plotKinds(), []string{"W_pos", "L0.W_OV.H0"}, PlotOptions{}) {
		drawn[f.kind.name] = true
		if !strings.HasPrefix(f.Name, f.kind.name) {
			t.Errorf("%s makes %q", f.kind.name, f.Name)
		}
	}
	for _, k := range plotKinds() {
		sentence := func(doc string, is bool) bool { return strings.HasSuffix(doc, ".") == is }
		if k.analysed != nil && !drawn[k.name] || k.title == "" || !sentence(k.doc, k.analysed != nil) || !sentence(k.docOf, k.compared != nil) || k.needs == "" {
			t.Errorf("%s: drawn %v, title %q, doc %q", k.name, drawn[k.name], k.title, k.doc)
		}
	}
}

// The bytes of a figure depend on the document alone, also when figures are
// drawn at the same time, and decode to the size of the style.
func TestPlotBytes(t *testing.T) {
	files, _ := plotFiles(everyFigure())
	again, _ := plotFiles(everyFigure())
	var wg sync.WaitGroup
	for i, f := range files {
		if twin := []string{"spectra-W_pos", "spectra-W_K", "heads-QK"}; slices.Contains(twin, f.figure) {
			continue // another figure is drawn the same way
		}
		wg.Go(func() {
			var a, b bytes.Buffer
			if f.write(&a) != nil || again[i].write(&b) != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s differs between runs", f.path)
			}
			img, err := png.Decode(&a)
			if err != nil {
				t.Errorf("%s: %v", f.path, err)
				return
			}
			// 6.5 in × 144 dpi.
			if w := img.Bounds().Dx(); w != 936 {
				t.Errorf("%s is %d pixels wide", f.path, w)
			}
		})
	}
	wg.Wait()
}

// W_pos of GPT-2 small stands in the README, in as few bytes as allow it.
func TestPlotGenuine(t *testing.T) {
	data, err := os.ReadFile("../../shared/reference/gpt2-small-partial.json")
	if err != nil {
		t.Skip("no reference numbers here")
	}
	var ref map[string]struct {
		Sigma []float64 `json:"sigma"`
		Shape [2]int    `json:"shape"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	m := testMatrix("W_pos", -1, ref["W_pos"].Sigma...)
	m.Shape = ref["W_pos"].Shape
	cs := testDocument(m).figures(ownKinds(), []string{"W_pos"}, PlotOptions{})
	c := cs[len(cs)-1]
	if !strings.Contains(c.Caption, "effective rank 38.8") || ink.Plain(c.Title) != "Singular values of W_pos (1024 × 768, F32)" {
		t.Errorf("%q, %q", ink.Plain(c.Title), c.Caption)
	}
	var b bytes.Buffer
	if err := ink.WritePNG(&b, &c.Chart, ink.Paper()); err != nil {
		t.Fatal(err)
	}
	const most = 60_000 // bytes: a README loads at once
	if b.Len() > most {
		t.Errorf("%d bytes", b.Len())
	}
}

func TestFigureNames(t *testing.T) {
	d := testDocument(testMatrix("W_Q", 0, 2, 1), testMatrix("W_q", 0, 2, 1))
	other := testMatrix("W_Q", 0, 2, 1)
	other.Model = "../other model"
	d.Matrices = append(d.Matrices, other)
	d.Models = append(d.Models, Model{Name: other.Model}, Model{Name: "empty"})
	var got []string
	for _, c := range d.figures(ownKinds(), []string{"L0.W_Q", "none such"}, PlotOptions{}) {
		got = append(got, c.Name)
	}
	want := []string{
		"m-spectra-W_Q", "m-spectra-W_q-2", "m-effective_rank", "m-energy", "m-spectrum-L0.W_Q",
		"_.._other_model-spectra-W_Q", "_.._other_model-effective_rank", "_.._other_model-energy", "_.._other_model-spectrum-L0.W_Q",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUniqueNames(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, s := range []string{"a", "A", "a", "", "", ".", "-rf", "../../etc/passwd", "a\x00b", "a/b", `a\b`, "名前", "e\u0301", "con\u202etxt", long, long, long + "y"} {
		t.Run("", func(t *testing.T) {
			n := nameSet{}
			seen := map[string]bool{}
			for range 12 {
				name := n.unique(s)
				if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != "" || strings.ContainsAny(name, `/\`) {
					t.Errorf("%q gives %q", s, name)
				}
				if name == "" || name[0] == '.' || name[0] == '-' || len(name)+len(".png") > maxFileName {
					t.Errorf("%q gives %q", s, name)
				}
				if seen[strings.ToLower(name)] {
					t.Errorf("%q gives %q twice", s, name)
				}
				seen[strings.ToLower(name)] = true
			}
		})
	}
	n := nameSet{}
	if a, b := n.unique("W_Q"), n.unique("w_q"); strings.EqualFold(a, b) {
		t.Errorf("%q and %q", a, b)
	}
}

func TestEnergyCurve(t *testing.T) {
	const tolerance = 1e-15 // a few roundings of numbers up to 1
	for _, scale := range []float64{1, 1e150, 1e-150, math.MaxFloat64 / 2} {
		x, y := energyCurve(numbers([]float64{2 * scale, scale}))
		for i, want := range []float64{0, 0.8, 1} { // 4/5, not the 2/3 of σ itself
			if len(y) != 3 || !(math.Abs(y[i]-want) <= tolerance) || x[i] != float64(i)/2 {
				t.Errorf("scale %g: %v, %v", scale, x, y)
			}
		}
	}
	for _, sigma := range [][]float64{nil, {0, 0}, {math.NaN(), 1}, {math.Inf(1), 1}} {
		if x, _ := energyCurve(numbers(sigma)); x != nil {
			t.Errorf("%v has a curve", sigma)
		}
	}
}

func TestDepthLine(t *testing.T) {
	g := roleGroup{role: "W_in"}
	add := func(layer int, rank Number) {
		m := testMatrix("W_in", layer, 1, 1, 1, 1)
		m.Metrics["effective_rank"] = rank
		g.matrices = append(g.matrices, &m)
	}
	add(5, 4)
	for _, rank := range []Number{3, 1, 2} { // experts of one layer
		add(0, rank)
	}
	add(1, Undefined())
	line, largest := depthLine(g)
	if diff := cmp.Diff([][]float64{{0, 5}, {0.5, 1}}, [][]float64{line.X, line.Y}); diff != "" || largest != 4 {
		t.Error(largest, diff)
	}
	if !line.Bridge { // layers 1 to 4 are not known: no line through them
		t.Error("a line through layers that are not known")
	}
}
