package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"wspec/loader"
	"wspec/report"
)

func locateFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "text", Usage: "look for the tokens of `PHRASE` as well, spaces included"},
		&cli.StringSliceFlag{Name: "matrix", Aliases: []string{"m"}, Usage: "only in matrices whose label matches `GLOB`, such as 'L*.W_OV.H*'; repeatable", DefaultText: "all but W_E and W_U"},
		&cli.IntFlag{Name: "top-k", Aliases: []string{"k"}, Value: report.DefaultTopK, Usage: "in the directions of the `N` largest singular values of each"},
		&cli.IntFlag{Name: "top", Value: report.DefaultTop, Usage: "show the `N` places of smallest p"},
		&cli.Uint64Flag{Name: "seed", Usage: "of the random concepts: `N`"},
		baseFlag(), jsonFlag(),
		quietFlag(),
	}
}

func locate(i *invocation) error {
	o, err := locatePlan(i)
	if err != nil {
		return err
	}
	models, err := openAll(i.Args().Slice()[:1], loader.Options{SkipHash: true, Base: i.String("base")})
	defer closeAll(models)
	if err != nil {
		return err
	}
	ids, err := conceptOf(i, models[0])
	if err != nil {
		return err
	}
	found, err := report.Locate(i.Context.Context, models[0], ids, o)
	if err != nil {
		return err
	}
	if !i.Bool("quiet") {
		for _, w := range slices.Concat(modelWarnings(models[0]), found.Warnings) {
			fmt.Fprintln(i.stderr, "wspec: warning:", printable(w.Message))
		}
	}
	if i.Bool("json") {
		return printJSON(i.stdout, found)
	}
	return report.WriteLocated(i.stdout, found)
}

func modelWarnings(m *loader.Model) []report.Warning {
	var out []report.Warning
	for _, w := range m.Warnings {
		out = append(out, report.Warning{Code: w.Code, Message: w.Message, Matrix: w.Matrix})
	}
	return out
}

// locatePlan is what the flags of locate say.
func locatePlan(i *invocation) (report.LocateOptions, error) {
	o := report.LocateOptions{Matrix: i.StringSlice("matrix"), TopK: i.Int("top-k"), Top: i.Int("top"), Seed: i.Uint64("seed")}
	if _, err := loader.Match(o.Matrix, ""); err != nil {
		return o, usageFrom(err)
	}
	for _, flag := range []string{"top-k", "top"} {
		if n := i.Int(flag); n < 1 || n > mostDirections {
			return o, usagef(fmt.Sprintf("give a number from 1 to %d", mostDirections), "--%s %d is out of range", flag, n)
		}
	}
	if i.NArg() < 2 && i.String("text") == "" {
		return o, usagef("name tokens, as in wspec locate MODEL ' Tim' [464], or give --text \"a phrase\"", "locate needs a TOKEN or --text")
	}
	return o, nil
}

// conceptOf returns the ids of the tokens named and of the text.
func conceptOf(i *invocation, m *loader.Model) ([]int, error) {
	return tokenIDs(m, i.Args().Slice()[1:], i.String("text"))
}

// tokenIDs returns the ids of tokens that a user names, and of a text.
func tokenIDs(m *loader.Model, tokens []string, text string) ([]int, error) {
	v, err := m.Vocabulary()
	if err != nil {
		return nil, err
	}
	var ids []int
	for _, token := range tokens {
		id, err := tokenID(v, token)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	if text != "" {
		more, err := v.Encode(text)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	return ids, nil
}

// tokenError says that an argument names no token, or several.
type tokenError struct{ message, hint string }

func (e *tokenError) Error() string { return e.message }

// Hint lists tokens that may be meant.
func (e *tokenError) Hint() string { return e.hint }

// tokenID returns the one token that an argument names: by its text, by its
// text behind a space, or by its id as [464], or 464 without a tokenizer.
func tokenID(v *loader.Vocabulary, token string) (int, error) {
	for _, form := range []string{token, " " + token} {
		ids := v.Find(form)
		if len(ids) == 1 {
			return ids[0], nil
		}
		if len(ids) > 1 {
			return 0, &tokenError{fmt.Sprintf("%q stands for %d tokens", token, len(ids)), "write one of " + texts(v, ids)}
		}
	}
	if id, ok := number(v, token); ok {
		return id, nil
	}
	if v.Len() == 0 {
		return 0, &tokenError{fmt.Sprintf("%q names no token: the model has no tokenizer", token), "name tokens by their ids, as in 464 or [464]"}
	}
	hint := fmt.Sprintf("--text %q looks for the tokens that make it up", token)
	if near := nearTokens(v, token); len(near) > 0 {
		hint = "tokens like it: " + texts(v, near) + "; or " + hint
	}
	return 0, &tokenError{fmt.Sprintf("no token is %q", token), hint}
}

// number reads [464], and 464 where no token could be meant by it.
func number(v *loader.Vocabulary, token string) (int, bool) {
	digits, bracketed := strings.CutPrefix(token, "[")
	if bracketed {
		digits, bracketed = strings.CutSuffix(digits, "]")
	}
	if !bracketed && v.Len() > 0 {
		return 0, false
	}
	id, err := strconv.ParseUint(digits, 10, 31)
	return int(id), err == nil
}

// mostNear is the number of tokens that a hint lists.
const mostNear = 6

func texts(v *loader.Vocabulary, ids []int) string {
	var parts []string
	for _, id := range ids[:min(len(ids), mostNear)] {
		text := v.Token(id).Text
		if named := fmt.Sprintf("[%d]", id); !strings.HasSuffix(text, named) {
			text += " " + named
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// nearTokens returns tokens that differ from the argument in case and leading
// spaces alone, then those that begin like it, the shortest first.
func nearTokens(v *loader.Vocabulary, token string) []int {
	want := plainForm(token)
	if want == "" {
		return nil
	}
	type near struct{ id, excess int }
	var found []near
	for id := range v.Len() { // ids may have gaps: some tokens past them are missed
		form := plainForm(v.Token(id).Text)
		if strings.HasPrefix(form, want) {
			found = append(found, near{id, len(form) - len(want)})
		} else if len(form) > 2 && strings.HasPrefix(want, form) { // two letters begin too much
			found = append(found, near{id, len(want) - len(form)})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.excess, b.excess) })
	var ids []int
	for _, n := range found {
		ids = append(ids, n.id)
	}
	return ids
}

func plainForm(text string) string { return strings.ToLower(strings.TrimLeft(text, " ␣")) }
