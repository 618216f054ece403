// Package npy reads the header of NumPy's .npy files, versions 1 to 3 (NEP 1),
// as far as they hold arrays of floats, and says where the numbers lie.
package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"wspec/internal/safetensors"
)

// Magic is how every .npy file begins.
const Magic = "\x93NUMPY"

// maxHeader is the longest header read, in bytes: six times what NumPy accepts
// by default, and its own need little more than 100.
const maxHeader = 1 << 16

// maxDims is the most dimensions that NumPy knows.
const maxDims = 64

// FormatError says that a file breaks a rule of the format, or holds what is
// not read here.
type FormatError struct {
	Offset int // byte offset from the start of the file
	Msg    string
}

// Error names the place.
func (e *FormatError) Error() string { return fmt.Sprintf("npy: %s (at byte %d)", e.Msg, e.Offset) }

// Array says what a file holds.
type Array struct {
	DType   safetensors.DType // F16, F32 or F64, least byte first
	Shape   []int             // empty for a scalar
	Fortran bool              // the first index runs fastest
	Data    []byte            // of the file: as many bytes as shape and type need; not to be written to
}

// Parse reads a whole file, given as bytes, without copying. The error is
// *FormatError.
func Parse(file []byte) (*Array, error) {
	dict, start, err := header(file)
	if err != nil {
		return nil, err
	}
	p := &parser{text: dict, at: start - len(dict)}
	a, err := p.array()
	if err != nil {
		return nil, err
	}
	size, ok := bytesOf(a)
	if !ok {
		return nil, &FormatError{start, "the shape has more elements than a file can hold"}
	}
	if left := len(file) - start; left != size {
		return nil, &FormatError{start, fmt.Sprintf("%d bytes of numbers, the shape needs %d", left, size)}
	}
	a.Data = file[start:len(file):len(file)]
	return a, nil
}

// bytesOf returns the size of an array's numbers, if it is one that can be.
func bytesOf(a *Array) (int, bool) {
	size := a.DType.Bits() / 8
	for _, n := range a.Shape {
		if n == 0 {
			return 0, true
		}
		if size > math.MaxInt/n {
			return 0, false
		}
		size *= n
	}
	return size, true
}

// header returns the dictionary of the header, and where the numbers start.
func header(file []byte) (dict []byte, start int, err error) {
	const prefix = len(Magic) + 2 // and the version's two bytes
	if !bytes.HasPrefix(file, []byte(Magic)) {
		return nil, 0, &FormatError{0, "it does not begin as a .npy file does"}
	}
	if len(file) < prefix {
		return nil, 0, &FormatError{len(file), "the file ends within its header"}
	}
	size := 4
	switch major := file[len(Magic)]; major {
	case 1:
		size = 2
	case 2, 3:
	default:
		return nil, 0, &FormatError{len(Magic), fmt.Sprintf("version %d of the format is not known", major)}
	}
	if len(file) < prefix+size {
		return nil, 0, &FormatError{len(file), "the file ends within its header"}
	}
	var length [4]byte
	copy(length[:], file[prefix:prefix+size])
	n := binary.LittleEndian.Uint32(length[:])
	switch start = prefix + size; {
	case n > maxHeader:
		return nil, 0, &FormatError{prefix, fmt.Sprintf("a header of %d bytes: more than %d are not read", n, maxHeader)}
	case len(file) < start+int(n):
		return nil, 0, &FormatError{len(file), "the file ends within its header"}
	}
	return file[start : start+int(n)], start + int(n), nil
}
