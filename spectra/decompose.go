package spectra

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// Request says which singular directions to find: those of the Top largest and
// of the Bottom smallest values. Both are cut to what there is, and a direction
// that is in both is found once. The zero value asks for none.
type Request struct{ Top, Bottom int }

// split returns the numbers of directions from either end, of r.
func (q Request) split(r int) (top, bottom int) {
	top = min(max(q.Top, 0), r)
	return top, min(max(q.Bottom, 0), r-top)
}

// Decomposition is the spectrum of a matrix and some of its directions:
// W ≈ In·diag(σ)·Outᵀ restricted to them. Everything but Spectrum speaks of the k
// directions asked for.
type Decomposition struct {
	*Spectrum
	// Index holds, ascending, the place of each direction in Sigma, 0-based.
	Index []int
	// In, d_in × k, is what the matrix reads, Out, d_out × k, what it writes;
	// both have orthonormal columns. In each column of In the component of
	// largest magnitude, the first of equals, is positive. Empty if k is 0.
	In, Out *mat.Dense
	// Residuals holds, for each direction, the larger of ‖In·W − σ·Out‖ and
	// ‖W·Out − σ·In‖, over σ₁: measured, in [0, ∞); 0 if W is zero.
	Residuals []float64
	// Residual is the largest of Residuals.
	Residual float64
	// Orthogonality is the largest element of |InᵀIn − I| and |OutᵀOut − I|:
	// measured, in [0, ∞).
	Orthogonality float64
}

// Decompose returns the spectrum of w, as Values does to within rounding, and
// the directions asked for, by the eigenvectors of the smaller Gram matrix and
// a Rayleigh–Ritz step (see linalg.TopVectors); those of the bottom by inverse
// iteration with the triangular factor, so that nothing is squared.
//
// Of values that are nearer to each other than rounding, 0 among them, the
// directions are some orthonormal basis of the space they share: Certificates
// tells. The error is *NonFiniteError, ErrNoConvergence or ErrOverflow.
func Decompose(w Source, q Request, o Options) (*Decomposition, error) {
	x, err := read(w, o)
	if err != nil {
		return nil, err
	}
	return x.decompose(q, o)
}

// decompose is Decompose.
func (x *reading) decompose(q Request, o Options) (d *Decomposition, err error) {
	d = &Decomposition{Spectrum: x.spectrum()}
	top, bottom := q.split(len(d.Sigma))
	if x.zero() || top+bottom == 0 {
		d.arbitrary(top, bottom)
		if !x.zero() {
			d.Spectrum, err = x.values()
		}
		return d, err
	}
	if top+bottom == len(d.Sigma) { // both ends are the whole
		top, bottom = len(d.Sigma), 0
	}
	if err := d.find(x, top, bottom); err != nil {
		return nil, err
	}
	d.fixSigns()
	if d.Residuals == nil {
		d.measure([]scaled{{x.w, x.scale()}}, o)
	}
	return d, d.unscale(x.e)
}

// find sets the values and the directions of the matrix times 2^e.
func (d *Decomposition) find(x *reading, top, bottom int) error {
	d.index(top, bottom)
	var in, out []*mat.Dense
	var good bool
	var v *linalg.Directions
	if top > 0 {
		var err error
		if v, err = x.topVectors(top); err != nil {
			return err
		}
		in, out = append(in, v.In), append(out, v.Out)
		good = x.gram != nil && (d.fromGram(v.Values, v.Least) || d.blurred(v.Values, x.blur))
	} else {
		good = d.gram(x)
	}
	if !good {
		if err := d.direct(x); err != nil {
			return err
		}
	}
	d.In, d.Out = beside(in), beside(out)
	switch {
	case bottom == 0:
		copy(d.Sigma, v.Sigma) // the residuals are theirs
		d.descend()
		d.Residuals, d.Residual, d.Orthogonality = v.Residuals, v.Residual, v.Orthogonality
		return nil
	case !d.invertible(bottom):
		return d.findAll(x)
	}
	i, j, err := x.bottom(bottom, d.In, d.Out)
	switch {
	case err != nil:
		return err
	case i == nil:
		return d.findAll(x)
	}
	d.In, d.Out = beside(append(in, i)), beside(append(out, j))
	return nil
}

// topVectors uses up the Gram matrix, if there is one.
func (x *reading) topVectors(k int) (*linalg.Directions, error) {
	if x.gram == nil {
		return linalg.TopVectors(x.w, k, x.scale(), x.threads)
	}
	return x.gram.TopVectors(x.w, k)
}

// The directions of the bottom are leading ones of an inverse only where
const (
	// the smallest value, in units of √max(m, n)·ε·σ₁, is told from 0: this is
	// several times the error of the values; and
	singular = 64
	// it is no smaller part of the others asked for: TopVectors squares, and
	// finds no directions of values below about 1e-8 of the largest.
	spread = 1e-7
)

// invertible reports whether both hold for the k smallest values.
func (d *Decomposition) invertible(k int) bool {
	last := len(d.Sigma) - 1
	return d.Sigma[last] > singular*d.unit()*d.Sigma[0] && d.Sigma[last] > spread*d.Sigma[last-k+1]
}

// findAll sets the directions of Index by way of all of them, for a matrix that
// has no inverse to speak of.
func (d *Decomposition) findAll(x *reading) error {
	v, err := linalg.TopVectors(x.w, len(d.Sigma), x.scale(), x.threads)
	if err != nil {
		return err
	}
	d.In, d.Out = pick(v.In, d.Index), pick(v.Out, d.Index)
	return nil
}

