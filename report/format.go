package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Format is a kind of file that a report folder may hold.
type Format struct {
	Name string // as given to --format
	Doc  string // one line for the manual
	// Asked says that the format is written only where it is named.
	Asked bool
	// files lists what the format writes for a document.
	files func(*Document) ([]file, error)
	// compared does so for a comparison; nil where the format has nothing to
	// say about one.
	compared func(*Comparison) ([]file, error)
}

// file is one file of a report folder; path is slash-separated.
type file struct {
	path   string
	write  func(io.Writer) error
	figure string // name and title under which the document lists it, "" if it is no figure
	title  string
}

// Formats returns every output format, in the order they are written.
// Adding one is one entry.
func Formats() []Format {
	return []Format{
		{Name: "html", Doc: "index.html, one self-contained page", files: single("index.html", writePage), compared: comparedPage},
		{Name: "csv", Doc: "metrics.csv, spectra.csv, tensors.csv, directions.csv; maps.csv", files: csvFiles, compared: comparedCSV},
		{Name: "png", Doc: "plots/*.png, the figures", files: plotFiles, compared: comparedPNG},
		{Name: "latex", Doc: "tables/metrics.tex, a row a role, tables/matrices.tex, a row a matrix (booktabs, longtable)", Asked: true, files: latexFiles, compared: comparedLatex},
		{Name: "markdown", Doc: "the same tables, tables/*.md", Asked: true, files: markdownFiles, compared: comparedMarkdown},
		{Name: "bibtex", Doc: "references.bib, the works behind every measure, null and decomposition in the report", Asked: true, files: bibtexFiles, compared: comparedBibtex},
		{Name: "parquet", Doc: "the tables of csv, typed, for pandas, polars and DuckDB: metrics.parquet, …; text is exact, what is empty there is null", Asked: true, files: parquetFiles, compared: comparedParquet},
	}
}

func single(path string, write func(io.Writer, *Document) error) func(*Document) ([]file, error) {
	return func(d *Document) ([]file, error) {
		return []file{{path: path, write: func(w io.Writer) error { return write(w, d) }}}, nil
	}
}

// UnknownFormatError says that --format named something we cannot write.
type UnknownFormatError struct{ Name string }

// Error names it.
func (e *UnknownFormatError) Error() string { return fmt.Sprintf("unknown format %q", e.Name) }

// Hint lists the formats there are.
func (e *UnknownFormatError) Hint() string {
	return "formats are " + strings.Join(FormatNames(), ", ") + "; report.json is always written"
}

// FormatNames returns the names of all formats.
func FormatNames() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, f.Name)
	}
	return names
}

// DefaultFormats returns the names of the formats written where none is named.
func DefaultFormats() []string {
	var names []string
	for _, f := range Formats() {
		if !f.Asked {
			names = append(names, f.Name)
		}
	}
	return names
}

// PickFormats returns the formats named, in table order; none named means
// [DefaultFormats]. "json" is accepted, since report.json is always written.
func PickFormats(names []string) ([]Format, error) {
	if len(names) == 0 {
		names = DefaultFormats()
	}
	for _, n := range names {
		if n != "json" && !slices.Contains(FormatNames(), n) {
			return nil, &UnknownFormatError{Name: n}
		}
	}
	return slices.DeleteFunc(Formats(), func(f Format) bool { return !slices.Contains(names, f.Name) }), nil
}
