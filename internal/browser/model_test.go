package browser

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"wspec/report"
)

// TestOpens checks that every kind of page is drawn from disk without an
// error, without violating its own policy and without asking for any file but
// itself.
func TestOpens(t *testing.T) {
	for _, name := range []page{modelPage, changePage, hostilePage} {
		t.Run(string(name), func(t *testing.T) {
			p := open(t, name)
			if title := p.text("h1"); title == "" {
				t.Error("the page has no title")
			}
			if boot := p.text("#boot"); boot != "" {
				t.Error(boot)
			}
			p.shoot(string(name), true)
		})
	}
}

// TestComplaints checks that what the other tests rely on would be noticed: an
// error, a violation of the policy, a request and a warning.
func TestComplaints(t *testing.T) {
	for name, c := range map[string]struct{ script, want string }{
		"exception": {"setTimeout(() => { throw new Error('thrown') })", "thrown"},
		"console":   {"console.error('logged')", "logged"},
		"policy":    {"document.body.append(Object.assign(document.createElement('style'), { textContent: 'p { color: red }' }))", "style-src"},
		"types":     {"try { document.body.innerHTML = '<b>' } catch {}", "TrustedHTML"},
		"request":   {"fetch('file:///etc/hostname').catch(() => {})", "connect-src"},
		"away":      {"void open('https://example.invalid/', '_self')", "request for https://example.invalid/"},
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t, modelPage)
			p.do(chromedp.Evaluate[chromedp.Void](c.script))
			for range 100 {
				if list := fmt.Sprint(p.complained()); strings.Contains(list, c.want) {
					time.Sleep(50 * time.Millisecond) // for what comes twice, as an error and as an issue
					p.complained()
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
			t.Errorf("nothing complained of %q", c.want)
		})
	}
}

// column returns the texts of a table's column in the rows drawn.
func (p *tab) column(table, title string) []string {
	p.Helper()
	return eval[[]string](p, fmt.Sprintf(`(() => {
		const table = document.querySelector(%s);
		const at = [...table.querySelectorAll("thead th")].findIndex((th) => th.textContent.startsWith(%s));
		return [...table.querySelectorAll("tbody tr:not(.gap)")].map((tr) => tr.children[at].textContent);
	})()`, quote(table), quote(title)))
}

// clickText clicks the first element of a kind with the given text.
func (p *tab) clickText(selector, text string) {
	p.Helper()
	found := eval[bool](p, fmt.Sprintf(`(() => {
		for (const old of document.querySelectorAll("[data-test-target]")) old.removeAttribute("data-test-target");
		const found = [...document.querySelectorAll(%s)].find((e) => e.textContent.startsWith(%s));
		if (found) found.setAttribute("data-test-target", "");
		return Boolean(found);
	})()`, quote(selector), quote(text)))
	if !found {
		p.Fatalf("no %s says %q", selector, text)
	}
	p.click("[data-test-target]")
}

// search replaces what a search box holds.
func (p *tab) search(selector, text string) {
	p.Helper()
	p.do(chromedp.Clear(chromedp.CSS(selector)), chromedp.SendKeys(chromedp.CSS(selector), text))
	p.frame()
}

// TestSort sorts the table of matrices by a measure, both ways.
func TestSort(t *testing.T) {
	p := open(t, modelPage)
	for _, order := range []string{"descending", "ascending"} {
		p.clickText("#matrix-table thead button", "Effective rank")
		p.frame()
		if got := p.text("#matrix-table th[aria-sort=" + order + "]"); !strings.HasPrefix(got, "Effective rank") {
			t.Errorf("%s is %q", order, got)
		}
		var values []float64
		for _, text := range p.column("#matrix-table", "Effective rank") {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			values = append(values, v)
		}
		sorted := slices.IsSortedFunc(values, func(a, b float64) int {
			if order == "descending" {
				a, b = b, a
			}
			return cmp.Compare(a, b)
		})
		if !sorted || len(values) < 20 || values[0] == values[len(values)-1] {
			t.Errorf("%s: %v", order, values)
		}
	}
}

