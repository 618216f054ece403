package safetensors

import (
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"testing"
	"time"
)

// TestTruncated truncates a file under its map: every way of reading it ends
// in an error instead of the end of the process.
func TestTruncated(t *testing.T) {
	const n = 1 << 20 // many pages of any size in use
	path := put(t, build("{"+entry("a", "F32", "262144", 0, n)+"}", n))
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	x, _ := f.Tensor("a")
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	for name, use := range map[string]func(){
		"widen": func() { x.Widen(make([]float64, x.Elements()), 0) },
		"hash":  func() { sha256.Sum256(f.Bytes()) },
		"copy":  func() { copy(make([]byte, n), x.Data) },
	} {
		err := Guard(func() error { use(); return nil })
		var e *FormatError
		if !errors.As(err, &e) || e.Offset != NoOffset {
			t.Errorf("%s: error %v, want a *FormatError without a place", name, err)
		}
	}
	if debug.SetPanicOnFault(false) {
		t.Error("faults still panic after Guard")
	}
}

// TestOpenPipe opens a named pipe, which must not wait for a writer.
func TestOpenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := Open(path)
		done <- err
	}()
	select {
	case err := <-done:
		if err == nil {
			t.Error("opened a pipe")
		}
	case <-time.After(5 * time.Second):
		t.Error("Open waits")
	}
}
