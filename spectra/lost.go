package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// Dimensions are the dimensions of the four subspaces of W, d_in × d_out, that the
// directions above the floor span (Strang 1993): what is read and what is lost of
// the inputs, what is written and what is out of reach of the outputs.
type Dimensions struct {
	Read, Lost          int   // of d_in: rank, and the rest, on which x·W is 0 or below the floor
	Written, OutOfReach int   // of d_out
	Reason              Limit // why Read is less than min(d_in, d_out); LimitNone if it is not
	// Amplification is 1/σᵣ, r the last above the floor: by how much the
	// pseudo-inverse may blow up an error of the output, in units of 1/σ.
	// Condition is σ₁/σᵣ, on what is read. Both are NaN if r is 0.
	Amplification, Condition float64
}

// Limit says what ends a spectrum.
type Limit string

// What ends a spectrum: nothing; the inner side of a product; the values left are
// below what rounding to the storage type adds; or below the error of the
// computation.
const (
	LimitNone    Limit = ""
	LimitProduct Limit = "inner dimension"
	LimitDType   Limit = "rounding of storage"
	LimitMethod  Limit = "error of the computation"
)

// FourSubspaces returns the subspaces of a spectrum.
func FourSubspaces(s *Spectrum) Dimensions {
	r := s.aboveFloor()
	f := Dimensions{Read: r, Lost: s.Rows - r, Written: r, OutOfReach: s.Cols - r, Amplification: math.NaN(), Condition: math.NaN()}
	if r > 0 {
		f.Amplification, f.Condition = 1/s.Sigma[r-1], s.Sigma[0]/s.Sigma[r-1]
	}
	switch {
	case r < len(s.Sigma) && s.Floor.Method > s.Floor.DType:
		f.Reason = LimitMethod
	case r < len(s.Sigma):
		f.Reason = LimitDType
	case r < min(s.Rows, s.Cols):
		f.Reason = LimitProduct
	}
	return f
}

// aboveFloor returns how many values are told from 0.
func (s *Spectrum) aboveFloor() int {
	r := 0
	for r < len(s.Sigma) && s.Sigma[r] > s.Floor.Level() {
		r++
	}
	return r
}

// Kept is how much of each of some inputs a matrix lets through.
type Kept struct {
	// Gain holds ‖x·W‖/(‖x‖σ₁) of each input, in [0, 1]: 1 for what W stretches
	// most, 0 for what it deletes. NaN for an input of norm 0.
	Gain []float64
	// Null is Gain of uniformly random directions: its mean square is Σσ²/(d·σ₁²).
	Null *NullSample
	// P is two-sided: twice the smaller of the probabilities under Null of so much
	// or more and of so much or less, at most 1.
	P []float64

	deleted *NullSample // Null times −1
}

// keptDraws is as basisDraws.
const keptDraws = 2000

// KeepInputs returns what a matrix of which every direction above the floor was
// found keeps of the rows of points, n × d_in, read in strips. The error is
// mat.ErrShape (wrapped) where the sides do not agree, there is no input, the
// matrix is zero, or directions are lacking.
func KeepInputs(points Source, d *Decomposition, seed uint64, o Options) (*Kept, error) {
	n, side := points.Dims()
	k := d.counted()
	if side != d.Rows || k == 0 || n == 0 || k < d.aboveFloor() {
		return nil, fmt.Errorf("spectra: %d×%d inputs of a %d×%d matrix of rank %d: %w", n, side, d.Rows, d.Cols, k, mat.ErrShape)
	}
	weights := relativeValues(d, k)
	kept := &Kept{Gain: make([]float64, n), P: make([]float64, n)}
	kept.draw(weights, side, seed)
	weighted := mat.DenseCopyOf(d.In.Slice(0, side, 0, k))
	weighted.Mul(weighted, mat.NewDiagDense(k, weights))
	for i := 0; i < n; i += keptStrip {
		kept.strip(rowsOf(points, i, min(i+keptStrip, n)), weighted, i, o)
	}
	return kept, nil
}

// keptStrip inputs are read at a time: at 4096 dimensions 2 × 32 MiB.
const keptStrip = 1024

// strip fills Gain and P of the inputs from the i-th on, given read whole.
func (k *Kept) strip(x, weighted *mat.Dense, i int, o Options) {
	y := linalg.Apply(linalg.Dense(x), weighted, 1, o.threads())
	rows, _ := x.Dims()
	for j := range rows {
		gain := length(y.RawRowView(j)) / length(x.RawRowView(j))
		k.Gain[i+j] = min(gain, 1) // rounding may pass 1
		k.P[i+j] = k.twoSided(k.Gain[i+j])
	}
}

// length is the norm of v, the quick way where squares stay in range.
func length(v []float64) float64 {
	const low, high = 0x1p-900, 0x1p900 // √ of either is well inside
	if s := floats.Dot(v, v); s > low && s < high {
		return math.Sqrt(s)
	}
	return floats.Norm(v, 2)
}

func rowsOf(points Source, from, to int) *mat.Dense {
	_, d := points.Dims()
	x := mat.NewDense(to-from, d, nil)
	points.Block(x.RawMatrix().Data, d, from, to, 0, d)
	return x
}

// relativeValues returns σ/σ₁ of the first k directions found.
func relativeValues(d *Decomposition, k int) []float64 {
	out := make([]float64, k)
	for i := range out {
		out[i] = d.Sigma[d.Index[i]] / d.Sigma[0]
	}
	return out
}

func (k *Kept) twoSided(gain float64) float64 {
	return min(1, 2*min(k.Null.P(gain), k.deleted.P(-gain)))
}

// draw fills the nulls by ‖g·W‖/(‖g‖σ₁): only the components of the random g along
// In matter, beside its norm.
func (k *Kept) draw(weights []float64, side int, seed uint64) {
	gains, mirrored := make([]float64, keptDraws), make([]float64, keptDraws)
	rng := Stream(seed, fmt.Sprintf("kept %d %d", side, len(weights)))
	for i := range gains {
		var square, norm float64
		for j := range side {
			g := rng.NormFloat64()
			norm += g * g
			if j < len(weights) {
				square += weights[j] * g * weights[j] * g
			}
		}
		gains[i] = math.Sqrt(square / norm)
		mirrored[i] = -gains[i]
	}
	k.Null, k.deleted = NewNullSample(gains), NewNullSample(mirrored)
}
