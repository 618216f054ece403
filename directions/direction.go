// Package directions is where labels and numbers meet: singular directions of
// a model's matrices, and what they mean in the model's own spaces.
package directions

import (
	"fmt"

	"wspec/loader"
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

// Direction is one singular direction of a matrix.
type Direction struct {
	Label  string       // of its matrix
	Index  int          // 0 for the largest σ
	Sigma  float64      // singular value
	Side   Side         // which end
	Space  loader.Space // where Vector lives
	Vector []float64    // unit length; the component of largest magnitude on the In side is positive
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
	return fmt.Sprintf("the %s side of %s is in %s space, which has no token readout", e.Side, e.Label, e.Space)
}

// Hint says what to ask for in its place.
func (e *SpaceError) Hint() string {
	return "only residual-space sides are read through the vocabulary: the In side of W_Q, W_K, W_V and W_in, the Out side of W_O and W_out, both sides of OV and QK"
}
