package directions

import (
	"math"

	"wspec/loader"
)

// fill takes the lists of the i-th vector of a scan: the first call sets the
// reading's own.
func (r *Reading) fill(readout Readout, s *scan, i int) {
	unit, y := math.Ldexp(1, -s.exponent), &s.tally[i]
	positive, negative := y.lists[0][0], y.lists[0][1]
	for _, list := range y.lists[0] {
		for i := range list {
			list[i].Score *= unit
		}
	}
	if r.Readout == "" {
		r.Readout, r.Positive, r.Negative = readout, positive, negative
		r.Mean, r.Skew = y.mean*unit, y.skew(s.n)
	} else {
		r.other(List{Readout: readout, Measure: Dot, Positive: first(positive, s.tokens), Negative: first(negative, s.tokens)})
	}
	r.other(List{Readout: readout, Measure: Cosine, Positive: y.lists[1][0], Negative: y.lists[1][1]})
	r.other(List{Readout: readout, Measure: CentredCosine, Positive: y.lists[2][0], Negative: y.lists[2][1]})
}

// other adds a list. The reading's own may be longer.
func (r *Reading) other(l List) {
	own := [2][]Scored{first(r.Positive, len(l.Positive)), first(r.Negative, len(l.Negative))}
	l.Jaccard = jaccard(own, [2][]Scored{l.Positive, l.Negative})
	r.Others = append(r.Others, l)
}

// first returns the first n of a list, or all.
func first(list []Scored, n int) []Scored { return list[:min(n, len(list))] }

// jaccard is the number of tokens that two readouts have in common at the same
// pole over the number that either has; 1 where neither has any.
func jaccard(a, b [2][]Scored) float64 {
	common, all := 0, 0
	for pole := range a {
		ids := map[int]bool{}
		for _, x := range a[pole] {
			ids[x.ID] = true
		}
		all += len(ids)
		for _, x := range b[pole] {
			if ids[x.ID] {
				common++
			} else {
				all++
			}
		}
	}
	if all == 0 {
		return 1
	}
	return float64(common) / float64(all)
}

// coordinates reads a direction by its own components.
func (r *Reading) coordinates(v []float64, tokens int) {
	if r.Space == loader.Position {
		r.Curve = v
	}
	p := newPoles(min(tokens, len(v)))
	var sum, squares, cubes float64
	for i, x := range v {
		sum += x
		if f := float32(x); x > 0 && f > p.high.least {
			p.high.offer(f, i)
		} else if x < 0 && -f > p.low.least {
			p.low.offer(-f, i)
		}
	}
	n := float64(len(v))
	r.Mean = sum / n
	for _, x := range v {
		x -= r.Mean
		squares += x * x
		cubes += x * x * x
	}
	r.Skew = cubes / n / math.Pow(squares/n, 1.5)
	r.Positive, r.Negative = p.lists(1)
	exact(r.Positive, v)
	exact(r.Negative, v)
}

// exact puts the components themselves in place of what they were ranked by.
func exact(list []Scored, v []float64) {
	for i := range list {
		list[i].Score = v[list[i].ID]
	}
}
