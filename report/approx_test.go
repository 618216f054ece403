package report_test

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/fixtures"
	"wspec/internal/numtest"
	"wspec/loader"
	"wspec/report"
	"wspec/spectra"
)

// crossEntropy is that of the GPT-2 in a folder on the text that was held out from training, in nats a token.
func crossEntropy(t *testing.T, dir string) float64 {
	t.Helper()
	m := open(t, dir)
	text, err := os.ReadFile(filepath.Join(fixtures.Dir(), "heldout.txt"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := m.Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := v.Encode(string(text))
	if err != nil {
		t.Fatal(err)
	}
	g := &numtest.GPT2{Layers: m.Config.NLayers, Heads: m.Config.NHeads, Epsilon: 1e-5, Tensor: gpt2Tensors(m)}
	return g.CrossEntropy(tokens)
}

// gpt2Tensors reads a GPT-2's tensors through the model's matrices, so that it does not matter how they are kept.
func gpt2Tensors(m *loader.Model) func(string) *mat.Dense {
	tensors := map[string]*mat.Dense{}
	whole := map[string]*mat.Dense{}
	for _, x := range m.Matrices {
		rows, cols := x.Dims()
		w := mat.NewDense(rows, cols, nil)
		x.Factors[0].Block(w.RawMatrix().Data, cols, 0, rows, 0, cols)
		whole[x.Label] = w
	}
	row := func(v []float64, _ ...any) *mat.Dense { return mat.NewDense(1, len(v), v) }
	tensors["wte.weight"], tensors["wpe.weight"] = whole["W_E"], whole["W_pos"]
	norm := func(to, name string, layer int) {
		gain, _ := m.Vector(name, layer)
		bias, _, _ := m.NormBias(name, layer)
		tensors[to+".weight"], tensors[to+".bias"] = row(gain), row(bias)
	}
	norm("ln_f", loader.NormFinal, -1)
	for l := range m.Config.NLayers {
		h, label := fmt.Sprintf("h.%d.", l), fmt.Sprintf("L%d.", l)
		norm(h+"ln_1", loader.NormAttention, l)
		norm(h+"ln_2", loader.NormMLP, l)
		qkv := mat.NewDense(m.Config.DModel, 3*m.Config.DModel, nil)
		var biases []float64
		for i, role := range []string{"W_Q", "W_K", "W_V"} {
			qkv.Slice(0, m.Config.DModel, i*m.Config.DModel, (i+1)*m.Config.DModel).(*mat.Dense).Copy(whole[label+role])
			b, _, _ := m.Bias(role, l)
			biases = append(biases, b...)
		}
		tensors[h+"attn.c_attn.weight"], tensors[h+"attn.c_attn.bias"] = qkv, row(biases)
		for to, role := range map[string]string{"attn.c_proj": "W_O", "mlp.c_fc": "W_in", "mlp.c_proj": "W_out"} {
			b, _, _ := m.Bias(role, l)
			tensors[h+to+".weight"], tensors[h+to+".bias"] = whole[label+role], row(b)
		}
	}
	return func(name string) *mat.Dense { return tensors[name] }
}

// written returns the folder in which shakespeare-gpt2 is left, approximated.
func written(t *testing.T, o report.ApproxOptions, factored bool) string {
	t.Helper()
	x, err := report.Approx(context.Background(), open(t, filepath.Join(fixtures.Dir(), "shakespeare-gpt2")), o)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	if err := x.Write(context.Background(), dir, factored); err != nil {
		t.Fatal(err)
	}
	return dir
}

// within is how near the least truncation has to be to the original, relative: the project's own goal. Seen was −0.0006 on this
// passage and +0.0002 on all 18,315 tokens that were held out.
const within = 0.01

// The less of the energy is kept, the worse a text that was held out is predicted; and keeping 0.999 of it costs next to nothing.
func TestApproxAndText(t *testing.T) {
	original := crossEntropy(t, filepath.Join(fixtures.Dir(), "shakespeare-gpt2"))
	t.Logf("original: %.4f nats a token", original)
	last := 0.0
	for i, energy := range []float64{0.999, 0.9, 0.5} {
		nats := crossEntropy(t, written(t, report.ApproxOptions{Mode: report.ApproxEnergy, Share: energy}, false))
		t.Logf("energy %v: %.4f", energy, nats)
		if !(nats > last) || i == 0 && !(math.Abs(nats-original) <= within*original) {
			t.Errorf("energy %v: %v nats a token, before %v, originally %v", energy, nats, last, original)
		}
		last = nats
	}
}

// Written whole or in factors, and read again, a model has the ranks and errors that were promised, and what was not selected
// is as it was.
func TestApproxIsWhatWasPromised(t *testing.T) {
	source := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	o := report.ApproxOptions{Mode: report.ApproxRank, Rank: 20, Matrix: []string{"L*.W_[QK]", "L2.W_out"}}
	dense, pairs := written(t, o, false), written(t, o, true)
	before, after, factored := open(t, source), open(t, dense), open(t, pairs)
	for i := range before.Matrices {
		for _, x := range []*loader.Matrix{&after.Matrices[i], &factored.Matrices[i]} {
			checkPromise(t, &before.Matrices[i], x)
		}
	}
	sizes := map[string]int64{}
	for _, dir := range []string{source, dense, pairs} {
		info, err := os.Stat(filepath.Join(dir, "model.safetensors"))
		if err != nil {
			t.Fatal(err)
		}
		sizes[dir] = info.Size()
	}
	// 8 matrices of 128 × 128 and one of 512 × 128 at rank 20, F32: 4·(8·(16384 − 5120) + 65536 − 12800) bytes less, and a longer header.
	if less := sizes[source] - sizes[pairs]; sizes[dense] != sizes[source] || !(less > 560000 && less < 571392) {
		t.Errorf("sizes %v", sizes)
	}
}

func open(t *testing.T, dir string) *loader.Model {
	t.Helper()
	m, err := loader.Open(dir, loader.Options{SkipHash: true, NoHeads: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// checkPromise holds a matrix that was written to what is to be expected of rank 20, where it was selected.
func checkPromise(t *testing.T, before, after *loader.Matrix) {
	t.Helper()
	const rank = 20
	rows, cols := before.Dims()
	was, is := spectrum(t, before.Factors[0]), spectrum(t, after.Factors[0])
	diff := make([]float64, rows*cols)
	before.Factors[0].Block(diff, cols, 0, rows, 0, cols)
	w := make([]float64, rows*cols)
	after.Factors[0].Block(w, cols, 0, rows, 0, cols)
	for i := range diff {
		diff[i] -= w[i]
	}
	lost := spectrum(t, whole{rows, cols, diff})
	selected := before.Role == "W_Q" || before.Role == "W_K" || before.Label == "L2.W_out"
	if !selected {
		if after.Label != before.Label || lost.Sigma[0] != 0 {
			t.Errorf("%s was not selected, but is off by %v", before.Label, lost.Sigma[0])
		}
		return
	}
	// Each factor is rounded as well as a matrix: both together, of columns of length √σ, are off by a few of the floors.
	floor := 4 * (is.Floor.Level() + was.Floor.Level())
	kept := 0
	for _, v := range is.Sigma {
		if v > floor {
			kept++
		}
	}
	a := was.Approximate(spectra.Top(len(was.Sigma), rank))
	frobenius := lost.Approximate(nil).Frobenius
	if kept != rank || !(math.Abs(lost.Sigma[0]-a.Spectral) <= floor) || !(math.Abs(frobenius-a.Frobenius) <= floor*math.Sqrt(float64(len(was.Sigma)))) {
		t.Errorf("%s: %d values over %v, errors %v, %v; promised %d, %v, %v", before.Label, kept, floor, frobenius, lost.Sigma[0], rank, a.Frobenius, a.Spectral)
	}
}

// whole is a matrix in memory.
type whole struct {
	rows, cols int
	data       []float64
}

func (w whole) Dims() (rows, cols int) { return w.rows, w.cols }

func (w whole) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := i0; i < i1; i++ {
		copy(dst[(i-i0)*ld:], w.data[i*w.cols+j0:i*w.cols+j1])
	}
}

func spectrum(t *testing.T, w spectra.Source) *spectra.Spectrum {
	t.Helper()
	s, err := spectra.Values(w, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
