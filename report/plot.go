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
	doc   string                      // what the figure shows, in a sentence
	make  func(*plotView) []ink.Chart // none if the document holds nothing to show
}

// plotKinds returns the table of figures; what is drawn, listed and named
// derives from it. A new figure is one entry.
func plotKinds() []plotKind {
	return []plotKind{{
		name: "spectra", title: "Spectra by role", make: spectraCharts,
		doc: "Singular values of every layer's matrix of one role, log scale, one figure a role.",
	}, {
		name: "effective_rank", title: "Effective rank over depth", make: depthCharts,
		doc: "Effective rank as a share of the largest possible, layer by layer, one line a role.",
	}, {
		name: "energy", title: "Energy against rank", make: energyCharts,
		doc: "Share of the energy Σσ² that the best approximation of each rank keeps (Eckart–Young), one panel a role.",
	}, {
		name: "heads", title: "Effective rank of the heads", make: headCharts,
		doc: "Effective rank of the OV and QK circuits, layer by head, as a heat map.",
	}, {
		name: "positions", title: "Directions over positions", make: positionCharts,
		doc: "The six leading directions of W_pos over its positions, with the spread of a random direction.",
	}, {
		name: "spectrum", title: "One spectrum", make: spectrumCharts,
		doc: "Singular values of one matrix, log scale, with the levels below which they carry no information.",
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

// figures returns every figure of d in a fixed order: model by model, then as
// [plotKinds] lists them. Names are fit for files and differ in more than
// case; where d holds several models they begin with the model's. The labels
// in asked get a figure each; those not in d, or without values, are passed
// over.
func figures(d *Document, asked []string) []ink.Chart {
	models, names := modelNames(d), nameSet{}
	var out []ink.Chart
	for _, model := range models {
		view := &plotView{doc: d, model: ink.Printable(model), asked: map[string]bool{}}
		for _, label := range asked {
			view.asked[label] = true
		}
		for i := range d.Matrices {
			if m := &d.Matrices[i]; m.Model == model {
				view.matrices = append(view.matrices, m)
			}
		}
		prefix := ""
		if len(models) > 1 {
			prefix = cutTo(safeName(model), maxModelPrefix) + "-"
		}
		for _, kind := range plotKinds() {
			for _, c := range kind.make(view) {
				c.Name = names.unique(prefix + c.Name)
				out = append(out, c)
			}
		}
	}
	return out
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

// facts joins the parts of a caption that are not empty.
func facts(parts ...string) string {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return strings.Join(parts, "  ·  ")
}
