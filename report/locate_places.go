package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"wspec/directions"
	"wspec/loader"
)

// describeConcept lists the tokens looked for, and warns of those that say
// little.
func (l *locator) describeConcept(ids []int) {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	for _, id := range ids {
		x := Scored{ID: id, Token: l.study.vocab.Token(id).Text, Score: Number(1 / float64(len(ids)))}
		for _, name := range []string{"W_E", "W_U"} {
			x.Undertrained = x.Undertrained || l.study.skip[name][id]
		}
		if x.Undertrained {
			l.warn("undertrained", "", "training hardly reached token "+x.Token+": its place means little")
		}
		l.result.Concept = append(l.result.Concept, x)
	}
}

// list describes the places shown. Only their matrices are read.
func (l *locator) list(ids []int, found []directions.Location) error {
	var items []directions.Item
	at := map[int]int{} // place in items
	for _, x := range found {
		i := l.spots[x.Basis].item
		if _, ok := at[i]; !ok {
			at[i] = len(items)
			items = append(items, l.items[i])
		}
	}
	readings, err := l.study.reader.Read(items, directions.ReadOptions{Tokens: l.options.tokens(), Threads: l.study.o.workers()})
	if err != nil {
		return err
	}
	return loader.Guard(func() error {
		for _, x := range found {
			if note := noteOf(l.items[l.spots[x.Basis].item].Matrix, l.study.model); note != "" {
				l.result.Note = "W_QK: " + note
			}
			l.result.Places = append(l.result.Places, l.place(ids, x, readings[at[l.spots[x.Basis].item]]))
		}
		return nil
	})
}

func (l *locator) place(ids []int, x directions.Location, y *directions.Readings) Place {
	s := l.spots[x.Basis]
	index := y.Decomposition.Index
	p := Place{
		Label: x.Label, Side: s.side.String(), Sort: s.sort, Index: [2]int{index[s.first], index[s.last]}, Stable: s.stable,
		Share: Number(x.Share), Mean: Number(x.Mean), SD: Number(x.SD), Z: Number(x.Z), P: Number(x.P), Q: Number(x.Q),
	}
	switch s.sort {
	case PlaceDirection:
		r := &y.Directions[s.first].In
		if s.side == directions.Out {
			r = &y.Directions[s.first].Out
		}
		list := r.Positive
		if p.Pole = 1; l.score(ids, x) < r.Mean {
			p.Pole, list = -1, r.Negative
		}
		for _, t := range list {
			p.Tokens = append(p.Tokens, l.study.vocab.Token(t.ID).Text)
		}
	case PlaceBlock:
		p.Tokens = l.blockTokens(y, s.side, p.Index[0])
	}
	return p
}

func (l *locator) blockTokens(y *directions.Readings, side directions.Side, first int) []string {
	var out []string
	for _, b := range y.Blocks {
		list := b.In
		if side == directions.Out {
			list = b.Out
		}
		for _, t := range list {
			if b.First == first {
				out = append(out, l.study.vocab.Token(t.ID).Text)
			}
		}
	}
	return out
}

// score is the mean of the concept's scores along a direction.
func (l *locator) score(ids []int, x directions.Location) float64 {
	points := l.points[x.Side]
	_, d := points.Dims()
	row, sum := make([]float64, d), 0.0
	for _, id := range ids {
		points.Block(row, d, id, id+1, 0, d)
		for j, v := range row {
			sum += v * x.Basis.At(j, 0)
		}
	}
	return sum / float64(len(ids))
}

// WriteLocated writes where a concept was found as a table, and how much of it
// chance alone would give.
func WriteLocated(w io.Writer, r *Located) error {
	var concept []string
	for _, t := range r.Concept {
		concept = append(concept, fmt.Sprintf("%s (id %d)", Safe(t.Token), t.ID))
	}
	if _, err := fmt.Fprintf(w, "%s: %s\n", Safe(r.Model), strings.Join(concept, "  ")); err != nil {
		return err
	}
	t := newTable(w)
	t.AppendHeader(table.Row{"matrix", "side", "place", "share", "chance", "z", "p", "q", "tokens"})
	for i := range r.Places {
		p := &r.Places[i]
		t.AppendRow(table.Row{Safe(p.Label), p.Side, p.where(), Short(p.Share), Short(p.Mean), Short(p.Z), Short(p.P), Short(p.Q), p.tokenList()})
	}
	t.SetColumnConfigs(rightAligned(3, 5))
	t.Render()
	if r.Note != "" {
		fmt.Fprintln(w, SafeProse(r.Note))
	}
	fmt.Fprintln(w, placeNote)
	_, err := fmt.Fprintf(w, "%s\n%d shown; %d random concepts, seed %d. %s\n",
		tally{r.Targets, r.Found, r.Nominal}.sentence("places that hold the concept"), len(r.Places), r.Draws, r.Seed, Boundary)
	return err
}

// placeNote says how the directions of a place are counted.
const placeNote = "Directions are counted from 0, as in all data: 0 is that of σ₁, the largest singular value."

// where is what a place is within its matrix.
func (p *Place) where() string {
	text := fmt.Sprintf("%s %d", p.Sort, p.Index[0])
	if p.Index[0] != p.Index[1] {
		text = fmt.Sprintf("%s %d–%d", p.Sort, p.Index[0], p.Index[1])
	}
	if !p.Stable {
		text += " (unstable)"
	}
	return text
}

func (p *Place) tokenList() string {
	var parts []string
	for _, t := range p.Tokens {
		parts = append(parts, Safe(t))
	}
	sign := map[int]string{1: "+  ", -1: "−  "}[p.Pole]
	return sign + strings.Join(parts, "  ")
}
