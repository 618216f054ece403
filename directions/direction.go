// Package directions is where labels and numbers meet: singular directions of
// a model's matrices, and what they mean in the model's own spaces.
//
// Make a Reader under one Convention, decompose matrices with Reader.Decompose,
// and read many of them at once with Reader.Read: one pass over the embeddings
// serves them all.
package directions

import (
	"fmt"

	"wspec/loader"
	"wspec/spectra"
)

// Side says which end of a matrix a direction belongs to, for W = In·diag(σ)·Outᵀ.
type Side int

const (
	In  Side = iota // what W reads: a unit vector of length d_in
	Out             // what W writes: a unit vector of length d_out
)

// String returns "in" or "out".
func (s Side) String() string {
	if s == Out {
		return "out"
	}
	return "in"
}

// Direction is one singular direction of a matrix, read at both ends.
type Direction struct {
	Index       int     // 0 for the largest σ
	Sigma       float64 // singular value
	Energy      float64 // σ²/Σσ², in [0, 1]; 0 for a zero matrix
	Certificate spectra.Certificate
	Residual    float64 // measured misfit of this direction, over σ₁
	In, Out     Reading
}

// Reading is what one end of a direction says in its own space. The positive
// pole is the one of the component of largest magnitude on the In side.
type Reading struct {
	Side  Side
	Space loader.Space
	// Readout names the table that Positive and Negative come from; it is ""
	// where they are coordinates of the space itself.
	Readout Readout
	// Positive and Negative are the ends of the scores, the most extreme first,
	// of equal ones the lower ID first. Of residual sides they are tokens with
	// raw scores e_t·v. Of others they are coordinates with their components,
	// zeros left out: tokens of vocab sides, neurons of mlp sides, positions,
	// and of head sides h·d_head + i for coordinate i of head h (i alone in
	// the part of one head).
	Positive, Negative []Scored
	// Mean and Skew are the mean of all scores and their skewness (third
	// central moment over the 3/2 power of the second; NaN if that is 0): where
	// it is positive, the positive pole is the sharp one. The scores centred
	// over the vocabulary, (e_t − ē)·v, are these scores less Mean, in the same
	// order.
	Mean, Skew float64
	// Constant is the component along the constant 1 of a circuit with biases,
	// which all tokens share: what adds to every score. Else 0.
	Constant float64
	Others   []List    // other readouts of the same direction; residual sides only
	Curve    []float64 // all components in order, of position sides only
	Note     string    // why a residual side has no tokens, else ""
}

// Scored is an element of a readout: a token, a neuron, a position or another
// coordinate.
type Scored struct {
	ID    int
	Score float64
}

// Share returns the square of a coordinate's component: its share of the
// direction's length, in [0, 1]. It means nothing of scores of tokens.
func (s Scored) Share() float64 { return s.Score * s.Score }

// List is another readout of a direction.
type List struct {
	Readout            Readout
	Measure            Measure
	Positive, Negative []Scored // as in Reading
	// Jaccard is the overlap of this list's tokens with the Reading's own, pole
	// by pole: common over all, in [0, 1].
	Jaccard float64
}

// SpaceOf returns the space in which the given side of m lives.
func SpaceOf(m *loader.Matrix, s Side) loader.Space {
	if s == Out {
		return m.Out
	}
	return m.In
}

// Readable returns nil if a direction of space s may be read through the
// vocabulary, which residual-space directions alone can, and a *SpaceError
// for m otherwise.
func Readable(m *loader.Matrix, s Side) error {
	if space := SpaceOf(m, s); space != loader.Residual {
		return &SpaceError{Label: m.Label, Side: s, Space: space}
	}
	return nil
}

// SpaceError says that a direction was asked to be read in a space it does not live in.
type SpaceError struct {
	Label string
	Side  Side
	Space loader.Space
}

// Error names the matrix, the side and its space.
func (e *SpaceError) Error() string {
	space := e.Space
	if space == "" {
		space = "an unknown"
	}
	return fmt.Sprintf("the %s side of %s is in %s space, which has no token readout", e.Side, e.Label, space)
}

// Hint says what to ask for in its place.
func (e *SpaceError) Hint() string {
	return "only residual-space sides are read through the vocabulary: the In side of W_Q, W_K, W_V and W_in, the Out side of W_O and W_out, both sides of OV and QK"
}
