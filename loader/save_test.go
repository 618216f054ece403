package loader

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wspec/internal/safetensors"
)

// times is an edit that multiplies a matrix.
func times(m *Model, t *testing.T, label string, by float64) Edit {
	x := matrix(t, m, label)
	_, n := x.Dims()
	return Edit{Matrix: &x, Make: func() (Numbers, error) {
		return Numbers{Whole: func(dst []float64, i0, i1 int) {
			x.Factors[0].Block(dst, n, i0, i1, 0, n)
			for i := range dst {
				dst[i] *= by
			}
		}}, nil
	}}
}

// rankOne is an edit that makes a matrix the product (1, 2, 3, …)ᵀ·(by, −by, by, …).
func rankOne(m *Model, t *testing.T, label string, by float64) Edit {
	x := matrix(t, m, label)
	return Edit{Matrix: &x, Factored: true, Rank: 1, Make: func() (Numbers, error) {
		return Numbers{
			Left: func(dst []float64, i0, i1 int) {
				for i := i0; i < i1; i++ {
					dst[i-i0] = float64(i + 1)
				}
			},
			Right: func(dst []float64, j0, j1 int) {
				for j := j0; j < j1; j++ {
					dst[j-j0] = by * (1 - 2*float64(j%2))
				}
			},
		}, nil
	}}
}

func save(t *testing.T, m *Model, edits ...Edit) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	if err := m.Save(context.Background(), dir, edits); err != nil {
		t.Fatal(err)
	}
	return dir
}

