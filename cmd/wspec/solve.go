package main

import (
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"wspec/directions"
	"wspec/loader"
	"wspec/report"
)

func solveFlags() []cli.Flag {
	return slices.Concat([]cli.Flag{
		&cli.StringFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "of the matrix or circuit with this `LABEL`, such as L3.W_OV.H7; needed"},
		&cli.StringSliceFlag{Name: "token", Aliases: []string{"t"}, Usage: "let it write `TOKEN`: a text, with or without its leading space (as such or as ␣), or an id as [464]; repeatable"},
		&cli.StringFlag{Name: "text", Usage: "and the tokens of `PHRASE`, spaces included"},
		&cli.StringSliceFlag{Name: "neuron", Usage: "let it write neuron `N`, of W_in and W_gate in place of tokens; repeatable"},
		&cli.StringSliceFlag{Name: "exclude", Usage: "take what `TOKEN` has in common with the target out of it; repeatable"},
		&cli.StringFlag{Name: "combine", Value: "sum", Usage: "of several tokens or neurons write the `FORM`: sum or mean"},
		&cli.Float64Flag{Name: "norm", Usage: "with an input of norm at most `C`"},
		&cli.Float64Flag{Name: "ridge", Usage: "or at the price `LAMBDA`·‖x‖², in units of σ²"},
		&cli.IntFlag{Name: "tokens", Value: report.DefaultTokens, Usage: "list `N` tokens at each pole"},
		&cli.StringFlag{Name: "convention", Value: string(directions.Raw), Usage: "take matrices as they are stored (raw), folded or centered: `FORM`, as in directions"},
		&cli.Uint64Flag{Name: "seed", Usage: "of the random targets: `N`"},
		baseFlag(),
	}, answerFlags())
}

func solve(i *invocation) error {
	o, err := solvePlan(i)
	if err != nil {
		return err
	}
	if err := checkAnswer(i); err != nil {
		return err
	}
	models, err := openAll(i.Args().Slice(), loader.Options{SkipHash: true, Base: i.String("base")})
	defer closeAll(models)
	if err != nil {
		return err
	}
	if o.Wish, err = wishOf(i, models[0]); err != nil {
		return err
	}
	a, err := report.Solve(i.Context.Context, models[0], o)
	if err != nil {
		return err
	}
	return giveAnswer(i, a)
}

// solvePlan is what the flags of solve say, but for what is to be written.
func solvePlan(i *invocation) (report.SolveOptions, error) {
	o := report.SolveOptions{
		Matrix: i.String("matrix"), Norm: i.Float64("norm"), Ridge: i.Float64("ridge"), Convention: directions.Convention(i.String("convention")),
		Tokens: i.Int("tokens"), Seed: i.Uint64("seed"), Version: version,
	}
	switch asked := len(i.StringSlice("token")) + len(i.String("text")); {
	case o.Matrix == "":
		return o, usagef("such as --matrix L3.W_out or --matrix L0.W_OV.H3; wspec inspect lists the stored ones", "solve needs --matrix LABEL")
	case asked == 0 && len(i.StringSlice("neuron")) == 0:
		return o, usagef("such as --token ' king', --text \"a phrase\", or --neuron 17 for W_in", "solve needs to know what the matrix is to write")
	case asked > 0 && len(i.StringSlice("neuron")) > 0:
		return o, usagef("tokens are of residual space, neurons of mlp space: ask for one of them", "--neuron does not go with --token and --text")
	case i.IsSet("norm") && i.IsSet("ridge"):
		return o, usagef("a ridge sets the norm: leave one of the two out", "--norm does not go with --ridge")
	case i.IsSet("norm") && !positive(o.Norm):
		return o, usagef("give a number greater than 0", "--norm %v is out of range", o.Norm)
	case i.IsSet("ridge") && o.Ridge != 0 && !positive(o.Ridge):
		return o, usagef("give a number from 0", "--ridge %v is out of range", o.Ridge)
	case o.Tokens < 1 || o.Tokens > mostTokens:
		return o, usagef("give a number from 1 to "+strconv.Itoa(mostTokens), "--tokens %d is out of range", o.Tokens)
	case !slices.Contains(directions.Conventions(), o.Convention):
		return o, usagef("conventions are raw, folded, centered", "unknown convention %q", string(o.Convention))
	case i.String("combine") != "sum" && i.String("combine") != "mean":
		return o, usagef("forms are sum and mean", "unknown form %q", i.String("combine"))
	}
	for _, n := range i.StringSlice("neuron") {
		if _, err := strconv.ParseUint(n, 10, 31); err != nil {
			return o, usagef("neurons are numbered from 0", "--neuron %q is not a number", n)
		}
	}
	return o, nil
}

// positive reports whether x is finite and greater than 0.
func positive(x float64) bool { return x > 0 && x <= maxFloat }

const maxFloat = 0x1p1023 // and a little less than the largest

// wishOf finds the tokens that are named.
func wishOf(i *invocation, m *loader.Model) (directions.Wish, error) {
	w := directions.Wish{Mean: i.String("combine") == "mean"}
	for _, n := range i.StringSlice("neuron") {
		id, err := strconv.Atoi(n)
		if err != nil {
			return w, err
		}
		w.Neurons = append(w.Neurons, id)
	}
	var err error
	if w.Tokens, err = tokenIDs(m, i.StringSlice("token"), i.String("text")); err != nil {
		return w, err
	}
	w.Exclude, err = tokenIDs(m, i.StringSlice("exclude"), "")
	return w, err
}
