package report

import (
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// markdownFiles are the tables of a document in Markdown.
func markdownFiles(d *Document) ([]file, error) { return mdFiles(paperOf(d)), nil }

// comparedMarkdown are those of a comparison.
func comparedMarkdown(c *Comparison) ([]file, error) { return mdFiles(paperOfComparison(c)), nil }

func mdFiles(s *paperSource) []file {
	var files []file
	for _, t := range s.paperTables() {
		files = append(files, file{path: "tables/" + t.name + ".md", write: t.writeMarkdown})
	}
	return files
}

// writeMarkdown writes the table as GitHub, pandoc and notebooks read it, its
// caption under it.
func (t *paperTable) writeMarkdown(w io.Writer) error {
	p := table.NewWriter()
	p.Style().Format.Header = text.FormatDefault
	var head table.Row
	var configs []table.ColumnConfig
	for i, g := range t.groups {
		for _, name := range append([]string{g.title}, tail(g.columns)...) {
			head = append(head, name)
			if i > 0 {
				configs = append(configs, table.ColumnConfig{Number: len(head), Align: text.AlignRight, AlignHeader: text.AlignRight})
			}
		}
	}
	p.AppendHeader(head)
	p.SetColumnConfigs(configs)
	for _, r := range t.rows {
		row := table.Row{"*" + markdownText(Safe(r.section)) + "*"}
		if r.section == "" {
			row = nil
			for _, c := range r.cells {
				row = append(row, c.markdown())
			}
		}
		p.AppendRow(row)
	}
	_, err := io.WriteString(w, p.RenderMarkdown()+"\n\n"+markdownText(t.caption)+"\n")
	return err
}

func tail(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list[1:]
}

func (c paperCell) markdown() string {
	if c.number == "" {
		return markdownText(Safe(c.label))
	}
	return c.number
}

// markdownText escapes what Markdown and HTML would act on; labels of the
// field, in which nothing is, stay as they are. The pipe is left to go-pretty.
func markdownText(s string) string {
	if fieldLabel.MatchString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\`*_{}[]<>#~&$!", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
