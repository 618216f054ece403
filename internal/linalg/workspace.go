package linalg

// Workspace is memory that a computation leaves to the next one, which spares
// both the collector and the system. The zero value holds none, nil keeps none.
// It serves one computation at a time; results are never in it, but a Gram is,
// until the next computation begins. What it keeps shows in no result.
type Workspace struct {
	free, taken [][]float64
	rooms       []packRoom[float64]
}

// maxKept bounds what is kept, in numbers (32 MiB): what matrices of side 1024
// need. With larger ones fetching memory takes no time beside the computation.
const maxKept = 1 << 22

// begin takes back all that was given out.
func (w *Workspace) begin() {
	w.free = append(w.free, w.taken...)
	clear(w.taken)
	w.taken = w.taken[:0]
	kept := 0
	for i, x := range w.free {
		if kept += len(x); kept > maxKept {
			clear(w.free[i:])
			w.free = w.free[:i]
			break
		}
	}
	for _, r := range w.rooms {
		if kept += len(r.a) + len(r.b); kept > maxKept {
			w.rooms = nil
			break
		}
	}
}

// take returns n numbers of any values: the shortest kept piece that is long
// enough and not twice as long, or a new one.
func (w *Workspace) take(n int) []float64 {
	best := -1
	for i, x := range w.free {
		if n <= len(x) && len(x) <= 2*n && (best < 0 || len(x) < len(w.free[best])) {
			best = i
		}
	}
	if best < 0 {
		w.taken = append(w.taken, written(n))
		return w.taken[len(w.taken)-1]
	}
	x, last := w.free[best], len(w.free)-1
	w.free[best] = w.free[last]
	w.free = w.free[:last]
	w.taken = append(w.taken, x)
	return x[:n:n]
}

// within makes e take its memory from w.
func (e *engine) within(w *Workspace) *engine {
	if w == nil {
		return e
	}
	w.begin()
	if len(w.rooms) < e.threads {
		w.rooms = make([]packRoom[float64], e.threads)
	}
	e.memory, e.room = w, w.rooms[:e.threads]
	return e
}

// pooled is the length from which numbers come from the workspace: shorter
// slices are cheap, and would be searched in vain.
const pooled = 1 << 10

// scratch returns n numbers of any values. Only the goroutine that runs the
// computation may call it.
func (e *engine) scratch(n int) []float64 {
	if e.memory == nil || n < pooled {
		return written(n)
	}
	return e.memory.take(n)
}

// floats is scratch, of zeros.
func (e *engine) floats(n int) []float64 {
	if e.memory == nil || n < pooled {
		return written(n)
	}
	x := e.memory.take(n)
	clear(x)
	return x
}

// pageNumbers is the number of float64 in a page of memory.
const pageNumbers = 512

// written returns n zeros, each page of which has been written to. A product
// reads what it adds to: memory new from the system would be mapped to the
// shared page of zeros first, and the write after that has to tell every
// processor (7 % of the time of a run).
func written(n int) []float64 {
	x := make([]float64, n)
	for i := 0; i < n; i += pageNumbers {
		x[i] = 0
	}
	return x
}
