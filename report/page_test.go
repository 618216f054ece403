package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// hostileNames are what a file might call its tensors to reach a reader's
// browser or eyes.
func hostileNames() []string {
	return []string{
		"</script><script>alert(1)</script>", "<!--<script>", "]]><img src=x onerror=alert(1)>", `"onload="alert(1)`,
		"\x1b[2J\x1b[31m", "evil\u202egnp.exe", "line\u2028break", "\u2066\u200b\ufeff", "not\xffutf8", "{{.CSP}}", "${alert(1)}",
		"__proto__", strings.Repeat("long", 1000),
	}
}

// hostileDocument says each hostile name wherever a document holds a string.
func hostileDocument() *Document {
	d := sample()
	for _, name := range hostileNames() {
		d.Warnings = append(d.Warnings, Warning{Code: name, Message: name, Matrix: name})
		d.Models = append(d.Models, Model{
			Name: name, Family: name, Files: []SourceFile{{Name: name, SHA256: name}},
			Tensors: []Tensor{{Name: name, DType: name, File: name, Role: name, Fate: name, Reason: name}},
		})
		d.Metrics = append(d.Metrics, MetricInfo{Name: name, Title: name, Unit: name, Formula: name, Doc: name, Ref: name})
		d.Matrices = append(d.Matrices, Matrix{
			Label: name, Role: name, Model: name, Kind: name, Tensors: []string{name}, DType: name, In: name, Out: name,
			Sigma: []Number{1}, Metrics: map[string]Number{name: 1}, Certificate: Certificate{Method: name}, Error: name,
		})
	}
	d.Tool, d.Schema = Tool{Version: hostileNames()[0], Go: hostileNames()[1], Kernel: hostileNames()[4]}, hostileNames()[0]
	d.Options = RunOptions{Matrix: hostileNames(), Layers: hostileNames()[0]}
	return d
}

