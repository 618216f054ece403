package report

import (
	"fmt"
	"math"

	"wspec/report/ink"
)

// noiseBand returns the band of noise of the shapes and norms of ms, nil where
// one of them has none: of several matrices the least band that holds all.
func (v *plotView) noiseBand(ms []*Matrix) *ink.Band {
	var out ink.Band
	for _, m := range ms {
		if v.doc == nil {
			return nil
		}
		b := v.doc.band(m)
		if b == nil {
			return nil
		}
		if len(ms) == 1 {
			out.Mean = floats(b.Mean)
		}
		out.Low, out.High = envelope(out.Low, floats(b.Low), math.Min), envelope(out.High, floats(b.High), math.Max)
	}
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

// noiseWords is what a caption says of a band.
func noiseWords(b *ink.Band, matrices int) string {
	switch {
	case b == nil:
		return ""
	case matrices == 1:
		return "grey: 95 % of noise of its shape and norm"
	}
	return "grey: 95 % of such noise"
}

// markSignal sets a dot on the last σ of each line that noise does not explain,
// and returns the words for a caption, "" where there is none.
func markSignal(p *ink.Panel, ms []*Matrix) string {
	words := ""
	for i, m := range ms {
		if m.Signal == nil || m.Signal.Rank < 1 || m.Signal.Rank > len(m.Sigma) {
			continue
		}
		k := m.Signal.Rank
		p.Lines = append(p.Lines, ink.Series{X: []float64{float64(k)}, Y: []float64{float64(m.Sigma[k-1])}, Color: p.Lines[i].Color, Marker: ink.Markers()[0]})
		words = "dots: last σ over noise"
	}
	return words
}

// addEdges draws what the largest and the smallest σ of noise reach, where the
// axis shows it.
func addEdges(p *ink.Panel, m *Matrix) {
	if m.Signal == nil {
		return
	}
	for _, e := range []ink.Rule{
		{Y: float64(m.Signal.Edge), Label: fmt.Sprintf("edge of noise: %d σ over it at q ≤ %g", m.Signal.Rank, significant), Right: true, Above: true},
		{Y: float64(m.Signal.LowEdge), Label: fmt.Sprintf("lower edge of noise: %d σ under it", m.Signal.Low)},
	} {
		if e.Y >= p.Y.Min && e.Y <= p.Y.Max {
			p.Rules = append(p.Rules, e)
		}
	}
}
