package report

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// Of principal components, unless told otherwise.
const (
	// DefaultPoints is the number of rows drawn and listed with their scores: a
	// figure shows no more.
	DefaultPoints = 5000
	// scoredRows is the number of rows among which the ends of a component are looked for: all
	// of a vocabulary.
	scoredRows = 300_000
	// deflatedMost is the number of components that are taken out one by one at most.
	deflatedMost = 1024
)

// PrincipalOptions say how a table is looked at. The zero value is the default.
type PrincipalOptions struct {
	TopK       int      // components described; 0: [DefaultTopK]
	Uncentered bool     // about 0 in the place of the mean
	Labels     []string // of the rows; nil: the tokens, where rows are tokens
	Points     int      // rows drawn and listed; 0: [DefaultPoints]
	Tokens     int      // rows listed at each end; 0: [DefaultTokens]
	Draws      int      // of the null; 0: [spectra.ParallelDraws]
	Seed       uint64
	Version    string
	Workers    int // 0: one a core; results do not depend on it
}

// principalOptions is PrincipalOptions as the answer records them.
type principalOptions struct {
	Source     string `json:"source"`
	Tensor     string `json:"tensor"`
	DType      string `json:"dtype"`
	TopK       int    `json:"top_k"`
	Uncentered bool   `json:"uncentered"`
	Points     int    `json:"points"`
	Tokens     int    `json:"tokens"`
	Draws      int    `json:"draws"`
	Seed       uint64 `json:"seed"`
}

// principal is one table under way.
type principal struct {
	t       *loader.Table
	o       PrincipalOptions
	c       *spectra.Principal // as asked for
	other   *spectra.Principal // about 0 where c is about the mean, and the other way round
	null    *spectra.ParallelNull
	edges   []float64  // of what is left by the components before, for each direction
	deep    int        // components past them
	rows    []int      // that have scores
	scores  *mat.Dense // len(rows) × k
	a       *Answer
	cosines *mat.Dense // |cos| between the directions of c and other
}

// Principals finds the principal components of a table. Errors:
// *spectra.NonFiniteError, spectra.ErrOverflow, *EmptyTableError, that of a file cut short
// meanwhile, and ctx's.
func Principals(ctx context.Context, t *loader.Table, o PrincipalOptions) (*Answer, error) {
	n, d := t.Rows.Dims()
	if n < 2 || d < 1 {
		return nil, &EmptyTableError{n, d}
	}
	o.TopK, o.Points, o.Tokens = cmp.Or(o.TopK, DefaultTopK), cmp.Or(o.Points, DefaultPoints), cmp.Or(o.Tokens, DefaultTokens)
	o.Draws = cmp.Or(o.Draws, spectra.ParallelDraws(d))
	x := &principal{t: t, o: o, a: newAnswer("pca", o.Version, principalOptions{
		t.Name, t.Label, t.DType, o.TopK, o.Uncentered, o.Points, o.Tokens, o.Draws, o.Seed,
	})}
	if err := loader.Guard(func() error { return x.compute(ctx) }); err != nil {
		return nil, err
	}
	x.describe()
	return x.a, nil
}

// EmptyTableError says that a table is too small to vary.
type EmptyTableError struct{ Rows, Cols int }

// Error gives the shape.
func (e *EmptyTableError) Error() string {
	return fmt.Sprintf("a table of shape %s: components need two rows and a column", ShapeText([]int{e.Rows, e.Cols}))
}

