package linalg

import (
	"math"
	"slices"
)

// GramValues returns the eigenvalues λ, descending, of scale²·WᵀW or
// scale²·WWᵀ, whichever is smaller, for the m × n matrix w: λᵢ = (scale·σᵢ)²,
// len(λ) = min(m, n). Small λ may come out negative by rounding: their
// absolute error is of the order of max(m, n)·ε·λ₁, whatever their size.
//
// The Gram matrix is accumulated over blocks of the long side, widened as they
// are packed for the matrix product. It is then reduced to tridiagonal form
// and its eigenvalues found without vectors. Memory: Footprint.
//
// threads is the number of goroutines it may use, at least 1; the result does
// not depend on it. The error is ErrNoConvergence.
func GramValues(w Source, scale float64, threads int) ([]float64, error) {
	return newEngine(best, threads).gramValues(w, scale)
}

// engine is a kernel with the memory it works in. It serves one caller at a
// time.
type engine struct {
	*kernel
	*packer[float64]
	tuning
	one    []float64  // a result of dots
	memory *Workspace // nil: none
}

// tuning says where one algorithm takes over from another.
type tuning struct {
	// twoStage is the side from which a matrix is reduced in two stages.
	twoStage int
	// width is the bandwidth between the stages, a multiple of mr; 0 chooses.
	width int
	// wave is the side from which several workers chase bulges together: at 768
	// and 1600 rows two of them wait for each other longer than one takes alone.
	wave int
	// stack is the least number of rows that QR takes at a time: below some
	// hundreds the fixed costs of a factorisation show.
	stack int
}

// bandwidth returns the width of the band between the stages for side n. The
// first stage gains from a wide band, since the matrix is then read from
// memory fewer times, the second from a narrow one.
func (t tuning) bandwidth(n int) int {
	switch {
	case t.width != 0:
		return t.width
	case n < 1500: // the half that is kept nearly fits in a level 2 cache
		return 24
	case n < 3000:
		return 48
	}
	return 64
}

// defaults are the crossovers measured on an AVX-512 processor.
func defaults() tuning { return tuning{twoStage: 700, wave: 2000, stack: 512} }

func newEngine(k *kernel, threads int) *engine {
	return &engine{k, newPacker(k.f64, threads), defaults(), make([]float64, 1), nil}
}

func (e *engine) gramValues(w Source, scale float64) ([]float64, error) {
	w, rows, r := tall(w)
	if r == 0 {
		return make([]float64, 0), nil
	}
	lambda, err := e.eigenvalues(e.gram(w, rows, r, scale))
	slices.Reverse(lambda)
	return lambda, err
}

// gramTask is the number of rows of the Gram matrix that one worker takes: with
// kc of a side they fill part of a level 2 cache.
const gramTask = 96

// gram returns scale²·wᵀw for the rows × r matrix w.
func (e *engine) gram(w Source, rows, r int, scale float64) symmetric {
	g := e.newSymmetric(r)
	kc := min(e.kc, rows)
	panels := e.scratch(kc * roundUp(r, e.nr))
	reader := newReader(e, w, scale)
	for l := 0; l < rows; l += kc {
		k := min(kc, rows-l)
		reader.pack(panels, l, l+k, r)
		updateLower(e.packer, lowerUpdate{g, r, k, panels, panels, e.nr, roundUp(gramTask, e.nr)})
	}
	return g
}

// reader packs rows of a Source into panels.
type reader struct {
	e     *engine
	w     Source
	flip  bool // w is the transpose of what was stored
	scale float64
	room  [][]float64
	strip []float64 // what strips reads into: all it reads are of one shape
}

func newReader(e *engine, w Source, scale float64) *reader {
	r := &reader{e: e, w: w, scale: scale, room: make([][]float64, e.threads)}
	for {
		switch t := r.w.(type) {
		case transposed:
			r.w, r.flip = t.s, !r.flip
			continue
		case scaled:
			// Both factors at once, if they do not leave the range together.
			if f := math.Abs(r.scale * t.factor); f >= 0x1p-1000 && f <= 0x1p1000 {
				r.w, r.scale = t.Source, r.scale*t.factor
				continue
			}
		}
		return r
	}
}

// stripRows is the number of rows that are widened at a time, to be transposed
// while they are in a near cache; packRows of a long row are enough to be
// packed as they are.
const (
	stripRows = 8
	packRows  = 4
)

// pack writes rows l0 … l1-1 of the n columns, times the scale, to panels of nr
// columns.
func (r *reader) pack(panels []float64, l0, l1, n int) {
	k, nr := l1-l0, r.e.nr
	if r.flip {
		parallel(r.e.threads, (n+nr-1)/nr, func(w, t int) {
			j, width := t*nr, min(nr, n-t*nr)
			x := r.stored(w, [2]int{j, j + width}, [2]int{l0, l1})
			r.e.pack(panels[j*k:], nr, r.scale, block[float64]{x.t(), k, width})
		})
		return
	}
	if last := n / nr * nr; last < n {
		clear(panels[last*k:][:k*nr])
	}
	parallel(r.e.threads, (k+packRows-1)/packRows, func(w, t int) {
		l, rows := t*packRows, min(packRows, k-t*packRows)
		x := r.stored(w, [2]int{l0 + l, l0 + l + rows}, [2]int{0, n})
		for j := 0; j < n; j += nr {
			r.e.f64.scaleCopy(rows, min(nr, n-j), r.scale, x.data[j:], x.rs, panels[j*k+l*nr:], nr)
		}
	})
}

// stored returns a block of what is stored, where it stands if that is in
// float64, else widened.
func (r *reader) stored(worker int, i, j [2]int) operand[float64] {
	if d, ok := r.w.(dense); ok {
		return rowMajor(d.m.Data, d.m.Stride).from(i[0], j[0])
	}
	width := j[1] - j[0]
	buf := r.buffer(worker, (i[1]-i[0])*width)
	r.w.Block(buf, width, i[0], i[1], j[0], j[1])
	return rowMajor(buf, width)
}

func (r *reader) buffer(worker, n int) []float64 {
	r.room[worker] = grow(r.room[worker], n)
	return r.room[worker]
}

// finite reports whether no element of x is NaN or infinite.
func finite(x []float64) bool {
	for _, v := range x {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}
