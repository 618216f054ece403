package spectra

import "math"

// joinFactor is the gap, in units of ‖E‖, under which rounding may turn two
// neighbouring directions into each other by more than sinΘ = 1/joinFactor:
// they then form one block.
const joinFactor = 10

// Certificate says how far a singular direction can be believed.
type Certificate struct {
	// Gap is the distance of σ to the nearest other singular value, in units
	// of σ, at least 0; for the last one also to 0 where the matrix maps
	// something to 0, that is where it is not square or is a product of lower
	// rank. +Inf for a 1 × 1 matrix.
	Gap float64
	// AngleBound bounds sinΘ, Θ the angle by which rounding to the storage dtype
	// may have turned the direction: min(1, ‖E‖/Gap) (Wedin 1972), in [0, 1].
	AngleBound float64
	// Block is the first and the last index, both included, of the directions
	// that cannot be told from each other: each nearer than 10‖E‖ to the next.
	// As a subspace they are defined, one by one they are not.
	Block [2]int
	// Stable says that AngleBound is at most 0.1.
	Stable bool
}

// Certify returns a certificate for every singular value of a matrix, given
// descending and not negative. rounding is ‖E‖₂ of the matrix's storage, as
// Floor.DType; square says that no direction beyond these is mapped to 0: that
// there are as many values as rows and as columns.
func Certify(sigma []float64, rounding float64, square bool) []Certificate {
	all := make([]Certificate, len(sigma))
	first := 0
	for i, s := range sigma {
		c := &all[i]
		above, below := math.Inf(1), math.Inf(1)
		if i > 0 {
			above = sigma[i-1] - s
		}
		if i+1 < len(sigma) {
			below = s - sigma[i+1]
		} else if !square {
			below = s
		}
		c.Gap = min(above, below)
		c.AngleBound, c.Stable = 1, !together(c.Gap, rounding)
		if c.Gap > 0 {
			c.AngleBound = min(1, rounding/c.Gap)
		}
		if i > 0 && !together(above, rounding) {
			closeBlock(all[first:i], first)
			first = i
		}
	}
	closeBlock(all[first:], first)
	return all
}

// together reports whether rounding makes one block of two values. Equal ones
// are one even without rounding.
func together(gap, rounding float64) bool { return gap < joinFactor*rounding || gap == 0 }

// closeBlock writes the block of certificates that starts at index first.
func closeBlock(block []Certificate, first int) {
	for i := range block {
		block[i].Block = [2]int{first, first + len(block) - 1}
	}
}

// Certificates returns the certificates of all values of s, stored in its
// dtype; without a known dtype ‖E‖ is taken to be 0.
func (s *Spectrum) Certificates() []Certificate {
	return Certify(s.Sigma, s.Floor.DType, s.Rows == s.Cols && len(s.Sigma) == s.Rows)
}
