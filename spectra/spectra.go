// Package spectra computes singular values of matrices and what is measured on
// them. It knows numbers only: no labels, no files, no models.
//
// For most uses, call Values for a stored matrix or ProductValues for a product
// kept as its two factors, and evaluate each entry of Metrics on the Spectrum.
// Every spectrum says how far to trust it: Floor bounds what the rounding of the
// stored numbers and the computation itself can have made up.
//
// Inputs are never modified. Results depend on neither the number of threads
// nor, but for last bits, the kernels below.
package spectra

import (
	"errors"
	"fmt"

	"wspec/internal/linalg"
)

// Source is a rectangular block of numbers read block by block.
type Source = linalg.Source

// Stored is an optional ability of a Source: how coarse its storage is.
type Stored interface {
	// Epsilon returns the spacing at 1 of the storage dtype (2⁻²³ for F32, 2⁻⁷
	// for BF16), or 0 if it is not known.
	Epsilon() float64
}

// Options says how to compute. The zero value is the default.
type Options struct {
	// Threads is the number of goroutines used within one matrix; 0 means 1,
	// since callers have many matrices to share out. Results do not depend on it.
	Threads int
	// Workspace is memory kept from one call to the next, nil for none. It serves
	// one call at a time, and keeps some 32 MiB at most.
	Workspace *Workspace
}

// Workspace is working memory to be used again. The zero value is ready for use.
type Workspace = linalg.Workspace

func (o Options) threads() int { return max(o.Threads, 1) }

// The values of Spectrum.Method.
const (
	MethodGram       = "gram"             // eigenvalues of the smaller Gram matrix
	MethodBidiagonal = "bidiagonal"       // QR, then bidiagonalisation: nothing squared
	MethodProduct    = "product"          // QR of each factor, then the small core's values
	MethodNoise      = "marchenko-pastur" // quantiles of a density, no matrix
)

// Spectrum is the singular values of one Rows × Cols matrix.
type Spectrum struct {
	// Rows and Cols are the shape of the matrix, of the product for a product.
	Rows, Cols int
	// Sigma holds the singular values, descending, finite, not negative, never
	// nil: min(Rows, Cols) of them, or min(Rows, inner, Cols) for a product.
	Sigma []float64
	// Product says that the matrix is a product of two stored ones, for which
	// the Marchenko–Pastur law does not hold.
	Product bool
	// Inner is the side that the factors of a product share; 0 for a stored
	// matrix.
	Inner int
	// Epsilon is the spacing at 1 of the storage dtype, the coarser one of a
	// product's two; 0 if it is not known.
	Epsilon float64
	Floor   Floor
	// Signal is what Nulls.Signal says of the values, nil where it was not asked.
	Signal *Signal
	// PowerLaw is the fit to the tail, nil where none was made; see Nulls.PowerLaw.
	PowerLaw *PowerLaw
	// Method is one of the Method constants.
	Method string
}

// Floor bounds the errors of singular values: absolute, in units of σ. A σ
// under either is not told from 0.
type Floor struct {
	// DType estimates ‖E‖₂ for the rounding E of this very matrix to its
	// storage dtype: every entry off by an independent uniform error within half
	// its own spacing, so that ‖E‖₂ is near sd·(√rows + √cols). 0 if the dtype is
	// not known.
	DType float64
	// Method bounds the error of the computation, at the σ where it is largest.
	Method float64
}

// Level returns the larger of the two floors.
func (f Floor) Level() float64 { return max(f.DType, f.Method) }

// NonFiniteError reports the first entry of a matrix, in row-major order, that
// is NaN or infinite. Row and Col are 0-based.
type NonFiniteError struct {
	Row, Col int
	Value    float64
}

func (e *NonFiniteError) Error() string {
	return fmt.Sprintf("entry at row %d, column %d is %v", e.Row, e.Col, e.Value)
}

// ErrNoConvergence reports that the iteration for singular values failed.
var ErrNoConvergence = linalg.ErrNoConvergence

// ErrOverflow reports finite entries so large that the sum of the singular
// values, or the floor of a product, passes the range of float64.
var ErrOverflow = errors.New("spectra: singular values pass the range of float64")
