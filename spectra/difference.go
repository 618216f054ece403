package spectra

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"
)

// Difference is how a matrix changed: Δ = new − old, both m × n.
type Difference struct {
	// OldNorm, NewNorm and Norm are the Frobenius norms of old, new and Δ.
	OldNorm, NewNorm, Norm float64
	// Relative is ‖Δ‖_F/‖old‖_F: exactly 0 where nothing changed, +Inf where
	// old is zero and new is not.
	Relative float64
	// Cosine is ⟨old, new⟩/(‖old‖_F·‖new‖_F), in [−1, 1]: exactly 1 where
	// nothing changed, NaN where one of them alone is zero.
	Cosine float64
	// Delta is the spectrum of Δ, with the directions asked for. Its
	// Floor.DType is the largest σ that rounding old and new to their storage
	// dtypes can give; the coarser dtype dominates. Its Epsilon is 0: Δ itself
	// is not stored.
	Delta *Decomposition
	// Rank (delta_rank) counts the σ of Δ over its floor. Δ has at least that
	// rank whatever the rounding was (Weyl 1912).
	Rank int
	// Noise is the largest σ that noise of the size of Δ would have: independent
	// entries with the same Frobenius norm. For a product, to first order, of
	// such noise in each factor, of the size of that factor's change.
	Noise float64

	changes []float64 // Frobenius norms of the changes of the stored factors
}

// Compare returns the difference of two matrices of one shape, and the
// directions of Δ that are asked for. Nothing is held whole in float64: Δ is
// formed block by block, as its Gram matrix is.
//
// The error is *NonFiniteError (wrapped, saying of which), ErrNoConvergence,
// ErrOverflow, or mat.ErrShape (wrapped) for shapes that differ.
func Compare(old, new Source, q Request, o Options) (*Difference, error) {
	c, err := takeChange(old, new)
	if err != nil {
		return nil, err
	}
	d := &Difference{OldNorm: c.norm(c.old), NewNorm: c.norm(c.new), Norm: c.norm(c.delta)}
	d.Relative, d.Cosine = c.relative(), c.cosine()
	rounding := math.Ldexp(c.rounding[0].plus(c.rounding[1]).edge(), -c.exponent)
	if d.Delta, err = c.decompose(Subtract(old, new), rounding, q, o); err != nil {
		return nil, err
	}
	d.count(rounding)
	d.Noise, d.changes = noiseEdge(c.rows, c.cols, d.Norm), []float64{d.Norm}
	return d, nil
}

// count sets the floor of rounding and what is over it.
func (d *Difference) count(rounding float64) {
	s := d.Delta.Spectrum
	s.Floor.DType = rounding
	d.Rank = int(s.countAbove(s.Floor.Level()))
}

// decompose decomposes the difference w, the values of which mean nothing under
// rounding. It is not read where nothing changed.
func (c *change) decompose(w Source, rounding float64, q Request, o Options) (*Decomposition, error) {
	if c.same {
		return unchanged(w, q), nil
	}
	x, err := read(w, o)
	if err != nil {
		return nil, err
	}
	x.blur = math.Ldexp(rounding, x.e)
	return x.decompose(q, o)
}

// unchanged is the decomposition of zeros of the shape of w.
func unchanged(w Source, q Request) *Decomposition {
	rows, cols := w.Dims()
	d := &Decomposition{Spectrum: &Spectrum{Rows: rows, Cols: cols, Method: MethodGram, Sigma: make([]float64, min(rows, cols))}}
	d.arbitrary(q.split(len(d.Sigma)))
	return d
}

// Subtract returns new − old, two matrices of one shape, read block by block.
func Subtract(old, new Source) Source {
	return difference{old, new, &sync.Pool{}}
}

type difference struct {
	old, new Source
	room     *sync.Pool // of *[]float64
}

func (d difference) Dims() (rows, cols int) { return d.old.Dims() }

func (d difference) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	d.new.Block(dst, ld, i0, i1, j0, j1)
	cols := j1 - j0
	room, _ := d.room.Get().(*[]float64)
	if room == nil {
		room = new([]float64)
	}
	*room = growTo(*room, (i1-i0)*cols)
	d.old.Block(*room, cols, i0, i1, j0, j1)
	for i := range i1 - i0 {
		row := dst[i*ld:][:cols]
		for j, v := range (*room)[i*cols:][:cols] {
			row[j] -= v
		}
	}
	d.room.Put(room)
}

