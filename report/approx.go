package report

import (
	"context"
	"fmt"
	"math"
	"slices"

	"wspec/loader"
	"wspec/spectra"
)

// ApproxMode says by what the kept singular values are chosen.
type ApproxMode string

// The modes of [ApproxOptions].
const (
	ApproxRank     ApproxMode = "rank"            // the Rank largest of each matrix
	ApproxEnergy   ApproxMode = "energy"          // as few as keep the Share of each matrix's energy
	ApproxMaxError ApproxMode = "max-error"       // as few as keep each relative Frobenius error at most Share
	ApproxBudget   ApproxMode = "budget"          // those of one plan for the Share of all parameters
	ApproxBand     ApproxMode = "band"            // those of Bands
	ApproxDrop     ApproxMode = "drop"            // all but those of Bands
	ApproxCodings  ApproxMode = "compare-codings" // none: what singular values, cosines and single entries keep
)

// ApproxOptions say which matrices are approximated, and how.
type ApproxOptions struct {
	Matrix  []string // globs over labels; none means all stored whole matrices
	Layers  string
	Mode    ApproxMode
	Rank    int
	Share   float64 // in [0, 1]
	Bands   []spectra.Band
	Version string

	Workers   int   // 0: one a core; results do not depend on it
	MaxMemory int64 // 0: [DefaultMaxMemory]
	Progress  func(Progress)
}

// approxOptions is ApproxOptions as the answer records them.
type approxOptions struct {
	Model  string   `json:"model"`
	Matrix []string `json:"matrix"`
	Layers string   `json:"layers"`
	Mode   string   `json:"mode"`
	Rank   *int     `json:"rank"`
	Share  *Number  `json:"share"`
	Bands  [][2]int `json:"bands"`
}

// Approximation is a plan for the matrices of a model, described and ready to
// be written.
type Approximation struct {
	Answer *Answer

	o     ApproxOptions
	model *loader.Model
	parts []*approxPart
	plan  *spectra.Plan // of a budget
	noise map[[2]int]*spectra.Spectrum
}

// approxPart is one matrix of a plan.
type approxPart struct {
	matrix *loader.Matrix
	s      *spectra.Spectrum
	codes  *spectra.Codings // where codings are compared
	left   spectra.Approximation
}

// Approx finds the spectra of the stored matrices that are selected, and which
// singular values of each to keep. Errors: *NothingSelectedError, *MemoryError,
// *spectra.BandError and those of spectra with the label before them, and ctx's.
func Approx(ctx context.Context, m *loader.Model, o ApproxOptions) (*Approximation, error) {
	x := &Approximation{o: o, model: m, noise: map[[2]int]*spectra.Spectrum{}, Answer: newAnswer("approx", o.Version, recordApprox(m, o))}
	if err := x.pick(); err != nil {
		return nil, err
	}
	if err := x.values(ctx); err != nil {
		return nil, err
	}
	if o.Mode == ApproxCodings {
		x.describeCodings()
		return x, nil
	}
	if err := x.choose(); err != nil {
		return nil, err
	}
	x.describe()
	return x, nil
}

func recordApprox(m *loader.Model, o ApproxOptions) approxOptions {
	r := approxOptions{Model: m.Name, Matrix: append([]string{}, o.Matrix...), Layers: o.Layers, Mode: string(o.Mode), Bands: [][2]int{}}
	switch o.Mode {
	case ApproxRank:
		r.Rank = &o.Rank
	case ApproxEnergy, ApproxMaxError, ApproxBudget:
		share := Number(o.Share)
		r.Share = &share
	}
	for _, b := range o.Bands {
		r.Bands = append(r.Bands, [2]int{b.First, b.End})
	}
	return r
}

// pick finds the matrices: heads' parts and circuits are none that are stored.
func (x *Approximation) pick() error {
	picked, err := pick(x.model, Options{Matrix: x.o.Matrix, Layers: x.o.Layers})
	if err != nil {
		return err
	}
	for _, m := range picked {
		if m.Kind == loader.Stored && m.Head < 0 {
			x.parts = append(x.parts, &approxPart{matrix: m})
		}
	}
	if len(x.parts) == 0 {
		return &NothingSelectedError{Example: exampleLabel([]*loader.Model{x.model})}
	}
	return nil
}

// values finds the singular values of every matrix, and compares codings where
// that is asked.
func (x *Approximation) values(ctx context.Context) error {
	o := Options{Workers: x.o.Workers, MaxMemory: x.o.MaxMemory}
	errs := make([]error, len(x.parts))
	meter := newMeter(nil, x.o.Progress)
	var tasks []task
	for i, p := range x.parts {
		rows, cols := p.matrix.Dims()
		need := spectra.Footprint(rows, cols)
		if x.o.Mode == ApproxCodings {
			need = max(need, spectra.CodingsFootprint(rows, cols))
		}
		t := task{label: p.matrix.Label, cost: cost(p.matrix), need: need, run: func(threads int) {
			errs[i] = loader.Guard(func() error { return p.measure(x.o.Mode, threads) })
		}}
		meter.state.Total += t.cost
		tasks = append(tasks, t)
	}
	if err := runTasks(ctx, tasks, meter, o); err != nil {
		return err
	}
	for i, err := range errs {
		if err != nil {
			return fmt.Errorf("%s: %w", x.parts[i].matrix.Label, err)
		}
	}
	return nil
}

