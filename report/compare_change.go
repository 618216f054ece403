package report

import (
	"fmt"
	"math"
	"slices"
	"sync"

	"wspec/loader"
	"wspec/spectra"
)

// change is one matrix in two checkpoints, and what is found.
type change struct {
	couple        couple
	model         *loader.Model          // the later one
	names         [2]string              // of both checkpoints
	request       spectra.Request        // of both sides and of ΔW
	before, after *spectra.Decomposition // whole; nil until found
	diff          *spectra.Difference    // on what both have
	same          bool                   // both hold the same numbers
	moved         *moved                 // nil where no directions were asked for
	seed          uint64                 // of noise
	intruders     bool                   // seek them in large matrices too
	err           error
	rooms         *sync.Pool // of *spectra.Workspace
}

func (r *comparer) newChange(c couple, before, after *checkpoint) *change {
	return &change{
		couple: c, model: after.model, names: [2]string{before.name, after.name}, request: r.request(), seed: r.o.Seed, intruders: r.o.Intruders,
		before: before.found[c.before.Label], after: after.found[c.before.Label],
		rooms: r.rooms,
	}
}

// Label returns the label that both matrices have.
func (x *change) Label() string { return x.couple.before.Label }

// run finds everything; its failures are data.
func (x *change) run(threads int) {
	room := x.rooms.Get().(*spectra.Workspace)
	defer x.rooms.Put(room)
	o := spectra.Options{Threads: threads, Workspace: room}
	x.err = loader.Guard(func() error { return x.find(o) })
}

func (x *change) find(o spectra.Options) error {
	x.same = sameNumbers(x.couple)
	whole, err := x.findBefore(o)
	if err != nil {
		return fmt.Errorf("in %s: %w", x.names[0], err)
	}
	if x.same && x.couple.before.DType == x.couple.after.DType {
		x.after = x.before
	}
	if err := decomposeOnce(&x.after, x.couple.after, x.request, o); err != nil {
		return fmt.Errorf("in %s: %w", x.names[1], err)
	}
	if x.same {
		x.diff = noChange(x.before.Spectrum)
	} else if x.diff, err = subtract(x.couple, x.request, o); err != nil {
		return err
	}
	return x.follow(whole, o)
}

// findBefore decomposes the matrix before, with all its directions where
// intruders are sought, and returns it with these.
func (x *change) findBefore(o spectra.Options) (whole *spectra.Decomposition, err error) {
	m := x.couple.before
	if !x.seeksIntruders() {
		return nil, decomposeOnce(&x.before, m, x.request, o)
	}
	whole, err = decomposeMatrix(m, spectra.Request{Top: directionsOf(m)}, o)
	if err == nil && x.before == nil {
		x.before = leading(whole, min(x.request.Top, len(whole.Index)))
	}
	return whole, err
}

// noChange is the difference of matrices that hold the same numbers. That of
// a product would otherwise be what its computation leaves.
func noChange(s *spectra.Spectrum) *spectra.Difference {
	zero := &spectra.Spectrum{Rows: s.Rows, Cols: s.Cols, Product: s.Product, Sigma: make([]float64, len(s.Sigma)), Method: methodSame}
	norm := frobenius(s.Sigma)
	return &spectra.Difference{OldNorm: norm, NewNorm: norm, Cosine: 1, Delta: &spectra.Decomposition{Spectrum: zero}}
}

// methodSame is the method of a ΔW that needed no computation.
const methodSame = "identical"

// sameNumbers reports whether both matrices hold the same numbers.
func sameNumbers(c couple) bool {
	for i, a := range c.before.Factors {
		if !sameViews(a, c.after.Factors[i]) {
			return false
		}
	}
	return true
}

// sameViews reports whether two views hold the same numbers. It stops at the
// first row that differs.
func sameViews(a, b loader.View) bool {
	rows, cols := a.Dims()
	if m, n := b.Dims(); m != rows || n != cols {
		return false
	}
	x, y := make([]float64, cols), make([]float64, cols)
	for r := range rows {
		a.Block(x, cols, r, r+1, 0, cols)
		b.Block(y, cols, r, r+1, 0, cols)
		if !slices.Equal(x, y) { // nor where one is NaN
			return false
		}
	}
	return true
}

