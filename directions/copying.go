package directions

import (
	"fmt"
	"math"
	"math/cmplx"
	"sync"

	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// Copying says whether a head's OV circuit raises the logit of the tokens it
// reads.
type Copying struct {
	// Positivity is Σ Re λ / Σ |λ| in [−1, 1] over the eigenvalues of the
	// circuit that are not trivially zero, d_head of them (Elhage et al. 2021):
	// 1 copies, −1 suppresses. NaN for a zero or non-finite circuit.
	Positivity float64
	// Departure is Henrici's departure from normality √(‖M‖² − Σ|λ|²)/‖M‖ of the
	// whole circuit, in [0, 1]: near 1, eigenvalues say little about what the
	// circuit does (Henrici 1962).
	Departure float64
	// Mean is the null's mean, 0 by symmetry; SD its deviation, Z is
	// Positivity/SD.
	Mean, SD, Z float64
	// Vocabulary says that the circuit is W_E·W_V·W_O·W_U, d_vocab × d_vocab;
	// else it is W_V·W_O, d_model × d_model, for models without embeddings.
	Vocabulary bool
	Values     []complex128 // eigenvalues, in no order; of the circuit with W_V and W_O scaled to norm 1
}

// CopyingOptions says how the null is drawn. The zero value is the default.
type CopyingOptions struct {
	Draws int    // random circuits of a shape; 0 means 100: SD to 7 %
	Seed  uint64 // of the draws; record it with the result
}

// CopyingScorer scores the heads of one model. Its null is drawn once for each
// shape: iid Gaussian factors of the shapes of W_V and W_O between the model's own
// W_E and W_U. It is safe for concurrent use.
type CopyingScorer struct {
	vocab   *VocabularyGram // nil without embeddings
	options CopyingOptions
	mu      sync.Mutex
	sd      map[[2]int]func() (float64, error) // by d_model, d_head
	rooms   sync.Pool                          // of *copyingRoom
}

// copyingRoom is where a head is scored: its factors, and products with them.
type copyingRoom struct{ v, o, vt, left mat.Dense }

// NewCopyingScorer returns a scorer for a model with these embeddings, nil for
// none.
func NewCopyingScorer(g *VocabularyGram, o CopyingOptions) *CopyingScorer {
	if o.Draws == 0 {
		o.Draws = 100
	}
	s := &CopyingScorer{vocab: g, options: o, sd: map[[2]int]func() (float64, error){}}
	s.rooms.New = func() any { return new(copyingRoom) }
	return s
}

// Score scores one head, which must have V and O. The eigenvalues are those of
// the d_head × d_head matrix W_O·(W_U·W_E)·W_V, or W_O·W_V: the nonzero eigenvalues
// of a product do not change when its factors are rotated in turn. The error is
// spectra.ErrNoConvergence.
func (s *CopyingScorer) Score(h Head) (Copying, error) {
	c := Copying{Positivity: math.NaN(), Departure: math.NaN(), SD: math.NaN(), Z: math.NaN(), Vocabulary: s.vocab != nil}
	room := s.rooms.Get().(*copyingRoom)
	defer s.rooms.Put(room)
	v, o := denseIn(&room.v, h.V), denseIn(&room.o, h.O)
	if !unitNorm(v) || !unitNorm(o) {
		return c, nil
	}
	d, width := v.Dims()
	core, norm := s.vocab.core(room)
	values, err := eigenvalues(core)
	if err != nil {
		return c, err
	}
	c.Values = values
	c.Positivity = positivity(values)
	c.Departure = departure(values, norm)
	if c.SD, err = s.null(d, width)(); err == nil && c.SD > 0 {
		c.Z = c.Positivity / c.SD
	}
	return c, err
}

// null returns what draws the null of a shape, once.
func (s *CopyingScorer) null(d, width int) func() (float64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := [2]int{d, width}
	if s.sd[key] == nil {
		s.sd[key] = sync.OnceValues(func() (float64, error) { return s.draw(d, width) })
	}
	return s.sd[key]
}

// draw returns the null's deviation about 0: turning the sign of one factor
// turns that of the positivity.
//
// The law of X·G·Y for Gaussian X and Y depends on the singular values of G
// alone, so that a draw costs d_head²·d_model.
func (s *CopyingScorer) draw(d, width int) (float64, error) {
	rng := spectra.Stream(s.options.Seed, fmt.Sprintf("copying %d × %d", d, width))
	sigma := s.vocab.sigmas(d)
	var sum float64
	for range s.options.Draws {
		x, y := spectra.Gaussian(width, len(sigma), rng), spectra.Gaussian(len(sigma), width, rng)
		for i, v := range sigma {
			scale(y.RawRowView(i), v)
		}
		var core mat.Dense
		core.Mul(x, y)
		values, err := eigenvalues(&core)
		if err != nil {
			return 0, err
		}
		p := positivity(values)
		sum += p * p
	}
	return math.Sqrt(sum / float64(s.options.Draws)), nil
}

// eigenvalues returns those of a square matrix.
func eigenvalues(m *mat.Dense) ([]complex128, error) {
	var e mat.Eigen
	if !e.Factorize(m, mat.EigenNone) {
		return nil, spectra.ErrNoConvergence
	}
	return e.Values(nil), nil
}

// positivity returns Σ Re λ / Σ |λ|, NaN if all λ are 0.
func positivity(values []complex128) float64 {
	var re, abs float64
	for _, v := range values {
		re += real(v)
		abs += cmplx.Abs(v)
	}
	return re / abs
}

// departure returns √(norm² − Σ|λ|²)/norm, 0 where rounding makes the root
// imaginary.
func departure(values []complex128, norm float64) float64 {
	var sum float64
	for _, v := range values {
		a := cmplx.Abs(v) / norm
		sum += a * a
	}
	return math.Sqrt(max(0, 1-sum))
}
