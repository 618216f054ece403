package directions

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// Wish is what a matrix is asked to write.
type Wish struct {
	Tokens  []int // their vectors' sum; or
	Neurons []int // coordinates of an mlp side
	Mean    bool  // the mean in place of the sum
	Exclude []int // tokens that the output may not write, see [Reader.DecomposeWithout]
}

// WishError says that a matrix cannot be asked for such an output.
type WishError struct {
	Label string
	Space loader.Space // of its Out side
	Msg   string
}

// Error names the matrix and the reason.
func (e *WishError) Error() string { return fmt.Sprintf("what %s writes: %s", e.Label, e.Msg) }

// Hint says what can be asked for.
func (e *WishError) Hint() string {
	return "tokens are asked of the residual-space sides of W_O, W_out, OV and QK and of W_U, neurons of W_in and W_gate"
}

// Output returns the vector, of length d_out, that m is to write for a wish.
//
// Of a residual side it is the token's column of W_U in the reader's convention,
// about the mean of the vocabulary: along it the token's logit rises most against
// the mean logit. Of a QK circuit it is the key's row of W_E about the mean; the
// other table serves where one is missing. Of W_U itself it is 1 at the token less the
// mean of the logits, and of an mlp side 1 at the neuron.
//
// Errors: *SpaceError where tokens mean nothing on that side, *WishError, *TokenError,
// and that of a file cut short meanwhile.
func (r *Reader) Output(m *loader.Matrix, w Wish) (y []float64, err error) {
	if err := r.possible(m, w); err != nil {
		return nil, err
	}
	if len(w.Neurons) > 0 {
		return coordinates(m, w)
	}
	err = loader.Guard(func() error {
		y, err = r.tokens(m, w)
		return err
	})
	return y, err
}

// possible checks the wish against the Out side of m.
func (r *Reader) possible(m *loader.Matrix, w Wish) error {
	refuse := func(format string, args ...any) error {
		return &WishError{m.Label, m.Out, fmt.Sprintf(format, args...)}
	}
	switch {
	case len(w.Tokens) > 0 && len(w.Neurons) > 0:
		return refuse("tokens and neurons are not of one space")
	case len(w.Tokens)+len(w.Neurons) == 0:
		return refuse("nothing is asked for")
	case len(w.Neurons) > 0 && len(w.Exclude) > 0:
		return refuse("a neuron is asked for, and only tokens can be excluded")
	case slices.ContainsFunc(w.Exclude, func(id int) bool { return slices.Contains(w.Tokens, id) }):
		return refuse("a token is asked for and excluded at once")
	case len(w.Neurons) > 0 && m.Out != loader.MLP:
		return refuse("its Out side is in %s space and has no neurons", spaceName(m.Out))
	case len(w.Neurons) > 0 || m.Out == loader.Vocab:
		return nil
	case m.Out != loader.Residual:
		return &SpaceError{Label: m.Label, Side: Out, Space: m.Out}
	case len(r.order(m, Out, "")) == 0:
		return refuse("%s", missingNote(""))
	}
	return nil
}

func spaceName(s loader.Space) string {
	if s == "" {
		return "an unknown"
	}
	return string(s)
}

// coordinates is the output that is 1 at each neuron.
func coordinates(m *loader.Matrix, w Wish) ([]float64, error) {
	_, n := m.Dims()
	y := make([]float64, n)
	for _, id := range w.Neurons {
		if id < 0 || id >= n {
			return nil, &WishError{m.Label, m.Out, fmt.Sprintf("neuron %d of %d: out of range", id, n)}
		}
		y[id]++
	}
	return w.scaled(y, len(w.Neurons)), nil
}

func (w Wish) scaled(y []float64, n int) []float64 {
	if w.Mean {
		scale(y, 1/float64(n))
	}
	return y
}

// tokens is the output of a wish for tokens.
func (r *Reader) tokens(m *loader.Matrix, w Wish) ([]float64, error) {
	_, d := m.Dims()
	y, x := make([]float64, d), make([]float64, d)
	for _, id := range w.Tokens {
		if err := r.token(x, m, id); err != nil {
			return nil, err
		}
		add(y, 1, x)
	}
	return w.scaled(y, len(w.Tokens)), nil
}

