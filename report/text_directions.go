package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"wspec/loader"
)

// DirectionsOptions say what of the directions a terminal shows. The zero
// value shows both sides.
type DirectionsOptions struct {
	Side string // "in" or "out" alone; "": both
}

// WriteDirections writes the directions of a document's matrices, each with
// its certificate and what its sides say, then how many readouts of the whole
// run are coherent.
func WriteDirections(w io.Writer, d *Document, o DirectionsOptions) error {
	b := bufio.NewWriter(w)
	shown := 0
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Error != "" || len(m.Directions) == 0 {
			continue
		}
		shown++
		writeHeading(b, d, m)
		for k := range m.Directions {
			writeDirection(b, m, &m.Directions[k], o)
		}
		for _, x := range m.Blocks {
			writeBlock(b, m, x, o)
		}
		fmt.Fprintln(b)
	}
	if shown > 0 {
		fmt.Fprintln(b, indexNote)
	}
	for i := range d.Models {
		if v := d.Models[i].Vocabulary; v != nil {
			writeVerdict(b, d, v)
		}
	}
	fmt.Fprintln(b, Boundary)
	return b.Flush()
}

func writeHeading(w io.Writer, d *Document, m *Matrix) {
	stable := 0
	for _, x := range m.Directions {
		if x.Stable {
			stable++
		}
	}
	fmt.Fprintf(w, "%s  %s %s  %s → %s\n", terminal(d, m), ShapeText(m.Shape[:]), Safe(m.DType), spaceName(m.In), spaceName(m.Out))
	fmt.Fprintf(w, "σ₁ %s, floor of storage %s, of the method %s; %d of %d directions shown are stable\n",
		Short(m.Sigma[0]), Short(m.Floor.DType), Short(m.Floor.Method), stable, len(m.Directions))
	for _, text := range []string{SafeProse(m.Note), m.heading()} {
		if text != "" {
			fmt.Fprintln(w, text)
		}
	}
}

func spaceName(space string) string {
	if space == "" {
		return "unknown"
	}
	return space
}

func writeDirection(w io.Writer, m *Matrix, x *Direction, o DirectionsOptions) {
	fmt.Fprintf(w, "\n  index %d  %s %s  energy %s %%  angle bound %s  %s\n",
		x.Index, sigmaName(x.Index), Short(x.Sigma), Short(100*x.Energy), Short(x.AngleBound), standing(x))
	if o.Side != "out" {
		writeSide(w, "in", &x.In)
	}
	if o.Side != "in" {
		writeSide(w, "out", &x.Out)
	}
	if len(x.Pairs) > 0 && o.Side == "" {
		fmt.Fprintf(w, "     query → key  %s\n", pairList(x.Pairs))
	}
	for _, name := range slices.Sorted(maps.Keys(x.Sensitivity)) {
		s := x.Sensitivity[name]
		if s.Match < 0 {
			fmt.Fprintf(w, "     if %s: no direction like it\n", name)
			continue
		}
		fmt.Fprintf(w, "     if %s: direction %d, angle %s°, Jaccard %s\n", name, s.Match, Short(s.Angle), Short(s.Jaccard))
	}
}

// indexNote says how directions are counted.
const indexNote = "Index counts from 0, as in all data; σ₁ is the largest singular value, that of index 0."

// sigmaName names the singular value of an index, σ₁ for 0.
func sigmaName(index int) string {
	return "σ" + strings.Map(func(r rune) rune { return r - '0' + '₀' }, strconv.Itoa(index+1))
}

// standing says whether a direction is defined on its own.
func standing(x *Direction) string {
	switch {
	case x.Block[0] != x.Block[1]:
		return fmt.Sprintf("block %d–%d: only their span is defined", x.Block[0], x.Block[1])
	case x.Stable:
		return "stable"
	}
	return "unstable"
}

func writeSide(w io.Writer, side string, r *Reading) {
	through := ""
	if r.Readout != "" {
		through = " through " + map[string]string{"embed": "W_E", "unembed": "W_U"}[r.Readout]
	}
	constant := ""
	if r.Constant != 0 {
		constant = ", constant " + Short(r.Constant)
	}
	fmt.Fprintf(w, "     %-3s %s%s, skew %s%s%s\n", side, spaceName(r.Space), through, Short(r.Skew), constant, coherenceText(r))
	if r.Note != "" {
		fmt.Fprintf(w, "         %s\n", SafeProse(r.Note))
		return
	}
	fmt.Fprintf(w, "         +  %s\n", scoredList(r, r.Positive))
	fmt.Fprintf(w, "         −  %s\n", scoredList(r, r.Negative))
}

