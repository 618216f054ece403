package report

import (
	"fmt"
	"io"
)

// comparePageScripts are the modules of a comparison's page in loading order:
// those of the other page, with their own in place of what a model's card and
// circuits need.
func comparePageScripts() []string {
	return []string{
		"dom.js", "format.js", "data.js", "selection.js", "state.js", "compare_data.js", "colour.js", "vtable.js", "ticks.js", "figures.js", "legend.js", "save.js", "latex.js",
		"foot.js", "zoom.js", "chart_marks.js", "chart_svg.js", "chart.js",
		"filters.js", "matrices.js", "heatmap.js", "spectra.js", "readings.js", "chips.js", "nulls.js", "directions.js", "linearmap.js", "detail.js",
		"readouts.js", "zgrid.js", "reference.js", "compare_detail.js", "compare_track.js", "compare_within.js", "start.js", "compare.js",
	}
}

// writeComparePage writes c as one self-contained page, as writePage does.
func writeComparePage(w io.Writer, c *Comparison) error {
	view := newPageData(c.view())
	data := struct {
		*pageData
		Compare comparePage `json:"compare"`
	}{view, newComparePage(c, view.pack)}
	return executePage(w, "compare.html", pageSource{
		title: c.title(), beside: "comparison.csv and spectra.csv", data: data, pack: view.pack, scripts: comparePageScripts(),
		styles: append(pageStyles(), "compare.css"),
	})
}

// title names what was compared, for a browser's tab.
func (c *Comparison) title() string {
	first, last := c.Models[0].Name, c.Models[len(c.Models)-1].Name
	if len(c.Within) > 0 {
		return Safe(first) + ", layer by layer · wspec comparison"
	}
	return Safe(first+" → "+last) + " · wspec comparison"
}

// view is the comparison as a document of changes, for what both kinds of page
// share: its models are the pairs, its matrices ΔW, its metrics the measures
// and the z of those that have one.
func (c *Comparison) view() *Document {
	d := &Document{Schema: c.Schema, Tool: c.Tool, Options: c.Options.RunOptions, Warnings: c.Warnings}
	if len(c.Within) > 0 {
		d.Metrics, d.Models, d.Matrices = MetricInfos(), c.Models, c.Own
		return d
	}
	zs := map[string]bool{}
	for _, m := range c.Measures {
		d.Metrics = append(d.Metrics, m)
		if zs[m.Name] = c.hasNull(m.Name); zs[m.Name] {
			d.Metrics = append(d.Metrics, zInfo(m))
		}
	}
	for i := range c.Pairs {
		p := &c.Pairs[i]
		d.Models = append(d.Models, c.pairModel(p))
		for k := range p.Changes {
			x := p.Changes[k].Matrix
			values := map[string]Number{}
			for name, v := range x.Metrics {
				values[name] = v
				if zs[name] {
					values[name+zSuffix] = p.Changes[k].z(name)
				}
			}
			x.Metrics = values
			d.Matrices = append(d.Matrices, x)
		}
	}
	return d
}

// zSuffix makes the name of a measure's z.
const zSuffix = "_z"

// zInfo defines the z of a measure.
func zInfo(m MetricInfo) MetricInfo {
	return MetricInfo{
		Name: m.Name + zSuffix, Title: m.Title + ", z", Unit: "sd", Formula: "(value − mean of chance)/sd of chance",
		Doc: fmt.Sprintf("How far %s is from what chance gives.", m.Name), Ref: m.Ref,
	}
}

// pairModel describes a pair as the model whose matrices are its changes: the
// later checkpoint, with the files of both.
func (c *Comparison) pairModel(p *Pairing) Model {
	var before, after Model
	for _, m := range c.Models {
		if m.Name == p.Before {
			before = m
		}
		if m.Name == p.After {
			after = m
		}
	}
	m := after
	m.Name, m.Files = p.Name(), nil
	for _, side := range []Model{before, after} {
		for _, f := range side.Files {
			f.Name = side.Name + ": " + f.Name
			m.Files = append(m.Files, f)
		}
	}
	return m
}

