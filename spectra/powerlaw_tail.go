package spectra

import (
	"math"
	"slices"
)

// tailFit is a power law on the count largest of a sample: in ln λ an exponential
// law of rate slope = α − 1 from the smallest of them.
type tailFit struct {
	count           int
	slope, distance float64
}

// tails fits power laws to the tails of a sample.
type tails struct {
	y, sums []float64 // ln λ, descending; sums[k] of the k largest
	// far is the point at which the last distance was found or given up: the tail
	// of one value less is mostly worst near it, and dismissed by one look.
	far int
}

func newTails(y []float64) *tails {
	t := &tails{sums: make([]float64, len(y)+1)}
	t.take(y)
	return t
}

// take turns to another sample, of no more values.
func (t *tails) take(y []float64) {
	t.y = y
	for i, v := range y {
		t.sums[i+1] = t.sums[i] + v
	}
}

// least returns how many values a tail must have.
func (t *tails) least() int { return max(tailFloor, len(t.y)/minTailShare) }

// slope returns the maximum-likelihood rate k/Σ(yᵢ − y_k) of the k largest; 0
// where they are no tail, since the next one is equal, or all are.
func (t *tails) slope(k int) float64 {
	least := t.y[k-1]
	if k < len(t.y) && t.y[k] == least || t.y[0] == least {
		return 0
	}
	return float64(k) / (t.sums[k] - float64(k)*least)
}

// fit returns the fit whose distance is least over all tails that are large
// enough, of equal ones the longest. It is not ok where there is none.
func (t *tails) fit() (best tailFit, ok bool) {
	best.distance = math.Inf(1)
	for k := len(t.y); k >= t.least(); k-- {
		if d := t.distance(k, best.distance); d < best.distance {
			best = tailFit{k, t.slope(k), d}
		}
	}
	return best, best.count > 0
}

// nearer reports whether some tail is nearer to its fit than the limit, the tail
// of the likely size first.
func (t *tails) nearer(limit float64, likely int) bool {
	if t.distance(likely, limit) < limit {
		return true
	}
	for k := len(t.y); k >= t.least(); k-- {
		if t.distance(k, limit) < limit {
			return true
		}
	}
	return false
}

// ksStride is how far apart the points are at which a distance is looked at
// first.
const ksStride = 16

// distance returns the Kolmogorov–Smirnov distance of the k largest from their
// fit; some number ≥ limit if it is not under the limit, +Inf if they have none.
//
// Law and ranks both grow along y, which bounds the distance between two points:
// most stretches are passed over.
func (t *tails) distance(k int, limit float64) float64 {
	rate := t.slope(k)
	if rate == 0 {
		return math.Inf(1)
	}
	y, step := t.y[:k], 1/float64(k)
	var far float64
	look := func(i int) (survival float64) {
		survival = math.Exp(-rate * (y[i] - y[k-1]))
		if d := max(survival-float64(i)*step, float64(i+1)*step-survival); d > far {
			far, t.far = d, i
		}
		return survival
	}
	look(min(t.far, k-1))
	before := look(0)
	for i := 0; i < k-1 && far < limit; {
		next := min(i+ksStride, k-1)
		after := look(next)
		if after-float64(i+1)*step > far || float64(next)*step-before > far {
			for j := i + 1; j < next; j++ {
				look(j)
			}
		}
		i, before = next, after
	}
	return far
}

// The bootstrap draws bootstrapMost samples, which gives a p near 0.1 a standard
// deviation of 0.01 and any other one under 0.016, or stops at a multiple of
// bootstrapSome when p is surely under the level.
const (
	bootstrapMost = 1000
	bootstrapSome = 50
	surely        = 4 // standard deviations of the count at the level
)

// bootstrap returns the share of samples of the law fitted to y whose own fit is
// as far from them as this one from y, and how many were drawn.
func bootstrap(y []float64, fit tailFit, rng expRand) (p float64, drawn int) {
	r := resample{y, fit, make([]int, len(y)), make([]float64, 0, len(y))}
	t := newTails(y)
	far := 0
	for drawn < bootstrapMost {
		t.take(r.draw(rng))
		if !t.nearer(fit.distance, fit.count) {
			far++
		}
		drawn++
		expected := powerLawLevel * float64(drawn)
		spread := math.Sqrt(expected * (1 - powerLawLevel))
		if drawn%bootstrapSome == 0 && float64(far) < expected-surely*spread {
			break
		}
	}
	return float64(far) / float64(drawn), drawn
}

// expRand is what a sample is drawn with.
type expRand interface {
	IntN(n int) int
	ExpFloat64() float64
}

// resample draws samples of a fitted law: each value is one of those under the
// tail, or from the law, as often as the data are.
type resample struct {
	y      []float64 // the data, descending
	fit    tailFit
	counts []int
	out    []float64
}

// draw returns a sample of as many values as the data, descending, good until
// the next one.
func (r *resample) draw(rng expRand) []float64 {
	clear(r.counts)
	n, inTail := len(r.y), 0
	for range n {
		if i := rng.IntN(n); i < r.fit.count {
			inTail++
		} else {
			r.counts[i]++
		}
	}
	// Ordered exponential draws have independent gaps: that over the j-th
	// smallest is exponential of rate (inTail − j)·slope (Rényi 1953).
	r.out = r.out[:0]
	at := r.y[r.fit.count-1]
	for j := range inTail {
		at += rng.ExpFloat64() / (r.fit.slope * float64(inTail-j))
		r.out = append(r.out, at)
	}
	slices.Reverse(r.out)
	for i := r.fit.count; i < n; i++ {
		for range r.counts[i] {
			r.out = append(r.out, r.y[i])
		}
	}
	return r.out
}
