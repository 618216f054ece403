package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"wspec/report"
)

// TestGiveAnswer: on a terminal, as JSON, quietly; with --out into a folder too.
func TestGiveAnswer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	for _, x := range []struct{ args, stdout, stderr string }{
		{"", "The answer.\n", "wspec: warning: careful\n"},
		{"--json", `"answer":"The answer."`, "wspec: warning: careful\n"},
		{"--quiet --out " + dir, "", ""},
		{"--out " + dir, "report: " + filepath.Join(dir, "index.html") + "\n", "wspec: warning: careful\n"},
	} {
		set := flag.NewFlagSet("", flag.ContinueOnError)
		for _, f := range answerFlags() {
			if err := f.Apply(set); err != nil {
				t.Fatal(err)
			}
		}
		if err := set.Parse(strings.Fields(x.args)); err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		c := cli.NewContext(nil, set, nil)
		c.Context = context.Background()
		i := &invocation{c, &stdout, &stderr}
		a := &report.Answer{Schema: report.AnswerSchema("x"), Sentence: "The answer.", Warnings: []report.Warning{{Message: "careful"}}}
		if err := checkAnswer(i); err != nil {
			t.Fatal(err)
		}
		if err := giveAnswer(i, a); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(stdout.String(), x.stdout) || (x.stdout == "") != (stdout.Len() == 0) || stderr.String() != x.stderr {
			t.Errorf("%s: %q %q", x.args, stdout.String(), stderr.String())
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "report.json")); err != nil {
		t.Error(err)
	}
}
