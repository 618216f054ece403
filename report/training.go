package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"wspec/loader"
	"wspec/spectra"
)

// untrainedLevel is the q from which a matrix is called trained. It is strict
// since one matrix makes a trained model: of untrained models, one in ten
// thousand is called trained. Little training is needed to pass it by far.
const untrainedLevel = 1e-4

// The values of [Training.Verdict].
const (
	Trained         = "trained"
	Untrained       = "untrained"
	TrainingUnknown = "unknown"
)

// Training says whether a model still is what an initialiser made.
type Training struct {
	Verdict  string `json:"verdict"`
	Sentence string `json:"sentence"`
	Tested   int    `json:"tested"` // whole stored matrices
	Differ   int    `json:"differ"` // of them, those with q ≤ Level
	Level    Number `json:"level"`
	// MedianZ is the median over the tested matrices of |bulk|.
	MedianZ Number `json:"median_z"`
	// Initialisers are what the matrices that do not differ were filled with.
	Initialisers []InitialiserCount `json:"initialisers"`
	// Vectors are the biases and norms, ConstantVectors those that are all 0 or
	// all 1.
	Vectors         int `json:"vectors"`
	ConstantVectors int `json:"constant_vectors"`
}

// InitialiserCount counts the matrices that fit one initialiser.
type InitialiserCount struct {
	Name     string `json:"name"`
	Matrices int    `json:"matrices"`
}

// Initial is how far a stored matrix is from its initialisation; the fields are
// those of [spectra.Initial].
type Initial struct {
	SD       Number `json:"sd"`
	Kurtosis Number `json:"kurtosis"`
	Bulk     Number `json:"bulk"`
	Top      Number `json:"top"`
	Rows     Number `json:"rows"`
	Columns  Number `json:"columns"`
	P        Number `json:"p"`
	Q        Number `json:"q"` // over the model's matrices
	// Initialiser is what it fits, "" where it differs from all.
	Initialiser string `json:"initialiser"`
}

// testInitial holds a whole stored matrix against its initialisation. A
// convention that changes the matrix leaves nothing to test.
func (s *study) testInitial(out *Matrix, m *loader.Matrix, values *spectra.Spectrum) {
	if m.Kind == loader.Product || m.Head >= 0 || s.reader != nil && s.reader.Changes(m) {
		return
	}
	x := spectra.TestInitial(m.Factors[0], values)
	rows, cols := m.Dims()
	out.Initial = &Initial{
		SD: Number(x.SD), Kurtosis: Number(x.Kurtosis), Bulk: Number(x.Bulk), Top: Number(x.Top), Rows: Number(x.Rows), Columns: Number(x.Columns),
		P: Number(x.P), Q: Undefined(), Initialiser: x.Initialiser(rows, cols, s.model.Config.NLayers),
	}
}

// judgeTraining sets the verdict on the model of s, whose matrices are those of
// the jobs.
func (s *study) judgeTraining(d *Document, jobs []job) error {
	t := &Training{Level: untrainedLevel, MedianZ: Undefined(), Initialisers: []InitialiserCount{}}
	err := loader.Guard(func() error {
		t.ConstantVectors, t.Vectors = s.model.ConstantVectors()
		return nil
	})
	if err != nil {
		return err
	}
	var tested []*Initial
	for _, j := range jobs {
		if x := d.Matrices[j.slot].Initial; j.study == s && x != nil && x.P.Defined() {
			tested = append(tested, x)
		}
	}
	t.judge(tested)
	d.Models[s.at].Training = t
	return nil
}

// judge sets the q of the tested matrices and what follows from them.
func (t *Training) judge(tested []*Initial) {
	p, fits := make([]float64, len(tested)), map[string]int{}
	var z []float64
	for i, x := range tested {
		p[i] = float64(x.P)
		if x.Bulk.Defined() {
			z = append(z, math.Abs(float64(x.Bulk)))
		}
	}
	for i, q := range spectra.BenjaminiHochberg(p) {
		x := tested[i]
		if x.Q = Number(q); q <= untrainedLevel {
			t.Differ++
			x.Initialiser = ""
		} else {
			fits[x.Initialiser]++
		}
	}
	t.Tested = len(tested)
	if len(z) > 0 {
		slices.Sort(z)
		t.MedianZ = Number((z[(len(z)-1)/2] + z[len(z)/2]) / 2)
	}
	for _, name := range byCount(fits) {
		t.Initialisers = append(t.Initialisers, InitialiserCount{name, fits[name]})
	}
	t.conclude(fits)
}

// conclude sets the verdict and its sentence.
func (t *Training) conclude(fits map[string]int) {
	vectors := ""
	if t.Vectors > 0 {
		vectors = fmt.Sprintf("; %d of %d bias and norm vectors are still all 0 or all 1", t.ConstantVectors, t.Vectors)
	}
	switch {
	case t.Tested == 0:
		t.Verdict = TrainingUnknown
		t.Sentence = "Whether the model was trained is not known: no whole matrix with 16 or more on both sides was tested" + vectors
	case t.Differ == 0:
		t.Verdict = Untrained
		t.Sentence = fmt.Sprintf("Untrained: none of %d matrices differs from independent entries at q ≤ %g; they look like %s%s", t.Tested, untrainedLevel, commonest(fits), vectors)
	default:
		t.Verdict = Trained
		t.Sentence = fmt.Sprintf("Trained: %d of %d matrices differ from the independent entries of an initialiser at q ≤ %g, in the median by %.3g standard deviations%s",
			t.Differ, t.Tested, untrainedLevel, float64(t.MedianZ), vectors)
	}
}

// byCount returns the names, the commonest first.
func byCount(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
}

// commonest lists what was counted, the commonest first: "a (12), b (3)".
func commonest(counts map[string]int) string {
	names := byCount(counts)
	for i, n := range names {
		names[i] = fmt.Sprintf("%s (%d)", n, counts[n])
	}
	return strings.Join(names, ", ")
}

// safeTraining is t, safe to show.
func safeTraining(t *Training) *Training {
	if t == nil {
		return nil
	}
	out := *t
	out.Verdict, out.Sentence = Safe(t.Verdict), SafeProse(t.Sentence)
	out.Initialisers = each(t.Initialisers, func(c InitialiserCount) InitialiserCount { return InitialiserCount{SafeProse(c.Name), c.Matrices} })
	return &out
}
