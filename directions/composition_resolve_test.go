package directions

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
)

// resolveTolerance is for shares of some hundred products of numbers near 1.
const resolveTolerance = 1e-10

// meeting returns heads of which L0.H1 writes, by its singular component 2
// alone, what the keys of L1.H3 read, and those of L1.H2 too.
func meeting(t *testing.T) []Head {
	t.Helper()
	heads := attention{layers: 2, count: 4, group: 1, d: 96, width: 6, decay: 0.8}.random()
	var svd mat.SVD
	if !svd.Factorize(times(heads[1].V, heads[1].O), mat.SVDThin) {
		t.Fatal("no SVD")
	}
	var out mat.Dense
	svd.VTo(&out)
	for head, scale := range map[int]float64{7: 40, 6: 30} { // over the others' norm of about 10
		k := dense(heads[head].K)
		for i := range 96 {
			k.Set(i, 0, k.At(i, 0)+scale*out.At(i, 2))
		}
		heads[head].K = linalg.Dense(k)
	}
	return heads
}

// TestResolvedDense compares the shares of every component with those of the
// d_model × d_model matrices.
func TestResolvedDense(t *testing.T) {
	heads := meeting(t)
	seen := 0
	for _, c := range Compositions(heads, CompositionOptions{Resolve: 3, Components: 6}) {
		if c.Components == nil {
			continue
		}
		seen++
		from, to := heads[c.From.Head], heads[4+c.To.Head]
		b := times(to.V, to.O)
		switch c.Kind {
		case QComposition:
			b = times(to.Q, linalg.Transpose(to.K))
		case KComposition:
			b = times(to.K, linalg.Transpose(to.Q))
		}
		a := times(from.V, from.O)
		var svd mat.SVD
		if !svd.Factorize(a, mat.SVDThin) {
			t.Fatal("no SVD")
		}
		var out, ab mat.Dense
		svd.VTo(&out)
		ab.Mul(a, b)
		whole, energy := square(mat.Norm(&ab, 2)), square(mat.Norm(a, 2))
		var sum float64
		for i, x := range c.Components {
			var y mat.Dense
			y.Mul(out.ColView(x.Index).T(), b)
			sigma := svd.Values(nil)[x.Index]
			if want := square(sigma * mat.Norm(&y, 2)); !(math.Abs(x.Share*whole-want) <= resolveTolerance*whole) {
				t.Errorf("%v → %v %s, component %d: share %v, want %v", c.From, c.To, c.Kind, x.Index, x.Share, want/whole)
			}
			if !(math.Abs(x.Energy-sigma*sigma/energy) <= resolveTolerance) {
				t.Errorf("component %d has energy %v, want %v", x.Index, x.Energy, sigma*sigma/energy)
			}
			if sum += x.Share; i > 0 && x.Share > c.Components[i-1].Share {
				t.Errorf("share %v stands behind %v", x.Share, c.Components[i-1].Share)
			}
		}
		if !(math.Abs(sum-1) <= resolveTolerance) { // 6 is the rank
			t.Errorf("the shares of all add up to %v", sum)
		}
	}
	if seen == 0 {
		t.Error("no pair was resolved")
	}
}

func square(x float64) float64 { return x * x }

// TestResolvedPlanted: the component through which two heads meet carries their
// composition, far above its share of the energy; only pairs that stand out are
// resolved, and no more of a kind than asked for.
func TestResolvedPlanted(t *testing.T) {
	heads := meeting(t)
	for most, want := range map[int]int{0: 0, 1: 1, 9: 2} {
		found := 0
		for _, c := range Compositions(heads, CompositionOptions{Kinds: []Kind{KComposition}, Resolve: most, Components: 2}) {
			if c.Components == nil {
				continue
			}
			found++
			if c.From != (HeadID{0, 1}) || most == 1 && c.To != (HeadID{1, 3}) || len(c.Components) != 2 {
				t.Fatalf("%v → %v has %d components", c.From, c.To, len(c.Components))
			}
			if x := c.Components[0]; x.Index != 2 || x.Share < 0.9 || x.Energy > 0.3 {
				t.Errorf("leading component %+v, want that of index 2", x)
			}
		}
		if found != want {
			t.Errorf("of at most %d pairs %d are resolved", most, found)
		}
	}
	for _, c := range Compositions(attention{layers: 2, count: 4, group: 1, d: 96, width: 6}.random(), CompositionOptions{Resolve: 100}) {
		if c.Components != nil {
			t.Errorf("random heads: %v → %v with z %v is resolved", c.From, c.To, c.Z)
		}
	}
}