// comparePage is what a comparison's page has beside its view: Changes stand
// in the order of the view's matrices, Pairs in that of its models.
type comparePage struct {
	Pairs   []pagePair   `json:"pairs"`
	Changes []pageChange `json:"changes"`
	Gates   []Gate       `json:"gates"`
	Base    bool         `json:"base"`
	Nulls   []string     `json:"nulls"` // measures that have one
	Track   pageTrack    `json:"track"`
	Within  []Similarity `json:"within"`
}

type pagePair struct {
	Before  string  `json:"before"`
	After   string  `json:"after"`
	Summary string  `json:"summary"`
	Apart   []Apart `json:"apart"`
}

type pageChange struct {
	Before    pageSide        `json:"before"`
	After     pageSide        `json:"after"`
	Null      map[string]Null `json:"null"`
	Angles    *Angles         `json:"angles"`
	Modes     []Mode          `json:"modes"`
	Intruders []pageIntruders `json:"intruders"`
}

// pageIntruders is a point of the curve over ε: how many of the directions
// written after are intruders, as published and by blocks, and of noise.
type pageIntruders struct {
	Epsilon float64 `json:"epsilon"`
	Counts  [4]int  `json:"counts"` // published, by blocks, and both of noise
}

// intruderCurve counts for ε from 0.1 to 0.9.
func intruderCurve(x *Intruders) []pageIntruders {
	curve := []pageIntruders{}
	if x == nil {
		return curve
	}
	for tenth := 1; tenth < 10; tenth++ {
		p := pageIntruders{Epsilon: float64(tenth) / 10}
		for i, list := range [][]Number{x.Out.Nearest, x.Out.Block, x.Out.NoiseNearest, x.Out.NoiseBlock} {
			for _, v := range list {
				if float64(v) < p.Epsilon {
					p.Counts[i]++
				}
			}
		}
		curve = append(curve, p)
	}
	return curve
}

// pageSide is a Side with its singular values packed.
type pageSide struct {
	Shape  [2]int `json:"shape"`
	DType  string `json:"dtype"`
	Sigma1 Number `json:"sigma1"`
	Shares span   `json:"shares"`
	Floor  Floor  `json:"floor"`
}

func newComparePage(c *Comparison, pack *pagePack) comparePage {
	p := comparePage{Pairs: []pagePair{}, Changes: []pageChange{}, Gates: each(c.Gates, safeGate), Base: c.Options.Base}
	p.Nulls, p.Track, p.Within = []string{}, newPageTrack(c), each(c.Within, safeSimilarity)
	for _, m := range c.Measures {
		if c.hasNull(m.Name) {
			p.Nulls = append(p.Nulls, m.Name)
		}
	}
	for i := range c.Pairs {
		x := &c.Pairs[i]
		p.Pairs = append(p.Pairs, pagePair{Before: Safe(x.Before), After: Safe(x.After), Summary: pairSummary(x), Apart: each(x.Apart, safeApart)})
		for k := range x.Changes {
			y := &x.Changes[k]
			p.Changes = append(p.Changes, pageChange{Before: packSide(&y.Before, pack), After: packSide(&y.After, pack), Null: y.Null,
				Angles: y.Angles, Modes: append([]Mode{}, y.Modes...), Intruders: intruderCurve(y.Intruders)})
		}
	}
	return p
}

func packSide(s *Side, pack *pagePack) pageSide {
	out := pageSide{Shape: s.Shape, DType: Safe(s.DType), Floor: s.Floor}
	out.Sigma1, out.Shares = pack.sigma(s.Sigma)
	return out
}

func safeApart(a Apart) Apart {
	return Apart{Label: Safe(a.Label), Status: a.Status, Reason: SafeProse(a.Reason)}
}

func safeSimilarity(s Similarity) Similarity {
	s.Role, s.Labels = Safe(s.Role), each(s.Labels, Safe)
	s.Share = each(s.Share, func(row []Number) []Number {
		return each(row, func(v Number) Number { return rounded(v, scoreDigits) })
	})
	return s
}

func safeGate(g Gate) Gate {
	g.Text, g.Match = SafeProse(g.Text), Safe(g.Match)
	g.Offenders = each(g.Offenders, func(o Offender) Offender {
		return Offender{Pair: Safe(o.Pair), Label: Safe(o.Label), Value: o.Value, Reason: SafeProse(o.Reason)}
	})
	return g
}
