package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"wspec/spectra"
)

// paperTable is a table for a paper as plain data, before LaTeX or Markdown.
type paperTable struct {
	name    string // of its file and its label
	caption string
	groups  []paperGroup
	rows    []paperRow
	long    bool // may run over several pages
}

// paperGroup is columns under one title. A column on its own has its name in
// the title.
type paperGroup struct {
	title   string
	columns []string
}

// paperRow is a row of cells, or the name of a model whose rows follow.
type paperRow struct {
	section string
	cells   []paperCell
}

// paperCell is a cell: a label of a matrix or role, or numbers.
type paperCell struct {
	label, number string
}

// paperMeasures are the measures that tables for papers show of a matrix.
func paperMeasures() []string { return []string{"effective_rank", "stable_rank", "spectral_norm"} }

// paperChanges are those of a comparison.
func paperChanges() []string {
	return []string{"rel_change", "delta_rank", "in_overlap", "out_overlap"}
}

// paperItem is a matrix of a table with its nulls.
type paperItem struct {
	*Matrix
	section string // model or pair
	null    func(measure string) (mean, z Number)
}

// paperSource is what tables of either kind of report are made from.
type paperSource struct {
	items    []paperItem
	measures []MetricInfo
	judged   map[string]bool // measures that have a null
	subject  string          // "weight matrices", "changes"
	nulls    string          // what the nulls are, in a sentence
	several  bool            // models or pairs
}

// paperTables are the tables of a source: a row a role, a row a matrix.
func (s *paperSource) paperTables() []paperTable { return []paperTable{s.byRole(), s.byMatrix()} }

// paperOf returns what tables of a document show.
func paperOf(d *Document) *paperSource {
	s := &paperSource{
		measures: pickMeasures(d.Metrics, paperMeasures()), judged: map[string]bool{},
		subject: "weight matrices", nulls: d.nullSentence(), several: len(d.Models) > 1,
	}
	for i := range d.Matrices {
		m := &d.Matrices[i]
		for name := range m.Null {
			s.judged[name] = true
		}
		s.items = append(s.items, paperItem{m, m.Model, func(name string) (mean, z Number) {
			v := m.null(name)
			return v.Mean, v.Z
		}})
	}
	return s
}

// paperOfComparison returns what tables of a comparison show; of layers within
// a model, its matrices.
func paperOfComparison(c *Comparison) *paperSource {
	if len(c.Within) > 0 {
		return paperOf(&Document{Metrics: MetricInfos(), Models: c.Models, Matrices: c.Own, Options: c.Options.RunOptions})
	}
	s := &paperSource{
		measures: pickMeasures(c.Measures, paperChanges()), judged: map[string]bool{}, subject: "changes", several: len(c.Pairs) > 1,
		nulls: "Noise, of overlaps: random subspaces. The rank of a change counts what is over the rounding of both checkpoints.",
	}
	for _, info := range s.measures {
		s.judged[info.Name] = c.hasNull(info.Name)
	}
	c.each(func(x *Change) {
		s.items = append(s.items, paperItem{&x.Matrix, x.Model, func(name string) (mean, z Number) {
			if n, ok := x.Null[name]; ok {
				return n.Mean, n.Z
			}
			return Undefined(), Undefined()
		}})
	})
	return s
}

// pickMeasures returns the definitions of the measures named, as far as infos
// has them.
func pickMeasures(infos []MetricInfo, names []string) []MetricInfo {
	var out []MetricInfo
	for _, name := range names {
		if i := slices.IndexFunc(infos, func(m MetricInfo) bool { return m.Name == name }); i >= 0 {
			out = append(out, infos[i])
		}
	}
	return out
}

// nullSentence says what the matrices of d were held against.
func (d *Document) nullSentence() string {
	kinds, least, most := map[string]bool{}, math.MaxInt, 0
	for i := range d.Matrices {
		if m := &d.Matrices[i]; m.NullKind != "" {
			kinds[m.NullKind] = true
			least, most = min(least, m.NullDraws), max(most, m.NullDraws)
		}
	}
	var parts []string
	for _, k := range []struct{ kind, text string }{
		{string(spectra.NullIID), "for stored matrices Gaussian noise of the same shape and Frobenius norm"},
		{string(spectra.NullShuffle), "for stored matrices their own entries in random order"},
		{string(spectra.NullProduct), "for circuits products of Gaussian noise of their factors' shapes"},
	} {
		if kinds[k.kind] {
			parts = append(parts, k.text)
		}
	}
	if len(parts) == 0 {
		return "Nothing was held against noise."
	}
	draws := strconv.Itoa(most)
	if least < most {
		draws = fmt.Sprintf("%d to %d", least, most)
	}
	return fmt.Sprintf("Noise: %s (%s draws a shape, seed %d).", strings.Join(parts, ", "), draws, d.Options.Seed)
}

// header returns the groups of columns of the measures behind the first ones.
func (s *paperSource) header(first ...string) []paperGroup {
	var groups []paperGroup
	for _, name := range first {
		groups = append(groups, paperGroup{title: name})
	}
	for _, info := range s.measures {
		g := paperGroup{title: info.Title}
		if s.judged[info.Name] {
			g.columns = []string{"value", "noise", "z"}
		}
		groups = append(groups, g)
	}
	return groups
}