// token writes the vector of a token for the Out side of m to x.
func (r *Reader) token(x []float64, m *loader.Matrix, id int) error {
	if m.Out == loader.Vocab {
		if id < 0 || id >= len(x) {
			return &TokenError{id, len(x), "out of range"}
		}
		for i := range x {
			x[i] = -1 / float64(len(x))
		}
		x[id]++
		return nil
	}
	t := r.tables[r.order(m, Out, "")[0]]
	if id < 0 || id >= t.n {
		return &TokenError{id, t.n, "out of range"}
	}
	t.read(x, id, id+1)
	unit := math.Ldexp(1, -t.exponent)
	for j := range x {
		x[j] -= t.mean[j] * unit
	}
	return nil
}

// Written returns the cosine between an output y of m and the vector of each token, as of
// [Reader.Output]: 0 where either is 0.
func (r *Reader) Written(m *loader.Matrix, y []float64, ids []int) (cosines []float64, err error) {
	err = loader.Guard(func() error {
		x, size := make([]float64, len(y)), norm(y)
		for _, id := range ids {
			if err := r.token(x, m, id); err != nil {
				return err
			}
			cosine := 0.0
			if both := norm(x) * size; both > 0 {
				cosine = dot(x, y) / both
			}
			cosines = append(cosines, cosine)
		}
		return nil
	})
	return cosines, err
}

// ReadVector reads one vector of the given side of m, at its own length, as
// [Reader.Read] reads directions. The error is that of a file cut short meanwhile.
func (r *Reader) ReadVector(m *loader.Matrix, s Side, v []float64, o ReadOptions) (*Reading, error) {
	reading := &Reading{Side: s, Space: SpaceOf(m, s)}
	order := r.order(m, s, o.Readout)
	switch {
	case reading.Space != loader.Residual:
		reading.coordinates(v, o.tokens())
		return reading, nil
	case len(order) == 0:
		reading.Note = missingNote(o.Readout)
		return reading, nil
	}
	size := norm(v)
	b := &batch{reader: r, options: o, wanted: []wanted{{reading, order}}}
	for _, x := range v {
		b.vectors = append(b.vectors, float32(x/max(size, math.SmallestNonzeroFloat64)))
	}
	err := loader.Guard(func() error { b.run(); return nil })
	for _, list := range [][]Scored{reading.Positive, reading.Negative} {
		for i := range list {
			list[i].Score *= size
		}
	}
	reading.Mean *= size
	return reading, err
}

// Others returns the targets, one a row, of so many random wishes for as many
// other tokens or neurons, the same ones for the same seed: what any of them gives.
// It is nil where there are no others. The error is that of Output.
func (r *Reader) Others(m *loader.Matrix, w Wish, draws int, o OthersOptions) (*mat.Dense, error) {
	n := r.choices(m, w)
	var pool []int
	for id := range n {
		if slices.Contains(w.Tokens, id) || slices.Contains(w.Neurons, id) || slices.Contains(w.Exclude, id) || id < len(o.Skip) && o.Skip[id] {
			continue
		}
		pool = append(pool, id)
	}
	count := len(w.Tokens) + len(w.Neurons)
	if len(pool) < 2*count { // too few to differ
		return nil, nil
	}
	_, d := m.Dims()
	y := mat.NewDense(draws, d, nil)
	rng := spectra.Stream(o.Seed, "solve others")
	for i := range draws {
		x := Wish{Mean: w.Mean}
		for range count {
			id := pool[rng.IntN(len(pool))]
			if len(w.Neurons) > 0 {
				x.Neurons = append(x.Neurons, id)
			} else {
				x.Tokens = append(x.Tokens, id)
			}
		}
		target, err := r.Output(m, x)
		if err != nil {
			return nil, err
		}
		y.SetRow(i, target)
	}
	return y, nil
}

// OthersOptions says which are drawn. The zero value draws from all.
type OthersOptions struct {
	Skip []bool // by id, those not to be drawn, such as the under-trained; may be short
	Seed uint64
}

// choices is the number of tokens or neurons that may be asked of m.
func (r *Reader) choices(m *loader.Matrix, w Wish) int {
	_, d := m.Dims()
	if len(w.Neurons) > 0 || m.Out == loader.Vocab {
		return d
	}
	return r.tables[r.order(m, Out, "")[0]].n
}
