package numtest

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// GPT2 is a GPT-2 (Radford et al. 2019) as transformers' GPT2LMHeadModel computes it: norms before each part, learnt positions,
// gelu_new, W_U = W_Eᵀ; in float64. It is there to say what a change of weights does to a text, and holds no kernels of ours.
type GPT2 struct {
	Layers, Heads int
	Epsilon       float64 // under the roots of the norms; 1e-5 in every published GPT-2
	// Tensor returns the tensor of a name as transformers has it, without "transformer.": matrices [in, out], vectors 1 × n.
	Tensor func(name string) *mat.Dense
}

// CrossEntropy returns the mean of −ln p(token | those before it in its window) over all tokens but the first of each window, in
// nats. Windows are n_ctx tokens long, one after the other; one of fewer than two tokens counts nothing.
func (g *GPT2) CrossEntropy(tokens []int) float64 {
	ctx, _ := g.Tensor("wpe.weight").Dims()
	var sum float64
	n := 0
	for i := 0; i < len(tokens); i += ctx {
		window := tokens[i:min(i+ctx, len(tokens))]
		if len(window) < 2 {
			continue
		}
		logits := g.Logits(window)
		for t, next := range window[1:] {
			sum += surprise(logits.RawRowView(t), next)
			n++
		}
	}
	return sum / float64(n)
}

// surprise returns −ln softmax(logits)[token].
func surprise(logits []float64, token int) float64 {
	top := math.Inf(-1)
	for _, v := range logits {
		top = math.Max(top, v)
	}
	var sum float64
	for _, v := range logits {
		sum += math.Exp(v - top)
	}
	return top + math.Log(sum) - logits[token]
}

// Logits returns len(tokens) × d_vocab: row t is what is expected after token t. There are at most n_ctx tokens.
func (g *GPT2) Logits(tokens []int) *mat.Dense {
	wte, wpe := g.Tensor("wte.weight"), g.Tensor("wpe.weight")
	vocab, d := wte.Dims()
	x := mat.NewDense(len(tokens), d, nil)
	for t, id := range tokens {
		for j := range d {
			x.Set(t, j, wte.At(id, j)+wpe.At(t, j))
		}
	}
	for l := range g.Layers {
		h := fmt.Sprintf("h.%d.", l)
		x.Add(x, g.linear(h+"attn.c_proj", g.attend(g.linear(h+"attn.c_attn", g.norm(h+"ln_1", x)))))
		hidden := g.linear(h+"mlp.c_fc", g.norm(h+"ln_2", x))
		hidden.Apply(func(_, _ int, v float64) float64 { return geluNew(v) }, hidden)
		x.Add(x, g.linear(h+"mlp.c_proj", hidden))
	}
	logits := mat.NewDense(len(tokens), vocab, nil)
	logits.Mul(g.norm("ln_f", x), wte.T())
	return logits
}

// geluNew is the approximation with tanh by Hendrycks & Gimpel (2016).
func geluNew(x float64) float64 {
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

// linear returns x·W + b.
func (g *GPT2) linear(name string, x *mat.Dense) *mat.Dense {
	var y mat.Dense
	y.Mul(x, g.Tensor(name+".weight"))
	bias := g.Tensor(name + ".bias")
	y.Apply(func(_, j int, v float64) float64 { return v + bias.At(0, j) }, &y)
	return &y
}

// norm is LayerNorm over each row.
func (g *GPT2) norm(name string, x *mat.Dense) *mat.Dense {
	gain, bias := g.Tensor(name+".weight"), g.Tensor(name+".bias")
	rows, d := x.Dims()
	y := mat.NewDense(rows, d, nil)
	for t := range rows {
		row := x.RawRowView(t)
		var mean, variance float64
		for _, v := range row {
			mean += v / float64(d)
		}
		for _, v := range row {
			variance += (v - mean) * (v - mean) / float64(d)
		}
		scale := 1 / math.Sqrt(variance+g.Epsilon)
		for j, v := range row {
			y.Set(t, j, (v-mean)*scale*gain.At(0, j)+bias.At(0, j))
		}
	}
	return y
}

// attend returns what causal attention makes of queries, keys and values, which lie side by side in each row, head by head.
func (g *GPT2) attend(qkv *mat.Dense) *mat.Dense {
	rows, d3 := qkv.Dims()
	d, size := d3/3, d3/3/g.Heads
	out := mat.NewDense(rows, d, nil)
	for h := range g.Heads {
		part := func(i int) mat.Matrix { return qkv.Slice(0, rows, i*d+h*size, i*d+(h+1)*size) }
		var scores mat.Dense
		scores.Mul(part(0), part(1).T())
		for t := range rows {
			attention(scores.RawRowView(t), t, math.Sqrt(float64(size)))
		}
		out.Slice(0, rows, h*size, (h+1)*size).(*mat.Dense).Mul(&scores, part(2))
	}
	return out
}

// attention turns the scores of position t into weights: a softmax over the positions up to t.
func attention(scores []float64, t int, divisor float64) {
	top := math.Inf(-1)
	for _, v := range scores[:t+1] {
		top = math.Max(top, v/divisor)
	}
	var sum float64
	for i, v := range scores[:t+1] {
		scores[i] = math.Exp(v/divisor - top)
		sum += scores[i]
	}
	for i := range scores {
		if i > t {
			scores[i] = 0
		}
		scores[i] /= sum
	}
}
