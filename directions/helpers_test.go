package directions

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/fixtures"
	"wspec/internal/linalg"
	"wspec/loader"
	"wspec/spectra"
)

// openShared opens a checkpoint that is not shipped, or skips the test.
func openShared(t *testing.T, elem ...string) *loader.Model {
	t.Helper()
	path, ok := fixtures.Shared(append([]string{"data"}, elem...)...)
	if !ok {
		t.Skip("not there: ", path)
	}
	m, err := loader.Open(path, loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// matrixOf returns a matrix of m by label.
func matrixOf(t *testing.T, m *loader.Model, label string) *loader.Matrix {
	t.Helper()
	for i := range m.Matrices {
		if m.Matrices[i].Label == label {
			return &m.Matrices[i]
		}
	}
	t.Fatal("no matrix ", label)
	return nil
}

// axes returns the k leading singular directions of a·b, both factors thin: by QR
// of each and the SVD of the small core.
func axes(t *testing.T, a, b linalg.Source, k int) (in, out *mat.Dense) {
	t.Helper()
	q1, r1 := thinQR(dense(a))
	q2, r2 := thinQR(dense(linalg.Transpose(b)))
	var core mat.Dense
	core.Mul(r1, r2.T())
	var svd mat.SVD
	if !svd.Factorize(&core, mat.SVDThin) {
		t.Fatal("no SVD")
	}
	var u, v mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	return product(q1, leading(&u, k)), product(q2, leading(&v, k))
}

func thinQR(x *mat.Dense) (q, r *mat.Dense) {
	_, width := x.Dims()
	var qr mat.QR
	qr.Factorize(x)
	var full, upper mat.Dense
	qr.QTo(&full)
	qr.RTo(&upper)
	return leading(&full, width), mat.DenseCopyOf(upper.Slice(0, width, 0, width))
}

// leading returns the first k columns.
func leading(m *mat.Dense, k int) *mat.Dense {
	rows, _ := m.Dims()
	return mat.DenseCopyOf(m.Slice(0, rows, 0, k))
}

// circuitAxes returns the k leading directions of both sides of every circuit, as
// the columns of one matrix.
func circuitAxes(t *testing.T, heads []Head, k int) *mat.Dense {
	t.Helper()
	var all []*mat.Dense
	for _, h := range heads {
		in, out := axes(t, h.V, h.O, k)
		query, key := axes(t, h.Q, linalg.Transpose(h.K), k)
		all = append(all, in, out, query, key)
	}
	return beside(all)
}

// beside puts matrices of equal height side by side.
func beside(all []*mat.Dense) *mat.Dense {
	rows, k := all[0].Dims()
	out := mat.NewDense(rows, k*len(all), nil)
	for i, x := range all {
		out.Slice(0, rows, i*k, (i+1)*k).(*mat.Dense).Copy(x)
	}
	return out
}

// gaussianRows is a random-init embedding.
func gaussianRows(n, d int, seed uint64) *mat.Dense {
	e := spectra.Gaussian(n, d, spectra.Stream(seed, "embedding"))
	e.Scale(0.02, e)
	return e
}

// unused is a cluster of tokens such as training leaves that never meets them:
// one direction, length times the norm of the others, with noise of a share of it.
type unused struct {
	ids           []int
	length, noise float64
}

// plant writes the cluster to the rows of e.
func (u unused) plant(e *mat.Dense) {
	_, d := e.Dims()
	rng := spectra.Stream(2, "plant")
	axis := spectra.Haar(d, 1, rng)
	size := norm(e.RawRowView(0)) * u.length
	for _, id := range u.ids {
		row := e.RawRowView(id)
		for j := range row {
			row[j] = size * (axis.At(j, 0) + u.noise/math.Sqrt(float64(d))*rng.NormFloat64())
		}
	}
}

// uniformGap is the Kolmogorov–Smirnov distance of p from the uniform law.
func uniformGap(p []float64) float64 {
	p = slices.Sorted(slices.Values(p))
	n := float64(len(p))
	var gap float64
	for i, v := range p {
		gap = max(gap, v-float64(i)/n, float64(i+1)/n-v)
	}
	return gap
}

// spaceOf returns the space of e without the under-trained tokens it shows.
func spaceOf(t *testing.T, e linalg.Source) (*TokenSpace, []Undertrained) {
	t.Helper()
	under, err := FindUndertrained(e)
	if err != nil {
		t.Fatal(err)
	}
	n, _ := e.Dims()
	s, err := NewTokenSpace(e, SkipMask(n, under))
	if err != nil {
		t.Fatal(err)
	}
	return s, under
}
