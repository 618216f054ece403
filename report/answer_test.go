package report

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wspec/report/ink"
)

// sampleAnswer says text wherever an answer holds a string of its own.
func sampleAnswer(text string) *Answer {
	a := newAnswer("sample", "v", struct {
		Text string `json:"text"`
	}{text})
	a.Tool = Tool{Version: text, Go: "go", Kernel: "k"}
	a.Title, a.Sentence = "Title of "+text, "It is "+text+"."
	a.warn("sample", "careful: %s", text)
	a.fact("residual", "residual "+text, Number(0.25), append(chance(0.5, 0.125, -2), floor(1e-9))...)
	a.fact("kind", "kind", text)
	a.fact("solved", "solved", true)
	a.Tables = []Table{{
		Name: "directions", Title: "Directions of " + text,
		Columns: []Column{{"index", "i", "0-based"}, {"sigma", "σ", ""}, {"token", "token", "of " + text}, {"stable", "stable", ""}, {"gap", "gap", ""}},
		Rows:    [][]Cell{{0, Number(1.0 / 3), text, true, nil}, {1, Number(math.NaN()), "=1+1", false, Number(-2)}},
	}}
	a.charts = []answerChart{{
		Chart: ink.Chart{Name: "sample", Title: "A figure", Panels: []ink.Panel{{
			X: ink.Axis{Min: 0, Max: 1}, Y: ink.Axis{Min: 0, Max: 1}, Lines: []ink.Series{{X: []float64{0, 1}, Y: []float64{0, 1}}},
		}}},
		alt: "A line of " + text, table: "directions",
	}}
	return a
}

func TestAnswerText(t *testing.T) {
	var b bytes.Buffer
	if err := WriteAnswer(&b, sampleAnswer("x")); err != nil {
		t.Fatal(err)
	}
	want := "Title of x\nIt is x.\n\nresidual x  0.25  chance 0.5 ± 0.125, z -2, floor 1e-09\nkind           x\nsolved       yes\n\n" +
		"Directions of x\ni       σ  token  stable  gap\n0  0.3333  x      yes       –\n1       –  =1+1   no       -2\n\n" + Boundary + "\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	a := sampleAnswer("x")
	a.Tables[0].Most = 1
	b.Reset()
	if err := WriteAnswer(&b, a); err != nil || !strings.Contains(b.String(), "(1 of 2; all with --json or --out)") || strings.Contains(b.String(), "=1+1") {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestAnswerJSON(t *testing.T) {
	var b bytes.Buffer
	if err := WriteAnswerJSON(&b, sampleAnswer("x")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`{"schema":"wspec.sample/1",`,
		`{"index":0,"sigma":0.3333333333333333,"token":"x","stable":true,"gap":null},{"index":1,"sigma":null,"token":"=1+1","stable":false,"gap":-2}`,
		`{"name":"residual","title":"residual x","value":0.25,"beside":[{"name":"chance_mean",`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
	if !json.Valid(b.Bytes()) {
		t.Error("not JSON")
	}
	b.Reset()
	if err := WriteAnswerJSON(&b, newAnswer("empty", "", nil)); err != nil || !json.Valid(b.Bytes()) || bytes.Contains(b.Bytes(), []byte(`"tables":null`)) {
		t.Errorf("%v: %s", err, b.String())
	}
	a := newAnswer("empty", "", nil)
	a.Tables = []Table{{Name: "t", Columns: []Column{{Name: "c"}}}}
	b.Reset()
	if err := WriteAnswerJSON(&b, a); err != nil || !strings.Contains(b.String(), `"rows":[]}`) {
		t.Errorf("a table without rows: %v: %s", err, b.String())
	}
}

// TestAnswerHostile puts what a file may hold into every string of an answer.
func TestAnswerHostile(t *testing.T) {
	for _, name := range hostileNames() {
		a := sampleAnswer(name)
		images, err := a.draw()
		if err != nil {
			t.Fatal(err)
		}
		var page, text bytes.Buffer
		if err := writeAnswerPage(&page, a, images); err != nil {
			t.Fatal(err)
		}
		if err := WriteAnswer(&text, a); err != nil {
			t.Fatal(err)
		}
		for _, out := range []string{page.String(), text.String()} {
			if i := strings.IndexFunc(out, func(r rune) bool { return r != '\n' && hidden(r) }); i >= 0 {
				t.Errorf("%q shows %q", name, out[i:min(len(out), i+12)])
			}
		}
		tags := regexp.MustCompile(`<(script|img|iframe|link|object)[ >]`).FindAllString(page.String(), -1)
		if !slices.Equal(tags, []string{"<img "}) {
			t.Errorf("%q: the page has %v", name, tags)
		}
	}
}

func TestAnswerPage(t *testing.T) {
	a := sampleAnswer("x")
	for i := range 2 * pageTableRows {
		a.Tables[0].Rows = append(a.Tables[0].Rows, []Cell{i, nil, nil, nil, nil})
	}
	images, err := a.draw()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := writeAnswerPage(&b, a, images); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	policy := metaPolicy(t, page)
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(page)[1]
	if policy["default-src"] != "'none'" || policy["script-src"] != "'none'" || policy["style-src"] != cspDigest(style) {
		t.Errorf("policy %v", policy)
	}
	src := regexp.MustCompile(`<img src="data:image/png;base64,([^"]*)" width="624" height="\d+" alt="A line of x">`).FindStringSubmatch(page)
	if src == nil {
		t.Fatal("no figure")
	}
	raw, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(src[1], "&#43;", "+"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := png.Decode(bytes.NewReader(raw)); err != nil {
		t.Error(err)
	}
	for _, want := range []string{`<a href="#table-directions">`, `id="table-directions"`, "402 rows more are in directions.csv beside this page.", "chance 0.5 ± 0.125, z -2"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}

func TestAnswerFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	for range 2 { // the second one replaces the first
		if err := WriteAnswerFolder(context.Background(), dir, sampleAnswer("=x")); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"facts.csv":      "name,value,title\nresidual,0.25,residual =x\nresidual.chance_mean,0.5,chance\nresidual.chance_sd,0.125,±\nresidual.z,-2,z\nresidual.floor,1e-9,floor\nkind,'=x,kind\nsolved,true,solved\n",
		"directions.csv": "index,sigma,token,stable,gap\n0,0.3333333333333333,'=x,true,\n1,,'=1+1,false,-2\n",
	} {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, got, want)
		}
		if _, err := csv.NewReader(bytes.NewReader(got)).ReadAll(); err != nil {
			t.Error(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil || !strings.Contains(string(text), `"figures":[{"name":"sample","title":"A figure","files":["plots/sample.png"]}]`) {
		t.Errorf("%v\n%s", err, text)
	}
	for _, name := range []string{"index.html", "plots/sample.png"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}
