package report

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// entries returns the names in a folder, hidden ones included.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func formatOf(write func(io.Writer, *Document) error) []Format {
	return []Format{{Name: "x", files: single("sub/x.txt", write)}}
}

// TestWriteFolder writes, then replaces as a whole, and leaves nothing beside.
func TestWriteFolder(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "m.wspec")
	ok := func(w io.Writer, _ *Document) error { _, err := io.WriteString(w, "hello"); return err }
	if err := WriteFolder(context.Background(), dir, sample(), formatOf(ok)); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "sub", "x.txt")); err != nil || string(b) != "hello" {
		t.Errorf("x.txt is %q, %v", b, err)
	}
	if err := WriteFolder(context.Background(), dir, sample(), nil); err != nil {
		t.Fatal(err)
	}
	if got := entries(t, dir); len(got) != 1 || got[0] != "report.json" {
		t.Errorf("the second report holds %v beside report.json: the first was not replaced", got)
	}
	if got := entries(t, parent); len(got) != 1 {
		t.Errorf("left beside the report: %v", got)
	}
}

// TestWriteFolderFails leaves the earlier report as it was and nothing beside it.
func TestWriteFolderFails(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "m.wspec")
	if err := WriteFolder(context.Background(), dir, sample(), nil); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(filepath.Join(dir, "report.json"))
	boom := errors.New("boom")
	if err := WriteFolder(context.Background(), dir, sample(), formatOf(func(io.Writer, *Document) error { return boom })); !errors.Is(err, boom) {
		t.Errorf("error is %v, want boom", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stop := func(io.Writer, *Document) error { cancel(); return nil }
	if err := WriteFolder(ctx, dir, sample(), formatOf(stop)); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v, want cancelled", err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "report.json"))
	if !bytes.Equal(before, after) {
		t.Error("the earlier report changed")
	}
	if got := entries(t, parent); len(got) != 1 {
		t.Errorf("left beside the report: %v", got)
	}
}

// TestCheckFolder never lets a report replace somebody's files.
func TestCheckFolder(t *testing.T) {
	dir := t.TempDir()
	if err := CheckFolder(dir); err != nil {
		t.Errorf("an empty folder is refused: %v", err)
	}
	if err := CheckFolder(filepath.Join(dir, "new")); err != nil {
		t.Errorf("a new folder is refused: %v", err)
	}
	refused := func(name, content string) {
		t.Helper()
		d := t.TempDir()
		if err := os.WriteFile(filepath.Join(d, name), []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
		var fe *FolderError
		if err := CheckFolder(d); !errors.As(err, &fe) || fe.Hint() == "" {
			t.Errorf("a folder with %s gives %v, want a *FolderError", name, err)
		}
		if err := CheckFolder(filepath.Join(d, name)); !errors.As(err, &fe) {
			t.Errorf("a file in its place gives %v, want a *FolderError", err)
		}
	}
	refused("thesis.tex", "")
	refused("report.json", `{"schema":"other/1"}`)
	refused("report.json", "")
}
