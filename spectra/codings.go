package spectra

import (
	"math"
	"math/bits"
)

// Coding is a way of writing a matrix with fewer numbers than it has.
type Coding string

// The codings. Of each the energy that is kept is a share of Σw² = Σσ².
const (
	// CodingSVD keeps k singular values and their directions: k·(rows + cols) numbers, the values folded in.
	CodingSVD Coding = "svd"
	// CodingDCT keeps the largest coefficients of the orthonormal two-dimensional discrete cosine transform (DCT-II), as
	// pictures are coded: rows and columns have an order there. Which they are has to be said.
	CodingDCT Coding = "dct"
	// CodingEntries keeps the largest entries: magnitude pruning. Which they are has to be said.
	CodingEntries Coding = "entries"
)

// CodingNames returns all codings.
func CodingNames() []Coding { return []Coding{CodingSVD, CodingDCT, CodingEntries} }

// Codings is one matrix under every coding.
type Codings struct {
	Rows, Cols int

	s            *Spectrum
	dct, entries *magnitudes
}

// CompareCodings reads w, whose spectrum is s, under every coding. The error is *NonFiniteError.
//
// Entries and coefficients are counted by magnitude in classes of 1 + 2⁻⁸ and not sorted: what is kept is off by less than 2⁻⁷ of
// the energy of one class, of smooth distributions some 1e-5. Working memory is CodingsFootprint, the time that of a Fourier
// transform of each row and column.
func CompareCodings(w Source, s *Spectrum) (*Codings, error) {
	if _, err := takeCensus(w); err != nil {
		return nil, err
	}
	c := &Codings{Rows: s.Rows, Cols: s.Cols, s: s, dct: newMagnitudes(), entries: newMagnitudes()}
	scale := 1.0
	if len(s.Sigma) > 0 && s.Sigma[0] > 0 { // squares keep to the range of float64
		_, e := math.Frexp(s.Sigma[0])
		scale = math.Ldexp(1, -e)
	}
	row := make([]float64, s.Cols)
	for i := range s.Rows {
		w.Block(row, s.Cols, i, i+1, 0, s.Cols)
		for j := range row {
			row[j] *= scale
		}
		c.entries.count(row)
	}
	eachCosine(w, scale, c.dct.count)
	c.entries.sum()
	c.dct.sum()
	return c, nil
}

// CodingsFootprint returns the bytes of working memory that CompareCodings needs at most.
func CodingsFootprint(rows, cols int) int64 {
	strip := min(8*int64(rows)*int64(cols), max(dctStrip, 8*int64(rows)))
	const transform = 160 // bytes an element of a side: tables and buffers, those of a chirp of four times the length
	return censusFootprint + strip + transform*int64(rows+cols) + 2*16*classes
}

// Keeps returns the share of the energy that a coding keeps with a count of numbers, in [0, 1]: 1 where they are as many as the
// matrix has, and for the zero matrix.
func (c *Codings) Keeps(coding Coding, numbers int64) float64 {
	whole := int64(c.Rows) * int64(c.Cols)
	switch {
	case numbers >= whole:
		return 1
	case coding == CodingSVD:
		return c.s.Approximate(Top(len(c.s.Sigma), rankOf(c.Rows, c.Cols, numbers))).Energy
	case coding == CodingDCT:
		return c.dct.keeps(numbers)
	}
	return c.entries.keeps(numbers)
}

// rankOf is the rank that a count of numbers pays for.
func rankOf(rows, cols int, numbers int64) int { return int(numbers / int64(rows+cols)) }

// NoiseKeeps returns what a coding keeps of a rows × cols matrix of independent normal numbers, whose transform is one too:
// with the share f of them, f + 2tφ(t) for the t that f of them pass in magnitude; in singular values, by s = NoiseSpectrum.
func (s *Spectrum) NoiseKeeps(coding Coding, numbers int64) float64 {
	whole := int64(s.Rows) * int64(s.Cols)
	switch {
	case numbers >= whole:
		return 1
	case coding == CodingSVD:
		return s.Approximate(Top(len(s.Sigma), rankOf(s.Rows, s.Cols, numbers))).Energy
	case numbers <= 0:
		return 0
	}
	f := float64(numbers) / float64(whole)
	t := math.Sqrt2 * math.Erfinv(1-f)
	return f + 2*t*math.Exp(-t*t/2)/math.Sqrt(2*math.Pi)
}

// NumbersFor returns how many numbers of a coding fit into a count of bytes, of size bytes each. Of entries and coefficients the
// places are to be kept too: by their index, ⌈log₂(rows·cols)⌉ bits each, or by one bit for every place, whichever is less.
func NumbersFor(coding Coding, rows, cols, size int, bytes int64) int64 {
	whole := int64(rows) * int64(cols)
	if coding == CodingSVD || whole == 0 {
		return bytes / int64(size)
	}
	index := int64(bits.Len64(uint64(whole - 1)))
	n := 8 * bytes / (8*int64(size) + index)
	return max(n, (8*bytes-whole)/(8*int64(size)))
}

// Magnitudes are classed by their exponent and the leading bits of their significand.
const (
	classBits  = 8
	classShift = mantissaBits - classBits
	classes    = 1 << (11 + classBits)
)

// magnitudes counts numbers by magnitude.
type magnitudes struct {
	n      []int64
	energy []float64
	above  []class // descending
}

func newMagnitudes() *magnitudes {
	return &magnitudes{n: make([]int64, classes), energy: make([]float64, classes)}
}

// class is numbers of about one magnitude, and those above it.
type class struct {
	n, above     int64
	energy, more float64
}

func (m *magnitudes) count(x []float64) {
	for _, v := range x {
		i := math.Float64bits(math.Abs(v)) >> classShift
		m.n[i]++
		m.energy[i] += v * v
	}
}

// sum lists the classes that there are, the largest first, and forgets the others.
func (m *magnitudes) sum() {
	var n int64
	var energy float64
	for i := classes - 1; i >= 0; i-- {
		if m.n[i] == 0 {
			continue
		}
		m.above = append(m.above, class{m.n[i], n, m.energy[i], energy})
		n, energy = n+m.n[i], energy+m.energy[i]
	}
	m.n, m.energy = nil, nil
}

// keeps returns the share of the energy of the n largest.
func (m *magnitudes) keeps(n int64) float64 {
	if len(m.above) == 0 {
		return 1
	}
	last := m.above[len(m.above)-1]
	total := last.more + last.energy
	if total == 0 {
		return 1
	}
	for _, c := range m.above {
		if n < c.above+c.n {
			return (c.more + c.energy*float64(n-c.above)/float64(c.n)) / total
		}
	}
	return 1
}
