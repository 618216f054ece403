package report

import (
	"math"
	"strings"

	"wspec/spectra"
)

// changeMeasure is one measure of a change; everything a user sees of it
// derives from the entry.
type changeMeasure struct {
	MetricInfo
	value func(*change) nulled
}

// nulled is a value, NaN where undefined, and what chance gives; sd 0 where
// there is no null.
type nulled struct{ value, mean, sd float64 }

func plainValue(f func(*change) float64) func(*change) nulled {
	return func(x *change) nulled { return nulled{value: f(x)} }
}

// changeMeasures returns every measure of a change, in the order in which they
// are shown. Adding one is one entry.
func changeMeasures() []changeMeasure {
	return []changeMeasure{{
		MetricInfo{Name: "rel_change", Title: "Relative change", Unit: "ratio", Formula: "‖ΔW‖_F/‖W_before‖_F",
			Doc: "How large the change is beside what was there, on the rows and columns both have. 0 where nothing changed, undefined where there was nothing before."},
		plainValue(func(x *change) float64 { return finite(x.diff.Relative) }),
	}, {
		MetricInfo{Name: "cosine", Title: "Cosine", Unit: "ratio", Formula: "⟨W_before, W_after⟩/(‖W_before‖·‖W_after‖)",
			Doc: "Whether the entries still point the same way: 1 where they differ by a factor alone. Undefined for a zero matrix."},
		plainValue(func(x *change) float64 { return x.diff.Cosine }),
	}, {
		MetricInfo{Name: "delta_rank", Title: "Rank of the change", Unit: "dimensions", Formula: "#{σ(ΔW) > what rounding both sides can give}",
			Doc: "Singular values of ΔW past the largest that rounding to the storage dtypes alone gives. An entropy-based effective rank reads rounding as rank."},
		plainValue(func(x *change) float64 { return float64(x.diff.Rank) }),
	}, {
		MetricInfo{Name: "delta_norm", Title: "Norm of the change", Unit: "weight", Formula: "‖ΔW‖_F",
			Doc: "The root of the sum of the squared differences."},
		plainValue(func(x *change) float64 { return x.diff.Norm }),
	}, {
		MetricInfo{Name: "norm_ratio", Title: "Growth of the norm", Unit: "ratio", Formula: "‖W_after‖_F/‖W_before‖_F",
			Doc: "Over 1 where the matrix grew. Undefined where there was nothing before."},
		plainValue(func(x *change) float64 { return ratio(x.diff.NewNorm, x.diff.OldNorm) }),
	}, {
		MetricInfo{Name: "sigma1_ratio", Title: "Growth of σ₁", Unit: "ratio", Formula: "σ₁(W_after)/σ₁(W_before)",
			Doc: "Over 1 where the strongest direction became stronger. Undefined where there was nothing before."},
		plainValue(func(x *change) float64 { return ratio(first(x.after.Sigma), first(x.before.Sigma)) }),
	}, {
		MetricInfo{Name: "delta_edge", Title: "Edge of the change", Unit: "ratio", Formula: "σ₁(ΔW)²·mn/‖ΔW‖_F²",
			Doc: "The largest direction of the change beside noise of the same norm, for which Tracy and Widom's law gives mean and spread: a large z says that the change is no unordered jitter. Undefined for products, for r under 16, and where nothing changed.",
			Ref: "Johnstone 2001"},
		deltaEdge,
	}, {
		MetricInfo{Name: "in_overlap", Title: "In, overlap", Unit: "fraction", Formula: "‖In_beforeᵀ·In_after‖_F²/k",
			Doc: "Mean squared cosine of the principal angles between the k leading directions read before and after: 1 for the same subspace, k/d for random ones. k is top_k, or less where that would cut a block. Undefined where vocabularies differ in size.",
			Ref: "Björck & Golub 1973"},
		shareOf(func(m *moved) *spectra.Overlap { return m.in }),
	}, {
		MetricInfo{Name: "out_overlap", Title: "Out, overlap", Unit: "fraction", Formula: "‖Out_beforeᵀ·Out_after‖_F²/k",
			Doc: "The same of what is written.",
			Ref: "Björck & Golub 1973"},
		shareOf(func(m *moved) *spectra.Overlap { return m.out }),
	}, {
		MetricInfo{Name: "spectrum_distance", Title: "Distance of the spectra", Unit: "ratio", Formula: "W₁ of σ/(‖W‖_F·(1/√m + 1/√n))",
			Doc: "Wasserstein-1 between the two spectra, each in units of the largest value that noise of its norm and shape has: shapes are compared, not sizes. Sorted spectra are never correlated: any two of noise give r > 0.999. Undefined for a zero matrix."},
		plainValue(func(x *change) float64 { return spectra.Wasserstein(x.before.Spectrum, x.after.Spectrum) }),
	}, {
		MetricInfo{Name: "intruders", Title: "Intruders, published count", Unit: "dimensions", Formula: "#{j ≤ k: maxᵢ |cos(Outᵢ_before, Outⱼ_after)| < 0.6}",
			Doc: "Leading directions written after that no single direction before is like. Noise of the change's size makes some too: the report has their number. Of matrices of layers.",
			Ref: "Shuttleworth et al. 2024"},
		counted(func(i *spectra.Intruders, k int) int { return i.Out.Published(k, intruderEpsilon) }),
	}, {
		MetricInfo{Name: "intruder_blocks", Title: "Intruders, by blocks", Unit: "dimensions", Formula: "#{j ≤ k: ‖P·Outⱼ_after‖ < 0.6}, P on the Outᵢ_before that noise of this size mixes with it",
			Doc: "The same, each held against the span of all directions before that noise of the change's size can turn into it. Noise makes none. Of matrices of layers.",
			Ref: "after Wedin 1972"},
		counted(func(i *spectra.Intruders, k int) int { return i.Out.Blocks(k, intruderEpsilon) }),
	}}
}

// changeInfos returns the definitions of the measures.
func changeInfos() []MetricInfo {
	var infos []MetricInfo
	for _, m := range changeMeasures() {
		infos = append(infos, m.MetricInfo)
	}
	return infos
}

// ChangeNames lists the measures of a change, comma-separated, for hints and manuals.
func ChangeNames() string {
	var names []string
	for _, m := range changeMeasures() {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

// ratio is a/b; 0 of 0 is 0, more than 0 of 0 undefined.
func ratio(a, b float64) float64 {
	switch {
	case b > 0:
		return a / b
	case a == 0:
		return 0
	}
	return math.NaN()
}

func first(sigma []float64) float64 {
	if len(sigma) == 0 {
		return 0
	}
	return sigma[0]
}

// finite returns v, NaN where it is infinite.
func finite(v float64) float64 {
	if math.IsInf(v, 0) {
		return math.NaN()
	}
	return v
}
