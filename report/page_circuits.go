package report

import (
	"cmp"
	"math"
	"slices"
)

// mostCompositions is the number of pairs of heads a page lists, all of a
// model of some 100 heads. Of more it lists the furthest from chance and, for
// the map, the furthest of every pair of layers.
const mostCompositions = 16_000

// pageModel is a Model with what the page shows of its tokens and heads.
type pageModel struct {
	Model
	Texts      map[int]string  `json:"texts"` // of the tokens that occur
	Vocabulary *pageVocabulary `json:"vocabulary,omitempty"`
	Circuits   *pageCircuits   `json:"circuits,omitempty"`
	Direct     *pageDirect     `json:"direct,omitempty"`
}

// pageDirect is a DirectPath.
type pageDirect struct {
	Tied     bool          `json:"tied"`
	Rotation *pageRotation `json:"rotation,omitempty"`
}

// pageVocabulary is a Vocabulary; its under-trained tokens stand in groups.
type pageVocabulary struct {
	Tokens       int         `json:"tokens"`
	Seed         uint64      `json:"seed"`
	Draws        int         `json:"draws"`
	Readouts     int         `json:"readouts"`
	Heading      string      `json:"heading"` // over the directions, with what chance gives
	Undertrained []pageUnder `json:"undertrained"`
}

// pageUnder are tokens found under-trained for one reason in one table.
type pageUnder struct {
	Table  string   `json:"table"`
	Reason string   `json:"reason"`
	Tokens []Number `json:"tokens"` // id and score by turns
}

// pageCircuits are Circuits with rows for objects.
type pageCircuits struct {
	Copying     []Copying  `json:"copying"`
	Composition [][]Number `json:"composition"` // place of kind in Kinds, from layer, head, to layer, head, score, mean, z
	// Resolved holds for a place in Composition index, share and energy of its
	// leading components by turns.
	Resolved map[int][]Number `json:"resolved"`
	Kinds    []string         `json:"kinds"`
	Pairs    int              `json:"pairs"`
	Cut      bool             `json:"cut"` // the page lists fewer pairs than were scored
	Static   bool             `json:"static"`
	Note     string           `json:"note"`
}

// model returns the i-th model as the page reads it, with the tokens named so
// far.
func (p *directionPacker) model(m Model, i int) pageModel {
	out := pageModel{Texts: p.texts[i], Circuits: packCircuits(m.Circuits)}
	if v := m.Vocabulary; v != nil {
		out.Vocabulary = &pageVocabulary{
			Tokens: v.Tokens, Seed: v.Seed, Draws: v.Draws, Readouts: v.Readouts,
			Heading: v.heading(), Undertrained: p.undertrained(v.Undertrained, i),
		}
	}
	if x := m.Direct; x != nil {
		out.Direct = &pageDirect{Tied: x.Tied, Rotation: packRotation(x.Rotation)}
	}
	m.Vocabulary, m.Circuits, m.Direct = nil, nil, nil // what the page needs of them is packed above
	m.Training = safeTraining(m.Training)
	out.Model = safeModel(m)
	return out
}

func (p *directionPacker) undertrained(list []Undertrained, model int) []pageUnder {
	groups := []pageUnder{}
	for _, u := range list {
		table, reason := Safe(u.Table), Safe(u.Reason)
		at := slices.IndexFunc(groups, func(g pageUnder) bool { return g.Table == table && g.Reason == reason })
		if at < 0 {
			at = len(groups)
			groups = append(groups, pageUnder{Table: table, Reason: reason, Tokens: []Number{}})
		}
		p.name(model, u.ID, u.Token)
		groups[at].Tokens = append(groups[at].Tokens, Number(u.ID), rounded(u.Score, scoreDigits))
	}
	return groups
}

func packCircuits(c *Circuits) *pageCircuits {
	if c == nil {
		return nil
	}
	out := &pageCircuits{
		Composition: [][]Number{}, Resolved: map[int][]Number{}, Kinds: []string{}, Pairs: c.Pairs, Static: c.Static, Note: SafeProse(c.Note),
		Copying: each(c.Copying, func(x Copying) Copying {
			x.Label = Safe(x.Label)
			x.Positivity, x.Departure = rounded(x.Positivity, sigmaDigits), rounded(x.Departure, sigmaDigits)
			x.SD, x.Z = rounded(x.SD, sigmaDigits), rounded(x.Z, sigmaDigits)
			return x
		}),
	}
	pairs := thinCompositions(c.Composition)
	out.Cut = len(pairs) < c.Pairs
	for i, x := range pairs {
		for _, y := range x.Resolved {
			out.Resolved[i] = append(out.Resolved[i], Number(y.Index), rounded(y.Share, scoreDigits), rounded(y.Energy, scoreDigits))
		}
		out.Composition = append(out.Composition, []Number{
			Number(place(&out.Kinds, Safe(x.Kind))), Number(x.From[0]), Number(x.From[1]), Number(x.To[0]), Number(x.To[1]),
			rounded(x.Score, scoreDigits), rounded(x.Mean, scoreDigits), rounded(x.Z, scoreDigits),
		})
	}
	return out
}

// listedCompositions is the number of pairs listed where not all can be.
const listedCompositions = 2000

// thinCompositions leaves out pairs near chance where there are too many.
func thinCompositions(pairs []Composition) []Composition {
	if len(pairs) <= mostCompositions {
		return pairs
	}
	sorted := slices.Clone(pairs)
	slices.SortStableFunc(sorted, func(a, b Composition) int { return cmp.Compare(math.Abs(float64(b.Z)), math.Abs(float64(a.Z))) })
	type layers struct {
		kind     string
		from, to int
	}
	seen := map[layers]bool{}
	var kept []Composition
	for i, x := range sorted {
		at := layers{x.Kind, x.From[0], x.To[0]}
		if i < listedCompositions || !seen[at] {
			kept = append(kept, x)
		}
		seen[at] = true
	}
	return kept
}
