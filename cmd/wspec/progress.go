package main

import (
	"io"
	"os"
	"sync/atomic"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"wspec/report"
)

// bar shows on a terminal which matrix is being analysed and how long the
// rest will take. On anything else it is silent.
type bar struct {
	container *mpb.Progress // nil when silent
	line      *mpb.Bar
	label     atomic.Pointer[string] // read by the drawing goroutine
}

func newBar(w io.Writer, quiet bool) *bar {
	b := &bar{}
	f, ok := w.(*os.File)
	if quiet || !ok || !term.IsTerminal(int(f.Fd())) {
		return b
	}
	const columns = 40 // of the bar itself; label and time stand beside it
	b.container = mpb.New(mpb.WithOutput(f), mpb.WithWidth(columns))
	b.line = b.container.AddBar(0, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Any(b.name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Percentage(decor.WC{W: 5}), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO), decor.Name(" left")))
	return b
}

func (b *bar) name(decor.Statistics) string {
	if label := b.label.Load(); label != nil {
		return *label
	}
	return ""
}

// update follows the run. Its calls do not overlap.
func (b *bar) update(p report.Progress) {
	if b.container == nil {
		return
	}
	label := printable(p.Label)
	b.label.Store(&label)
	b.line.SetTotal(p.Total, false)
	b.line.SetCurrent(p.Done)
}

// stop clears the line, also after a run that did not reach its end.
func (b *bar) stop() {
	if b.container == nil {
		return
	}
	b.line.Abort(true)
	b.container.Wait()
}
