package spectra_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// Four points on a cross about (10, 20), with arms along (1, 1) and (1, −1): the
// variance along the long one is (18 + 18)/3 = 12, along the short one (2 + 2)/3.
// About 0 the mean squares are 105 and 405, the mean product is 204: the largest
// eigenvalue is 255 + √(150² + 204²), near the direction of the mean, (1, 2)/√5.
func ExamplePrincipalComponents() {
	x := linalg.Dense(mat.NewDense(4, 2, []float64{13, 23, 7, 17, 11, 19, 9, 21}))
	p, _ := spectra.PrincipalComponents(x, spectra.PrincipalOptions{Top: 1})
	fmt.Printf("mean %.4g, variances %.4f, first direction %.4f\n", p.Mean, p.Variance, mat.Col(nil, 0, p.Loadings))
	fmt.Printf("scores of the long arm %.4f\n", mat.Col(nil, 0, p.Scores(x, []int{0, 1})))
	about, _ := p.About(false, spectra.PrincipalOptions{Top: 1})
	fmt.Printf("about 0: %.2f along %.3f\n", about.Variance[0], mat.Col(nil, 0, about.Loadings))
	// Output:
	// mean [10 20], variances [12.0000 1.3333], first direction [0.7071 0.7071]
	// scores of the long arm [4.2426 -4.2426]
	// about 0: 508.21 along [0.451 0.892]
}

// waves are 40 observations of 5 features whose means differ by 1000.
func waves() *mat.Dense {
	x := mat.NewDense(40, 5, nil)
	x.Apply(func(i, j int, _ float64) float64 {
		a, b := float64(i), float64(j)
		return math.Sin(0.7*a+1.3*b*b) + 0.5*math.Cos(0.31*a*b) + 1e3*b
	}, x)
	return x
}

// nearly fails unless the numbers agree to 1e-10 of the largest: the mean is 1e3
// times their size, so numpy's own are good to that.
func nearly(t *testing.T, name string, got, want []float64) {
	t.Helper()
	top := 0.0
	for _, v := range want {
		top = max(top, math.Abs(v))
	}
	for i := range want {
		if len(got) < len(want) || !(math.Abs(got[i]-want[i]) <= 1e-10*top) {
			t.Errorf("%s: %v, want %v", name, got, want)
			return
		}
	}
}

