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
	// Squares and Cubes grow by Σ(x−Mean)² and Σ(x−Mean)³.
	Squares, Cubes float64

	hits   [3 * 2 * words]uint64
	bounds [8]float32
	sums   [2]float64
}

const words = ScreenMost / 64

// Hits has a bit for each score that may be at most the lower bound of a measure,
// pole 0, or at least the upper one, pole 1; and for each of which that is not
// known.
func (s *Screen) Hits(measure, pole int) []uint64 {
	return s.hits[(2*measure+pole)*words:][:words]
}

// Run screens at most [ScreenMost] scores; reach, f and g are at least as long
// as x.
func (s *Screen) Run(x, reach, f, g []float32) { s.run(best.screen, x, reach, f, g) }

// screenFunc is the kernel of a Screen: bounds are the mean, the slack and the
// pairs of bounds, hits those of all measures and poles, sums of squares and of
// cubes.
type screenFunc func(n int, x, reach, f, g, bounds []float32, hits []uint64, sums []float64)

func (s *Screen) run(kernel screenFunc, x, reach, f, g []float32) {
	n := len(x)
	if n > ScreenMost {
		panic("linalg: too many scores for a screen")
	}
	b := &s.Bounds
	s.bounds = [8]float32{s.Mean, s.Slack, b[0][0], b[0][1], b[1][0], b[1][1], b[2][0], b[2][1]}
	s.sums = [2]float64{s.Squares, s.Cubes}
	clear(s.hits[:])
	kernel(n, x, reach[:n], f[:n], g[:n], s.bounds[:], s.hits[:], s.sums[:])
	s.Squares, s.Cubes = s.sums[0], s.sums[1]
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
			if !(v[0] > bounds[2+2*m]) {
				hits[2*m*words+t/64] |= 1 << (t % 64)
			}
			if !(v[1] < bounds[3+2*m]) {
				hits[(2*m+1)*words+t/64] |= 1 << (t % 64)
			}
		}
	}
	for i := range squares {
		sums[0] += float64(squares[i])
		sums[1] += float64(cubes[i])
	}
}
