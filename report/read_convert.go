package report

import (
	"slices"

	"wspec/directions"
	"wspec/loader"
)

// maxPairs is the number of query and key tokens listed for a direction of
// W_QK: its poles have tokens² of them.
const maxPairs = 8

// convert copies the readings of a matrix into the document's form, with the
// text of each token.
func (s *study) convert(m *Matrix, r *directions.Readings) {
	for i := range r.Directions {
		x := &r.Directions[i]
		c := x.Certificate
		out := Direction{
			Index: x.Index, Sigma: Number(x.Sigma), Energy: Number(x.Energy), Gap: Number(c.Gap), AngleBound: Number(c.AngleBound),
			Block: c.Block, Stable: c.Stable, Residual: Number(x.Residual),
			In: s.reading(&x.In), Out: s.reading(&x.Out),
		}
		if m.Role == "W_QK" {
			out.Pairs = s.pairs(s.trained(x))
		}
		m.Directions = append(m.Directions, out)
	}
	for i := range r.Blocks {
		b := &r.Blocks[i]
		m.Blocks = append(m.Blocks, Block{
			First: b.First, Last: b.Last, Complete: b.Complete,
			In: s.leverages(b.In, &r.Directions[0].In), Out: s.leverages(b.Out, &r.Directions[0].Out),
		})
	}
}

func (s *study) reading(r *directions.Reading) Reading {
	out := Reading{
		Space: string(r.Space), Readout: string(r.Readout), Skew: Number(r.Skew), Constant: Number(r.Constant),
		Positive: s.scored(r, r.Positive), Negative: s.scored(r, r.Negative), Note: r.Note,
		Coherence: Undefined(), ChanceMean: Undefined(), ChanceSD: Undefined(), P: Undefined(), Q: Undefined(),
	}
	for _, l := range r.Others {
		out.Others = append(out.Others, List{Readout: string(l.Readout), Measure: string(l.Measure), Jaccard: Number(l.Jaccard)})
	}
	if r.Curve != nil {
		out.Curve = numbers(r.Curve)
	}
	return out
}

// scored returns as many of a pole's elements as are shown.
func (s *study) scored(r *directions.Reading, list []directions.Scored) []Scored {
	out := []Scored{}
	for _, x := range list[:min(len(list), s.o.tokens())] {
		y := Scored{ID: x.ID, Score: Number(x.Score)}
		if isToken(r) {
			y.Token, y.Undertrained = s.vocab.Token(x.ID).Text, s.undertrained(r.Readout, x.ID)
		}
		out = append(out, y)
	}
	return out
}

// isToken reports whether a side's elements are tokens: those read through the
// vocabulary, and the coordinates of the vocabulary itself.
func isToken(r *directions.Reading) bool { return r.Readout != "" || r.Space == loader.Vocab }

func (s *study) undertrained(r directions.Readout, id int) bool {
	if under, ok := s.skip["W_U"]; ok && r == directions.Unembed {
		return under[id]
	}
	return s.skip["W_E"][id]
}

// trained returns x without the under-trained tokens at its poles, which
// would fill the list of pairs.
func (s *study) trained(x *directions.Direction) *directions.Direction {
	y := *x
	for _, r := range []*directions.Reading{&y.In, &y.Out} {
		for _, pole := range []*[]directions.Scored{&r.Positive, &r.Negative} {
			*pole = slices.DeleteFunc(slices.Clone(*pole), func(t directions.Scored) bool { return s.undertrained(r.Readout, t.ID) })
		}
	}
	return &y
}

// pairs returns the query and key tokens that a direction of W_QK brings
// together most.
func (s *study) pairs(x *directions.Direction) []Pair {
	var out []Pair
	for _, p := range x.Pairs(maxPairs) {
		out = append(out, Pair{Query: p.Query, QueryTok: s.vocab.Token(p.Query).Text, Key: p.Key, KeyTok: s.vocab.Token(p.Key).Text, Score: Number(p.Score)})
	}
	return out
}

// leverages returns the elements of a block's side, which lives where r does.
func (s *study) leverages(list []directions.Leverage, r *directions.Reading) []Leverage {
	out := []Leverage{}
	for _, x := range list[:min(len(list), s.o.tokens())] {
		y := Leverage{ID: x.ID, Leverage: Number(x.Leverage), Excess: Number(x.Excess)}
		if isToken(r) {
			y.Token = s.vocab.Token(x.ID).Text
		}
		out = append(out, y)
	}
	return out
}
