package safetensors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	st "github.com/nlpodyssey/safetensors"
	"pgregory.net/rapid"
)

// written returns the file that Write makes.
func written(tensors []Tensor, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	err := Write(&b, tensors, metadata)
	return b.Bytes(), err
}

// writable returns the dtypes the package knows.
func writable() []DType {
	return slices.DeleteFunc(dtypes(), func(d DType) bool {
		_, err := st.ParseDType(string(d))
		return err != nil
	})
}

// drawTensors draws tensors of any writable dtype, scalars and empty ones
// among them, with any names.
func drawTensors(t *rapid.T) []Tensor {
	names := rapid.SliceOfNDistinct(rapid.String(), 0, 6, rapid.ID).Draw(t, "names")
	tensors := make([]Tensor, 0, len(names))
	for _, name := range names {
		if name == "__metadata__" {
			continue
		}
		d := rapid.SampledFrom(writable()).Draw(t, "dtype")
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		n, _ := elements(shape)
		n *= d.Bits() / 8
		data := rapid.SliceOfN(rapid.Byte(), n, n).Draw(t, "data")
		tensors = append(tensors, Tensor{Entry{Name: name, DType: d, Shape: append([]int{}, shape...)}, data})
	}
	return tensors
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		tensors := drawTensors(rt)
		metadata := rapid.MapOf(rapid.String(), rapid.String()).Draw(rt, "metadata")
		file, err := written(tensors, metadata)
		if err != nil {
			rt.Fatal(err)
		}
		h, plain, err := readHeader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			rt.Fatal(err)
		}
		checkInvariants(t, h, file)
		if !checkPackage(t, file) {
			rt.Error("not compared with the package")
		}
		f, err := newFile(h, file, plain)
		if err != nil {
			rt.Fatal(err)
		}
		if len(h.Entries) != len(tensors) || !maps.Equal(h.Metadata, metadata) {
			rt.Errorf("%d tensors, metadata %q, want %d, %q", len(h.Entries), h.Metadata, len(tensors), metadata)
		}
		for _, want := range tensors {
			got, ok := f.Tensor(want.Name)
			if !ok || got.DType != want.DType || !slices.Equal(got.Shape, want.Shape) || !bytes.Equal(got.Data, want.Data) {
				rt.Errorf("tensor %q is %v, want %v", want.Name, got, want)
			}
		}
		// The other order, the same bytes.
		slices.Reverse(tensors)
		if again, err := written(tensors, metadata); err != nil || !bytes.Equal(again, file) {
			rt.Errorf("bytes depend on the order of the tensors, error %v", err)
		}
	})
}

// TestWriteBytes holds the bytes of a small file.
func TestWriteBytes(t *testing.T) {
	tensors := []Tensor{
		{Entry{Name: "b", DType: F16, Shape: []int{}}, []byte("AB")},
		{Entry{Name: "z", DType: F32, Shape: []int{1, 1}}, []byte("CDEF")},
		{Entry{Name: "a", DType: F16, Shape: []int{0}}, nil},
	}
	got, err := written(tensors, map[string]string{"k": "v"})
	if err != nil {
		t.Fatal(err)
	}
	header := `{"__metadata__":{"k":"v"},"a":{"dtype":"F16","shape":[0],"data_offsets":[4,4]},` +
		`"b":{"dtype":"F16","shape":[],"data_offsets":[4,6]},"z":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}}`
	header += strings.Repeat(" ", -len(header)&7)
	if want := append(build(header, 0), "CDEFAB"...); !bytes.Equal(got, want) {
		t.Errorf("wrote %q, want %q", got, want)
	}
}

