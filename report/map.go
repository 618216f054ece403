package report

import (
	"context"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// mapper fills the LinearMap of the matrices of one model.
type mapper struct {
	*study
	reader *directions.Reader // without biases: a map is linear
	tokens *embedding         // nil without W_E
	mu     sync.Mutex
	spread map[int]*spectra.SpreadNull    // by dimension
	turned map[[2]int]*spectra.NullSample // of permutations, by dimension and rank
}

// maps says of every matrix whose directions are read what it does as a linear
// map, if that was asked for. Each is decomposed as a whole for it.
func (s *study) maps(ctx context.Context, d *Document, jobs []job) error {
	if s.reader == nil || !s.o.Maps {
		return nil
	}
	plain := *s.reader
	plain.Augment = false
	m := &mapper{study: s, reader: &plain, spread: map[int]*spectra.SpreadNull{}, turned: map[[2]int]*spectra.NullSample{}}
	for _, e := range s.embeddings() {
		if e.name == "W_E" {
			m.tokens = &e
		}
	}
	var tasks []task
	failures := make([]error, len(jobs))
	for i, j := range jobs {
		if j.study != s || !s.wants(j.matrix) || d.Matrices[j.slot].Error != "" {
			continue
		}
		t := m.task(j, &d.Matrices[j.slot], &failures[i])
		if allow := s.o.maxMemory(); t.need > allow {
			failures[i] = &MemoryError{Label: t.label, Need: t.need, Allow: allow}
			continue
		}
		tasks = append(tasks, t)
	}
	if err := runTasks(ctx, tasks, newTaskMeter(tasks, s.o.Progress), s.o); err != nil {
		return err
	}
	for i, err := range failures {
		if err != nil {
			d.Warnings = append(d.Warnings, Warning{Code: "no_map", Matrix: jobs[i].matrix.Label, Message: jobs[i].matrix.Label + " is not described as a linear map: " + err.Error()})
		}
	}
	judgeMaps(d.Matrices, s.model.Name)
	return m.direct(d)
}

// direct describes W_E·W_U, raw, if the whole model is analysed and not a part.
func (m *mapper) direct(d *Document) error {
	var embed, unembed *embedding
	for _, e := range m.embeddings() {
		if e.readout == directions.Embed {
			embed = &e
		} else {
			unembed = &e
		}
	}
	switch {
	case embed == nil || len(m.o.Matrix) > 0 || m.o.Layers != "":
		return nil
	case unembed == nil:
		if m.model.Config.Tied {
			d.Models[m.at].Direct = &DirectPath{Tied: true}
		}
		return nil
	}
	rows, cols := embed.points.Dims()
	const copies = 4 // both factors, once as reflectors and once as directions
	if need := 8 * copies * int64(rows) * int64(cols); need > m.o.maxMemory() {
		e := MemoryError{Label: "W_E·W_U", Need: need, Allow: m.o.maxMemory()}
		d.Warnings = append(d.Warnings, Warning{Code: "no_map", Message: e.Error() + " to be described as a linear map"})
		return nil
	}
	return loader.Guard(func() error {
		x, err := spectra.DecomposeProduct(embed.points, unembed.points.T(), spectra.Request{Top: cols}, spectra.Options{Threads: m.o.workers()})
		if err != nil {
			return err
		}
		r, err := m.rotation(x)
		d.Models[m.at].Direct = &DirectPath{Rotation: r}
		return err
	})
}

// task is the map of one matrix; why there is none goes to failed.
func (m *mapper) task(j job, to *Matrix, failed *error) task {
	rows, cols := j.matrix.Dims()
	k := int64(len(to.Sigma))
	const copies = 3 // of In and Out: as found, while found, and to multiply tokens by
	return task{
		label: j.matrix.Label, cost: j.cost,
		need: footprint(j.matrix) + 8*copies*k*int64(rows+cols),
		run: func(threads int) {
			*failed = loader.Guard(func() error { return m.fill(to, j.matrix, spectra.Options{Threads: threads}) })
		},
	}
}

// fill makes the map of x. A side without axes of its own, vocab or position,
// leaves the numbers alone.
func (m *mapper) fill(to *Matrix, x *loader.Matrix, o spectra.Options) error {
	if bare(x.In) || bare(x.Out) {
		s, err := factors(nil).values(x, o)
		if err == nil {
			to.Map = &LinearMap{Dimensions: dimensions(s)}
		}
		return err
	}
	d, err := m.reader.Decompose(x, spectra.Request{Top: len(to.Sigma)}, o)
	if err != nil {
		return err
	}
	l := &LinearMap{Dimensions: dimensions(d.Spectrum), In: m.axes(x.In, d, d.In), Out: m.axes(x.Out, d, d.Out)}
	if d.Rows == d.Cols && x.In == x.Out {
		if l.Rotation, err = m.rotation(d); err != nil {
			return err
		}
	}
	if l.Neurons, err = m.neurons(x, d); err != nil {
		return err
	}
	if l.Kept, err = m.kept(x, d, o); err == nil {
		to.Map = l
	}
	return err
}

// bare reports whether a space has as many axes as tokens or positions, that
// are what is looked for and not a basis.
func bare(s loader.Space) bool { return s == loader.Vocab || s == loader.Position }

func dimensions(s *spectra.Spectrum) Dimensions {
	f := spectra.FourSubspaces(s)
	return Dimensions{
		Read: f.Read, Lost: f.Lost, Written: f.Written, OutOfReach: f.OutOfReach, Reason: string(f.Reason),
		Amplification: Number(f.Amplification), Condition: Number(f.Condition),
	}
}

// rotation returns nil for a matrix of which nothing is above the floor.
func (m *mapper) rotation(d *spectra.Decomposition) (*Rotation, error) {
	r, err := spectra.Rotate(d)
	if err != nil || len(r.Cosine) == 0 {
		return nil, err
	}
	none := [2]Number{Undefined(), Undefined()}
	out := &Rotation{
		Cosines: numbers(r.Cosine), Distance: Number(r.Distance), Z: Number(r.Z), Trace: Number(r.Trace), TraceZ: Number(r.TraceZ),
		Plane: [2][2]Number{none, none}, Within: Undefined(),
	}
	if d.Rows <= spectra.MostPermuted {
		p, err := spectra.FindPermutation(d)
		if err != nil {
			return nil, err
		}
		null := m.permutations(d.Rows, len(r.Cosine))
		out.Permutation = &Permutation{Share: Number(p.Share), Mean: Number(null.Mean()), SD: Number(null.SD())}
	}
	plane, within, err := spectra.PlaneMap(d)
	if err != nil { // a single direction spans no plane
		return out, nil
	}
	for i, row := range plane {
		out.Plane[i] = [2]Number{Number(row[0]), Number(row[1])}
	}
	out.Within = Number(within)
	return out, nil
}

// neurons compares the leading directions with the neurons of the matrix's mlp
// side, if it has one.
func (m *mapper) neurons(x *loader.Matrix, d *spectra.Decomposition) ([]NeuronMatch, error) {
	side := d.Out
	switch {
	case x.Kind == loader.Product || (x.In == loader.MLP) == (x.Out == loader.MLP):
		return nil, nil
	case x.In == loader.MLP:
		side = d.In
	}
	found, err := spectra.MatchNeurons(d, side, m.o.Seed)
	var out []NeuronMatch
	for i, f := range found[:min(len(found), m.o.topK())] {
		out = append(out, NeuronMatch{
			Index: d.Index[i], Neuron: f.Neuron, Cosine: Number(f.Cosine), Chance: Number(f.Chance), P: Number(f.P), Q: Undefined(),
		})
	}
	return out, err
}

// judgeMaps sets q of axes and of neurons over the matrices of a model.
func judgeMaps(matrices []Matrix, model string) {
	var axes, neurons pending
	for i := range matrices {
		m := matrices[i].Map
		if m == nil || matrices[i].Model != model {
			continue
		}
		for _, side := range []*Axes{m.In, m.Out} {
			if side == nil {
				continue
			}
			for k := range side.Directions {
				axes.add(side.Directions[k].P, &side.Directions[k].Q)
			}
		}
		for k := range m.Neurons {
			neurons.add(m.Neurons[k].P, &m.Neurons[k].Q)
		}
	}
	axes.judge()
	neurons.judge()
}

// pending is a table of tests whose q are to be set.
type pending struct {
	p []float64
	q []*Number
}

func (t *pending) add(p Number, q *Number) {
	if p.Defined() {
		t.p, t.q = append(t.p, float64(p)), append(t.q, q)
	}
}

func (t *pending) judge() {
	for i, q := range spectra.BenjaminiHochberg(t.p) {
		*t.q[i] = Number(q)
	}
}

// newTaskMeter counts tasks alone.
func newTaskMeter(tasks []task, report func(Progress)) *meter {
	m := &meter{report: report}
	for _, t := range tasks {
		m.state.Total += t.cost
	}
	return m
}

// axes says how the directions of one side above the floor lie to its axes;
// nil if there are none.
func (m *mapper) axes(space loader.Space, d *spectra.Decomposition, side mat.Matrix) *Axes {
	n, _ := side.Dims()
	found := spectra.SpreadOf(side)[:spectra.FourSubspaces(d.Spectrum).Read]
	if len(found) == 0 {
		return nil
	}
	null := m.null(n)
	out := &Axes{Space: string(space), Chance: Number(null.Kurtosis.Mean()), SD: Number(null.Kurtosis.SD()), Directions: []Spread{}}
	var mean float64
	for i, f := range found {
		mean += f.Kurtosis / float64(len(found))
		if i < m.o.topK() {
			out.Directions = append(out.Directions, Spread{
				Index: d.Index[i], Kurtosis: Number(f.Kurtosis), Axes: Number(f.Axes), Peak: Number(f.Peak), At: f.At,
				P: Number(null.Kurtosis.P(f.Kurtosis)), Q: Undefined(),
			})
		}
	}
	out.Mean, out.Z = Number(mean), Number(null.Kurtosis.Z(mean)*math.Sqrt(float64(len(found))))
	return out
}

// null returns what random directions of n coordinates give, drawn once.
func (m *mapper) null(n int) *spectra.SpreadNull {
	return drawn(m, m.spread, n, func() *spectra.SpreadNull { return spectra.NewSpreadNull(n, m.o.Seed) })
}

// permutations returns what random maps of n dimensions and a rank give.
func (m *mapper) permutations(n, rank int) *spectra.NullSample {
	return drawn(m, m.turned, [2]int{n, rank}, func() *spectra.NullSample { return spectra.PermutationNull(n, rank, m.o.Seed) })
}

// drawn returns what is kept under key, drawing it at the first call.
func drawn[K comparable, V any](m *mapper, kept map[K]V, key K, draw func() V) V {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := kept[key]; !ok {
		kept[key] = draw()
	}
	return kept[key]
}
