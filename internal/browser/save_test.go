package browser

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// saved waits for the only file of a folder with an ending and returns it.
func (p *tab) saved(dir, ending string) []byte {
	p.Helper()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(20 * time.Millisecond) {
		files, err := filepath.Glob(filepath.Join(dir, "*."+ending))
		if err != nil || len(files) == 0 {
			continue
		}
		data, err := os.ReadFile(files[0])
		if err != nil {
			p.Fatal(err)
		}
		if len(data) > 0 {
			return data
		}
	}
	p.Fatalf("no .%s file was saved", ending)
	return nil
}

// TestSaveFigures saves a figure of each kind from the page in the dark, under
// the page's policy, and reads the files: an SVG that stands alone in the
// colours of paper, and a bitmap of it.
func TestSaveFigures(t *testing.T) {
	for figure, state := range map[string]string{
		"#map .panel": "", "#spectra-figure": "&zoom=2,60,0.1,2", "#circuits .panel": "", "#detail .detail-columns": "&open=W_pos", "#detail .curve": "&open=W_pos",
	} {
		t.Run(figure, func(t *testing.T) {
			p := blank(t)
			p.load(shared.pages.url(t, modelPage) + "#theme=dark" + state)
			dir := p.downloads()
			p.click(figure + " .saves button[aria-label$=SVG]")
			checkSVG(t, p.saved(dir, "svg"))
			p.click(figure + " .saves button[aria-label$=PNG]")
			picture, err := png.Decode(bytes.NewReader(p.saved(dir, "png")))
			if err != nil {
				t.Fatal(err)
			}
			if r, g, b, a := picture.At(1, 1).RGBA(); picture.Bounds().Dx() < 600 || r != 0xffff || g != 0xffff || b != 0xffff || a != 0xffff {
				t.Errorf("a bitmap %v wide, whose corner is %x %x %x %x", picture.Bounds().Dx(), r, g, b, a)
			}
			p.click(figure + " .saves button[aria-label$=CSV]")
			if data := p.saved(dir, "csv"); bytes.Count(data, []byte("\n")) < 3 {
				t.Errorf("the data are %q", data)
			}
			if eval[bool](p, "document.documentElement.dataset.print !== undefined") {
				t.Error("the page stays in the colours of paper")
			}
		})
	}
}

// checkSVG checks that a figure is well formed, has shapes, words and a title,
// and refers to nothing outside itself.
func checkSVG(t *testing.T, data []byte) {
	t.Helper()
	seen := map[string]int{}
	colour := regexp.MustCompile(`^(none|#[0-9a-f]{6})$`)
	for d := xml.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		seen[element.Name.Local]++
		for _, a := range element.Attr {
			switch name := a.Name.Local; {
			case strings.HasPrefix(name, "on"), name == "style", name == "class", name == "href":
				t.Errorf("<%s %s=%q> needs the page", element.Name.Local, name, a.Value)
			case (name == "fill" || name == "stroke") && !colour.MatchString(a.Value), strings.Contains(a.Value, "NaN"):
				t.Errorf("<%s %s=%q>", element.Name.Local, name, a.Value)
			}
		}
	}
	if seen["title"] != 1 || seen["text"] < 5 || seen["rect"]+seen["polyline"]+seen["circle"] < 2 {
		t.Errorf("the figure has %v", seen)
	}
}

// TestAddress checks that an address restores the screen, byte for byte of
// what the page would write, and that what the page could not have written is
// left out without a word of it reaching the page.
func TestAddress(t *testing.T) {
	own := "theme=dark&open=L0.W_in&metric=stable_rank&tint=log&show=z&q=L*&layer=0&within=stable_rank&least=-20&most=1e9&kinds=whole&cols=stable_rank,rank_90" +
		"&sort=-stable_rank&preset=free%3A&sel=L0.W_Q,L1.W_K&y=linear&x=share&zoom=0.1,0.5,0.25,1.5&dside=out&djudge=q&dsort=-sigma&comp=V"
	p := blank(t)
	p.load(shared.pages.url(t, modelPage) + "#" + own)
	state := func(p *tab) string {
		p.click("#theme") // writes the address
		p.frame()
		return strings.Replace(eval[string](p, "location.hash.slice(1)"), "theme=dark&", "", 1)
	}
	if got, want := state(p), strings.TrimPrefix(own, "theme=dark&"); got != want {
		t.Errorf("the address became\n%s\nwant\n%s", got, want)
	}
	for _, hostile := range []string{
		"open=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&q=%3Cb%3E&preset=role%3Anone&sel=" + strings.Repeat("zz,", 3000),
		"metric=__proto__&cols=constructor,__proto__&sort=-toString&model=-1&theme=javascript&within=none&least=1%3B&zoom=3,2",
		"__proto__=1&constructor=2&q=%E0%A4%A&zoom=1,NaN&kinds=,,&tq=" + strings.Repeat("x", 40000),
		"&&==&=&q", "zoom=0,1e999&least=" + strings.Repeat("9", 400),
	} {
		p := blank(t)
		p.load(shared.pages.url(t, modelPage) + "#" + hostile)
		if boot := p.text("#boot"); boot != "" || p.text("h1") == "" {
			t.Errorf("%.60s: the page says %q", hostile, boot)
		}
		got := state(p)
		for _, field := range regexp.MustCompile(`[&=,]`).Split(got, -1) {
			if strings.Contains(field, "img") || strings.Contains(field, "proto") || strings.Contains(field, "zz") || len(field) > 400 {
				t.Errorf("%.60s: the address keeps %q", hostile, field)
			}
		}
		if eval[bool](p, "document.images.length > 0 || document.scripts.length !== 2") {
			t.Errorf("%.60s: the address became elements", hostile)
		}
	}
}

