package report

import (
	"cmp"
	"context"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// DefaultTop is the number of places that [Locate] lists.
const DefaultTop = 20

// locateDraws is the number of random concepts that a place is judged by.
const locateDraws = 1000

// Sorts of place that may hold a concept.
const (
	PlaceDirection = "direction"
	PlaceBlock     = "block"    // directions that only their span defines
	PlaceSubspace  = "subspace" // the span of a circuit's leading directions
)

// LocateOptions say where a concept is looked for. The zero value looks in
// every matrix but W_E and W_U.
type LocateOptions struct {
	Matrix  []string // globs over labels; none means all but the token tables themselves
	TopK    int      // directions of a matrix; 0: [DefaultTopK]
	Top     int      // places listed; 0: [DefaultTop]
	Tokens  int      // listed for a place; 0: 6, a line's worth
	Seed    uint64   // of the null
	Workers int      // 0: one a core; results do not depend on it
}

func (o LocateOptions) tokens() int { return cmp.Or(o.Tokens, 6) }

// Located says where a concept is found.
type Located struct {
	Model   string   `json:"model"`
	Concept []Scored `json:"concept"` // its tokens, ascending; the score is 1 over their number
	TopK    int      `json:"top_k"`
	Seed    uint64   `json:"seed"`
	Draws   int      `json:"draws"` // random concepts that the null was drawn from
	// Targets is the number of places looked at, Found of those with q ≤ 0.05,
	// Nominal of those with p ≤ 0.05, and Expected how many of these chance
	// alone would give.
	Targets  int       `json:"targets"`
	Found    int       `json:"found"`
	Nominal  int       `json:"nominal"`
	Expected Number    `json:"expected"`
	Places   []Place   `json:"places"`         // by ascending p, the first few
	Note     string    `json:"note,omitempty"` // of the QK circuits among them
	Warnings []Warning `json:"warnings"`
	Notes    []string  `json:"notes"` // [Boundary]
}

// Place is a direction, a block or a circuit's subspace and how much of the
// concept lies in it.
type Place struct {
	Label  string   `json:"label"`
	Side   string   `json:"side"`  // "in" or "out"
	Sort   string   `json:"sort"`  // "direction", "block" or "subspace"
	Index  [2]int   `json:"index"` // first and last direction
	Stable bool     `json:"stable"`
	Share  Number   `json:"share"`            // of the concept's squared length, in [0, 1]
	Mean   Number   `json:"chance_mean"`      // of random concepts
	SD     Number   `json:"chance_sd"`        // of random concepts
	Z      Number   `json:"z"`                // (share − chance_mean)/chance_sd
	P      Number   `json:"p"`                // of such a share or more by chance
	Q      Number   `json:"q"`                // Benjamini–Hochberg over all targets
	Pole   int      `json:"pole,omitempty"`   // of a direction: 1 or −1, where the concept lies
	Tokens []string `json:"tokens,omitempty"` // of that pole, or those of highest leverage of a block
}

// NoEmbeddingError says that a model has no table of tokens.
type NoEmbeddingError struct{ Model string }

// Error names the model.
func (e *NoEmbeddingError) Error() string {
	return e.Model + " has neither W_E nor W_U: a concept has no place in it"
}

// Hint says what would help.
func (e *NoEmbeddingError) Hint() string {
	return "wspec inspect shows what its tensors were taken for; a folder with config.json says more than a bare file"
}

// Locate looks for the concept that the mean of the tokens ids is in the
// directions, blocks and circuits of m. Matrices that cannot be decomposed are
// left out with a warning. Errors: *NoEmbeddingError, *NothingSelectedError,
// *directions.TokenError, that of a malformed pattern, of the embeddings, and
// ctx's.
func Locate(ctx context.Context, m *loader.Model, ids []int, o LocateOptions) (*Located, error) {
	s, err := newStudy(m, 0, Options{TopK: o.TopK, Tokens: o.tokens(), Seed: o.Seed, Workers: o.Workers})
	if err != nil {
		return nil, err
	}
	l := &locator{study: s, options: o, result: &Located{Model: m.Name, TopK: s.o.topK(), Seed: o.Seed, Draws: locateDraws, Warnings: []Warning{}, Places: []Place{}, Notes: []string{Boundary}}}
	if err := loader.Guard(l.open); err != nil {
		return nil, err
	}
	picked, err := l.pick()
	if err != nil {
		return nil, err
	}
	if err := l.decompose(ctx, picked); err != nil {
		return nil, err
	}
	var found []directions.Location
	err = loader.Guard(func() (err error) {
		found, err = directions.Locate(l.targets, l.spaces, ids, directions.LocateOptions{Draws: locateDraws, Seed: o.Seed})
		return err
	})
	if err != nil {
		return nil, err
	}
	l.count(found)
	l.describeConcept(ids)
	return l.result, l.list(ids, found[:min(len(found), cmp.Or(o.Top, DefaultTop))])
}

// locator is one search.
type locator struct {
	study   *study
	options LocateOptions
	result  *Located
	spaces  map[directions.Side]*directions.TokenSpace
	points  map[directions.Side]loader.View
	items   []directions.Item
	targets []directions.Target
	spots   map[*mat.Dense]spot // of targets, by their basis
}

// spot is what a target is. Its side may differ from the target's, which says
// through which table it is read.
type spot struct {
	item        int
	side        directions.Side
	sort        string
	first, last int
	stable      bool
}

// open makes the token spaces: W_E for what is read, W_U for what is written,
// the other one where one is missing, without under-trained tokens.
func (l *locator) open() error {
	l.spaces, l.points = map[directions.Side]*directions.TokenSpace{}, map[directions.Side]loader.View{}
	for _, e := range l.study.embeddings() {
		space, under, err := directions.TrainedSpace(e.points)
		if err != nil {
			return err
		}
		l.study.skip[e.name] = map[int]bool{}
		for _, u := range under {
			l.study.skip[e.name][u.ID] = true
		}
		side := directions.In
		if e.readout == directions.Unembed {
			side = directions.Out
		}
		l.spaces[side], l.points[side] = space, e.points
	}
	for _, side := range []directions.Side{directions.In, directions.Out} {
		if l.spaces[side] == nil {
			l.spaces[side], l.points[side] = l.spaces[1-side], l.points[1-side]
		}
	}
	if l.spaces[directions.In] == nil {
		return &NoEmbeddingError{Model: l.study.model.Name}
	}
	return nil
}

// pick returns the matrices with a residual side that are asked for. A head's
// parts are left out: they read and write what its circuits do.
func (l *locator) pick() ([]*loader.Matrix, error) {
	picked, err := pick(l.study.model, Options{Matrix: l.options.Matrix})
	if err != nil {
		return nil, err
	}
	var out []*loader.Matrix
	for _, m := range picked {
		table := len(l.options.Matrix) == 0 && (m.Role == "W_E" || m.Role == "W_U")
		part := len(l.options.Matrix) == 0 && m.Head >= 0 && m.Kind != loader.Product
		if m.In != loader.Residual && m.Out != loader.Residual || table || part {
			continue
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil, &NothingSelectedError{Example: exampleLabel([]*loader.Model{l.study.model})}
	}
	return out, nil
}

// decompose finds the directions of the matrices, several at once, and makes
// targets of them.
func (l *locator) decompose(ctx context.Context, picked []*loader.Matrix) error {
	found, failed := make([]*spectra.Decomposition, len(picked)), make([]error, len(picked))
	var g errgroup.Group
	g.SetLimit(l.study.o.workers())
	for i, m := range picked {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			found[i], failed[i] = l.study.reader.Decompose(m, l.study.request(), spectra.Options{Threads: 1})
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	l.spots = map[*mat.Dense]spot{}
	for i, m := range picked {
		if failed[i] != nil {
			l.warn("matrix_failed", m.Label, m.Label+" was not looked at: "+failed[i].Error())
			continue
		}
		l.items = append(l.items, directions.Item{Matrix: m, Decomposition: found[i]})
		l.aim(len(l.items) - 1)
	}
	return nil
}

func (l *locator) warn(code, label, message string) {
	l.result.Warnings = append(l.result.Warnings, Warning{Code: code, Message: message, Matrix: label})
}

// aim makes targets of a matrix: its directions, in whose place stand blocks
// where those are known whole, and the span of a circuit's.
func (l *locator) aim(item int) {
	x := l.items[item]
	d, certificates := x.Decomposition, x.Decomposition.Certificates()
	for _, side := range []directions.Side{directions.In, directions.Out} {
		if directions.Readable(x.Matrix, side) != nil {
			continue
		}
		for i := 0; i < len(d.Index); {
			c := certificates[d.Index[i]]
			last := i + c.Block[1] - c.Block[0]
			if c.Block[0] == d.Index[i] && last > i && last < len(d.Index) && d.Index[last] == c.Block[1] {
				l.add(spot{item, side, PlaceBlock, i, last, true})
				i = last + 1
				continue
			}
			l.add(spot{item, side, PlaceDirection, i, i, c.Stable})
			i++
		}
		if n := len(d.Index); x.Matrix.Kind == loader.Product && n > 1 {
			last := d.Index[n-1]
			l.add(spot{item, side, PlaceSubspace, 0, n - 1, certificates[last].Block[1] == last})
		}
	}
}

// add makes a target of a spot. Both sides of W_QK are read through W_E.
func (l *locator) add(s spot) {
	x := l.items[s.item]
	vectors := x.Decomposition.In
	through := s.side
	if s.side == directions.Out {
		vectors = x.Decomposition.Out
		if x.Matrix.Role == "W_QK" {
			through = directions.In
		}
	}
	rows, _ := vectors.Dims()
	basis := mat.DenseCopyOf(vectors.Slice(0, rows, s.first, s.last+1))
	l.spots[basis] = s
	l.targets = append(l.targets, directions.Target{Label: x.Matrix.Label, Side: through, Index: x.Decomposition.Index[s.first], Basis: basis})
}

// count fills in how many targets stand out.
func (l *locator) count(found []directions.Location) {
	var t tally
	for _, x := range found {
		t.add(Number(x.P), Number(x.Q))
	}
	r := l.result
	r.Targets, r.Found, r.Nominal, r.Expected = t.tests, t.found, t.nominal, t.expected()
}
