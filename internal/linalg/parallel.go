package linalg

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// parallel calls f(worker, task) once for every task below tasks, on up to
// threads goroutines, each of which takes the next task when it is free.
//
// A panic in f is raised again in the caller when all have stopped: a Source
// over a file that was truncated meanwhile faults, and the caller may know
// what to do about it.
func parallel(threads, tasks int, f func(worker, task int)) {
	threads = min(threads, tasks)
	if threads <= 1 {
		for t := range tasks {
			f(0, t)
		}
		return
	}
	var next atomic.Int64
	var fault atomic.Pointer[any]
	var group sync.WaitGroup
	for w := range threads {
		group.Go(func() {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			defer func() {
				if r := recover(); r != nil {
					fault.Store(&r)
				}
			}()
			for {
				t := int(next.Add(1)) - 1
				if t >= tasks || fault.Load() != nil {
					return
				}
				f(w, t)
			}
		})
	}
	group.Wait()
	if r := fault.Load(); r != nil {
		panic(*r)
	}
}
