package report_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wspec/fixtures"
	"wspec/loader"
	"wspec/report"
)

// TestReopened: whatever a run wrote is made again from its report.json, to the
// byte.
func TestReopened(t *testing.T) {
	for name, write := range map[string]func(dir string) error{
		"report": func(dir string) error {
			o := report.Options{Sensitivity: true, Biases: true, BottomK: 2, Maps: true, Layers: "0"}
			return writeReport(dir, o, openFixture(t, "shakespeare-gpt2"))
		},
		"values": func(dir string) error {
			return writeReport(dir, report.Options{NoDirections: true, Null: "none", Matrix: []string{"L0.*", "W_pos"}}, openFixture(t, "shakespeare-gpt2"))
		},
		"two models": func(dir string) error {
			o := report.Options{Matrix: []string{"L0.W_Q", "L0.W_OV.H*", "W_pos"}}
			return writeReport(dir, o, openFixture(t, "shakespeare-gpt2"), openFixture(t, "shakespeare-lora"))
		},
		"trajectories": func(dir string) error {
			return writeComparison(dir, report.Compare, "shakespeare-lora", "shakespeare-gpt2")
		},
		"within": func(dir string) error {
			return writeComparison(dir, func(ctx context.Context, list []report.Checkpoint, o report.CompareOptions) (*report.Comparison, error) {
				return report.Within(ctx, list[0], o)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "a")
			if err := write(dir); err != nil {
				t.Fatal(err)
			}
			r, err := report.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			again := filepath.Join(t.TempDir(), "b")
			if r.Comparison != nil {
				err = report.WriteComparison(t.Context(), again, r.Comparison, defaultFormats(t))
			} else {
				err = report.WriteFolder(t.Context(), again, r.Document, defaultFormats(t))
			}
			if err != nil {
				t.Fatal(err)
			}
			sameFiles(t, dir, again)
		})
	}
}

func defaultFormats(t *testing.T) []report.Format {
	t.Helper()
	f, err := report.PickFormats(nil)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func writeReport(dir string, o report.Options, models ...*loader.Model) error {
	models[len(models)-1].Name += strings.Repeat("′", len(models)-1) // names differ
	d, err := report.Analyze(context.Background(), models, o)
	if err != nil {
		return err
	}
	f, _ := report.PickFormats(nil)
	return report.WriteFolder(context.Background(), dir, d, f)
}

func writeComparison(dir string, compare func(context.Context, []report.Checkpoint, report.CompareOptions) (*report.Comparison, error), others ...string) error {
	var list []report.Checkpoint
	for _, name := range append([]string{"shakespeare-gpt2"}, others...) {
		list = append(list, report.Checkpoint{Open: func() (*loader.Model, error) {
			return loader.Open(filepath.Join(fixtures.Dir(), name), loader.Options{})
		}})
	}
	c, err := compare(context.Background(), list, report.CompareOptions{Options: report.Options{Layers: "1-2"}})
	if err != nil {
		return err
	}
	f, _ := report.PickFormats(nil)
	return report.WriteComparison(context.Background(), dir, c, f)
}

// sameFiles fails unless both folders hold the same files.
func sameFiles(t *testing.T, a, b string) {
	t.Helper()
	got, want := readAll(t, b), readAll(t, a)
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s differs, or is not made: %d bytes, %d in the run", name, len(got[name]), len(want[name]))
		}
	}
	if len(got) != len(want) || len(got) < 4 {
		t.Errorf("%d files, %d in the run", len(got), len(want))
	}
}

func readAll(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files[path], err = os.ReadFile(filepath.Join(dir, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestOpenRefuses says in one sentence why something is no report.
func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other.json")
	if err := os.WriteFile(other, []byte(`{"schema":"wspec.report/7"}`), 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		dir: "it holds no report.json", other: `its schema is "wspec.report/7"`, filepath.Join(dir, "none"): "no such file",
	} {
		_, err := report.Open(path)
		var schema *report.SchemaError
		if !errors.As(err, &schema) || schema.Hint() == "" || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}
