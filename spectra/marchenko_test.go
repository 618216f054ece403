package spectra_test

import (
	"math"
	"testing"

	"wspec/spectra"
)

// lawTolerance bounds errors of the Marchenko–Pastur law: its doc comment
// promises 1e-12; the integrals below are no better than 1e-11.
const lawTolerance = 1e-10

func betas() []float64 { return []float64{1e-4, 0.01, 64.0 / 768, 1.0 / 3, 0.9, 0.999, 1} }

// integrate returns ∫ f(x)·density dx up to x = upper, by the trapezoidal rule
// in θ, x = 1 + β − 2√β·cos θ, where the integrand is smooth.
func integrate(d spectra.MarchenkoPastur, upper float64, f func(x float64) float64) float64 {
	const steps = 1 << 15
	rho := math.Sqrt(d.Beta)
	end := math.Acos(min(max((1+d.Beta-upper)/(2*rho), -1), 1))
	var total float64
	for i := range steps { // midpoints: the ends may be infinite
		theta := end * (float64(i) + 0.5) / steps
		x := 1 + d.Beta - 2*rho*math.Cos(theta)
		total += f(x) * d.Density(x) * 2 * rho * math.Sin(theta)
	}
	return total * end / steps
}

// The midpoint rule's error at 2¹⁵ steps, with f(θ) not periodic when cut off.
const midpointTolerance = 2e-9

// Mass 1, mean 1, variance β: the law's own moments, from the density alone.
func TestLawMoments(t *testing.T) {
	for _, b := range betas() {
		d := spectra.MarchenkoPastur{Beta: b}
		_, high := d.Edges()
		for name, m := range map[string]struct{ got, want float64 }{
			"mass":     {integrate(d, high, func(float64) float64 { return 1 }), 1},
			"mean":     {integrate(d, high, func(x float64) float64 { return x }), 1},
			"variance": {integrate(d, high, func(x float64) float64 { return (x - 1) * (x - 1) }), b},
		} {
			if !(math.Abs(m.got-m.want) <= lawTolerance) {
				t.Errorf("β = %v: %s %v, want %v", b, name, m.got, m.want)
			}
		}
	}
}

// Integration gives the moments' closed form, Catalan's numbers for β = 1, and
// the mean of ln x, (1 − 1/β)·ln(1 − β) − 1 (Jonsson 1982).
func TestLawExpect(t *testing.T) {
	for k, want := range []float64{1, 1, 2, 5, 14, 42} {
		if got := (spectra.MarchenkoPastur{Beta: 1}).Moment(k); got != want {
			t.Errorf("moment %d of the square law is %v, want %v", k, got, want)
		}
	}
	for _, b := range betas() {
		d := spectra.MarchenkoPastur{Beta: b}
		for k := range 7 {
			got := d.Expect(func(x float64) float64 { return math.Pow(x, float64(k)) })
			near(t, "moment by integration", got, d.Moment(k), lawTolerance)
		}
		if b >= 0.01 && b <= 0.9 { // the closed form keeps its digits
			near(t, "mean logarithm", d.Expect(math.Log), (1-1/b)*math.Log(1-b)-1, 1e-9)
		}
	}
}

// The closed form is the integral of the density.
func TestLawCDF(t *testing.T) {
	for _, b := range betas() {
		d := spectra.MarchenkoPastur{Beta: b}
		low, high := d.Edges()
		for _, share := range []float64{0.01, 0.2, 0.5, 0.8, 0.99} {
			x := low + share*(high-low)
			got, want := d.CDF(x), integrate(d, x, func(float64) float64 { return 1 })
			if !(math.Abs(got-want) <= midpointTolerance) {
				t.Errorf("β = %v: CDF(%v) = %v, integral %v", b, x, got, want)
			}
		}
		if d.CDF(low) != 0 || d.CDF(high) != 1 || d.CDF(-1) != 0 || d.CDF(high+1) != 1 {
			t.Errorf("β = %v: CDF is not 0 and 1 outside the edges", b)
		}
		if d.Density(low-1e-9) != 0 || d.Density(high+1e-9) != 0 {
			t.Errorf("β = %v: density outside the edges", b)
		}
	}
}

func TestLawQuantile(t *testing.T) {
	for _, b := range betas() {
		d := spectra.MarchenkoPastur{Beta: b}
		low, high := d.Edges()
		last := low
		for _, p := range []float64{0, 1e-6, 0.25, 0.5, 0.75, 1 - 1e-6, 1} {
			x := d.Quantile(p)
			if !(math.Abs(d.CDF(x)-p) <= lawTolerance) || !(x >= last && x <= high) {
				t.Errorf("β = %v: Quantile(%v) = %v, of CDF %v", b, p, x, d.CDF(x))
			}
			last = x
		}
		if !(math.Abs(low-math.Pow(1-math.Sqrt(b), 2)) <= lawTolerance) || !(math.Abs(high-math.Pow(1+math.Sqrt(b), 2)) <= lawTolerance) {
			t.Errorf("β = %v: edges %v, %v", b, low, high)
		}
	}
}

// noiseReference is METRICS' table of measures on noise.
var noiseReference = []struct {
	rows, cols                            int
	effective, energy, stable, participat float64
}{
	{768, 768, 618, 466, 193, 384},
	{768, 2304, 732, 650, 314, 576},
	{768, 3072, 742, 678, 341, 614},
	{768, 64, 63.3, 61.2, 38.2, 58.8},
}

const (
	// noiseTolerance: the table holds draws printed to three digits; a mean over
	// the law differs from a draw by up to 0.5 % at 64 columns.
	noiseTolerance = 5e-3
	// stableTolerance: one σ₁ decides the stable rank; it fluctuates in a draw,
	// and the last of r quantiles stands a little inside the edge.
	stableTolerance = 4e-2
)

func TestNoiseSpectrum(t *testing.T) {
	for _, ref := range noiseReference {
		for _, s := range []*spectra.Spectrum{spectra.NoiseSpectrum(ref.rows, ref.cols), spectra.NoiseSpectrum(ref.cols, ref.rows)} {
			m := spectra.Measure(s)
			near(t, "effective_rank", m["effective_rank"], ref.effective, noiseTolerance)
			near(t, "effective_rank_energy", m["effective_rank_energy"], ref.energy, noiseTolerance)
			near(t, "participation_ratio", m["participation_ratio"], ref.participat, noiseTolerance)
			near(t, "stable_rank", m["stable_rank"], ref.stable, stableTolerance)
			// Unit variance: the mean square of the entries.
			entries := float64(ref.rows * ref.cols)
			near(t, "mean square", m["frobenius_norm"]*m["frobenius_norm"]/entries, 1, 1e-3)
			if m["mp_spikes"] != 0 || m["gavish_donoho_rank"] != 0 {
				t.Errorf("%d×%d: noise has %v spikes, rank %v", ref.rows, ref.cols, m["mp_spikes"], m["gavish_donoho_rank"])
			}
		}
	}
	if s := spectra.NoiseSpectrum(0, 5); s.Sigma == nil || len(s.Sigma) != 0 {
		t.Errorf("0×5: %+v", s)
	}
}

// near checks got against want, within the relative tolerance.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %v, want %v within %v", what, got, want, tolerance)
	}
}
