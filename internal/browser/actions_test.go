package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// within returns p's context bounded by patience.
func (p *tab) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, patience)
}

// do runs steps in p.
func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.Helper()
	ctx, cancel := p.within()
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.Fatal(err)
	}
}

// call runs a command of the protocol in p.
func call[P, R any](p *tab, command cdp.Command[P, R], params P) R {
	p.Helper()
	ctx, cancel := p.within()
	defer cancel()
	out, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.Fatalf("%s: %v", command.Method, err)
	}
	return out
}

// eval returns the value of a JavaScript expression or of the promise it gives.
func eval[T any](p *tab, expression string) T {
	p.Helper()
	ctx, cancel := p.within()
	defer cancel()
	out, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.Fatalf("%s: %v", expression, err)
	}
	return out
}

// until waits until a JavaScript expression is true.
func (p *tab) until(what, expression string) {
	p.Helper()
	ctx, cancel := p.within()
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(patience))); err != nil {
		p.Fatalf("waiting until %s: %v", what, err)
	}
}

// click clicks the middle of the first element that a CSS selector matches,
// once it lies still and nothing lies over it.
func (p *tab) click(selector string) {
	p.Helper()
	middle := fmt.Sprintf(`(async () => {
		const frame = () => new Promise((done) => requestAnimationFrame(done));
		for (let last = "", tries = 0; tries < 200; tries++) {
			const e = document.querySelector(%s);
			if (e) e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
			await frame();
			await frame();
			if (!e || !e.isConnected) continue;
			const { left, top, width, height } = e.getBoundingClientRect();
			const at = [left + width / 2, top + height / 2];
			const hit = document.elementFromPoint(...at);
			if (String(at) === last && hit && (e.contains(hit) || hit.contains(e))) return at;
			last = String(at);
		}
		return [];
	})()`, quote(selector))
	at := eval[[]float64](p, middle)
	if len(at) != 2 {
		p.Fatalf("%s cannot be clicked", selector)
	}
	p.do(chromedp.MouseClickXY(at[0], at[1]))
}

// press types keys where the focus is.
func (p *tab) press(keys ...string) {
	p.Helper()
	for _, k := range keys {
		p.do(chromedp.KeyEvent(k))
	}
}

// text is the text of the first element that a CSS selector matches, "" if
// none does.
func (p *tab) text(selector string) string {
	p.Helper()
	return eval[string](p, "(document.querySelector("+quote(selector)+") || {}).textContent || ''")
}

// emulate sets the medium and preferences, such as prefers-color-scheme, by
// turns.
func (p *tab) emulate(medium string, features ...string) {
	p.Helper()
	params := emulation.SetEmulatedMediaParams{Media: medium}
	for i := 0; i+1 < len(features); i += 2 {
		params.Features = append(params.Features, &emulation.MediaFeature{Name: features[i], Value: features[i+1]})
	}
	call(p, emulation.SetEmulatedMedia, params)
}

// frame waits until what changed is on the screen.
func (p *tab) frame() {
	p.Helper()
	eval[bool](p, "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")
}

// shoot leaves a picture of the window, or of the whole page, for people to look at.
func (p *tab) shoot(name string, whole bool) {
	p.Helper()
	take := chromedp.CaptureScreenshot()
	if whole {
		take = chromedp.FullScreenshot(100)
	}
	ctx, cancel := p.within()
	defer cancel()
	png, err := chromedp.Run(ctx, take)
	if err != nil {
		p.Fatal(err)
	}
	save(p.T, name+".png", png)
}

// save writes an artefact.
func save(t *testing.T, name string, content []byte) {
	t.Helper()
	dir := filepath.Join("..", "..", ".artefacts", "browser")
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
		t.Fatal(err)
	}
}

// quote writes s as a JavaScript string.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// setChecked ticks every box that a selector matches.
func setChecked(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		for (let box; (box = [...document.querySelectorAll(%s)].find((b) => !b.checked));) box.click();
	})()`, quote(selector)))
}
