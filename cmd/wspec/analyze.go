package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"wspec/loader"
	"wspec/report"
	"wspec/spectra"
)

func analyzeFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write the report to folder `DIR`", DefaultText: "NAME.wspec"},
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "only matrices whose label matches `GLOB`, such as 'L*.W_OV.H*'; each gets a spectrum plot; repeatable"},
		&cli.StringFlag{Name: "layers", Usage: "only these layers: `LIST` such as 0,3-5"},
		toggle("leave out per-head parts and the OV and QK circuits", "no-heads"),
		formatFlag(),
		&cli.StringSliceFlag{Name: "metric", Usage: "show measure `NAME` in the table (see wspec metrics); repeatable"},
		&cli.IntFlag{Name: "workers", Usage: "analyse `N` matrices at once; results do not depend on it", DefaultText: "one a core"},
		&cli.StringFlag{Name: "max-memory", Usage: "bound working memory, beside the mapped files, to `SIZE` such as 500MB", DefaultText: "2GiB"},
		toggle("fail if the family is unknown or any tensor with two or more dimensions would be left out", "strict"),
		&cli.StringFlag{Name: "null", Value: string(spectra.NullIID), Usage: "hold the measures of stored matrices against `NULL`: iid (Gaussian noise of the same shape and norm), shuffle (their own entries in random order; twenty decompositions each) or none; circuits against products of noise"},
		toggle("singular values and measures alone: no directions, no copying and composition scores", "no-directions"),
		toggle("how each direction changes under the other two conventions, for which matrices are decomposed again", "sensitivity"),
		toggle("what each matrix does as a linear map: dimensions read and lost, angles between In and Out, axes and neurons, tokens kept and deleted; each is decomposed as a whole", "maps"),
		toggle("write σ, In and Out of the directions found to vectors.safetensors in the report, for numpy; --top-k says how many", "save-vectors"),
	}, directionFlags(), []cli.Flag{baseFlag(), jsonFlag(), quietFlag()})
}

// formatFlag is shared by the commands that write reports.
func formatFlag() cli.Flag {
	return &cli.StringFlag{Name: "format", Usage: "write these in place of " + strings.Join(report.DefaultFormats(), ", ") + ": comma-separated `LIST` of " +
		strings.Join(report.FormatNames(), ", ") + " (see wspec export --help; report.json is always written)"}
}

func analyze(i *invocation) error {
	plan, err := planOf(i)
	if err != nil {
		return err
	}
	models, err := openAll(i.Args().Slice(), loader.Options{NoHeads: i.Bool("no-heads"), SkipHash: true, Base: i.String("base")})
	defer closeAll(models)
	if err != nil {
		return err
	}
	if i.Bool("strict") {
		if err := refuseSkipped(models); err != nil {
			return err
		}
	}
	if err := report.CheckFolder(plan.dir); err != nil {
		return err
	}
	if i.Bool("save-vectors") {
		vectors, err := report.NewVectors(plan.dir)
		if err != nil {
			return err
		}
		defer vectors.Close()
		plan.options.Vectors, plan.formats = vectors, append(plan.formats, vectors.Format())
	}
	doc, err := compute(i, models, plan.options)
	if err != nil {
		return err
	}
	if err := report.WriteFolder(i.Context.Context, plan.dir, doc, plan.formats); err != nil {
		return err
	}
	return announce(i, doc, plan)
}

// plan is what the flags of analyze say.
type plan struct {
	dir     string
	formats []report.Format
	options report.Options
	metrics []string
}

func planOf(i *invocation) (plan, error) {
	p := plan{dir: i.String("out"), metrics: i.StringSlice("metric")}
	if p.dir == "" {
		p.dir = defaultFolder(i.Args().Slice())
	}
	var memory int64
	var err error
	if p.formats, memory, err = outputFlags(i); err != nil {
		return p, err
	}
	p.options = report.Options{
		Matrix: i.StringSlice("matrix"), Layers: i.String("layers"), NoHeads: i.Bool("no-heads"),
		Workers: i.Int("workers"), MaxMemory: memory, Version: version,
	}
	if err := checkSelection(p); err != nil {
		return p, err
	}
	if err := nullOptions(i, &p.options); err != nil {
		return p, err
	}
	if p.options.NoDirections = i.Bool("no-directions"); p.options.NoDirections {
		return p, refuseIdle(i)
	}
	p.options.Sensitivity, p.options.Maps = i.Bool("sensitivity"), i.Bool("maps")
	if i.Bool("save-vectors") && i.Int("top-k") == 0 && i.Int("bottom-k") == 0 {
		return p, usagef("give one of them a number from 1", "--save-vectors has nothing to write with --top-k 0")
	}
	return p, directionOptions(i, &p.options)
}

// outputFlags reads --format and --max-memory, and checks --workers, which
// analyze and compare share.
func outputFlags(i *invocation) (formats []report.Format, memory int64, err error) {
	if formats, err = report.PickFormats(list(i.String("format"))); err != nil {
		return nil, 0, usageFrom(err)
	}
	if memory, err = memoryOf(i.String("max-memory")); err != nil {
		return nil, 0, err
	}
	if n := i.Int("workers"); n < 0 {
		return nil, 0, usagef("give 1 or more, or leave it out for one a core", "--workers %d is negative", n)
	}
	return formats, memory, nil
}

