package spectra_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wspec/spectra"
)

var nan = math.NaN()

// exact is for values known by hand.
const exact = 1e-14

// square is the spectrum of an r × r matrix stored in F32.
func square(sigma ...float64) *spectra.Spectrum {
	return &spectra.Spectrum{Rows: len(sigma), Cols: len(sigma), Sigma: sigma, Epsilon: epsilonF32}
}

func equal(r int) []float64 { return slices.Repeat([]float64{1}, r) }

// Known values, at which rival definitions differ.
func TestKnownValues(t *testing.T) {
	tests := []struct {
		name string
		s    *spectra.Spectrum
		want map[string]float64
	}{
		{"equal", square(equal(10)...), map[string]float64{
			"spectral_norm": 1, "frobenius_norm": math.Sqrt(10), "nuclear_norm": 10, "condition_number": 1,
			"effective_rank": 10, "effective_rank_energy": 10, "stable_rank": 10, "participation_ratio": 10,
			"spectral_entropy": 1, "numerical_rank": 10, "rank_90": 9, "rank_95": 10, "rank_99": 10,
		}},
		{"1000 equal", square(equal(1000)...), map[string]float64{"rank_90": 900, "rank_95": 950, "rank_99": 990}},
		{"one", square(1, 0, 0), map[string]float64{
			"effective_rank": 1, "effective_rank_energy": 1, "stable_rank": 1, "participation_ratio": 1,
			"spectral_entropy": 0, "condition_number": nan, "numerical_rank": 1, "rank_90": 1, "rank_99": 1,
		}},
		// p ∝ σ against p ∝ σ², sums against roots of sums.
		{"(2, 1)", square(2, 1), map[string]float64{
			"spectral_norm": 2, "frobenius_norm": math.Sqrt(5), "nuclear_norm": 3, "condition_number": 2,
			"effective_rank":        3 / math.Pow(2, 2.0/3),
			"effective_rank_energy": math.Exp(-0.8*math.Log(0.8) - 0.2*math.Log(0.2)),
			"spectral_entropy":      (-0.8*math.Log(0.8) - 0.2*math.Log(0.2)) / math.Ln2,
			"stable_rank":           1.25, "participation_ratio": 25.0 / 17,
			"rank_90": 2, // 80 % of the energy in the first
		}},
		// Energies 9, 1: 90 % exactly; of σ it is 75 %.
		{"(3, 1)", square(3, 1), map[string]float64{"rank_90": 1, "rank_95": 2}},
		// Only ln r tells the two lengths apart.
		{"(2, 1, 0)", square(2, 1, 0), map[string]float64{
			"spectral_entropy": (-0.8*math.Log(0.8) - 0.2*math.Log(0.2)) / math.Log(3), "stable_rank": 1.25,
		}},
		// ln λ = 4, 2 over the third: 1 + 2/6.
		{"Hill", square(math.E*math.E, math.E, 1, 0.1), map[string]float64{"alpha_hill": 4.0 / 3}},
		{"Hill, odd", square(math.E*math.E, math.E, 1, 0.5, 0.1), map[string]float64{"alpha_hill": 4.0 / 3}},
		{"Hill of equal", square(1, 1, 1, 1), map[string]float64{"alpha_hill": nan}},
		{"Hill of three", square(3, 2, 1), map[string]float64{"alpha_hill": nan}},
		{"single", square(7), map[string]float64{"spectral_entropy": 0, "effective_rank": 1, "condition_number": 1, "rank_90": 1}},
		{"zero", square(0, 0), map[string]float64{
			"spectral_norm": 0, "frobenius_norm": 0, "nuclear_norm": 0, "numerical_rank": 0,
			"condition_number": nan, "effective_rank": nan, "effective_rank_energy": nan, "spectral_entropy": nan,
			"stable_rank": nan, "participation_ratio": nan, "rank_90": nan, "rank_95": nan, "rank_99": nan,
			"gavish_donoho_rank": nan, "mp_spikes": nan,
		}},
		{"single zero", square(0), map[string]float64{"spectral_entropy": nan, "effective_rank": nan}},
		{"empty", square(), map[string]float64{
			"spectral_norm": 0, "frobenius_norm": 0, "nuclear_norm": 0, "numerical_rank": 0,
			"condition_number": nan, "effective_rank": nan, "stable_rank": nan, "rank_90": nan, "mp_spikes": nan,
		}},
	}
	for _, test := range tests {
		got := spectra.Measure(test.s)
		for name, want := range test.want {
			if !(math.Abs(got[name]-want) <= exact*max(want, 1)) && !(math.IsNaN(want) && math.IsNaN(got[name])) {
				t.Errorf("%s: %s = %v, want %v", test.name, name, got[name], want)
			}
		}
	}
}

