package loader

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/internal/safetensors"
)

const (
	shard1 = "model-00001-of-00002.safetensors"
	shard2 = "model-00002-of-00002.safetensors"
)

// writeSharded makes a folder of the tiny gpt2: attention in shard 1, the rest in shard 2.
func writeSharded(t *testing.T, index string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "sharded")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, configName), tinyGPT2)
	writeFile(t, filepath.Join(dir, indexName), index)
	var a, b []safetensors.Tensor
	for _, x := range tinyGPT2Tensors("") {
		if strings.Contains(x.Name, "attn") {
			a = append(a, x)
		} else {
			b = append(b, x)
		}
	}
	writeTensors(t, filepath.Join(dir, shard1), nil, a...)
	writeTensors(t, filepath.Join(dir, shard2), nil, b...)
	return dir
}

const goodIndex = `{"metadata":{"total_size":1},"weight_map":{
	"h.0.attn.c_attn.weight":"` + shard1 + `","h.0.attn.c_proj.weight":"` + shard1 + `","h.0.attn.bias":"` + shard1 + `",
	"h.0.attn.c_attn.bias":"` + shard1 + `","wte.weight":"` + shard2 + `","wpe.weight":"` + shard2 + `","lm_head.weight":"` + shard2 + `",
	"h.0.mlp.c_fc.weight":"` + shard2 + `","h.0.mlp.c_proj.weight":"` + shard2 + `","h.0.ln_1.weight":"` + shard2 + `"}}`

func TestSharded(t *testing.T) {
	dir := writeSharded(t, goodIndex)
	m := open(t, dir)
	whole := open(t, writeModel(t, tinyGPT2, tinyGPT2Tensors("")...))
	if !slices.Equal(labels(m), labels(whole)) || m.Name != "sharded" {
		t.Errorf("%s has %v, want as in one file", m.Name, labels(m))
	}
	if f := fate(t, m, "h.0.attn.c_proj.weight"); f.File != shard1 {
		t.Errorf("c_proj lies in %s", f.File)
	}
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
		data, _ := os.ReadFile(filepath.Join(dir, f.Name))
		if sum := sha256.Sum256(data); f.SHA256 != hex.EncodeToString(sum[:]) || f.Bytes != int64(len(data)) {
			t.Errorf("%+v: wrong hash or size", f)
		}
	}
	if want := []string{configName, indexName, shard1, shard2}; !slices.Equal(names, want) {
		t.Errorf("files %v, want %v", names, want)
	}
	if x := open(t, filepath.Join(dir, indexName)); x.Name != "sharded" || len(x.Matrices) != len(m.Matrices) {
		t.Errorf("by its index: %s with %d matrices", x.Name, len(x.Matrices))
	}
}

// Tensors that the index leaves out are there all the same.
func TestNotInIndex(t *testing.T) {
	m := open(t, writeSharded(t, strings.Replace(goodIndex, `"wpe.weight":"`+shard2+`",`, "", 1)))
	if codes(m) == "" || m.Warnings[0].Code != "not_in_index" || !strings.Contains(m.Warnings[0].Message, "wpe.weight") {
		t.Errorf("warnings %+v", m.Warnings)
	}
	matrix(t, m, "W_pos")
}

