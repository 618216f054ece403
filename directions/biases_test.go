package directions

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// augmentTolerance is for products of some hundred float64 near 1; weights are
// stored in float64.
const augmentTolerance = 1e-12

// biased are the small models with every bias that their family knows.
func biased(t *testing.T, llama bool) *loader.Model {
	t.Helper()
	ramp := func(n int, seed uint64) []float64 { return unit(n, seed) }
	y := tiny{llama: llama, f64: true, gains: map[string][]float64{"ln_1": ramp(dModel, 31)}}
	if llama {
		a := "model.layers.0.self_attn."
		y.biases = map[string][]float64{
			a + "q_proj.bias": ramp(nHeads*dHead, 1), a + "k_proj.bias": ramp(nKV*dHead, 2), a + "v_proj.bias": ramp(nKV*dHead, 3),
		}
	} else {
		y.biases = map[string][]float64{
			"h.0.attn.c_attn.bias": ramp(3*dModel, 1), "h.0.attn.c_proj.bias": ramp(dModel, 4), "h.0.ln_1.bias": ramp(dModel, 5),
		}
	}
	return y.open(t)
}

// normed returns what the norm before the attention makes of x, and x as it
// enters the folded matrices: x·C/s, or x/s for RMSNorm.
func normed(m *loader.Model, x []float64) (y, scaled []float64) {
	n, mean, square := float64(len(x)), 0.0, 0.0
	for _, v := range x {
		if !m.RMSNorm() {
			mean += v / n
		}
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / n
	}
	gain, _ := m.Vector(loader.NormAttention, 0)
	bias, _, ok := m.NormBias(loader.NormAttention, 0)
	for i, v := range x {
		scaled = append(scaled, (v-mean)/math.Sqrt(square))
		y = append(y, scaled[i]*gain[i])
		if ok {
			y[i] += bias[i]
		}
	}
	return y, scaled
}

// through returns x·W + b for a head's part of W; of W_O b is the whole layer's.
func through(t *testing.T, m *loader.Model, label string, x []float64, at int) []float64 {
	t.Helper()
	w := matrix(t, m, label)
	a := dense(w.Factors[0])
	rows, cols := a.Dims()
	y := make([]float64, cols)
	for i := range rows {
		for j := range cols {
			y[j] += x[i] * a.At(i, j)
		}
	}
	if b, _, ok := m.Bias(w.Role, 0); ok {
		for j := range y {
			y[j] += b[at+j]
		}
	}
	return y
}

// whole multiplies the factors of a circuit.
func whole(t *testing.T, r *Reader, label string) *mat.Dense {
	t.Helper()
	w, err := r.Sources(matrix(t, r.model, label))
	if err != nil {
		t.Fatal(err)
	}
	return times(w[0], w[1])
}

func withOne(x []float64) []float64 { return append(slices.Clone(x), 1) }

// TestBiasesAreTheModel: a circuit with biases does to (x, 1) what the head with
// its biases does to x, in every convention, norms and grouped heads included.
func TestBiasesAreTheModel(t *testing.T) {
	for _, llama := range []bool{false, true} {
		m := biased(t, llama)
		for _, c := range Conventions() {
			r := reader(t, m, c)
			r.Augment = true
			x, y := unit(dModel, 77), unit(dModel, 78) // x attends to y
			query, key, qs, ks := x, y, x, y
			if c != Raw {
				query, qs = normed(m, x)
				key, ks = normed(m, y)
			}
			const head, group = 3, 3 // of GPT-2, where each head has its own keys
			kv := group
			if llama {
				kv = group * nKV / nHeads
			}
			name := map[bool]string{false: "gpt2 ", true: "llama "}[llama] + string(c)
			q := through(t, m, "L0.W_Q.H3", query, head*dHead)
			k := through(t, m, "L0.W_K.H"+string(rune('0'+kv)), key, kv*dHead)
			score := mat.Inner(mat.NewVecDense(dModel+1, withOne(qs)), whole(t, r, "L0.W_QK.H3"), mat.NewVecDense(dModel+1, withOne(ks)))
			if in, out := r.Dims(matrix(t, m, "L0.W_QK.H3")); in != dModel+1 || out != dModel+1 {
				t.Errorf("%s: QK is said to be %d × %d", name, in, out)
			}
			if !(math.Abs(score-inner(q, k)) <= augmentTolerance) {
				t.Errorf("%s: score %v, want %v", name, score, inner(q, k))
			}
			want := through(t, m, "L0.W_O.H3", through(t, m, "L0.W_V.H"+string(rune('0'+kv)), key, kv*dHead), 0)
			if c == Centered && !llama {
				mean := mat.Sum(mat.NewVecDense(dModel, want)) / dModel
				for j := range want {
					want[j] -= mean
				}
			}
			var got mat.VecDense
			ov := whole(t, r, "L0.W_OV.H3")
			rows, cols := ov.Dims()
			if in, out := r.Dims(matrix(t, m, "L0.W_OV.H3")); rows != dModel+1 || cols != dModel || in != rows || out != cols {
				t.Fatalf("%s: OV is %d × %d, said to be %d × %d", name, rows, cols, in, out)
			}
			got.MulVec(ov.T(), mat.NewVecDense(dModel+1, withOne(ks)))
			for j := range want {
				if !(math.Abs(got.AtVec(j)-want[j]) <= augmentTolerance) {
					t.Fatalf("%s: the head writes %v at %d, want %v", name, got.AtVec(j), j, want[j])
				}
			}
		}
	}
}