// TestZoom zooms by the keyboard and the mouse, and shows all again.
func TestZoom(t *testing.T) {
	p := open(t, modelPage)
	zoom := func() string {
		p.frame()
		return eval[string](p, `new URLSearchParams(location.hash.slice(1)).get("zoom") || ""`)
	}
	p.do(chromedp.Focus(chromedp.CSS("#spectra-figure .plot")))
	p.press("+", "+")
	if zoom() == "" {
		t.Error("+ does not zoom")
	}
	p.press("0")
	if got := zoom(); got != "" {
		t.Errorf("0 leaves %s", got)
	}
	eval[bool](p, `(document.querySelector("#spectra-figure .u-over").scrollIntoView({ behavior: "instant" }), true)`)
	p.frame()
	eval[bool](p, `(() => {
		const over = document.querySelector("#spectra-figure .u-over");
		const { left, top, width, height } = over.getBoundingClientRect();
		const at = (type, x, y, target) => target.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, button: 0, movementX: 9, clientX: left + x * width, clientY: top + y * height, view: window }));
		at("mouseenter", 0.2, 0.5, over); at("mousemove", 0.2, 0.5, over); at("mousedown", 0.2, 0.5, over);
		at("mousemove", 0.3, 0.5, over); at("mousemove", 0.5, 0.51, over); at("mouseup", 0.5, 0.51, document);
		return true;
	})()`)
	if got := zoom(); strings.Count(got, ",") != 1 {
		t.Errorf("a drag along the axis gives %q, want a range of x", got)
	}
	p.clickText("#spectra-controls button", "Whole range")
	if got := zoom(); got != "" {
		t.Errorf("the button leaves %s", got)
	}
}

// TestLatex copies a row where the clipboard is refused: the text is there to
// be selected, and closing it leaves the matrix open.
func TestLatex(t *testing.T) {
	p := blank(t)
	p.load(shared.pages.url(t, modelPage) + "#open=L1.W_OV.H2&cols=effective_rank")
	p.do(chromedp.Evaluate[chromedp.Void](`Object.defineProperty(navigator, "clipboard", { value: { writeText: () => Promise.reject(new Error("refused")) } })`))
	p.clickText("#detail button", "Copy LaTeX row")
	p.until("the text is shown", `document.querySelector("dialog textarea") !== null`)
	row := eval[string](p, `(() => { const f = document.activeElement; return f.value.slice(f.selectionStart, f.selectionEnd); })()`)
	if !regexp.MustCompile(`^L1\.\$W_\{\\mathrm\{OV\}\}\$\.H2 & \$128\\times 128\$ & \$[\d.]+\$ & \$[\d.]+\$ & \$-?[\d.]+\$ \\\\$`).MatchString(row) {
		t.Errorf("the row is %q", row)
	}
	p.press("\x1b")
	p.until("the dialog is closed", `document.querySelector("dialog") === null`)
	if !strings.HasPrefix(p.opened(), "L1.W_OV.H2") {
		t.Error("closing the dialog closed the matrix")
	}
}

// TestOverlay adds spectra by a pattern and takes one off again.
func TestOverlay(t *testing.T) {
	p := open(t, modelPage)
	p.search("#spectra-figure input[type=search]", "L*.W_V")
	p.clickText("#spectra-figure .adder button", "Add")
	count := func() int {
		p.frame()
		return eval[int](p, `document.querySelectorAll("#spectra-figure .entry").length`)
	}
	if n := count(); n != 8 {
		t.Errorf("%d spectra, want W_Q and W_V of four layers", n)
	}
	p.click(`#spectra-figure button[aria-label="Take L2.W_V off the figure"]`)
	if n := count(); n != 7 || !strings.Contains(eval[string](p, "location.hash"), "sel=") {
		t.Errorf("%d spectra at %s", n, eval[string](p, "location.hash"))
	}
}

// TestRange filters by head and by the range of a measure.
func TestRange(t *testing.T) {
	p := blank(t)
	p.load(shared.pages.url(t, modelPage) + "#head=2&kinds=circuit&within=effective_rank&least=0&most=1e9&cols=effective_rank&sort=effective_rank")
	all := p.column("#matrix-table", "Effective rank")
	if len(all) != 8 {
		t.Fatalf("%d circuits of head 2, want W_QK and W_OV of four layers", len(all))
	}
	p = blank(t)
	p.load(shared.pages.url(t, modelPage) + "#head=2&kinds=circuit&within=effective_rank&most=12&cols=effective_rank&sort=effective_rank")
	few := p.column("#matrix-table", "Effective rank")
	if len(few) == 0 || len(few) >= len(all) || few[0] != all[0] {
		t.Errorf("at most 12: %v of %v", few, all)
	}
}
