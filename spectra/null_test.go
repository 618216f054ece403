package spectra_test

import (
	"math"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// nullShapes are square, tall, products that lose rank and one that does not,
// and the least there are.
func nullShapes() []spectra.Shape {
	return []spectra.Shape{{24, 24, 0}, {60, 20, 0}, {40, 30, 12}, {15, 10, 20}, {3, 1, 0}, {1, 1, 0}, {5, 4, 1}}
}

// dense returns the spectrum of a matrix of noise, or of a product, by the way a
// stored one takes.
func dense(t *testing.T, shape spectra.Shape, seed uint64) *spectra.Spectrum {
	t.Helper()
	rng := spectra.Stream(seed, "dense")
	var s *spectra.Spectrum
	var err error
	if shape.Inner == 0 {
		s, err = spectra.Values(linalg.Dense(spectra.Gaussian(shape.Rows, shape.Cols, rng)), spectra.Options{})
	} else {
		a, b := spectra.Gaussian(shape.Rows, shape.Inner, rng), spectra.Gaussian(shape.Inner, shape.Cols, rng)
		s, err = spectra.ProductValues(linalg.Dense(a), linalg.Dense(b), spectra.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// nullOf returns the null of s from a source of its own.
func nullOf(t *testing.T, s *spectra.Spectrum, o spectra.NullOptions) *spectra.Null {
	t.Helper()
	null, err := spectra.NewNulls(o).Of(s)
	if err != nil {
		t.Fatal(err)
	}
	return null
}

// The short way of drawing gives what the long one gives: means and deviations
// of every measure over dense matrices of noise, within five standard errors.
func TestNullIsThatOfDenseNoise(t *testing.T) {
	const dense_, draws = 300, 1200
	for _, shape := range nullShapes() {
		values := map[string][]float64{}
		var last *spectra.Spectrum
		for i := range uint64(dense_) {
			s := dense(t, shape, i)
			scale := spectra.Measure(s)["frobenius_norm"]
			for k := range s.Sigma {
				s.Sigma[k] /= scale
			}
			s.Floor = spectra.Floor{}
			for name, v := range spectra.Measure(s) {
				values[name] = append(values[name], v)
			}
			last = s
		}
		null := nullOf(t, last, spectra.NullOptions{Draws: draws})
		if null.Draws != draws || (null.Kind == spectra.NullProduct) != (shape.Inner > 0) {
			t.Errorf("%v: %d draws of kind %q", shape, null.Draws, null.Kind)
		}
		for _, m := range spectra.Metrics() {
			got, ok := null.Values[m.Name]
			x := values[m.Name]
			if !ok {
				if m.Null != spectra.NullNone && !math.IsNaN(x[0]) {
					t.Errorf("%v: no null of %s", shape, m.Name)
				}
				continue
			}
			want, unit := got.Mean, spectra.NewNullSample(slices.Clone(x))
			if m.Null == spectra.NullLog {
				for i := range x {
					x[i] = math.Log(x[i])
				}
				want, unit = math.Log(want), spectra.NewNullSample(x)
			}
			se := math.Max(got.SD, unit.SD()) * math.Sqrt(1.0/dense_+1.0/draws)
			if !(math.Abs(unit.Mean()-want) <= 5*se+1e-12) {
				t.Errorf("%v: %s has mean %v in draws, %v in dense noise, %.1f standard errors off", shape, m.Name, want, unit.Mean(), math.Abs(unit.Mean()-want)/se)
			}
			// The error of a deviation is sd/√(2n) for a normal law, more with heavy tails.
			if m.Null != spectra.NullCount && !(math.Abs(unit.SD()-got.SD) <= 0.35*got.SD+1e-12) {
				t.Errorf("%v: %s has deviation %v in draws, %v in dense noise", shape, m.Name, got.SD, unit.SD())
			}
		}
	}
}

// METRICS' table of measures on noise.
func TestNullReference(t *testing.T) {
	for _, ref := range noiseReference {
		null := nullOf(t, spectra.NoiseSpectrum(ref.rows, ref.cols), spectra.NullOptions{Draws: 24})
		near(t, "effective_rank", null.Values["effective_rank"].Mean, ref.effective, noiseTolerance)
		near(t, "effective_rank_energy", null.Values["effective_rank_energy"].Mean, ref.energy, noiseTolerance)
		near(t, "participation_ratio", null.Values["participation_ratio"].Mean, ref.participat, noiseTolerance)
		near(t, "stable_rank", null.Values["stable_rank"].Mean, ref.stable, stableTolerance)
	}
	// A structureless OV circuit, d_model 768 and d_head 64.
	sigma := make([]float64, 64)
	sigma[0] = 1
	ov := nullOf(t, &spectra.Spectrum{Rows: 768, Cols: 768, Inner: 64, Product: true, Sigma: sigma}, spectra.NullOptions{Draws: 64})
	near(t, "OV effective_rank", ov.Values["effective_rank"].Mean, 62.6, noiseTolerance)
	near(t, "OV condition_number", ov.Values["condition_number"].Mean, 2.2, 0.05)
	near(t, "OV stable_rank", ov.Values["stable_rank"].Mean, 32, 0.05)
}

// The moments of the law and of the draws are the same but for the size.
func TestNullMoments(t *testing.T) {
	for _, shape := range []spectra.Shape{{768, 768, 0}, {600, 200, 0}} {
		draws, err := spectra.NewNulls(spectra.NullOptions{Draws: 16}).Spectra(shape)
		if err != nil {
			t.Fatal(err)
		}
		law := spectra.MarchenkoPastur{Beta: float64(shape.Cols) / float64(shape.Rows)}
		for k := 1; k <= 4; k++ {
			var mean float64
			for _, sigma := range draws {
				for _, s := range sigma {
					mean += math.Pow(s*s*float64(shape.Cols), float64(k)) / float64(len(draws)*len(sigma))
				}
			}
			// A moment of noise is off by some k²/r and moves by as much.
			near(t, "moment", mean, law.Moment(k), float64(2*k*k)/float64(shape.Cols))
		}
	}
}

// What a null is depends on neither what was asked before nor who asks.
func TestNullCache(t *testing.T) {
	o := spectra.NullOptions{Draws: 20, Seed: 7}
	shared := spectra.NewNulls(o)
	var list []*spectra.Spectrum
	for i, shape := range nullShapes() {
		s := dense(t, shape, uint64(i))
		turned := *s
		turned.Rows, turned.Cols = s.Cols, s.Rows
		coarse := *s
		coarse.Epsilon = epsilonBF16
		list = append(list, s, &turned, &coarse)
	}
	got := make([]*spectra.Null, 4*len(list))
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() {
			null, err := shared.Of(list[i%len(list)])
			if err != nil {
				t.Error(err)
			}
			got[i] = null
		})
	}
	all.Wait()
	for i, null := range got {
		o.Threads = 1 + i%3
		if want := nullOf(t, list[i%len(list)], o); !sameNull(null, want) {
			t.Errorf("%v: %+v from a shared source, %+v alone", list[i%len(list)].Shape(), null, want)
		}
	}
	other := nullOf(t, list[0], spectra.NullOptions{Draws: 20, Seed: 8})
	if sameNull(got[0], other) {
		t.Error("two seeds draw the same")
	}
}

func sameNull(a, b *spectra.Null) bool {
	same := a.Kind == b.Kind && a.Draws == b.Draws && len(a.Values) == len(b.Values)
	for name, x := range a.Values {
		y := b.Values[name]
		same = same && x.Mean == y.Mean && x.SD == y.SD && (x.Z == y.Z || math.IsNaN(x.Z) && math.IsNaN(y.Z))
	}
	return same
}

// A matrix a million times as large has a null as much larger where the measure
// is, the same elsewhere, and the same z.
func TestNullScales(t *testing.T) {
	s := dense(t, spectra.Shape{Rows: 30, Cols: 20}, 1)
	large := *s
	large.Sigma = slices.Clone(s.Sigma)
	for i := range large.Sigma {
		large.Sigma[i] *= 0x1p20
	}
	a, b := nullOf(t, s, spectra.NullOptions{}), nullOf(t, &large, spectra.NullOptions{})
	for _, m := range spectra.Metrics() {
		x, y := a.Values[m.Name], b.Values[m.Name]
		if m.Unit == "weight" {
			x.Mean, x.SD = x.Mean*0x1p20, x.SD*0x1p20
		}
		if x.Mean != y.Mean || x.SD != y.SD || !(math.Abs(x.Z-y.Z) <= 1e-9 || math.IsNaN(x.Z) && math.IsNaN(y.Z)) {
			t.Errorf("%s: %+v, a million times larger %+v", m.Name, x, y)
		}
	}
	if a.Draws != spectra.DefaultDraws(20) {
		t.Errorf("%d draws", a.Draws)
	}
}

// No null where there is nothing to match, and none of what was matched.
func TestNullUndefined(t *testing.T) {
	for _, s := range []*spectra.Spectrum{square(), square(0, 0), {Rows: 0, Cols: 5}} {
		if null := nullOf(t, s, spectra.NullOptions{}); null != nil {
			t.Errorf("%v has a null: %+v", s.Sigma, null)
		}
	}
	null := nullOf(t, square(2, 1, 1), spectra.NullOptions{})
	if _, ok := null.Values["frobenius_norm"]; ok {
		t.Error("the Frobenius norm is matched, and has a null")
	}
	// One value: all noise is the same.
	one := nullOf(t, square(3), spectra.NullOptions{}).Values["stable_rank"]
	if one.Mean != 1 || one.SD != 0 || !math.IsNaN(one.Z) {
		t.Errorf("stable rank of a number: %+v", one)
	}
}

// In bf16 the smallest σ of square noise are under the floor of rounding: its
// condition number has no null.
func TestNullKnowsStorage(t *testing.T) {
	s := spectra.NoiseSpectrum(256, 256)
	for epsilon, want := range map[float64]bool{epsilonF32: true, epsilonBF16: false} {
		s.Epsilon = epsilon
		if _, ok := nullOf(t, s, spectra.NullOptions{Draws: 16}).Values["condition_number"]; ok != want {
			t.Errorf("ε = %v: null of condition_number: %v", epsilon, ok)
		}
	}
}

// A structured matrix stands far out; a count one off does not.
func TestNullZ(t *testing.T) {
	s := spectra.NoiseSpectrum(128, 128)
	s.Sigma[0] *= 3
	null := nullOf(t, s, spectra.NullOptions{Draws: 64})
	if z := null.Values["stable_rank"].Z; !(z < -20) {
		t.Errorf("a planted σ: stable_rank has z %v", z)
	}
	for name, v := range null.Values {
		x := spectra.Measure(s)[name]
		var want float64
		switch name {
		case "condition_number", "alpha_hill":
			want = math.Log(x/v.Mean) / v.SD
		case "numerical_rank", "floor_rank", "rank_90", "rank_95", "rank_99", "mp_spikes", "gavish_donoho_rank":
			sd := math.Max(v.SD, math.Sqrt(1.0/12))
			want = math.Copysign(math.Max(math.Abs(x-v.Mean)-0.5, 0), x-v.Mean) / sd
		default:
			want = (x - v.Mean) / v.SD
		}
		if v.Z != want {
			t.Errorf("%s: z = %v, want %v", name, v.Z, want)
		}
	}
}

// Of structureless OV and QK circuits of GPT-2 small's shape, 99 of 100 lie within
// 3 deviations in every measure, and in all of them at once. The four or five
// measures that are independent make 1.1 % of a normal law fall out.
func TestNullOfStructurelessCircuits(t *testing.T) {
	const heads = 20 * 144
	shape := spectra.Shape{Rows: 768, Cols: 768, Inner: 64}
	drawn, err := spectra.NewNulls(spectra.NullOptions{Seed: 3, Draws: heads}).Spectra(shape)
	if err != nil {
		t.Fatal(err)
	}
	nulls := spectra.NewNulls(spectra.NullOptions{})
	out, each := 0, map[string]int{}
	for _, sigma := range drawn {
		null, err := nulls.Of(&spectra.Spectrum{Rows: 768, Cols: 768, Inner: 64, Product: true, Sigma: sigma, Epsilon: epsilonF32})
		if err != nil {
			t.Fatal(err)
		}
		far := false
		for name, v := range null.Values {
			if math.Abs(v.Z) >= 3 {
				far = true
				each[name]++
			}
		}
		if far {
			out++
		}
	}
	t.Logf("%d of %d heads have a measure with |z| ≥ 3: %v", out, heads, each)
	if out > heads/100 {
		t.Errorf("%d of %d heads have a measure with |z| ≥ 3", out, heads)
	}
}

// The values of a bidiagonal matrix are those of the dense one.
func TestBidiagonalValues(t *testing.T) {
	for _, n := range []int{0, 1, 2, 40, 200} {
		rng := spectra.Stream(uint64(n), "bidiagonal")
		d, off := make([]float64, n), make([]float64, max(n-1, 0))
		b := mat.NewDense(max(n, 1), max(n, 1), nil)
		for i := range d {
			d[i] = 3 + rng.NormFloat64()
			b.Set(i, i, d[i])
			if i > 0 {
				off[i-1] = rng.NormFloat64()
				b.Set(i-1, i, off[i-1])
			}
		}
		got, err := linalg.BidiagonalValues(d, off, 1)
		if err != nil || len(got) != n {
			t.Fatalf("%d values of %d: %v", len(got), n, err)
		}
		want, err := linalg.DirectValues(linalg.Dense(b), 1, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			// The eigenvalue is good to a few ε·σ₁², see BidiagonalValues.
			if !(math.Abs(got[i]*got[i]-want[i]*want[i]) <= 40*0x1p-52*want[0]*want[0]) {
				t.Errorf("n = %d: σ[%d] = %v, want %v", n, i, got[i], want[i])
			}
		}
	}
}
