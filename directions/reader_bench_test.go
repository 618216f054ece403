package directions

import (
	"math/rand/v2"
	"testing"
	"time"
)

// BenchmarkTake is what the fused top-k costs beside the products: divide by
// the number of scores.
func BenchmarkTake(b *testing.B) {
	const tokens, blocks = 960, 52
	rng := rand.New(rand.NewPCG(1, 2))
	scores, inverse := make([]float32, tokens*blocks), make([]float32, tokens*blocks)
	for i := range scores {
		scores[i], inverse[i] = float32(rng.NormFloat64()), 1+rng.Float32()/10
	}
	least := time.Hour // the best of all runs: other work on the machine only adds
	for b.Loop() {
		start := time.Now()
		y := tally{dot: newPoles(20), cosine: newPoles(20), centred: newPoles(20)}
		for i := 0; i < len(scores); i += tokens {
			y.take(scores[i:i+tokens], i, inverse[i:], inverse[i:])
		}
		least = min(least, time.Since(start))
	}
	b.ReportMetric(float64(least.Nanoseconds())/float64(len(scores)), "ns/score")
}
