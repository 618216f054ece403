package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"wspec/loader"
	"wspec/report"
)

func compareFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write the report to folder `DIR`", DefaultText: "BEFORE-AFTER.wspec"},
		&cli.StringFlag{Name: "base", Usage: "compare every checkpoint with `MODEL`; otherwise each with the one before"},
		&cli.StringSliceFlag{Name: "fail-if", Usage: "exit with status 3 if `GATE` holds for any matrix: 'rel_change>0.1', 'delta_rank>16@L*.W_OV.*', or missing for a matrix without a partner; repeatable"},
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "only matrices whose label matches `GLOB`, such as 'L*.W_OV.H*'; repeatable"},
		&cli.StringFlag{Name: "layers", Usage: "only these layers: `LIST` such as 0,3-5"},
		toggle("compare the layers of one model: how alike are the leading subspaces of each two matrices of a role", "within"),
		toggle("leave out the OV and QK circuits", "no-heads"),
		toggle("single heads' parts of W_Q, W_K, W_V, W_O too", "parts"),
		formatFlag(),
		&cli.IntFlag{Name: "workers", Usage: "compare `N` matrices at once; results do not depend on it", DefaultText: "one a core"},
		&cli.StringFlag{Name: "max-memory", Usage: "bound working memory, beside the mapped files, to `SIZE` such as 500MB", DefaultText: "2GiB"},
		&cli.IntFlag{Name: "top-k", Aliases: []string{"k"}, Value: report.DefaultTopK, Usage: "compare the subspaces of the `N` largest singular values"},
		&cli.IntFlag{Name: "tokens", Value: report.DefaultTokens, Usage: "list `N` tokens at each pole of a direction of ΔW"},
		&cli.Uint64Flag{Name: "seed", Usage: "of every random draw: `N`, recorded with the result"},
		toggle("values and measures alone: no directions, angles, modes and intruders", "no-directions"),
		toggle("count intruder dimensions in matrices of more than 256 directions too; takes several times as long", "intruders"),
		jsonFlag(), quietFlag(),
	}
}

func compareModels(i *invocation) error {
	paths, err := loader.Series(i.Args().Slice())
	if err != nil {
		return err
	}
	if !loader.InStepOrder(paths) && !i.Bool("quiet") {
		fmt.Fprintln(i.stderr, "wspec: warning: the checkpoints are not in the order of their numbers; give the pattern in quotes, as in 'run/step_*', to have them so")
	}
	if base := i.String("base"); base != "" {
		paths = append([]string{base}, slices.DeleteFunc(paths, func(p string) bool { return samePath(p, base) })...)
	}
	if err := checkCompared(i, paths); err != nil {
		return err
	}
	plan, err := comparePlan(i, paths)
	if err != nil {
		return err
	}
	if err := report.CheckFolder(plan.dir); err != nil {
		return err
	}
	bar := newBar(i.stderr, i.Bool("quiet"))
	plan.options.Progress = bar.update
	c, err := plan.run(i.Context.Context, openers(paths, plan.options))
	bar.stop()
	if err != nil {
		return err
	}
	if err := report.WriteComparison(i.Context.Context, plan.dir, c, plan.formats); err != nil {
		return err
	}
	return announceComparison(i, c, plan)
}

// checkCompared finds too few or too many checkpoints.
func checkCompared(i *invocation, paths []string) error {
	const usage = "usage: wspec compare [flags] BEFORE AFTER..., or compare --within MODEL"
	switch within := i.Bool("within"); {
	case within && (len(paths) != 1 || i.IsSet("fail-if") || i.Bool("no-directions")):
		return usagef(usage, "--within takes one model, no --base, --fail-if or --no-directions")
	case !within && len(paths) < 2:
		return usagef(usage, "compare needs two checkpoints, or one and --base")
	}
	return nil
}

// run makes the comparison.
func (p comparison) run(ctx context.Context, list []report.Checkpoint) (*report.Comparison, error) {
	if p.within {
		return report.Within(ctx, list[0], p.options)
	}
	return report.Compare(ctx, list, p.options)
}

