package directions

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
	"wspec/spectra"
)

// movedCosine is where METRICS counts a direction as turned.
const movedCosine = 0.99

// epsilonBF16 is the spacing of bfloat16 at 1.
const epsilonBF16 = 0x1p-7

// rounded is a source as bfloat16 stores it; with off, the source as it is, but
// known to be about to be stored so.
type rounded struct {
	spectra.Source
	off bool
}

func (r rounded) Epsilon() float64 { return epsilonBF16 }

func (r rounded) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	r.Source.Block(dst, ld, i0, i1, j0, j1)
	for i := range i1 - i0 {
		row := dst[i*ld:][:j1-j0]
		for j := range row {
			if !r.off {
				row[j] = roundBF16(row[j])
			}
		}
	}
}

// roundBF16 rounds to the nearest bfloat16, ties to even.
func roundBF16(x float64) float64 {
	bits := math.Float32bits(float32(x))
	bits += 0x7fff + bits>>16&1
	return float64(math.Float32frombits(bits &^ 0xffff))
}

func wholeOf(t *testing.T, m *loader.Matrix, off bool) *spectra.Decomposition {
	t.Helper()
	q := spectra.Request{Top: math.MaxInt}
	var d *spectra.Decomposition
	var err error
	if len(m.Factors) == 1 {
		d, err = spectra.Decompose(rounded{m.Factors[0], off}, q, spectra.Options{})
	} else {
		d, err = spectra.DecomposeProduct(rounded{m.Factors[0], off}, rounded{m.Factors[1], off}, q, spectra.Options{})
	}
	if err != nil {
		t.Fatalf("%s: %v", m.Label, err)
	}
	return d
}

// rounding counts directions.
type rounding struct{ all, stable, moved, movedStable int }

// compare finds each direction's nearest in the rounded matrix, and counts.
func (c *rounding) compare(t *testing.T, label string, before, after *spectra.Decomposition) {
	t.Helper()
	certificates := before.Certificates()
	in, out := nearest(before, after, In), nearest(before, after, Out)
	for i := range before.Sigma {
		cosine := math.Min(in[i], out[i])
		c.all++
		if certificates[i].Stable {
			c.stable++
		}
		if cosine >= movedCosine {
			continue
		}
		c.moved++
		if certificates[i].Stable {
			c.movedStable++
			t.Errorf("%s: direction %d is marked stable (%+v) and turned by cos %v", label, i, certificates[i], cosine)
		}
	}
}

// nearest returns, for each direction of a, the largest |cos| with those of b
// about its place.
func nearest(a, b *spectra.Decomposition, s Side) []float64 {
	const reach = 8 // places: far more than rounding moves a value
	top := make([]float64, len(a.Sigma))
	for j := range b.Sigma {
		v := column(b, s, j)
		for i := max(j-reach, 0); i < min(j+reach+1, len(top)); i++ {
			top[i] = math.Max(top[i], math.Abs(inner(column(a, s, i), v)))
		}
	}
	return top
}

// Storing a model in bfloat16 turns no direction that is marked stable, over
// all matrices of the checkpoints, heads and circuits included.
func TestRoundingToBF16(t *testing.T) {
	const large = "gpt2-small-partial" // a minute and a half, with 0 of 1111 directions that turn marked stable: some of its matrices
	paths := map[string]string{"shakespeare-gpt2": filepath.Join(fixtures.Dir(), "shakespeare-gpt2")}
	for _, name := range []string{"tinystories-656k", large} {
		if p, ok := fixtures.Shared("data", name); ok && (name != large || everyMatrix == 1) {
			paths[name] = p
		}
	}
	for name, path := range paths {
		m, err := loader.Open(path, loader.Options{SkipHash: true})
		if err != nil {
			t.Fatal(err)
		}
		defer m.Close()
		var c rounding
		step := everyMatrix
		if name == large {
			step = 25
		}
		for i := 0; i < len(m.Matrices); i += step {
			x := &m.Matrices[i]
			c.compare(t, x.Label, wholeOf(t, x, true), wholeOf(t, x, false))
		}
		t.Logf("%s: of %d directions %d are marked stable; %d turn, %d of them marked stable", name, c.all, c.stable, c.moved, c.movedStable)
		if 2*c.movedStable > c.moved {
			t.Errorf("%s: of %d directions that turn, %d were marked stable", name, c.moved, c.movedStable)
		}
		// The numbers of tinystories are those of bfloat16 as they are stored.
		if c.stable == 0 || c.moved == 0 && name != "tinystories-656k" {
			t.Errorf("%s: %+v shows nothing", name, c)
		}
	}
}

// Under grouped-query attention, values of every circuit equal those of the
// dense product in LAPACK.
func TestGroupedCircuits(t *testing.T) {
	path, ok := fixtures.Shared("data", "tinystories-656k")
	if !ok {
		t.Skip("no shared data")
	}
	reference, _ := fixtures.Shared("reference", "tinystories-656k.json")
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]struct{ Sigma []float64 }
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	m, err := loader.Open(path, loader.Options{SkipHash: true})
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r := reader(t, m, Raw)
	seen := 0
	for i := range m.Matrices {
		x := &m.Matrices[i]
		if x.Kind != loader.Product {
			continue
		}
		seen++
		d := decompose(t, r, x, 20).Decomposition
		const tolerance = 1e-12 // over σ₁: float64 on both sides
		for k, s := range want[x.Label].Sigma {
			if !(math.Abs(d.Sigma[k]-s) <= tolerance*d.Sigma[0]) {
				t.Errorf("%s: σ[%d] = %v, want %v", x.Label, k, d.Sigma[k], s)
			}
		}
		if len(want[x.Label].Sigma) != len(d.Sigma) || !(d.Residual <= tolerance) || !(d.Orthogonality <= tolerance) {
			t.Errorf("%s: %d values, residual %g, orthogonality %g", x.Label, len(d.Sigma), d.Residual, d.Orthogonality)
		}
	}
	if seen != 32 { // 2 layers of 8 heads, OV and QK
		t.Errorf("%d circuits", seen)
	}
}
