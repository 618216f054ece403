package spectra

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestStream(t *testing.T) {
	draw := func(seed uint64, name string) float64 { return Stream(seed, name).Float64() }
	if draw(1, "a") != draw(1, "a") {
		t.Error("the same stream draws different numbers")
	}
	if draw(1, "a") == draw(1, "b") || draw(1, "a") == draw(2, "a") {
		t.Error("different streams draw the same number")
	}
}

func TestGaussian(t *testing.T) {
	const n = 200
	g := Gaussian(n, n, Stream(1, "test"))
	var sum, square float64
	for _, v := range g.RawMatrix().Data {
		sum += v
		square += v * v
	}
	// Five standard errors of a mean of 40000: 1/200 and √2/200.
	if mean := sum / (n * n); !(math.Abs(mean) <= 5.0/n) {
		t.Errorf("mean %v", mean)
	}
	if v := square / (n * n); !(math.Abs(v-1) <= 5*math.Sqrt2/n) {
		t.Errorf("variance %v", v)
	}
}

// TestHaar checks orthonormal columns, and the first two moments of an entry,
// 0 and 1/rows: without the choice of signs the first is far from 0.
func TestHaar(t *testing.T) {
	const rows, cols, draws = 12, 5, 400
	rng := Stream(7, "test")
	mean, square := make([]float64, cols), make([]float64, cols)
	for range draws {
		q := Haar(rows, cols, rng)
		var gram mat.Dense
		gram.Mul(q.T(), q)
		for i := range cols {
			mean[i] += q.At(i, i) / draws
			square[i] += q.At(i, i) * q.At(i, i) / draws
			for j := range cols {
				want := 0.0
				if i == j {
					want = 1
				}
				if !(math.Abs(gram.At(i, j)-want) <= rows*10*0x1p-52) { // numtest.MaxRatio
					t.Fatalf("gram[%d, %d] = %v", i, j, gram.At(i, j))
				}
			}
		}
	}
	for i := range cols {
		// Five standard errors: an entry's deviation is 1/√rows, that of its square
		// under √2/rows.
		if !(math.Abs(mean[i]) <= 5/math.Sqrt(rows*draws)) || !(math.Abs(square[i]-1.0/rows) <= 5*math.Sqrt2/rows/math.Sqrt(draws)) {
			t.Errorf("entry %d: mean %v, square %v", i, mean[i], square[i])
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("5 orthonormal columns of length 4")
		}
	}()
	Haar(4, 5, rng)
}

func TestNullSampleKnown(t *testing.T) {
	s := NewNullSample([]float64{3, 1, 2, 4})
	if s.Len() != 4 || s.Mean() != 2.5 || !(math.Abs(s.SD()-math.Sqrt(5.0/3)) <= 1e-15) {
		t.Errorf("len %d, mean %v, sd %v", s.Len(), s.Mean(), s.SD())
	}
	// (count + 1)/(n + 1), too few draws for a tail.
	for x, want := range map[float64]float64{0: 1, 1: 1, 1.5: 0.8, 4: 0.4, 5: 0.2} {
		if got := s.P(x); got != want {
			t.Errorf("P(%v) = %v, want %v", x, got, want)
		}
	}
	if !math.IsNaN(s.P(math.NaN())) || !math.IsNaN(NewNullSample([]float64{1, 1}).Z(1)) {
		t.Error("NaN must give NaN, and no deviation no z")
	}
	if p := NewNullSample(make([]float64, 1000)).P(1); p != 1.0/1001 {
		t.Errorf("beyond equal draws p = %v", p)
	}
	for _, bad := range [][]float64{nil, {math.NaN()}, {1, math.Inf(1)}, {math.Inf(-1)}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%v passed", bad)
				}
			}()
			NewNullSample(bad)
		}()
	}
}

// tailLaw is a law with its upper quantiles, and bounds for the mean of
// log10(p/true) at 1e-4 from samples of 1000 and of 8000.
type tailLaw struct {
	name       string
	draw       func(rng *rand.Rand) float64
	quantile   func(u float64) float64 // of 1 − u
	small, big [2]float64
}

// tailLaws: the tail of a normal law falls faster than any of shape ≥ 0, so p is
// too large; that of Student's sets in late, so p is too small, the less the
// more draws there are.
func tailLaws() []tailLaw {
	student := distuv.StudentsT{Sigma: 1, Nu: 5}
	return []tailLaw{
		{"normal", (*rand.Rand).NormFloat64, func(u float64) float64 { return -distuv.UnitNormal.Quantile(u) }, [2]float64{0, 1}, [2]float64{0, 0.4}},
		{"exponential", (*rand.Rand).ExpFloat64, func(u float64) float64 { return -math.Log(u) }, [2]float64{-0.1, 0.4}, [2]float64{-0.1, 0.2}},
		{"Student 5", func(rng *rand.Rand) float64 {
			var chi float64
			for range 5 {
				x := rng.NormFloat64()
				chi += x * x
			}
			return rng.NormFloat64() / math.Sqrt(chi/5)
		}, func(u float64) float64 { return -student.Quantile(u) }, [2]float64{-0.8, 0.1}, [2]float64{-0.4, 0.1}},
	}
}

// TestNullSampleTail compares p past the last draws with the truth, on the mean
// of 40 samples; in each, p decreases and stays positive.
func TestNullSampleTail(t *testing.T) {
	for _, law := range tailLaws() {
		for n, bound := range map[int][2]float64{1000: law.small, 8000: law.big} {
			const samples, want = 40, 1e-4
			rng := Stream(3, law.name)
			at := law.quantile(want)
			var mean float64
			for range samples {
				draws := make([]float64, n)
				for i := range draws {
					draws[i] = law.draw(rng)
				}
				s := NewNullSample(draws)
				mean += math.Log10(s.P(at)/want) / samples
				if floor := s.P(100 * at); floor != 1/(tailReach*float64(n)) {
					t.Fatalf("%s: far off, p = %v", law.name, floor)
				}
				last := 1.0
				for x := draws[0]; x < 4*at; x += at / 20 {
					p := s.P(x)
					if !(p <= last && p > 0) {
						t.Fatalf("%s: p %v after %v", law.name, p, last)
					}
					last = p
				}
			}
			t.Logf("%s, %d draws: p/true at 1e-4 is 10^%.2f on the mean", law.name, n, mean)
			if !(mean >= bound[0] && mean <= bound[1]) {
				t.Errorf("%s, %d draws: p/true at 1e-4 is 10^%.2f, want between 10^%v and 10^%v", law.name, n, mean, bound[0], bound[1])
			}
		}
	}
}

// TestNullSampleUniform checks that P of further draws is uniform.
func TestNullSampleUniform(t *testing.T) {
	rng := Stream(5, "uniform")
	draws := make([]float64, 4000)
	for i := range draws {
		draws[i] = rng.ExpFloat64()
	}
	s := NewNullSample(draws[:2000])
	var p []float64
	for _, x := range draws[2000:] {
		p = append(p, s.P(x))
	}
	slices.Sort(p)
	var gap float64
	for i, v := range p {
		gap = max(gap, math.Abs(v-(float64(i)+0.5)/float64(len(p))))
	}
	// Two samples of 2000: 1.63·√(2/2000) at 1 % (Smirnov).
	if !(gap <= 1.63*math.Sqrt(2.0/2000)) {
		t.Errorf("p is %v from uniform", gap)
	}
}
