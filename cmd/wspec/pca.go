package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"

	"github.com/urfave/cli/v2"

	"wspec/loader"
	"wspec/report"
)

func pcaFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "top-k", Aliases: []string{"k"}, Value: report.DefaultTopK, Usage: "describe the `N` components of largest variance"},
		toggle("about 0, not about the mean", "uncentered"),
		&cli.StringFlag{Name: "labels", Usage: "name rows by `WHAT`: vocab, the tokens of the model, or a file with a line for each row", DefaultText: "the tokens, of W_E and W_U"},
		&cli.IntFlag{Name: "tokens", Value: report.DefaultTokens, Usage: "list `N` rows at each end of a component"},
		&cli.IntFlag{Name: "points", Value: report.DefaultPoints, Usage: "draw and list the scores of `N` rows, evenly spaced"},
		&cli.IntFlag{Name: "draws", Usage: "draw noise `N` times; each costs as much as the components", DefaultText: "100, 20 from 257 columns, 5 from 2049"},
		&cli.Uint64Flag{Name: "seed", Usage: "of the noise: `N`"},
	}, answerFlags())
}

// Bounds of what is asked for: figures and lists are for reading.
const (
	mostPoints = 1_000_000
	mostDraws  = 100_000
)

func pca(i *invocation) error {
	o, err := pcaPlan(i)
	if err != nil {
		return err
	}
	if err := checkAnswer(i); err != nil {
		return err
	}
	t, err := loader.OpenTable(i.Args().First())
	if err != nil {
		return err
	}
	defer t.Close() // read-only maps: nothing can be lost
	if o.Labels, err = labelsOf(i.String("labels"), t); err != nil {
		return err
	}
	a, err := report.Principals(i.Context.Context, t, o)
	if err != nil {
		return err
	}
	return giveAnswer(i, a)
}

func pcaPlan(i *invocation) (report.PrincipalOptions, error) {
	o := report.PrincipalOptions{
		TopK: i.Int("top-k"), Uncentered: i.Bool("uncentered"), Points: i.Int("points"), Tokens: i.Int("tokens"),
		Draws: i.Int("draws"), Seed: i.Uint64("seed"), Version: version,
	}
	for _, l := range []struct {
		flag string
		most int
	}{{"top-k", mostDirections}, {"tokens", mostTokens}, {"points", mostPoints}, {"draws", mostDraws}} {
		if n := i.Int(l.flag); (n < 1 || n > l.most) && (l.flag != "draws" || i.IsSet("draws")) {
			return o, usagef(fmt.Sprintf("give a number from 1 to %d", l.most), "--%s %d is out of range", l.flag, n)
		}
	}
	return o, nil
}

// labelsError says that rows cannot be named as asked.
type labelsError struct{ message, hint string }

func (e *labelsError) Error() string { return e.message }

// Hint says what would do.
func (e *labelsError) Hint() string { return e.hint }

// labelsOf returns the names of the rows, nil where the table has its own or none.
func labelsOf(what string, t *loader.Table) ([]string, error) {
	rows, _ := t.Rows.Dims()
	switch {
	case what == "":
		return nil, nil
	case what != "vocab":
		return readLabels(what, rows)
	case t.Vocabulary == nil || t.Vocabulary.Len() == 0:
		return nil, &labelsError{"--labels vocab: there is no tokenizer beside the table", "give a file with a line for each row"}
	}
	labels := make([]string, rows)
	for id := range labels {
		labels[id] = t.Vocabulary.Token(id).Text
	}
	return labels, nil
}

// longestLabel bounds a line of a file of labels, in bytes.
const longestLabel = 1 << 16

// readLabels reads a file of as many lines as there are rows.
func readLabels(path string, rows int) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, longestLabel)
	var labels []string
	for lines.Scan() {
		if len(labels) == rows {
			return nil, &labelsError{fmt.Sprintf("--labels: the file has more than %d lines, the table as many rows", rows), "give a line for each row, in their order"}
		}
		labels = append(labels, lines.Text())
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("--labels: %w", err)
	}
	if len(labels) < rows {
		return nil, &labelsError{fmt.Sprintf("--labels: the file has %d lines, the table %d rows", len(labels), rows), "give a line for each row, in their order"}
	}
	return labels, nil
}
