package spectra

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// Intruders says, for the directions of a changed matrix, how much of them was
// there before, on either side.
type Intruders struct{ In, Out Foreign }

// Foreign is one side of Intruders: an entry for each direction of new, in the
// order of its Index.
type Foreign struct {
	// Nearest is the largest |cos| with any direction of old: under ε, the new
	// direction is an intruder as published (Shuttleworth et al. 2024), where
	// the side is the one that is written.
	Nearest []float64
	// Block is the length of its projection on the span of those directions of
	// old that noise of the size of the change can turn into it: whose σ is
	// within twice the noise's largest σ of its own. Noise leaves at least √½
	// in that span (after Wedin 1972: c = (σ′e + σf)/(σ′² − σ²) for each of the
	// others, e and f no longer than ‖E‖), usually nearly all, so that what is
	// under ε ≤ 0.7 is no effect of noise. Directions near in σ that were merely rotated into each other
	// have Nearest small and Block near 1.
	Block []float64
	// Members is the dimension of that span; a random direction has about
	// √(Members/d) of its length there. 0 where old has no σ that near: Block
	// is 0 then.
	Members []int
}

// Published counts the first k directions with Nearest under epsilon.
func (f *Foreign) Published(k int, epsilon float64) int { return countUnder(f.Nearest, k, epsilon) }

// Blocks counts the first k directions with Block under epsilon.
func (f *Foreign) Blocks(k int, epsilon float64) int { return countUnder(f.Block, k, epsilon) }

func countUnder(x []float64, k int, bound float64) int {
	n := 0
	for _, v := range x[:min(k, len(x))] {
		if v < bound {
			n++
		}
	}
	return n
}

// reach is how many times the noise's largest σ two values may be apart for
// noise to mix their directions: of a direction, at most √2/reach then comes from
// outside.
const reach = 2

// FindIntruders compares each direction of new with all of old, which must have
// been decomposed whole, and with those that noise of the change's size can mix
// it with; noise is Difference.Noise. The error is mat.ErrShape (wrapped), for
// shapes that differ and where directions of old are missing.
func FindIntruders(old, new *Decomposition, noise float64) (*Intruders, error) {
	if old.Rows != new.Rows || old.Cols != new.Cols {
		return nil, fmt.Errorf("spectra: directions of %d×%d and %d×%d: %w", old.Rows, old.Cols, new.Rows, new.Cols, mat.ErrShape)
	}
	if len(old.Index) != len(old.Sigma) {
		return nil, fmt.Errorf("spectra: %d of %d directions of old: %w", len(old.Index), len(old.Sigma), mat.ErrShape)
	}
	var x Intruders
	for _, side := range []struct {
		f        *Foreign
		old, new *mat.Dense
	}{{&x.In, old.In, new.In}, {&x.Out, old.Out, new.Out}} {
		cosines := crossGram(side.old, side.new)
		for j, at := range new.Index {
			side.f.add(cosines, j, old.Sigma, window{new.Sigma[at], reach * noise})
		}
	}
	return &x, nil
}

type window struct{ sigma, reach float64 }

// add adds direction j of new, of which cosines has the column.
func (f *Foreign) add(cosines *mat.Dense, j int, sigma []float64, w window) {
	var nearest, energy float64
	members := 0
	for i, s := range sigma {
		c := math.Abs(cosines.At(i, j))
		nearest = max(nearest, c)
		if math.Abs(s-w.sigma) <= w.reach {
			members++
			energy += c * c
		}
	}
	f.Nearest = append(f.Nearest, min(nearest, 1))
	f.Block = append(f.Block, min(math.Sqrt(energy), 1))
	f.Members = append(f.Members, members)
}

// WithNoise returns w plus independent noise of mean 0 with the Frobenius norm
// given (expected; within a percent for 100 × 100), uniformly distributed, drawn
// by seed and place: the same however it is read. Nothing is held.
func WithNoise(w Source, norm float64, seed uint64) Source {
	m, n := w.Dims()
	// A uniform number in [−1, 1] has variance ⅓.
	return noisy{w, norm * math.Sqrt(3/(float64(m)*float64(n))), Stream(seed, "noise").Uint64(), uint64(n)}
}

type noisy struct {
	Source
	half float64 // of the interval of the noise
	key  uint64
	cols uint64
}

func (s noisy) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	s.Source.Block(dst, ld, i0, i1, j0, j1)
	for i := i0; i < i1; i++ {
		row := dst[(i-i0)*ld:][:j1-j0]
		at := uint64(i)*s.cols + uint64(j0)
		for k := range row {
			row[k] += s.half * symmetricUniform(mix(s.key+(at+uint64(k))*golden))
		}
	}
}

// golden is 2⁶⁴/φ, made odd: the step of SplitMix64.
const golden = 0x9e3779b97f4a7c15

// mix is the finaliser of SplitMix64 (Steele, Lea & Flood 2014).
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// symmetricUniform turns 64 random bits into a number in (−1, 1).
func symmetricUniform(z uint64) float64 { return float64(int64(z)>>10) * 0x1p-53 }

// Noisy returns the factors of old, one for Compare or two for CompareProduct,
// each plus noise of the size of its change: what Δ would be if it were without
// structure.
func (d *Difference) Noisy(seed uint64, old ...Source) []Source {
	all := slices.Clone(old)
	for i, w := range old {
		if norm := d.changes[i]; norm > 0 {
			all[i] = WithNoise(w, norm, mix(seed+uint64(i)))
		}
	}
	return all
}
