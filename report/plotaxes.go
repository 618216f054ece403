package report

import "wspec/report/ink"

// sigmaLabel names the axis of singular values.
func sigmaLabel() string { return "singular value σ" + ink.Sub("i") }

// indexAxis returns an axis for the singular values σ₁ to σ_n; data count them
// from 0.
func indexAxis(n int) ink.Axis {
	return ink.CountAxis("i of σ"+ink.Sub("i")+" (index i − 1 in the data)", n).Or("i of σ" + ink.Sub("i"))
}

// depthAxis returns an axis for the layers first to last.
func depthAxis(first, last int) ink.Axis { return ink.WholeAxis("layer", first, last) }

// layerPaint returns the colour of a layer among those from first to last.
func layerPaint(layer, first, last int) ink.Paint {
	if last <= first {
		return ink.Along(0.28) // a blue: one layer needs no scale
	}
	return ink.Along(float64(layer-first) / float64(last-first))
}

// floats returns the values of a spectrum.
func floats(sigma []Number) []float64 {
	out := make([]float64, len(sigma))
	for i, s := range sigma {
		out[i] = float64(s)
	}
	return out
}
