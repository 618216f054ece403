package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// finding is a rule of axe-core that a page breaks, and where.
type finding struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string   `json:"html"`
		Target  []string `json:"target"`
		Summary string   `json:"failureSummary"`
	} `json:"nodes"`
}

// runAxe returns what breaks WCAG 2.2 AA or axe-core's own best practice. The
// script is evaluated by the protocol, which the page's policy does not cover.
func runAxe(p *tab) []finding {
	p.Helper()
	script, err := os.ReadFile(filepath.Join("testdata", "axe", "axe.min.js"))
	if err != nil {
		p.Fatal(err)
	}
	if !eval[bool](p, "typeof axe === 'object'") {
		p.do(chromedp.Evaluate[chromedp.Void](string(script)))
	}
	return eval[[]finding](p, `axe.run(document, {
		resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	}).then((r) => r.violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(({ html, target, failureSummary }) => ({ html, target: target.flat(), failureSummary })) })))`)
}

// TestAccessible runs axe-core on the pages in light and dark, as they open and
// with a matrix and every data table open.
func TestAccessible(t *testing.T) {
	for _, name := range []page{modelPage, changePage} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprint(name, " ", scheme), func(t *testing.T) {
				p := open(t, name)
				p.emulate("", "prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
				p.frame()
				p.audit("as it opens")
				p.clickText("#matrix-table tbody button", "L1.W_Q")
				p.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
				p.frame()
				p.audit("with everything open")
			})
		}
	}
}

// audit fails p's test for each rule broken.
func (p *tab) audit(state string) {
	p.Helper()
	for _, f := range runAxe(p) {
		var places []string
		for _, n := range f.Nodes[:min(3, len(f.Nodes))] {
			places = append(places, strings.Join(n.Target, " ")+": "+n.HTML+"\n"+n.Summary)
		}
		p.Errorf("%s, %s: %s, %d places:\n%s", state, f.ID, f.Help, len(f.Nodes), strings.Join(places, "\n"))
	}
}

// TestAxeFinds checks that a fault would be found.
func TestAxeFinds(t *testing.T) {
	p := open(t, modelPage)
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelector("main").append(document.createElement("button"))`))
	for _, f := range runAxe(p) {
		if f.ID == "button-name" {
			return
		}
	}
	t.Error("a button without a name passes")
}