func fileOf(t *testing.T, elem ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Each matrix, in either layout and a block of a fused tensor, is written where it was and nowhere else.
func TestSaveChangesItsOwnNumbers(t *testing.T) {
	for _, x := range []struct {
		config  string
		tensors []safetensors.Tensor
	}{{tinyGPT2, tinyGPT2Tensors("transformer.")}, {tinyLlama, tinyLlamaTensors("model.")}} {
		dir := writeModel(t, x.config, x.tensors...)
		m := open(t, dir)
		for _, a := range m.Matrices {
			if a.Kind != Stored || a.Head >= 0 {
				continue
			}
			out := save(t, m, times(m, t, a.Label, 2))
			again := open(t, out)
			for i, b := range again.Matrices {
				want := read(m.Matrices[i].Factors[0])
				if b.Label == a.Label {
					for _, row := range want {
						for j := range row {
							row[j] *= 2
						}
					}
				}
				if b.Kind == Stored && b.Head < 0 && fmt.Sprint(read(b.Factors[0])) != fmt.Sprint(want) {
					t.Errorf("%s written: %s is %v, want %v", a.Label, b.Label, read(b.Factors[0]), want)
				}
			}
			before, after := fileOf(t, dir, weightsName), fileOf(t, out, weightsName)
			v := a.Factors[0]
			if n := changed(before, after); len(before) != len(after) || n > v.rows*v.cols || n == 0 {
				t.Errorf("%s: %d numbers of %d differ, %d bytes, before %d", a.Label, n, v.rows*v.cols, len(after), len(before))
			}
			if !bytes.Equal(fileOf(t, dir, configName), fileOf(t, out, configName)) || !bytes.Equal(fileOf(t, dir, vocabName), fileOf(t, out, vocabName)) {
				t.Errorf("%s: config or vocabulary differ", a.Label)
			}
		}
	}
}

// changed counts the words of four bytes that differ.
func changed(a, b []byte) int {
	n := 0
	for i := 0; i+4 <= min(len(a), len(b)); i += 4 {
		if !bytes.Equal(a[i:i+4], b[i:i+4]) {
			n++
		}
	}
	return n
}

// Without a change every byte is as it was, metadata and shards included, and a second time gives the same.
func TestSaveKeepsEveryByte(t *testing.T) {
	dir := writeModel(t, tinyGPT2)
	all := tinyGPT2Tensors("")
	if err := os.Remove(filepath.Join(dir, weightsName)); err != nil {
		t.Fatal(err)
	}
	writeTensors(t, filepath.Join(dir, "a.safetensors"), map[string]string{"format": "pt"}, all[:4]...)
	writeTensors(t, filepath.Join(dir, "b.safetensors"), nil, all[4:]...)
	writeFile(t, filepath.Join(dir, indexName), indexFor(all))
	writeFile(t, filepath.Join(dir, "tokenizer.json"), "{}")
	writeFile(t, filepath.Join(dir, "optimizer.bin"), "not a model's")
	m := open(t, dir)
	out := save(t, m, times(m, t, "L0.W_K", 1), times(m, t, "L0.W_out", 1))
	names := []string{"a.safetensors", "b.safetensors", configName, indexName, "tokenizer.json", vocabName}
	for _, name := range names {
		if !bytes.Equal(fileOf(t, dir, name), fileOf(t, out, name)) {
			t.Errorf("%s differs", name)
		}
	}
	if got := folderNames(t, out); fmt.Sprint(got) != "[a.safetensors b.safetensors config.json model.safetensors.index.json tokenizer.json vocab.json]" {
		t.Errorf("files %v", got)
	}
	if left := folderNames(t, filepath.Dir(out)); len(left) != 1 {
		t.Errorf("left beside it: %v", left)
	}
}

func folderNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// indexFor lists the first four tensors in a.safetensors, the others in b.safetensors.
func indexFor(tensors []safetensors.Tensor) string {
	var lines []string
	for i, x := range tensors {
		lines = append(lines, fmt.Sprintf("%q:%q", x.Name, map[bool]string{true: "a.safetensors", false: "b.safetensors"}[i < 4]))
	}
	return `{"metadata":{"total_size":1},"weight_map":{` + strings.Join(lines, ",") + `}}`
}

// Numbers are rounded to the tensor's own type.
func TestSaveRounds(t *testing.T) {
	x := blank("w", safetensors.BF16, 2, 3)
	dir := t.TempDir()
	path := filepath.Join(dir, "x.safetensors")
	writeTensors(t, path, nil, x)
	m := open(t, path)
	w := matrix(t, m, "w")
	e := Edit{Matrix: &w, Make: func() (Numbers, error) {
		return Numbers{Whole: func(dst []float64, i0, i1 int) {
			copy(dst, []float64{1, 1 + 0x1p-8, 1 + 3*0x1p-8, 1 + 0x1p-8 + 0x1p-40, -0.1, 0}[3*i0:3*i1])
		}}, nil
	}}
	again := open(t, filepath.Join(save(t, m, e), "x.safetensors"))
	if got := fmt.Sprint(read(again.Matrices[0].Factors[0])); got != "[[1 1 1.015625] [1.0078125 -0.10009765625 0]]" {
		t.Error(got)
	}
}

// An alias of an edited tensor has its bytes afterwards too.
func TestSaveAlias(t *testing.T) {
	tensors := tinyLlamaTensors("model.")
	tensors[1] = ramp("lm_head.weight", 0, 7, 6)
	m := open(t, writeModel(t, tinyLlama, tensors...))
	for _, e := range []Edit{times(m, t, "W_E", 3), rankOne(m, t, "W_E", 2)} {
		again := open(t, save(t, m, e))
		if f := fate(t, again, "lm_head.weight"); f.Fate != FateAlias || !again.Config.Tied {
			t.Errorf("factored %v: %+v, tied %v", e.Factored, f, again.Config.Tied)
		}
	}
}

// What is written in factors is read as their product, in any layout, beside matrices that were left alone, changed, or emptied.
func TestSaveFactored(t *testing.T) {
	for _, x := range []struct {
		config  string
		tensors []safetensors.Tensor
	}{{tinyGPT2, tinyGPT2Tensors("transformer.")}, {tinyLlama, tinyLlamaTensors("model.")}} {
		m := open(t, writeModel(t, x.config, x.tensors...))
		empty := rankOne(m, t, "W_E", 0)
		empty.Rank = 0
		edits := []Edit{rankOne(m, t, "L0.W_Q", 1), rankOne(m, t, "L0.W_in", 10), times(m, t, "L0.W_V", 2), times(m, t, "L0.W_O", 3), empty}
		out := save(t, m, edits...)
		again := open(t, out)
		want := map[string]func(i, j int, v float64) float64{
			"L0.W_Q":  func(i, j int, _ float64) float64 { return float64((i + 1) * (1 - 2*(j%2))) },
			"L0.W_in": func(i, j int, _ float64) float64 { return float64(10 * (i + 1) * (1 - 2*(j%2))) },
			"L0.W_V":  func(_, _ int, v float64) float64 { return 2 * v },
			"L0.W_O":  func(_, _ int, v float64) float64 { return 3 * v },
			"W_E":     func(_, _ int, v float64) float64 { return 0 },
		}
		if fmt.Sprint(labels(m)) != fmt.Sprint(labels(again)) || codes(again) != codes(m) {
			t.Fatalf("%v, %s", labels(again), codes(again))
		}
		for i, b := range again.Matrices {
			a := m.Matrices[i]
			if b.Kind != Stored || b.Head >= 0 {
				continue
			}
			old, got := read(a.Factors[0]), read(b.Factors[0])
			for r, row := range old {
				for c, v := range row {
					if f := want[a.Label]; f != nil {
						v = f(r, c, v)
					}
					if got[r][c] != v {
						t.Fatalf("%s (%d, %d) = %v, want %v", a.Label, r, c, got[r][c], v)
					}
				}
			}
			checkBlocks(t, b.Factors[0], got)
		}
		// Heads and circuits are of the same numbers.
		q, whole := matrix(t, again, "L0.W_Q.H1"), matrix(t, again, "L0.W_Q")
		if read(q.Factors[0])[2][0] != read(whole.Factors[0])[2][again.Config.DHead] {
			t.Error("W_Q.H1 is not a part of W_Q")
		}
		second := save(t, m, edits...)
		for _, name := range folderNames(t, out) {
			if !bytes.Equal(fileOf(t, out, name), fileOf(t, second, name)) {
				t.Errorf("%s differs the second time", name)
			}
		}
		err := again.CheckSave(filepath.Join(t.TempDir(), "x"), []*Matrix{&again.Matrices[slices.Index(labels(again), "L0.W_Q")]})
		if e := (*SaveError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), "factors already") {
			t.Errorf("a tensor in factors: %v", err)
		}
	}
}

