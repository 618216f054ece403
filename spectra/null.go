package spectra

import (
	"fmt"
	"math"
	"sync"
)

// NullKind names what a matrix is held against: the values chance alone gives.
type NullKind string

// The kinds of null.
const (
	// NullIID is a matrix of independent Gaussian entries, of the same shape and
	// Frobenius norm: for stored matrices.
	NullIID NullKind = "iid"
	// NullProduct is a product of two such, of the factors' shapes, with the
	// product's Frobenius norm.
	NullProduct NullKind = "product"
	// NullShuffle is the matrix with its own entries in a random order: for stored
	// matrices whose entries are far from Gaussian.
	NullShuffle NullKind = "shuffle"
	// NullOff stands for none.
	NullOff NullKind = "none"
)

// NullScale says how a measure is held against its null.
type NullScale string

// The scales of a null.
const (
	// NullLinear takes z = (x − mean)/sd.
	NullLinear NullScale = ""
	// NullLog takes the same of ln x, for a ratio with a heavy upper tail: the
	// condition number of square noise has no mean (Edelman 1988), its logarithm
	// has. The mean is then the geometric one, and sd that of ln x.
	NullLog NullScale = "log"
	// NullCount is for whole numbers: ½ is taken off the distance to the mean, and
	// z = ±(|x − mean| − ½)/sd with sd at least √(1/12), that of rounding. A count
	// that never moves in the draws then has a z, and one more is no discovery.
	NullCount NullScale = "count"
	// NullNone is for measures without a null: of what was matched.
	NullNone NullScale = "none"
)

// NullValue is one measure's null and where a matrix stands in it.
type NullValue struct {
	// Mean is that of the draws, SD the deviation from it to be expected of one
	// more matrix of the null, both in the unit of the measure; see NullLog for
	// measures on that scale. SD is that of the n draws times √(1 + 1/n), for the
	// mean's error, and 1 + 1/√(2n), for its own: 5 % more for 256 draws.
	Mean, SD float64
	// Z is how many SD the matrix lies over Mean, by the measure's NullScale; NaN
	// where the measure or its null is undefined or where the draws do not differ.
	Z float64
}

// Null is what draws of the null give for one matrix.
type Null struct {
	Kind   NullKind
	Draws  int
	Values map[string]NullValue // by metric; those that noise leaves undefined are absent
}

// NullOptions say how nulls are drawn. The zero value is the default.
type NullOptions struct {
	Seed    uint64
	Draws   int // 0: by size, see DefaultDraws
	Threads int // goroutines within one matrix; 0 means 1. Results do not depend on it
}

// DefaultDraws returns the number of draws for a matrix of r singular values.
// The standard deviation of a measure is known from n of them to 1/√(2n): 4 %,
// 6 % and 9 %; the time of a draw grows with r².
func DefaultDraws(r int) int {
	switch {
	case r <= 128:
		return 256
	case r <= 512:
		return 128
	}
	return 64
}

// Shape is what a null depends on beside its level.
type Shape struct {
	Rows, Cols int
	Inner      int // shared side of a product's factors; 0 for a stored matrix
}

// Shape returns the shape of s and of its factors.
func (s *Spectrum) Shape() Shape { return Shape{s.Rows, s.Cols, s.Inner} }

// rank returns the number of singular values.
func (s Shape) rank() int {
	if s.Inner > 0 {
		return min(s.Rows, s.Inner, s.Cols)
	}
	return min(s.Rows, s.Cols)
}

// Canonical returns the shape with Rows ≥ Cols: transposed noise is noise.
func (s Shape) Canonical() Shape {
	return Shape{max(s.Rows, s.Cols), min(s.Rows, s.Cols), s.Inner}
}

func (s Shape) kind() NullKind {
	if s.Inner > 0 {
		return NullProduct
	}
	return NullIID
}

// name is that of the stream from which draw i is made.
func (s Shape) name(i int) string {
	return fmt.Sprintf("null %s %d %d %d draw %d", s.kind(), s.Rows, s.Inner, s.Cols, i)
}

// Nulls draws nulls and keeps them, one for each shape. It is safe for
// concurrent use; what it returns depends on the options' seed and number of
// draws alone, not on the order of calls.
type Nulls struct {
	o     NullOptions
	mu    sync.Mutex
	drawn map[Shape]*drawing
	kept  map[nullKey]*measured
	edges map[Shape]*edges
	tails map[Shape]*drawnTails
}

// nullKey is what the measures of a null depend on: those that count over
// rounding know the storage.
type nullKey struct {
	Shape
	epsilon float64
}

type drawing struct {
	once    sync.Once
	spectra [][]float64
	err     error
}

type measured struct {
	once   sync.Once
	values map[string]NullValue
	err    error
}

// NewNulls returns a source of nulls.
func NewNulls(o NullOptions) *Nulls {
	return &Nulls{o: o, drawn: map[Shape]*drawing{}, kept: map[nullKey]*measured{}, edges: map[Shape]*edges{}, tails: map[Shape]*drawnTails{}}
}

// entry returns the value of a key, a new one where there is none.
func entry[K comparable, V any](mu *sync.Mutex, kept map[K]*V, key K) *V {
	mu.Lock()
	defer mu.Unlock()
	v := kept[key]
	if v == nil {
		v = new(V)
		kept[key] = v
	}
	return v
}

// Spectra returns the singular values of all draws of a shape, descending, each
// draw scaled to Frobenius norm 1. They must not be changed. The error is
// ErrNoConvergence.
func (n *Nulls) Spectra(shape Shape) ([][]float64, error) {
	shape = shape.Canonical()
	d := entry(&n.mu, n.drawn, shape)
	d.once.Do(func() { d.spectra, d.err = n.draw(shape) })
	return d.spectra, d.err
}

