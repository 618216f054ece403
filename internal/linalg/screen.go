package linalg

// ScreenMost is the number of scores that a [Screen] takes at a time.
const ScreenMost = 256

// Screen finds the few of many scores x that are among the best so far by any
// of three measures: x itself, x·f and (x − Mean)·g, where each score has its f
// and g. Products and differences are rounded to float32 one by one.
type Screen struct {
	Mean float32
	// Bounds are the lower and the upper one of each measure.
	Bounds [3][2]float32
	// Hits has a bit for each score that is less than the lower or greater than
	// the upper bound; a NaN is neither.
	Hits [3][ScreenMost / 64]uint64
	// Squares and Cubes are Σ(x−Mean)² and Σ(x−Mean)³ of the last run.
	Squares, Cubes float64
}

// Run screens at most [ScreenMost] scores; f and g are at least as long as x.
func (s *Screen) Run(x, f, g []float32) { s.run(best.screen, x, f, g) }

// screenFunc is the kernel of a Screen: hits are three times four words, bounds
// the mean and the pairs of bounds. Sums of squares and cubes are in 16 parts each.
type screenFunc func(n int, x, f, g, bounds []float32, hits []uint64, sums []float32)

func (s *Screen) run(kernel screenFunc, x, f, g []float32) {
	n := len(x)
	if n > ScreenMost {
		panic("linalg: too many scores for a screen")
	}
	bounds := [7]float32{s.Mean}
	for m, b := range s.Bounds {
		bounds[1+2*m], bounds[2+2*m] = b[0], b[1]
	}
	const words = ScreenMost / 64
	var hits [3 * words]uint64
	var sums [32]float32
	kernel(n, x, f[:n], g[:n], bounds[:], hits[:], sums[:])
	s.Squares, s.Cubes = 0, 0
	for i := range 16 {
		s.Squares += float64(sums[i])
		s.Cubes += float64(sums[16+i])
	}
	for m := range s.Hits {
		copy(s.Hits[m][:], hits[m*words:])
	}
}

// screenGo is the kernel of a Screen in plain Go.
func screenGo(n int, x, f, g, bounds []float32, hits []uint64, sums []float32) {
	for t, score := range x[:n] {
		centred := score - bounds[0]
		q := float32(centred * centred)
		sums[t%16] += q
		sums[16+t%16] += float32(q * centred)
		for m, v := range [3]float32{score, float32(score * f[t]), float32(centred * g[t])} {
			if v < bounds[1+2*m] || v > bounds[2+2*m] {
				hits[m*ScreenMost/64+t/64] |= 1 << (t % 64)
			}
		}
	}
}