// checkBlocks reads every block of a view, and of its transpose, into a poisoned buffer.
func checkBlocks(t *testing.T, v View, want [][]float64) {
	t.Helper()
	m, n := v.Dims()
	for i0 := range m {
		for j0 := range n {
			dst := make([]float64, (m-i0)*(n+3))
			for i := range dst {
				dst[i] = math.NaN()
			}
			v.Block(dst, n+3, i0, m, j0, n)
			turned := make([]float64, (n-j0)*m)
			v.T().Block(turned, m, j0, n, i0, m)
			for i := i0; i < m; i++ {
				for j := range n + 3 {
					switch got := dst[(i-i0)*(n+3)+j]; {
					case j < n-j0 && (got != want[i][j0+j] || turned[j*m+i-i0] != got):
						t.Fatalf("block from (%d, %d): (%d, %d) is %v, %v, want %v", i0, j0, i, j0+j, got, turned[j*m+i-i0], want[i][j0+j])
					case j >= n-j0 && !math.IsNaN(got):
						t.Fatalf("block from (%d, %d) writes past its columns", i0, j0)
					}
				}
			}
		}
	}
}

// Shards keep their names; the index lists what they hold now. One shard of them opens alone.
func TestSaveFactoredShards(t *testing.T) {
	dir := writeModel(t, tinyGPT2)
	all := tinyGPT2Tensors("")
	if err := os.Remove(filepath.Join(dir, weightsName)); err != nil {
		t.Fatal(err)
	}
	writeTensors(t, filepath.Join(dir, "a.safetensors"), map[string]string{"format": "pt"}, all[:4]...)
	writeTensors(t, filepath.Join(dir, "b.safetensors"), nil, all[4:]...)
	writeFile(t, filepath.Join(dir, indexName), indexFor(all))
	m := open(t, dir)
	out := save(t, m, rankOne(m, t, "L0.W_Q", 1))
	again := open(t, out)
	if codes(again) != codes(m) {
		t.Errorf("warnings %q, before %q", codes(again), codes(m))
	}
	f := fate(t, again, "h.0.attn.c_attn.W_Q.lora_A.weight")
	if f.Role != "L0.W_Q L0.W_K L0.W_V" || f.File != "a.safetensors" || f.Fate != FateAnalysed {
		t.Errorf("%+v", f)
	}
	if !bytes.Equal(fileOf(t, dir, "b.safetensors"), fileOf(t, out, "b.safetensors")) {
		t.Error("the other shard differs")
	}
	if h := again.checkpoint.shards[0].Header(); h.Metadata["format"] != "pt" {
		t.Errorf("metadata %v", h.Metadata)
	}
	for _, name := range []string{"a.safetensors", "b.safetensors"} {
		open(t, filepath.Join(out, name))
	}
}

