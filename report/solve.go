package report

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// A solution is held against
const (
	solveDraws  = 1000 // random targets, and
	solveOthers = 200  // other tokens or neurons, which cost their vectors
)

// SolveOptions say what a matrix is to write, and with what input.
type SolveOptions struct {
	Matrix      string // its label
	Wish        directions.Wish
	Norm, Ridge float64               // as of [spectra.SolveOptions]
	Convention  directions.Convention // "" means raw
	Tokens      int                   // listed at each pole; 0: [DefaultTokens]
	Seed        uint64                // of the null
	Version     string
	Workers     int // 0: one a core; results do not depend on it
}

// solveOptions is SolveOptions as the answer records them.
type solveOptions struct {
	Model      string  `json:"model"`
	Matrix     string  `json:"matrix"`
	Tokens     []int   `json:"tokens"`
	Neurons    []int   `json:"neurons"`
	Combine    string  `json:"combine"` // "sum" or "mean"
	Exclude    []int   `json:"exclude"`
	Norm       *Number `json:"norm"` // null for no bound
	Ridge      Number  `json:"ridge"`
	Convention string  `json:"convention"`
	Seed       uint64  `json:"seed"`
	Draws      int     `json:"draws"`
}

// solving is one question under way.
type solving struct {
	*study
	o      SolveOptions
	matrix *loader.Matrix
	target []float64
	d      *spectra.Decomposition
	s      *spectra.Solution
	null   *spectra.SolveNull // of random targets
	others *spectra.SolveNull // of other tokens or neurons, nil where there are none
	a      *Answer
}

// Solve finds the input with which a matrix of m writes a target best. Errors:
// *NothingSelectedError, those of [directions.Reader.Output], of decomposing the
// matrix, and ctx's.
func Solve(ctx context.Context, m *loader.Model, o SolveOptions) (*Answer, error) {
	base, err := newStudy(m, 0, Options{Convention: o.Convention, Tokens: o.Tokens, Seed: o.Seed, Workers: o.Workers})
	if err != nil {
		return nil, err
	}
	x := &solving{study: base, o: o, a: newAnswer("solve", o.Version, recordSolve(m, o))}
	for i := range m.Matrices {
		if m.Matrices[i].Label == o.Matrix {
			x.matrix = &m.Matrices[i]
		}
	}
	if x.matrix == nil {
		return nil, &NothingSelectedError{Example: exampleLabel([]*loader.Model{m})}
	}
	if err := x.compute(ctx); err != nil {
		return nil, err
	}
	return x.a, x.describe()
}

func recordSolve(m *loader.Model, o SolveOptions) solveOptions {
	r := solveOptions{
		Model: m.Name, Matrix: o.Matrix, Tokens: o.Wish.Tokens, Neurons: o.Wish.Neurons, Combine: "sum", Exclude: o.Wish.Exclude,
		Ridge: Number(o.Ridge), Convention: string(cmp.Or(o.Convention, directions.Raw)), Seed: o.Seed, Draws: solveDraws,
	}
	for _, list := range []*[]int{&r.Tokens, &r.Neurons, &r.Exclude} {
		*list = append([]int{}, *list...)
	}
	if o.Wish.Mean {
		r.Combine = "mean"
	}
	if o.Norm > 0 {
		bound := Number(o.Norm)
		r.Norm = &bound
	}
	return r
}

