package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

// put writes a file into a temporary folder and returns its path.
func put(t *testing.T, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// checkOpen opens a file and checks every tensor against the bytes its entry
// names, and that it lies in the map.
func checkOpen(t *testing.T, path string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Error(err)
		return
	}
	defer f.Close()
	if !bytes.Equal(f.Bytes(), file) {
		t.Error("Bytes is not the file")
	}
	for _, e := range f.Header().Entries {
		x, ok := f.Tensor(e.Name)
		if !ok || !equalEntry(x.Entry, e) || !bytes.Equal(x.Data, file[e.Begin:e.End]) {
			t.Errorf("tensor %q is %v", e.Name, x.Entry)
		}
		if cap(x.Data) != len(x.Data) {
			t.Errorf("tensor %q: capacity %d of %d bytes", e.Name, cap(x.Data), len(x.Data))
		}
		if len(x.Data) > 0 && unsafe.SliceData(x.Data) != &f.Bytes()[e.Begin] {
			t.Errorf("tensor %q was copied", e.Name)
		}
	}
	if _, ok := f.Tensor("no such tensor"); ok {
		t.Error("found a tensor that is not there")
	}
}

func TestOpenGood(t *testing.T) {
	for name, file := range good() {
		t.Run(name, func(t *testing.T) { checkOpen(t, put(t, file)) })
	}
}

func TestOpenBad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	for _, c := range bad() {
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		var e *FormatError
		if !errors.As(err, &e) || !strings.Contains(e.Msg, c.msg) {
			t.Errorf("%s: error %v, want a *FormatError with %q", c.name, err, c.msg)
		}
	}
}

// TestOpenLongHeader has a header too long for the package.
func TestOpenLongHeader(t *testing.T) {
	pad := strings.Repeat(" ", maxPackageHeader)
	file := build("{"+four+"}"+pad, 4)
	h, err := read(file)
	if err != nil || packageKnows(h) {
		t.Fatalf("error %v, or the header is not long", err)
	}
	checkOpen(t, put(t, file))
}

func TestOpenNotAFile(t *testing.T) {
	dir := t.TempDir()
	var e *fs.PathError
	if _, err := Open(dir); !errors.As(err, &e) || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("folder: error %v, want an *fs.PathError that says so", err)
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: error %v, want fs.ErrNotExist", err)
	}
}

// TestOpenChanged views a file that is not the one whose header was checked.
func TestOpenChanged(t *testing.T) {
	file := build("{"+entry("a", "U8", "4", 0, 4)+"}", 4)
	h, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{"refused": {"[4]", "[5]"}, "renamed": {`"a"`, `"b"`}, "retyped": {"U8", "I8"}} {
		changed := bytes.Replace(file, []byte(change[0]), []byte(change[1]), 1)
		_, err := newFile(h, changed, true)
		var e *FormatError
		if !errors.As(err, &e) || !strings.Contains(e.Msg, "changed") {
			t.Errorf("%s: error %v, want a *FormatError about a change", name, err)
		}
	}
}

func TestClose(t *testing.T) {
	f, err := Open(put(t, build("{"+four+"}", 4)))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, ok := f.Tensor("a"); ok || f.Bytes() != nil || len(f.Header().Entries) != 1 {
		t.Error("closed file has tensors or bytes, or no header")
	}
}

// TestOpenCheckpoints opens the genuine checkpoints, where they are at hand.
func TestOpenCheckpoints(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "*", "*.safetensors"))
	if err != nil || len(paths) == 0 {
		t.Skip("no checkpoints")
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			checkOpen(t, path)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !checkPackage(t, b) {
				t.Error("not compared with the package")
			}
		})
	}
}

func BenchmarkReadHeader(b *testing.B) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			file := build(entries(n), 0)
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(file); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// entries returns a header of n empty tensors.
func entries(n int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, `,"%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`, i)
	}
	return "{" + s.String()[1:] + "}"
}
