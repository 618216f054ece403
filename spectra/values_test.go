package spectra_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

// sigmaTolerance is what is required of every route: |σ̂ − σ| over σ₁.
const sigmaTolerance = 1e-9

// Storage spacings at 1.
const (
	epsilonF32  = 0x1p-23
	epsilonBF16 = 0x1p-7
	epsilonF64  = 0x1p-52
)

// stored gives a source the storage spacing that it is read with.
type stored struct {
	spectra.Source
	epsilon float64
}

func (s stored) Epsilon() float64 { return s.epsilon }

// withSpectrum is numtest's matrix as a source stored in F64, F32, …
func withSpectrum(rows, cols int, sigma []float64, epsilon float64) stored {
	return stored{linalg.Dense(numtest.WithSpectrum(rows, cols, sigma, 7)), epsilon}
}

func values(t *testing.T, w spectra.Source) *spectra.Spectrum {
	t.Helper()
	s, err := spectra.Values(w, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func product(t *testing.T, a, b spectra.Source) *spectra.Spectrum {
	t.Helper()
	s, err := spectra.ProductValues(a, b, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Conformance, on each route. The Gram route is held to the required accuracy,
// the others to rounding.

func TestValuesSuite(t *testing.T) {
	numtest.Values{
		Power:     1,
		Tolerance: func(int) float64 { return sigmaTolerance },
		Of: func(w numtest.Source) ([]float64, error) {
			s, err := spectra.Values(w, spectra.Options{})
			return sigma(s), err
		},
	}.Run(t)
}

func TestDirectSuite(t *testing.T) {
	numtest.Values{Power: 1, Of: func(w numtest.Source) ([]float64, error) {
		s, err := spectra.Values(stored{w, epsilonF64}, spectra.Options{})
		return sigma(s), err
	}}.Run(t)
}

// The product with an identity has the spectrum of the other factor. The
// identity stands on the shorter side, which makes the inner side the shortest.
func TestProductSuite(t *testing.T) {
	numtest.Values{Power: 1, Of: func(w numtest.Source) ([]float64, error) {
		rows, cols := w.Dims()
		a, b := spectra.Source(w), spectra.Source(identity(cols))
		if rows < cols {
			a, b = identity(rows), w
		}
		s, err := spectra.ProductValues(a, b, spectra.Options{})
		return sigma(s), err
	}}.Run(t)
}

func sigma(s *spectra.Spectrum) []float64 {
	if s == nil {
		return nil
	}
	return s.Sigma
}

// identity is the n × n one, as a source that holds no numbers.
type identity int

func (n identity) Dims() (rows, cols int) { return int(n), int(n) }

func (n identity) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := i0; i < i1; i++ {
		row := dst[(i-i0)*ld:][:j1-j0]
		clear(row)
		if j0 <= i && i < j1 {
			row[i-j0] = 1
		}
	}
}

// The route is decided by the condition and by the storage.
func TestRoutes(t *testing.T) {
	tests := []struct {
		name      string
		condition float64
		epsilon   float64
		want      string
	}{
		{"condition 1e3", 1e3, epsilonF32, spectra.MethodGram},
		{"condition 1e3, storage unknown", 1e3, 0, spectra.MethodGram},
		{"condition 1e8", 1e8, epsilonF32, spectra.MethodBidiagonal},
		{"condition 1e4: σ_r by its vector", 1e4, epsilonF32, spectra.MethodGram},
		{"condition 1e6: σ_r itself to 1e-7", 1e6, epsilonF32, spectra.MethodBidiagonal},
		{"F64 storage", 10, epsilonF64, spectra.MethodBidiagonal},
	}
	for _, test := range tests {
		want := numtest.Graded(1 / test.condition)(64)
		s := values(t, withSpectrum(150, 64, want, test.epsilon))
		if s.Method != test.want {
			t.Errorf("%s: %s, want %s", test.name, s.Method, test.want)
		}
		if got := s.Sigma[0] / s.Sigma[63]; !(math.Abs(got/test.condition-1) <= 1e-6) {
			t.Errorf("%s: condition number %v, want %v within 1e-6", test.name, got, test.condition)
		}
	}
	twins := numtest.Graded(1e-4)(64)
	twins[62] = twins[63]
	if s := values(t, withSpectrum(150, 64, twins, epsilonF32)); s.Method != spectra.MethodBidiagonal {
		t.Errorf("two smallest values alike: %s, want %s, their vectors cannot be told apart", s.Method, spectra.MethodBidiagonal)
	}
	deficient := make([]float64, 64)
	deficient[0], deficient[1] = 1, 0.5
	if s := values(t, withSpectrum(150, 64, deficient, epsilonF32)); s.Method != spectra.MethodBidiagonal {
		t.Errorf("rank 2 of 64: %s, want %s", s.Method, spectra.MethodBidiagonal)
	}
	one := linalg.Dense(mat.NewDense(1, 1, []float64{-3}))
	if s := product(t, one, one); s.Method != spectra.MethodProduct || !s.Product {
		t.Errorf("product: %s, %v", s.Method, s.Product)
	}
}

// Exact answers: matrices of integers whose singular values are integers. The
// stated floor must hold the error and stay under what is required.
func TestMethodFloor(t *testing.T) {
	for _, bits := range []int{0, 4, 10, 30} {
		for _, n := range []int{1, 2, 16, 128} {
			want := make([]float64, n)
			for i := range want { // from 2^bits down to 1
				want[i] = math.Exp2(float64(bits - bits*i/max(n-1, 1)))
			}
			w := linalg.Dense(numtest.Hadamard(want))
			for i := range want {
				want[i] *= float64(n)
			}
			for name, s := range map[string]*spectra.Spectrum{
				"values":  values(t, w),
				"direct":  values(t, stored{w, epsilonF64}),
				"product": product(t, w, identity(n)),
			} {
				checkFloor(t, name, s, want)
			}
		}
	}
}

func checkFloor(t *testing.T, name string, s *spectra.Spectrum, want []float64) {
	t.Helper()
	for i := range want {
		if e := math.Abs(s.Sigma[i] - want[i]); !(e <= s.Floor.Method) {
			t.Errorf("%s %d×%d: σ[%d] off by %.3g, floor %.3g", name, s.Rows, s.Cols, i, e, s.Floor.Method)
		}
	}
	if !(s.Floor.Method > 0 && s.Floor.Method <= sigmaTolerance*want[0]) {
		t.Errorf("%s: floor %.3g, want in (0, 1e-9·%v]", name, s.Floor.Method, want[0])
	}
}

// The factored route gives what the product formed in float64 does, for inner
// sides shorter and longer than the outer ones.
func TestProductIsDense(t *testing.T) {
	for _, shape := range [][3]int{{40, 8, 30}, {8, 40, 30}, {30, 40, 8}, {20, 20, 20}, {300, 64, 300}, {1, 5, 1}, {5, 1, 5}, {3, 150, 2}} {
		m, k, n := shape[0], shape[1], shape[2]
		a := numtest.WithSpectrum(m, k, numtest.Graded(1e-2)(min(m, k)), 1)
		b := numtest.WithSpectrum(k, n, numtest.Graded(1e-3)(min(k, n)), 2)
		var c mat.Dense
		c.Mul(a, b)
		got := product(t, linalg.Dense(a), linalg.Dense(b))
		want := values(t, stored{linalg.Dense(&c), epsilonF64})
		r := min(m, k, n)
		if len(got.Sigma) != r || got.Rows != m || got.Cols != n {
			t.Fatalf("%v: %d values of %d×%d", shape, len(got.Sigma), got.Rows, got.Cols)
		}
		// ‖a‖ = ‖b‖ = 1 measure the rounding of the product.
		for i, s := range want.Sigma {
			g := 0.0
			if i < r {
				g = got.Sigma[i]
			}
			if e := math.Abs(g-s) / (float64(max(m, k, n)) * numtest.Epsilon); !(e <= numtest.MaxRatio) {
				t.Errorf("%v: σ[%d] = %v, dense %v: ratio %.3g", shape, i, g, s, e)
			}
		}
	}
}

func TestEmptyAndZero(t *testing.T) {
	shapes := [][3]int{{0, 4, 5}, {4, 0, 5}, {4, 5, 0}, {0, 0, 0}}
	for _, k := range shapes {
		s := product(t, zeros{k[0], k[1]}, zeros{k[1], k[2]})
		if s.Sigma == nil || len(s.Sigma) != 0 || s.Rows != k[0] || s.Cols != k[2] {
			t.Errorf("product %v: %+v", k, s)
		}
		if s := values(t, zeros{k[0], k[1]}); s.Sigma == nil || len(s.Sigma) != min(k[0], k[1]) {
			t.Errorf("values %v: %+v", k, s)
		}
	}
	for _, s := range []*spectra.Spectrum{values(t, stored{zeros{3, 4}, epsilonF32}), product(t, zeros{3, 9}, identity(9))} {
		if !slices.Equal(s.Sigma, []float64{0, 0, 0}) || s.Floor != (spectra.Floor{}) {
			t.Errorf("zero matrix: %+v", s)
		}
	}
	if _, err := spectra.ProductValues(zeros{2, 3}, zeros{4, 2}, spectra.Options{}); !errors.Is(err, mat.ErrShape) {
		t.Errorf("2×3 times 4×2: %v, want mat.ErrShape", err)
	}
}

// zeros is a matrix of zeros of any shape, empty ones included.
type zeros struct{ rows, cols int }

func (z zeros) Dims() (rows, cols int) { return z.rows, z.cols }

func (z zeros) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	for i := range i1 - i0 {
		clear(dst[i*ld:][:j1-j0])
	}
}

// Invariances that hold to the bit: transposing, threads, powers of two.
func TestExactInvariances(t *testing.T) {
	for _, last := range []float64{1e-2, 1e-9} { // either route
		w := numtest.WithSpectrum(90, 130, numtest.Graded(last)(90), 3)
		want := values(t, linalg.Dense(w))
		if got := values(t, linalg.Transpose(linalg.Dense(w))); !slices.Equal(got.Sigma, want.Sigma) {
			t.Errorf("last %v: transposing changes σ", last)
		}
		got, err := spectra.Values(linalg.Dense(w), spectra.Options{Threads: 8})
		if err != nil || !slices.Equal(got.Sigma, want.Sigma) {
			t.Errorf("last %v: eight threads change σ: %v", last, err)
		}
		for _, power := range []int{-900, -3, 1, 500, 1000} {
			checkScaled(t, w, want, power)
		}
	}
}

// checkScaled checks that w·2^power has the spectrum want, times 2^power.
func checkScaled(t *testing.T, w *mat.Dense, want *spectra.Spectrum, power int) {
	t.Helper()
	scaled := mat.DenseCopyOf(w)
	scaled.Apply(func(_, _ int, x float64) float64 { return math.Ldexp(x, power) }, scaled)
	s := stored{linalg.Dense(scaled), epsilonF32}
	got := values(t, s)
	for i := range want.Sigma {
		if got.Sigma[i] != math.Ldexp(want.Sigma[i], power) {
			t.Fatalf("scaling by 2^%d changes σ[%d]", power, i)
		}
	}
	if base := values(t, stored{linalg.Dense(w), epsilonF32}); math.Ldexp(base.Floor.DType, power) != got.Floor.DType {
		t.Errorf("scaling by 2^%d: dtype floor %v, was %v", power, got.Floor.DType, base.Floor.DType)
	}
}

// What a workspace holds from matrices before does not show.
func TestWorkspaceDoesNotShow(t *testing.T) {
	room := new(spectra.Workspace)
	for round := range 2 {
		for _, shape := range [][2]int{{150, 150}, {90, 130}, {300, 64}, {64, 64}} {
			for _, last := range []float64{1e-2, 1e-9} { // either route
				r := min(shape[0], shape[1])
				w := linalg.Dense(numtest.WithSpectrum(shape[0], shape[1], numtest.Graded(last)(r), 3))
				got, err := spectra.Values(w, spectra.Options{Threads: 1 + round, Workspace: room})
				if want := values(t, w); err != nil || !slices.Equal(got.Sigma, want.Sigma) {
					t.Errorf("round %d, %v, last %v: a workspace changes σ: %v", round, shape, last, err)
				}
				a, b := linalg.Transpose(w), w
				if shape[0] > shape[1] {
					a, b = b, a
				}
				got, err = spectra.ProductValues(a, b, spectra.Options{Workspace: room})
				if want := product(t, a, b); err != nil || !slices.Equal(got.Sigma, want.Sigma) {
					t.Errorf("round %d, %v, last %v: a workspace changes σ of a product: %v", round, shape, last, err)
				}
			}
		}
	}
}

func TestRotation(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	w := numtest.WithSpectrum(64, 150, numtest.Graded(1e-3)(64), 3)
	var turned mat.Dense
	turned.Product(numtest.Haar(64, 64, rng), w, numtest.Haar(150, 150, rng))
	got, want := values(t, linalg.Dense(&turned)), values(t, linalg.Dense(w))
	for i := range want.Sigma {
		if e := math.Abs(got.Sigma[i] - want.Sigma[i]); !(e <= sigmaTolerance*want.Sigma[0]) {
			t.Errorf("σ[%d] = %v, rotated %v", i, want.Sigma[i], got.Sigma[i])
		}
	}
}

func TestOverflow(t *testing.T) {
	huge := mat.NewDense(2, 2, []float64{math.MaxFloat64, 0, 0, math.MaxFloat64})
	if s, err := spectra.Values(linalg.Dense(huge), spectra.Options{}); err != spectra.ErrOverflow {
		t.Errorf("σ = (max, max): %v, %v", s, err)
	}
	huge.Set(1, 1, 0)
	huge.Set(0, 0, math.MaxFloat64/4)
	if got := values(t, linalg.Dense(huge)).Sigma[0]; got != math.MaxFloat64/4 {
		t.Errorf("σ₁ = %v, want a quarter of the largest", got)
	}
	tiny := mat.NewDense(1, 2, []float64{0, -math.SmallestNonzeroFloat64})
	if got := values(t, linalg.Dense(tiny)).Sigma[0]; got != math.SmallestNonzeroFloat64 {
		t.Errorf("σ₁ = %v, want the least", got)
	}
}
