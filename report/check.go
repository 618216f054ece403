package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// mostPlaces bounds layers and heads: hundreds of times what any model has, and
// no figure or page that sets them side by side grows beyond reason.
const mostPlaces = 1 << 16

// check returns what in d contradicts itself, nil for every document that
// [Analyze] makes.
func (d *Document) check() error {
	if err := checkModels(d.Models); err != nil {
		return err
	}
	for i := range d.Nulls {
		if b := &d.Nulls[i]; len(b.Low) != len(b.Mean) || len(b.High) != len(b.Mean) {
			return fmt.Errorf("null %d: its lists differ in length", i)
		}
	}
	return checkMatrices(d.Matrices, modelSet(d.Models), len(d.Nulls))
}

// checkModels checks the sizes in models and the places of their heads.
func checkModels(models []Model) error {
	for i := range models {
		m := &models[i]
		c := m.Config
		if min(c.DModel, c.NLayers, c.NHeads, c.NKVHeads, c.DHead, c.DMLP, c.DVocab, c.NCtx) < 0 {
			return fmt.Errorf("model %s: a size is negative", m.Name)
		}
		for _, t := range m.Tensors {
			if len(t.Shape) > 0 && slices.Min(t.Shape) < 0 {
				return fmt.Errorf("model %s: tensor %s has a negative size", m.Name, t.Name)
			}
		}
		if m.Circuits == nil {
			continue
		}
		for _, x := range m.Circuits.Copying {
			if !isPlace(x.Layer, x.Head) {
				return fmt.Errorf("model %s: the copying of %s has no such place", m.Name, x.Label)
			}
		}
		for k, x := range m.Circuits.Composition {
			if !isPlace(x.From[0], x.From[1], x.To[0], x.To[1]) {
				return fmt.Errorf("model %s: composition %d has no such place", m.Name, k)
			}
		}
	}
	return nil
}

// isPlace reports whether all of these can number layers or heads.
func isPlace(list ...int) bool {
	return slices.Min(list) >= 0 && slices.Max(list) < mostPlaces
}

// modelSet returns the names of models.
func modelSet(models []Model) map[string]bool {
	names := map[string]bool{}
	for _, m := range models {
		names[m.Name] = true
	}
	return names
}

// checkMatrices checks matrices of the models named; bands is the number of
// bands that they may name.
func checkMatrices(matrices []Matrix, models map[string]bool, bands int) error {
	for i := range matrices {
		m := &matrices[i]
		err := m.check()
		if err == nil && !models[m.Model] {
			err = fmt.Errorf("its model %q is not listed", m.Model)
		}
		if err == nil && m.Band != nil && (*m.Band < 0 || *m.Band >= bands) {
			err = fmt.Errorf("it names null %d of %d", *m.Band, bands)
		}
		if err != nil {
			return fmt.Errorf("matrix %s: %w", cmp.Or(m.Label, fmt.Sprint(i)), err)
		}
	}
	return nil
}

// check returns what in m contradicts itself.
func (m *Matrix) check() error {
	switch {
	case m.Label == "":
		return errors.New("it has no label")
	case m.Kind != "stored" && m.Kind != "product":
		return fmt.Errorf("its kind is %q", m.Kind)
	case min(m.Shape[0], m.Shape[1]) < 0 || len(m.Sigma) > m.Rank():
		return fmt.Errorf("it is %d × %d and has %d singular values", m.Shape[0], m.Shape[1], len(m.Sigma))
	case m.Layer != nil && !isPlace(*m.Layer) || m.Head != nil && !isPlace(*m.Head):
		return errors.New("its layer or head is no such place")
	}
	if err := checkSigma(m.Sigma); err != nil {
		return err
	}
	if s := m.Signal; s != nil && (min(s.Rank, s.Low) < 0 || max(s.Rank, s.Low) > len(m.Sigma)) {
		return errors.New("it has more signal than singular values")
	}
	for i := range m.Directions {
		if err := m.Directions[i].check(len(m.Sigma)); err != nil {
			return fmt.Errorf("direction %d: %w", i, err)
		}
	}
	if err := m.Map.check(); err != nil {
		return err
	}
	for i, b := range m.Blocks {
		if b.First < 0 || b.Last < b.First || b.Last >= len(m.Sigma) {
			return fmt.Errorf("block %d: %d to %d of %d directions", i, b.First, b.Last, len(m.Sigma))
		}
	}
	return nil
}

