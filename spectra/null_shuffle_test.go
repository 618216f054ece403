package spectra_test

import (
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

func shuffledNull(t *testing.T, w spectra.Source, n spectra.NullOptions, threads int) *spectra.Null {
	t.Helper()
	null, err := spectra.Shuffled(w, values(t, w), n, spectra.Options{Threads: threads})
	if err != nil {
		t.Fatal(err)
	}
	return null
}

// Entries with a heavy tail are far from Gaussian noise and no different from
// themselves in another order; an arrangement is, whatever its entries.
func TestShuffledTellsEntriesFromArrangement(t *testing.T) {
	const n = 60
	rng := spectra.Stream(4, "heavy")
	heavy, arranged := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			heavy.Set(i, j, math.Pow(rng.NormFloat64(), 5))
		}
	}
	arranged.Copy(heavy)
	slices.Sort(arranged.RawMatrix().Data)
	w := stored{linalg.Dense(heavy), epsilonF32}
	null := shuffledNull(t, w, spectra.NullOptions{}, 1)
	if null.Kind != spectra.NullShuffle || null.Draws != spectra.ShuffleDraws {
		t.Errorf("%d draws of kind %q", null.Draws, null.Kind)
	}
	for name, v := range null.Values {
		if math.Abs(v.Z) > 4 { // 20 draws: Student's law of 19 degrees, 1 in 1300
			t.Errorf("heavy entries: %s has z %v", name, v.Z)
		}
	}
	if z := nullOf(t, values(t, w), spectra.NullOptions{}).Values["effective_rank_energy"].Z; !(z < -10) {
		t.Errorf("heavy entries against Gaussian ones: effective_rank_energy has z %v", z)
	}
	if z := shuffledNull(t, linalg.Dense(arranged), spectra.NullOptions{}, 1).Values["effective_rank"].Z; !(z < -4) {
		t.Errorf("sorted entries: effective_rank has z %v", z)
	}
}

// Draws depend on the seed alone, and leave the matrix as it was.
func TestShuffledSeed(t *testing.T) {
	rng := spectra.Stream(1, "shuffled")
	dense := spectra.Gaussian(40, 25, rng)
	before := mat.DenseCopyOf(dense)
	w := linalg.Dense(dense)
	a, b := shuffledNull(t, w, spectra.NullOptions{Draws: 5}, 1), shuffledNull(t, w, spectra.NullOptions{Draws: 5}, 3)
	if a.Draws != 5 || !sameNull(a, b) {
		t.Errorf("one thread %+v, three %+v", a, b)
	}
	if sameNull(a, shuffledNull(t, w, spectra.NullOptions{Draws: 5, Seed: 1}, 1)) {
		t.Error("two seeds draw the same")
	}
	if !mat.Equal(dense, before) {
		t.Error("the matrix was changed")
	}
	// In any order the entries have the same norm: that of 1 × n is all there is.
	row := shuffledNull(t, linalg.Dense(mat.NewDense(1, 9, before.RawMatrix().Data[:9])), spectra.NullOptions{}, 1)
	if v := row.Values["spectral_norm"]; v.SD != 0 || !math.IsNaN(v.Z) {
		t.Errorf("the norm of a row: %+v", v)
	}
	for _, none := range []*mat.Dense{{}, mat.NewDense(2, 3, nil)} {
		if null := shuffledNull(t, linalg.Dense(none), spectra.NullOptions{}, 1); null != nil {
			t.Errorf("nothing to shuffle: %+v", null)
		}
	}
}
