package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// latexFiles are the tables of a document in LaTeX.
func latexFiles(d *Document) ([]file, error) { return texFiles(paperOf(d), d.Tool), nil }

// comparedLatex are those of a comparison.
func comparedLatex(c *Comparison) ([]file, error) {
	return texFiles(paperOfComparison(c), c.Tool), nil
}

func texFiles(s *paperSource, tool Tool) []file {
	var files []file
	for _, t := range s.paperTables() {
		files = append(files, file{path: "tables/" + t.name + ".tex", write: func(w io.Writer) error { return t.writeTex(w, tool) }})
	}
	return files
}

// writeTex writes the table for the packages booktabs and, if it is long,
// longtable: to be taken in by \input.
func (t *paperTable) writeTex(w io.Writer, tool Tool) error {
	out := bufio.NewWriter(w)
	columns, head := t.texHead()
	fmt.Fprintf(out, "%% Made by wspec %s from report.json. Needs \\usepackage{booktabs,longtable}.\n", texText(tool.Version))
	caption := fmt.Sprintf("\\caption{%s}\\label{tab:wspec-%s}", texText(t.caption), t.name)
	if t.long {
		fmt.Fprintf(out, "{\\small\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}{@{}%s@{}}\n%s\\\\\n\\toprule\n%s\\midrule\n\\endfirsthead\n"+
			"\\toprule\n%s\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n", columns, caption, head, head)
	} else {
		fmt.Fprintf(out, "\\begin{table*}\n\\centering\\small\\setlength{\\tabcolsep}{3pt}\n%s\n\\begin{tabular}{@{}%s@{}}\n\\toprule\n%s\\midrule\n", caption, columns, head)
	}
	for i, r := range t.rows {
		if r.section != "" {
			if i > 0 {
				out.WriteString("\\midrule\n")
			}
			fmt.Fprintf(out, "\\multicolumn{%d}{@{}l}{\\emph{%s}} \\\\\n", t.width(), texText(Safe(r.section)))
			continue
		}
		var cells []string
		for _, c := range r.cells {
			cells = append(cells, c.tex())
		}
		out.WriteString(strings.Join(cells, " & ") + " \\\\\n")
	}
	if t.long {
		out.WriteString("\\end{longtable}}\n")
	} else {
		out.WriteString("\\bottomrule\n\\end{tabular}\n\\end{table*}\n")
	}
	return out.Flush()
}

// width is the number of columns.
func (t *paperTable) width() (n int) {
	for _, g := range t.groups {
		n += max(1, len(g.columns))
	}
	return n
}

// texHead returns how columns are set, and the two lines over them.
func (t *paperTable) texHead() (columns, head string) {
	var titles, rules, names []string
	at := 1
	for i, g := range t.groups {
		n := max(1, len(g.columns))
		if i == 0 {
			columns += "l"
		} else {
			columns += strings.Repeat("r", n)
		}
		if len(g.columns) == 0 {
			above, below := halves(g.title)
			titles, names = append(titles, texText(above)), append(names, texText(below))
		} else {
			titles = append(titles, fmt.Sprintf("\\multicolumn{%d}{c}{%s}", n, texText(g.title)))
			rules = append(rules, fmt.Sprintf("\\cmidrule(lr){%d-%d}", at, at+n-1))
			for _, name := range g.columns {
				names = append(names, texText(name))
			}
		}
		at += n
	}
	return columns, strings.Join(titles, " & ") + " \\\\\n" + strings.Join(rules, "") + "\n" + strings.Join(names, " & ") + " \\\\\n"
}

// halves sets a title of several words on two lines.
func halves(title string) (above, below string) {
	for i, r := range title {
		if r == ' ' && (above == "" || i <= len(title)/2) {
			above, below = title[:i], title[i+1:]
		}
	}
	if above == "" {
		return "", title
	}
	return above, below
}

func (c paperCell) tex() string {
	if c.number == "" {
		return texLabel(c.label)
	}
	return texNumber(c.number)
}

// fieldLabel takes a label of the field apart: layer and expert, the W's index,
// head.
var fieldLabel = regexp.MustCompile(`^((?:L\d+\.)?(?:E\d+\.)?)W_([A-Za-z]+)((?:\.H\d+)?)$`)

// texLabel writes L3.W_Q.H7 with its W in mathematics; what is no label of
// ours is escaped.
func texLabel(label string) string {
	label = Safe(label)
	p := fieldLabel.FindStringSubmatch(label)
	if p == nil {
		return texText(label)
	}
	name := p[2]
	if len(name) > 1 {
		name = "{\\mathrm{" + name + "}}"
	}
	return fmt.Sprintf("%s$W_%s$%s", p[1], name, p[3])
}

// tenPower finds the exponents of numbers.
var tenPower = regexp.MustCompile(`e([+-])0*(\d+)`)

// texNumber writes numbers, with ± and exponents, in mathematics.
func texNumber(text string) string {
	if strings.Trim(text, "–") == "" {
		return "--"
	}
	if !strings.ContainsAny(text, "0123456789") {
		return texText(text)
	}
	text = tenPower.ReplaceAllStringFunc(text, func(e string) string {
		p := tenPower.FindStringSubmatch(e)
		return "\\times 10^{" + strings.Trim(p[1], "+") + p[2] + "}"
	})
	return "$" + strings.NewReplacer("±", "\\pm", "×", "\\times ").Replace(text) + "$"
}

// texText escapes text: every character that TeX would act on, and those
// outside ASCII, of which a few of ours are known and others are named by
// their number.
func texText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r == ' ' || r == '.' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
			b.WriteRune(r)
		} else if t, ok := texRunes()[r]; ok {
			b.WriteString(t)
		} else if r > ' ' && r <= '~' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "[U+%04X]", r)
		}
	}
	return b.String()
}

// texRunes are the runes that are not written as they are. Quotes, hyphens and
// comparison signs are characters of the fonts, or ligatures of them, that
// would come out as others.
func texRunes() map[rune]string {
	return map[rune]string{
		'\\': `\textbackslash{}`, '{': `\{`, '}': `\}`, '$': `\$`, '&': `\&`, '#': `\#`, '%': `\%`, '_': `\_`,
		'^': `\textasciicircum{}`, '~': `\textasciitilde{}`, '<': `$<$`, '>': `$>$`, '|': `$|$`, '"': `\char34{}`, '`': `\char96{}`, '\'': `\char39{}`, '-': `-{}`,
		'σ': `$\sigma$`, 'Δ': `$\Delta$`, 'λ': `$\lambda$`, '₁': `$_1$`, '×': `$\times$`, '±': `$\pm$`, '·': `$\cdot$`, '→': `$\to$`, '–': `--`, '—': `---`, '…': `\dots{}`,
		'′': `$'$`, '‖': `$\|$`, '≤': `$\le$`, '≥': `$\ge$`,
	}
}
