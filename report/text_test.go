package report

import (
	"bytes"
	"strings"
	"testing"

	"wspec/internal/golden"
)

func TestText(t *testing.T) {
	asked := sample()
	asked.Options.Matrix = []string{"*"}
	two := sample()
	two.Models = append(two.Models, Model{Name: "other"})
	for _, c := range []struct {
		name string
		doc  *Document
		o    TextOptions
	}{
		{"whole", sample(), TextOptions{}},
		{"asked", asked, TextOptions{}},
		{"two-models", two, TextOptions{}},
		{"narrow", sample(), TextOptions{Width: 44}},
		{"metric", asked, TextOptions{Width: 20, Metrics: []string{"effective_rank"}}},
	} {
		var b bytes.Buffer
		if err := WriteText(&b, c.doc, c.o); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "text-"+c.name+".txt", b.Bytes())
	}
}

func TestInspectText(t *testing.T) {
	var b bytes.Buffer
	m := sample().Models[0]
	m.Config = Config{NLayers: 2, DModel: 8}
	if err := WriteInspect(&b, m); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b\u202e") {
		t.Error("a control character reaches the terminal")
	}
	golden.Check(t, "inspect.txt", b.Bytes())
}

// TestShort shows four significant digits, counts whole, and a dash for what is undefined.
func TestShort(t *testing.T) {
	for x, want := range map[Number]string{
		0: "0", 128: "128", 1.8898815: "1.89", 0.00988: "0.00988", 14752.9: "1.475e+04", 999999: "999999", 1e6: "1e+06", -3: "-3",
	} {
		if got := Short(x); got != want {
			t.Errorf("Short(%v) = %q, want %q", float64(x), got, want)
		}
	}
	if got := Short(Undefined()); got != "–" {
		t.Errorf("undefined is %q", got)
	}
}

// TestMetricsText names every measure and what noise gives.
func TestMetricsText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteMetrics(&b, NoiseColumns()); err != nil {
		t.Fatal(err)
	}
	for _, m := range MetricInfos() {
		if !strings.Contains(b.String(), m.Name) || !strings.Contains(b.String(), m.Formula) {
			t.Errorf("%s or its formula is missing", m.Name)
		}
	}
	if !strings.Contains(b.String(), "618.3") { // effective rank of noise, 768×768
		t.Error("the value on noise is missing")
	}
}