// TestFilter filters the table of matrices by a pattern over labels.
func TestFilter(t *testing.T) {
	p := open(t, modelPage)
	before := p.text("#matrix-count")
	p.search("#matrix-controls input[type=search]", "L*.W_OV.H2")
	labels := p.column("#matrix-table", "Label")
	if len(labels) != 4 || p.text("#matrix-count") == before {
		t.Errorf("%d rows %v, said as %q", len(labels), labels, p.text("#matrix-count"))
	}
	for i, l := range labels {
		if want := fmt.Sprintf("L%d.W_OV.H2", i); l != want {
			t.Errorf("row %d is %s, want %s", i, l, want)
		}
	}
	p.search("#matrix-controls input[type=search]", "no such matrix")
	if got := p.text("#matrix-table tbody"); !strings.Contains(got, "Nothing matches") {
		t.Errorf("no rows are said as %q", got)
	}
}

// opened is the label of the matrix in the panel, "" if that is closed.
func (p *tab) opened() string {
	p.Helper()
	p.frame()
	return p.text("#detail:not([hidden]) #detail-title")
}

// TestOpenMatrix opens a matrix from the table and closes it again.
func TestOpenMatrix(t *testing.T) {
	p := open(t, modelPage)
	p.search("#matrix-controls input[type=search]", "L1.W_QK.H3")
	p.clickText("#matrix-table button", "L1.W_QK.H3")
	if got := p.opened(); got != "L1.W_QK.H3" {
		t.Errorf("opened %q", got)
	}
	if n := eval[int](p, `document.querySelectorAll("#detail .chips .tok").length`); n == 0 {
		t.Error("its directions have no tokens")
	}
	p.shoot("matrix", false)
	p.press(kb.Escape)
	if got := p.opened(); got != "" {
		t.Errorf("%q is still open", got)
	}
}

// TestToggle switches the figure of spectra from log to linear and back.
func TestToggle(t *testing.T) {
	p := open(t, modelPage)
	drawn := func() string {
		p.frame()
		return eval[string](p, `document.querySelector("#spectra-figure canvas").toDataURL()`)
	}
	logarithmic := drawn()
	p.click(`#spectra-controls label:has(> input[name=y][value=linear])`)
	linear := drawn()
	if linear == logarithmic {
		t.Error("log and linear are drawn alike")
	}
	if hash := eval[string](p, "location.hash"); !strings.Contains(hash, "y=linear") {
		t.Errorf("the address says %q", hash)
	}
	p.click(`#spectra-controls label:has(> input[name=y][value=log])`)
	if drawn() != logarithmic {
		t.Error("log again is drawn otherwise")
	}
}

// TestHeatMap opens the matrix of a cell.
func TestHeatMap(t *testing.T) {
	p := open(t, modelPage)
	for _, label := range []string{"L2.W_in", "L3.W_OV.H1"} {
		p.click(fmt.Sprintf("#map [role=gridcell][data-key=%q]", label))
		if got := p.opened(); got != label {
			t.Errorf("the cell of %s opens %q", label, got)
		}
	}
}

// tabTo presses Tab until the focus is on what selector matches.
func (p *tab) tabTo(selector string) {
	p.Helper()
	const most = 300 // controls on the page
	for range most {
		p.press(kb.Tab)
		if eval[bool](p, "document.activeElement.matches("+quote(selector)+")") {
			return
		}
	}
	p.Fatalf("Tab does not reach %s", selector)
}

// TestKeyboard opens matrices with no pointer: from the map and from the table.
func TestKeyboard(t *testing.T) {
	p := open(t, modelPage)
	p.press(kb.Tab)
	if got := eval[string](p, "document.activeElement.textContent"); !strings.HasPrefix(got, "Skip to") {
		t.Errorf("the first stop is %q", got)
	}
	p.tabTo("#map [role=gridcell]")
	p.press(kb.ArrowRight, kb.ArrowDown)
	want := eval[string](p, "document.activeElement.dataset.key")
	p.press(kb.Enter)
	if got := p.opened(); got != want || !strings.HasPrefix(want, "L1.") {
		t.Errorf("Enter on the cell of %q opens %q", want, got)
	}
	if !eval[bool](p, `document.querySelector("#detail").contains(document.activeElement)`) {
		t.Error("the panel does not have the focus")
	}
	p.press(kb.Escape)
	if got := eval[string](p, "document.activeElement.dataset.key || ''"); got != want {
		t.Errorf("closed, the focus is on %q, want %q", got, want)
	}
	p.tabTo("#matrix-table table")
	labels := p.column("#matrix-table", "Label")
	p.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp, kb.Enter)
	if got := p.opened(); got != labels[1] {
		t.Errorf("the second row opens %q, want %q", got, labels[1])
	}
}

