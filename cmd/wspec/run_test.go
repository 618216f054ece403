package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
	"wspec/report"
)

// TestInterrupted ends a run before its work and half-way: status 1, a
// sentence, nothing left behind.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var stdout, stderr bytes.Buffer
	model := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	status := run(ctx, []string{"analyze", model, "-o", filepath.Join(dir, "r")}, &stdout, &stderr)
	if want := "wspec: error: interrupted; nothing was written\n"; status != statusFailed || stderr.String() != want {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
}

// TestInterruptedMidway cancels from within: no further matrix is begun.
func TestInterruptedMidway(t *testing.T) {
	m, err := loader.Open(filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), loader.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	ctx, cancel := context.WithCancel(context.Background())
	steps := 0
	_, err = report.Analyze(ctx, []*loader.Model{m}, report.Options{Workers: 2, Progress: func(report.Progress) {
		if steps++; steps == 10 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want cancelled", err)
	}
	if most := 10 + 2*2; steps > most { // two workers may each begin and finish once more
		t.Errorf("%d steps, want at most %d", steps, most)
	}
}

// TestReorder moves flags with their values before the arguments.
func TestReorder(t *testing.T) {
	app := newApp(&bytes.Buffer{}, &bytes.Buffer{})
	for line, want := range map[string]string{
		"analyze m --out x":           "analyze --out x -- m",
		"analyze m --out=x n -q":      "analyze --out=x -q -- m n",
		"analyze --json m -- -x --y":  "analyze --json -- m -x --y",
		"analyze -o x m --matrix a b": "analyze -o x --matrix a -- m b",
		"inspect m -h":                "inspect -h -- m",
		"--version":                   "--version",
		"nonsense m --out x":          "nonsense m --out x",
	} {
		got, err := reorder(app, strings.Fields(line))
		if err != nil || !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s\n got %q (%v)\nwant %q", line, got, err, want)
		}
	}
}

// TestEveryFlagWorksAfterArguments holds the table of flags against reorder.
func TestEveryFlagWorksAfterArguments(t *testing.T) {
	app := newApp(&bytes.Buffer{}, &bytes.Buffer{})
	for _, c := range app.Commands {
		for _, f := range c.Flags {
			args := []string{c.Name, "m", "--" + f.Names()[0], "value"}
			got, err := reorder(app, args)
			if err != nil || got[len(got)-1] != "m" && got[len(got)-1] != "value" || got[1] != args[2] {
				t.Errorf("%q becomes %q, %v", args, got, err)
			}
		}
	}
}
