package spectra

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// initialOf tests a matrix of entries drawn by draw.
func initialOf(t *testing.T, rows, cols int, draw func() float64) *Initial {
	t.Helper()
	g := mat.NewDense(rows, cols, nil)
	g.Apply(func(_, _ int, _ float64) float64 { return draw() }, g)
	return testInitial(t, g)
}

func testInitial(t *testing.T, g *mat.Dense) *Initial {
	t.Helper()
	s, err := Values(linalg.Dense(g), Options{})
	if err != nil {
		t.Fatal(err)
	}
	return TestInitial(linalg.Dense(g), s)
}

// The law of the nuclear norm against draws: it has no parameter to fit.
func TestNuclearLaw(t *testing.T) {
	for _, shape := range [][2]int{{16, 16}, {32, 32}, {16, 64}, {48, 300}} {
		const draws = 400
		for name, uniform := range map[string]bool{"normal": false, "uniform": true} {
			rng := Stream(1, fmt.Sprint("nuclear ", shape, name))
			var mean, square float64
			for range draws {
				z := initialOf(t, shape[0], shape[1], lawOf(rng, uniform, 1e-3)).Bulk
				mean += z / draws
				square += z * z / draws
			}
			// Three standard errors over what larger samples gave (0.13), and of a
			// deviation of 1.
			if sd := math.Sqrt(square - mean*mean); !(math.Abs(mean) <= 0.13+3/math.Sqrt(draws)) || !(math.Abs(sd-1) <= 0.03+3/math.Sqrt(2*draws)) {
				t.Errorf("%v %s: z has mean %.3f, deviation %.3f", shape, name, mean, sd)
			}
		}
	}
}

// lawOf draws normal numbers of the deviation, or uniform ones.
func lawOf(rng *rand.Rand, uniform bool, sd float64) func() float64 {
	if uniform {
		return func() float64 { return sd * math.Sqrt(3) * (2*rng.Float64() - 1) }
	}
	return func() float64 { return sd * rng.NormFloat64() }
}

// Untouched matrices pass at the levels that are promised; and p does not
// bunch: a tenth of them at most is under 0.1, and some are.
func TestInitialNull(t *testing.T) {
	const draws = 400
	rng := Stream(2, "untrained")
	under := 0
	for i := range draws {
		shape := [][2]int{{16, 16}, {32, 96}, {64, 64}, {200, 20}}[i%4]
		r := initialOf(t, shape[0], shape[1], lawOf(rng, i%8 < 4, 0.02))
		if r.P <= 0.1 {
			under++
		}
		if !(r.P > 1e-4) || r.Entries != shape[0]*shape[1] || r.Orthogonal {
			t.Errorf("%v: %+v", shape, r)
		}
	}
	t.Logf("%d of %d have p ≤ 0.1", under, draws)
	if under > 60 || under < 8 {
		t.Errorf("%d of %d have p ≤ 0.1", under, draws)
	}
}

// What training does is seen, each by its own test: a direction that sticks
// out, rows or columns of other sizes, a bent bulk.
func TestInitialTrained(t *testing.T) {
	const rows, cols = 64, 96
	rng := Stream(3, "trained")
	noise := func() *mat.Dense { return Gaussian(rows, cols, rng) }
	spike, scaledRows, scaledColumns := noise(), noise(), noise()
	spike.Apply(func(i, j int, v float64) float64 {
		return v + 0.6*math.Cos(float64(i))*math.Sin(float64(j)) // σ = 0.6·√(32·48) = 23.5, the edge is √64 + √96 = 17.8
	}, spike)
	scaledRows.Apply(func(i, _ int, v float64) float64 { return v * (1 + 0.3*float64(i%2)) }, scaledRows)
	scaledColumns.Apply(func(_, j int, v float64) float64 { return v * (1 + 0.3*float64(j%2)) }, scaledColumns)
	var product mat.Dense
	product.Mul(Gaussian(rows, 80, rng), Gaussian(80, cols, rng))
	for name, test := range map[string]struct {
		w *mat.Dense
		z func(*Initial) float64
	}{
		"top": {spike, func(r *Initial) float64 { return r.Top }}, "rows": {scaledRows, func(r *Initial) float64 { return r.Rows }},
		"columns": {scaledColumns, func(r *Initial) float64 { return r.Columns }}, "bulk": {&product, func(r *Initial) float64 { return -r.Bulk }},
	} {
		if r := testInitial(t, test.w); !(test.z(r) > 4) || !(r.P <= 1e-4) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// Each known initialiser is recognised, also with a padding row of zeros; what
// is no known one is described.
func TestInitialiserNames(t *testing.T) {
	const rows, cols, layers = 160, 224, 12
	for _, k := range Initialisers() {
		rng := Stream(4, k.Name)
		sd := k.SD(rows, cols, layers)
		draw := lawOf(rng, k.Kurtosis == kurtosisUniform, sd)
		if k.Kurtosis == kurtosisTruncated {
			draw = func() float64 {
				for {
					if x := rng.NormFloat64(); math.Abs(x) <= 2 {
						return x * sd / sdTruncated
					}
				}
			}
		}
		g := mat.NewDense(rows, cols, nil)
		g.Apply(func(i, _ int, _ float64) float64 {
			if i == 7 {
				return 0
			}
			return draw()
		}, g)
		r := testInitial(t, g)
		if got := r.Initialiser(rows, cols, layers); got != k.Name || !(r.P > 1e-4) || r.Entries != (rows-1)*cols {
			t.Errorf("%s: %q, %+v", k.Name, got, r)
		}
	}
	rng := Stream(5, "others")
	small := initialOf(t, 8, 40, rng.NormFloat64)
	if got := small.Initialiser(8, 40, 1); got != "" || !math.IsNaN(small.P) {
		t.Errorf("8 × 40: %q, %+v", got, small)
	}
	for _, test := range []struct {
		want string
		r    *Initial
	}{
		{"zeros", testInitial(t, mat.NewDense(20, 30, nil))},
		{"orthogonal", testInitial(t, Haar(40, 20, rng))},
		{"normal 0.5", initialOf(t, 200, 200, lawOf(rng, false, 0.5))},
		{"uniform ±0.8", initialOf(t, 200, 200, lawOf(rng, true, 0.5))},
		{"independent, standard deviation 1", initialOf(t, 60, 100, func() float64 { return float64(2*rng.IntN(2) - 1) })},
	} {
		if got := test.r.Initialiser(7, 7, 3); !strings.HasPrefix(got, test.want) || !(test.r.P > 1e-4) {
			t.Errorf("%q, %+v, want %q", got, test.r, test.want)
		}
	}
}