// TestDark checks that the page follows the reader's colours and can be told otherwise.
func TestDark(t *testing.T) {
	p := open(t, modelPage)
	lightness := func() float64 {
		p.frame()
		return eval[float64](p, `(() => {
			const c = document.createElement("canvas").getContext("2d");
			c.fillStyle = getComputedStyle(document.body).backgroundColor;
			c.fillRect(0, 0, 1, 1);
			const [r, g, b] = c.getImageData(0, 0, 1, 1).data;
			return (r + g + b) / 765;
		})()`)
	}
	p.emulate("", "prefers-color-scheme", "light")
	light := lightness()
	p.emulate("", "prefers-color-scheme", "dark")
	if dark := lightness(); dark > 0.25 || light < 0.75 {
		t.Errorf("lightness is %.2f in the light, %.2f in the dark", light, dark)
	}
	p.shoot("dark", true)
	p.emulate("", "prefers-color-scheme", "light")
	seen := map[bool]bool{}
	for range 3 {
		p.click("#theme")
		seen[lightness() < 0.25] = true
	}
	if len(seen) != 2 {
		t.Error("the button of the page does not switch between light and dark")
	}
}

// TestDownload saves the table shown as CSV and reads the file.
func TestDownload(t *testing.T) {
	p := open(t, modelPage)
	dir := p.downloads()
	p.search("#matrix-controls input[type=search]", "L*.W_OV.H0")
	p.clickText("#matrix-controls button", "Download CSV")
	rows := readCSV(t, filepath.Join(dir, "matrices.csv"))
	if len(rows) != 1+4 || rows[0][0] != "label" || rows[4][0] != "L3.W_OV.H0" {
		t.Fatalf("%d rows; first %v", len(rows), rows[0])
	}
	d, err := analyzed()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range d.Matrices {
		if m.Label == "L3.W_OV.H0" {
			at := slices.Index(rows[0], "effective_rank")
			if got, err := strconv.ParseFloat(rows[4][at], 64); err != nil || got != float64(m.Metrics["effective_rank"]) {
				t.Errorf("effective rank %q, want %v", rows[4][at], m.Metrics["effective_rank"])
			}
		}
	}
}

// downloads returns the folder that files are saved to from now on.
func (p *tab) downloads() string {
	p.Helper()
	dir := p.TempDir()
	call(p, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir,
	})
	return dir
}

// readCSV waits for a download whose name matches a pattern and reads it.
func readCSV(t *testing.T, pattern string) [][]string {
	t.Helper()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) == 0 {
			continue
		}
		text, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	t.Fatalf("no %s was saved", pattern)
	return nil
}

// TestFragment checks that the address holds what is on the screen.
func TestFragment(t *testing.T) {
	p := open(t, modelPage)
	p.search("#matrix-controls input[type=search]", "L*.W_OV.H*")
	p.clickText("#matrix-table thead button", "Stable rank")
	p.frame()
	p.click("#map [role=gridcell][data-key='L0.W_in']")
	p.frame()
	screen := func(p *tab) string {
		return fmt.Sprint(p.opened(), p.text("#matrix-count"), p.text("#matrix-table th[aria-sort=descending]"),
			p.column("#matrix-table", "Label"), eval[string](p, `document.querySelector("#matrix-controls input[type=search]").value`))
	}
	want := screen(p)
	other := blank(t)
	other.load(eval[string](p, "location.href"))
	if got := screen(other); got != want || !strings.Contains(want, "Stable rank") || !strings.HasPrefix(want, "L0.W_in") {
		t.Errorf("the address shows\n%s\nwant\n%s", got, want)
	}
}

// TestHostile checks that no name and no token becomes an element, an
// attribute or code, also in what is drawn only when asked for.
func TestHostile(t *testing.T) {
	p := open(t, hostilePage)
	p.clickText("#matrix-table tbody button", "L0.W_K")
	p.do(chromedp.Evaluate[chromedp.Void](`for (const d of document.querySelectorAll("details")) d.open = true`))
	p.frame()
	if !strings.HasPrefix(p.opened(), "L0.W_K") || !strings.Contains(eval[string](p, "document.body.textContent"), "onerror") {
		t.Error("the hostile strings are not on the page")
	}
	p.shoot("hostile-matrix", false)
	foreign := eval[[]string](p, `[...document.querySelectorAll("*")].flatMap((e) => [
		!/^(html|head|meta|title|style|body|a|header|article|span|nav|button|noscript|p|main|section|h1|h2|h3|h4|div|footer|aside|script|label|input|select|option|svg|g|rect|text|line|path|polyline|circle|title|desc|table|caption|colgroup|col|thead|tbody|tr|th|td|details|summary|fieldset|legend|ul|ol|li|dl|dt|dd|code|strong|em|bdi|figure|figcaption|output|canvas|small|sub|sup|b|i|kbd|datalist)$/i.test(e.localName) && "<" + e.localName + ">",
		...[...e.attributes].map((a) => (/^on/i.test(a.name) || a.name === "src" || (/href$/.test(a.name) && !/^#/.test(a.value))) && e.localName + " " + a.name + "=" + a.value),
	]).filter(Boolean)`)
	if len(foreign) > 0 || eval[bool](p, "window.injected !== undefined || document.scripts.length !== 2") {
		t.Errorf("names became elements or code: %q", foreign)
	}
}

