package report

import (
	"wspec/loader"
	"wspec/spectra"
)

// bundle is jobs that one worker does one after another: circuits after the
// parts of heads that are their factors, for what a circuit needs of a factor
// comes from the reading that gives the part's own values. It is kept no longer
// than the bundle lasts.
type bundle struct {
	jobs       []job
	cost, need int64 // multiplications; bytes of working memory at most
}

func (b bundle) size() (cost, need int64) { return b.cost, b.need }

// factors are those of a bundle that were made; nil keeps none.
type factors map[loader.Place]*spectra.Factor

// bundlesOf divides the jobs into bundles of at most allow bytes. Key-value
// heads are in the bundle of all heads that share them.
func bundlesOf(jobs []job, allow int64) []bundle {
	at := map[loader.Place]int{} // number of a bundle
	var all []bundle
	for _, j := range jobs {
		if !j.shares() || j.matrix.Kind != loader.Product {
			continue
		}
		a, b := j.matrix.Factors[0].Place(), j.matrix.Factors[1].Place()
		i, known := at[a]
		if !known {
			i, known = at[b]
		}
		if !known {
			i = len(all)
			all = append(all, bundle{})
		}
		at[a], at[b] = i, i
		all[i].jobs = append(all[i].jobs, j)
	}
	var alone []bundle
	for _, j := range jobs {
		if j.matrix.Kind == loader.Product && j.shares() {
			continue
		}
		if i, ok := at[j.matrix.Factors[0].Place()]; ok && j.shares() {
			all[i].jobs = append([]job{j}, all[i].jobs...)
			continue
		}
		alone = append(alone, newBundle(j))
	}
	for _, b := range all {
		alone = append(alone, b.within(allow)...)
	}
	return alone
}

// shares reports whether a job leaves or takes factors: those with directions
// keep more of a factor than its R.
func (j job) shares() bool { return !j.study.wants(j.matrix) }

// within returns the bundle with its sums, or its jobs one by one if it needs more than is allowed.
func (b bundle) within(allow int64) []bundle {
	together := newBundle(b.jobs...)
	if together.need <= allow {
		return []bundle{together}
	}
	var alone []bundle
	for _, j := range b.jobs {
		alone = append(alone, newBundle(j))
	}
	return alone
}

func newBundle(jobs ...job) bundle {
	b := bundle{jobs: jobs}
	var held int64
	for _, j := range jobs {
		b.cost += j.cost
		b.need = max(b.need, j.footprint())
		if len(jobs) > 1 {
			rows, cols := j.matrix.Dims()
			if j.matrix.Kind == loader.Product {
				_, inner := j.matrix.Factors[0].Dims()
				held += 2 * 8 * int64(inner) * int64(inner)
				continue
			}
			b.need = max(b.need, spectra.FactorFootprint(max(rows, cols), min(rows, cols)))
		}
	}
	b.need += held
	return b
}

// values returns the values of a matrix, with factors that are there and those
// it makes kept.
func (f factors) values(m *loader.Matrix, o spectra.Options) (*spectra.Spectrum, error) {
	switch {
	case m.Kind == loader.Product && f == nil:
		return spectra.ProductValues(m.Factors[0], m.Factors[1], o)
	case m.Kind == loader.Product:
		return f.product(m, o)
	case f == nil:
		return spectra.Values(m.Factors[0], o)
	}
	s, made, err := spectra.ValuesFactor(m.Factors[0], o)
	if made != nil {
		f[m.Factors[0].Place()] = made
	}
	return s, err
}

// product is values of a circuit, each factor of which is made at most once. A
// part whose shorter side is not the head's leaves the factor of another side.
func (f factors) product(m *loader.Matrix, o spectra.Options) (*spectra.Spectrum, error) {
	rows, inner := m.Factors[0].Dims()
	_, cols := m.Factors[1].Dims()
	if inner >= min(rows, cols) {
		return spectra.ProductValues(m.Factors[0], m.Factors[1], o)
	}
	left, err := f.once(m.Factors[0], spectra.LeftFactor, o)
	if err != nil {
		return nil, err
	}
	right, err := f.once(m.Factors[1], spectra.RightFactor, o)
	if err != nil {
		return nil, err
	}
	return spectra.FactorValues(left, right, o)
}

// once returns the factor that was kept of v, or makes it.
func (f factors) once(v loader.View, make func(spectra.Source, spectra.Options) (*spectra.Factor, error), o spectra.Options) (*spectra.Factor, error) {
	if made := f[v.Place()]; made != nil {
		return made, nil
	}
	made, err := make(v, o)
	if err == nil {
		f[v.Place()] = made
	}
	return made, err
}
