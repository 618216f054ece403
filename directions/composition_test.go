package directions

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// attention is the shape of a model's heads.
type attention struct {
	layers, count, group, d, width int
	decay                          float64 // of the columns of W_Q and W_V; 0 means 1, none
}

// random makes heads of Gaussian factors; those of a group share K and V.
func (a attention) random() []Head {
	rng := spectra.Stream(1, "heads")
	factor := func(rows, cols int, decay float64) linalg.Source {
		m := spectra.Gaussian(rows, cols, rng)
		m.Apply(func(_, j int, x float64) float64 { return x * math.Pow(decay, float64(j)) }, m)
		return linalg.Dense(m)
	}
	if a.decay == 0 {
		a.decay = 1
	}
	var heads []Head
	for l := range a.layers {
		var k, v linalg.Source
		for h := range a.count {
			if h%a.group == 0 {
				k, v = factor(a.d, a.width, 1), factor(a.d, a.width, a.decay)
			}
			heads = append(heads, Head{Layer: l, Head: h, KV: h / a.group, Q: factor(a.d, a.width, a.decay), K: k, V: v, O: factor(a.width, a.d, 1)})
		}
	}
	return heads
}

// times multiplies two factors.
func times(a, b linalg.Source) *mat.Dense {
	var c mat.Dense
	c.Mul(dense(a), dense(b))
	return &c
}

// overlapTolerance is the error of Score² that linalg.Overlaps allows.
const overlapTolerance = 5e-7

// TestCompositionDense compares every pair with the d_model × d_model products, and
// checks that each stands once.
func TestCompositionDense(t *testing.T) {
	heads := attention{layers: 3, count: 4, group: 2, d: 40, width: 5}.random()
	got := Compositions(heads, CompositionOptions{})
	if few := Compositions(heads, CompositionOptions{Memory: 5 * 2 * linalg.PackedSize(5, 40)}); !reflect.DeepEqual(few, got) {
		t.Error("in groups of five, results are others")
	}
	if len(got) != 3*(4*4+4*8) {
		t.Errorf("%d cells", len(got))
	}
	type cell struct {
		from, to HeadID
		kind     Kind
	}
	seen := map[cell]bool{}
	for _, c := range got {
		from, to := heads[4*c.From.Layer+c.From.Head], heads[4*c.To.Layer+c.To.Head]
		a, b := times(from.V, from.O), times(to.V, to.O)
		switch c.Kind {
		case QComposition:
			b = times(to.Q, linalg.Transpose(to.K))
		case KComposition:
			b = times(to.K, linalg.Transpose(to.Q))
		}
		var p mat.Dense
		p.Mul(a, b)
		want := mat.Norm(&p, 2) / mat.Norm(a, 2) / mat.Norm(b, 2)
		if !(math.Abs(c.Score*c.Score-want*want) <= overlapTolerance) {
			t.Errorf("%+v: want %v", c, want)
		}
		if c.From.Layer >= c.To.Layer || c.KV != to.KV || !(math.Abs(c.Mean-1/math.Sqrt(40)) <= 1e-15) {
			t.Errorf("%+v", c)
		}
		key := cell{c.From, c.To, c.Kind}
		if seen[key] {
			t.Errorf("twice: %+v", key)
		}
		seen[key] = true
	}
}

// TestCompositionNull: z of random heads have mean 0 and deviation 1, of trained
// spectra by Z only: the exact variance is that of their own.
func TestCompositionNull(t *testing.T) {
	for _, steep := range []bool{false, true} {
		shapes := attention{layers: 2, count: 24, group: 1, d: 48, width: 6}
		if steep {
			shapes.decay = 0.5
		}
		heads := shapes.random()
		got := Compositions(heads, CompositionOptions{})
		z, shape := []float64{}, []float64{}
		for _, c := range got {
			z, shape = append(z, c.Z), append(shape, c.ShapeZ)
		}
		mean, sd := moments(z)
		_, shapeSD := moments(shape)
		t.Logf("steep %v: %d pairs, z %.3f ± %.3f, by shape ± %.3f", steep, len(z), mean, sd, shapeSD)
		// 1728 cells of 48 heads: about five standard errors of that many
		// independent ones, which they nearly are.
		if !(math.Abs(mean) <= 5/math.Sqrt(float64(len(z)))) || !(math.Abs(sd-1) <= 0.12) {
			t.Errorf("steep %v: z %v ± %v", steep, mean, sd)
		}
		if steep != (shapeSD > 1.5) || !steep && !(math.Abs(shapeSD-1) <= 0.12) {
			t.Errorf("steep %v: z by shape ± %v", steep, shapeSD)
		}
	}
}