func (p *approxPart) measure(mode ApproxMode, threads int) (err error) {
	w := p.matrix.Factors[0]
	if p.s, err = spectra.Values(w, spectra.Options{Threads: threads}); err != nil || mode != ApproxCodings {
		return err
	}
	p.codes, err = spectra.CompareCodings(w, p.s)
	return err
}

// choose says which values of each matrix are kept.
func (x *Approximation) choose() error {
	if x.o.Mode == ApproxBudget {
		x.plan = spectra.PlanRanks(x.items(false), x.budget(x.o.Share))
	}
	for i, p := range x.parts {
		keep, err := x.keep(i)
		if err != nil {
			return fmt.Errorf("%s: %w", p.matrix.Label, err)
		}
		p.left = p.s.Approximate(keep)
	}
	return nil
}

func (x *Approximation) keep(i int) (spectra.Keep, error) {
	s := x.parts[i].s
	r := len(s.Sigma)
	switch x.o.Mode {
	case ApproxRank:
		return spectra.Top(r, x.o.Rank), nil
	case ApproxEnergy:
		return spectra.Top(r, s.RankForEnergy(x.o.Share)), nil
	case ApproxMaxError:
		return spectra.Top(r, s.RankFor(x.o.Share)), nil
	case ApproxBudget:
		return spectra.Top(r, x.plan.Choices[i].Rank), nil
	}
	keep, err := spectra.NewKeep(r, x.o.Bands...)
	if x.o.Mode == ApproxDrop {
		keep = keep.Others(r)
	}
	return keep, err
}

// items are the matrices of a plan, or noise of their shapes and norms.
func (x *Approximation) items(noise bool) []spectra.PlanItem {
	items := make([]spectra.PlanItem, len(x.parts))
	for i, p := range x.parts {
		items[i].Spectrum = p.s
		if noise {
			items[i].Spectrum = x.noiseOf(p.s)
			items[i].Weight = p.norm2() / float64(p.parameters())
		}
	}
	return items
}

// budget is a share of the matrices' parameters.
func (x *Approximation) budget(share float64) int64 {
	return int64(math.Floor(share * float64(x.parameters())))
}

func (x *Approximation) parameters() (n int64) {
	for _, p := range x.parts {
		n += p.parameters()
	}
	return n
}

func (p *approxPart) parameters() int64 { return int64(p.s.Rows) * int64(p.s.Cols) }

// norm2 is ‖W‖_F².
func (p *approxPart) norm2() float64 {
	norm := p.s.Approximate(nil).Frobenius
	return norm * norm
}

// bytes is the size of a count of the matrix's numbers, by what a stored number takes.
func (p *approxPart) bytes(n int64) int64 { return n * int64(p.matrix.Factors[0].Size()) }

// noiseOf is the spectrum of noise of the same shape.
func (x *Approximation) noiseOf(s *spectra.Spectrum) *spectra.Spectrum {
	shape := [2]int{max(s.Rows, s.Cols), min(s.Rows, s.Cols)}
	n := x.noise[shape]
	if n == nil {
		n = spectra.NoiseSpectrum(shape[0], shape[1])
		x.noise[shape] = n
	}
	return n
}

// Write writes the model with the plan carried out to the folder dir, see
// [loader.Model.Save]: factored where factors take fewer numbers and are asked
// for, whole elsewhere. Matrices that keep all their values are left as they are.
func (x *Approximation) Write(ctx context.Context, dir string, factored bool) error {
	var edits []loader.Edit
	o := spectra.Options{Threads: Options{Workers: x.o.Workers}.workers()}
	for _, p := range x.parts {
		if p.left.Rank == len(p.s.Sigma) {
			continue
		}
		e := loader.Edit{Matrix: p.matrix, Factored: factored && !p.left.Dense, Rank: p.left.Rank}
		e.Make = func() (loader.Numbers, error) { return p.numbers(e.Factored, o) }
		edits = append(edits, e)
	}
	return x.model.Save(ctx, dir, edits)
}

// CheckWrite returns an error if Write cannot write to dir.
func (x *Approximation) CheckWrite(dir string) error {
	var matrices []*loader.Matrix
	for _, p := range x.parts {
		matrices = append(matrices, p.matrix)
	}
	return x.model.CheckSave(dir, matrices)
}

// numbers are those of the matrix with some of its values left out.
func (p *approxPart) numbers(factored bool, o spectra.Options) (n loader.Numbers, err error) {
	err = loader.Guard(func() error {
		w := p.matrix.Factors[0]
		if !factored {
			t, err := spectra.Truncate(w, p.left.Keep, o)
			if err == nil {
				n.Whole = t.Rows
			}
			return err
		}
		f, err := spectra.Factorise(w, p.left.Keep, o)
		if err == nil {
			n.Left, n.Right = rowsOf(f.Left), rowsOf(f.Right)
		}
		return err
	})
	return n, err
}

// rowsOf reads rows of a matrix.
func rowsOf(m interface {
	Dims() (int, int)
	RawRowView(int) []float64
}) loader.Rows {
	_, cols := m.Dims()
	return func(dst []float64, i0, i1 int) {
		for i := i0; i < i1; i++ {
			copy(dst[(i-i0)*cols:], m.RawRowView(i))
		}
	}
}

// someRanks returns at most n of the ranks from 0 to r, both included.
func someRanks(r, n int) []int {
	step := max(1, (r+n-1)/n)
	var ranks []int
	for k := 0; k < r; k += step {
		ranks = append(ranks, k)
	}
	return slices.Clip(append(ranks, r))
}