// byRole has a row a role: mean and spread over its matrices. Parts of single
// heads are left out, since what they are part of is there.
func (s *paperSource) byRole() paperTable {
	t := paperTable{
		name: "metrics", groups: s.header("Role", "Matrices", "Shape"),
		caption: fmt.Sprintf("Measures of the %s by role: mean ± standard deviation over the matrices of a role, beside the mean of noise and the median z, the distance from noise in its standard deviations. %s", s.subject, s.nulls),
	}
	failed := 0
	for _, g := range s.groups(&failed) {
		s.startSection(&t, g[0].section)
		row := []paperCell{{label: orOther(g[0].Role)}, {number: strconv.Itoa(len(g))}, {number: commonShape(g)}}
		for _, info := range s.measures {
			var values, means, zs []float64
			for _, x := range g {
				mean, z := x.null(info.Name)
				values, means, zs = append(values, float64(metric(x.Matrix, info.Name))), append(means, float64(mean)), append(zs, float64(z))
			}
			row = append(row, paperCell{number: spreadText(values)})
			if s.judged[info.Name] {
				mean, _ := meanSpread(means)
				row = append(row, paperCell{number: paperNumber(mean, 3)}, paperCell{number: paperZ(median(zs))})
			}
		}
		t.rows = append(t.rows, paperRow{cells: row})
	}
	if failed > 0 {
		t.caption += fmt.Sprintf(" Matrices without values, %d, are left out.", failed)
	}
	return t
}

// byMatrix has a row a matrix.
func (s *paperSource) byMatrix() paperTable {
	t := paperTable{
		name: "matrices", long: true, groups: s.header("Matrix", "Shape"),
		caption: fmt.Sprintf("Measures of the %s one by one, beside the mean of noise and z, the distance from noise in its standard deviations. %s", s.subject, s.nulls),
	}
	for _, x := range s.items {
		s.startSection(&t, x.section)
		row := []paperCell{{label: x.Label}, {number: ShapeText(x.Shape[:])}}
		for _, info := range s.measures {
			row = append(row, paperCell{number: paperNumber(metric(x.Matrix, info.Name), 4)})
			if s.judged[info.Name] {
				mean, z := x.null(info.Name)
				row = append(row, paperCell{number: paperNumber(mean, 3)}, paperCell{number: paperZ(z)})
			}
		}
		t.rows = append(t.rows, paperRow{cells: row})
	}
	return t
}

// startSection begins the rows of a model where there are several.
func (s *paperSource) startSection(t *paperTable, name string) {
	if !s.several {
		return
	}
	for _, r := range slices.Backward(t.rows) {
		if r.section != "" {
			if r.section == name {
				return
			}
			break
		}
	}
	t.rows = append(t.rows, paperRow{section: name})
}

// groups returns the whole matrices and circuits by model and role, in the
// order in which they come; failed counts those without values.
func (s *paperSource) groups(failed *int) [][]paperItem {
	type key struct{ section, role string }
	var order []key
	groups := map[key][]paperItem{}
	sections := map[string]int{}
	for _, x := range s.items {
		if x.Part() {
			continue
		}
		if x.Error != "" {
			*failed++
			continue
		}
		k := key{x.section, x.Role}
		if _, ok := sections[x.section]; !ok {
			sections[x.section] = len(sections)
		}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], x)
	}
	slices.SortStableFunc(order, func(a, b key) int { return sections[a.section] - sections[b.section] })
	var out [][]paperItem
	for _, k := range order {
		out = append(out, groups[k])
	}
	return out
}

func orOther(role string) string {
	if role == "" {
		return "other"
	}
	return role
}

// commonShape is the shape of all, or says that there are several.
func commonShape(list []paperItem) string {
	for _, x := range list {
		if x.Shape != list[0].Shape {
			return "several"
		}
	}
	return ShapeText(list[0].Shape[:])
}

// meanSpread returns mean and sample standard deviation of what is finite, the
// latter undefined of fewer than two.
func meanSpread(values []float64) (mean, spread Number) {
	values = slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	n := float64(len(values))
	if n == 0 {
		return Undefined(), Undefined()
	}
	m := 0.0
	for _, v := range values {
		m += v / n
	}
	if n == 1 {
		return Number(m), Undefined()
	}
	d := 0.0
	for _, v := range values {
		d = math.Hypot(d, v-m)
	}
	return Number(m), Number(d / math.Sqrt(n-1))
}

// median of what is not NaN, undefined of nothing.
func median(values []float64) Number {
	values = slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	if len(values) == 0 {
		return Undefined()
	}
	slices.Sort(values)
	n := len(values)
	return Number(values[(n-1)/2]/2 + values[n/2]/2)
}

// spreadText writes mean ± spread, the latter with two digits and the former
// with as many decimals.
func spreadText(values []float64) string {
	mean, spread := meanSpread(values)
	if !spread.Defined() || spread == 0 {
		text := paperNumber(mean, 4)
		if spread == 0 {
			text += " ± 0"
		}
		return text
	}
	decimals := 1 - int(math.Floor(math.Log10(float64(spread))))
	if decimals > 6 || math.Abs(float64(mean)) >= 1e6 || spread >= 1e6 {
		return paperNumber(mean, 4) + " ± " + strconv.FormatFloat(float64(spread), 'g', 2, 64)
	}
	fixed := func(v Number) string { return strconv.FormatFloat(float64(v), 'f', max(0, decimals), 64) }
	return fixed(mean) + " ± " + fixed(spread)
}

// paperNumber writes n with so many digits, zeros at the end included.
func paperNumber(n Number, digits int) string {
	abs := math.Abs(float64(n))
	if !n.Defined() || n == Number(math.Trunc(float64(n))) && abs < 1e6 {
		return Short(n)
	}
	if abs < 1e-3 || abs >= 1e6 {
		return strconv.FormatFloat(float64(n), 'g', digits, 64)
	}
	return strconv.FormatFloat(float64(n), 'f', max(0, digits-1-int(math.Floor(math.Log10(abs)))), 64)
}

func paperZ(z Number) string {
	if !z.Defined() {
		return Short(z)
	}
	return zText(z)
}
