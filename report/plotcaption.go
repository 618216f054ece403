package report

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"wspec/report/ink"
)

// writeCaption writes what a figure shows, as a paper says it: the figure, its
// formulas and nulls, then of which model, how computed and how drawn.
func (r *Report) writeCaption(w io.Writer, f *figure, q *PlotRequest) error {
	var b strings.Builder
	doc := f.kind.doc
	if r.Comparison != nil {
		doc = f.kind.docOf
	}
	fmt.Fprintf(&b, "%s. %s", sentence(f.Title), doc)
	if f.Caption != "" {
		fmt.Fprintf(&b, " %s.", sentence(strings.ReplaceAll(f.Caption, factBreak, "; ")))
	}
	for _, note := range f.Notes {
		if note != "" {
			b.WriteString(" " + ink.Plain(note))
		}
	}
	b.WriteString("\n\n")
	for _, m := range r.models() {
		if f.model == "" || f.model == m.Name {
			b.WriteString(modelLine(m) + "\n")
		}
	}
	fmt.Fprintf(&b, "Computed: %s.\n", r.computed())
	fmt.Fprintf(&b, "Drawn: %s.\n", q.drawn())
	_, err := io.WriteString(w, b.String())
	return err
}

// sentence is text with markup, without a full stop.
func sentence(s string) string { return strings.TrimSuffix(ink.Plain(s), ".") }

func (r *Report) models() []Model {
	if r.Comparison != nil {
		return r.Comparison.Models
	}
	return r.Document.Models
}

// modelLine names a model and the files it was read from.
func modelLine(m Model) string {
	var files []string
	for _, f := range m.Files {
		if f.SHA256 == "" {
			files = append(files, Safe(f.Name))
			continue
		}
		files = append(files, fmt.Sprintf("%s (sha256 %s)", Safe(f.Name), Safe(f.SHA256)))
	}
	line := "Model: " + Safe(m.Name)
	if m.Family != "" {
		line += ", " + Safe(m.Family)
	}
	if len(files) > 0 {
		line += "; " + strings.Join(files, ", ")
	}
	return line + "."
}

// computed names the program and the options that changed the numbers.
func (r *Report) computed() string {
	var tool Tool
	var o RunOptions
	var more []string
	if c := r.Comparison; c != nil {
		tool, o = c.Tool, c.Options.RunOptions
		if c.Options.Base {
			more = append(more, "each compared with the first")
		}
	} else {
		tool, o = r.Document.Tool, r.Document.Options
	}
	if len(o.Matrix) > 0 {
		more = append(more, "matrices "+Safe(strings.Join(o.Matrix, " ")))
	}
	if o.Layers != "" {
		more = append(more, "layers "+Safe(o.Layers))
	}
	if o.Null != "" {
		more = append(more, "null "+Safe(o.Null))
	}
	more = append(more, "convention "+Safe(cmp.Or(o.Convention, "raw")), fmt.Sprintf("seed %d", o.Seed))
	return fmt.Sprintf("wspec %s (%s, %s); %s", Safe(tool.Version), Safe(tool.Go), Safe(tool.Kernel), strings.Join(more, ", "))
}

// drawn says how a figure looks, and what was chosen of its data.
func (q *PlotRequest) drawn() string {
	l := q.Look
	parts := []string{
		"style " + cmp.Or(l.Style, ink.Styles()[0].Name), "size " + cmp.Or(l.Size, ink.Sizes()[0].Name), "palette " + cmp.Or(l.Palette, ink.Palettes()[0].Name),
	}
	if len(q.Matrix) > 0 {
		parts = append(parts, "matrices "+Safe(strings.Join(q.Matrix, " ")))
	}
	if q.Metric != "" {
		parts = append(parts, "measure "+q.Metric)
	}
	if q.Scale != "" {
		parts = append(parts, q.Scale+" scale")
	}
	if q.Share {
		parts = append(parts, "over i/r")
	}
	return strings.Join(parts, ", ")
}
