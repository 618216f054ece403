package report

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"wspec/spectra"
)

// citation is something in a report and the keys of what it is taken from.
type citation struct {
	what string
	keys []string
}

// bibtexFiles is references.bib of a document.
func bibtexFiles(d *Document) ([]file, error) {
	return bibFile(append(measureCitations(d.Metrics), d.citations()...)), nil
}

// comparedBibtex is references.bib of a comparison.
func comparedBibtex(c *Comparison) ([]file, error) {
	infos := slices.Concat(c.Measures, c.TrackMeasures)
	if len(c.Within) > 0 {
		infos = MetricInfos()
	}
	d := Document{Matrices: slices.Clone(c.Own), Models: c.Models}
	c.each(func(x *Change) { d.Matrices = append(d.Matrices, x.Matrix) })
	list := append(measureCitations(infos), d.citations()...)
	return bibFile(append(list, citation{"principal angles", []string{"bjorck1973"}})), nil
}

func bibFile(list []citation) []file {
	return []file{{path: "references.bib", write: func(w io.Writer) error { return writeBibtex(w, list) }}}
}

// measureCitations resolves the Ref of each measure; one that names nothing of
// [bibSources] has no keys.
func measureCitations(infos []MetricInfo) []citation {
	var list []citation
	for _, info := range infos {
		if info.Ref != "" {
			list = append(list, citation{info.Name + " (" + info.Ref + ")", keysOf(info.Ref)})
		}
	}
	return list
}

// keysOf returns the keys of the works that a reference names.
func keysOf(ref string) []string {
	var keys []string
	for _, s := range bibSources() {
		if strings.Contains(ref, s.cited) {
			keys = append(keys, s.key)
		}
	}
	return keys
}

// citations are the works behind what a document has beside its measures.
func (d *Document) citations() []citation {
	var list []citation
	add := func(used bool, what string, keys ...string) {
		if used {
			list = append(list, citation{what, keys})
		}
	}
	has := func(f func(*Matrix) bool) bool {
		for i := range d.Matrices {
			if f(&d.Matrices[i]) {
				return true
			}
		}
		return false
	}
	model := func(f func(*Model) bool) bool {
		return slices.ContainsFunc(d.Models, func(m Model) bool { return f(&m) })
	}
	null := func(kind spectra.NullKind) bool {
		return has(func(m *Matrix) bool { return m.NullKind == string(kind) })
	}
	add(has(func(m *Matrix) bool { return len(m.Sigma) > 0 }), "singular values", "golub2013", "anderson1999")
	add(null(spectra.NullIID), "noise of the same shape", "silverstein1985", "marchenko1967")
	add(null(spectra.NullProduct), "noise of the factors' shapes", "silverstein1985")
	add(has(func(m *Matrix) bool { return len(m.Null) > 0 }), "q", "benjamini1995")
	add(has(func(m *Matrix) bool { return m.Signal != nil }), "edges of noise", "tracy1996", "johnstone2001")
	add(has(func(m *Matrix) bool { return m.PowerLaw != nil }), "power laws", "clauset2009", "vuong1989")
	add(model(func(m *Model) bool { return m.Training != nil }), "training", "baisilverstein2004", "wangyao2013", "benjamini1995")
	add(has(func(m *Matrix) bool { return len(m.Directions) > 0 }), "certificates of directions", "wedin1972")
	add(model(func(m *Model) bool { return m.Vocabulary != nil && m.Vocabulary.Readouts > 0 }), "coherence", "phipson2010", "knijnenburg2009", "besag1991", "benjamini1995")
	add(model(func(m *Model) bool { return m.Vocabulary != nil && len(m.Vocabulary.Undertrained) > 0 }), "under-trained tokens", "land2024")
	add(model(func(m *Model) bool { return m.Circuits != nil && len(m.Circuits.Copying) > 0 }), "copying", "elhage2021", "henrici1962")
	add(model(func(m *Model) bool { return m.Circuits != nil && len(m.Circuits.Composition) > 0 }), "composition", "elhage2021")
	return list
}

// writeBibtex writes what is cited for what, then the works.
func writeBibtex(w io.Writer, list []citation) error {
	out := bufio.NewWriter(w)
	out.WriteString("% Works behind the numbers of a wspec report, and what each is cited for.\n")
	cited := map[string]bool{}
	for _, c := range list {
		keys := strings.Join(c.keys, ", ")
		if keys == "" {
			keys = "no entry"
		}
		fmt.Fprintf(out, "%%   %s: %s\n", strings.ReplaceAll(Safe(c.what), "@", "(at)"), keys)
		for _, k := range c.keys {
			cited[k] = true
		}
	}
	for _, s := range bibSources() {
		if !cited[s.key] {
			continue
		}
		delete(cited, s.key)
		fmt.Fprintf(out, "\n@%s{%s,\n", s.kind, s.key)
		for _, f := range s.fields {
			if f.value != "" {
				fmt.Fprintf(out, "  %s = {%s},\n", f.name, f.value)
			}
		}
		out.WriteString("}\n")
	}
	if len(cited) > 0 {
		return fmt.Errorf("references.bib: no work has the keys %v", slices.Sorted(maps.Keys(cited)))
	}
	return out.Flush()
}
