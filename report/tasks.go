package report

import "context"

// task is a piece of work on one matrix whose results go into slots of their
// own.
type task struct {
	label      string
	cost, need int64 // multiplications; bytes of working memory at most
	run        func(threads int)
}

func (t task) size() (cost, need int64) { return t.cost, t.need }

// runTasks runs all tasks within the memory allowed.
func runTasks(ctx context.Context, tasks []task, m *meter, o Options) error {
	for _, t := range tasks {
		if allow := o.maxMemory(); t.need > allow {
			return &MemoryError{Label: t.label, Need: t.need, Allow: allow}
		}
	}
	return schedule(ctx, tasks, o, func(ctx context.Context, t task, threads int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		m.run(t, threads)
		return nil
	})
}

// run runs a task and counts it.
func (m *meter) run(t task, threads int) {
	m.update(t.label, 0)
	t.run(threads)
	m.update(t.label, t.cost)
}
