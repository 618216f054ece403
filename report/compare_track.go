package report

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// Trajectory is one matrix over the checkpoints, in the order of
// [Comparison.Models].
type Trajectory struct {
	Label string `json:"label"`
	Role  string `json:"role"`
	Layer *int   `json:"layer"`
	Head  *int   `json:"head"`
	Kind  string `json:"kind"`
	// Values holds, by measure, a value a checkpoint; undefined where the
	// checkpoint has no such matrix.
	Values map[string][]Number `json:"values"`
	// LeftNull is the first checkpoint from which on σ₁ stays past what noise
	// of the shape and norm reaches, null where it never does, or where it is
	// so from the first.
	LeftNull *int `json:"left_null"`
	// Modes follow the leading directions of the first checkpoint, each to the
	// one it is matched with at the next.
	Modes []Path `json:"modes"`

	at []int // where each path is now, −1 where it was lost
}

// Path is one direction over the checkpoints.
type Path struct {
	Sigma  []Number `json:"sigma"`  // undefined where it was lost
	Cosine []Number `json:"cosine"` // |cos| with itself at the checkpoint before
}

// leftAt is the z of σ₁ past which a spectrum is said to have left its null:
// the Tracy–Widom law passes it once in some thousand.
const leftAt = 4

// trackMeasure is a measure of a matrix at a checkpoint that needs others
// beside it.
type trackMeasure struct {
	MetricInfo
	value func(*trackPoint) float64
}

// trackPoint is a matrix at one checkpoint, and the same at the others that
// are at hand; nil where they lack it.
type trackPoint struct {
	matrix                *loader.Matrix
	d                     *spectra.Decomposition
	first, previous, last *spectra.Decomposition
	before, begin         *loader.Matrix // of the previous and the first
}

// trackMeasures returns the measures that need other checkpoints.
func trackMeasures() []trackMeasure {
	side := func(name, title, of, doc string, pick func(*trackPoint) (d *spectra.Decomposition), in bool) trackMeasure {
		return trackMeasure{
			MetricInfo{Name: name, Title: title, Unit: "fraction", Formula: "‖" + of + "‖_F²/k", Doc: doc},
			func(p *trackPoint) float64 {
				if o := pick(p); o != nil && in {
					return overlap(p.d.In, o.In)
				} else if o != nil {
					return overlap(p.d.Out, o.Out)
				}
				return math.NaN()
			},
		}
	}
	first := func(p *trackPoint) *spectra.Decomposition { return p.first }
	previous := func(p *trackPoint) *spectra.Decomposition { return p.previous }
	last := func(p *trackPoint) *spectra.Decomposition { return p.last }
	const doc = "Mean squared cosine of the principal angles of the leading k directions: 1 for the same subspace, k/d for random ones."
	return []trackMeasure{
		{MetricInfo{Name: "change_first", Title: "Change since the first", Unit: "ratio", Formula: "‖W − W_first‖_F/‖W_first‖_F",
			Doc: "Of stored matrices; undefined for circuits."}, func(p *trackPoint) float64 { return distance(p.begin, p.matrix) }},
		{MetricInfo{Name: "change_previous", Title: "Change since the one before", Unit: "ratio", Formula: "‖W − W_before‖_F/‖W_before‖_F",
			Doc: "Of stored matrices; undefined for circuits and at the first checkpoint."}, func(p *trackPoint) float64 { return distance(p.before, p.matrix) }},
		{MetricInfo{Name: "edge_z", Title: "σ₁ over noise, z", Unit: "sd", Formula: "(σ₁²·mn/‖W‖_F² − mean)/sd",
			Doc: "How far σ₁ is past that of noise of the same shape and norm, by Tracy and Widom's law. Undefined for circuits and for r under 16.", Ref: "Johnstone 2001"}, edgeZ},
		side("in_first", "In, overlap with the first", "In_firstᵀIn", doc, first, true),
		side("out_first", "Out, overlap with the first", "Out_firstᵀOut", doc, first, false),
		side("in_previous", "In, overlap with the one before", "In_beforeᵀIn", doc, previous, true),
		side("out_previous", "Out, overlap with the one before", "Out_beforeᵀOut", doc, previous, false),
		side("in_last", "In, overlap with the last", "In_lastᵀIn", doc, last, true),
		side("out_last", "Out, overlap with the last", "Out_lastᵀOut", doc, last, false),
	}
}

