package report

import (
	"fmt"
	"strconv"
	"strings"

	"wspec/loader"
)

// Gate is a condition under which a comparison fails, and what failed it.
type Gate struct {
	Text      string     `json:"text"`    // as given
	Measure   string     `json:"measure"` // or "missing": that every matrix has a partner
	Op        string     `json:"op"`      // ">", ">=", "<" or "<=": what fails
	Bound     Number     `json:"bound"`
	Match     string     `json:"match"` // glob over labels; "": every matrix
	Offenders []Offender `json:"offenders"`
}

// Offender is a matrix that failed a gate.
type Offender struct {
	Pair   string `json:"pair"`
	Label  string `json:"label"` // "" where the gate applies to no matrix at all
	Value  Number `json:"value"`
	Reason string `json:"reason"` // why there is no value, or ""
}

// gateMissing is the gate that fails on matrices without a partner.
const gateMissing = "missing"

// GateError says that the text of a gate is malformed.
type GateError struct{ Text, Msg string }

// Error gives the text and what is wrong with it.
func (e *GateError) Error() string { return fmt.Sprintf("gate %q: %s", e.Text, e.Msg) }

// Hint gives the syntax and the measures there are.
func (e *GateError) Hint() string {
	return "a gate is a measure, one of > >= < <=, a number and perhaps @GLOB, such as 'delta_rank>16@L*.W_OV.*', or missing; measures are " + ChangeNames()
}

// ParseGate reads a gate such as "rel_change>0.1@L*.W_Q" or "missing". The
// error is a *GateError.
func ParseGate(text string) (Gate, error) {
	g := Gate{Text: text, Bound: Undefined(), Offenders: []Offender{}}
	condition, match, limited := strings.Cut(text, "@")
	g.Match = strings.TrimSpace(match)
	if _, err := loader.Match([]string{g.Match}, ""); err != nil || limited && g.Match == "" {
		return g, &GateError{text, fmt.Sprintf("%q is no pattern over labels", match)}
	}
	if g.Measure = strings.TrimSpace(condition); g.Measure == gateMissing {
		return g, nil
	}
	at := strings.IndexAny(condition, "<>")
	if at < 0 {
		return g, &GateError{text, "there is no comparison in it"}
	}
	g.Measure, g.Op = strings.TrimSpace(condition[:at]), condition[at:at+1]
	rest := condition[at+1:]
	if strings.HasPrefix(rest, "=") {
		g.Op, rest = g.Op+"=", rest[1:]
	}
	bound, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
	if err != nil || !Number(bound).Defined() {
		return g, &GateError{text, fmt.Sprintf("%q is no number", strings.TrimSpace(rest))}
	}
	g.Bound = Number(bound)
	if !knownChange(g.Measure) {
		return g, &GateError{text, fmt.Sprintf("there is no measure %q", g.Measure)}
	}
	return g, nil
}

func knownChange(name string) bool {
	for _, m := range changeMeasures() {
		if m.Name == name {
			return true
		}
	}
	return false
}

// judgeGates returns the gates with what failed them. A gate that nothing can
// be held against fails too: a mistyped label must not pass.
func judgeGates(c *Comparison, gates []Gate) []Gate {
	out := []Gate{}
	for _, g := range gates {
		g.Offenders = []Offender{}
		if g.Measure == gateMissing {
			g.judgeMissing(c)
		} else {
			g.judge(c)
		}
		out = append(out, g)
	}
	return out
}

func (g *Gate) judge(c *Comparison) {
	judged := 0
	c.each(func(x *Change) {
		if !g.covers(x.Label) {
			return
		}
		v := metric(&x.Matrix, g.Measure)
		if v.Defined() || x.Error != "" {
			judged++
		}
		switch {
		case x.Error != "":
			g.Offenders = append(g.Offenders, Offender{x.Model, x.Label, Undefined(), "not compared: " + x.Error})
		case g.fails(v):
			g.Offenders = append(g.Offenders, Offender{x.Model, x.Label, v, ""})
		}
	})
	if judged == 0 {
		g.Offenders = append(g.Offenders, Offender{"", "", Undefined(), "no matrix that was compared matches and has this measure"})
	}
}

func (g *Gate) judgeMissing(c *Comparison) {
	for i := range c.Pairs {
		p := &c.Pairs[i]
		for _, a := range p.Apart {
			if g.covers(a.Label) {
				g.Offenders = append(g.Offenders, Offender{p.Name(), a.Label, Undefined(), a.Reason})
			}
		}
	}
}

// covers reports whether the gate is about a label. Its pattern was checked.
func (g *Gate) covers(label string) bool {
	if g.Match == "" {
		return true
	}
	ok, _ := loader.Match([]string{g.Match}, label)
	return ok
}

// fails reports whether a value fails the gate; an undefined one does not.
func (g *Gate) fails(v Number) bool {
	switch g.Op {
	case ">":
		return v > g.Bound
	case ">=":
		return v >= g.Bound
	case "<":
		return v < g.Bound
	}
	return v <= g.Bound
}

// Broken returns the gates that something failed.
func (c *Comparison) Broken() []Gate {
	var broken []Gate
	for _, g := range c.Gates {
		if len(g.Offenders) > 0 {
			broken = append(broken, g)
		}
	}
	return broken
}

// String says in a line who failed and how.
func (o Offender) String() string {
	var parts []string
	for _, s := range []string{o.Pair, o.Label, o.Value.String(), o.Reason} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, "  ")
}
