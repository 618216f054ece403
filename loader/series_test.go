package loader

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"wspec/internal/safetensors"
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

// The content is that of the numbers: the same for another name, file or order, another for another number, place, dtype or update.
func TestContent(t *testing.T) {
	contents := func(path string) map[string]Content {
		all := map[string]Content{}
		m := open(t, path)
		for _, x := range m.Matrices {
			all[x.Label] = x.Content()
		}
		return all
	}
	tensors := tinyGPT2Tensors("transformer.")
	base := writeModel(t, tinyGPT2, tensors...)
	want := contents(base)
	turned := slices.Clone(tinyGPT2Tensors(""))
	slices.Reverse(turned)
	for label, c := range contents(writeModel(t, tinyGPT2, turned...)) {
		if c != want[label] {
			t.Errorf("%s: another content in another order", label)
		}
	}
	// One number of W_K of head 1, and all it is part of.
	changed := tinyGPT2Tensors("transformer.")
	i := slices.IndexFunc(changed, func(x safetensors.Tensor) bool { return x.Name == "transformer.h.0.attn.c_attn.weight" })
	changed[i].Data = slices.Clone(changed[i].Data)
	changed[i].Data[4*(3*18+6+4)]++
	differ := differing(want, contents(writeModel(t, tinyGPT2, changed...)))
	if !slices.Equal(differ, []string{"L0.W_K", "L0.W_K.H1", "L0.W_QK.H1"}) {
		t.Errorf("one number of W_K changed: %q differ", differ)
	}
	const p = "base_model.model.transformer.h.0.mlp.c_proj.lora_"
	a, b := random(p+"A.weight", 2, 10), random(p+"B.weight", 6, 2)
	adapter := writeAdapter(t, base, peft+"}", a, b)
	once := contents(adapter)
	if d := differing(want, once); !slices.Equal(d, []string{"L0.W_out"}) {
		t.Errorf("an update of W_out: %q differ", d)
	}
	writeFile(t, filepath.Join(adapter, adapterConfigName), `{"peft_type":"LORA","r":2,"lora_alpha":4,"base_model_name_or_path":"model"}`)
	if d := differing(once, contents(adapter)); !slices.Equal(d, []string{"L0.W_out"}) {
		t.Errorf("another scale: %q differ", d)
	}
	if a, b := want["L0.W_O"], want["L0.W_O.H0"]; a == b {
		t.Error("a part has the content of the whole")
	}
}

func differing(a, b map[string]Content) []string {
	var list []string
	for label, c := range a {
		if b[label] != c {
			list = append(list, label)
		}
	}
	slices.Sort(list)
	return list
}