// TestPrincipalNumpy: numbers of numpy.linalg.eigh on numpy's covariance matrix.
func TestPrincipalNumpy(t *testing.T) {
	x := linalg.Dense(waves())
	p, err := spectra.PrincipalComponents(x, spectra.PrincipalOptions{Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	nearly(t, "variance", p.Variance, []float64{2.1069716028781764, 0.8203851183110075, 0.1273927637535957, 0.10049353379969378, 0.04336100583381083})
	nearly(t, "first", mat.Col(nil, 0, p.Loadings), []float64{0.2571273832677935, -0.33481449756487935, 0.5767129627983265, 0.4628082059933763, -0.5244001182301576})
	nearly(t, "second", mat.Col(nil, 1, p.Loadings), []float64{0.6490661770770085, 0.7220410249393756, 0.1787150107931038, 0.08898891443855389, 0.13233205999833017})
	nearly(t, "scores", p.Scores(x, []int{7}).RawRowView(0), []float64{-0.8209114773088073, -1.1218449538288957})
	about, err := p.About(false, spectra.PrincipalOptions{Top: 1})
	if err != nil {
		t.Fatal(err)
	}
	nearly(t, "about 0", about.Variance, []float64{30000154.380270205, 2.053567951273349, 0.7195036335260111, 0.1008512693842006, 0.04908616492322326})
	direct, err := spectra.PrincipalComponents(x, spectra.PrincipalOptions{Top: 1, Uncentered: true, Threads: 2})
	if err != nil || !slices.Equal(direct.Variance, about.Variance) || !mat.Equal(direct.Loadings, about.Loadings) {
		t.Error("another pass about 0 gives another result", err)
	}
	if back, err := about.About(true, spectra.PrincipalOptions{Top: 2}); err != nil || !slices.Equal(back.Variance, p.Variance) {
		t.Error("back about the mean it is not the same", err)
	}
	null, err := p.ParallelAnalysis(2000, 1, 2)
	if err != nil {
		t.Fatal(err)
	}
	// Of 20,000 tables drawn whole by numpy. Five standard errors of 2000 draws, of a 95 % point twice those of a mean.
	for i, sd := range []float64{0.152, 0.107, 0.085, 0.0715, 0.0636} {
		mean := []float64{1.0350277174651124, 0.7808258159897504, 0.6021697549560922, 0.45617554794655807, 0.3223655190314748}[i]
		upper := []float64{1.308642672243144, 0.9686232232102936, 0.7492250730390326, 0.579742911732823, 0.4312768872549728}[i]
		if room := 5 * sd / math.Sqrt(2000); math.Abs(null.Mean[i]-mean) > room || math.Abs(null.Upper[i]-upper) > 2*room {
			t.Errorf("noise %d: mean %g, 95 %% at %g, want %g, %g", i, null.Mean[i], null.Upper[i], mean, upper)
		}
	}
	if got := null.Above(p.Variance); got != 1 {
		t.Errorf("%d components above noise", got)
	}
}

// TestPrincipalAccuracy: a mean 1e6 times the spread, one that drifts, blocks of very
// different size, and large and small numbers cost no digits: against gonum's
// covariance of the same numbers about their mean.
func TestPrincipalAccuracy(t *testing.T) {
	const n, d = 3000, 6 // three blocks
	noise := spectra.Gaussian(n, d, spectra.Stream(3, ""))
	for name, f := range map[string]func(i, j int, v float64) float64{
		"far":   func(_, j int, v float64) float64 { return v*float64(j+1) + 1e6 },
		"drift": func(i, j int, v float64) float64 { return v + 1e6*math.Floor(float64(i)/1024) },
		"large": func(_, _ int, v float64) float64 { return v * 1e150 },
		"small": func(_, _ int, v float64) float64 { return v * 1e-150 },
		"late":  func(i, _ int, v float64) float64 { return v * float64(i/2048) },
	} {
		x := mat.NewDense(n, d, nil)
		x.Apply(f, noise)
		p, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{Top: d})
		if err != nil {
			t.Fatal(err)
		}
		centred := mat.DenseCopyOf(x)
		for j := range d {
			mean := stat.Mean(mat.Col(nil, j, x), nil)
			for i := range n {
				centred.Set(i, j, x.At(i, j)-mean)
			}
		}
		s, err := spectra.Decompose(linalg.Dense(centred), spectra.Request{Top: d}, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range p.Variance {
			want := s.Sigma[i] / math.Sqrt(n-1)
			// ε times the ratio of mean and spread, 1e6, for the entries' own rounding.
			if !(math.Abs(v-want*want) <= 1e-9*want*want+p.Floor) {
				t.Errorf("%s: variance %d is %g, want %g, floor %g", name, i, v, want*want, p.Floor)
			}
			cosine := mat.Dot(p.Loadings.ColView(i), s.Out.ColView(i))
			if s.Certificates()[i].Gap > 1e-3*s.Sigma[0] && !(math.Abs(cosine) > 1-1e-9) {
				t.Errorf("%s: direction %d at a cosine of %g", name, i, cosine)
			}
		}
	}
}

func TestPrincipalEdges(t *testing.T) {
	for _, x := range []struct{ rows, cols, components int }{{0, 3, 0}, {1, 3, 0}, {5, 1, 1}, {3, 8, 2}, {2, 2, 1}} {
		w := &mat.Dense{}
		var source spectra.Source = emptySource{x.rows, x.cols}
		if x.rows > 0 {
			w = spectra.Gaussian(x.rows, x.cols, spectra.Stream(1, ""))
			source = linalg.Dense(w)
		}
		p, err := spectra.PrincipalComponents(source, spectra.PrincipalOptions{Top: 10})
		if err != nil {
			t.Fatal(err)
		}
		_, k := p.Loadings.Dims()
		if p.Components() != x.components || k != x.components || len(p.Variance) != x.cols || len(p.Separated()) != k {
			t.Errorf("%+v: %d components, %d directions", x, p.Components(), k)
		}
		for i, v := range p.Variance {
			if i >= x.components && v > p.Floor {
				t.Errorf("%+v: variances %v", x, p.Variance)
			}
		}
		null, err := p.ParallelAnalysis(0, 0, 1)
		if err != nil || len(null.Upper) != x.components || null.Above(p.Variance) > x.components {
			t.Errorf("%+v: %+v, %v", x, null, err)
		}
	}
	constant, err := spectra.PrincipalComponents(linalg.Dense(mat.NewDense(3, 2, []float64{1, 2, 1, 2, 1, 2})), spectra.PrincipalOptions{Top: 2})
	if err != nil || constant.Total != 0 {
		t.Error(constant, err)
	}
	if null, err := constant.ParallelAnalysis(0, 0, 1); err != nil || null.Above(constant.Variance) != 0 {
		t.Error(null, err)
	}
	bad := spectra.Gaussian(2000, 3, spectra.Stream(1, ""))
	bad.Set(1500, 2, math.Inf(-1))
	var where *spectra.NonFiniteError
	if _, err := spectra.PrincipalComponents(linalg.Dense(bad), spectra.PrincipalOptions{}); !errors.As(err, &where) || where.Row != 1500 || where.Col != 2 {
		t.Error(err)
	}
	if _, err := spectra.PrincipalComponents(linalg.Dense(mat.NewDense(2, 1, []float64{1e200, -1e200})), spectra.PrincipalOptions{}); !errors.Is(err, spectra.ErrOverflow) {
		t.Error(err)
	}
}

// emptySource has no rows.
type emptySource struct{ rows, cols int }

func (e emptySource) Dims() (int, int)                         { return e.rows, e.cols }
func (e emptySource) Block([]float64, int, int, int, int, int) {}

// TestParallelNull: of noise no component stands out, more than chance lets; the
// edge of equal variances is near the largest; planted components are counted.
func TestParallelNull(t *testing.T) {
	const n, d, tables = 200, 30, 40
	found := 0
	for k := range tables {
		x := spectra.Gaussian(n, d, spectra.Stream(uint64(k), "noise"))
		x.Apply(func(_, j int, v float64) float64 { return v * float64(1+j%3) }, x)
		p, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{})
		if err != nil {
			t.Fatal(err)
		}
		null, err := p.ParallelAnalysis(0, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if null.Draws != 100 {
			t.Fatal(null.Draws)
		}
		if null.Above(p.Variance) > 0 {
			found++
		}
	}
	if found > 6 { // 2 are expected, more than 6 once in 300 times
		t.Errorf("%d of %d tables of noise have a component", found, tables)
	}
	x := spectra.Gaussian(n, d, spectra.Stream(1, "plain"))
	plain, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if ratio := plain.Edge(0) / plain.Variance[0]; ratio < 0.9 || ratio > 1.2 {
		t.Errorf("edge of noise %g of the largest variance", ratio)
	}
	factors := spectra.Gaussian(n, 3, spectra.Stream(1, "factors"))
	x.Apply(func(i, j int, v float64) float64 { return v + factors.At(i, j/10) }, x)
	planted, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{Top: 4})
	if count, edges := planted.Deflated(); count != 3 || !(edges[3] < edges[0]) {
		t.Errorf("deflated: %d components, edges %v", count, edges)
	}
	if err != nil {
		t.Fatal(err)
	}
	null, err := planted.ParallelAnalysis(0, 0, 1)
	if err != nil || null.Above(planted.Variance) != 3 {
		t.Errorf("%d components, want 3; %v over %v", null.Above(planted.Variance), planted.Variance[:5], null.Upper[:5])
	}
	again, err := planted.ParallelAnalysis(0, 0, 4)
	if err != nil || !slices.Equal(again.Upper, null.Upper) {
		t.Error("threads change the null")
	}
	// Fewer rows than columns: the noise itself is drawn.
	wide, err := spectra.PrincipalComponents(linalg.Dense(spectra.Gaussian(20, 50, spectra.Stream(1, "wide"))), spectra.PrincipalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if null, err = wide.ParallelAnalysis(0, 0, 1); err != nil || len(null.Mean) != 19 || math.Abs(null.Mean[0]/wide.Variance[0]-1) > 0.3 {
		t.Errorf("%v, %v of %v", err, null.Mean[:2], wide.Variance[:2])
	}
}

// TestEdge: the 95 % point of the closed form is that of drawn noise, of equal
// and unequal variances, for tall and wide tables.
func TestEdge(t *testing.T) {
	for _, x := range []struct{ n, d int }{{200, 30}, {60, 60}, {40, 120}} {
		for _, steep := range []float64{0, 1} {
			w := spectra.Gaussian(x.n, x.d, spectra.Stream(5, "edge"))
			w.Apply(func(_, j int, v float64) float64 { return v / (1 + steep*float64(j)/10) }, w)
			p, err := spectra.PrincipalComponents(linalg.Dense(w), spectra.PrincipalOptions{})
			if err != nil {
				t.Fatal(err)
			}
			null, err := p.ParallelAnalysis(400, 3, 1)
			if err != nil {
				t.Fatal(err)
			}
			// The law is of the limit. Where few variances lead, it is too high.
			if ratio := p.Edge(0) / null.Upper[0]; ratio < 0.97 || ratio > 1.03+0.1*steep {
				t.Errorf("%+v, steep %v: edge %g of the drawn 95 %% point", x, steep, ratio)
			}
		}
	}
}

// TestDeflated: what a dominant component hides in the null of the whole is
// seen once it is taken out.
func TestDeflated(t *testing.T) {
	const n, d = 300, 40
	x := spectra.Gaussian(n, d, spectra.Stream(2, "deflated"))
	f := spectra.Gaussian(n, 2, spectra.Stream(2, "factors"))
	x.Apply(func(i, j int, v float64) float64 {
		side := float64(1 - 2*(j%2))
		return v + 20*f.At(i, 0) + 0.5*side*f.At(i, 1)
	}, x)
	p, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{Top: 5})
	if err != nil {
		t.Fatal(err)
	}
	null, err := p.ParallelAnalysis(0, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if count, _ := p.Deflated(); count != 2 || null.Above(p.Variance) != 1 {
		t.Errorf("%d deflated, %d above noise as a whole", count, null.Above(p.Variance))
	}
}

// TestSeparated: the rule of North et al. by hand, for 200 rows λ·0.1.
func TestSeparated(t *testing.T) {
	x := mat.NewDense(201, 3, nil)
	for i := range 201 {
		for j, s := range []float64{2, 1.98, 1} {
			x.Set(i, j, s*math.Sqrt2*math.Cos(2*math.Pi*float64((j+1)*i)/201))
		}
	}
	p, err := spectra.PrincipalComponents(linalg.Dense(x), spectra.PrincipalOptions{Top: 3})
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Separated(); !slices.Equal(got, []bool{false, false, true}) {
		t.Errorf("%v of %v", got, p.Variance)
	}
}

func TestSpaced(t *testing.T) {
	for _, x := range []struct {
		n, most int
		want    []int
	}{{0, 3, []int{}}, {3, 5, []int{0, 1, 2}}, {10, 5, []int{0, 2, 4, 6, 8}}, {7, 2, []int{0, 3}}, {3, 0, []int{}}} {
		if got := spectra.Spaced(x.n, x.most); !slices.Equal(got, x.want) {
			t.Errorf("%d of %d: %v, want %v", x.most, x.n, got, x.want)
		}
	}
}