// At 1e±200 squares leave the range of float64; the measures do not.
func TestMeasuresAtScale(t *testing.T) {
	want := spectra.Measure(square(2, 1, 0.25))
	for _, scale := range []float64{0x1p600, 0x1p-600} {
		for name, got := range spectra.Measure(square(2*scale, scale, 0.25*scale)) {
			w := want[name]
			if name == "spectral_norm" || name == "frobenius_norm" || name == "nuclear_norm" {
				w *= scale
			}
			if got != w && !(math.IsNaN(got) && math.IsNaN(w)) {
				t.Errorf("scale %v: %s = %v, want %v", scale, name, got, w)
			}
		}
	}
}

// A threshold is tested on both sides: numerical_rank by the longer side and
// the storage's ε, condition_number by either floor.
func TestThresholds(t *testing.T) {
	bound := 20 * epsilonBF16
	for _, over := range []bool{false, true} {
		last, want := bound, 1.0
		if over {
			last, want = math.Nextafter(bound, 1), 2
		}
		s := &spectra.Spectrum{Rows: 2, Cols: 20, Sigma: []float64{1, last}, Epsilon: epsilonBF16}
		if got := spectra.Measure(s)["numerical_rank"]; got != want {
			t.Errorf("numerical_rank of (1, %v) is %v, want %v", last, got, want)
		}
		for _, f := range []spectra.Floor{{DType: bound}, {Method: bound}} {
			s.Floor = f
			if got := spectra.Measure(s)["condition_number"]; math.IsNaN(got) == over {
				t.Errorf("condition_number of (1, %v) over %+v is %v", last, f, got)
			}
			if got := spectra.Measure(s)["floor_rank"]; got != want {
				t.Errorf("floor_rank of (1, %v) over %+v is %v, want %v", last, f, got, want)
			}
		}
	}
	// A floor over the convention's bound is minded, as circuits may have one.
	low := &spectra.Spectrum{Rows: 2, Cols: 2, Sigma: []float64{1, 0.25}, Epsilon: epsilonBF16, Floor: spectra.Floor{DType: 0.5}}
	if got := spectra.Measure(low)["numerical_rank"]; got != 1 {
		t.Errorf("numerical_rank with a floor over σ₂ is %v, want 1", got)
	}
	unknown := &spectra.Spectrum{Rows: 2, Cols: 2, Sigma: []float64{1, 1e-10}}
	if got := spectra.Measure(unknown)["numerical_rank"]; got != 2 {
		t.Errorf("numerical_rank with unknown storage is %v, want 2 by float64's ε", got)
	}
}

// spiked returns the noise spectrum of a shape with its first values replaced.
func spiked(rows, cols int, top ...float64) *spectra.Spectrum {
	s := spectra.NoiseSpectrum(rows, cols)
	copy(s.Sigma, top)
	return s
}

// The Gavish–Donoho threshold, at both sides of ω(β)·median: ω(1) = 2.858 and
// the cubic approximation 0.56β³ − 0.95β² + 1.82β + 1.43 of their eq. 5, which
// they find good to 0.02.
func TestGavishDonoho(t *testing.T) {
	for _, test := range []struct{ rows, cols, omega, within float64 }{
		{200, 200, 2.858, 5e-4},
		{100, 200, 0.56/8 - 0.95/4 + 1.82/2 + 1.43, 0.02},
		{200, 20, 0.56/1000 - 0.95/100 + 1.82/10 + 1.43, 0.02},
	} {
		s := spectra.NoiseSpectrum(int(test.rows), int(test.cols))
		r := len(s.Sigma)
		median := (s.Sigma[r/2-1] + s.Sigma[r/2]) / 2
		for shift, want := range map[float64]float64{-test.within: 0, test.within: 1} {
			s.Sigma[0] = (test.omega + shift) * median
			if got := spectra.Measure(s)["gavish_donoho_rank"]; got != want {
				t.Errorf("%v×%v: rank %v with σ₁ at %v medians, want %v", test.rows, test.cols, got, test.omega+shift, want)
			}
		}
	}
}

