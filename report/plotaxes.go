package report

import (
	"image/color"

	"wspec/report/ink"
)

// indexAxis returns an axis for the singular values σ₁ to σ_n; data count them
// from 0.
func indexAxis(n int) ink.Axis {
	room := max(0.015*float64(n-1), 0.5) // keeps the first points off the frame
	if n > 64 {
		room = 0.015 * float64(n-1)
	}
	return ink.Axis{Label: "i of σ" + ink.Sub("i") + " (index i − 1 in the data)", Min: 1 - room, Max: float64(n) + room, Ticks: ink.IndexTicks(n)}
}

// depthAxis returns an axis for the layers first to last.
func depthAxis(first, last int) ink.Axis {
	room := max(0.02*(float64(last)-float64(first)), 0.25)
	return ink.Axis{
		Label: "layer", Min: float64(first) - room, Max: float64(last) + room,
		Ticks: ink.LayerTicks(first, last),
	}
}

// lineEnd is where lines leave the map: beyond it a thin line is too pale for
// white paper.
const lineEnd = 0.88

// layerColor returns the colour of a layer among those from first to last.
func layerColor(layer, first, last int) color.Color {
	if last <= first {
		return ink.Sequential(0.25) // a blue: one layer needs no scale
	}
	return ink.Sequential(lineEnd * float64(layer-first) / float64(last-first))
}

// floats returns the values of a spectrum.
func floats(sigma []Number) []float64 {
	out := make([]float64, len(sigma))
	for i, s := range sigma {
		out[i] = float64(s)
	}
	return out
}
