package spectra_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// signalShapes go from 1:1 to 12:1.
func signalShapes() [][2]int {
	return [][2]int{{64, 64}, {128, 128}, {96, 72}, {64, 128}, {192, 64}, {64, 256}, {512, 64}, {48, 576}}
}

func signalOf(t *testing.T, nulls *spectra.Nulls, s *spectra.Spectrum) *spectra.Signal {
	t.Helper()
	signal, err := nulls.Signal(s)
	if err != nil {
		t.Fatal(err)
	}
	return signal
}

// storedAs returns w as it is stored: every second time in BF16.
func storedAs(w *mat.Dense, i int) spectra.Source {
	if i%2 == 0 {
		_, s := inBF16(w)
		return s
	}
	w.Apply(func(_, _ int, x float64) float64 { return float64(float32(x)) }, w)
	return stored{linalg.Dense(w), epsilonF32}
}

// Of 200 matrices of noise at most 5 % have any value called signal.
func TestSignalOfNoise(t *testing.T) {
	const each = 25
	nulls := spectra.NewNulls(spectra.NullOptions{})
	top, low := 0, 0
	for _, shape := range signalShapes() {
		for i := range each {
			w := spectra.Gaussian(shape[0], shape[1], spectra.Stream(uint64(i), fmt.Sprint("noise", shape)))
			w.Scale(0.02, w)
			x := signalOf(t, nulls, values(t, storedAs(w, i)))
			if x.Rank > 0 {
				top++
			}
			if x.Low > 0 {
				low++
			}
			if !(math.Abs(x.Noise/0.02-1) <= 0.06) {
				t.Errorf("%v: noise of 0.02 is estimated as %v", shape, x.Noise)
			}
		}
	}
	all := each * len(signalShapes())
	t.Logf("of %d noise matrices %d have a value called too large, %d one too small", all, top, low)
	if 20*(top+low) > all {
		t.Errorf("of %d noise matrices %d have a value called too large, %d one too small", all, top, low)
	}
}

// planted returns noise of unit variance with r directions whose values come out
// near times the edge √m + √n.
func planted(shape [2]int, r int, times float64, seed uint64) *mat.Dense {
	m, n := shape[0], shape[1]
	rng := spectra.Stream(seed, fmt.Sprint("planted", shape, r))
	w := spectra.Gaussian(m, n, rng)
	// A direction of strength θ·√N in noise comes out at √N·√((1 + θ²)(β + θ²))/θ
	// (Benaych-Georges & Nadakuditi 2012): θ⁴ − (y² − 1 − β)θ² + β = 0 for y·√N.
	long, beta := float64(max(m, n)), float64(min(m, n))/float64(max(m, n))
	y := times * (1 + math.Sqrt(beta))
	b := y*y - 1 - beta
	theta := math.Sqrt((b + math.Sqrt(b*b-4*beta)) / 2)
	var s mat.Dense
	s.Mul(spectra.Haar(m, r, rng), spectra.Haar(n, r, rng).T())
	s.Scale(theta*math.Sqrt(long), &s)
	w.Add(w, &s)
	return w
}

// Planted ranks of 1 to 16 at 1.5 times the edge are found exactly in 90 % of
// matrices stored in BF16, and never fewer.
func TestSignalPlanted(t *testing.T) {
	nulls := spectra.NewNulls(spectra.NullOptions{})
	exact, all := 0, 0
	for _, shape := range signalShapes() {
		for r := 1; r <= 16; r++ {
			_, w := inBF16(planted(shape, r, 1.5, 1))
			s := values(t, w)
			got := signalOf(t, nulls, s)
			all++
			if got.Rank == r {
				exact++
			}
			if got.Rank < r {
				t.Errorf("%v: %d found of %d planted, q %v", shape, got.Rank, r, got.Q)
			}
			if s.Signal = got; spectra.Measure(s)["signal_rank"] != float64(got.Rank) {
				t.Errorf("signal_rank is %v", spectra.Measure(s)["signal_rank"])
			}
			if !(s.Sigma[got.Rank] < got.Edge*1.1 && s.Sigma[0] > got.Edge) {
				t.Errorf("%v, %d planted: edge %v between σ %v and %v", shape, r, got.Edge, s.Sigma[0], s.Sigma[got.Rank])
			}
		}
	}
	t.Logf("%d of %d found exactly", exact, all)
	if 10*exact < 9*all {
		t.Errorf("%d of %d found exactly", exact, all)
	}
}

