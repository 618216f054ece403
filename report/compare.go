package report

import (
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"wspec/loader"
	"wspec/spectra"
)

// Checkpoint is a model that [Compare] opens when its turn comes, and closes.
type Checkpoint struct {
	Open func() (*loader.Model, error)
}

// CompareOptions say what [Compare] does. Of [Options] it has no use for
// BottomK, Convention, Readout, Sensitivity and NoCircuits. TopK is also the
// number of directions whose subspaces are compared.
type CompareOptions struct {
	Options
	Base bool // compare every checkpoint with the first, in place of the one before
	// Intruders seeks intruders in matrices of more than 256 directions too.
	Intruders bool
	Gates     []Gate // recorded with what failed them
}

// mostDetailed is the most checkpoints of which each is compared in detail; of
// more only the last with the first, so that a report of hundreds stays small.
const mostDetailed = 8

// Compare computes what changed between checkpoints, at least two, and from
// three on how every matrix moved. Matrices are paired by label, never by
// position. At most four checkpoints are open at a time, the first, the last,
// one and the one before it, so memory does not grow with their number. The
// Comparison does not depend on scheduling.
//
// A matrix that fails (NaN, no convergence) keeps its place with its Error set
// and a warning. The error is ctx's, one of opening a checkpoint, or says that
// nothing could be done: *NothingPairedError, *NothingSelectedError,
// *MemoryError.
func Compare(ctx context.Context, list []Checkpoint, o CompareOptions) (*Comparison, error) {
	r := &comparer{ctx: ctx, o: o, list: list, doc: newComparison(o), names: map[string]int{}, rooms: newRooms()}
	r.nulls = spectra.NewNulls(spectra.NullOptions{Seed: o.Seed})
	defer r.closeAll()
	if err := r.openEnds(); err != nil {
		return nil, err
	}
	for i := range list[1:] {
		if err := r.step(i + 1); err != nil {
			return nil, err
		}
	}
	if len(list) > mostDetailed {
		if err := r.pair(r.first, r.last); err != nil {
			return nil, err
		}
	}
	if err := r.first.hashed.Wait(); err != nil {
		return nil, err
	}
	r.doc.Models[0].Files = files(r.first.model)
	r.finish()
	return r.doc, nil
}

// comparer is one run of Compare.
type comparer struct {
	ctx         context.Context
	o           CompareOptions
	list        []Checkpoint
	doc         *Comparison
	names       map[string]int // how many checkpoints have a name
	first, last *checkpoint
	previous    *checkpoint // the one before present, or the first again
	present     *checkpoint
	meter       *meter
	nulls       *spectra.Nulls // of all checkpoints
	rooms       *sync.Pool     // of *spectra.Workspace
}

// checkpoint is an open model and what was found in it.
type checkpoint struct {
	name   string
	at     int // in Comparison.Models
	model  *loader.Model
	picked []*loader.Matrix
	found  map[string]*spectra.Decomposition // by label, each done once
	failed map[string]error
	hashed *errgroup.Group // its files
	closed bool
}

// close waits until the files are hashed, and closes them.
func (c *checkpoint) close() {
	if c != nil && !c.closed {
		c.closed = true
		_ = c.hashed.Wait()
		_ = c.model.Close() // a read-only map: nothing can be lost
	}
}

func (c *checkpoint) matrix(label string) *loader.Matrix {
	for _, m := range c.picked {
		if m.Label == label {
			return m
		}
	}
	return nil
}

func (r *comparer) closeAll() {
	for _, c := range []*checkpoint{r.first, r.last, r.previous, r.present} {
		c.close()
	}
}

// tracks reports whether there are checkpoints enough for trajectories.
func (r *comparer) tracks() bool { return len(r.list) > 2 }

