// Package browser opens report pages from disk in Chromium and uses them as a
// reader would: by pointer, by keyboard, in dark mode, on paper, and with the
// axe-core rules of accessibility.
//
// Without Chromium its tests are skipped. WSPEC_BROWSER=1 makes a missing
// browser a failure. Screenshots are left in .artefacts at the top of the
// repository, which git ignores.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds one action in a page. It is generous: a gate's machine may
// be busy, and only a page that hangs should fail by it.
const patience = 60 * time.Second

// window is the size of a laptop's screen, in CSS pixels.
var window = struct{ width, height int }{1400, 1000}

// shared is the browser of all tests: starting one takes a second.
var shared struct {
	ctx     context.Context
	missing error
	pages   *pages
}

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "wspec-browser-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	shared.pages = newPages(dir)
	var stop func()
	shared.ctx, stop, shared.missing = start(filepath.Join(dir, "profile"))
	defer stop()
	return m.Run()
}

// start starts Chromium with a profile of its own. It needs no sandbox: the
// gate runs as root, and the pages are ours.
func start(profile string) (ctx context.Context, stop func(), err error) {
	exe, err := find()
	if err != nil {
		return nil, func() {}, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.ExecPath(exe), chromedp.UserDataDir(profile), chromedp.WindowSize(window.width, window.height),
		chromedp.Flag("hide-scrollbars", true))
	ctx, cancelAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancelBrowser := chromedp.NewContext(ctx)
	stop = func() { cancelBrowser(); cancelAllocator() }
	return ctx, stop, chromedp.Do(ctx) // without a time limit: it would end the browser
}

// find returns the path of Chromium, under one of the names it has.
func find() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if exe, err := exec.LookPath(name); err == nil {
			return exe, nil
		}
	}
	return "", errors.New("chromium is not installed")
}

// tab is an open page, with what the browser complained of.
type tab struct {
	*testing.T
	ctx context.Context
	url string

	mu         sync.Mutex
	complaints []string
}

// open opens a page of the shared browser in a tab of its own, waits until it
// is drawn, and fails the test at its end if there was any complaint.
func open(t *testing.T, page page) *tab {
	t.Helper()
	p := blank(t)
	p.load(shared.pages.url(t, page))
	return p
}

// blank opens an empty tab.
func blank(t *testing.T) *tab {
	t.Helper()
	if shared.missing != nil {
		if os.Getenv("WSPEC_BROWSER") == "1" {
			t.Fatalf("no browser: %v", shared.missing)
		}
		t.Skipf("no browser: %v; set WSPEC_BROWSER=1 to make this a failure", shared.missing)
	}
	ctx, cancel := chromedp.NewContext(shared.ctx)
	p := &tab{T: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		for _, c := range p.complained() {
			t.Error(c)
		}
	})
	if err := chromedp.Do(ctx); err != nil { // binds the tab to ctx, so without a time limit
		t.Fatal(err)
	}
	call(p, audits.Enable, cdp.Empty{})
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	return p
}

// load navigates to url and waits for the page's own mark that it is drawn.
func (p *tab) load(url string) {
	p.Helper()
	p.url, _, _ = strings.Cut(url, "#")
	p.do(chromedp.Navigate(url))
	p.until("the page is drawn", `performance.getEntriesByName("wspec-ready").length > 0`)
}

// listen notes errors and warnings of the console, violations of the page's
// policy, and requests for anything but the page itself.
func (p *tab) listen(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.complain("exception: %v", arguments([]*runtime.RemoteObject{e.ExceptionDetails.Exception}))
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			p.complain("console %s: %v", e.Type, arguments(e.Args))
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			p.complain("%s %s: %s", e.Entry.Source, e.Entry.Level, e.Entry.Text)
		}
	case *audits.EventIssueAdded:
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			p.complain("violated policy: %+v", e.Issue.Details.ContentSecurityPolicyIssueDetails)
		}
	case *network.EventRequestWillBeSent:
		if !p.own(e.Request.URL) {
			p.complain("request for %s", e.Request.URL)
		}
	}
}

// own reports whether a request stays within the page: the page itself, or
// data that it made.
func (p *tab) own(url string) bool {
	url, _, _ = strings.Cut(url, "#")
	return url == p.url || url == "about:blank" || strings.HasPrefix(url, "data:") || strings.HasPrefix(url, "blob:")
}

func arguments(list []*runtime.RemoteObject) string {
	var words []string
	for _, a := range list {
		if a != nil {
			words = append(words, string(a.Value)+a.Description)
		}
	}
	return strings.Join(words, " ")
}

func (p *tab) complain(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.complaints = append(p.complaints, fmt.Sprintf(format, args...))
}

// complained returns the complaints so far and forgets them.
func (p *tab) complained() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.complaints
	p.complaints = nil
	return list
}
