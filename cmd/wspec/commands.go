package main

import (
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"wspec/report"
)

// command is one entry of the command line; everything a user sees of it
// derives from the entry.
type command struct {
	name     string
	args     string // as shown in the usage line
	min, max int    // how many arguments; max < 0: any number
	title    string // one line
	manual   string // what it does, for --help
	flags    []cli.Flag
	run      func(*invocation) error
}

// invocation is one call of a command.
type invocation struct {
	*cli.Context
	stdout, stderr io.Writer
}

// commands returns every command, in the order of the help page.
// Adding one is one entry.
func commands() []command {
	return []command{
		{
			name: "analyze", args: "MODEL...", min: 1, max: -1,
			title: "singular values, measures and directions of every matrix, as a report folder",
			manual: "MODEL is a .safetensors file or a folder with config.json, weights (whole or in shards) and tokenizer.\n" +
				"Writes NAME.wspec with index.html, report.json, CSV files and plots, and prints a table.",
			flags: analyzeFlags(), run: analyze,
		},
		{
			name: "compare", args: "BEFORE AFTER...", min: 1, max: -1,
			title: "the same matrices across checkpoints: what changed, by how much, beside rounding and chance",
			manual: "Matrices are paired by label; each checkpoint is compared with the one before, or all with --base. A folder of a LoRA\n" +
				"adapter stands for its base with the adapter applied; a pattern such as 'run/step_*' for a run, in the order of its\n" +
				"numbers. Writes a report folder with index.html, report.json, comparison.csv, spectra.csv and plots, from three\n" +
				"checkpoints on trajectories.csv and modes.csv, with --within similarity.csv; prints what changed most.\n" +
				"--fail-if makes it a gate for CI, of: " + report.ChangeNames() + ".",
			flags: compareFlags(), run: compareModels,
		},
		{
			name: "directions", args: "MODEL", min: 1, max: 1,
			title: "what matrices and heads read and write, as tokens, with a certificate",
			manual: "For each matrix of --matrix its singular directions: how far each is defined, the tokens at both poles of\n" +
				"its sides, how coherent these are beside chance, and how it changes under the other conventions.\n" +
				"Sides in residual space are read as tokens, others as their own coordinates; --readout insists on tokens.",
			flags: directionsFlags(), run: showDirections,
		},
		{
			name: "locate", args: "MODEL TOKEN...", min: 1, max: -1,
			title: "which directions, blocks and heads carry a concept, beside chance",
			manual: "A concept is the mean of the tokens named, about the mean of the vocabulary; chance is as many tokens of like norms.\n" +
				"A TOKEN is a text, with or without its leading space (as such or as ␣), or an id as [464]. Looked at are the directions\n" +
				"of every matrix, in place of those that only their span defines the block, and the span of each circuit's directions.",
			flags: locateFlags(), run: locate,
		},
		{
			name: "solve", args: "MODEL", min: 1, max: 1,
			title: "the input that makes a matrix write a token best, and what is out of its reach",
			manual: "Least squares through the singular directions of one matrix: the input of least norm, of a norm at most --norm, or\n" +
				"under a --ridge. A token's target is its column of W_U about the mean of the vocabulary, for the key side of QK its row\n" +
				"of W_E, for W_U itself the token; of W_in and W_gate neurons are asked for. Excluded tokens are taken out of the target.\n" +
				"Beside every number stands what random targets of the same norm and other tokens give.",
			flags: solveFlags(), run: solve,
		},
		{
			name: "pca", args: "FILE[#TENSOR]", min: 1, max: 1,
			title: "principal components of embeddings or saved activations, beside noise",
			manual: "FILE is a .npy file or what the other commands call MODEL; TENSOR a matrix by its label (W_E where nothing is named) or a\n" +
				"tensor by its name, rows being observations. One pass, means and covariances in float64, some 40 bytes of memory for each\n" +
				"pair of columns: 0.7 GB for 4096 of them, 11 GB for 16384. How many components stand out is told by parallel analysis.",
			flags: pcaFlags(), run: pca,
		},
		{
			name: "approx", args: "MODEL", min: 1, max: 1,
			title: "ranks and what they cost: errors in both norms beside noise, a plan for a budget; writes low-rank checkpoints",
			manual: "One of --rank, --energy, --max-error, --budget, --band, --drop-direction says which singular values of each stored\n" +
				"matrix to keep; the table has the errors, the parameters, and what noise of the same shape would keep at that rank.\n" +
				"--write DIR saves the model so, in its own dtypes and shards, all else as it is; --factored as pairs lora_A, lora_B,\n" +
				"which wspec reads again. --compare-codings holds singular values against cosines and single entries.",
			flags: approxFlags(), run: approx,
		},
		{
			name: "inspect", args: "MODEL", min: 1, max: 1,
			title:  "every tensor: role, shape, dtype, its fate and why; nothing is computed",
			manual: "Shows how analyze would read the model: which matrix each tensor becomes, and why some are left out.",
			flags:  []cli.Flag{baseFlag(), jsonFlag(), quietFlag()}, run: inspect,
		},
		{
			name: "metrics", min: 0, max: 0,
			title:  "every measure: formula, unit, source, value on noise",
			manual: "The last columns show what pure noise of that shape gives, the value to hold a measured one against.",
			flags:  []cli.Flag{jsonFlag()}, run: metrics,
		},
		{
			name: "plot", args: "REPORT [FIGURE...]", min: 0, max: -1,
			title:  "figures for papers, talks and posters from a report, with data and captions",
			manual: plotManual(), flags: plotFlags(), run: plotReport,
		},
		{
			name: "export", args: "REPORT", min: 1, max: 1,
			title:  "tables, figures and files of other formats, made again from a report",
			manual: exportManual(),
			flags:  exportFlags(), run: export,
		},
		{
			name: "man", min: 0, max: 0,
			title:  "print the manual page",
			manual: "Prints a manual page in roff: wspec man > wspec.1",
			run:    manual,
		},
	}
}

