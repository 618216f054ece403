package report

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// piece is work of a known size: multiplications, and bytes of working memory
// at most, which are no more than the options allow.
type piece interface{ size() (cost, need int64) }

// schedule runs all pieces, the dearest first. One that would keep the rest
// waiting has all workers inside it; of the others as many run at once, one a
// worker, as memory allows.
func schedule[P piece](ctx context.Context, pieces []P, o Options, run func(ctx context.Context, p P, threads int) error) error {
	order := slices.Clone(pieces)
	slices.SortStableFunc(order, func(a, b P) int { return cmp.Compare(costOf(b), costOf(a)) })
	huge := hugePieces(order, o.workers())
	for _, p := range order[:huge] {
		if err := run(ctx, p, o.workers()); err != nil {
			return err
		}
	}
	memory := semaphore.NewWeighted(o.maxMemory())
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(o.workers())
	for _, p := range order[huge:] {
		_, need := p.size()
		if err := memory.Acquire(running, need); err != nil {
			break // cancelled: Wait says why
		}
		g.Go(func() error {
			defer memory.Release(need)
			return run(running, p, 1)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func costOf[P piece](p P) int64 {
	cost, _ := p.size()
	return cost
}

// hugePieces returns how many of them, dearest first, are each more than one
// worker's share of what is left: alone on one worker they would be its tail.
func hugePieces[P piece](order []P, workers int) int {
	var left int64
	for _, p := range order {
		left += costOf(p)
	}
	for i, p := range order {
		if costOf(p) <= left/int64(workers) {
			return i
		}
		left -= costOf(p)
	}
	return len(order)
}
