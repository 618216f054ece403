package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// pure are the modules that need no document: they are tried without a page.
var pure = []string{"dom.js", "format.js", "ticks.js", "zoom.js", "figures.js", "filters.js", "latex.js", "save.js"}

// TestModules evaluates functions of the page's modules.
func TestModules(t *testing.T) {
	var script strings.Builder
	for _, name := range pure {
		text, err := os.ReadFile(filepath.Join("..", "..", "report", "page", name))
		if err != nil {
			t.Fatal(err)
		}
		script.Write(text)
	}
	p := blank(t)
	p.url = "about:blank"
	p.do(chromedp.Evaluate[chromedp.Void](script.String()))
	for _, c := range [][2]string{
		// CSV: a spreadsheet sees no formula, readers get numbers as they are.
		{`csvText([["=1+1", "a,b", 'say "x"', -2, null, NaN, "-x"]])`, "'=1+1,\"a,b\",\"say \"\"x\"\"\",-2,,,'-x\r\n"},
		{`csvText([["@a", "\tb", "+c", "two\nlines"]])`, "'@a,'\tb,'+c,\"two\nlines\"\r\n"},

		// LaTeX, as wspec export --format latex writes it.
		{`latexLabel("L3.W_Q.H7")`, `L3.$W_Q$.H7`},
		{`latexLabel("L3.E5.W_in")`, `L3.E5.$W_{\mathrm{in}}$`},
		{`latexLabel("W_OV\\input{x}")`, `W\_OV\textbackslash{}input\{x\}`},
		{`latexText("100% of $x & #1 ~ é")`, `100\% of \$x \& \#1 \textasciitilde{} [U+00E9]`},
		{`[1.23456, 0, -0.00001234, 1e9, 12345.6, 128, NaN].map((x) => latexNumber(x, 4)).join(" ")`,
			`$1.235$ $0$ $-1.234\times 10^{-5}$ $1.000\times 10^{9}$ $12346$ $128$ --`},

		// Patterns: * is any text, all else stands for itself.
		{`["L*.W_OV.H*", "*", "l0.w_ov.h1", "L0", "*H1", "*W*W*", "a.c"].map((g) => matchesGlob(g.toLowerCase(), "l0.w_ov.h1")).join()`, "true,true,true,false,true,false,false"},
		{`matchesGlob("aa*aa", "aaa")`, "false"},
		{`matchesGlob("*a".repeat(100) + "b", "a".repeat(200))`, "false"},

		// Numbers within bounds as typed.
		{`[isBetween(2, "", ""), isBetween(2, "2", "2"), isBetween(2, "2.1", ""), isBetween(null, "", "9"), isBetween(-3, "-1e1", "0")].join()`, "true,true,false,false,true"},

		// Zoom: about a value, on a log axis by ratios; never beyond the whole.
		{`widened([0, 10], 2, 0.5, false).join()`, "1,6"},
		{`widened([1, 100], 10, 0.5, true).map((v) => v.toFixed(4)).join()`, "3.1623,31.6228"},
		{`[within([-1, 3], [0, 10]), within([8, 12], [0, 10]), within([-1, 11], [0, 10])].map(String).join(" ")`, "0,4 6,10 null"},
		{`shifted([1, 10], 1, true).map((v) => v.toFixed(4)).join()`, "10.0000,100.0000"},

		// Ticks.
		{`niceTicks(0, 1, 5).join()`, "0,0.2,0.4,0.6,0.8,1"},
		{`niceTicks(-0.3, 0.3, 3).join()`, "-0.2,0,0.2"},
		{`decadeTicks(0.002, 30).join()`, "0.01,0.1,1,10"},
		{`decadeTicks(0.5, 12).join()`, "0.5,1,2,5,10"},

		// Lines cut to the frame: outside, crossing, in and out again.
		{`JSON.stringify(clipped([[-1, 5], [5, 5], [5, 20]], { left: 0, right: 10, top: 0, bottom: 10 }))`, "[[[0,5],[5,5],[5,10]]]"},
		{`JSON.stringify(clipped([[1, 1], [1, 20], [9, 20], [9, 1]], { left: 0, right: 10, top: 0, bottom: 10 }))`, "[[[1,1],[1,10]],[[9,10],[9,1]]]"},
		{`JSON.stringify(clipped([[11, 0], [12, 9]], { left: 0, right: 10, top: 0, bottom: 10 }))`, "[]"},
		{`JSON.stringify(runs([1, null, 2, 3, NaN]))`, "[[0],[2,3]]"},

		// Names of files: nothing that leaves a folder.
		{`fileName("../../etc/σ of L0.W_Q?", "svg")`, "etc-σ-of-L0.W_Q.svg"},
		{`fileName("...", "csv")`, "figure.csv"},
	} {
		if got := eval[string](p, "String("+c[0]+")"); got != c[1] {
			t.Errorf("%s\n  = %q\nwant %q", c[0], got, c[1])
		}
	}
}
