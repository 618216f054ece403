package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"wspec/fixtures"
	"wspec/internal/safetensors"
)

// TestMain lets scripts run this package as the command it is.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wspec": main})
}

// TestScripts drives the command as a user does: testdata/script/*.txtar.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIXTURES", fixtures.Dir())
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"craft": craft, "tiny": tiny, "resave": resave, "tinyqwen": tinyQwen, "hostile": hostileModel, "harmless": harmless, "pagedata": pageData, "samefolder": sameFolder, "status": status, "empty": empty, "npy": saveNPY,
		},
	})
}

// craft FILE HEADER BYTES [LENGTH] writes a file with that header text, that
// many zero bytes behind it, and LENGTH in place of the header's true length.
func craft(ts *testscript.TestScript, neg bool, args []string) {
	header := strings.TrimSuffix(ts.ReadFile(args[1]), "\n")
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	length := uint64(len(header))
	if len(args) > 3 {
		length, err = strconv.ParseUint(args[3], 0, 64)
		ts.Check(err)
	}
	data := append(binary.LittleEndian.AppendUint64(nil, length), header...)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), append(data, make([]byte, n)...), 0o666))
}

// tiny DIR [nan] writes a GPT-2 of two layers, d_model 8, whose numbers are a
// fixed pattern; with nan, L1.W_K holds one NaN.
func tiny(ts *testscript.TestScript, neg bool, args []string) {
	const d, vocab, ctx = 8, 11, 5
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o777))
	ts.Check(os.WriteFile(filepath.Join(dir, "config.json"), []byte(
		`{"model_type":"gpt2","n_layer":2,"n_embd":8,"n_head":2,"n_positions":5,"vocab_size":11}`), 0o666))
	tensors := []safetensors.Tensor{wave("wte.weight", vocab, d), wave("wpe.weight", ctx, d)}
	for _, layer := range []string{"h.0.", "h.1."} {
		tensors = append(tensors, wave(layer+"attn.c_attn.weight", d, 3*d), wave(layer+"attn.c_proj.weight", d, d),
			wave(layer+"mlp.c_fc.weight", d, 4*d), wave(layer+"mlp.c_proj.weight", 4*d, d))
	}
	if len(args) > 1 && args[1] == "nan" {
		attention := tensors[6].Data
		binary.LittleEndian.PutUint32(attention[4*(2*3*d+d+5):], math.Float32bits(float32(math.NaN())))
	}
	var b bytes.Buffer
	ts.Check(safetensors.Write(&b, tensors, nil))
	ts.Check(os.WriteFile(filepath.Join(dir, "model.safetensors"), b.Bytes(), 0o666))
}

// wave is a float32 tensor of full rank without any randomness.
func wave(name string, shape ...int) safetensors.Tensor {
	n := 1
	for _, side := range shape {
		n *= side
	}
	data := make([]byte, 0, 4*n)
	for i := range n {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(math.Sin(float64(i*i+len(name))))))
	}
	return safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.F32, Shape: shape}, Data: data}
}

// sameFolder A B fails unless both folders hold the same files, byte for byte.
func sameFolder(ts *testscript.TestScript, neg bool, args []string) {
	a, b := contents(ts, args[0]), contents(ts, args[1])
	same := len(a) == len(b)
	for name, data := range a {
		if b[name] != data {
			same = false
			ts.Logf("%s differs", name)
		}
	}
	if same == neg {
		ts.Fatalf("%s and %s: same is %v", args[0], args[1], same)
	}
}

func contents(ts *testscript.TestScript, dir string) map[string]string {
	files := map[string]string{}
	ts.Check(filepath.WalkDir(ts.MkAbs(dir), func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, _ := filepath.Rel(ts.MkAbs(dir), p)
		data, err := os.ReadFile(p)
		files[rel] = string(data)
		return err
	}))
	return files
}

// empty DIR fails unless the folder holds nothing but script files: no report
// and no temporary leftovers.
func empty(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, e := range entries {
		if strings.Contains(e.Name(), ".wspec") {
			ts.Fatalf("%s was left behind", e.Name())
		}
	}
}

// status N ARGS... runs wspec and fails unless it exits with N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec("wspec", args[1:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
}
