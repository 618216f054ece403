package safetensors

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	st "github.com/nlpodyssey/safetensors"
)

// maxPackageHeader is the longest header in bytes that is given to
// nlpodyssey/safetensors, which decodes it into maps (at 100 MB it takes 15 s
// and 4 GB). 1 MiB is some ten thousand tensors, and costs it about 0.1 s and
// 20 MB. Files with longer headers are viewed from the entries.
const maxPackageHeader = 1 << 20

// Tensor is an entry with its bytes.
type Tensor struct {
	Entry
	Data []byte // End-Begin bytes, not to be written to; cap is len
}

// File is an open file, mapped into memory read-only. Its methods but Close
// may be called concurrently. No slice from it may be used after Close, and
// what reads them should run under Guard.
type File struct {
	header  *Header
	data    []byte
	tensors map[string]Tensor
	unmap   func() error
}

// Open maps a file and checks its header. A file that breaks a rule of the
// format gives a *FormatError, one that cannot be read an *fs.PathError.
func Open(path string) (*File, error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // the map outlives the descriptor
	// The header is read, not mapped: what has been checked cannot change.
	h, plain, err := readHeader(f, info.Size())
	if err != nil {
		return nil, err
	}
	data, unmap, err := mapFile(f, info.Size())
	if err != nil {
		return nil, &fs.PathError{Op: "mmap", Path: path, Err: err}
	}
	file, err := newFile(h, data, plain)
	if err != nil {
		return nil, errors.Join(err, unmap())
	}
	file.unmap = unmap
	return file, nil
}

// openRegular opens a regular file.
func openRegular(path string) (*os.File, fs.FileInfo, error) {
	// Asked before opening, as opening a named pipe waits for its writer.
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("not a regular file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if info, err = f.Stat(); err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// Map maps a whole file of any format into memory read-only and returns how to
// unmap it. It is read under Guard. An empty file has no bytes. The error is an
// *fs.PathError.
func Map(path string) (data []byte, unmap func() error, err error) {
	f, info, err := openRegular(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	if info.Size() == 0 {
		return nil, func() error { return nil }, nil
	}
	if data, unmap, err = mapFile(f, info.Size()); err != nil {
		return nil, nil, &fs.PathError{Op: "mmap", Path: path, Err: err}
	}
	return data, unmap, nil
}

// newFile views the tensors of a whole file in memory, through
// nlpodyssey/safetensors where it can read the file and else by the entries.
func newFile(h *Header, data []byte, plain bool) (*File, error) {
	f := &File{header: h, data: data, tensors: make(map[string]Tensor, len(h.Entries))}
	for _, e := range h.Entries {
		f.tensors[e.Name] = Tensor{e, data[e.Begin:e.End:e.End]}
	}
	if !plain || !packageKnows(h) {
		return f, nil
	}
	if err := Guard(f.viewByPackage); err != nil {
		return nil, err
	}
	return f, nil
}

// packageKnows reports whether nlpodyssey/safetensors can read a file with this
// header, at a reasonable price.
func packageKnows(h *Header) bool {
	if h.DataStart > maxPackageHeader {
		return false
	}
	return !slices.ContainsFunc(h.Entries, func(e Entry) bool {
		_, err := st.ParseDType(string(e.DType))
		return err != nil
	})
}

// viewByPackage takes the tensors' bytes from nlpodyssey/safetensors. The check
// has accepted the file, so a refusal or another length means that the file has
// been changed since.
func (f *File) viewByPackage() error {
	views, err := st.Deserialize(f.data)
	if err != nil {
		return refusal(NoOffset, "file changed while it was opened: %s", quote(err.Error()))
	}
	for name, t := range f.tensors {
		v, ok := views.Tensor(name)
		if !ok || v.DType().String() != string(t.DType) || v.DataLen() != uint64(len(t.Data)) {
			return &FormatError{t.Begin, name, "file changed while it was opened"}
		}
		d := v.Data() // its capacity reaches the end of the file
		t.Data = d[:len(d):len(d)]
		f.tensors[name] = t
	}
	return nil
}

// Header returns the checked header, not to be changed.
func (f *File) Header() *Header { return f.header }

// Tensor returns a tensor by its name and whether there is one.
func (f *File) Tensor(name string) (Tensor, bool) {
	t, ok := f.tensors[name]
	return t, ok
}

// Bytes returns the whole file, header included, not to be written to.
func (f *File) Bytes() []byte { return f.data }

// Close unmaps the file: afterwards Tensor finds nothing, Bytes is nil, and
// slices taken before must not be used. A second call does nothing.
func (f *File) Close() error {
	unmap := f.unmap
	f.data, f.tensors, f.unmap = nil, nil, nil
	if unmap == nil {
		return nil
	}
	if err := unmap(); err != nil {
		return fmt.Errorf("safetensors: unmapping: %w", err)
	}
	return nil
}
