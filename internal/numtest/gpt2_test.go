package numtest_test

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/fixtures"
	"wspec/internal/numtest"
	"wspec/internal/safetensors"
	"wspec/loader"
)

// forwardTolerance bounds relative differences of float64 forward passes that sum in another order; 2e-15 was seen.
const forwardTolerance = 1e-12

// The numbers are those of torch 1.13 in float64 (F.layer_norm, F.gelu with tanh, F.cross_entropy over windows of 128 tokens) on
// the weights and text that ship; the first tokens those of the BPE that made the tokenizer.
func TestGPT2(t *testing.T) {
	folder := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	tokens := heldOut(t, folder)
	if want := []int{1691, 57, 1863, 25, 198, 1862, 291, 588, 440, 794, 300, 362}; len(tokens) != 1311 || !slices.Equal(tokens[:12], want) {
		t.Fatalf("%d tokens, first %v, want 1311, %v", len(tokens), tokens[:12], want)
	}
	g := &numtest.GPT2{Layers: 4, Heads: 4, Epsilon: 1e-5, Tensor: tensors(t, filepath.Join(folder, "model.safetensors"))}
	logits := g.Logits(tokens[:128])
	for j, want := range []float64{2.0397936030908506, -12.710743952835607, -12.839031788576314, -10.339593288674259} {
		if got := logits.At(127, j); !(math.Abs(got-want) <= forwardTolerance*math.Abs(want)) {
			t.Errorf("logit %d = %v, want %v", j, got, want)
		}
	}
	if got, want := g.CrossEntropy(tokens), 4.56996892826631; !(math.Abs(got-want) <= forwardTolerance*want) {
		t.Errorf("cross-entropy %v, want %v", got, want)
	}
}

func heldOut(t *testing.T, folder string) []int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(fixtures.Dir(), "heldout.txt"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := loader.Open(folder, loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	v, err := m.Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	ids, err := v.Encode(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// tensors reads a file's tensors, widened, with vectors as one row.
func tensors(t *testing.T, path string) func(string) *mat.Dense {
	f, err := safetensors.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	read := map[string]*mat.Dense{}
	return func(name string) *mat.Dense {
		if read[name] == nil {
			x, ok := f.Tensor("transformer." + name)
			if !ok {
				t.Fatalf("no tensor %s", name)
			}
			data := make([]float64, x.Elements())
			x.Widen(data, 0)
			cols := x.Shape[len(x.Shape)-1]
			read[name] = mat.NewDense(len(data)/cols, cols, data)
		}
		return read[name]
	}
}
