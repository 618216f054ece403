package report

import (
	"cmp"
	"fmt"
	"runtime"

	"wspec/loader"
	"wspec/spectra"
)

func newComparison(o CompareOptions) *Comparison {
	return &Comparison{
		Schema:   CompareSchema,
		Tool:     Tool{Version: cmp.Or(o.Version, "dev"), Go: runtime.Version(), Kernel: spectra.Kernel()},
		Options:  CompareChoices{RunOptions: o.recorded(), Base: o.Base, Parts: o.Parts, Intruders: o.Intruders},
		Warnings: []Warning{}, Models: []Model{}, Measures: changeInfos(), Pairs: []Pairing{},
		Trajectories: []Trajectory{}, TrackMeasures: trackInfos(), Gates: []Gate{}, Figures: []Figure{},
	}
}

// find decomposes every matrix of a checkpoint, but for those that an open
// checkpoint has with the same numbers.
func (r *comparer) find(c *checkpoint) error {
	found := make([]*spectra.Decomposition, len(c.picked))
	failed := make([]error, len(c.picked))
	var tasks []task
	for i, m := range c.picked {
		if c.found[m.Label] != nil {
			found[i] = c.found[m.Label]
			continue
		}
		tasks = append(tasks, task{label: m.Label, cost: cost(m), need: footprint(m), run: func(threads int) {
			failed[i] = loader.Guard(func() (err error) {
				if found[i] = r.known(c, m); found[i] == nil {
					found[i], err = r.decompose(m, spectra.Options{Threads: threads})
				}
				return err
			})
		}})
	}
	if err := runTasks(r.ctx, tasks, r.meter, r.o.Options); err != nil {
		return err
	}
	for i, m := range c.picked {
		c.found[m.Label], c.failed[m.Label] = found[i], failed[i]
	}
	return nil
}

// decompose also judges what trajectories show.
func (r *comparer) decompose(m *loader.Matrix, o spectra.Options) (*spectra.Decomposition, error) {
	d, err := decomposeMatrix(m, r.request(), o)
	if err != nil || !r.tracks() {
		return d, err
	}
	return d, r.nulls.Judge(d.Spectrum)
}

// known returns what was found in a matrix of the same label and content in a
// checkpoint that is open, nil if in none.
func (r *comparer) known(c *checkpoint, m *loader.Matrix) *spectra.Decomposition {
	for _, o := range []*checkpoint{r.previous, r.first, r.last} {
		if o == nil || o == c || o.found[m.Label] == nil {
			continue
		}
		if p := o.matrix(m.Label); p.DType == m.DType && sameNumbers(couple{p, m}) {
			return o.found[m.Label]
		}
	}
	return nil
}

// request asks for the leading directions, of both sides and of ΔW.
func (r *comparer) request() spectra.Request {
	if r.o.NoDirections {
		return spectra.Request{}
	}
	return spectra.Request{Top: r.o.topK()}
}

// track adds a checkpoint to the trajectories.
func (r *comparer) track(c *checkpoint) error {
	at := map[string]*loader.Matrix{}
	for _, m := range c.picked {
		at[m.Label] = m
	}
	var tasks []task
	for i := range r.doc.Trajectories {
		t := &r.doc.Trajectories[i]
		m := at[t.Label]
		if m == nil || c.found[t.Label] == nil {
			continue
		}
		p := &trackPoint{
			matrix: m, d: c.found[t.Label], first: r.first.found[t.Label], last: r.last.found[t.Label],
			begin: r.first.matrix(t.Label),
		}
		if c != r.first {
			p.previous, p.before = r.previous.found[t.Label], r.previous.matrix(t.Label)
		}
		tasks = append(tasks, task{label: t.Label, run: func(int) { t.set(c.at, p) }})
	}
	return runTasks(r.ctx, tasks, r.meter, r.o.Options)
}

// pair compares two checkpoints in detail.
func (r *comparer) pair(before, after *checkpoint) error {
	couples, apart, err := pairUp(before, after)
	if err != nil {
		return err
	}
	p := Pairing{Before: before.name, After: after.name, Changes: make([]Change, len(couples)), Apart: append([]Apart{}, apart...)}
	r.warnPair(&p, couples)
	changes := make([]*change, len(couples))
	var tasks []task
	for i, c := range couples {
		x := r.newChange(c, before, after)
		changes[i] = x
		tasks = append(tasks, task{label: x.Label(), cost: 2 * cost(c.after), need: x.footprint(), run: x.run})
	}
	if err := runTasks(r.ctx, tasks, r.meter, r.o.Options); err != nil {
		return err
	}
	for i, x := range changes {
		before.found[x.Label()], after.found[x.Label()] = x.before, x.after
		p.Changes[i] = x.document(p.Name())
	}
	r.warnIntruders(&p, changes)
	if err := r.readChanges(&p, changes, after); err != nil {
		return err
	}
	r.doc.Pairs = append(r.doc.Pairs, p)
	return nil
}

// warnPair says what is compared in part or not at all.
func (r *comparer) warnPair(p *Pairing, couples []couple) {
	for _, c := range couples {
		if w, ok := warnVocabulary(c, p.Name()); ok {
			r.doc.Warnings = append(r.doc.Warnings, w)
		}
	}
	if n := len(p.Apart); n > 0 {
		r.doc.Warnings = append(r.doc.Warnings, Warning{Code: "not_paired", Message: fmt.Sprintf(
			"%s: %d without a partner, first %s (%s)", p.Name(), n, p.Apart[0].Label, p.Apart[0].Reason)})
	}
}
