package main

import (
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"wspec/directions"
	"wspec/loader"
	"wspec/report"
	"wspec/spectra"
)

// Bounds of what is asked for: lists are for reading. A matrix with more
// directions than these has its spectrum in the report.
const (
	mostDirections = 10_000
	mostTokens     = 1000
)

// directionFlags are shared by the commands that look for directions.
func directionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "top-k", Aliases: []string{"k"}, Value: report.DefaultTopK, Usage: "find the directions of the `N` largest singular values; 0 for none of them"},
		&cli.IntFlag{Name: "bottom-k", Usage: "and those of the `N` smallest"},
		&cli.IntFlag{Name: "tokens", Value: report.DefaultTokens, Usage: "list `N` tokens at each pole"},
		&cli.StringFlag{Name: "convention", Value: string(directions.Raw), Usage: "take matrices as they are stored (raw), with the norms' gains folded in (folded), or without the mean that LayerNorm removes as well (centered): `FORM`"},
		toggle("OV and QK circuits with the biases of attention, as one more coordinate that is 1", "biases"),
		&cli.Uint64Flag{Name: "seed", Usage: "of every random draw: `N`, recorded with the result"},
	}
}

// directionOptions puts the flags of directionFlags into o.
func directionOptions(i *invocation, o *report.Options) error {
	limits := []struct {
		flag        string
		least, most int
	}{{"top-k", 0, mostDirections}, {"bottom-k", 0, mostDirections}, {"tokens", 1, mostTokens}}
	for _, l := range limits {
		if n := i.Int(l.flag); n < l.least || n > l.most {
			return usagef(fmt.Sprintf("give a number from %d to %d", l.least, l.most), "--%s %d is out of range", l.flag, n)
		}
	}
	c := directions.Convention(i.String("convention"))
	if !slices.Contains(directions.Conventions(), c) {
		return usagef("conventions are raw, folded, centered", "unknown convention %q", string(c))
	}
	o.TopK, o.BottomK, o.Tokens = i.Int("top-k"), i.Int("bottom-k"), i.Int("tokens")
	if o.TopK == 0 {
		o.TopK = -1 // none, where 0 would be the default
	}
	o.Convention, o.Seed, o.Biases = c, i.Uint64("seed"), i.Bool("biases")
	return nil
}

// refuseIdle finds flags that --no-directions leaves without an effect; the seed
// is also that of the nulls.
func refuseIdle(i *invocation) error {
	names := []string{"sensitivity", "maps", "save-vectors"}
	for _, f := range directionFlags() {
		names = append(names, f.Names()[0])
	}
	for _, name := range names {
		if i.IsSet(name) && (name != "seed" || i.String("null") == string(spectra.NullOff)) {
			return usagef("leave one of the two out", "--%s has no effect with --no-directions", name)
		}
	}
	return nil
}

func directionsFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "matrices whose label matches `GLOB`, such as 'L3.W_OV.H*'; repeatable, needed"},
		&cli.StringFlag{Name: "side", Usage: "show this side alone in the table, JSON has both: `SIDE` is in (what is read) or out (what is written)"},
		&cli.StringFlag{Name: "readout", Usage: "read through `TABLE`: embed (W_E), unembed (W_U) or both, as the side demands", DefaultText: "both"},
	}, directionFlags(), []cli.Flag{baseFlag(), jsonFlag(), quietFlag()})
}

func showDirections(i *invocation) error {
	o, sides, err := directionsPlan(i)
	if err != nil {
		return err
	}
	models, err := openAll(i.Args().Slice(), loader.Options{SkipHash: true, Base: i.String("base")})
	defer closeAll(models)
	if err != nil {
		return err
	}
	if i.IsSet("readout") {
		if err := report.CheckReadout(models[0], o, sides...); err != nil {
			return err
		}
	}
	doc, err := compute(i, models, o)
	if err != nil {
		return err
	}
	return announceDirections(i, doc)
}

// directionsPlan is what the flags of directions say.
func directionsPlan(i *invocation) (report.Options, []directions.Side, error) {
	o := report.Options{Matrix: i.StringSlice("matrix"), Version: version, Parts: true, Sensitivity: true, NoCircuits: true, Null: spectra.NullOff}
	if len(o.Matrix) == 0 {
		return o, nil, usagef("such as --matrix 'L0.W_OV.H*' or --matrix L3.W_out; wspec inspect lists the stored ones", "directions needs --matrix GLOB")
	}
	if _, err := loader.Match(o.Matrix, ""); err != nil {
		return o, nil, usageFrom(err)
	}
	if err := directionOptions(i, &o); err != nil {
		return o, nil, err
	}
	if o.TopK < 0 && o.BottomK == 0 {
		return o, nil, usagef("give one of them a number from 1", "--top-k 0 without --bottom-k asks for nothing")
	}
	var err error
	if o.Readout, err = readoutOf(i.String("readout")); err != nil {
		return o, nil, err
	}
	sides, err := sidesOf(i.String("side"))
	return o, sides, err
}

func readoutOf(name string) (directions.Readout, error) {
	switch r := directions.Readout(name); r {
	case "", "both":
		return "", nil
	case directions.Embed, directions.Unembed:
		return r, nil
	}
	return "", usagef("readouts are unembed, embed, both", "unknown readout %q", name)
}

// sidesOf returns no side where both may be shown.
func sidesOf(name string) ([]directions.Side, error) {
	for _, s := range []directions.Side{directions.In, directions.Out} {
		if name == s.String() {
			return []directions.Side{s}, nil
		}
	}
	if name != "" {
		return nil, usagef("sides are in, what a matrix reads, and out, what it writes", "unknown side %q", name)
	}
	return nil, nil
}

// announceDirections prints what was found, and fails if a matrix did.
func announceDirections(i *invocation, doc *report.Document) error {
	warn(i, doc)
	if err := printDirections(i, doc); err != nil {
		return err
	}
	if failed := doc.Failed(); len(failed) > 0 {
		return &partialError{failed: failed}
	}
	return nil
}

func printDirections(i *invocation, doc *report.Document) error {
	if i.Bool("json") {
		return report.WriteJSON(i.stdout, doc)
	}
	return report.WriteDirections(i.stdout, doc, report.DirectionsOptions{Side: i.String("side")})
}
