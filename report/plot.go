package report

import (
	"slices"
	"strings"

	"wspec/report/ink"
)

// plotKind is one entry of the table of figures.
type plotKind struct {
	name  string // what a user asks for; the names of its figures begin with it
	title string
	doc   string // what the figure shows of a report of analyze, in a sentence
	docOf string // and of a comparison
	needs string // what to run where a report has nothing to show
	// extra figures are drawn where they are asked for: a report folder has
	// enough without.
	extra    bool
	analysed func(*plotView) []ink.Chart    // of a report of analyze; nil: none
	compared func(*compareView) []ink.Chart // of a comparison; nil: none
}

// plotKinds returns the table of figures; what is drawn, listed and named
// derives from it. A new figure is one entry.
func plotKinds() []plotKind {
	const stored = "wspec analyze MODEL, with the matrices of --matrix"
	const maps = "wspec analyze MODEL --maps"
	const series = "wspec compare 'run/step_*', with three checkpoints or more"
	return []plotKind{{
		name: "spectra", title: "Spectra by role", analysed: spectraCharts, compared: changeSpectra, needs: stored,
		doc:   "Singular values of every layer's matrix of one role beside those of noise, one figure a role.",
		docOf: "Singular values before, after and of ΔW, beside what rounding alone gives ΔW, of what changed most or of --matrix.",
	}, {
		name: "effective_rank", title: "Effective rank over depth", analysed: depthCharts, needs: stored,
		doc: "Effective rank as a share of the largest possible, layer by layer, one line a role.",
	}, {
		name: "energy", title: "Energy against rank", analysed: energyCharts, needs: stored,
		doc: "Share of the energy Σσ² that the best approximation of each rank keeps (Eckart–Young), one panel a role.",
	}, {
		name: "heads", title: "Effective rank of the heads", analysed: headCharts, needs: "wspec analyze MODEL without --no-heads",
		doc: "Effective rank of the OV and QK circuits, layer by head, as a heat map.",
	}, {
		name: "positions", title: "Directions over positions", analysed: positionCharts, needs: "wspec analyze MODEL --matrix W_pos, of a model with learned positions",
		doc: "The six leading directions of W_pos over its positions, with the spread of a random direction.",
	}, {
		name: "plane", title: "Turning and stretching", analysed: planeCharts, needs: maps,
		doc: "The unit circle in the plane that a square map stretches most, and its image, beside the distance from a pure stretch.",
	}, {
		name: "kept", title: "What is kept of tokens", analysed: keptCharts, needs: "wspec analyze MODEL --maps, and --matrix for matrices that read the residual stream",
		doc: "Histogram of the share of each token's embedding that a matrix keeps, over that of random directions, one figure for each matrix of --matrix.",
	}, {
		name: "axes", title: "Directions and axes", analysed: axesCharts, needs: maps,
		doc: "Kurtosis of singular directions in the coordinates of their spaces, over that of random directions, layer by layer.",
	}, {
		name: "spectrum", title: "One spectrum", analysed: spectrumCharts, needs: "wspec plot REPORT spectrum --matrix GLOB, for matrices that the report has",
		doc: "Singular values of one matrix with noise of its shape and the levels below which they carry no information, one figure for each matrix of --matrix.",
	}, {
		name: "depth", title: "Measures over depth", analysed: depthPanels, needs: stored, extra: true,
		doc: "Effective and stable rank, or the measure of --metric, of every layer's matrix beside what noise of its shape gives, a panel a role.",
	}, {
		name: "map", title: "Maps of a measure", analysed: metricMaps, needs: stored, extra: true,
		doc: "Effective rank, or the measure of --metric, as heat maps: layer by role, and layer by head of every role that has heads.",
	}, {
		name: "layers", title: "Spectra by layer", analysed: layerCharts, needs: stored, extra: true,
		doc: "Singular values of the stored matrices of one layer, a line a role, beside noise of their shapes, one figure a layer.",
	}, {
		name: "scree", title: "Scree with energy", analysed: screeCharts, needs: "wspec plot REPORT scree --matrix GLOB, for matrices that the report has", extra: true,
		doc: "Singular values of one matrix above the energy that the first i hold, both beside noise of its shape and norm, one figure for each matrix of --matrix.",
	}, {
		name: "tokens", title: "Tokens of a direction", analysed: tokenCharts, needs: "wspec analyze MODEL with a tokenizer, then wspec plot REPORT tokens --matrix GLOB", extra: true,
		doc: "Scores of the tokens at both poles of the two leading directions, as read and as written, one figure for each matrix of --matrix.",
	}, {
		name: "composition", title: "Composition of heads", analysed: compositionCharts, needs: "wspec analyze MODEL with OV and QK circuits of two layers or more", extra: true,
		doc: "How much of what an earlier head writes a later one reads, in standard deviations from random rotations, as heat maps.",
	}, {
		name: "angles", title: "Principal angles", compared: angleCharts, needs: "wspec compare BEFORE AFTER without --no-directions", extra: true,
		docOf: "Principal angles between the leading subspaces before and after, beside random ones, of what changed most or of --matrix.",
	}, {
		name: "sigma", title: "Singular values over checkpoints", compared: sigmaCharts, needs: series, extra: true,
		docOf: "The leading singular values of the first checkpoint, each followed by its direction from checkpoint to checkpoint, of what changed most or of --matrix.",
	}, {
		name: "checkpoints", title: "Spectra by checkpoint", compared: checkpointCharts, needs: "wspec compare 'run/step_*', with three to eight checkpoints", extra: true,
		docOf: "Spectra of one matrix at every checkpoint, beside the floor of rounding, of what changed most or of --matrix.",
	}, {
		name: "changes", title: "Relative change", compared: changeMaps, needs: "wspec compare BEFORE AFTER",
		docOf: "‖ΔW‖/‖W‖ of every stored matrix, layer by role, as a heat map.",
	}, {
		name: "trajectories", title: "Change since the first checkpoint", compared: trackCharts, needs: series,
		docOf: "How far every stored matrix is from the first checkpoint, a panel a role.",
	}, {
		name: "within", title: "Likeness of layers", compared: withinCharts, needs: "wspec compare --within MODEL",
		docOf: "How much the leading subspaces of each two layers of one role share, as heat maps.",
	}}
}