// growTo returns x with length n, its content undefined.
func growTo(x []float64, n int) []float64 {
	if cap(x) < n {
		return make([]float64, n)
	}
	return x[:n]
}

// sameShape returns the shape of both matrices.
func sameShape(old, new Source) (rows, cols int, err error) {
	rows, cols = old.Dims()
	if m, n := new.Dims(); m != rows || n != cols {
		return 0, 0, fmt.Errorf("spectra: %d×%d against %d×%d: %w", rows, cols, m, n, mat.ErrShape)
	}
	return rows, cols, nil
}

// change is what one pass over two matrices of one shape learns. Sums are those
// of the entries times 2^exponent.
type change struct {
	rows, cols      int
	exponent        int
	old, new, delta float64    // sums of squares
	dot             float64    // Σ old·new
	same            bool       // no entry differs
	rounding        [2]profile // of old and of new
}

func (c *change) norm(squares float64) float64 { return math.Ldexp(math.Sqrt(squares), -c.exponent) }

func (c *change) relative() float64 {
	if c.same {
		return 0
	}
	return math.Sqrt(c.delta / c.old)
}

func (c *change) cosine() float64 {
	if c.same {
		return 1
	}
	return max(-1, min(1, c.dot/math.Sqrt(c.old)/math.Sqrt(c.new)))
}

// Sums of squares of numbers whose squares have these bounds keep all their
// digits; else the numbers are scaled first.
const leastSquares, mostSquares = 1e-250, 1e250

// takeChange reads old and new once; twice where they are of a size that squares
// cannot hold.
func takeChange(old, new Source) (*change, error) {
	rows, cols, err := sameShape(old, new)
	if err != nil {
		return nil, err
	}
	c := &change{rows: rows, cols: cols}
	c.read(old, new)
	if c.plain() {
		return c, nil
	}
	a, err := takeCensus(old)
	if err != nil {
		return nil, fmt.Errorf("old: %w", err)
	}
	b, err := takeCensus(new)
	if err != nil {
		return nil, fmt.Errorf("new: %w", err)
	}
	c = &change{rows: rows, cols: cols, exponent: b.exponent()}
	if a.top > b.top {
		c.exponent = a.exponent()
	}
	c.read(old, new)
	return c, nil
}

// plain reports whether the sums are of numbers, and lost none to their range.
func (c *change) plain() bool {
	for _, x := range []float64{c.old, c.new} {
		if !(x == 0 || x > leastSquares) || !(x < mostSquares) {
			return false
		}
	}
	return c.old+c.new > 0 // zero may be the square of something
}

// read takes the sums.
func (c *change) read(old, new Source) {
	rows, cols := old.Dims()
	c.same = true
	eps := [2]float64{epsilon(old), epsilon(new)}
	for i := range c.rounding {
		c.rounding[i] = profile{make([]float64, rows), make([]float64, cols)}
	}
	scale := math.Ldexp(1, c.exponent)
	x := make([]float64, min(rows, tileRows)*min(cols, tileCols))
	y := make([]float64, len(x))
	for i := 0; i < rows; i += tileRows {
		ie := min(i+tileRows, rows)
		for j := 0; j < cols; j += tileCols {
			je := min(j+tileCols, cols)
			old.Block(x, je-j, i, ie, j, je)
			new.Block(y, je-j, i, ie, j, je)
			c.add(x[:(ie-i)*(je-j)], y, scale)
			c.rounding[0].add(x[:(ie-i)*(je-j)], [2]int{i, j}, je-j, eps[0]*scale)
			c.rounding[1].add(y[:(ie-i)*(je-j)], [2]int{i, j}, je-j, eps[1]*scale)
		}
	}
}

// add adds a tile.
func (c *change) add(x, y []float64, scale float64) {
	var old, new, delta, dot float64
	for i, a := range x {
		b := y[i]
		if a != b {
			c.same = false
		}
		a, b = a*scale, b*scale
		d := b - a
		old += a * a
		new += b * b
		delta += d * d
		dot += a * b
	}
	c.old, c.new, c.delta, c.dot = c.old+old, c.new+new, c.delta+delta, c.dot+dot
}
