package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"wspec/loader"
	"wspec/report"
	"wspec/report/ink"
)

func plotFlags() []cli.Flag {
	var formats, styles, sizes, palettes []string
	for _, f := range ink.Formats() {
		formats = append(formats, f.Name)
	}
	for _, s := range ink.Styles() {
		styles = append(styles, s.Name)
	}
	for _, s := range ink.Sizes() {
		sizes = append(sizes, s.Name)
	}
	for _, p := range ink.Palettes() {
		palettes = append(palettes, p.Name)
	}
	return []cli.Flag{
		&cli.StringFlag{Name: "out", Aliases: []string{"o"}, Usage: "write into folder `DIR`, beside what it holds", DefaultText: "NAME.plots"},
		&cli.StringFlag{Name: "format", Usage: "comma-separated `LIST` of " + strings.Join(formats, ", "), DefaultText: "png"},
		&cli.StringFlag{Name: "size", Usage: "`SIZE`: " + strings.Join(sizes, ", ") + ", or a width and a height as 5x3in, 120x80mm", DefaultText: sizes[0]},
		&cli.StringFlag{Name: "style", Usage: "`STYLE`: " + strings.Join(styles, ", "), DefaultText: styles[0]},
		&cli.StringFlag{Name: "palette", Usage: "`PALETTE`: " + strings.Join(palettes, ", "), DefaultText: palettes[0]},
		&cli.StringFlag{Name: "font", Usage: "`FACE`: " + strings.Join(ink.Fonts(), ", "), DefaultText: ink.Fonts()[0]},
		&cli.Float64Flag{Name: "font-size", Usage: "axis labels of `N` points; all else follows", DefaultText: "the size's own"},
		&cli.IntFlag{Name: "dpi", Usage: "`N` pixels an inch, of png", DefaultText: "300"},
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "only matrices whose label matches `GLOB`, such as 'L*.W_OV.H*'; repeatable"},
		&cli.StringFlag{Name: "metric", Usage: "the `MEASURE` that maps and lines over depth show; wspec metrics lists them", DefaultText: "effective_rank"},
		toggle("logarithmic values", "log"), toggle("linear values", "linear"),
		&cli.StringFlag{Name: "x", Usage: "spectra over the `index` i, or the share i/r, so that spectra of several shapes lie on each other", DefaultText: "index"},
		toggle("list the figures there are, with a sentence each", "list"),
		toggle("replace files that are there; those of NAME.plots are replaced without it", "force"),
		toggle("do not list the files written", "quiet", "q"),
	}
}

// plotManual says what the looks are.
func plotManual() string {
	text := "REPORT is a folder written by analyze or compare, or its report.json; nothing is computed again. Without a FIGURE all are\n" +
		"drawn. Each is written with its data as NAME.csv, and a caption fit for a paper as NAME.txt: what is shown, formulas, what\n" +
		"noise gives, options, versions, and the hashes of the model's files. The same report gives the same bytes.\nStyles:"
	for _, s := range ink.Styles() {
		text += fmt.Sprintf("\n  %-9s %s", s.Name, s.Doc)
	}
	text += "\nPalettes:"
	for _, p := range ink.Palettes() {
		text += fmt.Sprintf("\n  %-9s %s", p.Name, p.Doc)
	}
	text += "\nFormats:"
	for _, f := range ink.Formats() {
		text += fmt.Sprintf("\n  %-9s %s", f.Name, f.Doc)
	}
	return text
}

func plotReport(i *invocation) error {
	if i.Bool("list") {
		return listFigures(i)
	}
	if i.Args().Len() == 0 {
		return usagef("usage: wspec plot [flags] REPORT [FIGURE...]", "plot needs REPORT")
	}
	q, err := plotRequest(i)
	if err != nil {
		return err
	}
	path := i.Args().First()
	r, err := report.Open(path)
	if err != nil {
		return err
	}
	dir, replace := plotFolder(path), true
	if out := i.String("out"); out != "" {
		dir, replace = out, i.Bool("force")
	}
	written, err := r.Plot(i.Context.Context, dir, q, replace)
	if err != nil {
		return plotError(err)
	}
	if i.Bool("quiet") {
		return nil
	}
	for _, p := range written {
		fmt.Fprintln(i.stdout, printable(p))
	}
	return nil
}

// plotError makes what stood wrong on the command line an error of usage.
func plotError(err error) error {
	var look *ink.LookError
	var figure *report.FigureError
	var metric *report.MetricError
	var pattern *loader.PatternError
	if errors.As(err, &look) || errors.As(err, &figure) || errors.As(err, &metric) || errors.As(err, &pattern) {
		return usageFrom(err)
	}
	return err
}

// plotRequest reads the flags.
func plotRequest(i *invocation) (report.PlotRequest, error) {
	q := report.PlotRequest{
		Figures: i.Args().Tail(), Formats: list(i.String("format")),
		Look: report.Look{
			Style: i.String("style"), Size: i.String("size"), Palette: i.String("palette"),
			Font: i.String("font"), FontSize: i.Float64("font-size"), DPI: i.Int("dpi"),
		},
		PlotOptions: report.PlotOptions{Matrix: i.StringSlice("matrix"), Metric: i.String("metric")},
	}
	const least, most = 36, 1200
	if i.IsSet("dpi") && (q.Look.DPI < least || q.Look.DPI > most) {
		return q, usagef(fmt.Sprintf("give a number from %d to %d", least, most), "--dpi %d is out of range", q.Look.DPI)
	}
	switch {
	case i.Bool("log") && i.Bool("linear"):
		return q, usagef("give one of them", "--log and --linear exclude each other")
	case i.Bool("log"):
		q.Scale = "log"
	case i.Bool("linear"):
		q.Scale = "linear"
	}
	switch x := i.String("x"); x {
	case "", "index":
	case "share":
		q.Share = true
	default:
		return q, usagef("give --x index or --x share", "--x %q is neither", x)
	}
	return q, nil
}

// plotFolder is NAME.plots for a report NAME.wspec or NAME.wspec/report.json.
func plotFolder(path string) string {
	path = filepath.Clean(path)
	if filepath.Ext(path) == ".json" {
		path = filepath.Dir(path)
	}
	name := strings.TrimSuffix(filepath.Base(path), ".wspec")
	if name == "." || name == ".." || name == string(filepath.Separator) {
		name = "report"
	}
	return name + ".plots"
}

func listFigures(i *invocation) error {
	for _, k := range report.FigureKinds() {
		for _, of := range [][2]string{{"analyze", k.Doc}, {"compare", k.DocCompared}} {
			if of[1] == "" {
				continue
			}
			if _, err := fmt.Fprintf(i.stdout, "%-16s %-8s %s\n", k.Name, of[0], of[1]); err != nil {
				return err
			}
		}
	}
	return nil
}
