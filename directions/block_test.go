package directions

import (
	"math"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/spectra"
)

// leverageTolerance bounds the error of a leverage, as of a score.
const leverageTolerance = 2e-6

// pair is a model whose W_in has two directions of one σ, turned by an angle
// within their plane, and a weaker third; its second result is the plane.
func pair(angle float64) (tiny, [2][]float64) {
	a, b, c := unit(dModel, 91), unit(dModel, 92), unit(dModel, 93)
	b = orthogonal(b, a)
	c = orthogonal(orthogonal(c, a), b)
	e := [3][]float64{make([]float64, dMLP), make([]float64, dMLP), make([]float64, dMLP)}
	for i := range e {
		e[i][2*i] = 1
	}
	y := untied()
	cos, sin := math.Cos(angle), math.Sin(angle)
	p, q := mix(cos, a, sin, b), mix(-sin, a, cos, b)
	// A trace of difference, under ten times the rounding to F32 (7e-8 here), makes
	// the axes p and q, more or less.
	y.matrices["W_in"] = outer(5+3e-7, p, e[0]).plus(outer(5, q, e[1])).plus(outer(1, c, e[2]))
	return y, [2][]float64{a, b}
}

func mix(s float64, x []float64, t float64, y []float64) []float64 {
	z := make([]float64, len(x))
	for i := range z {
		z[i] = s*x[i] + t*y[i]
	}
	return z
}

func orthogonal(x, to []float64) []float64 { return normalised(mix(1, x, -inner(x, to), to)) }

// Two directions of one σ are one block; its readout is that of the plane,
// however the axes lie in it, while the axes' own readouts turn with them.
func TestPairIsBlock(t *testing.T) {
	var first *Readings
	for _, angle := range []float64{0, 0.6, 1.3} {
		y, plane := pair(angle)
		got := read(t, reader(t, y.open(t), Raw), "L0.W_in", 3, ReadOptions{Tokens: 6})
		d := got.Directions
		if d[0].Certificate.Block != [2]int{0, 1} || d[1].Certificate.Stable || !d[2].Certificate.Stable {
			t.Fatalf("certificates %+v %+v %+v", d[0].Certificate, d[1].Certificate, d[2].Certificate)
		}
		if len(got.Blocks) != 1 || !got.Blocks[0].Complete || got.Blocks[0].Len() != 2 {
			t.Fatalf("blocks %+v", got.Blocks)
		}
		checkPlane(t, y.matrices["W_E"], plane, got.Blocks[0].In)
		if first == nil {
			first = got
			continue
		}
		sameLeverages(t, got.Blocks[0].In, first.Blocks[0].In)
		if reflect.DeepEqual(ids(d[0].In.Positive), ids(first.Directions[0].In.Positive)) {
			t.Errorf("turning the axes by %v does not change what one of them says", angle)
		}
	}
}

func ids(l []Scored) []int {
	var all []int
	for _, x := range l {
		all = append(all, x.ID)
	}
	return all
}

// checkPlane compares with leverages computed from the planted plane.
func checkPlane(t *testing.T, e entries, plane [2][]float64, got []Leverage) {
	t.Helper()
	if len(got) != 6 {
		t.Fatalf("%d tokens", len(got))
	}
	leverage := func(id int) float64 {
		x := normalised(e.row(id, dModel))
		return math.Hypot(inner(x, plane[0]), inner(x, plane[1]))
	}
	for i, x := range got {
		if w := leverage(x.ID); !(math.Abs(x.Leverage-w) <= leverageTolerance) || !(math.Abs(x.Excess-(w-math.Sqrt(2./dModel))) <= leverageTolerance) {
			t.Errorf("token %d: %+v, want leverage %v", x.ID, x, w)
		}
		if i > 0 && x.Leverage > got[i-1].Leverage {
			t.Errorf("leverages are not in order: %v", got)
		}
	}
	for id := range nVocab {
		if leverage(id) > got[5].Leverage+leverageTolerance && got[5].ID != id {
			found := false
			for _, x := range got {
				found = found || x.ID == id
			}
			if !found {
				t.Errorf("token %d has leverage %v and is not listed", id, leverage(id))
			}
		}
	}
}

func sameLeverages(t *testing.T, a, b []Leverage) {
	t.Helper()
	for i := range a {
		if a[i].ID != b[i].ID || !(math.Abs(a[i].Leverage-b[i].Leverage) <= leverageTolerance) {
			t.Errorf("leverage %d: %+v and %+v", i, a[i], b[i])
		}
	}
}

// Rotating the basis of any block that was found, on both sides, changes no
// leverage: also those of neurons.
func TestRotationInsideBlock(t *testing.T) {
	y, _ := pair(0.2)
	r := reader(t, y.open(t), Raw)
	x := decompose(t, r, matrix(t, r.model, "L0.W_in"), 3)
	before, err := r.Read([]Item{x}, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	turned := *x.Decomposition
	turned.In, turned.Out = rotated(turned.In, 0.7), rotated(turned.Out, 0.7)
	after, err := r.Read([]Item{{x.Matrix, &turned}}, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	sameLeverages(t, after[0].Blocks[0].In, before[0].Blocks[0].In)
	for i, l := range after[0].Blocks[0].Out[:2] {
		if !(math.Abs(l.Leverage-1) <= leverageTolerance) || l.ID != 2*i || !(math.Abs(l.Excess-(1-math.Sqrt(2./dMLP))) <= leverageTolerance) {
			t.Errorf("neuron %d: %+v", i, l)
		}
	}
	if reflect.DeepEqual(after[0].Directions[0].Out.Positive, before[0].Directions[0].Out.Positive) {
		t.Error("the rotation did not turn the axes")
	}
}

// rotated turns the first two columns into each other.
func rotated(m *mat.Dense, angle float64) *mat.Dense {
	out := mat.DenseCopyOf(m)
	rows, _ := m.Dims()
	c, s := math.Cos(angle), math.Sin(angle)
	for i := range rows {
		out.Set(i, 0, c*m.At(i, 0)+s*m.At(i, 1))
		out.Set(i, 1, -s*m.At(i, 0)+c*m.At(i, 1))
	}
	return out
}

// A block of which only a part was decomposed is said to be so, and not read.
func TestCutBlock(t *testing.T) {
	y, _ := pair(0)
	for _, q := range []spectra.Request{{Top: 1}, {Bottom: dMLP - 1}, {Top: 1, Bottom: dMLP - 2}} {
		r := reader(t, y.open(t), Raw)
		m := matrix(t, r.model, "L0.W_in")
		d, err := r.Decompose(m, q, spectra.Options{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := r.Read([]Item{{m, d}}, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b := all[0].Blocks[0]
		if b.First != 0 || b.Last != 1 || b.Complete || b.In != nil || b.Out != nil {
			t.Errorf("%+v: %+v", q, b)
		}
	}
}
