package directions

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

// Readout names the table of token vectors that a residual-space direction v
// is read through.
type Readout string

// The readouts. Of a model with tied embeddings they are the same unless the
// convention tells them apart.
const (
	Unembed Readout = "unembed" // columns of W_U: scores are logits
	Embed   Readout = "embed"   // rows of W_E
)

// Measure says how a token's vector e_t is compared with a direction v.
type Measure string

// The measures; ē is the mean of e_t over the vocabulary. The raw scores
// centred over the vocabulary, (e_t − ē)·v, are the raw ones less one number:
// the same tokens in the same order, so they are no measure of their own.
const (
	Dot           Measure = "dot"            // e_t·v
	Cosine        Measure = "cosine"         // e_t·v/‖e_t‖: adjusted for the token's norm
	CentredCosine Measure = "centred_cosine" // (e_t − ē)·v/‖e_t − ē‖: and without the mean direction
)

// Reader reads residual-space directions of one model through its W_U and W_E,
// in one convention. It may be used concurrently.
type Reader struct {
	Convention Convention
	Augment    bool // decompose circuits with their biases, see Biases
	model      *loader.Model
	tables     map[Readout]*table // those there are; the same pointer where they are the same
}

// NewReader prepares to read directions of m. A checkpoint without W_E or W_U
// is read through the other; without both, residual sides have no tokens and
// their Note says so. Errors: *ConventionError, and *spectra.NonFiniteError
// for an embedding that cannot be read.
func NewReader(m *loader.Model, c Convention) (*Reader, error) {
	if !slices.Contains(Conventions(), c) {
		return nil, &ConventionError{Convention: c}
	}
	r := &Reader{Convention: c, model: m, tables: map[Readout]*table{}}
	err := loader.Guard(r.open)
	return r, err
}

// open finds the embeddings.
func (r *Reader) open() error {
	for _, m := range r.model.Matrices {
		var err error
		switch m.Role {
		case "W_E":
			err = r.add(Embed, m.Factors[0])
		case "W_U":
			err = r.add(Unembed, m.Factors[0].T())
		}
		if err != nil {
			return err
		}
	}
	e, ok := r.tables[Embed]
	if _, both := r.tables[Unembed]; both || !ok || !r.model.Config.Tied {
		return nil
	}
	if r.Convention == Raw {
		r.tables[Unembed] = e
		return nil
	}
	return r.add(Unembed, e.rows)
}

// add makes the table of a readout from its rows, tokens × d_model.
func (r *Reader) add(readout Readout, rows linalg.Source) error {
	role := map[Readout]string{Embed: "W_E", Unembed: "W_U"}[readout]
	in, out := r.Convention.ends(role, r.model.RMSNorm())
	t := &table{rows: rows, centre: in.centre || out.centre}
	t.n, t.d = rows.Dims()
	if in.norm != "" {
		g, ok := r.model.Vector(in.norm, -1)
		if !ok {
			return &ConventionError{r.Convention, in.norm, -1}
		}
		t.gain = g
	}
	r.tables[readout] = t
	return t.survey()
}

// table is the vectors of all tokens.
type table struct {
	rows   linalg.Source // tokens × d_model, as stored
	n, d   int
	gain   []float64 // nil for none
	centre bool      // each row less its mean
	// exponent makes the largest number of the rows times 2^exponent about 1, so
	// that float32 holds what is computed with them. mean is of the scaled rows.
	exponent int
	mean     []float64
}

// surveyRows is the number of rows read at a time: some hundred KiB.
const surveyRows = 32

// survey finds exponent and mean.
func (t *table) survey() error {
	t.mean = make([]float64, t.d)
	buf := make([]float64, surveyRows*t.d)
	var top float64
	for i := 0; i < t.n; i += surveyRows {
		k := min(surveyRows, t.n-i)
		t.read(buf, i, i+k)
		for r := range k {
			row := buf[r*t.d:][:t.d]
			floats.AddScaled(t.mean, 1/float64(t.n), row)
			for _, v := range row {
				size := math.Abs(v)
				if !(size <= math.MaxFloat64) {
					return nonFinite(buf, i, t.d)
				}
				if size > top {
					top = size
				}
			}
		}
	}
	t.exponent = exponentOf(top)
	for j := range t.mean {
		t.mean[j] = math.Ldexp(t.mean[j], t.exponent)
	}
	return nil
}

// exponentOf returns the exponent that brings top, finite and at least 0, to
// about 1 where it is not 0.
func exponentOf(top float64) int {
	if top == 0 {
		return 0
	}
	_, e := math.Frexp(top)
	return max(-e, -1022) // 2^exponent is a normal number
}

// nonFinite finds the bad number among rows from i on.
func nonFinite(buf []float64, i, d int) error {
	for k, v := range buf {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return &spectra.NonFiniteError{Row: i + k/d, Col: k % d, Value: v}
		}
	}
	return spectra.ErrOverflow
}

// read widens rows i0 … i1-1 in the convention, not scaled.
func (t *table) read(dst []float64, i0, i1 int) {
	t.rows.Block(dst, t.d, i0, i1, 0, t.d)
	if t.gain == nil && !t.centre {
		return
	}
	for i := range i1 - i0 {
		row := dst[i*t.d:][:t.d]
		for j := range t.gain {
			row[j] *= t.gain[j]
		}
		if t.centre {
			centre(row)
		}
	}
}

// centre takes its mean from x.
func centre(x []float64) {
	var sum float64
	for _, v := range x {
		sum += v
	}
	mean := sum / float64(len(x))
	for j := range x {
		x[j] -= mean
	}
}
