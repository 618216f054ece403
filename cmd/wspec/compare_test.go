package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"wspec/internal/safetensors"
)

// resave SRC DST HOW writes the model of folder SRC anew:
//
//	shards      two shards and an index
//	reversed    one file with its tensors in the opposite order
//	bf16        rounded to BF16
//	longer      three more rows in wte.weight, zeros but for their last
//	rename=A=B  tensor A under the name B
//	without=A   without tensor A
//	nudge=A     the first number of tensor A doubled
func resave(ts *testscript.TestScript, neg bool, args []string) {
	src, dst := ts.MkAbs(args[0]), ts.MkAbs(args[1])
	ts.Check(os.MkdirAll(dst, 0o777))
	config, err := os.ReadFile(filepath.Join(src, "config.json"))
	ts.Check(err)
	f, err := safetensors.Open(filepath.Join(src, "model.safetensors"))
	ts.Check(err)
	defer f.Close()
	var tensors []safetensors.Tensor
	for _, e := range f.Header().Entries {
		t, _ := f.Tensor(e.Name)
		t.Data = bytes.Clone(t.Data)
		tensors = append(tensors, t)
	}
	how, name, _ := strings.Cut(args[2], "=")
	switch how {
	case "shards":
		writeShards(ts, dst, tensors)
	case "reversed":
		writeReversed(ts, dst, tensors)
	case "bf16":
		for i := range tensors {
			tensors[i] = rounded(tensors[i])
		}
	case "longer":
		config = bytes.Replace(config, []byte(`"vocab_size":11`), []byte(`"vocab_size":14`), 1)
		t := find(tensors, "wte.weight")
		t.Data = append(t.Data, make([]byte, 4*3*t.Shape[1])...)
		t.Data[len(t.Data)-1] = 0x40
		t.Shape = []int{t.Shape[0] + 3, t.Shape[1]}
	case "rename":
		from, to, _ := strings.Cut(name, "=")
		find(tensors, from).Name = to
	case "without":
		tensors = slices.DeleteFunc(tensors, func(t safetensors.Tensor) bool { return t.Name == name })
	case "nudge":
		t := find(tensors, name)
		v := math.Float32frombits(binary.LittleEndian.Uint32(t.Data))
		binary.LittleEndian.PutUint32(t.Data, math.Float32bits(2*v))
	default:
		ts.Fatalf("resave: what is %s?", how)
	}
	ts.Check(os.WriteFile(filepath.Join(dst, "config.json"), config, 0o666))
	if how != "shards" && how != "reversed" {
		writeModel(ts, filepath.Join(dst, "model.safetensors"), tensors)
	}
}

func find(tensors []safetensors.Tensor, name string) *safetensors.Tensor {
	return &tensors[slices.IndexFunc(tensors, func(t safetensors.Tensor) bool { return t.Name == name })]
}

func writeModel(ts *testscript.TestScript, path string, tensors []safetensors.Tensor) {
	var b bytes.Buffer
	ts.Check(safetensors.Write(&b, tensors, nil))
	ts.Check(os.WriteFile(path, b.Bytes(), 0o666))
}

func writeShards(ts *testscript.TestScript, dir string, tensors []safetensors.Tensor) {
	index := struct {
		Map map[string]string `json:"weight_map"`
	}{map[string]string{}}
	for i := range 2 {
		var part []safetensors.Tensor
		name := fmt.Sprintf("model-%05d-of-00002.safetensors", i+1)
		for k, t := range tensors {
			if k%2 == i {
				part = append(part, t)
				index.Map[t.Name] = name
			}
		}
		writeModel(ts, filepath.Join(dir, name), part)
	}
	text, err := json.Marshal(index)
	ts.Check(err)
	ts.Check(os.WriteFile(filepath.Join(dir, "model.safetensors.index.json"), text, 0o666))
}

func writeReversed(ts *testscript.TestScript, dir string, tensors []safetensors.Tensor) {
	var header, data bytes.Buffer
	for i, t := range slices.Backward(tensors) {
		if header.Len() > 0 {
			header.WriteString(",")
		}
		shape, err := json.Marshal(t.Shape)
		ts.Check(err)
		fmt.Fprintf(&header, "%q:{%q:%q,%q:%s,%q:[%d,%d]}", t.Name, "dtype", t.DType, "shape", shape, "data_offsets", data.Len(), data.Len()+len(t.Data))
		data.Write(tensors[i].Data)
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(header.Len()+2))
	file = append(append(append(append(file, '{'), header.Bytes()...), '}'), data.Bytes()...)
	ts.Check(os.WriteFile(filepath.Join(dir, "model.safetensors"), file, 0o666))
}

// rounded returns an F32 tensor in BF16, to nearest, ties to even.
func rounded(t safetensors.Tensor) safetensors.Tensor {
	out := make([]byte, 0, len(t.Data)/2)
	for i := 0; i < len(t.Data); i += 4 {
		bits := binary.LittleEndian.Uint32(t.Data[i:])
		bits += 0x7fff + bits>>16&1
		out = binary.LittleEndian.AppendUint16(out, uint16(bits>>16))
	}
	t.DType, t.Data = safetensors.BF16, out
	return t
}