// plotView is what the figures of one model are made from.
type plotView struct {
	doc      *Document
	model    string // printable name
	matrices []*Matrix
	asked    map[string]bool // labels that get a figure of their own
	o        PlotOptions
}

// compareView is what the figures of a comparison are made from.
type compareView struct {
	*Comparison
	o PlotOptions
}

// figure is a chart, and of which kind.
type figure struct {
	ink.Chart
	kind  *plotKind
	model string // whose; "" for all of them
}

// figures returns every figure of d in a fixed order: model by model, then as
// the kinds come. Names are fit for files and differ in more than case; where d
// holds several models they begin with the model's. The labels in asked get a
// figure each; those not in d, or without values, are passed over.
func (d *Document) figures(kinds []plotKind, asked []string, o PlotOptions) []figure {
	models, names := modelNames(d), nameSet{}
	var out []figure
	for _, model := range models {
		view := &plotView{doc: d, model: ink.Printable(model), asked: map[string]bool{}, o: o}
		for _, label := range asked {
			view.asked[label] = true
		}
		for i := range d.Matrices {
			if m := &d.Matrices[i]; m.Model == model && o.wants(m.Label) {
				view.matrices = append(view.matrices, m)
			}
		}
		prefix := ""
		if len(models) > 1 {
			prefix = cutTo(safeName(model), maxModelPrefix) + "-"
		}
		for i := range kinds {
			if kinds[i].analysed == nil {
				continue
			}
			for _, c := range kinds[i].analysed(view) {
				c.Name = names.unique(prefix + c.Name)
				out = append(out, figure{c, &kinds[i], model})
			}
		}
	}
	return out
}

// figures returns every figure of c in the order of the kinds.
func (c *Comparison) figures(kinds []plotKind, o PlotOptions) []figure {
	view, names := &compareView{c, o}, nameSet{}
	var out []figure
	for i := range kinds {
		if kinds[i].compared == nil {
			continue
		}
		for _, f := range kinds[i].compared(view) {
			f.Name = names.unique(f.Name)
			out = append(out, figure{Chart: f, kind: &kinds[i]})
		}
	}
	return out
}

// ownKinds are the figures of a report folder.
func ownKinds() []plotKind {
	return slices.DeleteFunc(plotKinds(), func(k plotKind) bool { return k.extra })
}

// modelNames returns the models that have matrices: those of the list first.
func modelNames(d *Document) []string {
	var listed, names []string
	for _, m := range d.Models {
		listed = append(listed, m.Name)
	}
	has := map[string]bool{}
	for i := range d.Matrices {
		if name := d.Matrices[i].Model; !has[name] {
			has[name] = true
			if !slices.Contains(listed, name) {
				listed = append(listed, name)
			}
		}
	}
	for _, name := range listed {
		if has[name] && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// roleGroup is the whole stored matrices of one role that have values.
type roleGroup struct {
	role     string
	matrices []*Matrix
}

// wholes returns the whole stored matrices with values, by role, in the order
// of the document; those without a role come together as "other".
func (v *plotView) wholes() []roleGroup {
	var groups []roleGroup
	at := map[string]int{}
	for _, m := range v.matrices {
		if m.Kind != "stored" || m.Part() || len(m.Sigma) == 0 {
			continue
		}
		role := m.Role
		if role == "" {
			role = "other"
		}
		i, ok := at[role]
		if !ok {
			i = len(groups)
			at[role] = i
			groups = append(groups, roleGroup{role: role})
		}
		groups[i].matrices = append(groups[i].matrices, m)
	}
	return groups
}

// layers returns the distinct layers of ms, ascending.
func layers(ms []*Matrix) []int {
	var out []int
	for _, m := range ms {
		if m.Layer != nil {
			out = append(out, *m.Layer)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// factBreak stands between the facts of a caption.
const factBreak = "  ·  "

// facts joins the parts of a caption that are not empty.
func facts(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, factBreak)
}