func (x *principal) compute(ctx context.Context) (err error) {
	threads := Options{Workers: x.o.Workers}.workers()
	o := spectra.PrincipalOptions{Top: max(x.o.TopK, deflatedMost), Uncentered: x.o.Uncentered, Threads: threads}
	if x.c, err = spectra.PrincipalComponents(x.t.Rows, o); errors.Is(err, spectra.ErrOverflow) {
		return fmt.Errorf("variances: %w", err)
	} else if err != nil {
		return err
	}
	x.deep, x.edges = x.c.Deflated()
	x.c.Keep(x.o.TopK)
	if err = ctx.Err(); err != nil {
		return err
	}
	o.Top = x.o.TopK + 1 // the mean takes one of those about 0
	if x.other, err = x.c.About(x.o.Uncentered, o); err != nil {
		return err
	}
	if x.null, err = x.c.ParallelAnalysis(x.o.Draws, x.o.Seed, threads); err != nil {
		return err
	}
	if err = ctx.Err(); err != nil {
		return err
	}
	x.rows = spectra.Spaced(x.c.Rows, scoredRows)
	x.scores = x.c.Scores(x.t.Rows, x.rows)
	if !x.c.Loadings.IsEmpty() && !x.other.Loadings.IsEmpty() {
		x.cosines = &mat.Dense{}
		x.cosines.Mul(x.c.Loadings.T(), x.other.Loadings)
	}
	return nil
}

// about0 returns the components about 0, centred those about the mean.
func (x *principal) about0() *spectra.Principal {
	if x.o.Uncentered {
		return x.c
	}
	return x.other
}

func (x *principal) centred() *spectra.Principal {
	if x.o.Uncentered {
		return x.other
	}
	return x.c
}

// label names a row, ok if it has a name.
func (x *principal) label(row int) (string, bool) {
	switch {
	case x.o.Labels != nil:
		return x.o.Labels[row], true
	case x.t.Tokens && x.t.Vocabulary != nil:
		return x.t.Vocabulary.Token(row).Text, true
	}
	return fmt.Sprintf("[%d]", row), false
}

func (x *principal) named() bool { _, ok := x.label(0); return ok }

// describe fills the answer.
func (x *principal) describe() {
	name := x.t.Name
	if x.t.Label != "" {
		name += " " + x.t.Label
	}
	x.a.Title = fmt.Sprintf("%s: principal components of %d rows of %d", name, x.c.Rows, x.c.Cols)
	if x.o.Uncentered {
		x.a.Title += ", about 0"
	}
	if x.c.Rows <= x.c.Cols {
		x.a.warn("few_rows", "%d rows have at most %d components of %d: those beyond the first few are of the sample", x.c.Rows, x.c.Components(), x.c.Cols)
	}
	x.a.Sentence = x.sentence()
	x.facts()
	x.a.Tables = []Table{x.components(), x.ends(), x.loadings(), x.points()}
	x.a.charts = append(x.a.charts, x.scree())
	if _, k := x.c.Loadings.Dims(); k >= 2 {
		x.a.charts = append(x.a.charts, x.scatter())
	}
	x.a.Notes = append(x.a.Notes, fmt.Sprintf(
		"Noise: %d draws of as many rows of independent features with the same variances, seed %d (parallel analysis). PC1 is the component of largest variance.", x.null.Draws, x.o.Seed))
	if len(x.rows) < x.c.Rows {
		x.a.Notes = append(x.a.Notes, fmt.Sprintf("Scores are of %d of the %d rows, evenly spaced; the components are of all.", len(x.rows), x.c.Rows))
	}
}

// share is the part of the total variance in the first k components.
func (x *principal) share(variance []float64, k int) float64 {
	var sum float64
	for _, v := range variance[:k] {
		sum += v
	}
	if x.c.Total == 0 {
		return 0
	}
	return sum / x.c.Total
}

func (x *principal) sentence() string {
	if x.c.Total == 0 {
		return "There is no variance: all rows are the same, or differ by less than has a square in float64."
	}
	k := x.null.Above(x.c.Variance)
	return fmt.Sprintf("%d of %d components stand out of noise and explain %s of the variance; the first explains %s (of noise %s). With each taken out before the next is looked at, %s do.",
		k, x.c.Components(), percentText(Number(x.share(x.c.Variance, k))), percentText(Number(x.share(x.c.Variance, 1))), percentText(Number(x.share(x.null.Mean, 1))), x.deepText())
}

// deepText is how many components stand out once those before are taken out.
func (x *principal) deepText() string {
	if x.deep == len(x.edges) && x.deep < x.c.Components() {
		return fmt.Sprintf("%d or more", x.deep)
	}
	return fmt.Sprint(x.deep)
}