// decomposeOnce fills d unless it is there.
func decomposeOnce(d **spectra.Decomposition, m *loader.Matrix, q spectra.Request, o spectra.Options) (err error) {
	if *d == nil {
		*d, err = decomposeMatrix(m, q, o)
	}
	return err
}

// footprint returns the bytes of working memory run needs at most.
func (x *change) footprint() int64 {
	need := max(footprint(x.couple.before), footprint(x.couple.after))
	if x.couple.before.Kind == loader.Product {
		need *= 4 // the factors of ΔW are twice as wide
	}
	if x.seeksIntruders() {
		need += wholeFootprint(x.couple.before)
	}
	return need
}

// document turns what was found into plain data; pair is the pair's name.
func (x *change) document(pair string) Change {
	m := x.couple.before
	rows, cols := shared(x.couple)
	c := Change{Matrix: describe(job{matrix: m, study: &study{model: x.model}}), Null: map[string]Null{}}
	c.Model, c.Shape, c.DType = pair, [2]int{rows, cols}, dtypes(x.couple)
	c.Before, c.After = newSide(m, x.before), newSide(x.couple.after, x.after)
	for _, info := range changeMeasures() {
		c.Metrics[info.Name] = Undefined()
	}
	if x.err != nil {
		c.Error = x.err.Error()
		return c
	}
	d := x.diff.Delta
	c.Sigma = numbers(d.Sigma)
	c.Floor = Floor{DType: Number(d.Floor.DType), Method: Number(d.Floor.Method)}
	c.Certificate.Method = d.Method
	if len(d.Index) > 0 {
		c.Certificate.Residual, c.Certificate.Orthogonality = Number(d.Residual), Number(d.Orthogonality)
	}
	for _, info := range changeMeasures() {
		v := info.value(x)
		c.Metrics[info.Name] = Number(v.value)
		if v.sd > 0 && !math.IsNaN(v.value) {
			c.Null[info.Name] = Null{Mean: Number(v.mean), SD: Number(v.sd), Z: Number((v.value - v.mean) / v.sd)}
		}
	}
	x.moved.document(&c, x)
	return c
}

func newSide(m *loader.Matrix, d *spectra.Decomposition) Side {
	rows, cols := m.Dims()
	s := Side{Shape: [2]int{rows, cols}, DType: m.DType, Sigma: []Number{}, Floor: Floor{DType: Undefined(), Method: Undefined()}}
	if d != nil {
		s.Sigma = numbers(d.Sigma)
		s.Floor = Floor{DType: Number(d.Floor.DType), Method: Number(d.Floor.Method)}
	}
	return s
}

// shared returns the rows and columns that both matrices have.
func shared(c couple) (rows, cols int) {
	aIn, aOut := c.before.Dims()
	bIn, bOut := c.after.Dims()
	return min(aIn, bIn), min(aOut, bOut)
}

// decomposeMatrix returns the values and leading directions of a matrix.
func decomposeMatrix(m *loader.Matrix, q spectra.Request, o spectra.Options) (*spectra.Decomposition, error) {
	factors := make([]spectra.Source, len(m.Factors))
	for i, f := range m.Factors {
		factors[i] = f
	}
	return decomposeFactors(factors, q, o)
}

// decomposeFactors is decomposeMatrix of one factor or the product of two.
func decomposeFactors(factors []spectra.Source, q spectra.Request, o spectra.Options) (*spectra.Decomposition, error) {
	if len(factors) == 2 {
		return spectra.DecomposeProduct(factors[0], factors[1], q, o)
	}
	return spectra.Decompose(factors[0], q, o)
}

// frobenius returns √Σσ² without overflow.
func frobenius(sigma []float64) float64 {
	if len(sigma) == 0 || sigma[0] == 0 {
		return 0
	}
	var sum float64
	for _, s := range sigma {
		sum += (s / sigma[0]) * (s / sigma[0])
	}
	return sigma[0] * math.Sqrt(sum)
}
