package spectra

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// SolveOptions bounds the input that [Decomposition.Solve] looks for. The zero value is no
// bound. Not both may be set.
type SolveOptions struct {
	Norm  float64 // ‖x‖ ≤ Norm; 0 for none
	Ridge float64 // λ ≥ 0 of ‖y − x·W‖² + λ‖x‖²
}

// Solution is the input x, of length d_in, with which x·W comes nearest to a
// target y: with W = In·diag(σ)·Outᵀ, x = Σ fᵢ·(y·outᵢ)/σᵢ·inᵢ over the σᵢ above
// the floor, with filter factors fᵢ = σᵢ²/(σᵢ² + λ) (Tikhonov 1963; Hansen 1998,
// eq. 4.7). Without a bound λ = 0: the least squares solution of least norm.
type Solution struct {
	X, Achieved []float64 // x and x·W: length d_in, d_out
	Carriers    []Carrier // one a direction above the floor, by descending σ
	Lambda      float64   // λ, in units of σ²
	Bound       bool      // the bound on the norm holds x back
	Norm        float64   // ‖x‖
	// Residual is ‖y − x·W‖/‖y‖ and Unreachable ‖y − P·y‖²/‖y‖², P the projection
	// on the Out directions above the floor; both in [0, 1].
	Residual, Unreachable float64
	// Cosine is that of the angle between x·W and y, 0 where x·W is.
	Cosine float64
	// Freedom is Σ fᵢ, the effective degrees of freedom, in [0, rank].
	Freedom float64
}

// Carrier is one singular direction's part in a solution.
type Carrier struct {
	Index    int
	Sigma    float64
	Cosine   float64 // (y·outᵢ)/‖y‖, in [−1, 1]
	Filter   float64 // fᵢ, in [0, 1]
	Input    float64 // share of ‖x‖², in [0, 1]
	Achieved float64 // share of ‖x·W‖², in [0, 1]
}

// SolveError says that a least squares problem has no answer.
type SolveError struct{ Msg string }

func (e *SolveError) Error() string { return "least squares: " + e.Msg }

// Solve returns the input that makes the matrix write y, of length d_out, best.
// d holds all directions of the matrix. The error is *SolveError: for a target
// that is 0 or not finite, a matrix without a value above the floor, or options out of range;
// or mat.ErrShape (wrapped).
func (d *Decomposition) Solve(y []float64, o SolveOptions) (*Solution, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := d.problem()
	if err != nil {
		return nil, err
	}
	if len(y) != d.Cols {
		return nil, fmt.Errorf("spectra: a target of length %d for %d columns: %w", len(y), d.Cols, mat.ErrShape)
	}
	size := blas64.Nrm2(blas64.Vector{N: len(y), Data: y, Inc: 1})
	if !(size > 0) || math.IsInf(size, 0) {
		return nil, &SolveError{"the target is 0 or not finite"}
	}
	unit := make([]float64, len(y))
	for i, v := range y {
		unit[i] = v / size
	}
	p.cosine = multiplyVector(d.Out, true, unit)[:p.rank]
	p.size = size
	p.beyond = d.outside(unit, p)
	s := p.solve(o)
	s.X = multiplyVector(d.In, false, p.pad(p.input()))
	s.Achieved = multiplyVector(d.Out, false, p.pad(p.output()))
	var miss float64
	for i, v := range s.Achieved {
		e := v/size - unit[i]
		miss += e * e
	}
	s.Residual = math.Sqrt(miss) // measured, and no difference of squares
	return s, nil
}

// outside returns ‖y − P·y‖² for a unit vector y, 0 where P is the identity.
func (d *Decomposition) outside(unit []float64, p *problem) (sum float64) {
	if p.rank == d.Cols {
		return 0
	}
	reached := multiplyVector(d.Out, false, p.pad(slices.Clone(p.cosine)))
	for i, v := range reached {
		sum += (unit[i] - v) * (unit[i] - v)
	}
	return min(sum, 1)
}

func (o SolveOptions) check() error {
	switch {
	case !(o.Norm >= 0) || math.IsInf(o.Norm, 0) || !(o.Ridge >= 0) || math.IsInf(o.Ridge, 0):
		return &SolveError{"a bound that is negative or not finite"}
	case o.Norm > 0 && o.Ridge > 0:
		return &SolveError{"a bound on the norm and a ridge at once"}
	}
	return nil
}