// Values that are too small are found at the other end, over the floor.
func TestSignalLow(t *testing.T) {
	nulls := spectra.NewNulls(spectra.NullOptions{})
	for _, r := range []int{64, 160} {
		s := spectra.NoiseSpectrum(160, r)
		if got := signalOf(t, nulls, s); got.Rank != 0 || got.Low != 0 {
			t.Errorf("the law itself, %d columns: %+v", r, got)
		}
		for i := range 3 {
			s.Sigma[r-1-i] = 1e-4 * float64(1+i)
		}
		got := signalOf(t, nulls, s)
		if r == 64 && got.Low != 3 || got.Rank != 0 {
			t.Errorf("%d columns: %d too small, %d too large", r, got.Low, got.Rank)
		}
		s.Floor.DType = 2.5e-4 // over two of them
		floored := signalOf(t, nulls, s)
		if want := max(got.Low-2, 0); floored.Low > want+1 || r == 64 && floored.Low != 1 {
			t.Errorf("%d columns: %d too small over the floor, %d without one", r, floored.Low, got.Low)
		}
		if s.Floor.DType = s.Sigma[r/2] / 2; !math.IsNaN(signalOf(t, nulls, s).LowEdge) {
			t.Errorf("%d columns: a lower edge under the floor", r)
		}
	}
}

// The p of the largest and of the smallest value of noise are uniform where that
// counts: they are under 5 % and 1 % in as many draws or, near a hard edge, fewer.
func TestSignalLevels(t *testing.T) {
	const draws = 3000
	for _, shape := range []spectra.Shape{{64, 64, 0}, {66, 64, 0}, {72, 64, 0}, {200, 50, 0}} {
		noise, err := spectra.NewNulls(spectra.NullOptions{Seed: 77, Draws: draws}).Spectra(shape)
		if err != nil {
			t.Fatal(err)
		}
		nulls := spectra.NewNulls(spectra.NullOptions{})
		for _, level := range []float64{0.05, 0.01} {
			var top, low float64
			for _, sigma := range noise {
				x := signalOf(t, nulls, &spectra.Spectrum{Rows: shape.Rows, Cols: shape.Cols, Sigma: sigma})
				if x.P[0] <= level {
					top++
				}
				if x.LowP[0] <= level {
					low++
				}
			}
			// 256 draws know mean and sd to 6 and 4 % of sd, which moves a tail of 1 %
			// by a third.
			most := 1.5*level*draws + 10
			if top > most || low > most || top < level*draws/2 {
				t.Errorf("%v: p ≤ %v for %v of %d largest and %v smallest", shape, level, top, draws, low)
			}
		}
	}
}

// Nothing is said where the median is not noise, and all of it is as large as the
// matrix.
func TestSignalUndefined(t *testing.T) {
	nulls := spectra.NewNulls(spectra.NullOptions{})
	product := spectra.NoiseSpectrum(30, 20)
	product.Product = true
	deficient := spectra.NoiseSpectrum(30, 20)
	clear(deficient.Sigma[8:])
	for _, s := range []*spectra.Spectrum{product, deficient, square(), square(3), spectra.NoiseSpectrum(15, 40)} {
		if got := signalOf(t, nulls, s); got != nil {
			t.Errorf("%d×%d: %+v", s.Rows, s.Cols, got)
		}
		if got := spectra.Measure(s)["signal_rank"]; !math.IsNaN(got) {
			t.Errorf("%d×%d: signal_rank %v", s.Rows, s.Cols, got)
		}
	}
	s := values(t, linalg.Dense(planted([2]int{64, 96}, 3, 2, 1)))
	large := *s
	large.Sigma = slices.Clone(s.Sigma)
	for i := range large.Sigma {
		large.Sigma[i] *= 0x1p30
	}
	a, b := signalOf(t, nulls, s), signalOf(t, nulls, &large)
	if a.Rank != 3 || b.Rank != 3 || b.Edge != a.Edge*0x1p30 || b.Noise != a.Noise*0x1p30 || b.LowEdge != a.LowEdge*0x1p30 {
		t.Errorf("%+v, 2³⁰ times as large %+v", a, b)
	}
	// Half of the values at most.
	for i := range s.Sigma {
		s.Sigma[i] = math.Exp2(-float64(i))
	}
	if got := signalOf(t, nulls, s); got.Rank != 32 || got.Q[31] > spectra.SignalLevel {
		t.Errorf("a steep spectrum has rank %d", got.Rank)
	}
}