// TestBiasesAreNamed, and only circuits with some are augmented, on request.
func TestBiasesAreNamed(t *testing.T) {
	named := func(r *Reader, label string) string {
		b, ok := r.BiasesOf(matrix(t, r.model, label))
		if !ok {
			return "none"
		}
		return strings.Join(b.Names, " ")
	}
	gpt2, llama, bare := reader(t, biased(t, false), Raw), reader(t, biased(t, true), Raw), reader(t, tiny{}.open(t), Raw)
	folded := reader(t, gpt2.model, Folded)
	if got := named(gpt2, "L0.W_OV.H0"); got != "none" {
		t.Errorf("unasked, OV has the biases %s", got)
	}
	for _, r := range []*Reader{gpt2, llama, bare, folded} {
		r.Augment = true
	}
	for _, c := range []struct {
		r           *Reader
		label, want string
	}{
		{gpt2, "L0.W_OV.H0", "b_V b_O"}, {gpt2, "L0.W_QK.H2", "b_Q b_K"}, {folded, "L0.W_OV.H0", "b_V ln_1.b b_O"}, {llama, "L0.W_OV.H0", "b_V"},
		{llama, "L0.W_QK.H0", "b_Q b_K"}, {bare, "L0.W_OV.H0", "none"}, {gpt2, "L0.W_O", "none"}, {gpt2, "L0.W_V.H1", "none"}, {gpt2, "W_E", "none"},
	} {
		if got := named(c.r, c.label); got != c.want {
			t.Errorf("%s %s has the biases %s, want %s", c.r.model.Family, c.label, got, c.want)
		}
	}
	b, _ := gpt2.BiasesOf(matrix(t, gpt2.model, "L0.W_OV.H0"))
	if want := []string{"h.0.attn.c_attn.bias", "h.0.attn.c_proj.bias"}; !slices.Equal(b.Tensors, want) {
		t.Errorf("they are read from %v", b.Tensors)
	}
}

// TestBiasedDirections: tokens are read beside the constant, which stands on its
// own and adds to the scores of pairs.
func TestBiasedDirections(t *testing.T) {
	r := reader(t, biased(t, false), Raw)
	r.Augment = true
	for label, sides := range map[string][]Side{"L0.W_OV.H1": {In}, "L0.W_QK.H1": {In, Out}} {
		y := read(t, r, label, 3, ReadOptions{Tokens: nVocab})
		e := dense(matrix(t, r.model, "W_E").Factors[0])
		if y.Decomposition.Residual > augmentTolerance {
			t.Errorf("%s: residual %v", label, y.Decomposition.Residual)
		}
		for i := range y.Directions {
			d := &y.Directions[i]
			for _, s := range []Side{In, Out} {
				v := column(y.Decomposition, s, i)
				augmented := slices.Contains(sides, s)
				reading := d.side(s)
				if augmented != (len(v) == dModel+1) || len(y.Vector(s, i)) != dModel || augmented && reading.Constant != v[dModel] || !augmented && reading.Constant != 0 {
					t.Fatalf("%s %v: %d components, constant %v", label, s, len(v), reading.Constant)
				}
				for _, x := range reading.Positive[:3] {
					want := inner(e.RawRowView(x.ID), v[:dModel])
					if !(math.Abs(x.Score-want) <= 1e-6) { // scores are float32
						t.Errorf("%s %v: token %d scores %v, want %v", label, s, x.ID, x.Score, want)
					}
				}
			}
			checkBestPair(t, e, y, i)
		}
	}
}

// checkBestPair compares the leading pair with all there are.
func checkBestPair(t *testing.T, e *mat.Dense, y *Readings, i int) {
	t.Helper()
	if y.Matrix.Role != "W_QK" {
		return
	}
	in, out := column(y.Decomposition, In, i), column(y.Decomposition, Out, i)
	best := math.Inf(-1)
	for q := range nVocab {
		for k := range nVocab {
			best = max(best, y.Directions[i].Sigma*inner(withOne(e.RawRowView(q)), in)*inner(withOne(e.RawRowView(k)), out))
		}
	}
	if got := y.Directions[i].Pairs(4); !(math.Abs(got[0].Score-best) <= 1e-6) || slices.Contains(got[1:], got[0]) {
		t.Errorf("direction %d: the leading pairs are %v, want a score of %v", i, got, best)
	}
}

// TestBorderedBlocks: any block of a bordered matrix is that of the whole.
func TestBorderedBlocks(t *testing.T) {
	inside := spectra.Gaussian(4, 3, spectra.Stream(1, "bordered"))
	for _, b := range []*bordered{
		{row: []float64{1, 2, 3}}, {column: []float64{4, 5, 6, 7}}, {row: []float64{1, 2, 3}, column: []float64{4, 5, 6, 7}, corner: 8}, {},
	} {
		b.Source = denseSource{inside}
		all := dense(b)
		rows, cols := b.Dims()
		for i0 := range rows {
			for i1 := i0 + 1; i1 <= rows; i1++ {
				for j0 := range cols {
					for j1 := j0 + 1; j1 <= cols; j1++ {
						part := mat.NewDense(i1-i0, j1-j0, nil)
						b.Block(part.RawMatrix().Data, j1-j0, i0, i1, j0, j1)
						if !mat.Equal(part, all.Slice(i0, i1, j0, j1)) {
							t.Fatalf("[%d,%d)×[%d,%d) of %v: %v", i0, i1, j0, j1, b, part)
						}
					}
				}
			}
		}
	}
}

// denseSource is a matrix that is read by its elements.
type denseSource struct{ *mat.Dense }

func (d denseSource) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := i0; i < i1; i++ {
		for j := j0; j < j1; j++ {
			dst[(i-i0)*ld+j-j0] = d.At(i, j)
		}
	}
}
