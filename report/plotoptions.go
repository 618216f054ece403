package report

import (
	"fmt"

	"wspec/loader"
	"wspec/report/ink"
)

// PlotOptions are what one may choose of what figures show. The zero value is
// that of a report's own figures.
type PlotOptions struct {
	Matrix []string // globs over labels; empty: every matrix
	Metric string   // what maps and lines over depth show; "": effective_rank
	Scale  string   // of singular values and measures: "log" or "linear"; "": each figure's own
	Share  bool     // spectra over i/r in place of i, so that those of several shapes lie on each other
}

// wants reports whether figures show the matrix of a label. The patterns have
// been checked.
func (o *PlotOptions) wants(label string) bool {
	ok, _ := loader.Match(o.Matrix, label)
	return ok
}

// places returns where n singular values stand on the axis of [PlotOptions.placeAxis].
func (o *PlotOptions) places(n int) []float64 {
	x := ink.Counting(n)
	if o.Share {
		for i := range x {
			x[i] /= float64(n)
		}
	}
	return x
}

// placeAxis returns an axis for n singular values.
func (o *PlotOptions) placeAxis(n int) ink.Axis {
	if o.Share {
		a := ink.ShareAxis("i/r, % of the r singular values").Or("i/r, %")
		a.Grid = false
		return a
	}
	return indexAxis(n)
}

// valueAxis returns an axis for the values, logarithmic unless told otherwise,
// and the number of those that are too small for it.
func (o *PlotOptions) valueAxis(label string, values ...[]float64) (a ink.Axis, below int) {
	if o.Scale == "linear" {
		return ink.LinearAxis(label, values...), 0
	}
	return ink.LogAxis(label, values...)
}

// notShown says in words what a logarithmic axis cannot show.
func notShown(below int) string {
	if below == 0 {
		return ""
	}
	return fmt.Sprintf("not shown: %d below %s σ%s", below, ink.PowerOfTen(-ink.MostSpan), ink.Sub("1"))
}
