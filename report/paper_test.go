package report

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"wspec/spectra"
)

// hostileText has every character that TeX, Markdown or HTML acts on.
const hostileText = "\\input{x}$&#^_~%|<b>`*[l](u)\"'--!\n\x1b漢"

// renderedBy returns what a format writes for d, by path.
func renderedBy(t *testing.T, f func(*Document) ([]file, error), d *Document) map[string]string {
	t.Helper()
	files, err := f(d)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, x := range files {
		var b bytes.Buffer
		if err := x.write(&b); err != nil {
			t.Fatal(err)
		}
		out[x.path] = b.String()
	}
	return out
}

// rolesSample is a document of three matrices of one role, one of another, and one
// that failed.
func rolesSample() *Document {
	d := sample()
	d.Metrics = append(d.Metrics, MetricInfo{Name: "stable_rank", Title: "Stable rank"})
	m := d.Matrices[0]
	d.Matrices = []Matrix{m, m, m, d.Matrices[2], d.Matrices[3]}
	for i, v := range []Number{1, 2, 4.5} {
		d.Matrices[i].Metrics = map[string]Number{"effective_rank": v, "stable_rank": 7}
		d.Matrices[i].Null = map[string]NullValue{"effective_rank": {Mean: 10 * (v + 1), Z: -v * v}}
	}
	return d
}

// TestPaperRoles: a row a role, with numbers that can be checked by hand: the
// mean of 1, 2, 4.5 is 2.5, their deviation √3.25, the mean of the nulls 35 and
// the median z −4.
func TestPaperRoles(t *testing.T) {
	table := paperOf(rolesSample()).byRole()
	var got []string
	for _, c := range table.rows[0].cells {
		got = append(got, c.label+c.number)
	}
	want := "W_Q 3 2×3 2.5 ± 1.8 35 -4.0 7 ± 0 – – –"
	// spectral_norm has no value, but a null in the sample's circuit.
	if strings.Join(got, " ") != want {
		t.Errorf("row is %q, want %q", strings.Join(got, " "), want)
	}
	if len(table.rows) != 2 || !strings.Contains(table.caption, "Matrices without values, 1,") {
		t.Errorf("%d rows, caption %q", len(table.rows), table.caption)
	}
	if n := len(paperOf(rolesSample()).byMatrix().rows); n != 5 {
		t.Errorf("%d rows of matrices, want 5", n)
	}
}

// TestPaperCaption names the null and its draws.
func TestPaperCaption(t *testing.T) {
	d := sample()
	d.Matrices[2].NullKind, d.Matrices[2].NullDraws = string(spectra.NullProduct), 64
	for _, want := range []string{"Gaussian noise of the same shape and Frobenius norm", "products of Gaussian noise", "64 to 256 draws", "seed 0"} {
		if c := paperOf(d).byRole().caption; !strings.Contains(c, want) {
			t.Errorf("caption %q lacks %q", c, want)
		}
	}
	d.Matrices = d.Matrices[3:]
	if c := paperOf(d).byRole().caption; !strings.Contains(c, "Nothing was held against noise") {
		t.Errorf("caption %q without nulls", c)
	}
}

// TestPaperNumber keeps the zeros that digits end in.
func TestPaperNumber(t *testing.T) {
	for _, c := range []struct {
		n      Number
		digits int
		want   string
	}{{127.0371, 4, "127.0"}, {127.0371, 3, "127"}, {0.0781, 4, "0.07810"}, {3, 4, "3"}, {-0.5, 3, "-0.500"}, {1234567.5, 3, "1.23e+06"}, {4e-7, 3, "4e-07"}, {Undefined(), 3, "–"}} {
		if got := paperNumber(c.n, c.digits); got != c.want {
			t.Errorf("%v to %d digits is %q, want %q", c.n, c.digits, got, c.want)
		}
	}
}

// texWords are what our LaTeX is made of, taken out of it one after another:
// what is left may hold no character that TeX acts on.
var texWords = regexp.MustCompile(`\\[a-zA-Z]+\*?|\\[{}$&#%_]|\\\\`)

// TestTexHostile: names from a file come out as text, whatever is in them.
func TestTexHostile(t *testing.T) {
	d := rolesSample()
	d.Matrices[0].Label, d.Matrices[0].Role = hostileText, hostileText
	d.Models[0].Name, d.Tool.Version = hostileText, hostileText
	d.Models = append(d.Models, Model{Name: "other"})
	for i := range d.Matrices {
		d.Matrices[i].Model = hostileText
	}
	for path, text := range renderedBy(t, latexFiles, d) {
		if strings.Contains(text, `\input`) || strings.ContainsFunc(text, func(r rune) bool { return r > '~' }) {
			t.Errorf("%s holds a command of the file's, or a rune beyond ASCII:\n%s", path, text)
		}
		comment, body, _ := strings.Cut(text, "\n")
		if !strings.HasPrefix(comment, "% Made by wspec ") {
			t.Errorf("%s begins with %q", path, comment)
		}
		depth := 0
		for _, r := range texWords.ReplaceAllString(body, "") {
			switch r {
			case '{':
				depth++
			case '}':
				depth--
			case '\\', '#', '%', '~':
				t.Errorf("%s: a bare %q", path, r)
			}
			if depth < 0 {
				t.Fatalf("%s: braces do not match", path)
			}
		}
		if n := strings.Count(texWords.ReplaceAllString(body, ""), "$"); depth != 0 || n%2 != 0 {
			t.Errorf("%s: %d braces open, %d dollars", path, depth, n)
		}
	}
}

