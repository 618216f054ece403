package report

import (
	"context"

	"golang.org/x/sync/errgroup"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// heldShare is the part of the memory allowed that directions may take while
// they wait to be read. What is held is held by few large batches, since each
// takes a pass over the embeddings: with the default of 2 GiB those of GPT-2
// small are one, those of a LLaMA 7B some fifteen.
const heldShare = 8

// batches divides the jobs, in order, into parts of one model each whose
// directions can be held together.
func batches(jobs []job, o Options) [][]job {
	allow := o.maxMemory() / heldShare
	var all [][]job
	from, held := 0, int64(0)
	for i, j := range jobs {
		need := j.held()
		if i > from && (held+need > allow || j.study != jobs[from].study) {
			all = append(all, jobs[from:i])
			from, held = i, 0
		}
		held += need
	}
	return append(all, jobs[from:])
}

// held is the number of bytes that the directions of a job take until they are
// read, the readings included.
func (j job) held() int64 {
	if !j.study.wants(j.matrix) {
		return 0
	}
	const (
		vectors = 8 + 4 + 4 // a coordinate: as found, to be read, and packed
		scored  = 6 * 24    // a token kept: at two poles by three measures, in a heap and a list
	)
	rows, cols := j.matrix.Dims()
	k := min(j.study.o.topK()+j.study.o.BottomK, rows, cols)
	return int64(k) * int64(vectors*(rows+cols)+2*scored*spare*j.study.o.tokens())
}

// findAll runs all jobs, batch by batch, and reads each batch's directions.
func findAll(ctx context.Context, d *Document, jobs []job, o Options) (results, error) {
	slots := newResults(d.Matrices)
	slots.meter = newMeter(jobs, o.Progress)
	if err := checkMemory(jobs, o); err != nil {
		return slots, err
	}
	for _, batch := range batches(jobs, o) {
		if err := runJobs(ctx, batch, slots, o); err != nil {
			return slots, err
		}
		at, items := itemsOf(batch, slots.found)
		if err := batch[0].study.read(d, at, items); err != nil {
			return slots, err
		}
		for _, j := range batch {
			if x := slots.found[j.slot]; x != nil { // the values are wanted still
				slots.found[j.slot] = &spectra.Decomposition{Spectrum: x.Spectrum}
			}
		}
	}
	return slots, nil
}

// scoreBeside finds the under-trained tokens of all models and scores their
// circuits while other work goes on.
func scoreBeside(ctx context.Context, d *Document, studies []*study) *errgroup.Group {
	var g errgroup.Group
	g.Go(func() error {
		for _, s := range studies {
			if err := s.ready(d); err != nil {
				return err
			}
			if err := s.circuits(ctx, d); err != nil {
				return err
			}
		}
		return nil
	})
	return &g
}

// itemsOf returns the directions that were found in a batch, with their slots.
func itemsOf(batch []job, found []*spectra.Decomposition) (slots []int, items []directions.Item) {
	for _, j := range batch {
		if x := found[j.slot]; x != nil && len(x.Index) > 0 {
			slots, items = append(slots, j.slot), append(items, directions.Item{Matrix: j.matrix, Decomposition: x})
		}
	}
	return slots, items
}

// ready finds the under-trained tokens of the model, once.
func (s *study) ready(d *Document) error {
	s.prepared.Do(func() {
		if s.reader != nil {
			s.failed = loader.Guard(func() error { return s.prepare(d) })
		}
	})
	return s.failed
}
