package spectra

import (
	"math"

	"wspec/internal/linalg"
)

// doubleEpsilon is the spacing of float64 at 1.
const doubleEpsilon = 0x1p-52

// Errors of the routes, in units of √max(m, n)·ε. Measured on Gaussian, positive
// and graded matrices from 4 × 4 to 768 × 768 and 50000 × 8, against the other
// route or the same with rows permuted, the worst of hundreds were 3.5 for λ/λ₁
// of the Gram route and 1.6 for σ/σ₁ of the direct one, both on the smallest
// matrices (1.8 and 0.8 at 768 × 768, 0.4 and 0.3 at 50000 × 8); these are at
// least twice as much. Errors grow as the root: roundings are as good as
// independent, and a bound linear in the side would be 30 times too dark at 768.
const (
	gramConstant   = 8
	directConstant = 4
)

// The Gram route squares: an error δ·σ₁² of λᵢ is one of δσ₁²/(2σᵢ) in σᵢ. It
// is not used where that bound passes, at the smallest σ, the first of these,
// nor where the smallest σ, taken from its vector, may be off by the second.
const (
	// maxAbsolute bounds the error over σ₁: what is required of every route.
	maxAbsolute = 1e-9
	// maxRelative bounds the error over σ itself, so that a condition number is
	// good to six digits with one to spare.
	maxRelative = 1e-7
)

// Values returns the spectrum of w, a matrix of any shape, sides of 0 and 1
// included. Each σ̂ is within 1e-9·σ₁ of the true one, usually within 1e-14·σ₁;
// Floor.Method bounds it. Numbers near the least of float64 (1e-308) carry what
// precision they have. If w is also Stored, its dtype sets Epsilon and
// Floor.DType.
//
// The route is the eigenvalues of the smaller Gram matrix; QR and
// bidiagonalisation where these would lose the smallest σ, and for float64
// storage. Scaling w by a power of two scales the result exactly.
//
// The error is *NonFiniteError, ErrNoConvergence or ErrOverflow. Working memory
// is bounded by Footprint.
func Values(w Source, o Options) (*Spectrum, error) {
	x, err := read(w, o)
	if err != nil {
		return nil, err
	}
	return x.values()
}

// reading is a matrix of which every entry has been read once.
type reading struct {
	*census
	w       Source
	e       int          // times 2^e it is computed with
	gram    *linalg.Gram // of that; nil for float64 storage: no digit is to be lost
	epsilon float64
	blur    float64 // values of w·2^e under it mean nothing and need not be exact
	threads int
	room    *Workspace
	shared  *Factor // to be given its norm
}

// read takes the census of w and forms its Gram matrix meanwhile, but for float64
// storage.
func read(w Source, o Options) (x *reading, err error) {
	x = &reading{w: w, epsilon: epsilon(w), threads: o.threads(), room: o.Workspace}
	if x.epsilon != 0 && x.epsilon <= doubleEpsilon {
		x.census, err = takeCensus(w)
		if err == nil {
			x.e = x.exponent()
		}
		return x, err
	}
	return readGram(w, o)
}

// readGram is read, whatever the storage.
func readGram(w Source, o Options) (x *reading, err error) {
	x = &reading{w: w, epsilon: epsilon(w), threads: o.threads(), room: o.Workspace}
	counted := &counter{Source: w}
	x.gram = linalg.NewGram(counted, 1, x.threads, x.room)
	if x.census, err = counted.census(); err != nil {
		return x, err
	}
	if x.e = x.exponent(); x.e != 0 {
		x.gram = linalg.NewGram(w, x.scale(), x.threads, x.room)
	}
	return x, nil
}

func (x *reading) scale() float64 { return math.Ldexp(1, x.e) }

// spectrum returns a Spectrum without values.
func (x *reading) spectrum() *Spectrum {
	s := &Spectrum{Rows: x.rows, Cols: x.cols, Epsilon: x.epsilon, Method: MethodGram}
	s.Floor.DType = x.rounding(x.epsilon)
	s.Sigma = make([]float64, min(x.rows, x.cols))
	return s
}

// values is Values.
func (x *reading) values() (*Spectrum, error) {
	s := x.spectrum()
	if x.zero() {
		return s, nil
	}
	if !s.gram(x) {
		if err := s.direct(x); err != nil {
			return nil, err
		}
	}
	return s, s.unscale(x.e)
}

