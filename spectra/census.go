package spectra

import (
	"math"
	"sync"
)

// census is what one pass over a matrix's entries learns. Counts by binary
// exponent do not depend on the order of reading, and give the sum of squared
// spacings exactly at any scale.
type census struct {
	rows, cols int
	top        uint64 // bits of the largest |entry|
	exponents  [expMask + 1]uint64
}

// The layout of a float64.
const (
	mantissaBits = 52
	expMask      = 1<<11 - 1 // also the exponent of NaN and infinities
	expBias      = 1023
	signBit      = 1 << 63
)

// Entries are read in tiles of tileRows × tileCols, 256 KiB: within a level 2
// cache, and wide enough either way for a source that is stored transposed.
const tileRows, tileCols = 128, 256

// takeCensus reads every entry of w once. The error is a *NonFiniteError.
func takeCensus(w Source) (*census, error) {
	c := newCensus(w)
	tile := make([]float64, min(c.rows, tileRows)*min(c.cols, tileCols))
	for i := 0; i < c.rows; i += tileRows {
		ie := min(i+tileRows, c.rows)
		for j := 0; j < c.cols; j += tileCols {
			je := min(j+tileCols, c.cols)
			part := tile[:(ie-i)*(je-j)]
			w.Block(part, je-j, i, ie, j, je)
			c.count(part)
		}
	}
	return c, c.check(w)
}

func newCensus(w Source) *census {
	c := new(census)
	c.rows, c.cols = w.Dims()
	return c
}

// check returns a *NonFiniteError if an entry of w, all of which were counted,
// is not finite.
func (c *census) check(w Source) error {
	if c.exponents[expMask] != 0 {
		return firstNonFinite(w)
	}
	return nil
}

// counter takes the census of a Source while others read it, each entry once.
type counter struct {
	Source
	mu   sync.Mutex
	idle []*census // those no call of Block is using
}

func (c *counter) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	c.Source.Block(dst, ld, i0, i1, j0, j1)
	own := c.take()
	for i := range i1 - i0 {
		own.count(dst[i*ld:][:j1-j0])
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = append(c.idle, own)
}

func (c *counter) take() *census {
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.idle) - 1
	if last < 0 {
		return new(census)
	}
	own := c.idle[last]
	c.idle = c.idle[:last]
	return own
}

// census returns what has been counted. The error is a *NonFiniteError.
func (c *counter) census() (*census, error) {
	sum := newCensus(c.Source)
	for _, part := range c.idle {
		sum.top = max(sum.top, part.top)
		for e, n := range part.exponents {
			sum.exponents[e] += n
		}
	}
	return sum, sum.check(c.Source)
}

func (c *census) count(x []float64) {
	top := c.top
	for _, v := range x {
		bits := math.Float64bits(v) &^ signBit
		top = max(top, bits)
		c.exponents[bits>>mantissaBits]++
	}
	c.top = top
}

// firstNonFinite finds the first bad entry in row-major order, which the tiles
// do not follow. It returns nil if there is none (left).
func firstNonFinite(w Source) error {
	rows, cols := w.Dims()
	row := make([]float64, min(cols, tileRows*tileCols))
	for i := range rows {
		for j := 0; j < cols; j += len(row) {
			part := row[:min(len(row), cols-j)]
			w.Block(part, len(part), i, i+1, j, j+len(part))
			for k, v := range part {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return &NonFiniteError{Row: i, Col: j + k, Value: v}
				}
			}
		}
	}
	// The entries changed while they were read.
	return ErrNoConvergence
}

// zero reports whether every entry is 0.
func (c *census) zero() bool { return c.top == 0 }

// plainExponent bounds |log₂| of the largest entry of a matrix that is computed
// with as it is: its squares, their sums and the squares of entries far smaller
// stay within the range of float64.
const plainExponent = 300

// exponent returns e such that the matrix times 2ᵉ can be squared: 0, or for
// very large or small entries such that their largest magnitude comes to lie in
// [½, 1), or below where 2ᵉ would overflow.
func (c *census) exponent() int {
	_, e := math.Frexp(math.Float64frombits(c.top))
	if -plainExponent <= e && e <= plainExponent {
		return 0
	}
	return min(-e, expBias)
}

// rounding returns Floor.DType for entries stored with spacing epsilon at 1.
//
// An entry x is one of the dtype's numbers, ulp = epsilon·2^⌊log₂|x|⌋ apart, so
// it stands for an interval of that width: an error uniform in it has variance
// ulp²/12. Zeros are exact. The largest singular value of independent errors
// with mean variance sd² is near sd·(√m + √n) (Geman 1980).
func (c *census) rounding(epsilon float64) float64 {
	if c.zero() || epsilon == 0 {
		return 0
	}
	top := int(c.top >> mantissaBits)
	var squares float64 // of spacings, in units of the coarsest's
	for e := 1; e <= top; e++ {
		if n := c.exponents[e]; n != 0 {
			squares += math.Ldexp(float64(n), 2*(e-top))
		}
	}
	m, n := float64(c.rows), float64(c.cols)
	sd := epsilon * math.Sqrt(squares/(12*m*n))
	return math.Ldexp(sd*(math.Sqrt(m)+math.Sqrt(n)), top-expBias)
}
