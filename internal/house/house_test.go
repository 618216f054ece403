// Package house holds the import graph: a statement of policy, not a record
// of what happens to be. A new edge is a decision, made in a commit message.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed lists, for each package, what its code outside tests may import
// beside the standard library. A trailing "/..." admits everything below.
var allowed = map[string][]string{
	"wspec/internal/safetensors": {"github.com/nlpodyssey/safetensors", "github.com/go-json-experiment/json/jsontext", "golang.org/x/sys/..."},
	"wspec/internal/npy":         {"wspec/internal/safetensors"},
	"wspec/internal/linalg":      {"gonum.org/v1/gonum/...", "golang.org/x/sys/cpu"},
	"wspec/loader": {"wspec/internal/safetensors", "wspec/internal/npy", "gonum.org/v1/gonum/mat", "github.com/go-json-experiment/json/...",
		"github.com/dlclark/regexp2", "golang.org/x/text/unicode/norm"},
	"wspec/spectra":    {"wspec/internal/linalg", "gonum.org/v1/gonum/..."},
	"wspec/directions": {"wspec/loader", "wspec/spectra", "wspec/internal/linalg", "gonum.org/v1/gonum/..."},
	"wspec/report/ink": {"gonum.org/v1/plot/...", "codeberg.org/go-pdf/fpdf", "git.sr.ht/~sbinet/gg", "golang.org/x/image/..."},
	"wspec/report": {"wspec/loader", "wspec/spectra", "wspec/directions", "wspec/report/ink", "gonum.org/v1/gonum/...",
		"golang.org/x/sync/...", "github.com/jedib0t/go-pretty/v6/...", "github.com/go-json-experiment/json/...", "github.com/parquet-go/parquet-go"},
	"wspec/cmd/wspec": {"wspec/loader", "wspec/spectra", "wspec/directions", "wspec/report", "wspec/report/ink", "github.com/urfave/cli/v2",
		"github.com/vbauerster/mpb/v8/...", "github.com/dustin/go-humanize", "golang.org/x/term"},

	// Helpers: of tests, and of whoever needs a checkpoint of full size.
	"wspec/fixtures":         {},
	"wspec/fixtures/gen":     {"wspec/fixtures", "wspec/internal/safetensors"},
	"wspec/internal/numtest": {"wspec/internal/linalg", "gonum.org/v1/gonum/..."},
	"wspec/internal/inktest": {"wspec/report/ink", "gonum.org/v1/plot/..."},
	"wspec/internal/golden":  {"github.com/google/go-cmp/cmp"},
	"wspec/internal/house":   {},
	"wspec/internal/browser": {}, // tests of pages alone: a browser's driver is no part of the program
	"wspec/internal/bench":   {"wspec/internal/linalg", "gonum.org/v1/gonum/..."},
}

// testOnly lists packages that nothing but tests may import.
var testOnly = []string{"wspec/fixtures", "wspec/internal/numtest", "wspec/internal/golden", "wspec/internal/inktest", "wspec/internal/house", "wspec/internal/browser"}

// TestImportGraph holds every package of the module against the table.
func TestImportGraph(t *testing.T) {
	seen := map[string]bool{}
	for file, imports := range imports(t) {
		pkg := path.Join("wspec", filepath.ToSlash(filepath.Dir(file)))
		edges, known := allowed[pkg]
		seen[pkg] = true
		if !known {
			t.Errorf("%s: package %s has no place in the house", file, pkg)
			continue
		}
		for _, imp := range imports {
			if !mayImport(edges, imp) {
				t.Errorf("%s: %s may not import %s", file, pkg, imp)
			}
		}
	}
	for pkg := range allowed {
		if !seen[pkg] && !slices.Contains(testOnly, pkg) {
			t.Errorf("package %s is in the table but not in the tree", pkg)
		}
	}
}

// mayImport reports whether imp is standard or matches one of the edges.
func mayImport(edges []string, imp string) bool {
	if first, _, _ := strings.Cut(imp, "/"); first != "wspec" && !strings.Contains(first, ".") {
		return true
	}
	for _, e := range edges {
		if base, below := strings.CutSuffix(e, "/..."); imp == base || below && strings.HasPrefix(imp, base+"/") {
			return true
		}
	}
	return false
}

// TestMayImport makes sure that the test above can fail.
func TestMayImport(t *testing.T) {
	edges := []string{"wspec/loader", "gonum.org/v1/gonum/..."}
	for imp, want := range map[string]bool{
		"fmt": true, "go/parser": true, "wspec/loader": true, "gonum.org/v1/gonum/mat": true, "gonum.org/v1/gonum": true,
		"wspec/spectra": false, "wspec/loader/x": false, "gonum.org/v1/plot": false, "gonum.org/v1/gonumx": false,
	} {
		if got := mayImport(edges, imp); got != want {
			t.Errorf("mayImport(%q) = %v, want %v", imp, got, want)
		}
	}
}

// imports maps each Go file outside tests, relative to the module's root, to
// what it imports. Tools with a go.mod of their own are other modules.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	root := filepath.Join("..", "..")
	files := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, p)
		if d.IsDir() {
			if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || otherModule(p)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		files[rel] = importsOf(t, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func otherModule(dir string) bool {
	found, _ := filepath.Glob(filepath.Join(dir, "go.mod"))
	return len(found) > 0
}

func importsOf(t *testing.T, file string) []string {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, s := range f.Imports {
		p, err := strconv.Unquote(s.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}