// epsilon returns the storage spacing of w at 1, 0 if not known.
func epsilon(w Source) float64 {
	if s, ok := w.(Stored); ok {
		return s.Epsilon()
	}
	return 0
}

// gram sets the values by the Gram route and reports whether they are good
// enough. It uses the Gram matrix up.
func (s *Spectrum) gram(x *reading) bool {
	if x.gram == nil {
		return false
	}
	enough := gramConstant * s.unit() / (2 * maxRelative)
	lambda, least, err := x.gram.Spectrum(x.w, enough)
	if err != nil {
		x.shared = nil
	} else if x.shared != nil {
		x.shared.normed(lambda)
	}
	return err == nil && (s.fromGram(lambda, least) || s.blurred(lambda, x.blur))
}

// fromGram sets the values from the eigenvalues of the smaller Gram matrix and
// the smallest value, and reports whether they are good enough.
func (s *Spectrum) fromGram(lambda []float64, least float64) bool {
	if !(least > 0) {
		return false
	}
	r := len(lambda)
	for i, l := range lambda {
		s.Sigma[i] = math.Sqrt(max(l, 0))
	}
	s.Sigma[r-1] = least
	delta := gramConstant * s.unit() // relative error of λ₁
	top := s.Sigma[0]
	last := leastError(lambda, least, delta)
	s.Floor.Method = last * least
	if r > 1 { // the smallest of those that have squaring's error
		s.Floor.Method = max(s.Floor.Method, delta*top*top/(2*s.Sigma[r-2]))
	}
	return s.Floor.Method <= maxAbsolute*top && last <= maxRelative
}

// blurred sets the values from the eigenvalues alone, each off by at most √δ·σ₁
// for a relative error δ of λ₁, and reports whether that is well under blur.
func (s *Spectrum) blurred(lambda []float64, blur float64) bool {
	for i, l := range lambda {
		s.Sigma[i] = math.Sqrt(max(l, 0))
	}
	s.Floor.Method = math.Sqrt(gramConstant*s.unit()) * s.Sigma[0]
	return s.Floor.Method <= blur/2
}

// leastError bounds the relative error of the smallest value: as the root of
// the smallest λ, δλ₁/(2λ_r); or as the length of its vector's image, which the
// other λⱼ disturb by Σ (δλ₁)²/((λⱼ − λ_r)·2λ_r) and rounding by δσ₁/σ_r, the
// better of the two.
func leastError(lambda []float64, least, delta float64) float64 {
	last, shift := least*least, delta*lambda[0]
	sum := delta * math.Sqrt(lambda[0]) / least
	for _, l := range lambda[:len(lambda)-1] {
		gap := l - last - shift
		if !(gap > 0) {
			return shift / (2 * last) // two values too close to tell their vectors apart
		}
		sum += shift * shift / (gap * 2 * last)
	}
	return min(sum, shift/(2*last))
}

// direct sets the values by the direct route.
func (s *Spectrum) direct(x *reading) error {
	sigma, err := linalg.DirectValues(x.w, x.scale(), x.threads, x.room)
	if err != nil {
		return err
	}
	s.Sigma, s.Method = sigma, MethodBidiagonal
	s.Floor.Method = directConstant * s.unit() * sigma[0]
	return nil
}

// unit returns √max(m, n)·ε.
func (s *Spectrum) unit() float64 { return math.Sqrt(float64(max(s.Rows, s.Cols))) * doubleEpsilon }

// unscale divides the values and the method's floor by 2^e.
func (s *Spectrum) unscale(e int) error {
	for i := range s.Sigma {
		s.Sigma[i] = math.Ldexp(s.Sigma[i], -e)
	}
	s.Floor.Method = math.Ldexp(s.Floor.Method, -e)
	// No sum of values, nor a root of a sum of squares, is larger.
	if math.IsInf(s.Sigma[0]*float64(len(s.Sigma)), 0) || math.IsInf(s.Floor.Level(), 0) {
		return ErrOverflow
	}
	return nil
}

// censusFootprint is the memory of takeCensus: its tile and its counts. Those of
// the workers of a counter are fewer.
const censusFootprint = 8 * (tileRows*tileCols + expMask + 1 + 64)

// Footprint returns the bytes of working memory that Values needs at most for a
// rows × cols matrix, its result included, the source not.
func Footprint(rows, cols int) int64 {
	r := int64(min(rows, cols))
	return censusFootprint + linalg.Footprint(rows, cols) + 16*r
}
