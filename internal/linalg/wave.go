package linalg

import (
	"runtime"
	"sync/atomic"
	"time"
)

// chase brings a band matrix to tridiagonal form, one column after the other:
// what a reflector pushes out of the band is chased down the diagonal in steps
// of w rows (Lang 1993; Haidar, Ltaief and Dongarra 2011).
func (e *engine) chase(b band) tridiagonal {
	e.waves(b, nil)
	return b.tridiagonal()
}

// chaseKeep is chase, and returns the reflectors as well.
func (e *engine) chaseKeep(b band) (tridiagonal, *chased) {
	sweeps := max(b.n-2, 0)
	kept := &chased{b.w, make([][]float64, sweeps), make([][]float64, sweeps)}
	v, tau := e.scratch(b.n*(b.n-1)/2), e.scratch(sweeps*((b.n-2)/b.w+1))
	for s := range sweeps {
		steps := (b.n-2-s)/b.w + 1
		kept.v[s], v = v[:0:b.n-1-s], v[b.n-1-s:]
		kept.tau[s], tau = tau[:0:steps], tau[steps:]
	}
	e.waves(b, kept)
	return b.tridiagonal(), kept
}

// waveSweeps is the number of sweeps that run down the band together, so that
// a part of it is read from a far cache once for all of them.
const waveSweeps = 4

// lag is the number of steps by which a sweep must stay behind the one before
// it. Two keep their blocks apart; the lines that the blocks are widened to
// may reach further where blocks are small.
func (b band) lag() int {
	if b.w >= 2*lineLanes {
		return 2
	}
	return 3
}

// waves runs all sweeps. Sweep s may do its k-th step when sweep s-1 has done
// k+lag-1: within a wave that is a matter of order, and waves that run on
// other workers publish how far they are. The operations on every element
// come in the same order whatever the number of workers.
func (e *engine) waves(b band, kept *chased) {
	sweeps := max(b.n-2, 0)
	count := (sweeps + waveSweeps - 1) / waveSweeps
	done := make([]atomic.Int64, count+1) // ticks of each wave; of wave t-1 at t
	done[0].Store(waveEnd)
	workers := e.threads
	if b.n < e.wave {
		workers = 1
	}
	room := make([]*[waveSweeps]*chaser, workers)
	parallel(workers, count, func(worker, t int) {
		if room[worker] == nil {
			room[worker] = new([waveSweeps]*chaser)
			for q := range room[worker] {
				room[worker][q] = newChaser(e, b, kept)
			}
		}
		from := t * waveSweeps
		w := wave{room[worker][:min(waveSweeps, sweeps-from)], from, b.lag()}
		w.run(&done[t], &done[t+1])
	})
}

// A wave that waits gives way at first, and then sleeps for about as long as a
// wave takes for some ticks: the one ahead may have lost its processor.
const (
	spinLimit = 100
	spinSleep = 50 * time.Microsecond
)

// waveEnd is the tick of a wave that has ended.
const waveEnd = 1 << 60

// wave is some sweeps that run down the band together. At tick t, sweep q of
// the wave does its step t − q·lag.
type wave struct {
	sweeps []*chaser
	from   int
	lag    int
}

// run runs the wave behind another one and publishes its ticks.
func (w wave) run(ahead, done *atomic.Int64) {
	running := true
	for t := 0; running; t++ {
		// The last sweep ahead does its step t+lag-1 at this tick; a tick more
		// is done when it is over.
		need := int64(t + w.lag - 1 + (waveSweeps-1)*w.lag)
		for spin := 0; ahead.Load() <= need; spin++ {
			if spin < spinLimit {
				runtime.Gosched()
			} else {
				time.Sleep(spinSleep)
			}
		}
		running = false
		for q, c := range w.sweeps {
			switch k := t - q*w.lag; {
			case k < 0:
				running = true
				continue
			case k == 0:
				c.start(w.from + q)
			case c.rows == 0:
				continue
			}
			c.step()
			running = running || c.rows > 0
		}
		done.Store(int64(t + 1))
	}
	done.Store(waveEnd)
}