// TestReducedMotion checks that nothing moves for readers who asked for that.
func TestReducedMotion(t *testing.T) {
	p := open(t, modelPage)
	p.emulate("", "prefers-reduced-motion", "reduce")
	p.click("#map [role=gridcell][data-key='L0.W_in']")
	if moving := eval[[]string](p, `[...document.querySelectorAll("*")].filter((e) => {
		const s = getComputedStyle(e);
		const long = (list) => list.split(",").some((t) => parseFloat(t) > 0.01);
		return (s.transitionProperty !== "none" && long(s.transitionDuration)) || (s.animationName !== "none" && long(s.animationDuration)) || s.scrollBehavior === "smooth";
	}).map((e) => e.localName + "." + e.className)`); len(moving) > 0 {
		t.Errorf("these move: %q", moving)
	}
}

// TestPrint puts the page on paper.
func TestPrint(t *testing.T) {
	p := open(t, modelPage)
	ctx, cancel := p.within()
	defer cancel()
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF())
	if err != nil || len(pdf) < 10_000 {
		t.Fatalf("%d bytes, %v", len(pdf), err)
	}
	save(t, "print.pdf", pdf)
	p.emulate("print")
	p.frame()
	if shown := eval[[]string](p, `[...document.querySelectorAll("nav, .controls, button")].filter((e) => e.checkVisibility() && e.closest("nav, .controls")).map((e) => e.id || e.className || e.textContent)`); len(shown) > 0 {
		t.Errorf("on paper there are controls: %q", shown)
	}
	p.shoot("print", true)
}

// TestNumbers holds what the page unpacks against the document: singular values
// to seven digits, tokens and their scores as they are shown.
func TestNumbers(t *testing.T) {
	p := open(t, modelPage)
	dir := p.downloads()
	d, err := analyzed()
	if err != nil {
		t.Fatal(err)
	}
	sigma := map[string][]report.Number{}
	tokens := map[string][]string{} // of the sharper pole, by label, index and side
	for _, m := range d.Matrices {
		sigma[m.Label] = m.Sigma
		for _, x := range m.Directions {
			tokens[fmt.Sprint(m.Label, x.Index, "in")], tokens[fmt.Sprint(m.Label, x.Index, "out")] = sharper(x.In), sharper(x.Out)
		}
	}
	p.clickText("#spectra-figure button", "CSV")
	rows := readCSV(t, filepath.Join(dir, "*.csv"))
	if len(rows) < 2 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, r := range rows[1:] {
		i, _ := strconv.Atoi(r[1])
		v, err := strconv.ParseFloat(r[2], 64)
		if want := float64(sigma[r[0]][i]); err != nil || !(math.Abs(v-want) <= 1e-6*want) {
			t.Errorf("σ[%d] of %s is %q, want %v", i, r[0], r[2], want)
		}
	}
	p.clickText("#directions-controls button", "Download CSV")
	rows = readCSV(t, filepath.Join(dir, "readouts.csv"))
	for _, r := range rows[1:] {
		if want := strings.Join(tokens[r[0]+r[1]+r[2]], " "); r[12] != want || want == "" {
			t.Errorf("%s %s %s reads %q, want %q", r[0], r[1], r[2], r[12], want)
		}
	}
	if len(rows) < 100 {
		t.Errorf("%d readouts", len(rows))
	}
}

// sharper lists the tokens of the pole that was judged, or that the skewness
// of the scores points to.
func sharper(r report.Reading) (words []string) {
	list := r.Positive
	if r.Pole < 0 || r.Pole == 0 && r.Skew < 0 {
		list = r.Negative
	}
	for _, s := range list {
		words = append(words, s.Token)
	}
	return words
}
