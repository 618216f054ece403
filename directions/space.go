package directions

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/floats"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// TokenSpace is a vocabulary as points: the rows of W_E, or the columns of W_U
// given as rows, about the mean of the tokens that count. It keeps no copy of
// them: a few numbers a token. It is safe for concurrent use; where the points
// lie in a file, calls run under the loader's Guard.
type TokenSpace struct {
	points linalg.Source // d_vocab × d_model
	n, d   int
	skip   []bool    // tokens left out of the mean, of every readout and every null
	mean   []float64 // of the others
	norm   []float64 // of every token about the mean, 0 where it is the mean
	kept   []int     // ids not left out, and whose norm is not 0, ascending

	// exponent makes the largest number of the points times 2^exponent about 1.
	exponent int

	// drift is the unit vector from the mean to that of the tokens left out,
	// nil if there are none. off is the norm of a token across it.
	drift []float64
	off   []float64

	rooms sync.Pool // of *[2][]float64, length d each
}

// strip is the number of rows read at a time: with d_model 768 some 1.5 MB.
const strip = 256

// NewTokenSpace returns the space of the points, d_vocab × d_model, without the
// tokens marked in skip (length d_vocab, or nil for none), such as the
// under-trained ones. It reads the points twice. The error is a
// *spectra.NonFiniteError.
func NewTokenSpace(points linalg.Source, skip []bool) (*TokenSpace, error) {
	s := &TokenSpace{points: points, skip: skip}
	s.n, s.d = points.Dims()
	if skip == nil {
		s.skip = make([]bool, s.n)
	}
	s.norm, s.off = make([]float64, s.n), make([]float64, s.n)
	return s, s.measure()
}

// measure sets the mean, the drift, the norms and the list of those kept.
func (s *TokenSpace) measure() error {
	if err := s.measureMeans(); err != nil {
		return err
	}
	s.kept = nil
	return s.each(func(id int, x []float64) error {
		add(x, -1, s.mean)
		s.norm[id] = norm(x)
		s.acrossDrift(x)
		s.off[id] = norm(x)
		if !s.skip[id] && s.off[id] > 0 {
			s.kept = append(s.kept, id)
		}
		return nil
	})
}

// measureMeans sets mean and drift.
func (s *TokenSpace) measureMeans() error {
	mean, apart := make([]float64, s.d), make([]float64, s.d)
	var count, skipped, top float64
	err := s.each(func(id int, x []float64) error {
		for j, v := range x {
			size := math.Abs(v)
			if !(size <= math.MaxFloat64) {
				return &spectra.NonFiniteError{Row: id, Col: j, Value: v}
			}
			if size > top {
				top = size
			}
		}
		if s.skip[id] {
			add(apart, 1, x)
			skipped++
		} else {
			add(mean, 1, x)
			count++
		}
		return nil
	})
	s.exponent = exponentOf(top)
	scale(mean, 1/max(count, 1))
	scale(apart, 1/max(skipped, 1))
	add(apart, -1, mean)
	s.mean, s.drift = mean, nil
	if length := norm(apart); skipped > 0 && length > 0 {
		scale(apart, 1/length)
		s.drift = apart
	}
	return err
}

// acrossDrift takes from x, about the mean, its part along the drift.
func (s *TokenSpace) acrossDrift(x []float64) {
	if s.drift != nil {
		add(x, -dot(x, s.drift), s.drift)
	}
}

// each calls f for every token in order; x may be written to.
func (s *TokenSpace) each(f func(id int, x []float64) error) error {
	buf := make([]float64, strip*s.d)
	for i := 0; i < s.n; i += strip {
		end := min(i+strip, s.n)
		s.points.Block(buf, s.d, i, end, 0, s.d)
		for id := i; id < end; id++ {
			if err := f(id, buf[(id-i)*s.d:][:s.d]); err != nil {
				return err
			}
		}
	}
	return nil
}

// Len returns the number of tokens, those left out included; Skipped whether a
// token is left out.
func (s *TokenSpace) Len() int            { return s.n }
func (s *TokenSpace) Skipped(id int) bool { return s.skip[id] }

// Skip returns what was given to NewTokenSpace, length d_vocab: read only.
func (s *TokenSpace) Skip() []bool { return s.skip }

// centred writes token id about the mean to dst, length d_model.
func (s *TokenSpace) centred(dst []float64, id int) {
	s.points.Block(dst, s.d, id, id+1, 0, s.d)
	add(dst, -1, s.mean)
}

// unit is centred, across the drift, over its norm: a unit vector, or 0.
//
// What half-trained tokens have in common with untrained ones is how far they
// have drifted, and that alone must not make them alike.
func (s *TokenSpace) unit(dst []float64, id int) {
	s.centred(dst, id)
	s.acrossDrift(dst)
	if s.off[id] > 0 {
		scale(dst, 1/s.off[id])
	}
}

func add(dst []float64, f float64, x []float64) { floats.AddScaled(dst, f, x) }

func scale(x []float64, f float64) { floats.Scale(f, x) }

func dot(x, y []float64) float64 {
	var sum float64
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}

func norm(x []float64) float64 { return math.Sqrt(dot(x, x)) }
