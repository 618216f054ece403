package report

import (
	"cmp"
	"slices"

	"wspec/loader"
	"wspec/spectra"
)

// kept says what a matrix that reads residual keeps of each token; nil where
// there is nothing to say.
func (m *mapper) kept(x *loader.Matrix, d *spectra.Decomposition, o spectra.Options) (*Kept, error) {
	if m.tokens == nil || x.In != loader.Residual || spectra.FourSubspaces(d.Spectrum).Read == 0 {
		return nil, nil
	}
	all, err := spectra.KeepInputs(m.tokens.points, d, m.o.Seed, o)
	if err != nil {
		return nil, err
	}
	var gains []Gain
	var tests pending
	for id, g := range all.Gain {
		if !m.skip[m.tokens.name][id] && Number(g).Defined() {
			gains = append(gains, Gain{ID: id, Gain: Number(g), P: Number(all.P[id]), Q: Undefined()})
		}
	}
	for i := range gains {
		tests.add(gains[i].P, &gains[i].Q)
	}
	tests.judge()
	k := &Kept{Tokens: len(gains), Chance: Number(all.Null.Mean()), SD: Number(all.Null.SD()), Most: []Gain{}, Least: []Gain{}}
	slices.SortFunc(gains, func(a, b Gain) int { return cmp.Or(cmp.Compare(b.Gain, a.Gain), cmp.Compare(a.ID, b.ID)) })
	k.count(gains)
	k.Histogram = histogramOf(gains, all.Null)
	n := min(m.o.tokens(), len(gains))
	for i := range n {
		k.Most = append(k.Most, m.named(gains[i]))
		k.Least = append(k.Least, m.named(gains[len(gains)-1-i]))
	}
	return k, nil
}

func (m *mapper) named(g Gain) Gain {
	g.Token = m.vocab.Token(g.ID).Text
	return g
}

// count sets the mean and how many tokens are far from chance.
func (k *Kept) count(gains []Gain) {
	var sum float64
	for _, g := range gains {
		sum += float64(g.Gain)
		switch {
		case !(g.Q <= significant):
		case g.Gain > k.Chance:
			k.Preserved++
		default:
			k.Deleted++
		}
	}
	k.Mean = Number(sum / float64(len(gains)))
}

// histogramBins are enough to see the shape on a narrow panel.
const histogramBins = 32

// histogramOf counts gains, descending, over the range that they and the bulk of
// the null take.
func histogramOf(gains []Gain, null *spectra.NullSample) Histogram {
	if len(gains) == 0 {
		return Histogram{Low: Undefined(), High: Undefined(), Counts: []int{}, Chance: []Number{}}
	}
	const bulk = 4 // standard deviations
	low := max(0, min(float64(gains[len(gains)-1].Gain), null.Mean()-bulk*null.SD()))
	high := min(1, max(float64(gains[0].Gain), null.Mean()+bulk*null.SD()))
	if !(high > low) {
		high = low + 1e-9 // every token alike, and chance too: one bin
	}
	h := Histogram{Low: Number(low), High: Number(high), Counts: make([]int, histogramBins)}
	width := (high - low) / histogramBins
	for _, g := range gains {
		h.Counts[min(max(int((float64(g.Gain)-low)/width), 0), histogramBins-1)]++
	}
	for i := range histogramBins {
		from, to := low+float64(i)*width, low+float64(i+1)*width
		h.Chance = append(h.Chance, rounded(Number(float64(len(gains))*(null.P(from)-null.P(to))), nullDigits))
	}
	return h
}
