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

// solveDraws is the number of random targets that a solution is held against.
const solveDraws = 1000

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
	null   *spectra.SolveNull
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
	x.null, err = x.d.SolveNull(length(x.target), bounds, solveDraws, x.o.Seed)
	return err
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
	how := fmt.Sprintf("the input of least norm, %s (random targets %s ± %s),", short(s.Norm), short(x.null.Norm.Mean()), short(x.null.Norm.SD()))
	switch {
	case s.Bound:
		how = fmt.Sprintf("the best input of norm %s", short(s.Norm))
	case x.o.Norm > 0:
		how += " which is within the bound,"
	case x.o.Ridge > 0:
		how = fmt.Sprintf("under the ridge the best input, of norm %s (random targets %s ± %s),", short(s.Norm), short(x.null.Norm.Mean()), short(x.null.Norm.SD()))
	}
	if s.Residual <= written {
		return fmt.Sprintf("All of %s is in reach of %s: %s writes it.", x.wanted(), x.matrix.Label, how)
	}
	return fmt.Sprintf("%s of %s is out of reach of %s (random targets %s): %s leaves a residual of %s (random %s ± %s).",
		percentText(Number(s.Unreachable)), x.wanted(), x.matrix.Label, percentText(Number(x.null.Unreachable.Mean())), how,
		short(s.Residual), short(x.null.Residual.Mean()), short(x.null.Residual.SD()))
}

// facts lists the numbers of the answer beside those of random targets.
func (x *solving) facts() {
	s, null := x.s, x.null
	beside := func(v float64, n *spectra.NullSample) []Beside { return chance(n.Mean(), n.SD(), n.Z(v)) }
	x.a.fact("residual", "residual ‖y − x·W‖/‖y‖", Number(s.Residual), append(beside(s.Residual, null.Residual), floor(x.rounding()))...)
	x.a.fact("unreachable", "share of ‖y‖² out of reach", Number(s.Unreachable), beside(s.Unreachable, null.Unreachable)...)
	x.a.fact("cosine", "cosine of target and output", Number(s.Cosine))
	x.a.fact("norm", "norm of the input", Number(s.Norm), beside(s.Norm, null.Norm)...)
	x.a.fact("target_norm", "norm of the target", Number(length(x.target)))
	x.a.fact("lambda", "λ", Number(s.Lambda))
	x.a.fact("freedom", "effective degrees of freedom Σf", Number(s.Freedom), beside(s.Freedom, null.Freedom)...)
	x.a.fact("directions", "directions above the floor", len(s.Carriers),
		Beside{"all", "of", len(x.d.Sigma)}, floor(x.d.Floor.Level()))
}

// rounding is the residual that the rounding of x·W to float64 alone may leave.
func (x *solving) rounding() float64 {
	const epsilon = 0x1p-52
	return epsilon * x.d.Sigma[0] * x.s.Norm / length(x.target)
}

// carriers is the table of the singular directions, those that carry most first.
func (x *solving) carriers() Table {
	t := Table{
		Name: "directions", Title: "Singular directions that carry it", Most: 10,
		Columns: []Column{
			{"index", "direction", "0 is that of σ₁, the largest singular value"},
			{"sigma", "σ", "singular value"},
			{"cosine", "y·out/‖y‖", "the target's component along the Out direction, in [−1, 1]"},
			{"filter", "filter", "σ²/(σ² + λ), in [0, 1]: how much of the component is written"},
			{"achieved", "of output", "share of ‖x·W‖², in [0, 1]"},
			{"input", "of input", "share of ‖x‖², in [0, 1]: dear directions take more of the input than they give"},
			{"angle_bound", "angle ≤", "sine of the angle by which rounding of the stored numbers may have turned the direction"},
			{"stable", "stable", "the angle bound is at most 0.1"},
		},
	}
	certificates := x.d.Certificates()
	for _, c := range byShare(x.s.Carriers) {
		y := certificates[c.Index]
		t.Rows = append(t.Rows, []Cell{c.Index, Number(c.Sigma), Number(c.Cosine), Number(c.Filter), Number(c.Achieved), Number(c.Input), Number(y.AngleBound), y.Stable})
	}
	return t
}

