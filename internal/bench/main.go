// Command bench runs wspec and what a researcher would use in its place in
// turn, on the same work, and prints how many times faster wspec is: the median
// over pairs, which holds when a shared machine's speed drifts.
//
// Usage:
//
//	go run ./internal/bench [-pairs N] [-peer PYTHON] [-only TEXT] MODEL
//
// MODEL is a GPT-2 checkpoint in float32, such as go run ./fixtures/gen gpt2 DIR
// writes. The peers (peers.py) need Python with numpy, scipy and torch. They are
// timed inside, without start, imports and reading; wspec analyze is timed as a
// whole process, its hashing, measures and writing included. One run before the
// timed ones warms each; where the peer warms itself in each process, so do we.
package main

import (
	"cmp"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

//go:embed peers.py
var peers []byte

func main() {
	pairs := flag.Int("pairs", 5, "run each pair `N` times")
	python := flag.String("peer", "python3", "`PYTHON` that has numpy, scipy and torch")
	only := flag.String("only", "", "run only what has `TEXT` in its name")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(2)
	}
	if err := bench(options{*pairs, *python, *only, flag.Arg(0)}); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// task is one piece of work, done by us and by a peer.
type task struct {
	name string
	ours func() error
	peer []string // arguments of peers.py; none: ours is only timed
	// warm says that each timed call comes right behind one that is not, as the
	// peer's own do: short work in one process, of which a cold call is memory.
	warm bool
}

type options struct {
	pairs               int
	python, only, model string
}

func bench(o options) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	script, wspec := filepath.Join(dir, "peers.py"), filepath.Join(dir, "wspec")
	if err := os.WriteFile(script, peers, 0o666); err != nil {
		return err
	}
	if out, err := exec.Command("go", "build", "-o", wspec, "./cmd/wspec").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	fmt.Printf("%d cores, kernel %s, %s; medians of %d pairs\n", runtime.NumCPU(), linalg.Kernel(), runtime.Version(), o.pairs)
	for _, t := range tasks(wspec, o.model, filepath.Join(dir, "out")) {
		if !strings.Contains(t.name, o.only) {
			continue
		}
		if err := t.run(o.pairs, o.python, script); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	if strings.Contains(circuitsName, o.only) {
		return circuitShare(wspec, o.model, filepath.Join(dir, "out"), o.pairs)
	}
	return nil
}

func tasks(wspec, model, out string) []task {
	analyze := func(flags ...string) func() error {
		return func() error { return analysis(wspec, model, out, flags...).Run() }
	}
	threads := runtime.NumCPU()
	a, b, c := random(2048, 2048), random(2048, 2048), random(2048, 2048)
	product := linalg.NewBLAS(threads)
	mlp, square := linalg.Dense(random(768, 3072)), linalg.Dense(random(4096, 4096))
	return []task{
		{"values of every stored matrix, against torch.linalg.svdvals in float32", analyze("--no-heads"), []string{"values", model}, false},
		{"the same, against Gram + LAPACK, a matrix a core", analyze("--no-heads"), []string{"expert", model}, false},
		{"dgemm 2048³, against numpy's BLAS", func() error {
			product.Dgemm(blas.NoTrans, blas.NoTrans, 2048, 2048, 2048, 1, a.RawMatrix().Data, 2048, b.RawMatrix().Data, 2048, 0, c.RawMatrix().Data, 2048)
			return nil
		}, []string{"dgemm"}, true},
		{"values and 20 directions of 768×3072, against torch.linalg.svd in float32", func() error {
			_, err := linalg.TopVectors(mlp, 20, 1, threads)
			return err
		}, []string{"directions"}, true},
		{"values of 4096², against Gram + scipy's eigvalsh", func() error {
			_, err := linalg.GramValues(square, 1, threads)
			return err
		}, []string{"eigenvalues"}, false},
		{"directions of MLP matrices and OV circuits, against torch.linalg.svd and topk", func() error {
			return exec.Command(wspec, "analyze", model, "--matrix", "*.W_in", "--matrix", "*.W_out", "--matrix", "*.W_OV.*",
				"--top-k", "20", "--tokens", "20", "--quiet", "--out", out).Run()
		}, []string{"readouts", model}, false},
		{"the whole of analyze, heads included", analyze(), nil, false},
	}
}

// analysis is a run of wspec for values and measures alone: no peer draws nulls.
func analysis(wspec, model, out string, flags ...string) *exec.Cmd {
	args := []string{"analyze", model, "--no-directions", "--null", "none", "--quiet", "--format", "csv", "--out", out}
	return exec.Command(wspec, append(args, flags...)...)
}

// circuitShare prints the share of the processor time of a whole analysis that
// the values of OV and QK of all heads take: what the whole takes more than a
// run of all other matrices, measures and writing included.
func circuitShare(wspec, model, out string, pairs int) error {
	var others []string
	for _, glob := range []string{"W_*", "L*.W_[^OQ]*", "L*.W_Q", "L*.W_Q.*", "L*.W_O", "L*.W_O.*"} {
		others = append(others, "--matrix", glob)
	}
	var shares []float64
	for range pairs {
		var seconds [2]float64
		for i, flags := range [][]string{nil, others} {
			cmd := analysis(wspec, model, out, flags...)
			if err := cmd.Run(); err != nil {
				return err
			}
			seconds[i] = (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
		}
		shares = append(shares, 100*(seconds[0]-seconds[1])/seconds[0])
	}
	fmt.Printf("%-76s %8.1f %% of it (%.1f to %.1f)\n", circuitsName, median(shares), slices.Min(shares), slices.Max(shares))
	return nil
}

const circuitsName = "OV and QK of every head, processor time"

func random(rows, cols int) *mat.Dense {
	rng := rand.New(rand.NewPCG(1, 2))
	m := mat.NewDense(rows, cols, nil)
	for i := range m.RawMatrix().Data {
		m.RawMatrix().Data[i] = rng.NormFloat64()
	}
	return m
}

// run prints the median seconds of both sides and the median of their ratios.
func (t task) run(pairs int, python, script string) error {
	var ours, theirs, ratios []float64
	if err := t.ours(); err != nil { // the first run fetches memory and files
		return err
	}
	for range pairs {
		if t.warm {
			if err := t.ours(); err != nil {
				return err
			}
		}
		start := time.Now()
		if err := t.ours(); err != nil {
			return err
		}
		ours = append(ours, time.Since(start).Seconds())
		if t.peer == nil {
			continue
		}
		seconds, err := peer(python, append([]string{script}, t.peer...))
		if err != nil {
			return err
		}
		theirs = append(theirs, seconds)
		ratios = append(ratios, seconds/ours[len(ours)-1])
	}
	fmt.Printf("%-76s %8.3f s", t.name, median(ours))
	if t.peer != nil {
		fmt.Printf(", peer %8.3f s: %.2f times as fast (%.2f to %.2f)", median(theirs), median(ratios), slices.Min(ratios), slices.Max(ratios))
	}
	fmt.Println()
	return nil
}

// peer runs peers.py, which prints the seconds its work took.
func peer(python string, args []string) (float64, error) {
	cmd := exec.Command(python, args...)
	// OpenBLAS that does not know a processor falls back to a slow kernel; the
	// peer is to have its best one.
	cmd.Env = append(os.Environ(), "OPENBLAS_CORETYPE="+cmp.Or(os.Getenv("OPENBLAS_CORETYPE"), coreType()))
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return 0, fmt.Errorf("peer: %w: %s", err, exit.Stderr)
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
}

// coreType names OpenBLAS's kernels for the instructions ours were chosen by.
func coreType() string {
	return map[string]string{"avx512+amx": "SkylakeX", "avx512": "SkylakeX", "avx2": "Haswell"}[linalg.Kernel()]
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	return (s[len(s)/2] + s[(len(s)-1)/2]) / 2
}