// trackInfos returns the definitions of all measures of a trajectory: those of
// any matrix, and those that need other checkpoints.
func trackInfos() []MetricInfo {
	infos := MetricInfos()
	for _, m := range trackMeasures() {
		infos = append(infos, m.MetricInfo)
	}
	return infos
}

// overlap is the share of the projection kernel of two subspaces, undefined
// for vocabularies of different size and without directions.
func overlap(a, b *mat.Dense) float64 {
	if a == nil || b == nil || a.IsEmpty() || b.IsEmpty() {
		return math.NaN()
	}
	o, err := spectra.Subspaces(a, b)
	if err != nil {
		return math.NaN()
	}
	return o.Share
}

// distance is ‖b − a‖/‖a‖ of stored matrices of one shape.
func distance(a, b *loader.Matrix) float64 {
	if a == nil || a.Kind == loader.Product || shapeText(a) != shapeText(b) {
		return math.NaN()
	}
	var v float64
	err := loader.Guard(func() (err error) {
		v, err = spectra.Distance(a.Factors[0], b.Factors[0])
		return err
	})
	if err != nil {
		return math.NaN()
	}
	return finite(v)
}

func edgeZ(p *trackPoint) float64 {
	if p.d.Product || first(p.d.Sigma) == 0 {
		return math.NaN()
	}
	x := edge(p.d.Sigma[0], frobenius(p.d.Sigma), [2]int{p.d.Rows, p.d.Cols})
	return (x.value - x.mean) / x.sd
}

// newTrajectories makes one for each matrix of the first checkpoint, for n
// checkpoints.
func newTrajectories(first *checkpoint, n int) []Trajectory {
	all := []Trajectory{}
	for _, m := range first.picked {
		t := Trajectory{Label: m.Label, Role: m.Role, Layer: index(m.Layer), Head: index(m.Head), Kind: string(m.Kind), Values: map[string][]Number{}, Modes: []Path{}}
		for _, info := range trackInfos() {
			t.Values[info.Name] = make([]Number, n)
			for i := range t.Values[info.Name] {
				t.Values[info.Name][i] = Undefined()
			}
		}
		all = append(all, t)
	}
	return all
}

// set fills the values of one checkpoint.
func (t *Trajectory) set(at int, p *trackPoint) {
	for _, m := range spectra.Metrics() {
		t.Values[m.Name][at] = Number(m.Eval(p.d.Spectrum))
	}
	for _, m := range trackMeasures() {
		t.Values[m.Name][at] = Number(m.value(p))
	}
	t.follow(at, p)
}

// follow leads every path on to checkpoint at.
func (t *Trajectory) follow(at int, p *trackPoint) {
	if at == 0 {
		for i := range p.d.Index {
			t.at = append(t.at, i)
			x := Path{}
			for range t.Values["spectral_norm"] {
				x.Sigma, x.Cosine = append(x.Sigma, Undefined()), append(x.Cosine, Undefined())
			}
			x.Sigma[0] = Number(p.d.Sigma[p.d.Index[i]])
			t.Modes = append(t.Modes, x)
		}
		return
	}
	var modes []spectra.Mode
	if p.previous != nil && len(t.at) > 0 {
		modes, _ = spectra.MatchModes(p.previous, p.d) // of another shape: all are lost
	}
	next := make(map[int]spectra.Mode, len(modes))
	for _, m := range modes {
		next[m.Old] = m
	}
	for i, from := range t.at {
		m, ok := next[from]
		if from < 0 || !ok || m.New < 0 {
			t.at[i] = -1
			continue
		}
		t.at[i] = m.New
		t.Modes[i].Sigma[at], t.Modes[i].Cosine[at] = Number(m.NewSigma), Number(math.Abs(m.Cosine))
	}
}

// settle sets LeftNull once all checkpoints are in.
func (t *Trajectory) settle() {
	z := t.Values["edge_z"]
	from := len(z)
	for from > 0 && z[from-1] > leftAt {
		from--
	}
	if from > 0 && from < len(z) && z[0].Defined() {
		t.LeftNull = &from
	}
}