// readout reads the input or what is written with it: the ends of the scores.
func (x *solving) readout(s directions.Side) (Table, error) {
	v, t := x.s.X, Table{Name: "input_readout", Title: "The input"}
	if s == directions.Out {
		v, t = x.s.Achieved, Table{Name: "output_readout", Title: "What is written with it"}
	}
	r, err := x.reader.ReadVector(x.matrix, s, v, directions.ReadOptions{Tokens: x.study.o.tokens(), Threads: x.study.o.workers()})
	if err != nil {
		return t, err
	}
	what := string(r.Space) + " coordinates"
	switch {
	case r.Readout == directions.Embed:
		what = "tokens through W_E, by e·x"
	case r.Readout == directions.Unembed:
		what = "tokens through W_U, by logit"
	case r.Space == loader.MLP:
		what = "neurons"
	case r.Space == loader.Vocab:
		what = "tokens"
	}
	t.Title += ", as " + what
	if r.Note != "" {
		t.Title += ": " + r.Note
	}
	t.Columns = []Column{{"rank", "rank", "1 for the most extreme"}}
	for _, pole := range []string{"positive", "negative"} {
		t.Columns = append(t.Columns, Column{pole + "_id", "id", ""})
		if isToken(r) {
			t.Columns = append(t.Columns, Column{pole, pole + " pole", ""})
		}
		t.Columns = append(t.Columns, Column{pole + "_score", "score", "product with the vector, at its own length"})
	}
	for i := range max(len(r.Positive), len(r.Negative)) {
		row := append([]Cell{i + 1}, x.pole(r, r.Positive, i)...)
		t.Rows = append(t.Rows, append(row, x.pole(r, r.Negative, i)...))
	}
	return t, nil
}

// pole is the i-th element of a list: its id, the text of a token, its score.
func (x *solving) pole(r *directions.Reading, list []directions.Scored, i int) []Cell {
	cells := []Cell{nil, nil}
	if i < len(list) {
		cells = []Cell{list[i].ID, Number(list[i].Score)}
	}
	if !isToken(r) {
		return cells
	}
	var text Cell
	if i < len(list) {
		text = x.vocab.Token(list[i].ID).Text
	}
	return []Cell{cells[0], text, cells[1]}
}

// excluded says how much of the excluded tokens is written all the same.
func (x *solving) excluded() (Table, error) {
	t := Table{
		Name: "excluded", Title: "Excluded tokens: what is written of them",
		Columns: []Column{{"id", "id", ""}, {"token", "token", ""}, {"cosine", "cosine", "of the output and the token's vector, in [−1, 1]: 0 but for rounding"}},
	}
	cosines, err := x.reader.Written(x.matrix, x.s.Achieved, x.o.Wish.Exclude)
	for i, c := range cosines {
		id := x.o.Wish.Exclude[i]
		t.Rows = append(t.Rows, []Cell{id, x.vocab.Token(id).Text, Number(c)})
	}
	return t, err
}

// vectorTable lists the components of vectors of one space, for files alone.
func vectorTable(name, title, first string, columns ...[]float64) Table {
	t := Table{Name: name, Title: title, Most: -1, Columns: []Column{{"coordinate", "coordinate", ""}, {first, first, ""}}}
	if len(columns) > 1 {
		t.Columns = append(t.Columns, Column{"written", "written", ""})
	}
	for i := range columns[0] {
		row := []Cell{i}
		for _, c := range columns {
			row = append(row, Number(c[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (x *solving) warnAbout() {
	for _, w := range x.model.Warnings {
		x.a.Warnings = append(x.a.Warnings, Warning(w))
	}
}

func (x *solving) notes() []string {
	notes := []string{fmt.Sprintf("Chance: %d random targets of the same norm, seed %d. Directions under the floor of the matrix are left out.", solveDraws, x.o.Seed)}
	if note := noteOf(x.matrix, x.model); note != "" {
		notes = append(notes, x.matrix.Role+": "+note)
	}
	return notes
}