// toggle is a flag without a value, off unless given.
func toggle(usage string, names ...string) cli.Flag {
	return &cli.BoolFlag{Name: names[0], Aliases: names[1:], Usage: usage, DisableDefaultText: true}
}

// baseFlag is shared by the commands that open models as they are.
func baseFlag() cli.Flag {
	return &cli.StringFlag{Name: "base", Usage: "where MODEL is an adapter, apply it to `BASE`", DefaultText: "the one it names, beside it or in the hub's local cache"}
}

func jsonFlag() cli.Flag { return toggle("print JSON in place of a table", "json") }

func quietFlag() cli.Flag {
	return toggle("no progress, no table, no warnings; errors still show", "quiet", "q")
}

// cli turns an entry into the parser's form.
func (c command) cli(stdout, stderr io.Writer) *cli.Command {
	return &cli.Command{
		Name:            c.name,
		Usage:           c.title,
		Description:     c.manual,
		ArgsUsage:       c.args,
		Flags:           c.flags,
		HideHelpCommand: true,
		OnUsageError:    asUsageError,
		Action: func(ctx *cli.Context) error {
			if err := c.checkCount(ctx.Args().Len()); err != nil {
				return err
			}
			return c.run(&invocation{Context: ctx, stdout: stdout, stderr: stderr})
		},
	}
}

func (c command) checkCount(n int) error {
	hint := fmt.Sprintf("usage: wspec %s [flags] %s", c.name, c.args)
	switch {
	case n < c.min:
		return usagef(hint, "%s needs %s", c.name, c.args)
	case c.max >= 0 && n > c.max:
		return usagef(hint, "%s takes %d argument(s), %d were given", c.name, c.max, n)
	}
	return nil
}

func manual(i *invocation) error {
	page, err := i.App.ToMan()
	if err != nil {
		return err
	}
	_, err = io.WriteString(i.stdout, page)
	return err
}
