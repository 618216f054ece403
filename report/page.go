package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page
var pageFiles embed.FS

// pageScripts are the page's own modules in loading order. They share one
// scope; each says at its top what it offers to the others.
func pageScripts() []string {
	return []string{
		"dom.js", "format.js", "data.js", "selection.js", "state.js", "colour.js", "vtable.js", "ticks.js", "figures.js", "legend.js", "save.js", "latex.js",
		"foot.js", "zoom.js", "chart_marks.js", "chart_svg.js", "chart.js",
		"filters.js", "matrices.js", "heatmap.js", "spectra.js", "readings.js", "chips.js", "nulls.js", "directions.js", "linearmap.js", "detail.js",
		"readouts.js", "zgrid.js", "circuits.js", "reference.js", "start.js", "main.js",
	}
}

// writePage writes d as one self-contained HTML page. The same document gives
// the same bytes. The page loads nothing: its own Content-Security-Policy
// admits only the scripts and styles in it, by their digests.
func writePage(w io.Writer, d *Document) error {
	data := newPageData(d)
	return executePage(w, "page.html", pageSource{
		title: pageTitle(d), beside: "metrics.csv, spectra.csv and tensors.csv", data: data, pack: data.pack,
		scripts: pageScripts(), styles: pageStyles(),
	})
}

// pageStyles are the style-sheets of every page.
func pageStyles() []string { return []string{"uplot/uPlot.min.css", "page.css", "directions.css"} }

// pageSource is what a page is made of beside its template: its modules and
// style-sheets by name, in loading order.
type pageSource struct {
	title, beside   string // beside lists the plain files of the same numbers
	data            any
	pack            *pagePack // what stands behind data
	scripts, styles []string
}

// executePage draws a page by its template.
func executePage(w io.Writer, name string, s pageSource) error {
	ink, err := s.readInk()
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	data, err := json.Marshal(s.data)
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	var packed strings.Builder
	if err := s.pack.write(&packed, data); err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	ink.Title, ink.Beside, ink.Boundary, ink.Data = s.title, s.beside, Boundary, template.JS(`"`+packed.String()+`"`)
	t, err := template.New(name).ParseFS(pageFiles, "page/"+name, "page/frame.html")
	if err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	if err := t.Execute(w, ink); err != nil {
		return fmt.Errorf("report: page: %w", err)
	}
	return nil
}

// pageInk is what the template draws. Typed strings are inserted as they are,
// so that the digests in CSP hold; all but Title and Data are our own text.
type pageInk struct {
	Title, CSP  string
	Boundary    string
	Beside      string
	Style       template.CSS
	Chart, Main template.JS // uPlot; the page's own modules
	Data        template.JS
}

func (s *pageSource) readInk() (*pageInk, error) {
	style, err := joinFiles(s.styles...)
	if err != nil {
		return nil, err
	}
	chart, err := joinFiles("uplot/uPlot.iife.min.js")
	if err != nil {
		return nil, err
	}
	licence, err := joinFiles("uplot/LICENSE")
	if err != nil {
		return nil, err
	}
	modules, err := joinFiles(s.scripts...)
	if err != nil {
		return nil, err
	}
	chart = "/*! uPlot\n" + licence + "*/\n" + chart
	main := "(async () => {\n\"use strict\";\n" + modules + "})();\n"
	return &pageInk{
		CSP:   contentPolicy(style, chart, main),
		Style: template.CSS(style), Chart: template.JS(chart), Main: template.JS(main),
	}, nil
}

// joinFiles concatenates embedded files, each ended by a newline.
func joinFiles(names ...string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		text, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			return "", err
		}
		b.WriteString(strings.TrimRight(string(text), "\n") + "\n")
	}
	return b.String(), nil
}

// contentPolicy forbids the page everything but its own style and scripts.
// Trusted types make the browser refuse any parsing of strings as markup.
func contentPolicy(style string, scripts ...string) string {
	sources := []string{"'none'"}
	if len(scripts) > 0 {
		sources = nil
	}
	for _, s := range scripts {
		sources = append(sources, cspDigest(s))
	}
	return "default-src 'none'; script-src " + strings.Join(sources, " ") +
		"; style-src " + cspDigest(style) +
		"; img-src data:; base-uri 'none'; form-action 'none'" +
		"; require-trusted-types-for 'script'; trusted-types 'none'"
}

// cspDigest returns the source expression that admits exactly text.
func cspDigest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// pageTitle names the models, for a browser's tab.
func pageTitle(d *Document) string {
	names := make([]string, len(d.Models))
	for i, m := range d.Models {
		names[i] = m.Name
	}
	if len(names) == 0 {
		return "wspec report"
	}
	return Safe(strings.Join(names, ", ")) + " · wspec report"
}
