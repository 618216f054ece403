package spectra_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/internal/numtest"
	"wspec/spectra"
)

const intruderSide = 200

// intruders returns those of new among its first k directions.
func intruders(t *testing.T, old, new spectra.Source, k int) (*spectra.Intruders, *spectra.Difference) {
	t.Helper()
	d := compare(t, old, new)
	x, err := spectra.FindIntruders(decompose(t, old, spectra.Request{Top: intruderSide}), decompose(t, new, spectra.Request{Top: k}), d.Noise)
	if err != nil {
		t.Fatal(err)
	}
	return x, d
}

// trained is a matrix with a spectrum that falls slowly, as of trained weights.
func trained() *mat.Dense {
	sigma := make([]float64, intruderSide)
	for i := range sigma {
		sigma[i] = 1 / math.Sqrt(float64(i+10))
	}
	return numtest.WithSpectrum(intruderSide, intruderSide, sigma, 7)
}

// Noise of 30 % makes intruders by the published count and none by that of blocks;
// of a planted direction both know, and the second of it alone.
func TestIntruders(t *testing.T) {
	const k, epsilon, share = 10, 0.6, 0.3
	for name, w := range map[string]*mat.Dense{"noise": gaussian(intruderSide, intruderSide, "w"), "trained": trained()} {
		old := linalg.Dense(w)
		noise := spectra.WithNoise(old, share*mat.Norm(w, 2), 1)
		x, _ := intruders(t, old, noise, k)
		published, blocks := x.Out.Published(k, epsilon), x.Out.Blocks(k, 0.7)
		t.Logf("%s: noise: published %d, blocks %d", name, published, blocks)
		if blocks != 0 || x.In.Blocks(k, 0.7) != 0 {
			t.Errorf("%s: noise makes %d block intruders: %v", name, blocks, x.Out.Block)
		}
		if name == "noise" && published < 3 {
			t.Errorf("noise makes %d published intruders, expected about half of %d", published, k)
		}
		planted := plant(w)
		x, d := intruders(t, old, linalg.Dense(planted), k)
		if n := x.Out.Blocks(k, epsilon); n != 1 {
			t.Errorf("%s: %d block intruders, want the one planted: %v", name, n, x.Out.Block)
		}
		x, _ = intruders(t, old, d.Noisy(1, old)[0], k)
		if n := x.Out.Blocks(k, epsilon); n != 0 {
			t.Errorf("%s: noise of its size makes %d", name, n)
		}
	}
}

// plant adds a random direction with 1.5 times the largest value.
func plant(w *mat.Dense) *mat.Dense {
	rows, cols := w.Dims()
	var d mat.Dense
	d.Mul(numtest.WithSpectrum(rows, 1, []float64{1}, 11), numtest.WithSpectrum(1, cols, []float64{1}, 12))
	top, err := spectra.Values(linalg.Dense(w), spectra.Options{})
	if err != nil {
		panic(err)
	}
	d.Scale(1.5*top.Sigma[0], &d)
	d.Add(&d, w)
	return &d
}

// Noise has the norm it is given, no mean, and is the same however it is read.
func TestWithNoise(t *testing.T) {
	zero := linalg.Dense(mat.NewDense(120, 90, nil))
	w := spectra.WithNoise(zero, 3, 1)
	whole := make([]float64, 120*90)
	w.Block(whole, 90, 0, 120, 0, 90)
	var sum, square float64
	for _, v := range whole {
		sum += v
		square += v * v
	}
	// The square of a uniform number has a relative sd of √0.8.
	n := float64(len(whole))
	if !(math.Abs(square/9-1) <= 5*math.Sqrt(0.8/n)) || !(math.Abs(sum) <= 5*3) {
		t.Errorf("norm² %v, want 9; sum %v", square, sum)
	}
	part := make([]float64, 7*5)
	w.Block(part, 5, 100, 107, 60, 65)
	for i := range 7 {
		for j := range 5 {
			if part[i*5+j] != whole[(100+i)*90+60+j] {
				t.Fatal("another number on another reading")
			}
		}
	}
	again := make([]float64, len(whole))
	spectra.WithNoise(zero, 3, 2).Block(again, 90, 0, 120, 0, 90)
	if again[0] == whole[0] {
		t.Error("two seeds, one noise")
	}
}

func decompose(t *testing.T, w spectra.Source, q spectra.Request) *spectra.Decomposition {
	t.Helper()
	d, err := spectra.Decompose(w, q, spectra.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