// badIndexes are indexes that must be refused, with the shard and the tensor that the error must name.
func badIndexes() map[string]struct{ index, shard, tensor string } {
	with := func(shard string) string { return `{"weight_map":{"wte.weight":"` + shard + `"}}` }
	return map[string]struct{ index, shard, tensor string }{
		"parent":         {with("../x.safetensors"), "../x.safetensors", "wte.weight"},
		"inside":         {with("a/x.safetensors"), "a/x.safetensors", "wte.weight"},
		"absolute":       {with("/etc/x.safetensors"), "/etc/x.safetensors", "wte.weight"},
		"backslash":      {with(`..\\x.safetensors`), `..\x.safetensors`, "wte.weight"},
		"volume":         {with("C:x.safetensors"), "C:x.safetensors", "wte.weight"},
		"other kind":     {with("/etc/passwd"), "/etc/passwd", "wte.weight"},
		"config":         {with("config.json"), "config.json", "wte.weight"},
		"empty name":     {with(""), "", "wte.weight"},
		"extension only": {with(".safetensors"), ".safetensors", "wte.weight"},
		"NUL":            {with(`x\u0000.safetensors`), "x\x00.safetensors", "wte.weight"},
		"no such shard":  {with("x.safetensors"), "x.safetensors", ""},
		"wrong shard":    {with(shard1), shard1, "wte.weight"},
		"other shard":    {strings.Replace(goodIndex, `"wte.weight":"`+shard2, `"wte.weight":"`+shard1, 1), shard1, "wte.weight"},
		"no such tensor": {strings.Replace(goodIndex, "wpe.weight", "nothing", 1), shard2, "nothing"},
		"no map":         {`{"metadata":{}}`, "", ""},
		"empty map":      {`{"weight_map":{}}`, "", ""},
		"second shard":   {`{"weight_map":{"h.0.attn.c_attn.weight":"` + shard1 + `","x":"` + shard1 + `"}}`, shard1, "x"},
	}
}

func TestBadIndex(t *testing.T) {
	for name, x := range badIndexes() {
		_, err := Open(writeSharded(t, x.index), Options{})
		var e *IndexError
		if !errors.As(err, &e) || e.Shard != x.shard || e.Tensor != x.tensor || e.Hint() == "" {
			t.Errorf("%s: %v (%+v), want shard %q, tensor %q", name, err, e, x.shard, x.tensor)
		}
		if name == "no such tensor" && e.Msg != "is not in the shard" {
			t.Errorf("%s: %s", name, e.Msg)
		}
	}
	for name, index := range badIndexJSON() {
		_, err := Open(writeSharded(t, index), Options{})
		var e *JSONError
		if !errors.As(err, &e) || e.File != indexName {
			t.Errorf("%s: %v, want a *JSONError", name, err)
		}
	}
}

func badIndexJSON() map[string]string {
	all := malformed()
	all["numbers"] = `{"weight_map":{"wte.weight":5}}`
	all["map is null"] = `{"weight_map":null}`
	all["map is a list"] = `{"weight_map":["wte.weight"]}`
	all["tensor twice"] = `{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}`
	return all
}

func TestTensorInTwoShards(t *testing.T) {
	dir := writeSharded(t, goodIndex)
	writeTensors(t, filepath.Join(dir, "third.safetensors"), nil, ramp("wte.weight", 0, 7, 6), ramp("more", 0, 2, 2))
	index := strings.Replace(goodIndex, `"weight_map":{`, `"weight_map":{"more":"third.safetensors",`, 1)
	writeFile(t, filepath.Join(dir, indexName), strings.Replace(index, `"wte.weight":"`+shard2, `"wte.weight":"third.safetensors`, 1))
	var e *IndexError
	if _, err := Open(dir, Options{}); !errors.As(err, &e) || e.Tensor != "wte.weight" {
		t.Errorf("%v, want a *IndexError of wte.weight", err)
	}
}