func (x *solving) compute(ctx context.Context) (err error) {
	if x.target, err = x.reader.Output(x.matrix, x.o.Wish); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, cols := x.matrix.Dims()
	if x.d, err = x.reader.DecomposeWithout(x.matrix, x.o.Wish.Exclude, spectra.Request{Top: min(rows, cols)}, spectra.Options{Threads: x.study.o.workers()}); err != nil {
		return fmt.Errorf("%s: %w", x.matrix.Label, err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	bounds := spectra.SolveOptions{Norm: x.o.Norm, Ridge: x.o.Ridge}
	if x.s, err = x.d.Solve(x.target, bounds); err != nil {
		return fmt.Errorf("%s: %w", x.matrix.Label, err)
	}
	if x.null, err = x.d.SolveNull(length(x.target), bounds, solveDraws, x.o.Seed); err != nil {
		return err
	}
	return x.compare(bounds)
}

// compare solves for other tokens or neurons: those of one vocabulary have much in common,
// which a matrix may write well, whichever of them is asked for.
func (x *solving) compare(bounds spectra.SolveOptions) error {
	skip := []bool{}
	if len(x.o.Wish.Tokens) > 0 {
		err := loader.Guard(func() (err error) {
			skip, err = x.undertrainedMask()
			return err
		})
		if err != nil {
			return err
		}
	}
	y, err := x.reader.Others(x.matrix, x.o.Wish, solveOthers, directions.OthersOptions{Skip: skip, Seed: x.o.Seed})
	if err != nil || y == nil {
		return err
	}
	x.others, err = x.d.SolveOthers(y, length(x.target), bounds)
	return err
}

// undertrainedMask marks the tokens that training hardly reached: they are alike.
func (x *solving) undertrainedMask() ([]bool, error) {
	var mask []bool
	for _, e := range x.embeddings() { // of two tables the last one, W_U, is what is written through
		under, err := directions.FindUndertrained(e.points)
		if err != nil {
			return nil, err
		}
		n, _ := e.points.Dims()
		mask = directions.SkipMask(n, under)
	}
	return mask, nil
}

// describe fills the answer.
func (x *solving) describe() error {
	x.warnAbout()
	x.a.Title = fmt.Sprintf("%s: the input with which %s writes %s", x.model.Name, x.matrix.Label, x.wanted())
	x.a.Sentence = x.sentence()
	x.facts()
	x.a.Tables = append(x.a.Tables, x.carriers())
	for _, s := range []directions.Side{directions.In, directions.Out} {
		t, err := x.readout(s)
		if err != nil {
			return err
		}
		x.a.Tables = append(x.a.Tables, t)
	}
	if len(x.o.Wish.Exclude) > 0 {
		t, err := x.excluded()
		if err != nil {
			return err
		}
		x.a.Tables = append(x.a.Tables, t)
	}
	x.a.Tables = append(x.a.Tables, vectorTable("input", "The input x", "x", x.s.X),
		vectorTable("output", "What is asked for, and what is written", "target", x.target, x.s.Achieved))
	x.a.charts = []answerChart{x.chart()}
	x.a.Notes = append(x.a.Notes, x.notes()...)
	return nil
}

// wanted names what is asked for.
func (x *solving) wanted() string {
	var parts []string
	for _, id := range x.o.Wish.Tokens {
		parts = append(parts, x.vocab.Token(id).Text)
	}
	for _, id := range x.o.Wish.Neurons {
		parts = append(parts, fmt.Sprintf("neuron %d", id))
	}
	text := strings.Join(parts, " + ")
	if len(x.o.Wish.Exclude) > 0 {
		parts = nil
		for _, id := range x.o.Wish.Exclude {
			parts = append(parts, x.vocab.Token(id).Text)
		}
		text += " without " + strings.Join(parts, ", ")
	}
	return text
}

// written is the residual under which a target is reached: far above rounding,
// which is some ε times the condition number, and far below what can be seen.
const written = 1e-6

func (x *solving) sentence() string {
	s := x.s
	how := fmt.Sprintf("the input of least norm, %s (%s),", short(s.Norm), x.chanceText(func(n *spectra.SolveNull) *spectra.NullSample { return n.Norm }))
	switch {
	case s.Bound:
		how = fmt.Sprintf("the best input of norm %s", short(s.Norm))
	case x.o.Norm > 0:
		how += " which is within the bound,"
	case x.o.Ridge > 0:
		how = "under the ridge the best input, of norm " + strings.TrimPrefix(how, "the input of least norm, ")
	}
	if s.Residual <= written {
		return fmt.Sprintf("All of %s is in reach of %s: %s writes it.", x.wanted(), x.matrix.Label, how)
	}
	return fmt.Sprintf("%s of %s is out of reach of %s: %s leaves a residual of %s (%s).", percentText(Number(s.Unreachable)), x.wanted(), x.matrix.Label,
		how, short(s.Residual), x.chanceText(func(n *spectra.SolveNull) *spectra.NullSample { return n.Residual }))
}

// chanceText is what other targets give for a number.
func (x *solving) chanceText(of func(*spectra.SolveNull) *spectra.NullSample) string {
	text := fmt.Sprintf("random targets %s ± %s", short(of(x.null).Mean()), short(of(x.null).SD()))
	if x.others != nil {
		text += fmt.Sprintf(", other %s %s ± %s", x.kind(), short(of(x.others).Mean()), short(of(x.others).SD()))
	}
	return text
}

// facts lists the numbers of the answer beside those of random targets.
func (x *solving) facts() {
	s, null := x.s, x.null
	beside := func(v float64, of func(*spectra.SolveNull) *spectra.NullSample) []Beside {
		n := of(null)
		list := chance(n.Mean(), n.SD(), n.Z(v))
		if x.others == nil {
			return list
		}
		o := of(x.others)
		for i, b := range chance(o.Mean(), o.SD(), o.Z(v)) {
			b.Name = []string{"others_mean", "others_sd", "others_z"}[i]
			if i == 0 {
				b.Title = "other " + x.kind()
			}
			list = append(list, b)
		}
		return list
	}
	x.a.fact("residual", "residual ‖y − x·W‖/‖y‖", Number(s.Residual),
		append(beside(s.Residual, func(n *spectra.SolveNull) *spectra.NullSample { return n.Residual }), floor(x.rounding()))...)
	x.a.fact("unreachable", "share of ‖y‖² out of reach", Number(s.Unreachable),
		beside(s.Unreachable, func(n *spectra.SolveNull) *spectra.NullSample { return n.Unreachable })...)
	x.a.fact("cosine", "cosine of target and output", Number(s.Cosine))
	x.a.fact("norm", "norm of the input", Number(s.Norm), beside(s.Norm, func(n *spectra.SolveNull) *spectra.NullSample { return n.Norm })...)
	x.a.fact("target_norm", "norm of the target", Number(length(x.target)))
	x.a.fact("lambda", "λ", Number(s.Lambda))
	x.a.fact("freedom", "effective degrees of freedom Σf", Number(s.Freedom), beside(s.Freedom, func(n *spectra.SolveNull) *spectra.NullSample { return n.Freedom })...)
	x.a.fact("directions", "directions above the floor", len(s.Carriers),
		Beside{"all", "of", len(x.d.Sigma)}, floor(x.d.Floor.Level()))
}

// kind is what is asked for.
func (x *solving) kind() string {
	if len(x.o.Wish.Neurons) > 0 {
		return "neurons"
	}
	return "tokens"
}

// rounding is the residual that the rounding of x·W to float64 alone may leave.
func (x *solving) rounding() float64 {
	const epsilon = 0x1p-52
	return epsilon * x.d.Sigma[0] * x.s.Norm / length(x.target)
}

func (x *solving) warnAbout() {
	for _, w := range x.model.Warnings {
		x.a.Warnings = append(x.a.Warnings, Warning(w))
	}
}

func (x *solving) notes() []string {
	chance := fmt.Sprintf("Chance: %d random targets of the same norm", solveDraws)
	if x.others != nil {
		chance += fmt.Sprintf("; %d sets of as many other %s, at that norm", solveOthers, x.kind())
		if x.kind() == "tokens" {
			chance += ", without under-trained ones"
		}
	}
	notes := []string{fmt.Sprintf("%s; seed %d. Directions under the floor of the matrix are left out.", chance, x.o.Seed)}
	if note := noteOf(x.matrix, x.model); note != "" {
		notes = append(notes, x.matrix.Role+": "+note)
	}
	return notes
}
