package report

import (
	"sync"

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
	at     int              // place in Document.Models
	picked []*loader.Matrix // what is analysed of it
	reader *directions.Reader
	others []*directions.Reader // in the other conventions, once they are wanted
	vocab  *loader.Vocabulary
	skip   map[string]map[int]bool // under-trained tokens of W_E and W_U
	o      Options

	coherence coherence

	prepared sync.Once
	failed   error // of what was prepared
}

// newStudy prepares to read m.
func newStudy(m *loader.Model, at int, o Options) (*study, error) {
	s := &study{model: m, at: at, o: o, skip: map[string]map[int]bool{}, coherence: newCoherence()}
	if o.NoDirections {
		return s, nil
	}
	var err error
	if s.vocab, err = m.Vocabulary(); err != nil {
		return nil, err
	}
	if s.reader, err = directions.NewReader(m, o.convention()); err == nil {
		s.reader.Augment = o.Biases
	}
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

// read fills the directions of some of the model's matrices, given with their
// places in the document, all in one pass over the embeddings.
func (s *study) read(d *Document, slots []int, items []directions.Item) error {
	if s.reader == nil || len(items) == 0 {
		return nil
	}
	if err := s.ready(d); err != nil {
		return err
	}
	readings, err := s.reader.Read(items, s.readOptions())
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(s.o.workers())
	for i, r := range readings {
		g.Go(func() error { s.convert(&d.Matrices[slots[i]], r); return nil })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for i, r := range readings {
		s.enlist(&d.Matrices[slots[i]], r)
	}
	if s.o.Sensitivity {
		return s.sensitivity(d, slots, readings)
	}
	return nil
}

func (s *study) readOptions() directions.ReadOptions {
	return directions.ReadOptions{Tokens: s.o.tokens(), Spare: (spare - 1) * s.o.tokens(), Readout: s.o.Readout, Threads: s.o.workers()}
}

// prepare finds the under-trained tokens.
func (s *study) prepare(d *Document) error {
	v := &Vocabulary{Tokens: s.vocab.Len(), Undertrained: []Undertrained{}, Seed: s.o.Seed}
	d.Models[s.at].Vocabulary = v
	for _, e := range s.embeddings() {
		space, under, err := directions.TrainedSpace(e.points)
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
		s.coherence.spaces[e.readout], s.coherence.own[e.readout] = space, directions.NewOwnDirections(s.o.Seed)
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
