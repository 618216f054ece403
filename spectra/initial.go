package spectra

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
)

// Initial says how far a stored matrix is from what every common initialiser
// but the orthogonal one makes: independent entries of one distribution around 0,
// with the standard deviation and kurtosis that are observed. Rows and columns
// of zeros, such as a padding token's, are left out.
type Initial struct {
	SD       float64 // root mean square of the entries
	Kurtosis float64 // mean fourth power over SD⁴: 3 for a normal law, 1.8 for a uniform one
	// The tests, each as a distance in standard deviations of its own null.
	Bulk    float64 // nuclear norm over Frobenius norm: σ more (> 0) or less equal than those of independent entries
	Top     float64 // λ₁ in units of the Tracy–Widom law
	Rows    float64 // spread of the rows' energies
	Columns float64 // spread of the columns' energies
	// P is the least of the tests' p, times their number, at most 1; NaN where the
	// matrix is too small to be tested. It is 1 for a matrix of zeros and for an
	// orthogonal one, which are initialisers of their own.
	P float64
	// Orthogonal says that all singular values are equal but for rounding.
	Orthogonal bool
	Entries    int // that were counted: rows times columns that are not all zero
}

// leastInitial is the shorter side from which the tests' laws hold: drawn
// matrices 16 × 16, Gaussian and uniform, had p ≤ 0.001 in no more than one of a
// thousand.
const leastInitial = minNoiseRank

// initialTests is the number of tests of Initial.
const initialTests = 4

// TestInitial tests a matrix w with spectrum s against its initialisation. w
// must be finite, as Values has found it.
func TestInitial(w Source, s *Spectrum) *Initial {
	nan := math.NaN()
	r := &Initial{SD: nan, Kurtosis: nan, Bulk: nan, Top: nan, Rows: nan, Columns: nan, P: nan}
	rows, cols := w.Dims()
	level := frobeniusNorm(s) / math.Sqrt(float64(rows)*float64(cols))
	if min(rows, cols) < leastInitial {
		return r
	}
	if !(level > 0) {
		r.SD, r.P = 0, 1
		return r
	}
	m := sumEntries(w, 1/level)
	r.Entries = len(m.rows) * len(m.cols)
	unit := m.total / float64(r.Entries) // mean square entry, in level²
	r.SD, r.Kurtosis = level*math.Sqrt(unit), m.fourth/float64(r.Entries)/(unit*unit)
	last := s.Sigma[min(len(m.rows), len(m.cols))-1]
	r.Orthogonal = s.Sigma[0]-last <= max(orthogonalSpread*s.Sigma[0], 2*s.Floor.Level())
	if r.Orthogonal {
		r.P = 1
		return r
	}
	r.test(m, s, unit)
	return r
}

// orthogonalSpread is how far apart the σ of an orthogonal initialiser are for
// float32 arithmetic.
const orthogonalSpread = 1e-4

// test makes the four tests.
func (r *Initial) test(m *entrySums, s *Spectrum, unit float64) {
	if min(len(m.rows), len(m.cols)) < leastInitial {
		return
	}
	rows, cols := len(m.rows), len(m.cols)
	var p [initialTests]float64
	r.Bulk, p[0] = bulkTest(s, min(rows, cols), max(rows, cols), r.Kurtosis)
	mean, sd := NoiseEdge(rows, cols)
	top := s.Sigma[0] / r.SD
	r.Top = (top*top - mean) / sd
	p[1] = tracyWidomOver(r.Top)
	r.Rows, p[2] = spreadTest(m.rows, float64(cols), unit, r.Kurtosis)
	r.Columns, p[3] = spreadTest(m.cols, float64(rows), unit, r.Kurtosis)
	r.P = min(1, initialTests*max(slices.Min(p[:]), leastInitialP))
}

// leastInitialP is what p are not let under: laws fitted to moments say nothing there.
const leastInitialP = 1e-300

// bulkTest tests the nuclear norm over the Frobenius norm, which hardly feels
// single large values and grows with how equal all are.
func bulkTest(s *Spectrum, r, n int, kurtosis float64) (z, p float64) {
	mean, sd := nuclearLaw(r, n, kurtosis)
	z = (nuclearNorm(s)/frobeniusNorm(s)*math.Sqrt(float64(r)) - mean) / sd
	return z, math.Erfc(math.Abs(z) / math.Sqrt2)
}