// Links may lead anywhere inside the folder and, from a snapshot of the hub's cache, to its blobs; nowhere else.
func TestLinks(t *testing.T) {
	outside := filepath.Join(t.TempDir(), shard1)
	for _, name := range []string{shard1, configName, indexName} {
		dir := writeSharded(t, goodIndex)
		move(t, filepath.Join(dir, name), outside)
		link(t, outside, filepath.Join(dir, name))
		var e *FolderError
		if _, err := Open(dir, Options{}); !errors.As(err, &e) || e.Name != name || e.Hint() == "" {
			t.Errorf("%s linked out: %v", name, err)
		}
	}
	dir := writeSharded(t, goodIndex)
	move(t, filepath.Join(dir, shard1), filepath.Join(dir, "real"))
	link(t, "real", filepath.Join(dir, shard1))
	open(t, dir)

	root := t.TempDir()
	cache, blobs := filepath.Join(root, "snapshots", "main"), filepath.Join(root, "blobs")
	for _, d := range []string{filepath.Dir(cache), blobs} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	move(t, dir, cache)
	move(t, filepath.Join(cache, shard2), filepath.Join(blobs, "0123"))
	link(t, "../../blobs/0123", filepath.Join(cache, shard2))
	open(t, cache)
	open(t, filepath.Join(cache, shard2))

	beside := filepath.Join(root, "beside")
	if err := os.Mkdir(beside, 0o755); err != nil {
		t.Fatal(err)
	}
	move(t, filepath.Join(cache, "real"), filepath.Join(beside, "0123"))
	if err := os.Remove(filepath.Join(cache, shard1)); err != nil {
		t.Fatal(err)
	}
	link(t, "../../beside/0123", filepath.Join(cache, shard1))
	var e *FolderError
	if _, err := Open(cache, Options{}); !errors.As(err, &e) || e.Name != shard1 {
		t.Errorf("linked beside the blobs: %v", err)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, at string) {
	t.Helper()
	if err := os.Symlink(to, at); err != nil {
		t.Skip(err)
	}
}

// What a folder or a path must have, and the hint where it has not.
func TestFolders(t *testing.T) {
	for name, x := range map[string]struct{ files, hint string }{
		"no config":     {weightsName, "itself"},
		"empty":         {"", "itself"},
		"no weights":    {configName, ""},
		"other format":  {configName + " pytorch_model.bin", "pytorch_model.bin"},
		"several files": {configName + " a.safetensors b.safetensors", "itself"},
	} {
		dir := t.TempDir()
		for _, f := range strings.Fields(x.files) {
			writeFile(t, filepath.Join(dir, f), "{}")
		}
		var e *FolderError
		if _, err := Open(dir, Options{}); !errors.As(err, &e) || !strings.Contains(e.Hint(), x.hint) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "nothing"), Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such path: %v", err)
	}
	dir := writeModel(t, tinyGPT2, tinyGPT2Tensors("")...)
	move(t, filepath.Join(dir, weightsName), filepath.Join(dir, "other.safetensors"))
	open(t, dir) // the sole file
	writeFile(t, filepath.Join(dir, "other.safetensors"), "not a tensor file")
	var e *safetensors.FormatError
	if _, err := Open(dir, Options{}); !errors.As(err, &e) || !strings.Contains(err.Error(), "other.safetensors") {
		t.Errorf("malformed weights: %v", err)
	}
}

// model.safetensors goes before an index, as transformers reads them.
func TestWeightsBeforeIndex(t *testing.T) {
	dir := writeSharded(t, goodIndex)
	writeTensors(t, filepath.Join(dir, weightsName), nil, tinyGPT2Tensors("transformer.")...)
	if f := fate(t, open(t, dir), "transformer.wte.weight"); f.File != weightsName {
		t.Errorf("read from %s", f.File)
	}
}

func FuzzIndex(f *testing.F) {
	for _, x := range badIndexes() {
		f.Add([]byte(x.index))
	}
	for name, text := range badIndexJSON() {
		if name != "deep" {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(goodIndex))
	f.Fuzz(func(t *testing.T, data []byte) {
		index, err := decodeIndex(data)
		if err != nil {
			if _, ok := err.(interface{ Hint() string }); !ok {
				t.Fatalf("untyped error %T: %v", err, err)
			}
			return
		}
		root := filepath.FromSlash("/model")
		for _, shard := range index {
			if filepath.Dir(filepath.Join(root, shard)) != root {
				t.Errorf("shard %q leaves the folder", shard)
			}
		}
	})
}
