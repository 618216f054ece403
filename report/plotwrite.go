package report

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"wspec/loader"
	"wspec/report/ink"
)

// Look is what one may choose of a figure's look.
type Look = ink.Look

// FigureKind describes one kind of figure.
type FigureKind struct {
	Name, Title string
	Doc         string // what it shows of a report of analyze, "" if nothing
	DocCompared string // and of a comparison
}

// FigureKinds lists what can be drawn.
func FigureKinds() []FigureKind {
	var list []FigureKind
	for _, k := range plotKinds() {
		list = append(list, FigureKind{k.name, k.title, k.doc, k.docOf})
	}
	return list
}

// PlotRequest is what is to be drawn, and how. The zero value draws every
// figure as PNG for a paper's single column.
type PlotRequest struct {
	Figures []string // kinds or single figures; empty: all
	Formats []string // names of [ink.Formats]; empty: png
	Look    Look
	PlotOptions
}

// FigureError says that there is no such figure.
type FigureError struct{ Name string }

// Error names it.
func (e *FigureError) Error() string { return fmt.Sprintf("unknown figure %q", e.Name) }

// Hint lists the kinds of figures.
func (e *FigureError) Hint() string {
	var names []string
	for _, k := range plotKinds() {
		names = append(names, k.name)
	}
	return "figures are " + strings.Join(names, ", ") + "; wspec plot --list says what they show"
}

// NothingError says that a report holds nothing that a figure could show.
type NothingError struct{ Name, Needs string }

// Error names the figure.
func (e *NothingError) Error() string {
	if e.Name == "" {
		return "the report holds nothing that a figure could show"
	}
	return fmt.Sprintf("the report holds nothing that figure %s could show", e.Name)
}

// Hint says what to run.
func (e *NothingError) Hint() string { return "run " + e.Needs }

// MetricError says that a report has no such measure.
type MetricError struct{ Name, Known string }

// Error names it.
func (e *MetricError) Error() string { return fmt.Sprintf("the report has no measure %q", e.Name) }

// Hint lists those it has.
func (e *MetricError) Hint() string { return "measures are " + e.Known }

// Plot draws figures of a report into the folder dir, beside what it holds:
// each in every format, its data as NAME.csv and a caption as NAME.txt. All
// files are written before the first is put in place; unless replace is set,
// none that is there already is touched. It returns their paths. Errors are
// *ink.LookError, *loader.PatternError, *FigureError, *MetricError,
// *NothingError, *ink.FitError, *ExistsError or of the file system.
func (r *Report) Plot(ctx context.Context, dir string, q PlotRequest, replace bool) ([]string, error) {
	style, err := ink.NewStyle(q.Look)
	if err != nil {
		return nil, err
	}
	formats, err := figureFormats(q.Formats)
	if err != nil {
		return nil, err
	}
	figures, err := r.figures(&q)
	if err != nil {
		return nil, err
	}
	var files []file
	for i := range figures {
		files = append(files, r.figureFiles(&figures[i], &q, formats, style)...)
	}
	return writeBeside(ctx, dir, files, replace)
}

func figureFormats(names []string) ([]ink.Format, error) {
	if len(names) == 0 {
		names = []string{"png"}
	}
	var formats []ink.Format
	for _, name := range names {
		f, err := ink.FormatNamed(name)
		if err != nil {
			return nil, err
		}
		formats = append(formats, f)
	}
	return formats, nil
}

// figures returns those that were asked for.
func (r *Report) figures(q *PlotRequest) ([]figure, error) {
	if _, err := loader.Match(q.Matrix, ""); err != nil {
		return nil, err
	}
	if err := r.checkMetric(q.Metric); err != nil {
		return nil, err
	}
	kinds := plotKinds()
	var all []figure
	if r.Comparison != nil {
		all = r.Comparison.figures(kinds, q.PlotOptions)
	} else {
		all = r.Document.figures(kinds, r.Document.askedIn(q), q.PlotOptions)
	}
	if len(q.Figures) == 0 {
		if len(all) == 0 {
			return nil, &NothingError{Needs: "wspec analyze MODEL, or give a --matrix that the report has"}
		}
		return all, nil
	}
	var picked []figure
	for _, name := range q.Figures {
		found := slices.DeleteFunc(slices.Clone(all), func(f figure) bool { return f.kind.name != name && f.Name != name })
		if len(found) == 0 {
			return nil, noFigure(kinds, name)
		}
		for _, f := range found {
			if !slices.ContainsFunc(picked, func(p figure) bool { return p.Name == f.Name }) {
				picked = append(picked, f)
			}
		}
	}
	return picked, nil
}

// noFigure says why there is none of a name.
func noFigure(kinds []plotKind, name string) error {
	for _, k := range kinds {
		if k.name == name || strings.HasPrefix(name, k.name+"-") {
			return &NothingError{Name: name, Needs: k.needs}
		}
	}
	return &FigureError{name}
}

// askedIn returns the labels that get a figure of their own: those of --matrix,
// or those the report was made for.
func (d *Document) askedIn(q *PlotRequest) []string {
	if len(q.Matrix) == 0 {
		return d.askedFor()
	}
	var asked []string
	for i := range d.Matrices {
		if q.wants(d.Matrices[i].Label) {
			asked = append(asked, d.Matrices[i].Label)
		}
	}
	return asked
}

// checkMetric finds a measure that the report does not have.
func (r *Report) checkMetric(name string) error {
	var infos []MetricInfo
	if r.Comparison != nil {
		infos = r.Comparison.Measures
	} else {
		infos = r.Document.Metrics
	}
	var known []string
	for _, m := range infos {
		known = append(known, m.Name)
	}
	if name == "" || slices.Contains(known, name) {
		return nil
	}
	return &MetricError{name, strings.Join(known, ", ")}
}

// figureFiles are a figure in every format, its data and its caption.
func (r *Report) figureFiles(f *figure, q *PlotRequest, formats []ink.Format, style *ink.Style) []file {
	var files []file
	for _, format := range formats {
		files = append(files, file{path: f.Name + "." + format.Name, write: func(w io.Writer) error { return format.Write(w, &f.Chart, style) }})
	}
	return append(files,
		file{path: f.Name + ".csv", write: func(w io.Writer) error { return writeChartCSV(w, &f.Chart) }},
		file{path: f.Name + ".txt", write: func(w io.Writer) error { return r.writeCaption(w, f, q) }})
}
