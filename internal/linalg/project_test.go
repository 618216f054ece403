package linalg

import (
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// projectKernels are all, and those with bfloat16 without it.
func projectKernels() []*kernel {
	var all []*kernel
	for _, k := range kernels() {
		all = append(all, k)
		if k.half != nil {
			plain := *k
			plain.half, plain.name = nil, k.name+" without halves"
			all = append(all, &plain)
		}
	}
	slow := portable()
	slow.half, slow.name = halfGo(), "halves in Go"
	return append(all, slow)
}

// projected runs a Projection and collects every product; the second result
// counts how often each was given.
func projected(p *Projection, k *kernel, threads int) ([]float32, []int) {
	all, seen := make([]float32, p.M*p.Rows), make([]int, p.M*p.Rows)
	p.Slack, p.Reach = make([]float32, p.M), make([]float32, p.Rows)
	var mu sync.Mutex
	next := make([]int, len(p.Tasks))
	p.Visit = func(task int, x *Products) {
		mu.Lock()
		defer mu.Unlock()
		if next[task] != x.First {
			seen[0] = -1 << 30 // out of order
		}
		next[task] = x.First + x.N
		for v := p.Tasks[task][0]; v < p.Tasks[task][1]; v++ {
			for t, score := range x.Of(v - p.Tasks[task][0]) {
				all[v*p.Rows+x.First+t] = score
				seen[v*p.Rows+x.First+t]++
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

func tableProjection(x, table []float32, d int) *Projection {
	return &Projection{Vectors: x, M: len(x) / d, D: d, Rows: len(table) / d, Read: func(dst []float32, i0, i1 int) {
		copy(dst, table[i0*d:i1*d])
	}}
}

// Every product is given once, within its bound, and to the bit the same for
// any division into tasks and any number of threads, on every kernel.
func TestProject(t *testing.T) {
	for _, shape := range [][3]int{{1, 1, 1}, {5, 7, 3}, {250, 1000, 40}, {20, 600, 400}, {9, 961, 385}} {
		m, rows, d := shape[0], shape[1], shape[2]
		x, table := unitRows(m, d, 1), unitRows(rows, d, 2)
		for _, k := range projectKernels() {
			p := tableProjection(x, table, d)
			p.Tasks = [][2]int{{0, m}}
			whole, _ := projected(p, k, 1)
			if ratio := boundRatio(p, whole, table); !(ratio <= 1) {
				t.Errorf("%v, %s: an error is %.3g times its bound", shape, k.name, ratio)
			}
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

// boundRatio returns the largest error of a product in units of its bound;
// products that are no finite numbers, and have no bound, are left out.
func boundRatio(p *Projection, got, table []float32) float64 {
	var worst float64
	for i, g := range got {
		v, t := i/p.Rows, i%p.Rows
		bound := float64(p.Slack[v]) * float64(p.Reach[t])
		if math.IsInf(bound, 1) {
			continue
		}
		var want float64
		for j := range p.D {
			want += float64(p.Vectors[v*p.D+j]) * float64(table[t*p.D+j])
		}
		if ratio := math.Abs(float64(g)-want) / bound; !(ratio <= worst) {
			worst = ratio
		}
	}
	return worst
}

// The bound holds for numbers of every kind, and infinite products have an
// infinite one; of numbers at random it is not far from what happens.
func TestProjectBound(t *testing.T) {
	const m, rows, d = 9, 60, 75
	rng := rand.New(rand.NewPCG(5, 6))
	kinds := map[string]func(i, j int) float32{
		"one":     func(i, j int) float32 { return 1 },
		"normal":  func(i, j int) float32 { return float32(rng.NormFloat64()) },
		"cluster": func(i, j int) float32 { return 1 + float32(rng.NormFloat64())*0x1p-9 },
		"away":    func(i, j int) float32 { return 1 + 0x1p-8*(1-0x1p-10)*rng.Float32() }, // all rounded the same way
		"ties":    func(i, j int) float32 { return float32(rng.IntN(3)-1) * (1 + 0x1p-9) },
		"scales":  func(i, j int) float32 { return float32(math.Ldexp(rng.NormFloat64(), 4*i-120)) },
		"ragged":  func(i, j int) float32 { return float32(math.Ldexp(rng.NormFloat64(), rng.IntN(200)-140)) },
		"tiny":    func(i, j int) float32 { return float32(math.Ldexp(rng.NormFloat64(), -130)) },
		"huge":    func(i, j int) float32 { return float32(math.Ldexp(rng.Float64(), 128)) },
		"zero":    func(i, j int) float32 { return 0 },
	}
	for left, x := range kinds {
		for right, w := range kinds {
			p := tableProjection(fill(m, d, x), fill(rows, d, w), d)
			p.Tasks = [][2]int{{0, m}}
			for _, k := range projectKernels() {
				got, _ := projected(p, k, 1)
				if ratio := boundRatio(p, got, fillTable(p)); !(ratio <= 1) {
					t.Errorf("%s, %s × %s: an error is %.3g times its bound", k.name, left, right, ratio)
				}
			}
		}
	}
}

func fill(n, d int, f func(i, j int) float32) []float32 {
	x := make([]float32, n*d)
	for i := range x {
		if x[i] = f(i/d, i%d); math.IsInf(float64(x[i]), 0) {
			x[i] = math.MaxFloat32
		}
	}
	return x
}

func fillTable(p *Projection) []float32 {
	table := make([]float32, p.Rows*p.D)
	p.Read(table, 0, p.Rows)
	return table
}

// The products are close enough to exact ones to tell few rows' apart: a bound
// of a hundredth of the scores' spread leaves some 6 % more rows than wanted.
func TestProjectBoundIsNarrow(t *testing.T) {
	const d = 768
	for _, k := range projectKernels() {
		p := tableProjection(unitRows(4, d, 1), unitRows(50, d, 2), d)
		p.Tasks = [][2]int{{0, 4}}
		projected(p, k, 1)
		for v, s := range p.Slack {
			if bound := float64(s) * float64(slices.Max(p.Reach)) * math.Sqrt(d); bound > 0.01 {
				t.Errorf("%s: vector %d: the bound is %.3g of the scores' spread", k.name, v, bound)
			}
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
	p := Projection{Vectors: make([]float32, 4), M: 2, D: 2, Rows: 2000, Tasks: [][2]int{{0, 2}}, Slack: make([]float32, 2), Reach: make([]float32, 2000)}
	p.Read = func([]float32, int, int) { panic("gone") }
	p.Visit = func(int, *Products) {}
	Project(p, 2)
}

func BenchmarkProject(b *testing.B) {
	const m, rows, d = 3072, 1920, 768
	p := tableProjection(unitRows(m, d, 1), unitRows(rows, d, 2), d)
	p.Slack, p.Reach = make([]float32, m), make([]float32, rows)
	p.Visit = func(int, *Products) {}
	for i := 0; i < m; i += ProjectTask {
		p.Tasks = append(p.Tasks, [2]int{i, i + ProjectTask})
	}
	for _, k := range projectKernels() {
		if k.name == "portable" || k.half != nil && k.name == "halves in Go" {
			continue // minutes
		}
		b.Run(k.name, func(b *testing.B) {
			best := fastest(b, func() time.Duration { return timed(func() { project(p, k, 1) }) })
			b.ReportMetric(2*m*rows*d/best.Seconds()/1e9, "GF/s")
		})
	}
}
