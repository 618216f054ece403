package report

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// DefaultMaxMemory bounds the working memory of a run beside the mapped
// files: a quarter of the smallest laptop we expect (8 GB).
const DefaultMaxMemory = 2 << 30

// Options say what [Analyze] does and with how much of the machine.
// The zero value analyses every matrix with one worker a core.
type Options struct {
	Matrix  []string // globs over labels; none means all
	Layers  string   // such as "0,3-5"; "" means all, and matrices outside layers too
	NoHeads bool     // recorded; the loader leaves the heads out

	NoDirections bool                  // no directions, no circuits: values and measures alone
	TopK         int                   // directions of the largest σ; 0: [DefaultTopK], < 0: none
	BottomK      int                   // directions of the smallest σ
	Tokens       int                   // at each pole; 0: [DefaultTokens]
	Convention   directions.Convention // "": raw
	Seed         uint64                // of every null draw
	Readout      directions.Readout    // read residual sides through this table alone; "": both
	Parts        bool                  // directions of single heads' parts of a matrix too
	Sensitivity  bool                  // how each direction changes under the other conventions
	Maps         bool                  // what each matrix does as a linear map
	NoCircuits   bool                  // no copying and composition scores
	Biases       bool                  // circuits with their biases as one more coordinate
	Vectors      *Vectors              // keeps the directions as numbers; nil: they are read and forgotten

	Null spectra.NullKind // of stored matrices; "": [spectra.NullIID]; [spectra.NullOff] leaves all nulls out

	Workers   int            // matrices analysed at once; 0: one a core
	MaxMemory int64          // bytes of working memory; 0: [DefaultMaxMemory]
	Version   string         // of the program, recorded
	Progress  func(Progress) // called one at a time, after each change; may be nil
}

// Progress tells how far a run has come. Work is counted in multiplications,
// so that a huge matrix weighs what it costs.
type Progress struct {
	Label       string // the matrix that was begun or finished last
	Done, Total int64
}

// MemoryError says that a matrix cannot be analysed within the memory allowed.
type MemoryError struct {
	Label       string
	Need, Allow int64 // bytes
}

// Error names the matrix and both amounts.
func (e *MemoryError) Error() string {
	return fmt.Sprintf("%s needs %d MiB of working memory, %d MiB are allowed", e.Label, mebi(e.Need), mebi(e.Allow))
}

// Hint says which flag to change.
func (e *MemoryError) Hint() string {
	return fmt.Sprintf("allow more with --max-memory %dMiB, or leave the matrix out with --matrix or --layers", mebi(e.Need))
}

func mebi(bytes int64) int64 { return (bytes + 1<<20 - 1) >> 20 }

// NothingSelectedError says that no matrix is left to analyse.
type NothingSelectedError struct {
	Example string // a label that exists, "" if there is none at all
}

// Error says so in a sentence.
func (e *NothingSelectedError) Error() string {
	if e.Example == "" {
		return "there is no matrix to analyse"
	}
	return "no matrix matches the selection"
}

// Hint shows what a label looks like.
func (e *NothingSelectedError) Hint() string {
	if e.Example == "" {
		return "a weight matrix is a two-dimensional tensor of a floating-point type; see wspec inspect"
	}
	return fmt.Sprintf("labels look like %s; see wspec inspect for all of them", e.Example)
}

// Analyze computes the spectra and measures of every selected matrix of the
// models and returns them as a Document whose order follows the models, never
// the scheduling. A matrix that fails (NaN, no convergence) keeps its place
// with [Matrix.Error] set and a warning; [Document.Failed] lists them. The
// error is ctx's, or says that nothing could be done.
func Analyze(ctx context.Context, models []*loader.Model, o Options) (*Document, error) {
	d := newDocument(o)
	var jobs []job
	var studies []*study
	for i, m := range models {
		picked, err := pick(m, o)
		if err != nil {
			return nil, err
		}
		s, err := newStudy(m, i, o)
		if err != nil {
			return nil, err
		}
		s.picked = picked
		d.addModel(m, picked)
		studies = append(studies, s)
		for _, p := range picked {
			jobs = append(jobs, job{matrix: p, study: s, slot: len(jobs), cost: cost(p)})
		}
	}
	if len(jobs) == 0 {
		return nil, &NothingSelectedError{Example: exampleLabel(models)}
	}
	d.Matrices = make([]Matrix, len(jobs))
	hashed, scored := hashBeside(models), scoreBeside(ctx, d, studies)
	defer hashed.Wait() // the files stay open until both have ended
	defer scored.Wait()
	slots, err := findAll(ctx, d, jobs, o)
	if err != nil {
		return nil, err
	}
	if err := d.measure(slots.found, o); err != nil {
		return nil, err
	}
	for _, s := range studies {
		if err := s.maps(ctx, d, jobs); err != nil {
			return nil, err
		}
		s.warnBiases(d)
		if err := s.judgeTraining(d, jobs); err != nil {
			return nil, err
		}
		if err := s.judge(d); err != nil {
			return nil, err
		}
	}
	if err := scored.Wait(); err != nil {
		return nil, err
	}
	if err := hashed.Wait(); err != nil {
		return nil, err
	}
	for i, m := range models {
		d.Models[i].Files = files(m)
	}
	d.noteFailures()
	d.Notes = d.notes()
	return d, nil
}