// multiplyVector returns m·x, or mᵀ·x.
func multiplyVector(m *mat.Dense, transpose bool, x []float64) []float64 {
	rows, cols := m.Dims()
	v := mat.NewVecDense(len(x), x)
	if transpose {
		y := mat.NewVecDense(cols, nil)
		y.MulVec(m.T(), v)
		return y.RawVector().Data
	}
	y := mat.NewVecDense(rows, nil)
	y.MulVec(m, v)
	return y.RawVector().Data
}

// problem is a least squares problem in the coordinates of the singular
// directions, with σ₁ and ‖y‖ taken out, so that no square leaves the range.
type problem struct {
	sigma  []float64 // all values
	rank   int       // those above the floor
	s      []float64 // σᵢ/σ₁ of these
	cosine []float64 // (y·outᵢ)/‖y‖ of these
	beyond float64   // ‖y − P·y‖²/‖y‖²
	size   float64   // ‖y‖
	mu     float64   // λ/σ₁²
	filter []float64
}

func (d *Decomposition) problem() (*problem, error) {
	if len(d.Index) != len(d.Sigma) {
		return nil, &SolveError{"it takes all directions of the matrix"}
	}
	p := &problem{sigma: d.Sigma}
	for p.rank < len(d.Sigma) && d.Sigma[p.rank] > d.Floor.Level() {
		p.s = append(p.s, d.Sigma[p.rank]/d.Sigma[0])
		p.rank++
	}
	if p.rank == 0 {
		return nil, &SolveError{"the matrix has no singular value above its floor"}
	}
	p.filter = make([]float64, p.rank)
	return p, nil
}

// pad adds zeros for the directions under the floor.
func (p *problem) pad(x []float64) []float64 {
	return append(x, make([]float64, len(p.sigma)-p.rank)...)
}

// solve finds λ and all of a solution but its vectors and residual.
func (p *problem) solve(o SolveOptions) *Solution {
	s := &Solution{}
	p.mu = o.Ridge / p.sigma[0] / p.sigma[0]
	if o.Norm > 0 {
		p.mu, s.Bound = p.secular(o.Norm / p.size * p.sigma[0])
	}
	for i, v := range p.s {
		p.filter[i] = v * v / (v*v + p.mu)
		s.Freedom += p.filter[i]
	}
	x, y := p.input(), p.output()
	xx, yy := squares(x), squares(y)
	s.Lambda = p.mu * p.sigma[0] * p.sigma[0]
	s.Norm = math.Sqrt(xx)
	s.Unreachable = p.beyond
	if yy > 0 {
		for i, c := range p.cosine {
			s.Cosine += c * y[i] / math.Sqrt(yy)
		}
	}
	for i, c := range p.cosine {
		carrier := Carrier{Index: i, Sigma: p.sigma[i], Cosine: c, Filter: p.filter[i]}
		if xx > 0 && yy > 0 {
			carrier.Input, carrier.Achieved = x[i]*x[i]/xx, y[i]*y[i]/yy
		}
		s.Carriers = append(s.Carriers, carrier)
	}
	return s
}

// input returns x along the In directions, output x·W along the Out directions.
func (p *problem) input() []float64 {
	x := make([]float64, p.rank, len(p.sigma))
	for i, c := range p.cosine {
		x[i] = p.filter[i] * c / p.s[i] * (p.size / p.sigma[0])
	}
	return x
}

func (p *problem) output() []float64 {
	y := make([]float64, p.rank, len(p.sigma))
	for i, c := range p.cosine {
		y[i] = p.filter[i] * c * p.size
	}
	return y
}

