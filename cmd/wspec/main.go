// Command wspec reads transformer checkpoints and shows what each weight
// matrix does: its singular values, ranks and how far they are from noise.
//
// Usage:
//
//	wspec analyze MODEL...        spectra, measures and directions of every matrix, as a report folder
//	wspec compare A B...          the same matrices across checkpoints: what changed, and by how much
//	wspec directions MODEL        what matrices and heads read and write, as tokens
//	wspec locate MODEL TOKEN...   which directions and heads carry a concept, beside chance
//	wspec solve MODEL             the input that makes a matrix write a token best
//	wspec pca FILE[#TENSOR]       principal components of embeddings or activations
//	wspec approx MODEL            ranks and what they cost, beside noise; writes low-rank checkpoints
//	wspec inspect MODEL           every tensor: role, shape, dtype, its fate and why
//	wspec metrics                 every measure: formula, source, value on noise
//	wspec export REPORT           tables, figures and files of other formats, made again from a report
//
// MODEL is a .safetensors file or a folder in Hugging Face layout. Results go
// to standard output; progress, warnings and errors to standard error. The
// exit status is 0 when all went well, 1 when something failed, 2 when the
// command line was wrong and 3 when a gate of --fail-if did not hold.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/urfave/cli/v2"

	"wspec/spectra"
)

// version is set by the linker when a release is built.
var version = "dev"

// Exit statuses.
const (
	statusDone   = 0
	statusFailed = 1
	statusUsage  = 2
	statusGate   = 3
)

func main() {
	spectra.UseKernels()
	room := boundGarbage()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	status := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	runtime.KeepAlive(room)
	os.Exit(status)
}

// garbageRoom counts as in use but is never touched, so it takes no memory: the
// collector lets half of it in garbage pass before it runs at all. A model of
// 100 million parameters has some 80 MB in use, most of it text, and would be
// searched a hundred times a run; GPT-2 small takes 56 MiB more for it, 308 MiB
// at most.
const garbageRoom = 96 << 20

// boundGarbage lets garbage be half of what is in use, not as much: most of that
// is large arrays, which cost the collector next to nothing. What it returns
// is to be kept to the end. Who sets GOGC or GOMEMLIMIT is obeyed.
func boundGarbage() []byte {
	const percent = 50
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(percent)
	if os.Getenv("GOMEMLIMIT") != "" {
		return nil
	}
	return make([]byte, garbageRoom)
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	app := newApp(stdout, stderr)
	args, err := reorder(app, args)
	if err == nil {
		err = app.RunContext(ctx, append([]string{app.Name}, args...))
	}
	if err == nil {
		return statusDone
	}
	complain(stderr, err)
	return statusOf(err)
}

// complain writes an error as one sentence and, if it knows one, a hint.
func complain(w io.Writer, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(w, "wspec: error: interrupted; nothing was written")
		return
	}
	fmt.Fprintln(w, "wspec: error:", printable(err.Error()))
	if gate := (*gateError)(nil); errors.As(err, &gate) {
		for _, line := range gate.lines() {
			fmt.Fprintln(w, "wspec: gate:", printable(line))
		}
	}
	var h interface{ Hint() string }
	if errors.As(err, &h) && h.Hint() != "" {
		fmt.Fprintln(w, "wspec: hint:", printable(h.Hint()))
	}
}

// newApp builds the command line from the table of commands.
func newApp(stdout, stderr io.Writer) *cli.App {
	app := &cli.App{
		Name:                      "wspec",
		Usage:                     "what each weight matrix of a transformer does, beside what noise would give",
		Version:                   version,
		Writer:                    stdout,
		ErrWriter:                 stderr,
		HideHelpCommand:           true,
		EnableBashCompletion:      true,
		DisableSliceFlagSeparator: true,                         // globs hold commas: h.{q,k}
		ExitErrHandler:            func(*cli.Context, error) {}, // run maps errors to statuses
		OnUsageError:              asUsageError,
		Action:                    noCommand,
	}
	for _, c := range commands() {
		app.Commands = append(app.Commands, c.cli(stdout, stderr))
	}
	return app
}

// noCommand answers a command line without a command, or with one we lack.
func noCommand(c *cli.Context) error {
	if c.NArg() > 0 {
		return usagef("run wspec --help for the commands there are", "unknown command %q", c.Args().First())
	}
	return cli.ShowAppHelp(c)
}
