package report

// pageMap is a LinearMap: numbers of one kind stand in one list, as linearmap.js
// names them.
type pageMap struct {
	Dimensions []Number      `json:"dims"` // read, lost, written, out of reach, amplification, condition
	Reason     string        `json:"reason,omitempty"`
	Rotation   *pageRotation `json:"rotation,omitempty"`
	In         *pageAxes     `json:"in,omitempty"`
	Out        *pageAxes     `json:"out,omitempty"`
	Neurons    []Number      `json:"neurons,omitempty"` // index, neuron, cosine, chance, p, q by turns
	Kept       *pageKept     `json:"kept,omitempty"`
}

type pageRotation struct {
	Cosines []Number `json:"cosines"`
	Facts   []Number `json:"facts"` // distance, z, trace, z of trace, within
	Nearest []Number `json:"perm,omitempty"`
	Plane   []Number `json:"plane"` // row by row
}

type pageAxes struct {
	Space string   `json:"space"`
	Facts []Number `json:"facts"` // mean, chance, sd, z
	List  []Number `json:"list"`  // index, kurtosis, axes, peak, at, p, q by turns
}

type pageKept struct {
	Facts     []Number `json:"facts"` // tokens, mean, chance, sd, preserved, deleted, low, high
	Counts    []int    `json:"counts"`
	Chance    []Number `json:"chance"`
	Preserved []Number `json:"most"` // id, gain, q by turns
	Deleted   []Number `json:"least"`
}

// linearMap returns what the page shows of a matrix's map.
func (p *directionPacker) linearMap(m *LinearMap, model int) *pageMap {
	if m == nil {
		return nil
	}
	n := m.Dimensions
	out := &pageMap{
		Dimensions: few(Number(n.Read), Number(n.Lost), Number(n.Written), Number(n.OutOfReach), n.Amplification, n.Condition),
		Reason:     Safe(n.Reason), In: packAxes(m.In), Out: packAxes(m.Out), Rotation: packRotation(m.Rotation),
	}
	for _, x := range m.Neurons {
		out.Neurons = append(out.Neurons, few(Number(x.Index), Number(x.Neuron), x.Cosine, x.Chance, x.P, x.Q)...)
	}
	if k := m.Kept; k != nil {
		out.Kept = &pageKept{
			Facts:  few(Number(k.Tokens), k.Mean, k.Chance, k.SD, Number(k.Preserved), Number(k.Deleted), k.Histogram.Low, k.Histogram.High),
			Counts: k.Histogram.Counts, Chance: k.Histogram.Chance, Preserved: p.gains(k.Most, model), Deleted: p.gains(k.Least, model),
		}
	}
	return out
}

func packRotation(r *Rotation) *pageRotation {
	if r == nil {
		return nil
	}
	out := &pageRotation{
		Cosines: each(r.Cosines, fewDigits), Facts: few(r.Distance, r.Z, r.Trace, r.TraceZ, r.Within),
		Plane: few(r.Plane[0][0], r.Plane[0][1], r.Plane[1][0], r.Plane[1][1]),
	}
	if p := r.Permutation; p != nil {
		out.Nearest = few(p.Share, p.Mean, p.SD)
	}
	return out
}

func packAxes(a *Axes) *pageAxes {
	if a == nil {
		return nil
	}
	out := &pageAxes{Space: Safe(a.Space), Facts: few(a.Mean, a.Chance, a.SD, a.Z), List: []Number{}}
	for _, x := range a.Directions {
		out.List = append(out.List, few(Number(x.Index), x.Kurtosis, x.Axes, x.Peak, Number(x.At), x.P, x.Q)...)
	}
	return out
}

// gains lists tokens, and notes their texts.
func (p *directionPacker) gains(list []Gain, model int) []Number {
	out := []Number{}
	for _, g := range list[:min(len(list), p.tokens)] {
		p.name(model, g.ID, g.Token)
		out = append(out, Number(g.ID), fewDigits(g.Gain), fewDigits(g.Q))
	}
	return out
}

// few rounds fractions to what a page shows; whole numbers stay.
func few(list ...Number) []Number { return each(list, fewDigits) }

func fewDigits(n Number) Number {
	if n == Number(int64(n)) {
		return n
	}
	return rounded(n, scoreDigits)
}