func coherenceText(r *Reading) string {
	if !r.P.Defined() {
		return ""
	}
	pole := "+"
	if r.Pole < 0 {
		pole = "−"
	}
	return fmt.Sprintf(", coherence of %s %s (chance %s ± %s), p %s, q %s",
		pole, Short(r.Coherence), Short(r.ChanceMean), Short(r.ChanceSD), Short(r.P), Short(r.Q))
}

// undertrainedMark stands behind tokens that training hardly reached.
const undertrainedMark = "°"

// scoredList lists a pole: tokens by their text, two spaces apart, which no
// token's text holds; other elements by their index and share of the direction's length.
func scoredList(r *Reading, list []Scored) string {
	var parts []string
	for _, x := range list {
		text := fmt.Sprintf("%d (%s %%)", x.ID, Short(100*x.Score*x.Score))
		if x.Token != "" {
			text = Safe(x.Token)
		}
		if x.Undertrained {
			text += undertrainedMark
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return "none"
	}
	prefix := ""
	if list[0].Token == "" {
		prefix = elements(r.Space) + " "
	}
	return prefix + strings.Join(parts, "  ")
}

// elements names what the coordinates of a space are.
func elements(space string) string {
	switch loader.Space(space) {
	case loader.MLP:
		return "neurons"
	case loader.Position:
		return "positions"
	case loader.Vocab:
		return "tokens"
	}
	return "coordinates"
}

func pairList(list []Pair) string {
	var parts []string
	for _, p := range list {
		parts = append(parts, Safe(p.QueryTok)+" → "+Safe(p.KeyTok))
	}
	return strings.Join(parts, "  ")
}

// writeBlock writes what the span of a block's directions says.
func writeBlock(w io.Writer, m *Matrix, x Block, o DirectionsOptions) {
	fmt.Fprintf(w, "\n  block %d–%d\n", x.First, x.Last)
	if !x.Complete {
		fmt.Fprintln(w, "     not all of its directions were asked for, so its span is not known")
		return
	}
	for _, s := range []struct {
		name, space string
		list        []Leverage
	}{{"in", m.In, x.In}, {"out", m.Out, x.Out}} {
		if o.Side == "" || o.Side == s.name {
			fmt.Fprintf(w, "     %-3s leverage (excess over chance)  %s\n", s.name, leverageList(s.space, s.list))
		}
	}
}

func leverageList(space string, list []Leverage) string {
	var parts []string
	for _, x := range list {
		text := fmt.Sprintf("%s %d", strings.TrimSuffix(elements(space), "s"), x.ID)
		if x.Token != "" {
			text = Safe(x.Token)
		}
		parts = append(parts, fmt.Sprintf("%s %s (%s)", text, Short(x.Leverage), Short(x.Excess)))
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, "  ")
}

// writeVerdict says how many readouts would look as coherent by chance.
func writeVerdict(w io.Writer, d *Document, v *Vocabulary) {
	if v.Tokens == 0 {
		fmt.Fprintln(w, "There is no tokenizer: tokens are shown by their ids.")
	}
	if len(v.Undertrained) > 0 && anyUndertrained(d) {
		fmt.Fprintf(w, "%s marks tokens that training hardly reached; coherence leaves them out.\n", undertrainedMark)
	}
	fmt.Fprintf(w, "%s.\n", v.heading())
	if v.Readouts > 0 {
		fmt.Fprintf(w, "Each side that is read through tokens counts; %d random directions and as many of the model's own with new signs, seed %d.\n", v.Draws, v.Seed)
	}
}

func anyUndertrained(d *Document) bool {
	for i := range d.Matrices {
		for _, x := range d.Matrices[i].Directions {
			for _, list := range [][]Scored{x.In.Positive, x.In.Negative, x.Out.Positive, x.Out.Negative} {
				if slices.ContainsFunc(list, func(s Scored) bool { return s.Undertrained }) {
					return true
				}
			}
		}
	}
	return false
}
