package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"wspec/report"
)

func exportFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Usage: "write these: comma-separated `LIST` of " + strings.Join(report.FormatNames(), ", ")},
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write into folder `DIR`, beside what it holds", DefaultText: "the report's own"},
		toggle("replace files that are there; those of the report's own folder are replaced without it", "force"),
		toggle("do not list the files written", "quiet", "q"),
	}
}

// exportManual says what each format writes.
func exportManual() string {
	text := "REPORT is a folder written by analyze or compare, or its report.json; nothing is computed again and no model is opened.\n" +
		"Formats, each the same to the byte as in the run:"
	for _, f := range report.Formats() {
		text += fmt.Sprintf("\n  %-9s %s", f.Name, f.Doc)
	}
	return text
}

func export(i *invocation) error {
	names := list(i.String("format"))
	if len(names) == 0 || slices.Contains(names, "json") { // which it reads
		return usagef("formats are "+strings.Join(report.FormatNames(), ", "), "export needs --format, other than json")
	}
	formats, err := report.PickFormats(names)
	if err != nil {
		return usageFrom(err)
	}
	path := i.Args().First()
	r, err := report.Open(path)
	if err != nil {
		return err
	}
	dir, replace := exportFolder(path, i.String("out"), i.Bool("force"))
	written, err := r.Export(i.Context.Context, dir, formats, replace)
	if err != nil || i.Bool("quiet") {
		return err
	}
	for _, p := range written {
		fmt.Fprintln(i.stdout, printable(p))
	}
	return nil
}

// exportFolder is where to write and whether files there may be replaced: a
// report folder given as such holds nothing but what we made.
func exportFolder(path, out string, force bool) (dir string, replace bool) {
	if out != "" {
		return out, force
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return path, true
	}
	return filepath.Dir(path), force
}
