package report

import (
	"fmt"
	"math"

	"wspec/loader"
	"wspec/spectra"
)

// Angles are the principal angles between the leading subspaces before and
// after, in degrees, ascending.
type Angles struct {
	K   int      `json:"k"`   // directions on each side of the comparison
	Cut bool     `json:"cut"` // a block that rounding cannot take apart is cut
	In  []Number `json:"in"`
	Out []Number `json:"out"`
	// ChanceIn and ChanceOut are the angles whose cos² is the mean for random
	// subspaces, k/d.
	ChanceIn  Number `json:"chance_in"`
	ChanceOut Number `json:"chance_out"`
}

// Mode is a direction before and the one it became.
type Mode struct {
	Before      int    `json:"before"` // index, from 0; −1 where there is no partner
	After       int    `json:"after"`
	Cosine      Number `json:"cosine"` // of in·outᵀ, in [−1, 1]; of blocks, of their spans
	SigmaBefore Number `json:"sigma_before"`
	SigmaAfter  Number `json:"sigma_after"`
	Block       bool   `json:"block"` // either is one of several that rounding cannot tell apart
}

// Intruders say how much of each leading direction after was there before.
type Intruders struct {
	In  Foreign `json:"in"`
	Out Foreign `json:"out"`
}

// Foreign is one side of Intruders, an entry a direction; the Noise lists are
// those of the matrix before plus noise of the change's size.
type Foreign struct {
	Nearest      []Number `json:"nearest"` // largest |cos| with a direction before
	Block        []Number `json:"block"`   // length of its part in what noise could have made it from
	NoiseNearest []Number `json:"noise_nearest"`
	NoiseBlock   []Number `json:"noise_block"`
}

// intruderEpsilon is the |cos| under which the measures count an intruder; the
// curve over others is drawn from Intruders. Of noise, blocks count none up to
// 0.7.
const intruderEpsilon = 0.6

// moved is what became of the leading directions of a matrix.
type moved struct {
	in, out     *spectra.Overlap
	k           int
	clean       bool
	modes       []spectra.Mode
	real, noise *spectra.Intruders // nil where they were not sought
}

// follow compares the leading directions before and after; whole is the matrix
// before with all its directions, nil where intruders are not sought.
func (x *change) follow(whole *spectra.Decomposition, o spectra.Options) (err error) {
	a, b := x.before, x.after
	if len(a.Index) == 0 || len(b.Index) == 0 || a.Rows != b.Rows || a.Cols != b.Cols {
		return nil
	}
	most := min(len(a.Index), len(b.Index))
	m := &moved{}
	m.k, m.clean = spectra.Cut(most, most, a.Certificates(), b.Certificates())
	if m.in, err = spectra.Subspaces(columns(a.In, m.k), columns(b.In, m.k)); err != nil {
		return err
	}
	if m.out, err = spectra.Subspaces(columns(a.Out, m.k), columns(b.Out, m.k)); err != nil {
		return err
	}
	if m.modes, err = spectra.MatchModes(a, b); err != nil {
		return err
	}
	x.moved = m
	if x.same {
		m.still()
	}
	if whole == nil || !(x.diff.Norm > 0) {
		return nil
	}
	return x.seekIntruders(whole, o)
}

// still takes out what rounding puts into the comparison of a matrix with
// itself.
func (m *moved) still() {
	for _, o := range []*spectra.Overlap{m.in, m.out} {
		o.Share = 1
		for i := range o.Cosines {
			o.Cosines[i] = 1
		}
	}
	for i := range m.modes {
		if p := &m.modes[i]; p.Old == p.New {
			p.Cosine = 1
		}
	}
}

// seekIntruders finds the intruders, and those that noise of the same size
// makes.
func (x *change) seekIntruders(whole *spectra.Decomposition, o spectra.Options) (err error) {
	m := x.moved
	if m.real, err = spectra.FindIntruders(whole, x.after, x.diff.Noise); err != nil {
		return err
	}
	old := make([]spectra.Source, len(x.couple.before.Factors))
	for i, f := range x.couple.before.Factors {
		old[i] = f
	}
	noisy, err := decomposeFactors(x.diff.Noisy(x.seed, old...), x.request, o)
	if err != nil {
		return err
	}
	m.noise, err = spectra.FindIntruders(whole, noisy, x.diff.Noise)
	return err
}

