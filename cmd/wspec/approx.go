package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"wspec/loader"
	"wspec/report"
	"wspec/spectra"
)

func approxFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.IntFlag{Name: "rank", Usage: "keep the `K` largest singular values of every matrix"},
		&cli.Float64Flag{Name: "energy", Usage: "or as few as keep the share `E` of its energy Σσ²"},
		&cli.Float64Flag{Name: "max-error", Usage: "or as few as leave a relative Frobenius error of at most `F`"},
		&cli.Float64Flag{Name: "budget", Usage: "or spend the share `B` of all parameters where they cost least, whole matrices included"},
		&cli.StringFlag{Name: "band", Usage: "or keep the singular values of index `A:B`, from A to B − 1, counted from 0"},
		toggle("leave the band of --band out instead", "drop"),
		&cli.StringSliceFlag{Name: "drop-direction", Usage: "or leave out the singular direction of index `I`; repeatable"},
		toggle("or write nothing: what singular values, discrete cosines and single entries keep of the same matrices", "compare-codings"),
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "only stored matrices whose label matches `GLOB`, such as 'L*.W_in'; repeatable"},
		&cli.StringFlag{Name: "layers", Usage: "only these layers: `LIST` such as 0,3-5"},
		&cli.StringFlag{Name: "write", Usage: "write the model with the plan carried out to the new folder `DIR`"},
		toggle("write two factors in place of a matrix where they have fewer numbers; wspec reads such folders", "factored"),
		&cli.IntFlag{Name: "workers", Usage: "work on `N` matrices at once; results do not depend on it", DefaultText: "one a core"},
		baseFlag(),
	}, answerFlags())
}

// approxModes are the flags of which one is to be given.
func approxModes() []string {
	return []string{"rank", "energy", "max-error", "budget", "band", "drop-direction", "compare-codings"}
}

func approx(i *invocation) error {
	o, err := approxPlan(i)
	if err != nil {
		return err
	}
	if err := checkAnswer(i); err != nil {
		return err
	}
	m, err := loader.Open(i.Args().First(), loader.Options{SkipHash: true, NoHeads: true, Base: i.String("base")})
	if err != nil {
		return err
	}
	defer m.Close()
	dir := i.String("write")
	if dir != "" { // before anything is computed
		if err := m.CheckSave(dir, nil); err != nil {
			return err
		}
	}
	bar := newBar(i.stderr, i.Bool("quiet"))
	o.Progress = bar.update
	x, err := report.Approx(i.Context.Context, m, o)
	bar.stop()
	if err != nil {
		return err
	}
	if dir != "" {
		if err := x.Write(i.Context.Context, dir, i.Bool("factored")); err != nil {
			return err
		}
	}
	if err := giveAnswer(i, x.Answer); err != nil || dir == "" || i.Bool("json") || i.Bool("quiet") {
		return err
	}
	_, err = fmt.Fprintln(i.stdout, "model:", printable(dir))
	return err
}

// approxPlan is what the flags of approx say.
func approxPlan(i *invocation) (report.ApproxOptions, error) {
	o := report.ApproxOptions{
		Matrix: i.StringSlice("matrix"), Layers: i.String("layers"), Rank: i.Int("rank"), Workers: i.Int("workers"), Version: version,
	}
	if _, err := loader.ParseLayers(o.Layers); err != nil {
		return o, usageFrom(err)
	}
	if _, err := loader.Match(o.Matrix, ""); err != nil {
		return o, usageFrom(err)
	}
	var given []string
	for _, name := range approxModes() {
		if i.IsSet(name) {
			given = append(given, name)
		}
	}
	hint := "one of --" + strings.Join(approxModes(), ", --")
	switch {
	case len(given) == 0:
		return o, usagef(hint, "approx needs to know what to keep")
	case len(given) > 1:
		return o, usagef(hint, "--%s does not go with --%s", given[1], given[0])
	case i.Bool("factored") && i.String("write") == "":
		return o, usagef("give a new folder with --write", "--factored has no effect without --write")
	case i.Bool("compare-codings") && i.String("write") != "":
		return o, usagef("leave one of the two out", "--compare-codings writes no model")
	case i.Bool("drop") && given[0] != "band":
		return o, usagef("such as --band 0:4 --drop", "--drop has no effect without --band")
	case o.Workers < 0:
		return o, usagef("give 1 or more, or leave it out for one a core", "--workers %d is negative", o.Workers)
	}
	return o, approxMode(i, &o, given[0])
}

// approxMode reads the one flag that says what to keep.
func approxMode(i *invocation, o *report.ApproxOptions, name string) (err error) {
	o.Mode = report.ApproxMode(name)
	switch name {
	case "rank":
		if o.Rank < 1 {
			return usagef("give a number from 1", "--rank %d is out of range", o.Rank)
		}
	case "energy", "max-error", "budget":
		o.Share = i.Float64(name)
		if !(o.Share >= 0 && o.Share <= 1) {
			return usagef("give a share from 0 to 1", "--%s %v is out of range", name, o.Share)
		}
	case "band":
		if i.Bool("drop") {
			o.Mode = report.ApproxDrop
		}
		b, err := bandOf(i.String(name))
		o.Bands = []spectra.Band{b}
		return err
	case "drop-direction":
		o.Mode = report.ApproxDrop
		for _, text := range i.StringSlice(name) {
			n, err := strconv.ParseUint(text, 10, 31)
			if err != nil {
				return usagef("directions are counted from 0, which is that of σ₁", "--drop-direction %q is not a number", text)
			}
			o.Bands = append(o.Bands, spectra.Band{First: int(n), End: int(n) + 1})
		}
	}
	return nil
}

// bandOf reads a band as in 2:7.
func bandOf(text string) (b spectra.Band, err error) {
	first, end, ok := strings.Cut(text, ":")
	x, err1 := strconv.ParseUint(first, 10, 31)
	y, err2 := strconv.ParseUint(end, 10, 31)
	b = spectra.Band{First: int(x), End: int(y)}
	if !ok || err1 != nil || err2 != nil || b.First >= b.End {
		return b, usagef((&spectra.BandError{}).Hint(), "--band %q is not a band", text)
	}
	return b, nil
}
