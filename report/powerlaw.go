package report

import (
	"fmt"

	"wspec/spectra"
)

// alphaName is the measure that is refused where a matrix has no power law.
const alphaName = "alpha"

// PowerLaw is what was found out about a power law in the tail of λ = σ²; its
// exponent is a measure, where it is not refused. What a refusal left uncomputed
// is null.
type PowerLaw struct {
	Tail        int             `json:"tail"`       // values of the tail
	KS          Number          `json:"ks"`         // distance of the tail from its fit
	P           Number          `json:"p"`          // of the bootstrap
	Replicates  int             `json:"replicates"` // drawn for it
	NoiseZ      Number          `json:"noise_z"`    // mean log-excess against noise of this shape
	Lognormal   LikelihoodRatio `json:"lognormal"`
	Exponential LikelihoodRatio `json:"exponential"`
}

// LikelihoodRatio compares the power law with another one on the same tail: Z > 0
// favours the power law; a large P says that the sign means nothing.
type LikelihoodRatio struct {
	Z Number `json:"z"`
	P Number `json:"p"`
}

// setPowerLaw says what was found out about a power law.
func (m *Matrix) setPowerLaw(law *spectra.PowerLaw) {
	ratio := func(r spectra.LikelihoodRatio) LikelihoodRatio { return LikelihoodRatio{Number(r.Z), Number(r.P)} }
	m.PowerLaw = &PowerLaw{
		Tail: law.Tail, KS: Number(law.KS), P: Number(law.P), Replicates: law.Replicates, NoiseZ: Number(law.NoiseZ),
		Lognormal: ratio(law.Lognormal), Exponential: ratio(law.Exponential),
	}
	if law.Refused != "" {
		m.Refused[alphaName] = string(law.Refused)
	}
}

// alphaNote says for how many of the matrices a power law is given, and why not
// for the others; "" where none was sought.
func alphaNote(matrices []*Matrix) string {
	sought, given := 0, 0
	why := map[string]int{}
	for _, m := range matrices {
		if m.PowerLaw == nil {
			continue
		}
		sought++
		if r := m.Refused[alphaName]; r != "" {
			why[r]++
		} else {
			given++
		}
	}
	if sought == 0 {
		return ""
	}
	note := fmt.Sprintf("alpha: %d of %d matrices have a power law", given, sought)
	if given == sought {
		return note
	}
	return note + "; refused: " + commonest(why)
}