// nullOptions puts the flags of nulls into o.
func nullOptions(i *invocation, o *report.Options) error {
	o.Null, o.Seed = spectra.NullKind(i.String("null")), i.Uint64("seed")
	if !slices.Contains(report.NullKinds(), o.Null) {
		return usagef("nulls are iid, shuffle, none", "unknown null %q", string(o.Null))
	}
	return nil
}

// checkSelection finds mistakes in globs, layers and measures before any file is read.
func checkSelection(p plan) error {
	if _, err := loader.ParseLayers(p.options.Layers); err != nil {
		return usageFrom(err)
	}
	if _, err := loader.Match(p.options.Matrix, ""); err != nil {
		return usageFrom(err)
	}
	for _, name := range p.metrics {
		if !knownMetric(name) {
			return usagef("wspec metrics lists them all", "unknown measure %q", name)
		}
	}
	return nil
}

func knownMetric(name string) bool {
	for _, m := range report.MetricInfos() {
		if m.Name == name {
			return true
		}
	}
	return false
}

// usageFrom turns a package's error about a flag's value into a usage error.
func usageFrom(err error) error {
	hint := ""
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		hint = h.Hint()
	}
	return usagef(hint, "%s", err.Error())
}

func list(commas string) []string {
	return strings.FieldsFunc(commas, func(r rune) bool { return r == ',' || r == ' ' })
}

func memoryOf(size string) (int64, error) {
	if size == "" {
		return 0, nil
	}
	n, err := humanize.ParseBytes(size)
	if err != nil || n == 0 || n > 1<<62 {
		return 0, usagef("write a number and a unit: --max-memory 500MB or 2GiB", "--max-memory %q is not a size", size)
	}
	return int64(n), nil
}

// defaultFolder names the report after the first model.
func defaultFolder(paths []string) string { return modelName(paths[0]) + ".wspec" }

// modelName is what a model at path is called.
func modelName(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return strings.TrimSuffix(filepath.Base(path), ".safetensors")
}

func openAll(paths []string, o loader.Options) ([]*loader.Model, error) {
	var models []*loader.Model
	for _, p := range paths {
		m, err := loader.Open(p, o)
		if err != nil {
			return models, err
		}
		models = append(models, m)
	}
	distinguish(models)
	return models, nil
}

// distinguish numbers models of the same name, which label their matrices.
func distinguish(models []*loader.Model) {
	seen := map[string]int{}
	for _, m := range models {
		seen[m.Name]++
		if n := seen[m.Name]; n > 1 {
			m.Name = fmt.Sprintf("%s#%d", m.Name, n)
		}
	}
}

func closeAll(models []*loader.Model) {
	for _, m := range models {
		_ = m.Close() // read-only maps: nothing can be lost
	}
}

// refuseSkipped fails if any model was not understood whole.
func refuseSkipped(models []*loader.Model) error {
	for _, m := range models {
		if err := m.Strict(); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return nil
}

// compute runs the analysis with a progress bar where one can be seen.
func compute(i *invocation, models []*loader.Model, o report.Options) (*report.Document, error) {
	bar := newBar(i.stderr, i.Bool("quiet"))
	o.Progress = bar.update
	doc, err := report.Analyze(i.Context.Context, models, o)
	bar.stop()
	return doc, err
}

// announce prints the result and the warnings, and fails if a matrix did.
func announce(i *invocation, doc *report.Document, p plan) error {
	warn(i, doc)
	if err := printResult(i, doc, p); err != nil {
		return err
	}
	if failed := doc.Failed(); len(failed) > 0 {
		return &partialError{failed: failed, dir: p.dir}
	}
	return nil
}

func warn(i *invocation, doc *report.Document) {
	if i.Bool("quiet") {
		return
	}
	for _, w := range doc.Warnings {
		fmt.Fprintln(i.stderr, "wspec: warning:", printable(w.Message))
	}
}

func printResult(i *invocation, doc *report.Document, p plan) error {
	switch {
	case i.Bool("json"):
		return report.WriteJSON(i.stdout, doc)
	case i.Bool("quiet"):
		return nil
	}
	if err := report.WriteText(i.stdout, doc, report.TextOptions{Width: width(i.stdout), Metrics: p.metrics}); err != nil {
		return err
	}
	_, err := fmt.Fprintln(i.stdout, "report:", printable(filepath.Join(p.dir, "index.html")))
	return err
}

// partialError says that some matrices have no values though the report was written.
type partialError struct {
	failed []string
	dir    string // of the report, "" if none was written
}

func (e *partialError) Error() string {
	const named = 3 // enough to see a pattern
	names := e.failed[:min(named, len(e.failed))]
	more := ""
	if len(e.failed) > named {
		more = fmt.Sprintf(" and %d more", len(e.failed)-named)
	}
	return fmt.Sprintf("not analysed: %s%s", strings.Join(names, ", "), more)
}

// Hint says where the rest is.
func (e *partialError) Hint() string {
	if e.dir == "" {
		return "the warnings say what is wrong with them"
	}
	return "the other matrices are in " + e.dir + "; the warnings say what is wrong with these"
}

// width returns the columns of the terminal that w is, or 0 if it is none.
func width(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}