// mostWhole is the most directions of a matrix that are all found without being
// asked for: at 128 of them it takes as long as the rest, at 768 eight times as
// long.
const mostWhole = 256

// seeksIntruders reports whether intruders are sought in a matrix, which takes
// all its directions: in those of layers, large ones only on request.
func (x *change) seeksIntruders() bool {
	return x.request.Top > 0 && x.couple.before.Layer >= 0 && !x.same && (x.intruders || directionsOf(x.couple.before) <= mostWhole)
}

// directionsOf returns how many directions a matrix has.
func directionsOf(m *loader.Matrix) int {
	rows, cols := m.Dims()
	if m.Kind == loader.Product {
		_, inner := m.Factors[0].Dims()
		return min(rows, cols, inner)
	}
	return min(rows, cols)
}

// warnIntruders says where intruders were not sought.
func (r *comparer) warnIntruders(p *Pairing, changes []*change) {
	left := 0
	for _, x := range changes {
		if m := x.couple.before; x.request.Top > 0 && !x.same && !x.intruders && m.Layer >= 0 && directionsOf(m) > mostWhole {
			left++
		}
	}
	if left > 0 {
		r.doc.Warnings = append(r.doc.Warnings, Warning{Code: "no_intruders", Message: fmt.Sprintf(
			"%s: intruders were not sought in %d matrices of more than %d directions; --intruders does, which takes several times as long", p.Name(), left, mostWhole)})
	}
}

// wholeFootprint bounds the bytes that all directions of a matrix take while
// they are found.
func wholeFootprint(m *loader.Matrix) int64 {
	rows, cols := m.Dims()
	const copies = 4 // both sides, their images, and the core's vectors
	return copies * 8 * int64(rows+cols) * int64(directionsOf(m))
}

// counted is a count of intruders beside that of noise. One draw has no
// spread, so there is no z.
func counted(count func(*spectra.Intruders, int) int) func(*change) nulled {
	return func(x *change) nulled {
		if x.same && x.moved != nil {
			return nulled{}
		}
		if x.moved == nil || x.moved.real == nil {
			return nulled{value: math.NaN()}
		}
		return nulled{value: float64(count(x.moved.real, len(x.after.Index)))}
	}
}

// shareOf returns the overlap of one side's subspaces beside that of random
// ones.
func shareOf(side func(*moved) *spectra.Overlap) func(*change) nulled {
	return func(x *change) nulled {
		if x.moved == nil {
			return nulled{value: math.NaN()}
		}
		o := side(x.moved)
		return nulled{o.Share, o.Mean, o.SD}
	}
}

// document turns what was found into plain data.
func (m *moved) document(c *Change, x *change) {
	if m == nil {
		return
	}
	c.Angles = &Angles{K: m.k, Cut: !m.clean, In: degrees(m.in), Out: degrees(m.out), ChanceIn: meanAngle(m.in), ChanceOut: meanAngle(m.out)}
	a, b := x.before.Certificates(), x.after.Certificates()
	for _, p := range m.modes {
		y := Mode{Before: p.Old, After: p.New, Cosine: Number(p.Cosine), SigmaBefore: Number(p.OldSigma), SigmaAfter: Number(p.NewSigma)}
		y.Block = p.Old >= 0 && several(a[p.Old]) || p.New >= 0 && several(b[p.New])
		c.Modes = append(c.Modes, y)
	}
	if m.real != nil {
		c.Intruders = &Intruders{In: newForeign(&m.real.In, &m.noise.In), Out: newForeign(&m.real.Out, &m.noise.Out)}
	}
}

// several reports whether a direction shares its block.
func several(c spectra.Certificate) bool { return c.Block[1] > c.Block[0] }

func newForeign(f, noise *spectra.Foreign) Foreign {
	return Foreign{Nearest: numbers(f.Nearest), Block: numbers(f.Block), NoiseNearest: numbers(noise.Nearest), NoiseBlock: numbers(noise.Block)}
}

func degrees(o *spectra.Overlap) []Number {
	list := []Number{}
	for _, c := range o.Cosines {
		list = append(list, Number(math.Acos(c)*180/math.Pi))
	}
	return list
}

func meanAngle(o *spectra.Overlap) Number {
	return Number(math.Acos(math.Sqrt(min(o.Mean, 1))) * 180 / math.Pi)
}
