package directions

import (
	"cmp"
	"slices"
)

// Pair is a query token and a key token that a direction of W_QK brings
// together.
type Pair struct {
	Query, Key int // token IDs
	// Score is σ·(e_query·in)·(e_key·out), with the Constant of either side added
	// to its factor: what the direction adds to the attention score, before its
	// scale and the norms, in units of that score.
	Score float64
}

// Pairs returns the n pairs of highest score, highest first, among the tokens
// that the direction lists: both at their positive poles, or both at their
// negative ones; of circuits with biases at any. It is meant for directions of W_QK, where In is the query
// side. Of models with rotary positions it is the part without rotation.
func (d *Direction) Pairs(n int) []Pair {
	corners := [][2][]Scored{{d.In.Positive, d.Out.Positive}, {d.In.Negative, d.Out.Negative}}
	if d.In.Constant != 0 || d.Out.Constant != 0 { // a factor need not change its sign between its poles
		corners = append(corners, [2][]Scored{d.In.Positive, d.Out.Negative}, [2][]Scored{d.In.Negative, d.Out.Positive})
	}
	var all []Pair
	for _, poles := range corners {
		// Scores fall along both lists, so the n best are among the first n of each.
		for _, q := range poles[0][:min(n, len(poles[0]))] {
			for _, k := range poles[1][:min(n, len(poles[1]))] {
				all = append(all, Pair{q.ID, k.ID, d.Sigma * (q.Score + d.In.Constant) * (k.Score + d.Out.Constant)})
			}
		}
	}
	slices.SortFunc(all, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Query, b.Query), cmp.Compare(a.Key, b.Key))
	})
	all = slices.Compact(all) // of a small vocabulary a token may stand at both poles
	return all[:min(n, len(all))]
}
