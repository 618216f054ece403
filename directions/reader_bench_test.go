package directions

import (
	"math/rand/v2"
	"testing"
	"time"

	"wspec/internal/linalg"
)

// BenchmarkTake is what choosing the tokens costs beside the products: divide by
// the number of scores.
func BenchmarkTake(b *testing.B) {
	const tokens, blocks = 256, 196
	rng := rand.New(rand.NewPCG(1, 2))
	scores := make([]float32, tokens*blocks)
	s := &scan{table: &table{n: len(scores)}, tally: make([]tally, 1), slack: []float32{0.004}}
	for i := range scores {
		scores[i] = float32(rng.NormFloat64())
		s.reach, s.inverse32 = append(s.reach, 1), append(s.inverse32, 1+rng.Float32()/10)
	}
	s.inverseCentred32 = s.inverse32
	var screen linalg.Screen
	least := time.Hour // the best of all runs: other work on the machine only adds
	for b.Loop() {
		start := time.Now()
		s.tally[0] = tally{dot: newShortPoles(60), cosine: newShortPoles(20), centred: newShortPoles(20)}
		for i := 0; i < len(scores); i += tokens {
			s.take(&screen, 0, scores[i:i+tokens], i)
		}
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least.Nanoseconds())/float64(len(scores)), "ns/score")
}