func TestWriteRefuses(t *testing.T) {
	tensor := func(name string, d DType, shape []int, n int) Tensor {
		return Tensor{Entry{Name: name, DType: d, Shape: shape}, make([]byte, n)}
	}
	for _, c := range []struct {
		name, msg string
		x         Tensor
	}{
		{"nil shape", "no shape", tensor("a", F32, nil, 4)},
		{"nil shape, no data", "no shape", tensor("a", F32, nil, 0)},
		{"data too short", "asks for 16 bytes", tensor("a", F32, []int{2, 2}, 15)},
		{"data too long", "asks for 16 bytes", tensor("a", F32, []int{2, 2}, 17)},
		{"scalar without data", "asks for 4 bytes", tensor("a", F32, []int{}, 0)},
		{"negative dimensions", "overflows", tensor("a", F32, []int{-1, -1}, 4)},
		{"overflow", "overflows", tensor("a", F32, []int{1 << 30, 1 << 30, 16}, 0)},
		{"rank", "too many dimensions", tensor("a", "U8", slices.Repeat([]int{1}, MaxRank+1), 1)},
		{"FP8", `dtype "F8_E4M3" cannot be written`, tensor("a", F8E4M3, []int{4}, 4)},
		{"unknown dtype", `dtype "XX" cannot be written`, tensor("a", "XX", []int{4}, 4)},
		{"no dtype", `dtype "" cannot be written`, tensor("a", "", []int{4}, 4)},
		{"name not UTF-8", "name is not UTF-8", tensor("\xff", F32, []int{1}, 4)},
		{"reserved name", "name is reserved", tensor("__metadata__", F32, []int{1}, 4)},
		{"name twice", "name appears twice", tensor("first", F32, []int{1}, 4)},
	} {
		b, err := written([]Tensor{tensor("first", F32, []int{1}, 4), c.x}, nil)
		var e *FormatError
		if !errors.As(err, &e) || !strings.Contains(e.Msg, c.msg) || e.Tensor != c.x.Name || e.Offset != NoOffset {
			t.Errorf("%s: error %v, want a *FormatError with %q", c.name, err, c.msg)
		}
		if len(b) > 0 {
			t.Errorf("%s: wrote %d bytes before it refused", c.name, len(b))
		}
	}
	for _, m := range []map[string]string{{"\xff": ""}, {"": "\xff"}} {
		var e *FormatError
		if b, err := written(nil, m); !errors.As(err, &e) || len(b) > 0 {
			t.Errorf("metadata %q: error %v after %d bytes, want a *FormatError", m, err, len(b))
		}
	}
}

// failAfter is a writer that fails after n bytes.
type failAfter struct{ n int }

var errFull = errors.New("full")

func (w *failAfter) Write(b []byte) (int, error) {
	n := min(w.n, len(b))
	w.n -= n
	if n < len(b) {
		return n, errFull
	}
	return n, nil
}

func TestWriteError(t *testing.T) {
	x := []Tensor{{Entry{Name: "a", DType: F32, Shape: []int{2}}, make([]byte, 8)}}
	file, err := written(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range file {
		if err := Write(&failAfter{n}, x, nil); !errors.Is(err, errFull) {
			t.Errorf("full after %d bytes: error %v, want the writer's", n, err)
		}
	}
}

// TestWriteLongHeader has a limit small enough for a test, and data that would
// not pass for a length.
func TestWriteLongHeader(t *testing.T) {
	x := []Tensor{{Entry{Name: "a", DType: "U8", Shape: []int{255}}, bytes.Repeat([]byte{0xff}, 255)}}
	file, err := written(x, nil)
	if err != nil {
		t.Fatal(err)
	}
	length := binary.LittleEndian.Uint64(file)
	for limit, want := range map[uint64]bool{length: true, length - 1: false} {
		var b bytes.Buffer
		err := write(&headerGate{w: &b, limit: limit}, there(x), nil)
		var e *FormatError
		if want && (err != nil || !bytes.Equal(b.Bytes(), file)) {
			t.Errorf("header at the limit: error %v, %d bytes of %d", err, b.Len(), len(file))
		}
		if !want && (!errors.As(err, &e) || b.Len() > 0) {
			t.Errorf("header over the limit: error %v, want a *FormatError, %d bytes written", err, b.Len())
		}
	}
}

// Bytes that are made as they are written give the same file; an error on the way is the caller's own.
func TestWriteMade(t *testing.T) {
	tensors := []Tensor{
		{Entry{Name: "b", DType: F32, Shape: []int{1, 2}}, []byte("12345678")},
		{Entry{Name: "a", DType: F32, Shape: []int{0, 2}}, nil},
	}
	var want, got bytes.Buffer
	if err := Write(&want, tensors, map[string]string{"k": "v"}); err != nil {
		t.Fatal(err)
	}
	var order []string
	var made []Made
	for _, x := range tensors {
		made = append(made, Made{x.Entry, len(x.Data), func() ([]byte, error) {
			order = append(order, x.Name)
			return x.Data, nil
		}})
	}
	if err := WriteMade(&got, made, map[string]string{"k": "v"}); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%v, %q, want %q", err, got.Bytes(), want.Bytes())
	}
	if fmt.Sprint(order) != "[a b]" {
		t.Errorf("made in the order %v", order)
	}
	broken := errors.New("broken")
	made[0].Make = func() ([]byte, error) { return nil, broken }
	if err := WriteMade(io.Discard, made, nil); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	made[0].Make = func() ([]byte, error) { return []byte("123"), nil }
	if err := WriteMade(io.Discard, made, nil); err == nil {
		t.Error("too few bytes are written")
	}
}