func drawPage(t *testing.T, d *Document) string {
	t.Helper()
	var b bytes.Buffer
	if err := writePage(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func pageSamples() map[string]*Document {
	return map[string]*Document{
		"sample": sample(), "hostile": hostileDocument(), "empty": {}, "directions": directedSample("token"), "hostile token": directedSample(hostileNames()[0]),
	}
}

func TestPageDeterministic(t *testing.T) {
	for name, d := range pageSamples() {
		first, second := drawPage(t, d), drawPage(t, d)
		if first != second {
			t.Errorf("%s: two pages of one document differ", name)
		}
	}
}

// TestPagePolicy holds the policy against the page: each script and style must
// be admitted by its digest, and nothing else may be.
func TestPagePolicy(t *testing.T) {
	element := regexp.MustCompile(`(?s)<(script|style)([^>]*)>(.*?)</(?:script|style)>`)
	for name, d := range pageSamples() {
		page := drawPage(t, d)
		policy := metaPolicy(t, page)
		digests := 0
		for _, m := range element.FindAllStringSubmatch(page, -1) {
			if strings.Contains(m[2], "application/json") {
				continue // data: never run
			}
			if digests++; !strings.Contains(policy[m[1]+"-src"], cspDigest(m[3])) {
				t.Errorf("%s: a %s of %d bytes is not admitted by %q", name, m[1], len(m[3]), policy[m[1]+"-src"])
			}
		}
		if admitted := strings.Count(policy["script-src"]+policy["style-src"], "'sha256-"); digests != 3 || admitted != 3 {
			t.Errorf("%s: %d scripts and styles, %d digests, want 3 of each", name, digests, admitted)
		}
		want := map[string]string{"default-src": "'none'", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'"}
		for directive, value := range want {
			if policy[directive] != value {
				t.Errorf("%s: policy has %s %q, want %q", name, directive, policy[directive], value)
			}
		}
		if strings.Contains(fmt.Sprint(policy), "unsafe") {
			t.Errorf("%s: policy admits something unsafe: %v", name, policy)
		}
	}
}

// metaPolicy reads the policy as a browser does, by directive.
func metaPolicy(t *testing.T, page string) map[string]string {
	t.Helper()
	m := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"]*)">`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("the page has no policy")
	}
	policy := map[string]string{}
	for directive := range strings.SplitSeq(html.UnescapeString(m[1]), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
		policy[name] = value
	}
	return policy
}

// TestPageRefersToNothing checks that the page loads nothing and that its links
// stay inside it.
func TestPageRefersToNothing(t *testing.T) {
	page := drawPage(t, sample())
	markup := regexp.MustCompile(`(?s)<(script|style)[^>]*>.*?</(script|style)>`).ReplaceAllString(page, "")
	for _, m := range regexp.MustCompile(`(?i)\s(src|href|srcset|action|data|poster|background)\s*=\s*["']?([^"'\s>]*)`).FindAllStringSubmatch(markup, -1) {
		if m[1] != "href" || !strings.HasPrefix(m[2], "#") {
			t.Errorf("the page refers to %s=%q", m[1], m[2])
		} else if !strings.Contains(markup, fmt.Sprintf("id=%q", m[2][1:])) {
			t.Errorf("the page links to %q, which it does not have", m[2])
		}
	}
	if m := regexp.MustCompile(`(?i)\s(on[a-z]+|style)\s*=`).FindString(markup); m != "" {
		t.Errorf("the markup holds%s, which the policy forbids", m)
	}
	if m := regexp.MustCompile(`(?i)url\(|@import|@font-face`).FindString(page[strings.Index(page, "<style>"):strings.Index(page, "</style>")]); m != "" {
		t.Errorf("the style-sheet holds %s", m)
	}
}

// TestPageHostile checks that no name leaves its place in the data, and that
// none is there raw.
func TestPageHostile(t *testing.T) {
	page := drawPage(t, hostileDocument())
	if n, want := strings.Count(page, "<script"), 3; n != want {
		t.Errorf("the page has %d scripts, want %d", n, want)
	}
	for _, raw := range []string{"alert(1)</script>", "<img", "<!--<script>", "\x1b", "\u202e", "\u2028", "\u2066", "\u200b", "\xff", strings.Repeat("long", 600)} {
		if strings.Contains(page, raw) {
			t.Errorf("the page holds %q raw", raw)
		}
	}
	data := unpackPage(t, page)
	last := data.Models[len(data.Models)-len(hostileNames()):]
	for i, name := range hostileNames() {
		if last[i].Name != Safe(name) || last[i].Tensors[0].Name != Safe(name) {
			t.Errorf("%q reaches the page as %q, want %q", name, last[i].Name, Safe(name))
		}
	}
}

// TestPageData checks what the scripts rely on: lists that are never null,
// values in the order of the metrics, models by position.
func TestPageData(t *testing.T) {
	d := sample()
	d.Models = append([]Model{{Name: "other"}}, d.Models...)
	p := newPageData(d)
	for i, m := range p.Matrices {
		if m.Model != 1 || len(m.Values) != len(d.Metrics) || m.Tensors == nil {
			t.Errorf("%s: model %d, %d values, tensors %v", m.Label, m.Model, len(m.Values), m.Tensors)
		}
		for k, info := range d.Metrics {
			want, ok := d.Matrices[i].Metrics[info.Name]
			if defined := ok && want.Defined(); defined != m.Values[k].Defined() || (defined && m.Values[k] != want) {
				t.Errorf("%s: %s = %v, want %v", m.Label, info.Name, m.Values[k], want)
			}
		}
	}
	empty, err := json.Marshal(newPageData(&Document{}))
	if err != nil || bytes.Contains(empty, []byte(":null")) {
		t.Errorf("an empty document is %s, %v: lists must not be null", empty, err)
	}
}

// TestPageScripts checks that every module is in the page, and that none
// parses strings as markup or code.
func TestPageScripts(t *testing.T) {
	files, err := fs.Glob(pageFiles, "page/*.js")
	used := slices.Concat(pageScripts(), comparePageScripts())
	slices.Sort(used)
	used = slices.Compact(used)
	if err != nil || len(files) != len(used) {
		t.Errorf("%d modules are embedded, %d are loaded, %v", len(files), len(used), err)
	}
	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|fetch\(|XMLHttpRequest|WebSocket|import\(`)
	for _, name := range used {
		text, err := joinFiles(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := forbidden.FindString(text); m != "" {
			t.Errorf("%s uses %s", name, m)
		}
	}
}