// nuclearLaw returns mean and standard deviation of Σσ/√(Σλ/r) for an r × n
// matrix, r ≤ n, of independent entries of the kurtosis κ, by the central limit
// theorem for linear statistics of sample covariance matrices. With bₖ the cosine
// coefficients of √x at x = 1 + β − 2√β·cos θ, β = r/n, and aₖ those of √x − x·E√x/2,
// which is free of what goes with Σλ and differs from them at k = 1,
//
//	mean = r·E√x + (√x₋ + √x₊)/4 − b₀/4 + (κ − 3)·a₂/2,  variance = Σ k·aₖ²/2
//
// (Bai & Silverstein 2004; in this form and with κ, Wang & Yao 2013). On drawn
// matrices from 16 × 16 to 64 × 256, Gaussian and uniform, z had mean 0.13 at most,
// deviation 0.97 to 1.03 and skewness under 0.2.
func nuclearLaw(r, n int, kurtosis float64) (mean, sd float64) {
	// Coefficients fall as 1/k² at worst, for β = 1: terms of them leave 1/terms² of
	// the variance, and points alias the rest.
	const terms, points = 64, 512
	d := MarchenkoPastur{Beta: float64(r) / float64(n)}
	var b [terms]float64
	var root, weights float64
	for i := range points {
		theta := (float64(i) + 0.5) * math.Pi / points
		x, sin := d.at(theta), math.Sin(theta)
		w := sin * sin / x // the density times dx/dθ
		weights += w
		root += w * math.Sqrt(x)
		for k := range b {
			b[k] += 2.0 / points * math.Sqrt(x) * math.Cos(float64(k)*theta)
		}
	}
	root /= weights
	low, high := d.Edges()
	mean = float64(r)*root + (math.Sqrt(low)+math.Sqrt(high))/4 - b[0]/4 + (kurtosis-3)*b[2]/2
	b[1] += math.Sqrt(d.Beta) * root // x has the coefficient −2√β there
	var variance float64
	for k := 1; k < terms; k++ {
		variance += float64(k) / 2 * b[k] * b[k]
	}
	return mean, math.Sqrt(variance)
}

// spreadTest tests the energies of rows of n entries, in units of which the mean
// square entry has unit: the sum of their squared distances from the mean is
// near a χ² one, widened by what rows of n entries deviate from normal ones.
func spreadTest(energy []float64, n, unit, kurtosis float64) (z, p float64) {
	if !(kurtosis > 1+1e-6) {
		return 0, 1 // entries ±a: all rows are equal
	}
	var spread float64
	for _, e := range energy {
		spread += (e/unit - n) * (e/unit - n)
	}
	spread /= n * (kurtosis - 1)
	free := float64(len(energy) - 1)
	// A squared normal entry has excess kurtosis 12, a uniform one less.
	variance := free * (2 + 12/n)
	scale := variance / (2 * free)
	return (spread - free) / math.Sqrt(variance), mathext.GammaIncRegComp(free/scale/2, spread/scale/2)
}

// entrySums is what one pass over a scaled matrix gives: energies of the rows and
// columns that are not zero, and the sums of squares and fourth powers.
type entrySums struct {
	rows, cols    []float64
	total, fourth float64
}

func sumEntries(w Source, scale float64) *entrySums {
	rows, cols := w.Dims()
	m := &entrySums{rows: make([]float64, rows), cols: make([]float64, cols)}
	tile := make([]float64, min(rows, tileRows)*min(cols, tileCols))
	for i := 0; i < rows; i += tileRows {
		ie := min(i+tileRows, rows)
		for j := 0; j < cols; j += tileCols {
			je := min(j+tileCols, cols)
			w.Block(tile, je-j, i, ie, j, je)
			for k := i; k < ie; k++ {
				m.addRow(k, m.cols[j:je], tile[(k-i)*(je-j):], scale)
			}
		}
	}
	for _, e := range m.rows {
		m.total += e
	}
	m.rows, m.cols = positive(m.rows), positive(m.cols)
	return m
}

// addRow adds the part of row i that lies in the columns whose energies are
// given.
func (m *entrySums) addRow(i int, cols, x []float64, scale float64) {
	var energy, fourth float64
	for j := range cols {
		v := x[j] * scale
		v *= v
		cols[j] += v
		energy += v
		fourth += v * v
	}
	m.rows[i] += energy
	m.fourth += fourth
}

// positive returns the numbers over 0, in x's place.
func positive(x []float64) []float64 {
	n := 0
	for _, v := range x {
		if v > 0 {
			x[n] = v
			n++
		}
	}
	return x[:n]
}

// InitialFootprint returns the bytes of working memory that TestInitial needs.
func InitialFootprint(rows, cols int) int64 {
	return 8 * (int64(rows) + int64(cols) + tileRows*tileCols)
}
