package report

import (
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// The default numbers of directions and tokens.
const (
	DefaultTopK   = 10
	DefaultTokens = directions.DefaultTokens
)

// spare is how many times as many tokens are read as are shown: coherence
// passes over under-trained ones, which lead many lists.
const spare = 3

// study is what reading the directions of one model needs, and what it found.
type study struct {
	model  *loader.Model
	at     int // place in Document.Models
	reader *directions.Reader
	vocab  *loader.Vocabulary
	skip   map[string]map[int]bool // under-trained tokens of W_E and W_U
	null   map[directions.Readout]*directions.CoherenceNull
	o      Options
}

// newStudy prepares to read m.
func newStudy(m *loader.Model, at int, o Options) (*study, error) {
	s := &study{model: m, at: at, o: o, skip: map[string]map[int]bool{}, null: map[directions.Readout]*directions.CoherenceNull{}}
	if o.NoDirections {
		return s, nil
	}
	var err error
	if s.vocab, err = m.Vocabulary(); err != nil {
		return nil, err
	}
	s.reader, err = directions.NewReader(m, o.convention())
	return s, err
}

// wants reports whether the directions of m are to be found: of whole stored
// matrices and of circuits, where some are asked for; of parts if so told.
func (s *study) wants(m *loader.Matrix) bool {
	return s.reader != nil && (m.Kind == loader.Product || m.Head < 0 || s.o.Parts)
}

func (s *study) request() spectra.Request {
	return spectra.Request{Top: s.o.topK(), Bottom: s.o.BottomK}
}

// read fills the directions of the model's matrices. All are read in one pass
// over the embeddings.
func (s *study) read(d *Document, found map[int]directions.Item) error {
	if s.reader == nil {
		return nil
	}
	v := &Vocabulary{Tokens: s.vocab.Len(), Undertrained: []Undertrained{}, Seed: s.o.Seed}
	d.Models[s.at].Vocabulary = v
	if err := loader.Guard(func() error { return s.prepare(d, v) }); err != nil {
		return err
	}
	slots, items := inOrder(found)
	readings, err := s.reader.Read(items, s.readOptions())
	if err != nil {
		return err
	}
	judged := make([][]*Reading, len(readings))
	var g errgroup.Group
	g.SetLimit(s.o.workers())
	for i, r := range readings {
		g.Go(func() error {
			m := &d.Matrices[slots[i]]
			s.convert(m, r)
			return loader.Guard(func() error { judged[i] = s.judge(m, r); return nil })
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	v.summarise(slices.Concat(judged...))
	if s.o.Sensitivity {
		return s.sensitivity(d, slots, readings)
	}
	return nil
}

func (s *study) readOptions() directions.ReadOptions {
	return directions.ReadOptions{Tokens: spare * s.o.tokens(), Readout: s.o.Readout, Threads: s.o.workers()}
}

// inOrder returns the items by slot.
func inOrder(found map[int]directions.Item) (slots []int, items []directions.Item) {
	for slot := range found {
		slots = append(slots, slot)
	}
	slices.Sort(slots)
	for _, slot := range slots {
		items = append(items, found[slot])
	}
	return slots, items
}

// prepare finds the under-trained tokens and draws the null of coherence.
func (s *study) prepare(d *Document, v *Vocabulary) error {
	for _, e := range s.embeddings() {
		under, err := directions.FindUndertrained(e.points)
		if err != nil {
			return err
		}
		s.skip[e.name] = map[int]bool{}
		for _, u := range under {
			s.skip[e.name][u.ID] = true
			v.Undertrained = append(v.Undertrained, Undertrained{
				ID: u.ID, Token: s.vocab.Token(u.ID).Text, Table: e.name, Reason: string(u.Reason), Score: Number(u.Score),
			})
		}
		if err := s.draw(d, v, e, under); err != nil {
			return err
		}
	}
	return nil
}

// embedding is an embedding matrix as points, a row a token.
type embedding struct {
	name    string
	readout directions.Readout
	points  loader.View
}

// embeddings returns W_E and, where it is another matrix, W_U.
func (s *study) embeddings() []embedding {
	var found []embedding
	for i := range s.model.Matrices {
		switch m := &s.model.Matrices[i]; m.Label {
		case "W_E":
			found = append(found, embedding{"W_E", directions.Embed, m.Factors[0]})
		case "W_U":
			found = append(found, embedding{"W_U", directions.Unembed, m.Factors[0].T()})
		}
	}
	return found
}

// draw draws the null of coherence for one table. A vocabulary too small for
// one leaves coherence undefined, with a warning.
func (s *study) draw(d *Document, v *Vocabulary, t embedding, under []directions.Undertrained) error {
	n, _ := t.points.Dims()
	space, err := directions.NewTokenSpace(t.points, directions.SkipMask(n, under))
	if err != nil {
		return err
	}
	null, err := directions.NewCoherenceNull(space, space, directions.CoherenceOptions{Tokens: s.o.tokens(), Seed: s.o.Seed})
	var few *directions.TooFewTokensError
	if errors.As(err, &few) {
		d.Warnings = append(d.Warnings, Warning{Code: "no_coherence", Message: "coherence is not judged: " + few.Error(), Matrix: t.name})
		return nil
	}
	if err != nil {
		return err
	}
	s.null[t.readout] = null
	v.Draws = null.Draws()
	return nil
}

// nullOf returns the null that belongs to a readout: with tied embeddings both
// are one table.
func (s *study) nullOf(r directions.Readout) *directions.CoherenceNull {
	if n, ok := s.null[r]; ok {
		return n
	}
	if len(s.embeddings()) == 1 {
		for _, n := range s.null {
			return n
		}
	}
	return nil
}

// judge sets the coherence of a matrix's readouts through the vocabulary and
// returns those that have one.
func (s *study) judge(m *Matrix, r *directions.Readings) []*Reading {
	var judged []*Reading
	for i := range r.Directions {
		pairs := []struct {
			from *directions.Reading
			to   *Reading
		}{{&r.Directions[i].In, &m.Directions[i].In}, {&r.Directions[i].Out, &m.Directions[i].Out}}
		for _, p := range pairs {
			null := s.nullOf(p.from.Readout)
			if p.from.Readout == "" || null == nil {
				continue
			}
			c := null.Score(ids(p.from.Positive), ids(p.from.Negative))
			p.to.Coherence, p.to.Pole, p.to.P = Number(c.Score), c.Pole, Number(c.P)
			p.to.ChanceMean, p.to.ChanceSD = Number(c.Mean), Number(c.SD)
			if p.to.P.Defined() {
				judged = append(judged, p.to)
			}
		}
	}
	return judged
}

func ids(list []directions.Scored) []int {
	out := make([]int, len(list))
	for i, s := range list {
		out[i] = s.ID
	}
	return out
}

// summarise sets q over all readouts of the model and counts them.
func (v *Vocabulary) summarise(judged []*Reading) {
	p := make([]float64, len(judged))
	for i, r := range judged {
		p[i] = float64(r.P)
	}
	var t tally
	for i, q := range spectra.BenjaminiHochberg(p) {
		judged[i].Q = Number(q)
		t.add(judged[i].P, judged[i].Q)
	}
	v.Readouts, v.Coherent, v.Nominal, v.Expected = t.tests, t.found, t.nominal, t.expected()
}
