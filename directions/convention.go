package directions

import (
	"fmt"

	"wspec/loader"
	"wspec/spectra"
)

// Convention says in which form matrices are decomposed and read. For
// y = LN(x)·W with LN(x) = (x·C/s) ⊙ g + b, C = I − 1·1ᵀ/d_model and s a number,
// the matrix that acts on x/s is C·diag(g)·W.
type Convention string

// The conventions.
const (
	// Raw takes matrices as they are stored.
	Raw Convention = "raw"
	// Folded multiplies the gain g of the norm before a matrix into it: diag(g)·W
	// for W_Q, W_K, W_V (ln_1), W_in and W_gate (ln_2) and W_U (ln_f).
	Folded Convention = "folded"
	// Centered is Folded, and takes away what LayerNorm never sees: the mean
	// over d_model, from these (C·diag(g)·W) and from all that writes to the
	// residual stream (W·C for W_E, W_pos, W_O, W_out). RMSNorm does see it:
	// models with it are only folded.
	Centered Convention = "centered"
)

// Conventions returns all of them, the default first.
func Conventions() []Convention { return []Convention{Raw, Folded, Centered} }

// ConventionError says that a model cannot be put into a convention.
type ConventionError struct {
	Convention Convention
	Norm       string // the norm that is missing, "" where the convention is unknown
	Layer      int    // -1 outside the layers
}

// Error names the convention and what it lacks.
func (e *ConventionError) Error() string {
	switch {
	case e.Norm == "":
		return fmt.Sprintf("convention %q is none of raw, folded, centered", string(e.Convention))
	case e.Layer >= 0:
		return fmt.Sprintf("convention %s needs the weight of %s of layer %d, which the checkpoint lacks", e.Convention, e.Norm, e.Layer)
	}
	return fmt.Sprintf("convention %s needs the weight of %s, which the checkpoint lacks", e.Convention, e.Norm)
}

// end is what a convention does to the residual side of a matrix.
type end struct {
	norm   string // before it, whose gain is folded in; "" for none
	centre bool   // the mean over d_model is taken away
}

// ends returns what happens to the In and Out side of matrices of a role. W_QK
// reads on both sides.
func (c Convention) ends(role string, rms bool) (in, out end) {
	centre := c == Centered && !rms
	reader := func(norm string) end { return end{norm, centre} }
	writer := end{"", centre}
	switch {
	case c == Raw:
		return end{}, end{}
	case role == "W_Q" || role == "W_K" || role == "W_V":
		return reader(loader.NormAttention), end{}
	case role == "W_in" || role == "W_gate":
		return reader(loader.NormMLP), end{}
	case role == "W_U":
		return reader(loader.NormFinal), end{}
	case role == "W_OV":
		return reader(loader.NormAttention), writer
	case role == "W_QK":
		return reader(loader.NormAttention), reader(loader.NormAttention)
	case role == "W_O" || role == "W_out" || role == "W_E" || role == "W_pos":
		return end{}, writer
	}
	return end{}, end{}
}

// Sources returns the factors of m, one or two, in the reader's convention and
// with its biases where the reader augments them, read block by block from the
// file. The error is *ConventionError. Call it,
// and read the sources, under loader.Guard.
func (r *Reader) Sources(m *loader.Matrix) ([]spectra.Source, error) {
	in, out := r.Convention.ends(m.Role, r.model.RMSNorm())
	first, last := 0, len(m.Factors)-1
	sources := make([]spectra.Source, len(m.Factors))
	for i, f := range m.Factors {
		sources[i] = f
	}
	var err error
	if sources[first], err = r.turn(sources[first], in, In, m.Layer); err != nil {
		return nil, err
	}
	b, augmented := r.BiasesOf(m)
	if augmented {
		sources[first] = b.first(sources[first])
	}
	if augmented && b.out != nil { // a writer's bias is centred with it
		sources[last] = &bordered{Source: sources[last], row: b.out}
	}
	sources[last], err = r.turn(sources[last], out, Out, m.Layer)
	if augmented && b.column != nil {
		sources[last] = &bordered{Source: sources[last], column: b.column}
	}
	return sources, err
}

// turn applies e to one side of w.
func (r *Reader) turn(w spectra.Source, e end, s Side, layer int) (spectra.Source, error) {
	if e == (end{}) {
		return w, nil
	}
	t := &turned{Source: w, side: s}
	if e.norm != "" {
		if e.norm == loader.NormFinal {
			layer = -1
		}
		g, ok := r.model.Vector(e.norm, layer)
		if !ok {
			return nil, &ConventionError{r.Convention, e.norm, layer}
		}
		t.gain = g
	}
	if e.centre {
		t.mean = t.means()
	}
	return t, nil
}

// Changes reports whether the convention changes matrices of m's role at all:
// if not, their decomposition is that of Raw.
func (r *Reader) Changes(m *loader.Matrix) bool {
	in, out := r.Convention.ends(m.Role, r.model.RMSNorm())
	return in != end{} || out != end{}
}

// Decompose decomposes m in the reader's convention; circuits stay factored.
// Errors are those of spectra.Decompose and DecomposeProduct, *ConventionError,
// and that of a file cut short meanwhile. Threads of o may be 0.
func (r *Reader) Decompose(m *loader.Matrix, q spectra.Request, o spectra.Options) (d *spectra.Decomposition, err error) {
	err = loader.Guard(func() error {
		w, err := r.Sources(m)
		switch {
		case err != nil:
			return err
		case len(w) == 1:
			d, err = spectra.Decompose(w[0], q, o)
		default:
			d, err = spectra.DecomposeProduct(w[0], w[1], q, o)
		}
		return err
	})
	return d, err
}
