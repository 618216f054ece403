package report

import (
	"fmt"
	"math"

	"wspec/report/ink"
	"wspec/spectra"
)

// codingShares are the shares of parameters in the tables of codings.
func codingShares() []float64 { return []float64{0.01, 0.05, 0.25} }

// codingName is a coding as tables and figures call it.
func codingName(c spectra.Coding) string {
	return map[spectra.Coding]string{spectra.CodingSVD: "SVD", spectra.CodingDCT: "DCT", spectra.CodingEntries: "entries"}[c]
}

// describeCodings fills the answer of a comparison of codings.
func (x *Approximation) describeCodings() {
	a := x.Answer
	x.warnings()
	a.Title = fmt.Sprintf("%s: %s", x.model.Name, x.asked())
	if len(x.parts) > 1 {
		model := x.codingTable("codings", "Mean energy kept over "+countOf(len(x.parts), "matrix", "matrices")+", the same share of each", nil)
		x.codingRows(&model, nil)
		a.Tables = append(a.Tables, model)
	}
	last := codingShares()[2]
	kept, noise := map[spectra.Coding]Number{}, map[spectra.Coding]Number{}
	for _, c := range spectra.CodingNames() {
		value, null := x.meanCoding(c, last, false)
		kept[c], noise[c] = Number(value), Number(null)
	}
	a.Sentence = fmt.Sprintf("With %s of its numbers a matrix keeps %s of its energy in singular directions (noise %s), %s in cosines and %s in single entries (noise %s for both).",
		percentText(Number(last)), percentText(kept[spectra.CodingSVD]), percentText(noise[spectra.CodingSVD]), percentText(kept[spectra.CodingDCT]),
		percentText(kept[spectra.CodingEntries]), percentText(noise[spectra.CodingEntries]))
	each := x.codingTable("matrices", "Each matrix", []Column{{"label", "matrix", ""}})
	for _, p := range x.parts {
		x.codingRows(&each, p)
	}
	a.Tables = append(a.Tables, each, x.codingCurves())
	a.charts = append(a.charts, x.codingChart())
	a.Notes = append(a.Notes,
		"SVD: k singular directions take k·(d_in + d_out) numbers, k the largest whole one, the singular values folded in; with them apart it is k·(d_in + d_out + 1). DCT: the largest coefficients of the two-dimensional cosine transform (DCT-II), which takes the order of rows and columns for more than a name. Entries: the largest by magnitude.",
		"By numbers the places of coefficients and entries are free; by bytes they cost ⌈log₂⌉ of the count of entries in bits each, or one bit an entry, whichever is less. Noise keeps what normal entries of the same shape do, in closed form.")
}

// meanCoding returns what the matrices keep on average with a share of their numbers or bytes each, and what noise would.
func (x *Approximation) meanCoding(c spectra.Coding, share float64, bytes bool) (value, noise float64) {
	return x.mean(func(p *approxPart) (float64, float64) { return x.coding(p, c, share, bytes) })
}

func (x *Approximation) coding(p *approxPart, c spectra.Coding, share float64, bytes bool) (value, noise float64) {
	n := int64(math.Floor(share * float64(p.parameters())))
	if bytes {
		n = spectra.NumbersFor(c, p.s.Rows, p.s.Cols, p.matrix.Factors[0].Size(), int64(math.Floor(share*float64(p.bytes(p.parameters())))))
	}
	return p.codes.Keeps(c, n), x.noiseOf(p.s).NoiseKeeps(c, n)
}

func (x *Approximation) codingTable(name, title string, first []Column) Table {
	t := Table{Name: name, Title: title, Columns: append(first, Column{"share", "share", "of the matrix's numbers or bytes"}, Column{"by", "by", "numbers, or bytes with the places of what is kept"})}
	for _, c := range spectra.CodingNames() {
		t.Columns = append(t.Columns, Column{string(c), codingName(c), "share of the energy kept, in [0, 1]"},
			Column{string(c) + "_noise", "noise", "the same of noise"})
	}
	return t
}

// codingRows adds what a matrix keeps, or all on average.
func (x *Approximation) codingRows(t *Table, p *approxPart) {
	for _, share := range codingShares() {
		for _, by := range []string{"numbers", "bytes"} {
			row := []Cell{Number(share), by}
			if p != nil {
				row = append([]Cell{p.matrix.Label}, row...)
			}
			for _, c := range spectra.CodingNames() {
				var value, noise float64
				if p == nil {
					value, noise = x.meanCoding(c, share, by == "bytes")
				} else {
					value, noise = x.coding(p, c, share, by == "bytes")
				}
				row = append(row, Number(value), Number(noise))
			}
			t.Rows = append(t.Rows, row)
		}
	}
}

// codingGrid are the shares of the figure, evenly apart on its logarithmic axis.
func codingGrid() []float64 {
	const decades, perDecade = 3, 16
	var grid []float64
	for i := range decades*perDecade + 1 {
		grid = append(grid, math.Pow(10, float64(i)/perDecade-decades))
	}
	return grid
}

// codingCurves are the numbers of the figure.
func (x *Approximation) codingCurves() Table {
	t := x.codingTable("codings_curve", "Energy kept, over the share of numbers", nil)
	t.Most = -1
	for _, share := range codingGrid() {
		row := []Cell{Number(share), "numbers"}
		for _, c := range spectra.CodingNames() {
			value, noise := x.meanCoding(c, share, false)
			row = append(row, Number(value), Number(noise))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// codingChart draws what every coding keeps over the share of numbers.
func (x *Approximation) codingChart() answerChart {
	grid := codingGrid()
	var lines []ink.Series
	for i, c := range spectra.CodingNames() {
		line := ink.Series{Label: codingName(c), X: grid, Paint: ink.Turn(i)}
		noise := ink.Series{Label: codingName(c) + ", noise", X: grid, Paint: ink.Muted(), Dotted: c == spectra.CodingSVD}
		if c == spectra.CodingDCT {
			noise.Label = "DCT or entries, noise"
		}
		for _, share := range grid {
			value, null := x.meanCoding(c, share, false)
			line.Y, noise.Y = append(line.Y, value), append(noise.Y, null)
		}
		lines = append(lines, line)
		if c != spectra.CodingEntries { // its noise is that of the DCT
			lines = append(lines, noise)
		}
	}
	panel := ink.Panel{Y: ink.ShareAxis("energy kept, %"), Lines: lines}
	panel.X, _ = ink.LogAxis("share of the numbers", grid)
	what := countOf(len(x.parts), "matrix", "matrices")
	if len(x.parts) == 1 {
		what = inField(x.parts[0].matrix.Label)
	}
	c := ink.Chart{
		Name: "codings", Title: "Energy kept by singular values, cosines and single entries", Caption: facts(ink.Printable(x.model.Name), what),
		Panels: []ink.Panel{panel}, Key: ink.Key{Entries: lines},
	}
	return answerChart{c, "The share of energy kept over the share of numbers, on a logarithmic axis: in singular directions, in the largest coefficients of the discrete cosine transform, in the largest entries, and for noise of the same shapes.", "codings_curve"}
}
