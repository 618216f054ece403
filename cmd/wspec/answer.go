package main

import (
	"fmt"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"wspec/report"
)

// answerFlags are those of every command that gives a [report.Answer].
func answerFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write a page, report.json, CSV files and figures to folder `DIR` as well"},
		jsonFlag(), quietFlag(),
	}
}

// checkAnswer refuses a folder that cannot be written before anything is computed.
func checkAnswer(i *invocation) error {
	if dir := i.String("out"); dir != "" {
		return report.CheckFolder(dir)
	}
	return nil
}

// giveAnswer writes the folder, if one is asked for, and prints the answer.
func giveAnswer(i *invocation, a *report.Answer) error {
	dir := i.String("out")
	if dir != "" {
		if err := report.WriteAnswerFolder(i.Context.Context, dir, a); err != nil {
			return err
		}
	}
	if !i.Bool("quiet") {
		for _, w := range a.Warnings {
			fmt.Fprintln(i.stderr, "wspec: warning:", printable(w.Message))
		}
	}
	switch {
	case i.Bool("json"):
		return report.WriteAnswerJSON(i.stdout, a)
	case i.Bool("quiet"):
		return nil
	}
	if err := report.WriteAnswer(i.stdout, a); err != nil || dir == "" {
		return err
	}
	_, err := fmt.Fprintln(i.stdout, "report:", printable(filepath.Join(dir, "index.html")))
	return err
}