func (x *principal) facts() {
	variance, k := x.c.Variance, x.null.Above(x.c.Variance)
	x.a.fact("above", "components above noise", k, Beside{"all", "of", x.c.Components()})
	x.a.fact("deflated", "above what those before leave", x.deep, Beside{"all", "of", len(x.edges)})
	x.a.fact("first_share", "share of the first", Number(x.share(variance, 1)),
		Beside{"noise_mean", "noise", Number(x.share(x.null.Mean, 1))}, Beside{"noise_upper", "95 % point", Number(x.share(x.null.Upper, 1))},
		Beside{"edge", "in closed form", Number(x.edges[0] / x.c.Total)})
	x.a.fact("above_share", "share of those above noise", Number(x.share(variance, k)), Beside{"noise_mean", "noise", Number(x.share(x.null.Mean, k))})
	x.a.fact("dimension", "effective dimension (Σλ)²/Σλ²", Number(dimension(variance)), Beside{"noise_mean", "noise", Number(dimension(x.null.Mean))})
	x.a.fact("total", "total variance", Number(x.c.Total), floor(x.c.Floor))
	mean, of := length(x.c.Mean), x.about0().Total
	x.a.fact("mean_share", "share of the mean in the mean square", Number(mean*mean/of), Beside{"noise_mean", "noise about 0", Number(x.centred().Total / float64(x.c.Rows) / of)})
	x.a.fact("mean_cosine", "|cos| of the mean and the first direction about 0", Number(x.meanCosine()),
		Beside{"chance_mean", "random directions", Number(math.Sqrt(2 / math.Pi / float64(x.c.Cols)))})
}

// dimension is the participation ratio of variances.
func dimension(variance []float64) float64 {
	var sum, squares float64
	for _, v := range variance {
		q := v / max(variance[0], math.SmallestNonzeroFloat64)
		sum, squares = sum+q, squares+q*q
	}
	if squares == 0 {
		return math.NaN()
	}
	return sum * sum / squares
}

// meanCosine is that between the mean and the first direction about 0.
func (x *principal) meanCosine() float64 {
	size, first := length(x.c.Mean), x.about0().Loadings
	if size == 0 || first.IsEmpty() {
		return math.NaN()
	}
	var sum float64
	for j, v := range x.c.Mean {
		sum += v / size * first.At(j, 0)
	}
	return math.Abs(sum)
}

