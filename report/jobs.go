package report

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"wspec/loader"
	"wspec/spectra"
)

// job is one matrix and the slot of the document its result goes into.
type job struct {
	matrix *loader.Matrix
	study  *study // of its model
	slot   int
	cost   int64
	made   factors // of its bundle
}

// results has a slot for each job. Values that are to be held against their
// null and directions that are to be read later are kept beside the document.
type results struct {
	matrices []Matrix
	found    []*spectra.Decomposition // nil where a matrix failed
	rooms    *sync.Pool               // of *spectra.Workspace
	meter    *meter
}

func newResults(matrices []Matrix) results {
	return results{matrices: matrices, found: make([]*spectra.Decomposition, len(matrices)), rooms: newRooms()}
}

// newRooms returns workspaces that matrices leave to the next ones.
func newRooms() *sync.Pool {
	return &sync.Pool{New: func() any { return new(spectra.Workspace) }}
}

func (r results) run(j job, threads int) {
	room := r.rooms.Get().(*spectra.Workspace)
	defer r.rooms.Put(room)
	r.matrices[j.slot], r.found[j.slot] = analyse(j, spectra.Options{Threads: threads, Workspace: room})
}

// cost estimates the multiplications a spectrum takes: the Gram matrix or QR
// of the long side dominates.
func cost(m *loader.Matrix) int64 {
	var total int64
	for _, f := range m.Factors {
		rows, cols := f.Dims()
		total += int64(rows) * int64(cols) * int64(min(rows, cols))
	}
	return total + 1 // even an empty matrix is a step
}

// runJobs fills one slot a job within the memory allowed.
func runJobs(ctx context.Context, jobs []job, slots results, o Options) error {
	return schedule(ctx, bundlesOf(jobs, o.maxMemory()), o, slots.runBundle)
}

// runBundle runs the jobs of a bundle in their order.
func (r results) runBundle(ctx context.Context, b bundle, threads int) error {
	var made factors
	if len(b.jobs) > 1 {
		made = factors{}
	}
	for _, j := range b.jobs {
		if err := ctx.Err(); err != nil {
			return err
		}
		j.made = made
		r.meter.begin(j.matrix.Label)
		r.run(j, threads)
		if err := j.study.o.Vectors.keep(j, r.found[j.slot]); err != nil {
			return err
		}
		r.meter.finish(j)
	}
	return nil
}

func checkMemory(jobs []job, o Options) error {
	allow := cmp.Or(o.MaxMemory, DefaultMaxMemory)
	for _, j := range jobs {
		if need := j.footprint(); need > allow {
			return &MemoryError{Label: j.matrix.Label, Need: need, Allow: allow}
		}
	}
	return nil
}

// footprint returns the bytes of working memory that a job needs at most.
func (j job) footprint() int64 {
	need := footprint(j.matrix)
	if j.shuffles() {
		need = max(need, spectra.ShuffleFootprint(j.matrix.Dims()))
	}
	return need
}

// footprint returns the bytes of working memory that a matrix needs at most.
func footprint(m *loader.Matrix) int64 {
	rows, inner := m.Factors[0].Dims()
	if m.Kind != loader.Product {
		return max(spectra.Footprint(rows, inner), spectra.InitialFootprint(rows, inner))
	}
	_, cols := m.Factors[1].Dims()
	return spectra.ProductFootprint(rows, inner, cols)
}

// analyse does one matrix. Its failures are data.
func analyse(j job, o spectra.Options) (Matrix, *spectra.Decomposition) {
	out := describe(j)
	var d *spectra.Decomposition
	err := loader.Guard(func() (err error) {
		j.study.describeBiases(&out, j.matrix)
		if d, err = decompose(j, o); err == nil {
			j.study.testInitial(&out, j.matrix, d.Spectrum)
		}
		return err
	})
	if err != nil {
		out.Error = err.Error()
		return out, nil
	}
	out.Sigma = numbers(d.Sigma)
	out.Floor = Floor{DType: Number(d.Floor.DType), Method: Number(d.Floor.Method)}
	out.Certificate.Method = d.Method
	if err := j.shuffle(&out, d.Spectrum, o); err != nil {
		out.Error = err.Error()
		return out, nil
	}
	if len(d.Index) > 0 {
		out.Certificate.Residual, out.Certificate.Orthogonality = Number(d.Residual), Number(d.Orthogonality)
	}
	return out, d
}

// decompose returns the values of a matrix, and directions where its model's
// study wants them.
func decompose(j job, o spectra.Options) (*spectra.Decomposition, error) {
	if m := j.matrix; j.study.wants(m) {
		return j.study.reader.Decompose(m, j.study.request(), o)
	}
	s, err := j.made.values(j.matrix, o)
	return &spectra.Decomposition{Spectrum: s}, err
}

// describe copies what the loader knows of a matrix; the numbers are undefined.
func describe(j job) Matrix {
	m := j.matrix
	rows, cols := m.Dims()
	return Matrix{
		Label: m.Label, Role: m.Role, Layer: index(m.Layer), Head: index(m.Head), Model: j.study.model.Name,
		Note: noteOf(m, j.study.model),
		Kind: string(m.Kind), Tensors: slices.Clone(m.Tensors), Shape: [2]int{rows, cols}, DType: m.DType,
		In: string(m.In), Out: string(m.Out), Sigma: []Number{}, Metrics: map[string]Number{}, Null: map[string]NullValue{}, Refused: map[string]string{},
		Directions: []Direction{}, Blocks: []Block{},
		Floor:       Floor{DType: Undefined(), Method: Undefined()},
		Certificate: Certificate{Residual: Undefined(), Orthogonality: Undefined()},
	}
}

// index turns the loader's −1 for "none" into null.
func index(i int) *int {
	if i < 0 {
		return nil
	}
	return &i
}

// meter counts finished work and reports it, one call at a time.
type meter struct {
	mu     sync.Mutex
	state  Progress
	report func(Progress)
}

func newMeter(jobs []job, report func(Progress)) *meter {
	m := &meter{report: report}
	for _, j := range jobs {
		m.state.Total += j.cost
	}
	return m
}

func (m *meter) begin(label string) { m.update(label, 0) }

func (m *meter) finish(j job) { m.update(j.matrix.Label, j.cost) }

func (m *meter) update(label string, cost int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.state.Label = label
	m.state.Done += cost
	if m.report != nil {
		m.report(m.state)
	}
}
