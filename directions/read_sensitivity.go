package directions

import (
	"math"
	"slices"

	"wspec/loader"
	"wspec/spectra"
)

// Sensitivity says how a direction changes with the convention.
type Sensitivity struct {
	Convention Convention // the other one
	// Match is the index of the direction there that is most like this one: the
	// largest |cos| of the In sides times |cos| of the Out sides; -1 if none was
	// decomposed.
	Match int
	// Angle is the angle to that direction, or to the subspace of its block as
	// far as that was decomposed, in degrees, 0 … 90: the larger one of the
	// matrix's residual sides, of both sides where it has none.
	Angle float64
	// Jaccard is the overlap of the ten leading tokens at each pole, poles
	// matched by the sign of the cosine, in [0, 1]: the smaller one of the
	// residual sides; NaN where there are no tokens.
	Jaccard float64
}

// sensitivityTokens is the number of tokens compared at each pole.
const sensitivityTokens = 10

// Against compares each direction with those of the same matrix in another
// convention, which should have some more directions, lest a match be missed,
// and ten tokens.
func (y *Readings) Against(other *Readings) []Sensitivity {
	all := make([]Sensitivity, len(y.Directions))
	for i := range all {
		all[i] = y.against(other, i)
	}
	return all
}

func (y *Readings) against(other *Readings, i int) Sensitivity {
	cosines := [2][]float64{y.cosines(other, In, i), y.cosines(other, Out, i)}
	s := Sensitivity{Convention: other.Convention, Match: -1, Jaccard: math.NaN()}
	match, top := -1, -1.0
	for j := range other.Directions {
		if c := math.Abs(cosines[In][j] * cosines[Out][j]); c > top {
			match, top = j, c
		}
	}
	if match < 0 {
		return s
	}
	s.Match = other.Directions[match].Index
	block := other.Directions[match].Certificate.Block
	for _, side := range y.compared() {
		inBlock := slices.Clone(cosines[side])
		for j, d := range other.Directions {
			if d.Index < block[0] || d.Index > block[1] {
				inBlock[j] = 0
			}
		}
		rest := column(y.Decomposition, side, i)
		s.Angle = max(s.Angle, angle(rest, other.Decomposition, side, inBlock))
		a, b := y.Directions[i].side(side), other.Directions[match].side(side)
		if a.Readout == "" || b.Readout == "" {
			continue
		}
		if x := overlap(a, b, cosines[side][match]); !(x >= s.Jaccard) {
			s.Jaccard = x
		}
	}
	return s
}

// angle returns the angle of v to the part of it that those directions of d
// span whose cosines with it are given, the others' being 0; in degrees. It
// uses v up. It is taken from both parts of v, so that a small one is not lost
// to rounding.
func angle(v []float64, d *spectra.Decomposition, s Side, cosines []float64) float64 {
	var inside, outside float64
	for j, c := range cosines {
		if c == 0 {
			continue
		}
		inside += c * c
		for k, x := range column(d, s, j) {
			v[k] -= c * x
		}
	}
	for _, x := range v {
		outside += x * x
	}
	return math.Atan2(math.Sqrt(outside), math.Sqrt(inside)) * 180 / math.Pi
}

// compared returns the residual sides, both if there is none.
func (y *Readings) compared() []Side {
	var sides []Side
	for _, s := range []Side{In, Out} {
		if SpaceOf(y.Matrix, s) == loader.Residual {
			sides = append(sides, s)
		}
	}
	if sides == nil {
		return []Side{In, Out}
	}
	return sides
}

// overlap is the Jaccard index of the leading tokens of two readings; with a
// negative cosine their poles are exchanged.
func overlap(a, b *Reading, cosine float64) float64 {
	head := func(l []Scored) []Scored { return first(l, sensitivityTokens) }
	x := [2][]Scored{head(a.Positive), head(a.Negative)}
	y := [2][]Scored{head(b.Positive), head(b.Negative)}
	if cosine < 0 {
		y[0], y[1] = y[1], y[0]
	}
	return jaccard(x, y)
}

// cosines returns the inner products of one side of the i-th direction with
// those of other.
func (y *Readings) cosines(other *Readings, s Side, i int) []float64 {
	v := column(y.Decomposition, s, i)
	all := make([]float64, len(other.Directions))
	for j := range all {
		for k, x := range column(other.Decomposition, s, j) {
			all[j] += v[k] * x
		}
	}
	return all
}