func TestSaveRefuses(t *testing.T) {
	dir := writeModel(t, tinyGPT2, tinyGPT2Tensors("")...)
	m := open(t, dir)
	fp8 := filepath.Join(t.TempDir(), "x.safetensors")
	eight := blank("w", "U8", 2, 2)
	var file bytes.Buffer
	if err := safetensors.Write(&file, []safetensors.Tensor{eight}, nil); err != nil {
		t.Fatal(err)
	}
	writeFile(t, fp8, eightBits(file.Bytes()))
	for name, x := range map[string]struct {
		m     *Model
		dir   string
		label string
		want  string
	}{
		"itself":  {m, dir, "W_E", "there is something of that name"},
		"a head":  {m, "new", "L0.W_Q.H1", "L0.W_Q.H1 cannot be written: it is not a stored matrix"},
		"circuit": {m, "new", "L0.W_OV.H1", "it is not a stored matrix"},
		"dtype":   {open(t, fp8), "new", "w", "w cannot be written: rounding to F8_E4M3 is not known here"},
	} {
		w := matrix(t, x.m, x.label)
		out := x.dir
		if out == "new" {
			out = filepath.Join(t.TempDir(), "out")
		}
		err := x.m.Save(context.Background(), out, []Edit{{Matrix: &w}})
		if e := (*SaveError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), x.want) || e.Hint() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	out := filepath.Join(t.TempDir(), "out")
	broken := times(m, t, "L0.W_in", math.Inf(1))
	if err := m.Save(context.Background(), out, []Edit{broken}); !errors.As(err, new(*safetensors.RangeError)) || !strings.Contains(err.Error(), "L0.W_in") {
		t.Errorf("infinity: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := m.Save(ctx, out, []Edit{times(m, t, "L0.W_in", 1)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left := folderNames(t, filepath.Dir(out)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// eightBits turns a file of U8 tensors into one of F8_E4M3.
func eightBits(file []byte) string {
	n := binary.LittleEndian.Uint64(file)
	header := strings.TrimRight(strings.ReplaceAll(string(file[8:8+n]), `"U8"`, `"F8_E4M3"`), " ")
	header += strings.Repeat(" ", (8-len(header)%8)%8)
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + header + string(file[8+n:])
}

// badTables are tables of tensors in parts, over A 2×6, B 10×2 and D 6×6, and what is said of them.
func badTables() map[string]string {
	entry := func(shape, blocks string) string {
		return `{"schema":"wspec.lowrank/1","tensors":{"t":{"dtype":"F32","shape":` + shape + `,"blocks":[` + blocks + `]}}}`
	}
	const pair = `{"first":[0,0],"shape":[10,6],"lora_A":"A","lora_B":"B"}`
	return map[string]string{
		`{}`:  `schema is ""`,
		`[1]`: "unexpected JSON array",
		`{"schema":"wspec.lowrank/1","tensors":{"A":{}}}`: "is stored as well",
		`{"schema":"wspec.lowrank/1","tensors":{"t":{}}}`: `has dtype ""`,
		entry("[0,6]", pair):                              "has shape [0 6]",
		entry("[1073741825,6]", ""):                       "has shape",
		entry("[10,6]", ""):                               "not covered",
		entry("[10,7]", pair):                             "not covered",
		entry("[9,6]", pair):                              "does not lie in",
		entry("[10,6]", pair+","+pair):                    "overlap",
		entry("[20,6]", pair+`,{"first":[9223372036854775800,0],"shape":[10,6],"dense":"D"}`): "does not lie in",
		entry("[10,6]", strings.Replace(pair, `"A"`, `"B"`, 1)):                               "of shape [10 2], want [-1 6]",
		entry("[10,6]", strings.Replace(pair, `"A"`, `"C"`, 1)):                               "C, which is not in the files",
		entry("[10,6]", strings.Replace(pair, `"A"`, `"Z"`, 1)):                               "has no rows",
		entry("[10,6]", strings.Replace(pair, `"A"`, `"V"`, 1)):                               "no matrix of floats",
		entry("[10,6]", strings.Replace(pair, `,"lora_B":"B"`, ``, 1)):                        "neither lora_A and lora_B nor dense",
		entry("[6,7]", `{"first":[0,0],"shape":[6,7],"dense":"D"}`):                           "of shape [6 6], want [6 7]",
	}
}

// partsModel is a folder without a family whose parts the tables are of.
func partsModel(t testing.TB) string {
	dir := t.TempDir()
	var b bytes.Buffer
	parts := []safetensors.Tensor{ramp("A", 0, 2, 6), ramp("B", 0, 10, 2), ramp("D", 0, 6, 6), ramp("V", 0, 6), blank("Z", "F32", 0, 6)}
	if err := safetensors.Write(&b, parts, nil); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{weightsName: b.String(), configName: `{"model_type":"x"}`, vocabName: "{}"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBadTables(t *testing.T) {
	dir := partsModel(t)
	for text, want := range badTables() {
		writeFile(t, filepath.Join(dir, lowRankName), text)
		m, err := Open(dir, Options{})
		if err == nil {
			m.Close()
		}
		if _, hint := err.(interface{ Hint() string }); err == nil || !strings.Contains(err.Error(), want) || !hint {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Whatever a table says, it is refused with a type, or every number of what it describes can be read.
func FuzzLowRank(f *testing.F) {
	for text := range badTables() {
		f.Add([]byte(text))
	}
	f.Add([]byte(`{"schema":"wspec.lowrank/1","tensors":{"t":{"dtype":"F32","shape":[10,12],"blocks":[
		{"first":[0,6],"shape":[10,6],"lora_A":"A","lora_B":"B"},{"first":[4,0],"shape":[6,6],"dense":"D"},{"first":[0,0],"shape":[4,6],"lora_A":"A","lora_B":"A"}]}}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := partsModel(t)
		if err := os.WriteFile(filepath.Join(dir, lowRankName), text, 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Open(dir, Options{SkipHash: true})
		if err != nil {
			if _, ok := err.(interface{ Hint() string }); !ok {
				t.Fatalf("untyped error %T: %v", err, err)
			}
			return
		}
		defer m.Close()
		for _, x := range m.Matrices {
			if r, c := x.Dims(); r*c < 1<<16 {
				read(x.Factors[0])
			}
		}
	})
}
