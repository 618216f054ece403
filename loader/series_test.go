package loader

import (
	"errors"
	"os"
	"slices"
	"testing"
)

// Patterns give steps in the order of their numbers, and leave files out that are no model.
func TestSeries(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"run/step_9", "run/step_10", "run/step_100", "run/other", "run/a[1]"} {
		if err := os.MkdirAll(name, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"run/step_11.txt", "run/step_12.safetensors"} {
		writeFile(t, name, "")
	}
	for _, x := range []struct{ paths, want []string }{
		{[]string{"run/step_*"}, []string{"run/step_9", "run/step_10", "run/step_12.safetensors", "run/step_100"}},
		{[]string{"run/step_100", "run/step_?", "run/step_??*"}, []string{"run/step_100", "run/step_9", "run/step_10", "run/step_12.safetensors"}},
		{[]string{"run/step_9", "run/step_9", "nowhere"}, []string{"run/step_9", "run/step_9", "nowhere"}},
		{[]string{"run/a[1]"}, []string{"run/a[1]"}},
	} {
		if got, err := Series(x.paths); err != nil || !slices.Equal(got, x.want) {
			t.Errorf("%q: %q, %v, want %q", x.paths, got, err, x.want)
		}
	}
	for _, p := range []string{"run/none_*", "run/[", "run/*.txt"} {
		var e *FolderError
		if got, err := Series([]string{p}); !errors.As(err, &e) {
			t.Errorf("%q: %q, %v", p, got, err)
		}
	}
}

func TestInStepOrder(t *testing.T) {
	for _, x := range []struct {
		paths []string
		want  bool
	}{
		{[]string{"s_1", "s_9", "s_10"}, true}, {[]string{"s_1", "s_10", "s_9"}, false}, {[]string{"b", "a"}, true},
		{[]string{"s_10", "final", "s_9"}, true}, {[]string{"s_2/x3", "s_2/x1"}, false}, {nil, true},
	} {
		if got := InStepOrder(x.paths); got != x.want {
			t.Errorf("%q: %v", x.paths, got)
		}
	}
}
