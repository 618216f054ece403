package report

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// task is a piece of work on one matrix whose results go into slots of their
// own.
type task struct {
	label      string
	cost, need int64 // multiplications; bytes of working memory at most
	run        func(threads int)
}

// runTasks runs all tasks within the memory allowed, the dearest first, as
// runJobs runs its jobs: those that would keep the rest waiting have all
// workers inside them, the others run one a worker.
func runTasks(ctx context.Context, tasks []task, m *meter, o Options) error {
	allow := cmp.Or(o.MaxMemory, DefaultMaxMemory)
	order := slices.Clone(tasks)
	slices.SortStableFunc(order, func(a, b task) int { return cmp.Compare(b.cost, a.cost) })
	var left int64
	for _, t := range order {
		if t.need > allow {
			return &MemoryError{Label: t.label, Need: t.need, Allow: allow}
		}
		left += t.cost
	}
	for len(order) > 0 && order[0].cost > left/int64(o.workers()) {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.run(order[0], o.workers())
		left -= order[0].cost
		order = order[1:]
	}
	memory := semaphore.NewWeighted(allow)
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(o.workers())
	for _, t := range order {
		if err := memory.Acquire(running, t.need); err != nil {
			break // cancelled: Wait says why
		}
		g.Go(func() error {
			defer memory.Release(t.need)
			if err := running.Err(); err != nil {
				return err
			}
			m.run(t, 1)
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// run runs a task and counts it.
func (m *meter) run(t task, threads int) {
	m.update(t.label, 0)
	t.run(threads)
	m.update(t.label, t.cost)
}
