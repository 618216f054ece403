package report

import (
	"fmt"

	"wspec/report/ink"
)

// screeCharts draws spectrum and energy of each matrix asked for.
func screeCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	for _, m := range v.matrices {
		if _, energy := energyCurve(m.Sigma); v.asked[m.Label] && energy != nil {
			out = append(out, screeChart(v, m, energy[1:]))
		}
	}
	return out
}

// screeChart sets the energy of the first i singular values under them.
func screeChart(v *plotView, m *Matrix, energy []float64) ink.Chart {
	c := spectrumChart(v, m)
	c.Name, c.Title = "scree-"+m.Label, "Scree of "+inField(m.Label)+fmt.Sprintf(" (%s)", shapeOf(m))
	low := ink.Panel{X: c.Panels[0].X, Y: ink.ShareAxis("energy of the first i, %").Or("energy, %")}
	low.Lines = []ink.Series{{Label: "energy of " + inField(m.Label), X: v.o.places(len(energy)), Y: energy}}
	if v.doc != nil {
		if b := v.doc.band(m); b != nil {
			if _, noise := energyCurve(b.Mean); noise != nil {
				low.Lines = append(low.Lines, ink.Series{Label: energyOfNoise, X: v.o.places(len(noise) - 1), Y: noise[1:], Paint: ink.Muted(), Dotted: true})
			}
		}
	}
	for _, level := range []float64{0.9, 0.95, 0.99} {
		low.Rules = append(low.Rules, ink.Rule{At: level, Label: energyLevels})
	}
	c.Stacked, c.Panels = true, append(c.Panels, low)
	c.Notes = append(c.Notes, "Below: the share of Σσ² in the first i singular values; dotted, that of the mean spectrum of the same noise.")
	if len(low.Lines) > 1 {
		c.Key.Entries = []ink.Series{{Label: inField(m.Label)}, {Label: energyOfNoise, Paint: ink.Muted(), Dotted: true}}
	}
	return c
}

// energyOfNoise names the dotted line of a scree.
const energyOfNoise = "noise, mean"

// layerCharts draws the spectra of each layer's stored matrices.
func layerCharts(v *plotView) []ink.Chart {
	var out []ink.Chart
	groups := v.wholes()
	for _, layer := range layersOf(groups) {
		p, most := ink.Panel{}, 0
		var ms []*Matrix
		var sigmas [][]float64
		var k ink.Key
		for turn, g := range groups {
			for _, m := range g.matrices {
				if m.Layer == nil || *m.Layer != layer {
					continue
				}
				sigma := floats(m.Sigma)
				sigmas, most, ms = append(sigmas, sigma), max(most, len(sigma)), append(ms, m)
				p.Lines = append(p.Lines, ink.Series{Label: inField(m.Label), X: v.o.places(len(sigma)), Y: sigma, Paint: ink.Turn(turn)})
				if n := len(k.Entries); n == 0 || k.Entries[n-1].Label != inField(g.role) {
					k.Entries = append(k.Entries, ink.Series{Label: inField(g.role), Paint: ink.Turn(turn)})
				}
			}
		}
		var below int
		p.X, p.Band = v.o.placeAxis(most), v.noiseBand(ms)
		p.Y, below = v.o.valueAxis(sigmaLabel(), append(sigmas, high(p.Band))...)
		addFloors(&p, ms)
		out = append(out, ink.Chart{
			Name: fmt.Sprintf("layers-L%d", layer), Title: fmt.Sprintf("Singular values of layer %d", layer),
			Caption: facts(v.model, shapes(ms), notShown(below)), Notes: []string{v.noiseNote(p.Band), floorNote(&p)},
			Panels: []ink.Panel{p}, Key: k,
		})
	}
	return out
}

// layersOf returns the layers of all groups, ascending.
func layersOf(groups []roleGroup) []int {
	var all []*Matrix
	for _, g := range groups {
		all = append(all, g.matrices...)
	}
	return layers(all)
}
