package spectra

import (
	"fmt"
	"math"
)

// Initialiser is a known way to fill a matrix before training.
type Initialiser struct {
	Name string
	Ref  string // who uses it
	// SD returns the standard deviation of the entries of a fan-in × fan-out
	// matrix in a model of so many layers, 0 if not known.
	SD func(fanIn, fanOut, layers float64) float64
	// Kurtosis of the entries.
	Kurtosis float64
}

// Kurtosis of the laws that initialisers draw from.
const (
	kurtosisNormal    = 3
	kurtosisUniform   = 1.8
	kurtosisTruncated = 2.3655 // normal, cut off at two standard deviations
	sdTruncated       = 0.87963
)

// Initialisers returns the known initialisers, the commonest first: of two that
// a matrix fits, as square ones fit several, the first is named.
func Initialisers() []Initialiser {
	fixed := func(sd float64) func(_, _, _ float64) float64 { return func(_, _, _ float64) float64 { return sd } }
	return []Initialiser{
		{"normal 0.02", "GPT-2, LLaMA and most of transformers", fixed(0.02), kurtosisNormal},
		{"scaled residual, normal 0.02/√(2·n_layers)", "Radford et al. 2019", func(_, _, l float64) float64 { return 0.02 / math.Sqrt(2*l) }, kurtosisNormal},
		{"Kaiming uniform, ±1/√d_in", "nn.Linear's default", func(in, _, _ float64) float64 { return 1 / math.Sqrt(3*in) }, kurtosisUniform},
		{"Xavier uniform, ±√(6/(d_in + d_out))", "Glorot & Bengio 2010", func(in, out, _ float64) float64 { return math.Sqrt(2 / (in + out)) }, kurtosisUniform},
		{"Xavier normal, √(2/(d_in + d_out))", "Glorot & Bengio 2010", func(in, out, _ float64) float64 { return math.Sqrt(2 / (in + out)) }, kurtosisNormal},
		{"Kaiming normal, √(2/d_in)", "He et al. 2015", func(in, _, _ float64) float64 { return math.Sqrt(2 / in) }, kurtosisNormal},
		{"LeCun normal, 1/√d_in", "LeCun et al. 1998", func(in, _, _ float64) float64 { return 1 / math.Sqrt(in) }, kurtosisNormal},
		{"small, normal √(2/(5·d_in))", "Nguyen & Salazar 2019", func(in, _, _ float64) float64 { return math.Sqrt(2 / (5 * in)) }, kurtosisNormal},
		{"truncated normal 0.02", "BERT, ViT: cut off at two deviations", fixed(0.02 * sdTruncated), kurtosisTruncated},
		{"normal 0.01", "W_pos of GPT-2", fixed(0.01), kurtosisNormal},
		{"normal 1", "nn.Embedding's default", fixed(1), kurtosisNormal},
	}
}

// A match may be this many standard errors off, and this share of the standard
// deviation, which rounding to bfloat16 does not reach.
const matchErrors, matchShare = 4, 1e-4

// Initialiser names what the matrix, fan-in × fan-out in a model of so many
// layers, was filled with if it was never trained: a known initialiser, a law
// with its parameter, or independent entries of some other law. What it says of
// a matrix that was trained means nothing.
func (r *Initial) Initialiser(fanIn, fanOut, layers int) string {
	switch {
	case r.SD == 0:
		return "zeros"
	case r.Orthogonal:
		return "orthogonal"
	case r.Entries == 0:
		return ""
	}
	for _, k := range Initialisers() {
		sd := k.SD(float64(fanIn), float64(fanOut), float64(layers))
		if r.hasKurtosis(k.Kurtosis) && math.Abs(r.SD-sd) <= sd*(matchErrors*math.Sqrt((k.Kurtosis-1)/(4*float64(r.Entries)))+matchShare) {
			return k.Name
		}
	}
	switch {
	case r.hasKurtosis(kurtosisNormal):
		return fmt.Sprintf("normal %.3g", r.SD)
	case r.hasKurtosis(kurtosisUniform):
		return fmt.Sprintf("uniform ±%.3g", r.SD*math.Sqrt(3))
	}
	return fmt.Sprintf("independent, standard deviation %.3g", r.SD)
}

// hasKurtosis reports whether the sample's kurtosis may be that of its law: its
// standard error is √(24/n) for a normal one, less for flatter ones.
func (r *Initial) hasKurtosis(k float64) bool {
	return math.Abs(r.Kurtosis-k) <= matchErrors*math.Sqrt(24/float64(r.Entries))
}