// samePath reports whether two paths name the same place.
func samePath(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// openers open the checkpoints one by one, when their turn comes.
func openers(paths []string, o report.CompareOptions) []report.Checkpoint {
	var list []report.Checkpoint
	for _, p := range paths {
		list = append(list, report.Checkpoint{Open: func() (*loader.Model, error) {
			return openBeside(p, paths[0], loader.Options{NoHeads: o.NoHeads, SkipHash: true})
		}})
	}
	return list
}

// openBeside opens a model; an adapter whose base is not found by the name it has
// for it is taken to belong to the first checkpoint.
func openBeside(path, first string, o loader.Options) (*loader.Model, error) {
	m, err := loader.Open(path, o)
	if missing := (*loader.BaseError)(nil); errors.As(err, &missing) && path != first {
		o.Base = first
		return loader.Open(path, o)
	}
	return m, err
}

// comparison is what the flags of compare say.
type comparison struct {
	dir     string
	within  bool
	formats []report.Format
	options report.CompareOptions
}

func comparePlan(i *invocation, paths []string) (comparison, error) {
	p := comparison{dir: i.String("out"), within: i.Bool("within")}
	switch {
	case p.dir != "":
	case p.within:
		p.dir = modelName(paths[0]) + "-within.wspec"
	default:
		p.dir = modelName(paths[0]) + "-" + modelName(paths[len(paths)-1]) + ".wspec"
	}
	var memory int64
	var err error
	if p.formats, memory, err = outputFlags(i); err != nil {
		return p, err
	}
	for _, f := range []struct {
		name string
		most int
	}{{"top-k", mostDirections}, {"tokens", mostTokens}} {
		if n := i.Int(f.name); n < 1 || n > f.most {
			return p, usagef(fmt.Sprintf("give a number from 1 to %d", f.most), "--%s %d is out of range", f.name, n)
		}
	}
	p.options = report.CompareOptions{Base: i.String("base") != "", Intruders: i.Bool("intruders"), Options: report.Options{
		Matrix: i.StringSlice("matrix"), Layers: i.String("layers"), NoHeads: i.Bool("no-heads"), Parts: i.Bool("parts"),
		TopK: i.Int("top-k"), Tokens: i.Int("tokens"), Seed: i.Uint64("seed"), NoDirections: i.Bool("no-directions"),
		Workers: i.Int("workers"), MaxMemory: memory, Version: version,
	}}
	if err := checkSelection(plan{options: p.options.Options}); err != nil {
		return p, err
	}
	for _, text := range i.StringSlice("fail-if") {
		g, err := report.ParseGate(text)
		if err != nil {
			return p, usageFrom(err)
		}
		p.options.Gates = append(p.options.Gates, g)
	}
	return p, nil
}

// announceComparison prints the result and the warnings, and fails if a matrix
// or a gate did.
func announceComparison(i *invocation, c *report.Comparison, p comparison) error {
	if !i.Bool("quiet") {
		for _, w := range c.Warnings {
			fmt.Fprintln(i.stderr, "wspec: warning:", printable(w.Message))
		}
	}
	if err := printComparison(i, c, p); err != nil {
		return err
	}
	var partial, gates error
	if failed := c.Failed(); len(failed) > 0 {
		partial = &partialError{failed: failed, dir: p.dir}
	}
	if broken := c.Broken(); len(broken) > 0 {
		gates = &gateError{broken}
	}
	if gates != nil {
		return gates
	}
	return partial
}

func printComparison(i *invocation, c *report.Comparison, p comparison) error {
	switch {
	case i.Bool("json"):
		return report.WriteComparisonJSON(i.stdout, c)
	case i.Bool("quiet"):
		return nil
	}
	write := report.WriteCompareText
	if p.within {
		write = report.WriteWithinText
	}
	if err := write(i.stdout, c); err != nil {
		return err
	}
	_, err := fmt.Fprintln(i.stdout, "report:", printable(filepath.Join(p.dir, "index.html")))
	return err
}

// gateError says that gates of --fail-if did not hold.
type gateError struct{ broken []report.Gate }

func (e *gateError) Error() string {
	n := 0
	for _, g := range e.broken {
		n += len(g.Offenders)
	}
	return fmt.Sprintf("--fail-if: %d gate(s) did not hold, %d time(s)", len(e.broken), n)
}

// lines lists what failed, gate by gate.
func (e *gateError) lines() []string {
	var lines []string
	for _, g := range e.broken {
		for _, o := range g.Offenders {
			lines = append(lines, g.Text+": "+o.String())
		}
	}
	return lines
}

// statusOf returns the exit status that an error stands for.
func statusOf(err error) int {
	var usage *usageError
	var gate *gateError
	switch {
	case errors.As(err, &usage):
		return statusUsage
	case errors.As(err, &gate):
		return statusGate
	}
	return statusFailed
}
