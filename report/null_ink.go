package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"wspec/spectra"
)

// judgeNulls sets q of every measure over the matrices of each model: the tests
// that a reader sees side by side on a map or in a column of the table.
func judgeNulls(matrices []Matrix) {
	type table struct{ model, metric string }
	tests := map[table][]*Matrix{}
	for i := range matrices {
		for name := range matrices[i].Null {
			key := table{matrices[i].Model, name}
			tests[key] = append(tests[key], &matrices[i])
		}
	}
	for key, list := range tests {
		p := make([]float64, len(list))
		for i, m := range list {
			p[i] = spectra.NullP(float64(m.Null[key.metric].Z), m.NullDraws)
		}
		for i, q := range spectra.BenjaminiHochberg(p) {
			v := list[i].Null[key.metric]
			v.Q = Number(q)
			list[i].Null[key.metric] = v
		}
	}
}

// null returns the null of a measure of m, all undefined where it has none.
func (m *Matrix) null(name string) NullValue {
	if v, ok := m.Null[name]; ok {
		return v
	}
	return NullValue{Mean: Undefined(), SD: Undefined(), Z: Undefined(), Q: Undefined()}
}

// nullFields are what the table and the page show of a null, in the order of
// [Matrix.nullNumbers].
func nullFields() []string { return []string{"null_mean", "null_sd", "share", "z", "q"} }

func (m *Matrix) nullNumbers(info MetricInfo) []Number {
	v := m.null(info.Name)
	return []Number{v.Mean, v.SD, v.Share(metric(m, info.Name), info), v.Z, v.Q}
}

// nullNote explains what [measureCells] writes behind a value.
const nullNote = "Behind a value: of a rank, its share of what noise of the same kind, shape and norm has; and z, the distance from noise in standard deviations."

// measureCells writes a measure of the rows of a table: the value, its share
// of the null and z, the latter two where they are defined, each set flush
// right. explain says whether any is.
func measureCells(rows []*Matrix, info MetricInfo) (cells []string, explain bool) {
	parts := make([][]string, 3)
	for _, m := range rows {
		value, v := metric(m, info.Name), m.null(info.Name)
		share, z := "", ""
		if s := v.Share(value, info); s.Defined() {
			share = " " + percentText(s)
		}
		if v.Z.Defined() {
			z = " z" + zText(v.Z)
		}
		for i, text := range []string{Short(value), share, z} {
			parts[i] = append(parts[i], text)
		}
	}
	for i := range rows {
		cell := ""
		for _, list := range parts {
			cell += fmt.Sprintf("%*s", widest(list), list[i])
		}
		cells = append(cells, cell)
	}
	return cells, slices.ContainsFunc(slices.Concat(parts[1:]...), func(s string) bool { return s != "" })
}

// percentText writes a share in whole per cent, small ones with two digits.
func percentText(share Number) string {
	percent := 100 * float64(share)
	if math.Abs(percent) >= 9.95 && math.Abs(percent) < 1e5 {
		return strconv.FormatFloat(percent, 'f', 0, 64) + "%"
	}
	return strconv.FormatFloat(percent, 'g', 2, 64) + "%"
}

// zText writes z with its sign, to a tenth where it is small.
func zText(z Number) string {
	switch abs := math.Abs(float64(z)); {
	case abs >= 1e5:
		return fmt.Sprintf("%+.1e", float64(z))
	case abs >= 9.95:
		return fmt.Sprintf("%+.0f", float64(z))
	}
	return fmt.Sprintf("%+.1f", float64(z))
}
