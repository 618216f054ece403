package directions

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// shareCoordinates scales coordinate j of every token, the rows of e, and of
// every direction, the columns of dirs, by (j + 1)^power.
func shareCoordinates(e, dirs *mat.Dense, power float64) {
	tokens, d := e.Dims()
	for j := range d {
		large := math.Pow(float64(j+1), power)
		for i := range tokens {
			e.Set(i, j, e.At(i, j)*large)
		}
		scale(dirs.RawRowView(j), large)
	}
}

// TestCoherenceSharedCoordinates: a random-init model whose matrices all have the
// same few large coordinates. Random directions alone would call it coherent;
// with its own under new signs, nothing is.
func TestCoherenceSharedCoordinates(t *testing.T) {
	const dims = 48
	e := gaussianRows(1000, dims, 31)
	dirs := spectra.Gaussian(dims, 600, spectra.Stream(32, "directions"))
	shareCoordinates(e, dirs, -0.6)
	s, _ := spaceOf(t, linalg.Dense(e))
	c := judge(t, s, dirs, CoherenceOptions{Directions: 1000})
	var alone []float64
	for _, x := range c {
		alone = append(alone, x.ByDirection)
	}
	t.Logf("%d of %d called, %d by random directions alone", called(pOf(c)), len(c), called(alone))
	if n := called(pOf(c)); n > len(c)/100 || called(alone) < len(c)/5 {
		t.Errorf("%d of %d called coherent, %d by random directions alone: there should be many", n, len(c), called(alone))
	}
}

// TestCoherenceMeaningAmongLargeCoordinates: in such a model, meaning that was
// planted is found still.
func TestCoherenceMeaningAmongLargeCoordinates(t *testing.T) {
	const dims, groups = 64, 6
	e := gaussianRows(1000, dims, 33)
	axes := spectra.Haar(dims, groups, spectra.Stream(34, "axes"))
	dirs := spectra.Gaussian(dims, 206, spectra.Stream(35, "directions"))
	for g := range groups {
		for i := range 12 {
			add(e.RawRowView(150*g+7*i), 0.02*8, mat.Col(nil, g, axes))
		}
		dirs.SetCol(g, mat.Col(nil, g, axes))
	}
	shareCoordinates(e, dirs, -0.3)
	s, _ := spaceOf(t, linalg.Dense(e))
	p := pOf(judge(t, s, dirs, CoherenceOptions{}))
	for g, q := range spectra.BenjaminiHochberg(p)[:groups] {
		if !(q <= 0.05) {
			t.Errorf("group %d: q %v", g, q)
		}
	}
	if n := called(p); n > groups+2 { // one in twenty of those called may be false
		t.Errorf("%d called coherent, %d planted", n, groups)
	}
}

// The sample does not depend on the order in which a model is read, and what is
// drawn from it has the coordinates of its directions but for their signs.
func TestOwnDirections(t *testing.T) {
	const d, n = 70, mostOwn + 300
	dirs := spectra.Gaussian(d, n, spectra.Stream(36, "own"))
	offer := func(o *OwnDirections, i int) {
		o.Offer(fmt.Sprint(i), func() []float64 { return mat.Col(nil, i, dirs) })
	}
	forward, backward := NewOwnDirections(5), NewOwnDirections(5)
	for i := range n {
		offer(forward, i)
		offer(backward, n-1-i)
	}
	a, b := forward.drawn(mostOwn+7), backward.drawn(mostOwn+7)
	if !mat.Equal(a, b) {
		t.Error("the order of the directions shows")
	}
	if len(forward.kept) != mostOwn {
		t.Errorf("%d kept", len(forward.kept))
	}
	again := 0
	for i := range mostOwn + 7 {
		from := forward.kept[i%mostOwn].vector
		got := mat.Col(nil, i, a)
		for j := range got {
			if math.Abs(got[j]) != math.Abs(from[j]) {
				t.Fatalf("draw %d: coordinate %d is %v, of %v", i, j, got[j], from[j])
			}
			if got[j] == from[j] {
				again++
			}
		}
		if i >= mostOwn && slices.Equal(got, mat.Col(nil, i-mostOwn, a)) {
			t.Errorf("draw %d repeats the signs of draw %d", i, i-mostOwn)
		}
	}
	// Six standard deviations of as many throws of a coin.
	if throws := float64(d * (mostOwn + 7)); !(math.Abs(float64(again)-throws/2) <= 3*math.Sqrt(throws)) {
		t.Errorf("%d of %.0f signs kept", again, throws)
	}
	if NewOwnDirections(1).drawn(3) != nil {
		t.Error("drew from nothing")
	}
}