func moments(x []float64) (mean, sd float64) {
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		sd += (v - mean) * (v - mean) / float64(len(x)-1)
	}
	return mean, math.Sqrt(sd)
}

// TestCompositionPlanted: of the heads of one layer, one writes into the subspace
// that one later head's keys read.
func TestCompositionPlanted(t *testing.T) {
	heads := attention{layers: 3, count: 6, group: 1, d: 64, width: 8}.random()
	from, to := &heads[4], &heads[15]
	o, k := dense(from.O), dense(to.K)
	o.Scale(0.3, o)
	o.Add(o, k.T())
	from.O = linalg.Dense(o)
	got := Compositions(heads, CompositionOptions{})
	var top, second Composition
	for _, c := range got {
		if c.Z > top.Z {
			top, second = c, top
		} else if c.Z > second.Z {
			second = c
		}
	}
	if top.From != from.ID() || top.To != to.ID() || top.Kind != KComposition || !(top.Z > 10) || !(second.Z < 5) {
		t.Errorf("the largest z are %+v and %+v", top, second)
	}
	// Nothing is left of it where the writer keeps clear of the reader.
	clearOf(o, k)
	from.O = linalg.Dense(o)
	got = Compositions(heads, CompositionOptions{Kinds: []Kind{KComposition}})
	for _, c := range got {
		if c.From == from.ID() && c.To == to.ID() && !(c.Score <= math.Sqrt(overlapTolerance)) || c.Kind != KComposition {
			t.Errorf("orthogonal: %+v", c)
		}
	}
}

// clearOf takes from the rows of o what lies in the span of k's columns.
func clearOf(o, k *mat.Dense) {
	var qr mat.QR
	qr.Factorize(k)
	_, width := k.Dims()
	var q, part, back mat.Dense
	qr.QTo(&q)
	basis := leading(&q, width)
	part.Mul(o, basis)
	back.Mul(&part, basis.T())
	o.Sub(o, &back)
}

// TestCompositionOddities: zero and non-finite factors give NaN in their cells
// alone; missing ones none; scales do not matter.
func TestCompositionOddities(t *testing.T) {
	heads := attention{layers: 2, count: 3, group: 1, d: 16, width: 4}.random()
	want := Compositions(heads, CompositionOptions{})
	for i := range heads {
		w := dense(heads[i].V)
		w.Scale(0x1p300, w)
		heads[i].V = linalg.Dense(w)
	}
	zero, bad := mat.NewDense(16, 4, nil), dense(heads[1].V)
	bad.Set(3, 2, math.NaN())
	heads[0].V, heads[1].V = linalg.Dense(zero), linalg.Dense(bad)
	heads[3].Q = nil
	got := Compositions(heads, CompositionOptions{})
	if len(got) != len(want)-2*3 { // W_Q is in two kinds
		t.Errorf("%d cells of %d", len(got), len(want))
	}
	for _, c := range got {
		if lost := c.From.Head < 2; lost != math.IsNaN(c.Score) || lost != math.IsNaN(c.Z) {
			t.Errorf("%+v", c)
		}
		for _, w := range want {
			if w.From == c.From && w.To == c.To && w.Kind == c.Kind && c.From.Head == 2 && !(math.Abs(c.Score-w.Score) <= 1e-12) {
				t.Errorf("%+v, want %+v", c, w)
			}
		}
	}
	if got = Compositions(nil, CompositionOptions{}); len(got) != 0 {
		t.Errorf("no heads: %v", got)
	}
}

// BenchmarkCompositions takes the shapes of GPT-2 small.
func BenchmarkCompositions(b *testing.B) {
	heads := attention{layers: 12, count: 12, group: 1, d: 768, width: 64}.random()
	for b.Loop() {
		Compositions(heads, CompositionOptions{})
	}
}