// TestTexLabel: labels of the field are set as such.
func TestTexLabel(t *testing.T) {
	for label, want := range map[string]string{
		"W_E": "$W_E$", "L3.W_Q.H7": "L3.$W_Q$.H7", "L0.E2.W_in": `L0.E2.$W_{\mathrm{in}}$`, "x_y": `x\_y`, "W_}": `W\_\}`,
	} {
		if got := texLabel(label); got != want {
			t.Errorf("%s is set as %s, want %s", label, got, want)
		}
	}
	for number, want := range map[string]string{"1.5 ± 0.2": `$1.5 \pm 0.2$`, "1.2e+07": `$1.2\times 10^{7}$`, "3e-05": `$3\times 10^{-5}$`, "–": "--", "2×3": `$2\times 3$`, "several": "several"} {
		if got := texNumber(number); got != want {
			t.Errorf("%s is set as %s, want %s", number, got, want)
		}
	}
}

// TestMarkdownHostile: a name neither ends its cell nor becomes markup.
func TestMarkdownHostile(t *testing.T) {
	d := rolesSample()
	plain := renderedBy(t, markdownFiles, d)
	d.Matrices[0].Label = hostileText
	for path, text := range renderedBy(t, markdownFiles, d) {
		if path == "tables/matrices.md" {
			if want := "| \\\\input\\{x\\}\\$\\&\\#^\\_\\~%\\|\\<b\\>\\`\\*\\[l\\](u)\"'--\\!\\\\u000a\\\\u001b漢 |"; !strings.Contains(text, want) {
				t.Errorf("%s lacks %s:\n%s", path, want, text)
			}
		}
		if got, want := strings.Count(text, "\n"), strings.Count(plain[path], "\n"); got != want {
			t.Errorf("%s has %d lines, want %d", path, got, want)
		}
	}
}

// TestReferences: the Ref of every measure names works of the table and no
// other, by name and year.
func TestReferences(t *testing.T) {
	infos := slices.Concat(MetricInfos(), changeInfos(), trackInfos())
	works := bibSources()
	year := regexp.MustCompile(`\b(19|20)\d\d\b`)
	for _, info := range infos {
		rest := info.Ref
		for _, s := range works {
			rest = strings.ReplaceAll(rest, s.cited, "")
		}
		if info.Ref != "" && (len(keysOf(info.Ref)) == 0 || year.MatchString(rest)) {
			t.Errorf("%s: of %q, %q names no work", info.Name, info.Ref, rest)
		}
	}
}

// TestSources: each work has what an entry of its kind needs, a key of its own,
// and something that cites it.
func TestSources(t *testing.T) {
	need := map[string][]string{"article": {"author", "title", "journal", "year"}, "book": {"author", "title", "publisher", "year"},
		"inproceedings": {"author", "title", "booktitle", "year"}, "misc": {"author", "title", "year", "eprint"}}
	cited := map[string]bool{}
	d := &Document{Models: []Model{{Training: &Training{}, Vocabulary: &Vocabulary{Readouts: 1, Undertrained: []Undertrained{{}}},
		Circuits: &Circuits{Copying: []Copying{{}}, Composition: []Composition{{}}}}},
		Matrices: []Matrix{{Sigma: []Number{1}, NullKind: "iid", Null: map[string]NullValue{"x": {}}, Signal: &Signal{}, PowerLaw: &PowerLaw{}, Directions: []Direction{{}}}, {NullKind: "product"}}}
	for _, c := range append(measureCitations(slices.Concat(MetricInfos(), changeInfos(), trackInfos())), d.citations()...) {
		for _, k := range c.keys {
			cited[k] = true
		}
	}
	doi := regexp.MustCompile(`^10\.\d{4,5}/\S+$`)
	last := ""
	for _, s := range bibSources() {
		fields := map[string]string{}
		for _, f := range s.fields {
			fields[f.name] = f.value
			if strings.Count(f.value, "{") != strings.Count(f.value, "}") {
				t.Errorf("%s: braces of %s do not match", s.key, f.name)
			}
		}
		for _, name := range need[s.kind] {
			if fields[name] == "" {
				t.Errorf("%s has no %s", s.key, name)
			}
		}
		if v := fields["doi"]; v != "" && !doi.MatchString(v) {
			t.Errorf("%s has the doi %q", s.key, v)
		}
		if year := fields["year"]; !strings.HasSuffix(s.key, year) || s.key <= last || !cited[s.key] || need[s.kind] == nil {
			t.Errorf("%s: of %s, after %s, cited: %v", s.key, year, last, cited[s.key])
		}
		last = s.key
	}
}

// TestBibtex has each work once, and says of what it knows none.
func TestBibtex(t *testing.T) {
	d := sample()
	d.Metrics[0].Ref, d.Metrics[1].Ref = "Roy & Vetterli, EUSIPCO 2007, §2", "Nobody 2031 @misc{x}"
	text := renderedBy(t, bibtexFiles, d)["references.bib"]
	for _, want := range []string{"spectral_norm (Roy & Vetterli, EUSIPCO 2007, §2): roy2007\n", "Nobody 2031 (at)misc{x}): no entry\n", "\n@inproceedings{roy2007,\n", "pages = {606--610}"} {
		if strings.Count(text, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(text, want), text)
		}
	}
}
