package directions

import (
	"math"
	"math/cmplx"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// headOf is a head with V and O alone.
func headOf(v, o *mat.Dense) Head { return Head{V: linalg.Dense(v), O: linalg.Dense(o)} }

func randomHead(d, width int, seed uint64) (v, o *mat.Dense) {
	rng := spectra.Stream(seed, "head")
	return spectra.Gaussian(d, width, rng), spectra.Gaussian(width, d, rng)
}

// grams are the cases every copying test runs under: no embeddings, tied ones,
// and ones of their own, of few wide directions as trained ones are.
func grams(t *testing.T, d int) map[string]*VocabularyGram {
	t.Helper()
	e := gaussianRows(300, d, 1)
	e.Apply(func(_, j int, x float64) float64 { return x * math.Exp(-float64(j)/32) }, e)
	u := mat.DenseCopyOf(gaussianRows(300, d, 2).T())
	u.Scale(0.5, u)
	u.Add(u, e.T()) // related to W_E, as trained ones are
	tied, err := NewVocabularyGram(linalg.Dense(e), nil)
	if err != nil {
		t.Fatal(err)
	}
	untied, err := NewVocabularyGram(linalg.Dense(e), linalg.Dense(u))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*VocabularyGram{"weights": nil, "tied": tied, "untied": untied}
}

// TestCopyingPlanted: a head with O = Vᵀ copies, one with O = −Vᵀ suppresses, and
// random heads do neither.
func TestCopyingPlanted(t *testing.T) {
	const d, width = 96, 24
	for name, g := range grams(t, d) {
		s := NewCopyingScorer(g, CopyingOptions{})
		v, _ := randomHead(d, width, 3)
		o := mat.DenseCopyOf(v.T())
		c, err := s.Score(headOf(v, o))
		if err != nil || !(c.Positivity > 0.99) || !(c.Z > 4.5) {
			t.Errorf("%s: copying head: %+v, %v", name, c, err)
		}
		o.Scale(-3, o)
		if c, err = s.Score(headOf(v, o)); err != nil || !(c.Positivity < -0.99) || !(c.Z < -4.5) {
			t.Errorf("%s: suppressing head: %+v, %v", name, c, err)
		}
		var sum, square float64
		const heads = 60
		for i := range uint64(heads) {
			v, o := randomHead(d, width, 10+i)
			c, err := s.Score(headOf(v, o))
			if err != nil || !(math.Abs(c.Z) < 3.5) {
				t.Errorf("%s: random head %d: %+v, %v", name, i, c, err)
			}
			sum += c.Z / heads
			square += c.Z * c.Z / heads
		}
		// Five standard errors, and the 7 % of the deviation's own.
		if !(math.Abs(sum) <= 5/math.Sqrt(heads)) || !(math.Abs(square-1) <= 5*math.Sqrt2/math.Sqrt(heads)) {
			t.Errorf("%s: z of random heads: mean %v, square %v", name, sum, square)
		}
	}
}

// TestCopyingDense compares with the whole circuit's eigenvalues and norm.
func TestCopyingDense(t *testing.T) {
	const n, d, width = 40, 12, 3
	e, u := gaussianRows(n, d, 1), mat.DenseCopyOf(gaussianRows(n, d, 2).T())
	v, o := randomHead(d, width, 4)
	for _, tied := range []bool{true, false} {
		g, err := NewVocabularyGram(linalg.Dense(e), linalg.Dense(u))
		w := u
		if tied {
			g, err = NewVocabularyGram(linalg.Dense(e), nil)
			w = mat.DenseCopyOf(e.T())
		}
		if err != nil {
			t.Fatal(err)
		}
		got, err := NewCopyingScorer(g, CopyingOptions{Draws: 2}).Score(headOf(v, o))
		if err != nil {
			t.Fatal(err)
		}
		var circuit mat.Dense
		circuit.Product(e, v, o, w)
		values, err := eigenvalues(&circuit)
		if err != nil {
			t.Fatal(err)
		}
		compareCopying(t, got, values, mat.Norm(&circuit, 2))
	}
	var circuit mat.Dense
	circuit.Mul(v, o)
	values, err := eigenvalues(&circuit)
	if err != nil {
		t.Fatal(err)
	}
	got, err := NewCopyingScorer(nil, CopyingOptions{Draws: 2}).Score(headOf(v, o))
	if err != nil || got.Vocabulary {
		t.Fatal(got, err)
	}
	compareCopying(t, got, values, mat.Norm(&circuit, 2))
}

// compareCopying holds c to the eigenvalues of the whole circuit.
func compareCopying(t *testing.T, c Copying, values []complex128, norm float64) {
	t.Helper()
	var re, abs, squares float64
	for _, v := range values {
		re += real(v)
		abs += cmplx.Abs(v)
		squares += cmplx.Abs(v) * cmplx.Abs(v)
	}
	// Eigenvalues of a non-normal matrix, zeros among them, are good to about
	// √ε·‖M‖ only.
	const tolerance = 1e-6
	if !(math.Abs(c.Positivity-re/abs) <= tolerance) {
		t.Errorf("positivity %v, of the whole circuit %v", c.Positivity, re/abs)
	}
	if want := math.Sqrt(1 - squares/norm/norm); !(math.Abs(c.Departure-want) <= tolerance) {
		t.Errorf("departure %v, of the whole circuit %v", c.Departure, want)
	}
	if len(c.Values) != 3 {
		t.Errorf("%d eigenvalues", len(c.Values))
	}
}

// TestCopyingDeparture: a symmetric circuit is normal, a nilpotent one has no
// eigenvalues at all.
func TestCopyingDeparture(t *testing.T) {
	s := NewCopyingScorer(nil, CopyingOptions{Draws: 2})
	v, _ := randomHead(20, 4, 1)
	c, err := s.Score(headOf(v, mat.DenseCopyOf(v.T())))
	if err != nil || !(c.Departure <= 1e-7) { // √ε
		t.Errorf("symmetric: %+v, %v", c, err)
	}
	v, o := mat.NewDense(4, 1, []float64{1, 0, 0, 0}), mat.NewDense(1, 4, []float64{0, 1e-3, 0, 1})
	if c, err = s.Score(headOf(v, o)); err != nil || c.Departure != 1 || !math.IsNaN(c.Positivity) {
		t.Errorf("nilpotent: %+v, %v", c, err)
	}
}

// TestCopyingOddities: scale does not matter, zero and NaN give NaN, the order of
// workers does not show.
func TestCopyingOddities(t *testing.T) {
	v, o := randomHead(16, 4, 1)
	g := grams(t, 16)["tied"]
	s := NewCopyingScorer(g, CopyingOptions{Seed: 3})
	want, err := s.Score(headOf(v, o))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []float64{0x1p-400, 0x1p400} {
		w := mat.DenseCopyOf(v)
		w.Scale(f, w)
		if c, err := s.Score(headOf(w, o)); err != nil || !(math.Abs(c.Positivity-want.Positivity) <= 1e-12) || c.SD != want.SD {
			t.Errorf("times %v: %+v, %v, want %+v", f, c, err, want)
		}
	}
	for _, bad := range []float64{0, math.NaN(), math.Inf(1)} {
		w := mat.DenseCopyOf(v)
		w.Apply(func(_, _ int, x float64) float64 { return bad * x }, w)
		if c, err := s.Score(headOf(w, o)); err != nil || !math.IsNaN(c.Positivity) || !math.IsNaN(c.Z) {
			t.Errorf("times %v: %+v, %v", bad, c, err)
		}
	}
	var group sync.WaitGroup
	other := NewCopyingScorer(g, CopyingOptions{Seed: 3})
	for range 4 {
		group.Go(func() {
			if c, err := other.Score(headOf(v, o)); err != nil || c.SD != want.SD || c.Z != want.Z {
				t.Errorf("another worker: %+v, %v, want %+v", c, err, want)
			}
		})
	}
	group.Wait()
}

// TestHeads: labels, groups and shapes of the grouped-query checkpoint, whose
// copying scores are finite.
func TestHeads(t *testing.T) {
	m := openShared(t, "tinystories-656k")
	heads := Heads(m)
	if len(heads) != 16 {
		t.Fatalf("%d heads", len(heads))
	}
	e := matrixOf(t, m, "W_E").Factors[0]
	g, err := NewVocabularyGram(e, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := NewCopyingScorer(g, CopyingOptions{})
	for i, h := range heads {
		if h.Layer != i/8 || h.Head != i%8 || h.KV != h.Head/2 {
			t.Errorf("head %d is %+v", i, h.ID())
		}
		for _, x := range []linalg.Source{h.Q, h.K, h.V, linalg.Transpose(h.O)} {
			if r, c := x.Dims(); r != 128 || c != 16 {
				t.Errorf("L%d.H%d: a factor is %d × %d", h.Layer, h.Head, r, c)
			}
		}
		c, err := s.Score(h)
		if err != nil || !(math.Abs(c.Positivity) <= 1) || math.IsNaN(c.Z) || !(c.Departure >= 0 && c.Departure <= 1) {
			t.Errorf("L%d.H%d: %+v, %v", h.Layer, h.Head, c, err)
		}
		t.Logf("L%d.H%d: positivity %.3f, z %.1f, departure %.3f", h.Layer, h.Head, c.Positivity, c.Z, c.Departure)
	}
}
