package report

import (
	"slices"

	"golang.org/x/sync/errgroup"

	"wspec/loader"
	"wspec/spectra"
)

// NullKinds returns the values of [Options.Null].
func NullKinds() []spectra.NullKind {
	return []spectra.NullKind{spectra.NullIID, spectra.NullShuffle, spectra.NullOff}
}

// measure evaluates every measure and holds it against what chance gives. Each
// shape is drawn once: first one matrix of every shape, then the rest, for which
// the draws are there already.
func (d *Document) measure(found []*spectra.Decomposition, o Options) error {
	if o.null() == spectra.NullOff {
		for slot, x := range found {
			d.Matrices[slot].measure(x)
		}
		return nil
	}
	first, rest := byShape(found)
	nulls := spectra.NewNulls(spectra.NullOptions{Seed: o.Seed, Threads: max(1, o.workers()/max(1, len(first)))})
	for _, slots := range [][]int{first, rest} {
		var g errgroup.Group
		g.SetLimit(o.workers())
		for _, slot := range slots {
			g.Go(func() error {
				return loader.Guard(func() error { return d.Matrices[slot].judge(nulls, found[slot]) })
			})
		}
		if err := g.Wait(); err != nil {
			return err
		}
	}
	judgeNulls(d.Matrices)
	return d.addBands(nulls, found, first)
}

// byShape returns the slots that are the first of their shape, the largest first,
// and the others.
func byShape(found []*spectra.Decomposition) (first, rest []int) {
	seen := map[spectra.Shape]bool{}
	for slot, x := range found {
		if x == nil {
			continue
		}
		shape := x.Shape().Canonical()
		if seen[shape] {
			rest = append(rest, slot)
			continue
		}
		seen[shape] = true
		first = append(first, slot)
	}
	slices.SortStableFunc(first, func(a, b int) int { return len(found[b].Sigma) - len(found[a].Sigma) })
	return first, rest
}

// measure fills the measures of m, whose values are x; nil where it failed.
func (m *Matrix) measure(x *spectra.Decomposition) {
	if x == nil {
		return
	}
	for _, metric := range spectra.Metrics() {
		m.Metrics[metric.Name] = Number(metric.Eval(x.Spectrum))
	}
}

// judge fills the measures of m, their null, the signal and the power law.
func (m *Matrix) judge(nulls *spectra.Nulls, x *spectra.Decomposition) error {
	if err := nulls.Judge(x.Spectrum); err != nil {
		return err
	}
	m.measure(x)
	m.Signal = newSignal(x.Signal)
	m.setPowerLaw(x.PowerLaw)
	if m.NullKind != "" {
		return nil // it has another
	}
	null, err := nulls.Of(x.Spectrum)
	m.setNull(null)
	return err
}

// shuffles reports whether the matrix is held against itself with its entries in
// another order.
func (j job) shuffles() bool {
	return j.study.o.null() == spectra.NullShuffle && j.matrix.Kind == loader.Stored
}

// shuffle sets the null of such a matrix, whose values are s.
func (j job) shuffle(m *Matrix, s *spectra.Spectrum, o spectra.Options) error {
	if !j.shuffles() {
		return nil
	}
	return loader.Guard(func() error {
		w, err := j.source()
		if err != nil {
			return err
		}
		null, err := spectra.Shuffled(w, s, spectra.NullOptions{Seed: j.study.o.Seed}, o)
		m.setNull(null)
		return err
	})
}

// source returns a stored matrix as it was decomposed.
func (j job) source() (spectra.Source, error) {
	if !j.study.wants(j.matrix) {
		return j.matrix.Factors[0], nil
	}
	factors, err := j.study.reader.Sources(j.matrix)
	if err != nil {
		return nil, err
	}
	return factors[0], nil
}

// setNull fills the null of m, if there is one.
func (m *Matrix) setNull(null *spectra.Null) {
	if null == nil {
		return
	}
	m.NullKind, m.NullDraws = string(null.Kind), null.Draws
	for name, v := range null.Values {
		m.Null[name] = NullValue{Mean: Number(v.Mean), SD: Number(v.SD), Z: Number(v.Z)}
	}
}

// Share returns value over the mean of its null, for a rank: what part of the
// directions that noise fills. It is undefined for other measures and where noise
// has less than one.
func (v NullValue) Share(value Number, info MetricInfo) Number {
	if info.Unit != "dimensions" || !(v.Mean >= 1) {
		return Undefined()
	}
	return value / v.Mean
}

// nullMetrics returns the measures that d holds against nulls.
func nullMetrics(d *Document) []MetricInfo {
	if !slices.ContainsFunc(d.Matrices, func(m Matrix) bool { return len(m.Null) > 0 }) {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Metrics), func(m MetricInfo) bool { return m.Null == nullNone })
}

// nullHeader and nullEntries are the columns of nulls in the table of measures.
func nullHeader(d *Document) []column {
	infos := nullMetrics(d)
	if len(infos) == 0 {
		return nil
	}
	header := []column{{"null_kind", isText}, {"null_draws", isWhole}}
	for _, info := range infos {
		for _, field := range nullFields() {
			header = append(header, column{info.Name + "_" + field, isReal})
		}
	}
	return append(append(header, signalColumns()...), column{alphaName + "_refused", isText})
}

func nullEntries(d *Document, m *Matrix) []entry {
	infos := nullMetrics(d)
	if len(infos) == 0 {
		return nil
	}
	list := []entry{words(m.NullKind), {}}
	if m.NullKind != "" {
		list[1] = whole(m.NullDraws)
	}
	for _, info := range infos {
		for _, v := range m.nullNumbers(info) {
			list = append(list, real(v))
		}
	}
	return append(append(list, m.Signal.entries()...), words(m.Refused[alphaName]))
}
