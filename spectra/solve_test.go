package spectra_test

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// decomposed returns all directions of w.
func decomposed(t testing.TB, w *mat.Dense) *spectra.Decomposition {
	t.Helper()
	rows, cols := w.Dims()
	d, err := spectra.Decompose(linalg.Dense(w), spectra.Request{Top: min(rows, cols)}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The rank-one map (x, y) → (x + y, 0, 0): of the target (2, 0, 1) it reaches
// (2, 0, 0), by (1, 1); a fifth of the target's square is out of its reach. With
// ‖x‖ ≤ 1 half of the square of the input is left, and 2/(2 + λ) = 1/√2.
func ExampleDecomposition_Solve() {
	w := mat.NewDense(2, 3, []float64{1, 0, 0, 1, 0, 0})
	d, _ := spectra.Decompose(linalg.Dense(w), spectra.Request{Top: 2}, spectra.Options{})
	for _, o := range []spectra.SolveOptions{{}, {Norm: 1}, {Ridge: 2}} {
		s, _ := d.Solve([]float64{2, 0, 1}, o)
		fmt.Printf("x = %.4f, writes %.4f, residual %.4f, unreachable %.2f, λ = %.4f, degrees of freedom %.4f\n",
			s.X, s.Achieved, s.Residual, s.Unreachable, s.Lambda, s.Freedom)
	}
	// Output:
	// x = [1.0000 1.0000], writes [2.0000 0.0000 0.0000], residual 0.4472, unreachable 0.20, λ = 0.0000, degrees of freedom 1.0000
	// x = [0.7071 0.7071], writes [1.4142 0.0000 0.0000], residual 0.5183, unreachable 0.20, λ = 0.8284, degrees of freedom 0.7071
	// x = [0.5000 0.5000], writes [1.0000 0.0000 0.0000], residual 0.6325, unreachable 0.20, λ = 2.0000, degrees of freedom 0.5000
}

// TestSolveByHand: the shear (x, y) → (x, x + y) writes (1, 0) for (1, −1), the
// projection (x, y, z) → (x, y) writes (3, 4) for (3, 4, 0).
func TestSolveByHand(t *testing.T) {
	for _, x := range []struct {
		w       *mat.Dense
		y, want []float64
	}{
		{mat.NewDense(2, 2, []float64{1, 1, 0, 1}), []float64{1, 0}, []float64{1, -1}},
		{mat.NewDense(3, 2, []float64{1, 0, 0, 1, 0, 0}), []float64{3, 4}, []float64{3, 4, 0}},
	} {
		s, err := decomposed(t, x.w).Solve(x.y, spectra.SolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range x.want {
			if math.Abs(s.X[i]-want) > 1e-14*mat.Norm(x.w, 2) {
				t.Errorf("x = %v, want %v", s.X, x.want)
			}
		}
		if s.Residual > 1e-14 || s.Unreachable > 1e-14 || math.Abs(s.Cosine-1) > 1e-14 || s.Bound {
			t.Errorf("%+v", s)
		}
	}
}

// TestSolvePseudoInverse holds x against gonum's SVD, dense matrices of many
// shapes and condition numbers up to 1e6.
func TestSolvePseudoInverse(t *testing.T) {
	for k, shape := range [][2]int{{20, 20}, {40, 15}, {15, 40}, {1, 9}, {9, 1}} {
		r := min(shape[0], shape[1])
		for _, scale := range []float64{1, 1e120, 1e-120} {
			sigma := make([]float64, r)
			for i := range sigma {
				sigma[i] = scale * math.Pow(10, -6*float64(i)/float64(r))
			}
			w := numtest.WithSpectrum(shape[0], shape[1], sigma, uint64(k))
			y := spectra.Gaussian(1, shape[1], spectra.Stream(1, fmt.Sprint(shape))).RawRowView(0)
			s, err := decomposed(t, w).Solve(y, spectra.SolveOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var svd mat.SVD
			if !svd.Factorize(w.T(), mat.SVDThin) {
				t.Fatal("gonum's SVD failed")
			}
			var want mat.Dense
			svd.SolveTo(&want, mat.NewDense(len(y), 1, y), r)
			var miss, size float64
			for i, v := range s.X {
				miss, size = math.Hypot(miss, v-want.At(i, 0)), math.Hypot(size, v)
			}
			// ε times the condition number 1e6, with a hundredfold margin.
			if !(miss <= 2e-8*size) || math.Abs(size/s.Norm-1) > 1e-12 || math.Abs(s.Freedom-float64(r)) > 1e-9 {
				t.Errorf("%v × %g: off by %g of %g, norm %g, freedom %g", shape, scale, miss, size, s.Norm, s.Freedom)
			}
			if got, want := s.Residual*s.Residual, s.Unreachable; math.Abs(got-want) > 1e-13 {
				t.Errorf("%v: residual² %g, unreachable %g", shape, got, want)
			}
		}
	}
}

// TestSolveNorm: a bound on the norm is met to 1e-9 of it, whatever the spectrum, and the
// gradient 2(x·W − y)·Wᵀ + 2λx vanishes, which in a convex problem is the optimum.
func TestSolveNorm(t *testing.T) {
	const r = 24
	spread := make([]float64, r)
	for i := range spread {
		spread[i] = math.Pow(10, -float64(i)/2) // to 1e-11.5
	}
	spectrum := hard(r)
	spectrum["spread"] = spread
	for name, sigma := range spectrum {
		for _, scale := range []float64{1, 1e140, 1e-140} {
			scaled := make([]float64, r)
			for i, v := range sigma {
				scaled[i] = v * scale
			}
			d := decomposed(t, numtest.WithSpectrum(30, 40, scaled, 5))
			w := numtest.WithSpectrum(30, 40, scaled, 5)
			y := spectra.Gaussian(1, 40, spectra.Stream(1, name)).RawRowView(0)
			free, err := d.Solve(y, spectra.SolveOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []float64{1 - 1e-9, 0.99, 0.5, 1e-3, 1e-6, 1e-12} {
				c := part * free.Norm
				s, err := d.Solve(y, spectra.SolveOptions{Norm: c})
				if err != nil {
					t.Fatal(err)
				}
				norm := mat.Norm(mat.NewVecDense(len(s.X), s.X), 2)
				if !(math.Abs(norm/c-1) <= 1e-9) || !s.Bound || !(s.Lambda > 0) || s.Residual < free.Residual-1e-12 {
					t.Errorf("%s × %g at %g: norm off by %g, %v, λ %g", name, scale, part, norm/c-1, s.Bound, s.Lambda)
				}
				if got := gradient(w, s, y); !(got <= 1e-14) {
					t.Errorf("%s × %g at %g: gradient %g", name, scale, part, got)
				}
			}
			if s, err := d.Solve(y, spectra.SolveOptions{Norm: 1.1 * free.Norm}); err != nil || s.Bound || s.Lambda != 0 || s.Norm != free.Norm {
				t.Errorf("%s: a bound that holds nothing back gives %+v, %v", name, s, err)
			}
		}
	}
}

// gradient returns ‖(x·W − y)·Wᵀ + λx‖ over σ₁(σ₁‖x‖ + ‖y‖): a backward error.
func gradient(w *mat.Dense, s *spectra.Solution, y []float64) float64 {
	rows, cols := w.Dims()
	top := s.Carriers[0].Sigma
	size := mat.Norm(mat.NewVecDense(cols, y), 2)
	miss := mat.NewVecDense(cols, nil)
	for j := range cols {
		var sum float64
		for i := range rows {
			sum += s.X[i] * top / size * (w.At(i, j) / top)
		}
		miss.SetVec(j, sum-y[j]/size)
	}
	var total float64
	for i := range rows {
		sum := s.Lambda / top / top * (s.X[i] * top / size)
		for j := range cols {
			sum += miss.AtVec(j) * (w.At(i, j) / top)
		}
		total = math.Hypot(total, sum)
	}
	return total / (1 + top/size*s.Norm)
}

// TestSolveShares: shares of input and output are shares, filters those of the
// definition, and the cosine that of the vectors.
func TestSolveShares(t *testing.T) {
	d := decomposed(t, numtest.WithSpectrum(12, 9, []float64{9, 5, 3, 1, 0.5}, 3))
	y := spectra.Gaussian(1, 9, spectra.Stream(2, "")).RawRowView(0)
	for _, o := range []spectra.SolveOptions{{}, {Ridge: 2}, {Norm: 0.1}} {
		s, err := d.Solve(y, o)
		if err != nil {
			t.Fatal(err)
		}
		var input, achieved, freedom float64
		for _, c := range s.Carriers {
			input, achieved, freedom = input+c.Input, achieved+c.Achieved, freedom+c.Filter
			if want := c.Sigma * c.Sigma / (c.Sigma*c.Sigma + s.Lambda); math.Abs(c.Filter-want) > 1e-12 {
				t.Errorf("filter %g, want %g", c.Filter, want)
			}
		}
		a, b := mat.NewVecDense(9, s.Achieved), mat.NewVecDense(9, y)
		cosine := mat.Dot(a, b) / mat.Norm(a, 2) / mat.Norm(b, 2)
		if len(s.Carriers) != 5 || math.Abs(input-1) > 1e-12 || math.Abs(achieved-1) > 1e-12 || math.Abs(freedom-s.Freedom) > 1e-12 || math.Abs(cosine-s.Cosine) > 1e-12 {
			t.Errorf("%+v: %d carriers, shares %g %g, freedom %g, cosine %g", o, len(s.Carriers), input, achieved, freedom, cosine)
		}
	}
	if s, err := d.Solve(y, spectra.SolveOptions{Ridge: 2}); err != nil || math.Abs(s.Lambda-2) > 1e-12 {
		t.Errorf("ridge: %+v, %v", s, err)
	}
}

func TestSolveErrors(t *testing.T) {
	w := mat.NewDense(2, 3, []float64{1, 2, 3, 4, 5, 6})
	d := decomposed(t, w)
	y := []float64{1, 0, 0}
	part, err := spectra.Decompose(linalg.Dense(w), spectra.Request{Top: 1}, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		d *spectra.Decomposition
		y []float64
		o spectra.SolveOptions
	}{
		"zero target": {d, make([]float64, 3), spectra.SolveOptions{}},
		"NaN":         {d, []float64{math.NaN(), 0, 0}, spectra.SolveOptions{}},
		"negative":    {d, y, spectra.SolveOptions{Norm: -1}},
		"ridge NaN":   {d, y, spectra.SolveOptions{Ridge: math.NaN()}},
		"infinite":    {d, y, spectra.SolveOptions{Norm: math.Inf(1)}},
		"both":        {d, y, spectra.SolveOptions{Norm: 1, Ridge: 1}},
		"part of it":  {part, y, spectra.SolveOptions{}},
		"zero matrix": {decomposed(t, mat.NewDense(2, 3, nil)), y, spectra.SolveOptions{}},
	} {
		var want *spectra.SolveError
		if _, err := x.d.Solve(x.y, x.o); !errors.As(err, &want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.Solve([]float64{1}, spectra.SolveOptions{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("a short target: %v", err)
	}
	if _, err := d.SolveOthers(mat.NewDense(2, 3, nil), 1, spectra.SolveOptions{}); !errors.As(err, new(*spectra.SolveError)) {
		t.Errorf("targets that are 0: %v", err)
	}
	if _, err := d.SolveOthers(mat.NewDense(2, 2, nil), 1, spectra.SolveOptions{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("short targets: %v", err)
	}
	if _, err := d.SolveNull(1, spectra.SolveOptions{Norm: -1}, 10, 0); err == nil {
		t.Error("a null of a negative norm")
	}
}

// TestSolveNull: the unreachable share of a random target is (d − rank)/d on the mean, and
// draws agree with targets that are formed and solved.
func TestSolveNull(t *testing.T) {
	d := decomposed(t, numtest.WithSpectrum(10, 30, []float64{5, 4, 3, 2, 1}, 3))
	const draws = 2000
	for _, o := range []spectra.SolveOptions{{}, {Norm: 0.02}, {Ridge: 4}} {
		null, err := d.SolveNull(3, o, draws, 7)
		if err != nil {
			t.Fatal(err)
		}
		var residual, norm, unreachable []float64
		formed := mat.NewDense(draws, 30, nil)
		rng := spectra.Stream(9, "targets")
		for k := range draws {
			y := spectra.Gaussian(1, 30, rng).RawRowView(0)
			formed.SetRow(k, y)
			v := mat.NewVecDense(30, y)
			v.ScaleVec(3/mat.Norm(v, 2), v)
			s, err := d.Solve(y, o)
			if err != nil {
				t.Fatal(err)
			}
			residual, norm, unreachable = append(residual, s.Residual), append(norm, s.Norm), append(unreachable, s.Unreachable)
		}
		for name, pair := range map[string][2]*spectra.NullSample{
			"residual":    {null.Residual, spectra.NewNullSample(residual)},
			"norm":        {null.Norm, spectra.NewNullSample(norm)},
			"unreachable": {null.Unreachable, spectra.NewNullSample(unreachable)},
		} {
			// Five standard errors of the difference of two means.
			if a, b := pair[0], pair[1]; math.Abs(a.Mean()-b.Mean()) > 5*math.Hypot(a.SD(), b.SD())/math.Sqrt(draws)+1e-9 || a.SD() > 1.1*b.SD()+1e-9 || b.SD() > 1.1*a.SD()+1e-9 {
				t.Errorf("%+v %s: %g ± %g, formed %g ± %g", o, name, a.Mean(), a.SD(), b.Mean(), b.SD())
			}
		}
		others, err := d.SolveOthers(formed, 3, o)
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]float64{
			"residual": {others.Residual.Mean(), spectra.NewNullSample(residual).Mean()}, "norm": {others.Norm.Mean(), spectra.NewNullSample(norm).Mean()},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-12 {
				t.Errorf("%+v: %s of the same targets %g, want %g", o, name, pair[0], pair[1])
			}
		}
		if got, want := null.Unreachable.Mean(), 25.0/30; math.Abs(got-want) > 5*null.Unreachable.SD()/math.Sqrt(draws) {
			t.Errorf("unreachable %g, want %g", got, want)
		}
		if null.Draws != draws || null.Freedom.Len() != draws {
			t.Errorf("%d draws", null.Draws)
		}
	}
}