// hashBeside hashes files that were opened without while other work goes on.
func hashBeside(models []*loader.Model) *errgroup.Group {
	var g errgroup.Group
	g.Go(func() error {
		for _, m := range models {
			if err := m.Hash(); err != nil {
				return err
			}
		}
		return nil
	})
	return &g
}

func (o Options) workers() int { return cmp.Or(o.Workers, runtime.GOMAXPROCS(0)) }

func (o Options) maxMemory() int64 { return cmp.Or(o.MaxMemory, DefaultMaxMemory) }

func (o Options) topK() int { return max(0, cmp.Or(o.TopK, DefaultTopK)) }

func (o Options) tokens() int { return cmp.Or(o.Tokens, DefaultTokens) }

func (o Options) convention() directions.Convention { return cmp.Or(o.Convention, directions.Raw) }

func (o Options) null() spectra.NullKind { return cmp.Or(o.Null, spectra.NullIID) }

// recorded returns the options that a document says it was made with.
func (o Options) recorded() RunOptions {
	r := RunOptions{Matrix: append([]string{}, o.Matrix...), Layers: o.Layers, Heads: !o.NoHeads, Null: string(o.null()), Seed: o.Seed}
	if !o.NoDirections {
		r.TopK, r.BottomK, r.Tokens, r.Convention = o.topK(), o.BottomK, o.tokens(), string(o.convention())
		r.Readout, r.Sensitivity = string(o.Readout), o.Sensitivity
		r.Biases, r.Maps = o.Biases, o.Maps
	}
	return r
}

// Failed returns the labels of the matrices that could not be analysed.
func (d *Document) Failed() []string {
	var labels []string
	for i := range d.Matrices {
		if d.Matrices[i].Error != "" {
			labels = append(labels, d.Matrices[i].Label)
		}
	}
	return labels
}

func newDocument(o Options) *Document {
	return &Document{
		Schema:   Schema,
		Tool:     Tool{Version: cmp.Or(o.Version, "dev"), Go: runtime.Version(), Kernel: spectra.Kernel()},
		Options:  o.recorded(),
		Warnings: []Warning{},
		Models:   []Model{},
		Metrics:  MetricInfos(),
		Nulls:    []NullBand{},
		Figures:  []Figure{},
	}
}

// pick returns the matrices of m that the options select, in m's order.
func pick(m *loader.Model, o Options) ([]*loader.Matrix, error) {
	layers, err := loader.ParseLayers(o.Layers)
	if err != nil {
		return nil, err
	}
	var picked []*loader.Matrix
	for i := range m.Matrices {
		x := &m.Matrices[i]
		if !layers.Contains(x.Layer) {
			continue
		}
		ok, err := loader.Match(o.Matrix, x.Label)
		if err != nil {
			return nil, err
		}
		if ok {
			picked = append(picked, x)
		}
	}
	return picked, nil
}

func exampleLabel(models []*loader.Model) string {
	for _, m := range models {
		if len(m.Matrices) > 0 {
			return m.Matrices[len(m.Matrices)/2].Label
		}
	}
	return ""
}

// noteFailures adds a warning a failed matrix and says so beside its tensors.
func (d *Document) noteFailures() {
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Error == "" {
			continue
		}
		d.Warnings = append(d.Warnings, Warning{Code: "matrix_failed", Message: m.Label + " was not analysed: " + m.Error, Matrix: m.Label})
		if m.Kind == string(loader.Stored) && !m.Part() {
			d.blame(m)
		}
	}
}

// blame records in the fate of m's tensors that m failed.
func (d *Document) blame(m *Matrix) {
	for i := range d.Models {
		if d.Models[i].Name != m.Model {
			continue
		}
		for k := range d.Models[i].Tensors {
			t := &d.Models[i].Tensors[k]
			if slices.Contains(m.Tensors, t.Name) {
				t.Reason = strings.TrimPrefix(t.Reason+"; "+m.Label+" failed: "+m.Error, "; ")
			}
		}
	}
}
