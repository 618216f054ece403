package report

import (
	"fmt"
	"math"

	"wspec/report/ink"
)

// noiseBand returns the band of noise of the shapes and norms of ms, nil where
// one of them has none: of several matrices the least band that holds all.
func (v *plotView) noiseBand(ms []*Matrix) *ink.Band {
	out := ink.Band{Label: "95 % of noise of the same shapes and norms"}
	for _, m := range ms {
		if v.doc == nil {
			return nil
		}
		b := v.doc.band(m)
		if b == nil || v.o.Share && len(b.Mean) != len(ms[0].Sigma) {
			return nil
		}
		if len(ms) == 1 {
			out.Mean = floats(b.Mean)
			out.Label = "95 % of noise of its shape and norm"
		}
		out.Low, out.High = envelope(out.Low, floats(b.Low), math.Min), envelope(out.High, floats(b.High), math.Max)
	}
	out.X = v.o.places(len(out.High))
	return &out
}

// envelope takes each element of both lists by choose; the longer one ends alone.
func envelope(a, b []float64, choose func(x, y float64) float64) []float64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	for i, y := range b {
		a[i] = choose(a[i], y)
	}
	return a
}

// high returns the upper end of a band that may be nil.
func high(b *ink.Band) []float64 {
	if b == nil {
		return nil
	}
	return b.High
}

// noiseNote is what a caption says of a band.
func (v *plotView) noiseNote(b *ink.Band) string {
	if b == nil {
		return ""
	}
	draws := 0
	for _, n := range v.doc.Nulls {
		draws = max(draws, n.Draws)
	}
	return fmt.Sprintf("The grey band holds 95 %% of %d draws of Gaussian noise of the same shape and Frobenius norm (of products: a product of noise), index by index.", draws)
}

// signalLabel stands with the dots of [markSignal].
const signalLabel = "last σ that noise does not explain"

// markSignal sets a dot on the last σ of each line that noise does not explain.
func (o *PlotOptions) markSignal(p *ink.Panel, ms []*Matrix) {
	for i, m := range ms {
		if m.Signal == nil || m.Signal.Rank < 1 || m.Signal.Rank > len(m.Sigma) {
			continue
		}
		k := m.Signal.Rank
		p.Lines = append(p.Lines, ink.Series{
			Label: signalLabel, X: o.places(len(m.Sigma))[k-1 : k], Y: []float64{float64(m.Sigma[k-1])},
			Paint: p.Lines[i].Paint, Marker: 1, Points: true,
		})
	}
}

// addEdges draws what the largest and the smallest σ of noise reach, where the
// axis shows it.
func addEdges(p *ink.Panel, m *Matrix) {
	if m.Signal == nil {
		return
	}
	for _, e := range []ink.Rule{
		{At: float64(m.Signal.Edge), Label: fmt.Sprintf("edge of noise: %d σ over it at q ≤ %g", m.Signal.Rank, significant)},
		{At: float64(m.Signal.LowEdge), Label: fmt.Sprintf("lower edge of noise: %d σ under it", m.Signal.Low)},
	} {
		if e.At >= p.Y.Min && e.At <= p.Y.Max {
			p.Rules = append(p.Rules, e)
		}
	}
}

// sight is how far below the data, as a part of its span, a floor still
// belongs in the picture.
const sight = 0.5

// addFloors draws the levels under which σ carries no information, of several
// matrices the highest, where they are near enough to matter, and makes room for
// them.
func addFloors(p *ink.Panel, ms []*Matrix) {
	dtype, method := math.Inf(-1), math.Inf(-1)
	for _, m := range ms {
		dtype, method = math.Max(dtype, float64(m.Floor.DType)), math.Max(method, float64(m.Floor.Method))
	}
	if p.Y.Kind != ink.Log { // floors lie on the axis
		return
	}
	lo, hi := math.Log10(p.Y.Min), math.Log10(p.Y.Max)
	foot := lo
	for _, f := range []ink.Rule{
		{At: dtype, Label: "rounding to " + ink.Printable(ms[0].DType)},
		{At: method, Label: "error of the method"},
	} {
		at := math.Log10(f.At)
		if !(at >= lo-sight*(hi-lo)) || !(at <= hi) {
			continue
		}
		p.Rules = append(p.Rules, f)
		foot = min(foot, at-0.05*(hi-lo))
	}
	if foot < lo {
		p.Y = ink.PowerAxis(p.Y.Label, foot, hi)
	}
}
