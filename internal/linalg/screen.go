package linalg

// ScreenMost is the number of scores that a [Screen] takes at a time.
const ScreenMost = 256

// Screen finds the few of many scores x that may be among the best so far by
// any of three measures: x itself, x·f and (x − Mean)·g, where each score has
// its f and g, not negative. A score is known to lie within Slack·reach of x,
// each with its reach. Single operations are rounded to float32.
type Screen struct {
	Mean, Slack float32
	// Bounds are the lower and the upper one of each measure.
	Bounds [3][2]float32
	// Hits has a bit for each score that may be at most the lower or at least the
	// upper bound, and for each of which that is not known.
	Hits [3][ScreenMost / 64]uint64
	// Squares and Cubes grow by Σ(x−Mean)² and Σ(x−Mean)³.
	Squares, Cubes float64
}

// Run screens at most [ScreenMost] scores; reach, f and g are at least as long
// as x.
func (s *Screen) Run(x, reach, f, g []float32) { s.run(best.screen, x, reach, f, g) }

// screenFunc is the kernel of a Screen: hits are three times four words, bounds
// the mean, the slack and the pairs of bounds.
type screenFunc func(n int, x, reach, f, g, bounds []float32, hits []uint64, sums []float64)

func (s *Screen) run(kernel screenFunc, x, reach, f, g []float32) {
	n := len(x)
	if n > ScreenMost {
		panic("linalg: too many scores for a screen")
	}
	bounds := [8]float32{s.Mean, s.Slack}
	for m, b := range s.Bounds {
		bounds[2+2*m], bounds[3+2*m] = b[0], b[1]
	}
	const words = ScreenMost / 64
	var hits [3 * words]uint64
	sums := [2]float64{s.Squares, s.Cubes}
	kernel(n, x, reach[:n], f[:n], g[:n], bounds[:], hits[:], sums[:])
	s.Squares, s.Cubes = sums[0], sums[1]
	for m := range s.Hits {
		copy(s.Hits[m][:], hits[m*words:])
	}
}

// screenGo is the kernel of a Screen in plain Go.
func screenGo(n int, x, reach, f, g, bounds []float32, hits []uint64, sums []float64) {
	mean, slack := bounds[0], bounds[1]
	var squares, cubes [16]float32
	for t, score := range x[:n] {
		centred := score - mean
		q := float32(centred * centred)
		squares[t%16] += q
		cubes[t%16] += float32(q * centred)
		e := float32(slack * reach[t])
		up, down := score+e, score-e
		for m, v := range [3][2]float32{
			{down, up}, {float32(down * f[t]), float32(up * f[t])}, {float32((down - mean) * g[t]), float32((up - mean) * g[t])},
		} {
			if !(v[0] > bounds[2+2*m]) || !(v[1] < bounds[3+2*m]) {
				hits[m*ScreenMost/64+t/64] |= 1 << (t % 64)
			}
		}
	}
	for i := range squares {
		sums[0] += float64(squares[i])
		sums[1] += float64(cubes[i])
	}
}