// Of returns the null of s: of its shape, its Frobenius norm and its storage.
// It is nil for a matrix without entries and for the zero matrix. The error is
// ErrNoConvergence.
func (n *Nulls) Of(s *Spectrum) (*Null, error) {
	norm := frobeniusNorm(s)
	if !(norm > 0) {
		return nil, nil
	}
	key := nullKey{s.Shape().Canonical(), s.Epsilon}
	m := entry(&n.mu, n.kept, key)
	m.once.Do(func() { m.values, m.err = n.measure(key) })
	if m.err != nil {
		return nil, m.err
	}
	spectra, _ := n.Spectra(key.Shape)
	null := &Null{Kind: key.kind(), Draws: len(spectra)}
	null.place(s, m.values, norm)
	return null, nil
}

// Judge sets the fields of s that need draws of its null, Signal and PowerLaw; the
// measures made of them are undefined without. The error is ErrNoConvergence.
func (n *Nulls) Judge(s *Spectrum) (err error) {
	if s.Signal, err = n.Signal(s); err != nil {
		return err
	}
	s.PowerLaw, err = n.PowerLaw(s)
	return err
}

// place sets Values to those of draws, where measures with the unit of the entries
// are multiplied by norm, and where s stands in them.
func (null *Null) place(s *Spectrum, drawn map[string]NullValue, norm float64) {
	null.Values = map[string]NullValue{}
	for _, metric := range Metrics() {
		v, ok := drawn[metric.Name]
		if !ok {
			continue
		}
		if metric.Unit == unitWeight {
			v.Mean, v.SD = v.Mean*norm, v.SD*norm
		}
		v.Z = metric.Null.z(metric.Eval(s), v)
		null.Values[metric.Name] = v
	}
}

// measure evaluates every metric on the draws of a shape.
func (n *Nulls) measure(key nullKey) (map[string]NullValue, error) {
	spectra, err := n.Spectra(key.Shape)
	if err != nil {
		return nil, err
	}
	draws := make([]*Spectrum, len(spectra))
	for i, sigma := range spectra {
		draws[i] = key.spectrum(sigma)
	}
	return nullValues(draws), nil
}

// nullValues returns the null of every metric that has one, without z.
func nullValues(draws []*Spectrum) map[string]NullValue {
	values := map[string]NullValue{}
	for _, metric := range Metrics() {
		if metric.Null == NullNone {
			continue
		}
		x := make([]float64, len(draws))
		for i, s := range draws {
			x[i] = metric.Eval(s)
		}
		if v, ok := metric.Null.summarise(x); ok {
			values[metric.Name] = v
		}
	}
	return values
}

// spectrum returns a draw as a matrix stored like the ones it stands for.
func (k nullKey) spectrum(sigma []float64) *Spectrum {
	s := &Spectrum{Rows: k.Rows, Cols: k.Cols, Inner: k.Inner, Sigma: sigma, Product: k.Inner > 0, Epsilon: k.epsilon, Method: MethodNoise}
	s.Floor.DType = k.rounding()
	return s
}

// ulpShare is the root mean square rounding error of a number to spacing 1, in
// units of the number, its scale not known: |x|·2⁻ᵘ for a u uniform in [0, 1)
// stands for the power of two below, whose mean square is x²·(3/8)/ln 2, and an
// error uniform over a spacing has variance 1/12 of its square.
const ulpShare = 0.212331

// rounding returns Floor.DType of noise of Frobenius norm 1.
func (k nullKey) rounding() float64 {
	m, n := math.Sqrt(float64(k.Rows)), math.Sqrt(float64(k.Cols))
	if k.Inner == 0 {
		return k.epsilon * ulpShare * (m + n) / (m * n)
	}
	// To first order in both factors of ‖A‖·‖B‖; entries of the product of
	// standard factors have variance Inner.
	i := math.Sqrt(float64(k.Inner))
	return 2 * k.epsilon * ulpShare * (m + i) * (i + n) / (m * n * i)
}

// summarise returns the null of a measure from its draws; not ok if a quarter
// of them or more leave it undefined.
func (scale NullScale) summarise(draws []float64) (v NullValue, ok bool) {
	var x []float64
	for _, d := range draws {
		if scale == NullLog {
			d = math.Log(d)
		}
		if !math.IsNaN(d) && !math.IsInf(d, 0) {
			x = append(x, d)
		}
	}
	if 4*len(x) <= 3*len(draws) {
		return v, false
	}
	s := NewNullSample(x)
	n := float64(s.Len())
	v.Mean, v.SD = s.Mean(), s.SD()*math.Sqrt(1+1/n)*(1+1/math.Sqrt(2*n))
	if v.SD <= sameDraws*math.Abs(v.Mean) {
		v.SD = 0
	}
	if scale == NullLog {
		v.Mean = math.Exp(v.Mean)
	}
	return v, true
}

// sameDraws is a relative deviation that rounding explains: 1e4 ulps.
const sameDraws = 1e-12

// z returns where x stands in a null.
func (scale NullScale) z(x float64, null NullValue) float64 {
	by, sd := x-null.Mean, null.SD
	switch scale {
	case NullLog:
		by = math.Log(x / null.Mean)
	case NullCount:
		by = max(by-0.5, 0) + min(by+0.5, 0)
		sd = max(sd, math.Sqrt(1.0/12))
	}
	if sd == 0 {
		return math.NaN()
	}
	return by / sd
}
