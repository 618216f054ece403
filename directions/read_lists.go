package directions

import (
	"math"

	"wspec/loader"
)

// fill takes the lists of one table: the first call sets the reading's own.
func (r *Reading) fill(readout Readout, y *tally, t *table) {
	unit := math.Ldexp(1, -t.exponent)
	positive, negative := y.dot.lists(unit)
	if r.Readout == "" {
		r.Readout, r.Positive, r.Negative = readout, positive, negative
		r.Mean, r.Skew = y.mean*unit, y.skew(t.n)
	} else {
		r.other(readout, Dot, positive, negative)
	}
	positive, negative = y.cosine.lists(1)
	r.other(readout, Cosine, positive, negative)
	positive, negative = y.centred.lists(1)
	r.other(readout, CentredCosine, positive, negative)
}

func (r *Reading) other(readout Readout, m Measure, positive, negative []Scored) {
	l := List{Readout: readout, Measure: m, Positive: positive, Negative: negative}
	l.Jaccard = jaccard([2][]Scored{r.Positive, r.Negative}, [2][]Scored{positive, negative})
	r.Others = append(r.Others, l)
}

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
