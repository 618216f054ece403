package spectra

// Metric is one measure of a spectrum.
type Metric struct {
	// Name is the stable key: lower case, one formula for ever.
	Name string
	// Title is what people read.
	Title string
	// Unit is "weight" (the unit of the matrix's entries), "ratio" (a pure
	// number), "weight²", "dimensions" (a number of directions, not always whole) or
	// "fraction" (in [0, 1]).
	Unit string
	// Formula is written in σ, λ = σ², p = σ/Σσ, q = λ/Σλ for a matrix m × n,
	// r = min(m, n), N = max(m, n), β = r/N.
	Formula string
	// Doc is a sentence or two; it says when the value is undefined.
	Doc string
	// Ref is the source, or who uses the convention.
	Ref string
	// Null is how the value is held against its null.
	Null NullScale
	// Eval returns the value, never infinite, NaN where undefined. It does not
	// modify its argument.
	Eval func(*Spectrum) float64
}

// unitWeight is the Unit of measures that scale with the entries.
const unitWeight = "weight"

// Measure returns the value of every metric by name, NaN where undefined.
func Measure(s *Spectrum) map[string]float64 {
	values := make(map[string]float64)
	for _, m := range Metrics() {
		values[m.Name] = m.Eval(s)
	}
	return values
}

// Metrics returns every measure, in the order in which they are shown. The
// slice is the caller's.
func Metrics() []Metric {
	return []Metric{
		{
			Name: "spectral_norm", Title: "Spectral norm", Unit: unitWeight, Formula: "σ₁",
			Doc:  "The largest factor by which the matrix stretches a vector.",
			Ref:  "Golub & Van Loan 2013, §2.3. WeightWatcher's spectral_norm is σ₁²",
			Eval: spectralNorm,
		}, {
			Name: "frobenius_norm", Title: "Frobenius norm", Unit: unitWeight, Formula: "√Σλ",
			Doc:  "The root of the sum of squared entries.",
			Ref:  "Golub & Van Loan 2013, §2.3",
			Null: NullNone, // matched
			Eval: frobeniusNorm,
		}, {
			Name: "nuclear_norm", Title: "Nuclear norm", Unit: unitWeight, Formula: "Σσ",
			Doc:  "The sum of singular values, Schatten's 1-norm.",
			Ref:  "Horn & Johnson 2013, §7.4",
			Eval: nuclearNorm,
		}, {
			Name: "condition_number", Title: "Condition number", Unit: "ratio", Formula: "σ₁/σ_r",
			Doc:  "How much more the matrix stretches its first direction than its last. Undefined when σ_r is under the floor of rounding: the matrix is then singular as far as its numbers tell.",
			Ref:  "Golub & Van Loan 2013, §2.6",
			Null: NullLog,
			Eval: conditionNumber,
		}, {
			Name: "effective_rank", Title: "Effective rank", Unit: "dimensions", Formula: "exp(−Σ p ln p)",
			Doc:  "The number of equal singular values with the same entropy, σ taken as weights. Undefined for a zero matrix.",
			Ref:  "Roy & Vetterli, EUSIPCO 2007",
			Eval: effectiveRank,
		}, {
			Name: "effective_rank_energy", Title: "Effective rank (energy)", Unit: "dimensions", Formula: "exp(−Σ q ln q)",
			Doc:  "The same with energies λ as weights; some LoRA tools print it as “effective rank”. Undefined for a zero matrix.",
			Ref:  "Roy & Vetterli, EUSIPCO 2007, on λ in place of σ",
			Eval: effectiveRankEnergy,
		}, {
			Name: "spectral_entropy", Title: "Spectral entropy", Unit: "fraction", Formula: "−Σ q ln q / ln r",
			Doc:  "Entropy of the energies over its maximum: 1 when all σ are equal, 0 when there is one. 0 for r = 1; undefined for a zero matrix.",
			Ref:  "WeightWatcher's entropy, without the ε it adds",
			Eval: spectralEntropy,
		}, {
			Name: "stable_rank", Title: "Stable rank", Unit: "dimensions", Formula: "Σλ/λ₁",
			Doc:  "Energy in units of the largest direction's. Undefined for a zero matrix.",
			Ref:  "Rudelson & Vershynin 2007. ASVD takes a square root",
			Eval: stableRank,
		}, {
			Name: "participation_ratio", Title: "Participation ratio", Unit: "dimensions", Formula: "(Σλ)²/Σλ²",
			Doc:  "The number of equal energies with the same sum of squares. Undefined for a zero matrix.",
			Ref:  "Bell & Dean 1970; for spectra, Gao & Ganguli 2015",
			Eval: participationRatio,
		}, {
			Name: "numerical_rank", Title: "Numerical rank", Unit: "dimensions", Formula: "#{σ > max(m, n)·ε(storage dtype)·σ₁}",
			Doc:  "Singular values over what rounding to the storage dtype may leave of a zero, by LAPACK's and numpy's convention with the storage's ε; float64's where the storage is not known. None under a floor of rounding counts.",
			Ref:  "Golub & Van Loan 2013, §5.4; numpy.linalg.matrix_rank",
			Null: NullCount,
			Eval: numericalRank,
		}, {
			Name: "floor_rank", Title: "Rank over the floors", Unit: "dimensions", Formula: "#{σ > max(dtype floor, method floor)}",
			Doc:  "Singular values over what the rounding of the stored entries, as measured on them, and the computation make of a zero. The convention of numerical_rank is far above that.",
			Ref:  "‖E‖₂ of independent rounding errors is near sd·(√m + √n): Geman 1980",
			Null: NullCount,
			Eval: func(s *Spectrum) float64 { return s.countAbove(s.Floor.Level()) },
		},
		rankMetric("rank_90", "0.90", 0.90), rankMetric("rank_95", "0.95", 0.95), rankMetric("rank_99", "0.99", 0.99),
		{
			Name: "gavish_donoho_rank", Title: "Gavish–Donoho rank", Unit: "dimensions", Formula: "#{σ > ω(β)·median σ}",
			Doc:  "Singular values over the optimal hard threshold for a low-rank matrix in noise of unknown level; ω(1) = 2.858. Undefined for products, for r under 16, and when the median is under the floor of rounding.",
			Ref:  "Gavish & Donoho 2014",
			Null: NullCount,
			Eval: gavishDonohoRank,
		}, {
			Name: "mp_spikes", Title: "Spikes over Marchenko–Pastur", Unit: "dimensions", Formula: "#{λ/ŝ² > μ + 0.9793·τ}, μ = (√(N−1) + √r)², τ = (√(N−1) + √r)(1/√(N−1) + 1/√r)^(1/3), ŝ = median σ/√(N·μ_β)",
			Doc:  "Energies past the 95 % point of Tracy–Widom (order 1): what the largest of pure noise passes in one matrix of twenty when its level is known; estimated from the median, in about one of twelve square matrices of a few hundred rows. Undefined where gavish_donoho_rank is.",
			Ref:  "Johnstone 2001",
			Null: NullCount,
			Eval: mpSpikes,
		}, {
			Name: "signal_rank", Title: "Signal rank", Unit: "dimensions", Formula: "#{σ with q ≤ 0.05 for (σ²/ŝ² − μ)/τ against the largest of noise}",
			Doc:  "The largest singular values that noise of one level does not explain: mp_spikes with the level taken once more from what is left, its error counted in, and a q over all values. Undefined where gavish_donoho_rank is, and without draws of noise.",
			Ref:  "Johnstone 2001; Benjamini & Hochberg 1995",
			Null: NullNone, // its own test
			Eval: signalRank,
		}, {
			Name: "alpha_hill", Title: "Power-law exponent (Hill)", Unit: "ratio", Formula: "1 + k/Σ_{i≤k} ln(λᵢ/λ_{k+1}), k = ⌊r/2⌋",
			Doc:  "Exponent that a power law would have, were the upper half of the energies one, which is not tested: read it beside its value on noise, 2.1 for square matrices, 5.1 at 1:12. Undefined for r under 4, for equal values, and when λ_{k+1} is under the floor of rounding.",
			Ref:  "Hill 1975; WeightWatcher's and others' “well trained” is 2 to 6",
			Null: NullLog,
			Eval: alphaHill,
		}, {
			Name: "alpha", Title: "Power-law exponent", Unit: "ratio", Formula: "1 + k/Σ_{λᵢ≥xmin} ln(λᵢ/xmin)",
			Doc:  "Exponent of a power law in the largest energies, where there is one: undefined unless its bootstrap p is 0.1 or more, it differs from the tail of noise of this shape, neither a lognormal nor an exponential law fits better, and at least max(50, r/10) values are over xmin. Most matrices have none.",
			Ref:  "Clauset, Shalizi & Newman 2009",
			Null: NullNone, // compared with noise before it is given
			Eval: alpha,
		}, {
			Name: "alpha_xmin", Title: "Power law from", Unit: "weight²", Formula: "the λ with the least Kolmogorov–Smirnov distance of its tail",
			Doc:  "Least energy of the power law. Undefined where alpha is.",
			Ref:  "Clauset, Shalizi & Newman 2009, §3.3",
			Null: NullNone,
			Eval: alphaXmin,
		}, {
			Name: "alpha_p", Title: "Power law, p", Unit: "fraction", Formula: "share of samples of the law that are further from their own fit",
			Doc:  "Semi-parametric bootstrap of at most 1,000 samples, fewer once p is surely under 0.1. A small p speaks against the power law. Undefined where the fit was refused before.",
			Ref:  "Clauset, Shalizi & Newman 2009, §4",
			Null: NullNone,
			Eval: alphaP,
		},
	}
}

// rankMetric is the entry of the rank that keeps a share of the energy.
func rankMetric(name, share string, fraction float64) Metric {
	return Metric{
		Name: name, Title: "Rank for " + share + " of the energy", Unit: "dimensions",
		Formula: "least k with Σ_{i≤k} λ ≥ " + share + "·Σλ",
		Doc:     "The least number of directions that keep the share of energy, λ and not σ. Undefined for a zero matrix.",
		Ref:     "Eckart & Young 1936; Jolliffe 2002, §6.1",
		Null:    NullCount,
		Eval:    func(s *Spectrum) float64 { return energyRank(s, fraction) },
	}
}