// pick returns the given columns of m.
func pick(m *mat.Dense, columns []int) *mat.Dense {
	rows, _ := m.Dims()
	p := mat.NewDense(rows, len(columns), nil)
	for i := range rows {
		for j, from := range columns {
			p.Set(i, j, m.At(i, from))
		}
	}
	return p
}

// index writes Index for directions from both ends.
func (d *Decomposition) index(top, bottom int) {
	d.Index = make([]int, 0, top+bottom)
	for i := range top {
		d.Index = append(d.Index, i)
	}
	for i := len(d.Sigma) - bottom; i < len(d.Sigma); i++ {
		d.Index = append(d.Index, i)
	}
}

// arbitrary sets the directions of a zero matrix: the first axes.
func (d *Decomposition) arbitrary(top, bottom int) {
	d.index(top, bottom)
	d.In, d.Out = axes(d.Rows, top+bottom), axes(d.Cols, top+bottom)
	d.Residuals = make([]float64, top+bottom)
}

// axes returns the first k columns of the n × n identity.
func axes(n, k int) *mat.Dense {
	if k == 0 {
		return &mat.Dense{}
	}
	m := mat.NewDense(n, k, nil)
	for i := range k {
		m.Set(i, i, 1)
	}
	return m
}

// beside returns matrices of the same height side by side, nil for none.
func beside(parts []*mat.Dense) *mat.Dense {
	if len(parts) == 0 {
		return nil
	}
	all := parts[0]
	for _, p := range parts[1:] {
		var both mat.Dense
		both.Augment(all, p)
		all = &both
	}
	return all
}

// scaled is a factor of the matrix and the power of two it is read with.
type scaled struct {
	w     Source
	scale float64
}

// measure measures the directions of the product of the factors, whose values
// are still scaled.
func (d *Decomposition) measure(factors []scaled, o Options) {
	image, back := d.In, d.Out
	for _, f := range factors {
		image = linalg.Apply(linalg.Transpose(f.w), image, f.scale, o.threads())
	}
	for _, f := range slices.Backward(factors) {
		back = linalg.Apply(f.w, back, f.scale, o.threads())
	}
	d.measured(image, back)
}

// measured measures the directions, given InᵀW as columns, and W·Out.
func (d *Decomposition) measured(image, back *mat.Dense) {
	d.rayleigh(image)
	d.Residuals, d.Residual = make([]float64, len(d.Index)), 0
	for i, at := range d.Index {
		d.Residuals[i] = larger(d.misfit(image, d.Out, i, at), d.misfit(back, d.In, i, at))
		d.Residual = larger(d.Residual, d.Residuals[i])
	}
	d.Orthogonality = larger(skew(d.In), skew(d.Out))
}

// rayleigh replaces the values of Index by Inᵢ·W·Outᵢ, in which the errors of
// the directions enter squared and those of a squared matrix not at all; image
// is InᵀW. The values stay descending.
func (d *Decomposition) rayleigh(image *mat.Dense) {
	rows, _ := image.Dims()
	for i, at := range d.Index {
		var sum float64
		for r := range rows {
			sum += image.At(r, i) * d.Out.At(r, i)
		}
		d.Sigma[at] = max(sum, 0)
	}
	d.descend()
}

// descend keeps values that were found in two ways descending.
func (d *Decomposition) descend() {
	for i := 1; i < len(d.Sigma); i++ {
		d.Sigma[i] = min(d.Sigma[i], d.Sigma[i-1])
	}
}

// misfit returns ‖image[:, i] − σ·want[:, i]‖/σ₁.
func (d *Decomposition) misfit(image, want *mat.Dense, i, at int) float64 {
	if d.Sigma[0] == 0 {
		return 0
	}
	rows, _ := image.Dims()
	var sum float64
	for r := range rows {
		x := (image.At(r, i) - d.Sigma[at]*want.At(r, i)) / d.Sigma[0]
		sum += x * x
	}
	return math.Sqrt(sum)
}

// fixSigns makes the largest component of each In direction positive.
func (d *Decomposition) fixSigns() {
	for j := range d.Index {
		if largest(d.In, j) < 0 {
			negate(d.In, j)
			negate(d.Out, j)
		}
	}
}

// largest returns the element of column j of largest magnitude, the first of
// equals.
func largest(m *mat.Dense, j int) float64 {
	rows, _ := m.Dims()
	top := m.At(0, j)
	for i := 1; i < rows; i++ {
		if v := m.At(i, j); math.Abs(v) > math.Abs(top) {
			top = v
		}
	}
	return top
}

func negate(m *mat.Dense, j int) {
	rows, _ := m.Dims()
	for i := range rows {
		m.Set(i, j, -m.At(i, j))
	}
}

// skew returns the largest element of |QᵀQ − I|.
func skew(q *mat.Dense) float64 {
	_, k := q.Dims()
	gram := mat.NewDense(k, k, nil)
	gram.Mul(q.T(), q)
	var worst float64
	for i := range k {
		for j := range k {
			want := 0.0
			if i == j {
				want = 1
			}
			worst = larger(worst, math.Abs(gram.At(i, j)-want))
		}
	}
	return worst
}

// larger is max, and NaN if one is.
func larger(a, b float64) float64 {
	if a >= b {
		return a
	}
	return b
}

// shapeError reports factors that do not fit.
func shapeError(m, k, inner, n int) error {
	return fmt.Errorf("spectra: %d×%d times %d×%d: %w", m, k, inner, n, mat.ErrShape)
}