// The spike threshold is Johnstone's, over the bare edge: at 768² the edge is
// √768·2 = 55.426 and the 95 % point √(μ + 0.9793·τ) = 55.611 (by hand: μ = 3070.0,
// τ = 23.07).
func TestSpikes(t *testing.T) {
	for _, test := range []struct {
		top  []float64
		want float64
	}{
		{nil, 0},
		{[]float64{55.5}, 0}, // over the bare edge
		{[]float64{55.58}, 0},
		{[]float64{55.65}, 1},
		{[]float64{90, 70, 55.65}, 3},
	} {
		if got := spectra.Measure(spiked(768, 768, test.top...))["mp_spikes"]; got != test.want {
			t.Errorf("σ₁… = %v: %v spikes, want %v", test.top, got, test.want)
		}
	}
}

// Where Marchenko–Pastur says nothing, nothing is said.
func TestNoiseUndefined(t *testing.T) {
	product, small, deficient, first := spiked(20, 30), spiked(15, 30), spiked(20, 30), spiked(16, 30)
	product.Product = true
	clear(deficient.Sigma[8:])
	deficient.Sigma[9], deficient.Sigma[10], deficient.Floor.Method = 1e-15, 1e-15, 1e-14
	for name, s := range map[string]*spectra.Spectrum{"product": product, "15 values": small, "median under the floor": deficient, "": first} {
		for _, metric := range []string{"gavish_donoho_rank", "mp_spikes"} {
			if got := spectra.Measure(s)[metric]; math.IsNaN(got) != (name != "") {
				t.Errorf("%q: %s = %v", name, metric, got)
			}
		}
	}
}

// Hill's exponent of noise is set by the aspect ratio; numpy's draws gave 2.12, 3.1,
// 3.44 and 5.10, the density's quantiles differ by less than 0.06.
func TestHillNoise(t *testing.T) {
	for cols, want := range map[int]float64{768: 2.12, 2304: 3.1, 3072: 3.44, 64: 5.1} {
		if got := spectra.Measure(spectra.NoiseSpectrum(768, cols))["alpha_hill"]; !(math.Abs(got-want) <= 0.06) {
			t.Errorf("768 × %d: alpha_hill = %v, want %v", cols, got, want)
		}
	}
}

// The table is complete, in the order of its definition.
func TestMetricsTable(t *testing.T) {
	want := []string{"spectral_norm", "frobenius_norm", "nuclear_norm", "condition_number", "effective_rank", "effective_rank_energy",
		"spectral_entropy", "stable_rank", "participation_ratio", "numerical_rank", "floor_rank", "rank_90", "rank_95", "rank_99", "gavish_donoho_rank", "mp_spikes", "signal_rank", "alpha_hill",
		"alpha", "alpha_xmin", "alpha_p"}
	units := []string{"weight", "weight²", "ratio", "dimensions", "fraction"}
	var names []string
	for _, m := range spectra.Metrics() {
		names = append(names, m.Name)
		if m.Title == "" || m.Formula == "" || m.Doc == "" || m.Ref == "" || m.Eval == nil || !slices.Contains(units, m.Unit) {
			t.Errorf("%s lacks a title, unit, formula, doc, reference or function", m.Name)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("metrics are %v, want %v", names, want)
	}
}

// referenceTolerance is for the same formulas on the same σ, summed in another
// order by another program.
const referenceTolerance = 1e-12

// Every measure agrees with numpy's, given numpy's σ.
func TestReferenceMeasures(t *testing.T) {
	files, _ := filepath.Glob("../../shared/reference/*.json")
	if len(files) == 0 {
		t.Skip("no reference numbers here")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var ref map[string]map[string]any
		if err := json.Unmarshal(data, &ref); err != nil {
			t.Fatal(err)
		}
		for label, want := range ref {
			checkReference(t, filepath.Base(file)+" "+label, want)
		}
	}
}

func checkReference(t *testing.T, label string, want map[string]any) {
	t.Helper()
	shape := want["shape"].([]any)
	s := &spectra.Spectrum{Rows: int(shape[0].(float64)), Cols: int(shape[1].(float64))}
	for _, v := range want["sigma"].([]any) {
		s.Sigma = append(s.Sigma, v.(float64))
	}
	got := spectra.Measure(s)
	for name, value := range want {
		number, ok := value.(float64)
		if !ok {
			continue // shape, sigma; a condition number of null
		}
		if g := got[name]; !(math.Abs(g-number) <= referenceTolerance*max(math.Abs(number), 1)) {
			t.Errorf("%s: %s = %v, want %v", label, name, g, number)
		}
	}
}
