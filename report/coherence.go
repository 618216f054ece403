package report

import (
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// coherence is how the readouts of one model are judged: all together, when the
// last of them is known, since the model's own directions are one of the nulls.
type coherence struct {
	spaces  map[directions.Readout]*directions.TokenSpace
	own     map[directions.Readout]*directions.OwnDirections
	waiting []waiting
}

// waiting is a readout to be judged, with the leading tokens that count.
type waiting struct {
	to        *Reading
	table     directions.Readout // as in spaces
	high, low []int
}

func newCoherence() coherence {
	return coherence{map[directions.Readout]*directions.TokenSpace{}, map[directions.Readout]*directions.OwnDirections{}, nil}
}

// tableOf returns the table by which a readout is judged, "" for none: with tied
// embeddings both are one.
func (c *coherence) tableOf(r directions.Readout) directions.Readout {
	if _, ok := c.spaces[r]; ok || r == "" {
		return r
	}
	if len(c.spaces) == 1 {
		for only := range c.spaces {
			return only
		}
	}
	return ""
}

// enlist notes the readouts of a matrix that are to be judged.
func (s *study) enlist(m *Matrix, r *directions.Readings) {
	for i := range r.Directions {
		d := &r.Directions[i]
		for _, side := range []struct {
			from *directions.Reading
			to   *Reading
		}{{&d.In, &m.Directions[i].In}, {&d.Out, &m.Directions[i].Out}} {
			table := s.coherence.tableOf(side.from.Readout)
			if table == "" {
				continue
			}
			space := s.coherence.spaces[table]
			counted := func(list []directions.Scored) []int { return space.Counted(ids(list), s.o.tokens()) }
			s.coherence.waiting = append(s.coherence.waiting, waiting{side.to, table, counted(side.from.Positive), counted(side.from.Negative)})
			s.coherence.own[table].Offer(fmt.Sprint(m.Label, " ", d.Index, " ", side.from.Side), func() []float64 {
				return r.Vector(side.from.Side, i)
			})
		}
	}
}

func ids(list []directions.Scored) []int {
	out := make([]int, len(list))
	for i, s := range list {
		out[i] = s.ID
	}
	return out
}

// judge draws the nulls and sets the coherence of every readout enlisted.
func (s *study) judge(d *Document) error {
	if err := s.ready(d); err != nil || s.reader == nil {
		return err
	}
	v := d.Models[s.at].Vocabulary
	nulls := map[directions.Readout]*directions.CoherenceNull{}
	for _, e := range s.embeddings() {
		null, err := s.draw(d, e)
		if err != nil {
			return err
		}
		if null != nil {
			nulls[e.readout], v.Draws = null, null.Draws()
		}
	}
	var g errgroup.Group
	g.SetLimit(s.o.workers())
	const share = 64 // readouts a goroutine takes at a time
	all := s.coherence.waiting
	for i := 0; i < len(all); i += share {
		g.Go(func() error {
			return loader.Guard(func() error {
				for _, w := range all[i:min(i+share, len(all))] {
					if null := nulls[w.table]; null != nil {
						w.to.judged(null.Score(w.high, w.low))
					}
				}
				return nil
			})
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	v.summarise(all)
	return nil
}

// draw draws the nulls of coherence for one table. A vocabulary too small for
// them leaves coherence undefined, with a warning.
func (s *study) draw(d *Document, t embedding) (null *directions.CoherenceNull, err error) {
	space := s.coherence.spaces[t.readout]
	o := directions.CoherenceOptions{Tokens: s.o.tokens(), Seed: s.o.Seed}
	err = loader.Guard(func() (err error) {
		null, err = directions.NewCoherenceNull(space, space, s.coherence.own[t.readout], o)
		return err
	})
	var few *directions.TooFewTokensError
	if errors.As(err, &few) {
		d.Warnings = append(d.Warnings, Warning{Code: "no_coherence", Message: "coherence is not judged: " + few.Error(), Matrix: t.name})
		return nil, nil
	}
	return null, err
}

func (r *Reading) judged(c directions.Coherence) {
	r.Coherence, r.Pole, r.P = Number(c.Score), c.Pole, Number(c.P)
	r.ChanceMean, r.ChanceSD = Number(c.Mean), Number(c.SD)
}

// summarise sets q over all readouts of the model that have a p, and counts them.
func (v *Vocabulary) summarise(all []waiting) {
	var judged []*Reading
	var p []float64
	for _, w := range all {
		if w.to.P.Defined() {
			judged, p = append(judged, w.to), append(p, float64(w.to.P))
		}
	}
	var t tally
	for i, q := range spectra.BenjaminiHochberg(p) {
		judged[i].Q = Number(q)
		t.add(judged[i].P, judged[i].Q)
	}
	v.Readouts, v.Coherent, v.Nominal, v.Expected = t.tests, t.found, t.nominal, t.expected()
}