func squares(x []float64) (sum float64) {
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// The iteration for λ ends when the norm is met to metNorm, or after
// mostSteps: bisection alone gains a bit a step.
const (
	metNorm   = 1e-13
	mostSteps = 200
)

// secular returns the least μ ≥ 0 with ‖x(μ)‖ ≤ bound, in the scale of the
// problem, and whether it is greater than 0: the root of 1/‖x(μ)‖ − 1/bound by
// Newton's method (Hebden 1973; Moré & Sorensen 1983). That function is concave
// and rises, so steps from the left never pass the root but by rounding; a step out
// of the bracket is replaced by a bisection of it.
func (p *problem) secular(bound float64) (mu float64, active bool) {
	norm, slope := p.length(0)
	if norm <= bound {
		return 0, false
	}
	low, high := 0.0, p.longest()/bound
	for range mostSteps {
		next := mu + (norm/bound-1)*norm*norm/slope // slope is −½ d‖x‖²/dμ
		if !(next > low && next < high) {
			next = bisect(low, high)
		}
		if next == mu {
			break
		}
		mu = next
		if norm, slope = p.length(mu); math.Abs(norm/bound-1) <= metNorm {
			break
		}
		if norm > bound {
			low = mu
		} else {
			high = mu
		}
	}
	return mu, true
}

// bisect halves the bracket in the exponent where it can.
func bisect(low, high float64) float64 {
	if low > 0 {
		return math.Sqrt(low) * math.Sqrt(high)
	}
	return high / 1024 // low is 0: ten bits nearer to it
}

// length returns ‖x(μ)‖ and −½ d‖x‖²/dμ = Σ x(μ)ᵢ²/(sᵢ² + μ).
func (p *problem) length(mu float64) (norm, slope float64) {
	var sum float64
	for i, s := range p.s {
		weight := s*s + mu
		x := p.cosine[i] * s / weight
		sum += x * x
		slope += x * x / weight
	}
	return math.Sqrt(sum), slope
}

// longest bounds μ·‖x(μ)‖ from above.
func (p *problem) longest() float64 {
	var sum float64
	for i, s := range p.s {
		sum += p.cosine[i] * s * p.cosine[i] * s
	}
	return math.Sqrt(sum)
}

// SolveNull is what other targets of the norm of y give under the same options.
type SolveNull struct {
	Draws                                int
	Residual, Unreachable, Norm, Freedom *NullSample
}

// SolveNull draws random targets, uniform on the sphere of that norm. Their
// components along the Out directions are Gaussian and what lies outside is a χ of the
// other d_out − rank dimensions, so no target is formed. The error is *SolveError.
func (d *Decomposition) SolveNull(size float64, o SolveOptions, draws int, seed uint64) (*SolveNull, error) {
	p, err := d.null(size, o)
	if err != nil {
		return nil, err
	}
	rng := Stream(seed, "solve")
	return p.sample(o, draws, func(int) ([]float64, float64) { return randomCosines(p.rank, d.Cols, rng) }), nil
}

// SolveOthers is SolveNull for given targets, the rows of y, each at that norm; those
// that are 0 are left out. The error is *SolveError, where none is left too, or mat.ErrShape (wrapped).
func (d *Decomposition) SolveOthers(y *mat.Dense, size float64, o SolveOptions) (*SolveNull, error) {
	p, err := d.null(size, o)
	if err != nil {
		return nil, err
	}
	rows, cols := y.Dims()
	if cols != d.Cols {
		return nil, fmt.Errorf("spectra: targets of length %d for %d columns: %w", cols, d.Cols, mat.ErrShape)
	}
	var parts mat.Dense
	parts.Mul(y, d.Out)
	var cosines [][]float64
	for i := range rows {
		row := parts.RawRowView(i)[:p.rank]
		size := blas64.Nrm2(blas64.Vector{N: cols, Data: y.RawRowView(i), Inc: 1})
		if !(size > 0) || math.IsInf(size, 0) {
			continue
		}
		for j := range row {
			row[j] /= size
		}
		cosines = append(cosines, row)
	}
	if len(cosines) == 0 {
		return nil, &SolveError{"no target that is not 0"}
	}
	return p.sample(o, len(cosines), func(i int) ([]float64, float64) {
		if p.rank == d.Cols {
			return cosines[i], 0
		}
		return cosines[i], max(1-squares(cosines[i]), 0)
	}), nil
}

func (d *Decomposition) null(size float64, o SolveOptions) (*problem, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	p, err := d.problem()
	if err != nil {
		return nil, err
	}
	p.size = size
	return p, nil
}

// sample solves for so many targets, given by their components and the square of the rest.
func (p *problem) sample(o SolveOptions, draws int, target func(i int) ([]float64, float64)) *SolveNull {
	columns := make([][]float64, 4)
	for k := range draws {
		p.cosine, p.beyond = target(k)
		s := p.solve(o)
		var miss float64
		for i, c := range p.cosine {
			e := (1 - p.filter[i]) * c
			miss += e * e
		}
		for i, v := range []float64{math.Sqrt(miss + s.Unreachable), s.Unreachable, s.Norm, s.Freedom} {
			columns[i] = append(columns[i], v)
		}
	}
	return &SolveNull{draws, NewNullSample(columns[0]), NewNullSample(columns[1]), NewNullSample(columns[2]), NewNullSample(columns[3])}
}

// randomCosines returns the first k coordinates of a random unit vector of R^n,
// and the square of the rest.
func randomCosines(k, n int, rng *rand.Rand) (x []float64, beyond float64) {
	x = make([]float64, k)
	for i := range x {
		x[i] = rng.NormFloat64()
	}
	if n > k {
		beyond = chi(n-k, rng)
	}
	sum := squares(x) + beyond*beyond
	for i := range x {
		x[i] /= math.Sqrt(sum)
	}
	return x, beyond * beyond / sum
}