// components is the table of variances.
func (x *principal) components() Table {
	against := "about 0"
	if x.o.Uncentered {
		against = "centred"
	}
	t := Table{
		Name: "components", Title: "Components", Most: max(x.o.TopK, x.null.Above(x.c.Variance)),
		Columns: []Column{
			{"component", "PC", "1 is that of the largest variance"},
			{"variance", "variance", "eigenvalue of the covariance matrix"},
			{"share", "share", "of the total variance, in [0, 1]"},
			{"cumulative", "sum", "share of this and all larger ones"},
			{"noise_mean", "noise", "variance of this component of noise: mean of the draws"},
			{"noise_upper", "95 %", "the point that one in twenty draws of noise passes"},
			{"above", "above", "over the 95 % point, as are all larger ones"},
			{"edge", "95 % then", "the 95 % point in closed form of noise with the variances that the components before leave"},
			{"deflated", "then", "over that one, as are all larger ones"},
			{"separated", "separated", "further from its neighbours than the error of the sample, λ√(2/n); others mix"},
			{"match", against, "the direction " + against + " nearest to this one"},
			{"match_cosine", "|cos|", "of the angle to it, in [0, 1]"},
		},
	}
	above, apart := x.null.Above(x.c.Variance), x.c.Separated()
	var sum float64
	for i := range x.c.Components() {
		v := x.c.Variance[i]
		sum += v / max(x.c.Total, math.SmallestNonzeroFloat64)
		row := []Cell{i + 1, Number(v), Number(x.share(x.c.Variance[i:], 1)), Number(sum), Number(x.null.Mean[i]), Number(x.null.Upper[i]), i < above, nil, nil, nil, nil, nil}
		if i < len(x.edges) {
			row[7], row[8] = Number(x.edges[i]), i < x.deep
		}
		if i < len(apart) {
			row[9] = apart[i]
			if at, cosine, ok := x.match(i); ok {
				row[10], row[11] = at+1, Number(cosine)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	t.Most = min(t.Most, 2*x.o.TopK) // a terminal's worth, whatever stands out
	return t
}

// match returns the other direction nearest to the i-th.
func (x *principal) match(i int) (at int, cosine float64, ok bool) {
	if x.cosines == nil {
		return 0, 0, false
	}
	for j, c := range x.cosines.RawRowView(i) {
		if math.Abs(c) > cosine {
			at, cosine = j, math.Abs(c)
		}
	}
	return at, min(cosine, 1), true
}

// ends lists the rows of largest and smallest score of each component.
func (x *principal) ends() Table {
	shown := 3 // components on a terminal
	t := Table{Name: "ends", Title: "Rows at the ends of each component", Most: shown * x.o.Tokens, Columns: []Column{{"component", "PC", ""}, {"rank", "rank", "1 for the most extreme"}}}
	for _, end := range []string{"positive", "negative"} {
		t.Columns = append(t.Columns, Column{end + "_row", "row", "0 is the first"})
		if x.named() {
			t.Columns = append(t.Columns, Column{end, end + " end", ""})
		}
		t.Columns = append(t.Columns, Column{end + "_score", "score", ""})
	}
	_, k := x.scores.Dims()
	for j := range k {
		order := x.byScore(j)
		for r := range min(x.o.Tokens, len(order)) {
			row := append([]Cell{j + 1, r + 1}, x.end(order[r], j)...)
			t.Rows = append(t.Rows, append(row, x.end(order[len(order)-1-r], j)...))
		}
	}
	return t
}

// byScore returns the places of the scored rows by descending score, of equal ones the first row first.
func (x *principal) byScore(component int) []int {
	order := make([]int, len(x.rows))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(x.scores.At(b, component), x.scores.At(a, component)) })
	return order
}

func (x *principal) end(at, component int) []Cell {
	cells := []Cell{x.rows[at]}
	if name, ok := x.label(x.rows[at]); ok {
		cells = append(cells, name)
	}
	return append(cells, Number(x.scores.At(at, component)))
}

// componentColumns are pc1 to pck.
func componentColumns(k int) []Column {
	var out []Column
	for j := range k {
		name := fmt.Sprintf("%d", j+1)
		out = append(out, Column{"pc" + name, "PC" + name, ""})
	}
	return out
}

// loadings lists what each feature adds to each component, for files alone.
func (x *principal) loadings() Table {
	_, k := x.c.Loadings.Dims()
	t := Table{Name: "loadings", Title: "Loadings: the directions of the components", Most: -1, Columns: append([]Column{
		{"feature", "feature", "column of the table, 0 is the first"}, {"mean", "mean", ""}, {"variance", "variance", "about 0 the mean square"},
	}, componentColumns(k)...)}
	for i := range x.c.Cols {
		row := []Cell{i, Number(x.c.Mean[i]), Number(x.c.Spread[i])}
		for j := range k {
			row = append(row, Number(x.c.Loadings.At(i, j)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// points lists the scores of rows evenly spaced, for files alone.
func (x *principal) points() Table {
	_, k := x.scores.Dims()
	columns := []Column{{"row", "row", "0 is the first"}}
	if x.named() {
		columns = append(columns, Column{"label", "label", ""})
	}
	t := Table{Name: "scores", Title: fmt.Sprintf("Scores of %d rows, evenly spaced", min(x.o.Points, len(x.rows))), Most: -1, Columns: append(columns, componentColumns(k)...)}
	for _, at := range spectra.Spaced(len(x.rows), x.o.Points) {
		row := []Cell{x.rows[at]}
		if name, ok := x.label(x.rows[at]); ok {
			row = append(row, name)
		}
		for j := range k {
			row = append(row, Number(x.scores.At(at, j)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
