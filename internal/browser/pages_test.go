package browser

import (
	"context"
	"fmt"
	"hash/fnv"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"testing"

	"wspec/loader"
	"wspec/report"
)

// page names one of the pages that tests open.
type page string

const (
	modelPage   page = "model"   // of the trained fixture, with directions and circuits
	changePage  page = "change"  // of what an adapter changes in it
	hostilePage page = "hostile" // modelPage with markup in every string
	gpt2Page    page = "gpt2"    // of a model of the shape of GPT-2 small
	llamaPage   page = "llama"   // of one of the shape of LLaMA 7B
)

// pages makes each page when it is first asked for, by the code that the
// commands run.
type pages struct {
	made map[page]func() (string, error) // returns the file
}

func newPages(dir string) *pages {
	makers := map[page]func(dir string) error{
		modelPage: writeModel, changePage: writeChange, hostilePage: writeHostile,
		gpt2Page: gpt2Shape.write, llamaPage: llamaShape.write,
	}
	p := &pages{made: map[page]func() (string, error){}}
	for name, write := range makers {
		folder := filepath.Join(dir, string(name))
		p.made[name] = sync.OnceValues(func() (string, error) { return filepath.Join(folder, "index.html"), write(folder) })
	}
	return p
}

func (p *pages) file(t *testing.T, name page) string {
	t.Helper()
	file, err := p.made[name]()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func (p *pages) url(t *testing.T, name page) string { t.Helper(); return "file://" + p.file(t, name) }

var (
	trained = filepath.Join("..", "..", "fixtures", "shakespeare-gpt2")
	adapter = filepath.Join("..", "..", "fixtures", "shakespeare-lora")
)

// analyzed is the trained fixture's document with fewer directions than by
// default, which say the same.
var analyzed = sync.OnceValues(func() (*report.Document, error) { return analyze(report.Options{TopK: 3, Tokens: 6}) })

func analyze(o report.Options) (*report.Document, error) {
	m, err := loader.Open(trained, loader.Options{})
	if err != nil {
		return nil, err
	}
	defer m.Close()
	return report.Analyze(context.Background(), []*loader.Model{m}, o)
}

func writeModel(dir string) error {
	d, err := analyzed()
	if err != nil {
		return err
	}
	return writeDocument(dir, d)
}

// writeDocument writes index.html.
func writeDocument(dir string, d *report.Document) error {
	formats, err := report.PickFormats([]string{"html"})
	if err != nil {
		return err
	}
	_, err = (&report.Report{Document: d}).Export(context.Background(), dir, formats, false)
	return err
}

// write writes the page of a made-up report.
func (s shape) write(dir string) error {
	d, err := s.document()
	if err != nil {
		return err
	}
	return writeDocument(dir, d)
}

func writeChange(dir string) error {
	var list []report.Checkpoint
	for _, path := range []string{trained, adapter} {
		list = append(list, report.Checkpoint{Open: func() (*loader.Model, error) {
			return loader.Open(path, loader.Options{Base: trained})
		}})
	}
	c, err := report.Compare(context.Background(), list, report.CompareOptions{})
	if err != nil {
		return err
	}
	formats, err := report.PickFormats([]string{"html"})
	if err != nil {
		return err
	}
	return report.WriteComparison(context.Background(), dir, c, formats)
}

// hostile are what names and tokens may hold to become markup or code. Each
// would set window.injected or leave an element that the page has none of.
var hostile = []string{
	"</script><script>window.injected=1</script>", `<img src=x onerror="window.injected=1">`, `"><svg onload=window.injected=1>`,
	`' onmouseover='window.injected=1`, "javascript:window.injected=1", "<!--<script>", "]]><iframe src=javascript:window.injected=1>",
	"${window.injected=1}", "{{constructor.constructor('window.injected=1')()}}", "\u202e\u2066", "\x1b]0;title\a", "__proto__",
}

func writeHostile(dir string) error {
	d, err := analyzed()
	if err != nil {
		return err
	}
	poisoned := poison(reflect.ValueOf(*d)).Interface().(report.Document)
	poisoned.Schema = d.Schema
	return writeDocument(dir, &poisoned)
}

// words are those that decide what is drawn, not names: they stay.
var words = []string{"", "stored", "product", "embed", "unembed", "residual", "head", "mlp", "vocab", "position", "iid", "linear", "log", "count", "none"}

// poison returns a deep copy of v whose strings have markup at their ends, the
// same for equal strings.
func poison(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		if s := v.String(); !slices.Contains(words, s) {
			sum := fnv.New32()
			fmt.Fprint(sum, s)
			out.SetString(s + hostile[sum.Sum32()%uint32(len(hostile))])
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(poison(v.Field(i)))
		}
	case reflect.Slice:
		if v.Len() > 0 {
			out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			out.Index(i).Set(poison(v.Index(i)))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(poison(v.Elem()))
		}
	case reflect.Map:
		if v.Len() > 0 {
			out.Set(reflect.MakeMap(v.Type()))
		}
		for k, x := range v.Seq2() {
			out.SetMapIndex(poison(k), poison(x))
		}
	}
	return out
}
