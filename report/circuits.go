package report

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// mostPairs is the number of compositions a document holds: all pairs of a
// model of some 140 heads; of larger ones those furthest from chance.
const mostPairs = 40_000

// compositionShare is the part of the memory allowed that composition may take.
const compositionShare = 4

// resolvedPairs and resolvedComponents bound what is resolved by singular
// component: of each kind the pairs a page lists, of a pair what is worth a look.
const (
	resolvedPairs      = 40
	resolvedComponents = 6
)

// circuits scores the model's heads and pairs of heads.
func (s *study) circuits(ctx context.Context, d *Document) error {
	heads := directions.Heads(s.model, s.picked...)
	if len(s.picked) == 0 || s.reader == nil || s.o.NoCircuits || len(heads) == 0 {
		return nil
	}
	c := &Circuits{Copying: []Copying{}, Composition: []Composition{}, Static: s.model.Rotary()}
	d.Models[s.at].Circuits = c
	return loader.Guard(func() error {
		if err := s.copying(c, heads); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		s.composition(c, heads)
		return nil
	})
}

// copying scores every head that has an OV circuit.
func (s *study) copying(c *Circuits, heads []directions.Head) error {
	gram, err := s.vocabularyGram()
	if err != nil {
		return err
	}
	scorer := directions.NewCopyingScorer(gram, directions.CopyingOptions{Seed: s.o.Seed})
	for _, h := range heads {
		if h.V == nil || h.O == nil {
			continue
		}
		x, err := scorer.Score(h)
		if err != nil {
			return err
		}
		c.Copying = append(c.Copying, Copying{
			Label: fmt.Sprintf("L%d.W_OV.H%d", h.Layer, h.Head), Layer: h.Layer, Head: h.Head, Positivity: Number(x.Positivity),
			Departure: Number(x.Departure), SD: Number(x.SD), Z: Number(x.Z), Vocabulary: x.Vocabulary,
		})
	}
	return nil
}

// vocabularyGram returns nil for a model without embeddings.
func (s *study) vocabularyGram() (*directions.VocabularyGram, error) {
	var embed, unembed spectra.Source
	for _, t := range s.embeddings() {
		if t.readout == directions.Embed {
			embed = t.points
		} else {
			unembed = t.points.T()
		}
	}
	if embed == nil || unembed == nil && !s.model.Config.Tied {
		return nil, nil
	}
	return directions.NewVocabularyGram(embed, unembed)
}

// composition scores every pair of heads; a document keeps the furthest from
// chance where there are too many.
func (s *study) composition(c *Circuits, heads []directions.Head) {
	pairs := directions.Compositions(heads, directions.CompositionOptions{Seed: s.o.Seed, Memory: s.o.maxMemory() / compositionShare, Resolve: resolvedPairs, Components: resolvedComponents})
	c.Pairs = len(pairs)
	if len(pairs) > mostPairs {
		slices.SortStableFunc(pairs, func(a, b directions.Composition) int {
			return cmp.Compare(math.Abs(b.Z), math.Abs(a.Z))
		})
		pairs = pairs[:mostPairs]
		c.Note = fmt.Sprintf("the %d pairs furthest from chance, of %d", mostPairs, c.Pairs)
	}
	for _, p := range pairs {
		c.Composition = append(c.Composition, Composition{
			Kind: string(p.Kind), From: [2]int{p.From.Layer, p.From.Head}, To: [2]int{p.To.Layer, p.To.Head},
			Score: Number(p.Score), Mean: Number(p.Mean), Z: Number(p.Z), Resolved: components(p.Components),
		})
	}
}

func components(list []directions.Component) []Component {
	var out []Component
	for _, c := range list {
		out = append(out, Component{Index: c.Index, Share: Number(c.Share), Energy: Number(c.Energy)})
	}
	return out
}
