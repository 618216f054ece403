package spectra

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Rotation says how a map of a space of n dimensions to itself, W =
// In·diag(σ)·Outᵀ, turns what it reads. Its polar form is W = Q·S with
// Q = In·Outᵀ orthogonal on what W reads, and S = Out·diag(σ)·Outᵀ a pure stretch.
// Only directions above the floor count: of the others In and Out are chance.
type Rotation struct {
	// Cosine holds inᵢ·outᵢ of each direction counted, in [−1, 1]: 1 is kept, −1
	// turned round. A random map has mean 0 and standard deviation 1/√n. Inside a
	// block (see Certificate) only their sum is defined.
	Cosine []float64
	// Distance of Q from I on what W reads, ‖Out − In‖_F/(2√r) = √((1 − mean
	// Cosine)/2), r directions being counted: 0 for a stretch, near √½ for a random
	// map, 1 for −I. Z is how many standard deviations nearer than a random map's:
	// the sum of Cosine of r random directions has mean 0 and variance r/n.
	Distance, Z float64
	// Trace is tr W/Σσ, in [−1, 1], of the directions counted: the same with each
	// direction as heavy as its σ. TraceZ as Z: the variance of tr W is Σσ²/n.
	Trace, TraceZ float64
}

// Rotate returns the rotation of a square matrix, as far as its directions were
// found; all numbers but Cosine are NaN where none is above the floor. The error is
// mat.ErrShape (wrapped) if d is not of a square matrix.
func Rotate(d *Decomposition) (*Rotation, error) {
	if d.Rows != d.Cols {
		return nil, fmt.Errorf("spectra: rotation of %d×%d: %w", d.Rows, d.Cols, mat.ErrShape)
	}
	r := &Rotation{Cosine: []float64{}}
	var sum, sigmas, squares float64
	for i := range d.counted() {
		s, c := d.Sigma[d.Index[i]]/d.Sigma[0], mat.Dot(d.In.ColView(i), d.Out.ColView(i))
		r.Cosine = append(r.Cosine, c)
		sum, r.Trace = sum+c, r.Trace+s*c
		sigmas, squares = sigmas+s, squares+s*s
	}
	n, k := float64(d.Rows), float64(len(r.Cosine))
	r.Distance, r.Z = math.Sqrt(max(1-sum/k, 0)/2), sum/math.Sqrt(k/n)
	r.Trace, r.TraceZ = r.Trace/sigmas, r.Trace/math.Sqrt(squares/n)
	return r, nil
}

// counted returns how many of the directions found are above the floor: they
// come first.
func (d *Decomposition) counted() int {
	for i, at := range d.Index {
		if !(d.Sigma[at] > d.Floor.Level()) {
			return i
		}
	}
	return len(d.Index)
}

// Permuted says how near the polar factor Q of a square matrix is to a
// permutation of the coordinates.
type Permuted struct {
	// To holds, for each input coordinate, the output coordinate it goes to in the
	// nearest permutation P: that with the largest ⟨Q, P⟩.
	To []int
	// Share is ⟨Q, P⟩ over the number of directions counted, at most 1: 1 where Q
	// permutes what it reads.
	Share float64
}

// MostPermuted is the largest n for which FindPermutation searches: the search
// takes n³ steps, 0.06 s for 768 and one second for 2048.
const MostPermuted = 2048

// FindPermutation returns the permutation nearest to the polar factor of a
// square matrix, by the assignment of largest sum. PermutationNull is what
// chance gives. The error is mat.ErrShape (wrapped) if d is not of a square
// matrix, or of one with more than MostPermuted rows, or if no direction is
// above the floor.
func FindPermutation(d *Decomposition) (*Permuted, error) {
	n, k := d.Rows, d.counted()
	if n != d.Cols || n > MostPermuted || k == 0 {
		return nil, fmt.Errorf("spectra: permutation of %d×%d of rank %d: %w", n, d.Cols, k, mat.ErrShape)
	}
	p := &Permuted{}
	p.To, p.Share = nearestPermutation(d.In.Slice(0, n, 0, k), d.Out.Slice(0, n, 0, k))
	return p, nil
}

// permutationDraws is enough for a standard deviation to a third; Share of
// random Q varies little, by 1/√n of itself.
const permutationDraws = 6

// PermutationNull returns what Permuted.Share is of n × n matrices with random In
// and Out of rank directions, drawn from seed.
func PermutationNull(n, rank int, seed uint64) *NullSample {
	draws := make([]float64, permutationDraws)
	rng := Stream(seed, fmt.Sprintf("permutation %d %d", n, rank))
	for i := range draws {
		_, draws[i] = nearestPermutation(Haar(n, rank, rng), Haar(n, rank, rng))
	}
	return NewNullSample(draws)
}

func nearestPermutation(in, out mat.Matrix) (to []int, share float64) {
	var q mat.Dense
	q.Mul(in, out.T())
	n, k := in.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = q.RawRowView(i)
	}
	to = assign(rows)
	for i, j := range to {
		share += rows[i][j] / float64(k)
	}
	return to, share
}

// PlaneMap returns what a square matrix does to the plane that it stretches most,
// seen in that plane: row i holds the coordinates of the image of basis vector i,
// as far as it stays in the plane, so a point p goes to p·M. The basis is In's
// first two directions; for a 2 × 2 matrix, whose plane is all there is, the
// coordinate axes, so that M is W. within is the share of the image's energy that stays
// in the plane, of a random map about 2/n. The error is mat.ErrShape
// (wrapped) for fewer than two directions or a matrix that is not square.
func PlaneMap(d *Decomposition) (m [2][2]float64, within float64, err error) {
	if d.Rows != d.Cols || len(d.Index) < 2 || d.Index[1] != 1 {
		return m, 0, fmt.Errorf("spectra: plane of %d×%d with %d directions: %w", d.Rows, d.Cols, len(d.Index), mat.ErrShape)
	}
	basis := mat.Matrix(mat.NewDense(2, 2, []float64{1, 0, 0, 1}))
	in, out := d.In.Slice(0, d.Rows, 0, 2), d.Out.Slice(0, d.Rows, 0, 2)
	if d.Rows > 2 {
		basis = in
	}
	var reads, writes, image mat.Dense
	reads.Mul(basis.T(), in)
	writes.Mul(out.T(), basis)
	reads.Mul(&reads, mat.NewDiagDense(2, d.Sigma[:2]))
	image.Mul(&reads, &writes)
	for i := range m {
		m[i] = [2]float64{image.At(i, 0), image.At(i, 1)}
	}
	all := d.Sigma[0]*d.Sigma[0] + d.Sigma[1]*d.Sigma[1]
	return m, math.Pow(mat.Norm(&image, 2), 2) / all, nil
}