// openEnds opens the first checkpoint and, where there is a way between them,
// the last: the drift of every checkpoint is measured from both.
func (r *comparer) openEnds() (err error) {
	r.doc.Models = make([]Model, len(r.list))
	if r.first, err = r.open(0); err != nil {
		return err
	}
	r.previous = r.first
	var total int64
	for _, m := range r.first.picked {
		total += cost(m)
	}
	r.meter = newMeter(nil, r.o.Progress)
	r.meter.state.Total = total * int64(len(r.list)+2*min(len(r.list)-1, mostDetailed))
	if !r.tracks() {
		return nil
	}
	if r.last, err = r.open(len(r.list) - 1); err != nil {
		return err
	}
	r.doc.Trajectories = newTrajectories(r.first, len(r.list))
	if err := r.find(r.first); err != nil {
		return err
	}
	if err := r.find(r.last); err != nil {
		return err
	}
	return r.track(r.first)
}

// step goes on to checkpoint i.
func (r *comparer) step(i int) (err error) {
	if r.present = r.last; i < len(r.list)-1 || r.last == nil {
		if r.present, err = r.open(i); err != nil {
			return err
		}
	}
	if r.tracks() {
		if err := r.find(r.present); err != nil {
			return err
		}
		if err := r.track(r.present); err != nil {
			return err
		}
	}
	if len(r.list) <= mostDetailed {
		before := r.previous
		if r.o.Base {
			before = r.first
		}
		if err := r.pair(before, r.present); err != nil {
			return err
		}
	}
	if err := r.present.hashed.Wait(); err != nil {
		return err
	}
	r.doc.Models[i].Files = files(r.present.model)
	if r.previous != r.first {
		r.previous.close()
	}
	r.previous = r.present
	return nil
}

// open opens checkpoint i under a name of its own.
func (r *comparer) open(i int) (*checkpoint, error) {
	m, err := r.list[i].Open()
	if err != nil {
		return nil, err
	}
	r.names[m.Name]++
	if n := r.names[m.Name]; n > 1 {
		m.Name = fmt.Sprintf("%s#%d", m.Name, n)
	}
	x := &checkpoint{name: m.Name, at: i, model: m, found: map[string]*spectra.Decomposition{}, failed: map[string]error{}}
	if x.picked, err = r.pick(m); err != nil {
		_ = m.Close() // a read-only map: nothing can be lost
		return nil, err
	}
	d := &Document{}
	d.addModel(m, x.picked)
	r.doc.Models[i] = d.Models[0]
	for _, w := range d.Warnings {
		w.Message = m.Name + ": " + w.Message
		r.doc.Warnings = append(r.doc.Warnings, w)
	}
	x.hashed = hashBeside([]*loader.Model{m}) // what describes the files has read them
	return x, nil
}

// pick returns the matrices of m to be compared, at least one. The parts of
// single heads say little that the whole matrix and the circuits do not: they
// are in where they were asked for.
func (r *comparer) pick(m *loader.Model) ([]*loader.Matrix, error) {
	all, err := pick(m, r.o.Options)
	var picked []*loader.Matrix
	for _, p := range all {
		if r.o.Parts || p.Head < 0 || p.Kind == loader.Product || len(r.o.Matrix) > 0 {
			picked = append(picked, p)
		}
	}
	if err == nil && len(picked) == 0 {
		err = &NothingSelectedError{Example: exampleLabel([]*loader.Model{m})}
	}
	return picked, err
}

// finish sets what depends on all pairs.
func (r *comparer) finish() {
	for i := range r.doc.Trajectories {
		r.doc.Trajectories[i].settle()
	}
	r.doc.each(func(x *Change) {
		if x.Error != "" {
			r.doc.Warnings = append(r.doc.Warnings, Warning{Code: "matrix_failed", Message: x.Label + " was not compared: " + x.Error, Matrix: x.Label})
		}
	})
	r.doc.Gates = judgeGates(r.doc, r.o.Gates)
	r.doc.Notes = (&Document{Models: r.doc.Models}).notes()
}
