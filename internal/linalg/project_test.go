package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// projectTolerance bounds the error of a product of two unit vectors: √d·2⁻²⁴
// is 2e-6 at d = 800, and sums are shorter.
const projectTolerance = 4e-6

// projected runs a Projection and collects every product; the second result
// counts how often each was given.
func projected(p Projection, k *kernel, threads int) ([]float32, []int) {
	all, seen := make([]float32, p.M*p.Rows), make([]int, p.M*p.Rows)
	var mu sync.Mutex
	next := make([]int, len(p.Tasks))
	p.Visit = func(task, i0, n int, scores []float32) {
		mu.Lock()
		defer mu.Unlock()
		if next[task] != i0 {
			seen[0] = -1 << 30 // out of order
		}
		next[task] = i0 + n
		for v := p.Tasks[task][0]; v < p.Tasks[task][1]; v++ {
			for t := range n {
				all[v*p.Rows+i0+t] = scores[(v-p.Tasks[task][0])*n+t]
				seen[v*p.Rows+i0+t]++
			}
		}
	}
	project(p, k, threads)
	return all, seen
}

func unitRows(n, d int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 0))
	x := make([]float32, n*d)
	for i := range x {
		x[i] = float32(rng.NormFloat64() / math.Sqrt(float64(d)))
	}
	return x
}

// Every product is given once, right, and to the bit the same for any division
// into tasks and any number of threads, on every kernel.
func TestProject(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {5, 7, 3}, {250, 1000, 40}, {30, 2000, 800}, {9, 961, 385}} {
		m, rows, d := shape[0], shape[1], shape[2]
		x, table := unitRows(m, d, 1), unitRows(rows, d, 2)
		p := Projection{Vectors: x, M: m, D: d, Rows: rows, Read: func(dst []float32, i0, i1 int) {
			copy(dst, table[i0*d:i1*d])
		}}
		for _, k := range kernels() {
			p.Tasks = [][2]int{{0, m}}
			whole, _ := projected(p, k, 1)
			checkProducts(t, whole, x, table, d)
			p.Tasks = nil
			for i, step := 0, 1; i < m; i, step = min(i+step, m), step*3%7+1 {
				p.Tasks = append(p.Tasks, [2]int{i, min(i+step, m)})
			}
			parts, seen := projected(p, k, 3)
			if !slices.Equal(whole, parts) {
				t.Errorf("%v, %s: the division into tasks shows", shape, k.name)
			}
			if i := slices.IndexFunc(seen, func(n int) bool { return n != 1 }); i >= 0 {
				t.Errorf("%v, %s: product %d was given %d times", shape, k.name, i, seen[i])
			}
		}
	}
}

func checkProducts(t *testing.T, got, x, table []float32, d int) {
	t.Helper()
	rows := len(table) / d
	for i, g := range got {
		var want float64
		for j := range d {
			want += float64(x[i/rows*d+j]) * float64(table[i%rows*d+j])
		}
		if !(math.Abs(float64(g)-want) <= projectTolerance) {
			t.Fatalf("product of vector %d and row %d is %v, want %v", i/rows, i%rows, g, want)
		}
	}
}

// A fault under Read comes back to the caller.
func TestProjectPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a panic in Read was lost")
		}
	}()
	p := Projection{Vectors: make([]float32, 4), M: 2, D: 2, Rows: 2000, Tasks: [][2]int{{0, 2}}}
	p.Read = func([]float32, int, int) { panic("gone") }
	p.Visit = func(int, int, int, []float32) {}
	Project(p, 2)
}

func BenchmarkProject(b *testing.B) {
	const m, rows, d = 3072, 1920, 768
	x, table := unitRows(m, d, 1), unitRows(rows, d, 2)
	p := Projection{Vectors: x, M: m, D: d, Rows: rows, Read: func(dst []float32, i0, i1 int) { copy(dst, table[i0*d:i1*d]) }}
	p.Visit = func(int, int, int, []float32) {}
	for i := 0; i < m; i += ProjectTask {
		p.Tasks = append(p.Tasks, [2]int{i, i + ProjectTask})
	}
	least := time.Hour // the best of all runs: other work on the machine only adds
	for b.Loop() {
		start := time.Now()
		Project(p, 1)
		least = min(least, time.Since(start))
	}
	b.ReportMetric(2*m*rows*d/least.Seconds()/1e9, "GF/s")
}
