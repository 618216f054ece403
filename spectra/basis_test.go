package spectra

import (
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// TestSpreadKnown: an axis, a direction of equal coordinates, and one of two.
func TestSpreadKnown(t *testing.T) {
	h, r := 0.5, math.Sqrt(0.5)
	x := mat.NewDense(4, 3, []float64{
		0, h, 0,
		0, h, -r,
		-1, h, 0,
		0, -h, r,
	})
	want := []Spread{{Kurtosis: 4, Axes: 1, Peak: 1, At: 2}, {Kurtosis: 1, Axes: 4, Peak: 0.5, At: 0}, {Kurtosis: 2, Axes: 2, Peak: r, At: 1}}
	for i, s := range SpreadOf(x) {
		near := func(a, b float64) bool { return math.Abs(a-b) <= 1e-14 }
		if !near(s.Kurtosis, want[i].Kurtosis) || !near(s.Axes, want[i].Axes) || !near(s.Peak, want[i].Peak) || s.At != want[i].At {
			t.Errorf("column %d: %+v, want %+v", i, s, want[i])
		}
	}
}

// TestSpreadNull holds the draws against the exact moments of Σx⁴ on the
// sphere: E = 3/(d+2), E² from E x⁸ = 105/D and E x⁴y⁴ = 9/D with
// D = d(d+2)(d+4)(d+6).
func TestSpreadNull(t *testing.T) {
	for _, d := range []float64{8, 100} {
		null := NewSpreadNull(int(d), 1)
		den := d * (d + 2) * (d + 4) * (d + 6)
		mean := 3 * d / (d + 2)
		sd := math.Sqrt(d*d*(d*105+d*(d-1)*9)/den - mean*mean)
		if !(math.Abs(null.Kurtosis.Mean()-mean) <= 5*sd/math.Sqrt(basisDraws)) || !(math.Abs(null.Kurtosis.SD()/sd-1) <= 0.15) {
			t.Errorf("d = %v: %v ± %v, want %v ± %v", d, null.Kurtosis.Mean(), null.Kurtosis.SD(), mean, sd)
		}
	}
}

// TestSpreadOfRandom: directions of noise are not called privileged, an axis is.
func TestSpreadOfRandom(t *testing.T) {
	const d, k = 300, 40
	null, found := NewSpreadNull(d, 1), 0
	for _, s := range SpreadOf(Haar(d, k, Stream(9, "test"))) {
		if null.Kurtosis.P(s.Kurtosis) <= 0.01 {
			found++
		}
	}
	if found > 3 { // 0.4 are expected; more than 3 of 40 come once in a thousand
		t.Errorf("%d of %d random directions at p ≤ 0.01", found, k)
	}
	if p := null.Peak.P(1); !(p <= 1e-5) {
		t.Errorf("an axis has p = %v", p)
	}
}

// TestMatchNeurons: in W_in with one strong neuron the leading direction is
// that neuron; in noise no match is better than chance.
func TestMatchNeurons(t *testing.T) {
	const in, mlp = 30, 90
	w := Gaussian(in, mlp, Stream(2, "test"))
	plain := matchNeurons(t, w)
	low, half := 0, 0
	for _, m := range plain {
		if m.P <= 0.01 {
			low++
		}
		if m.Cosine > m.Chance {
			half++
		}
	}
	// Of 30: 0.3 and 15 ± 2.7 are expected.
	if low > 3 || half < 4 || half > 26 {
		t.Errorf("of %d directions of noise %d match a neuron at p ≤ 0.01, %d more than the median", len(plain), low, half)
	}
	for i := range in {
		w.Set(i, 7, 20*w.At(i, 7))
	}
	if m := matchNeurons(t, w)[0]; m.Neuron != 7 || !(m.Cosine >= 0.99) || m.Cosine > 1 || !(m.P <= 1e-4) {
		t.Errorf("a strong neuron: %+v", m)
	}
	if _, err := MatchNeurons(decomposed(t, w), w, 1); !errors.Is(err, mat.ErrShape) {
		t.Error(err)
	}
}

func matchNeurons(t *testing.T, w *mat.Dense) []NeuronMatch {
	t.Helper()
	d := decomposed(t, w)
	_, n := w.Dims()
	norms := make([]float64, n)
	for j := range norms {
		norms[j] = mat.Norm(w.ColView(j), 2)
	}
	found, err := MatchNeurons(d, d.Out, 1)
	if err != nil {
		t.Fatal(err)
	}
	// The definition: |cos| of inᵢ and column j.
	for i, m := range found {
		c := math.Abs(mat.Dot(d.In.ColView(i), w.ColView(m.Neuron))) / norms[m.Neuron]
		if !(math.Abs(m.Cosine-c) <= 1e-12) {
			t.Fatalf("direction %d: cosine %v, by definition %v", i, m.Cosine, c)
		}
	}
	return found
}