// checkSigma checks that singular values are what they can be: finite, not
// negative, descending.
func checkSigma(sigma []Number) error {
	for i, s := range sigma {
		if !s.Defined() || s < 0 || i > 0 && s > sigma[i-1] {
			return fmt.Errorf("singular value %d is undefined, negative or greater than the one before", i)
		}
	}
	return nil
}

// check returns what in a direction of a matrix with n singular values
// contradicts itself.
func (x *Direction) check(n int) error {
	if x.Index < 0 || x.Index >= n || x.Block[0] < 0 || x.Block[0] > x.Index || x.Block[1] < x.Index || x.Block[1] >= n {
		return fmt.Errorf("index %d in block %d to %d of %d", x.Index, x.Block[0], x.Block[1], n)
	}
	for _, r := range []*Reading{&x.In, &x.Out} {
		if r.Pole < -1 || r.Pole > 1 {
			return fmt.Errorf("its pole is %d", r.Pole)
		}
		for _, s := range slices.Concat(r.Positive, r.Negative) {
			if s.ID < 0 {
				return fmt.Errorf("its token is %d", s.ID)
			}
		}
	}
	return nil
}

// check returns what in c contradicts itself, nil for every comparison that
// [Compare] and [Within] make.
func (c *Comparison) check() error {
	if len(c.Models) == 0 {
		return errors.New("it compares no models")
	}
	models := modelSet(c.Models)
	if err := checkModels(c.Models); err != nil {
		return err
	}
	if err := checkMatrices(c.Own, models, 0); err != nil {
		return err
	}
	for i := range c.Pairs {
		if err := c.Pairs[i].check(models); err != nil {
			return err
		}
	}
	for i := range c.Trajectories {
		if err := c.Trajectories[i].check(c.TrackMeasures, len(c.Models)); err != nil {
			return err
		}
	}
	for i := range c.Within {
		if err := c.Within[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pairing) check(models map[string]bool) error {
	if !models[p.Before] || !models[p.After] {
		return fmt.Errorf("pair %s: a model is not listed", p.Name())
	}
	for i := range p.Changes {
		x := &p.Changes[i]
		err := cmp.Or(x.Matrix.check(), checkSigma(x.Before.Sigma), checkSigma(x.After.Sigma))
		if err == nil && x.Model != p.Name() {
			err = fmt.Errorf("it is of pair %q", x.Model)
		}
		if err != nil {
			return fmt.Errorf("pair %s, matrix %s: %w", p.Name(), cmp.Or(x.Label, fmt.Sprint(i)), err)
		}
	}
	return nil
}

// check returns what in a trajectory over n checkpoints contradicts itself.
func (t *Trajectory) check(measures []MetricInfo, n int) error {
	bad := func(what string) error { return fmt.Errorf("trajectory %s: %s", t.Label, what) }
	if t.Layer != nil && !isPlace(*t.Layer) || t.Head != nil && !isPlace(*t.Head) {
		return bad("its layer or head is no such place")
	}
	for _, name := range []string{"change_first", "edge_z"} {
		if len(t.Values[name]) != n {
			return bad(name + " has not a value a checkpoint")
		}
	}
	for _, m := range measures {
		if len(t.Values[m.Name]) != n {
			return bad(m.Name + " has not a value a checkpoint")
		}
	}
	for _, p := range t.Modes {
		if len(p.Sigma) != n || len(p.Cosine) != n {
			return bad("a mode has not a value a checkpoint")
		}
	}
	if t.LeftNull != nil && (*t.LeftNull < 0 || *t.LeftNull >= n) {
		return bad("it left its null at no checkpoint")
	}
	return nil
}

func (s *Similarity) check() error {
	if len(s.Labels) != len(s.Share) || slices.ContainsFunc(s.Share, func(row []Number) bool { return len(row) != len(s.Labels) }) {
		return fmt.Errorf("the shares of %s are not square", s.Role)
	}
	return nil
}
