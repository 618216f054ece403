// Package safetensors reads and writes files of tensors in the safetensors
// format: eight bytes of length, a JSON header, and the tensors' bytes, row
// after row, little-endian.
//
// A strict check of the header (ReadHeader) stands in front of
// github.com/nlpodyssey/safetensors, which views and writes the tensors. The
// check follows the reference implementation in Rust and is stricter where the
// written format is: repeated names, text before the opening brace, and a
// tensor or dtype in another JSON form than the documented one are refused.
// File content is hostile here. It yields a *FormatError, never a panic, and
// memory in proportion to the header's own length, not to what it claims.
package safetensors

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
)

// MaxHeader is the largest legal header in bytes, as in the reference.
const MaxHeader = 100_000_000

// lengthSize is the size in bytes of the header's length, a little-endian
// uint64 at the start of the file.
const lengthSize = 8

// MaxRank is the largest number of dimensions accepted. The format sets no
// bound; 64 is numpy's (NPY_MAXDIMS) and above every framework's, and without
// a bound a header of 100 MB could ask for a shape of 50 million dimensions.
const MaxRank = 64

// Entry is what the header says of one tensor.
type Entry struct {
	Name       string
	DType      DType
	Shape      []int // each ≥ 0, at most MaxRank; empty, not nil, for a scalar
	Begin, End int64 // absolute byte range in the file, Begin ≤ End
}

// Elements returns the number of elements, the product of Shape (1 for a
// scalar). ReadHeader has checked that it does not overflow.
func (e Entry) Elements() int {
	n := 1
	for _, d := range e.Shape {
		n *= d
	}
	return n
}

// Header is the checked header of a file.
type Header struct {
	Metadata  map[string]string // __metadata__, nil where absent or null
	Entries   []Entry           // ascending by Begin, then End, then Name
	DataStart int64             // byte offset of the first tensor's data
}

// ReadHeader reads and checks the header of a file of size bytes; of the rest
// of the file it reads nothing. A broken rule is a *FormatError: every entry it
// returns has a unique name and a range that starts where the one before ends,
// the last ending with the file, and as long as its shape and dtype ask for.
// A tensor with an unknown dtype (Bits() == 0) is listed, with its length
// unchecked. An error of r is wrapped.
func ReadHeader(r io.ReaderAt, size int64) (*Header, error) {
	h, _, err := readHeader(r, size)
	return h, err
}

// readHeader is ReadHeader, and says whether the header has none but the
// documented keys, since nlpodyssey/safetensors refuses others.
func readHeader(r io.ReaderAt, size int64) (h *Header, plain bool, err error) {
	text, err := headerText(r, size)
	if err != nil {
		return nil, false, err
	}
	start := lengthSize + int64(len(text))
	p := newParser(text, size-start)
	if h, err = p.header(); err != nil {
		return nil, false, err
	}
	if err := checkTiling(h, size); err != nil {
		return nil, false, err
	}
	return h, p.plain, nil
}

// headerText reads the header's JSON. It allocates after the length has been
// checked against the file's size.
func headerText(r io.ReaderAt, size int64) ([]byte, error) {
	if size < lengthSize {
		return nil, refusal(0, "file of %d bytes is too short for a header", max(size, 0))
	}
	var length [lengthSize]byte
	if err := readFull(r, length[:], 0); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint64(length[:])
	if n > MaxHeader {
		return nil, refusal(0, "header length %d exceeds %d bytes", n, MaxHeader)
	}
	if int64(n) > size-lengthSize {
		return nil, refusal(0, "header length %d exceeds the file", n)
	}
	text := make([]byte, n)
	if err := readFull(r, text, lengthSize); err != nil {
		return nil, err
	}
	if n == 0 || text[0] != '{' {
		return nil, refusal(lengthSize, "header does not start with '{'")
	}
	return text, nil
}

// readFull fills b from offset at; a file that ends earlier than its size
// promised is a *FormatError.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := io.ReadFull(io.NewSectionReader(r, at, int64(len(b))), b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return refusal(at+int64(n), "file ends inside the header")
	}
	if err != nil {
		return fmt.Errorf("safetensors: reading the header: %w", err)
	}
	return nil
}

// checkTiling sorts the entries and checks that their ranges fill the data
// from its start to the end of the file, without holes or overlaps.
func checkTiling(h *Header, size int64) error {
	// An empty tensor comes before the one that begins at the same byte.
	slices.SortFunc(h.Entries, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End), cmp.Compare(a.Name, b.Name))
	})
	at := h.DataStart
	for _, e := range h.Entries {
		switch {
		case e.Begin > at:
			return &FormatError{at, e.Name, fmt.Sprintf("%d bytes before it belong to no tensor", e.Begin-at)}
		case e.Begin < at:
			return &FormatError{e.Begin, e.Name, "overlaps the tensor before it"}
		}
		at = e.End
	}
	if at != size {
		return refusal(at, "%d bytes at the end belong to no tensor", size-at)
	}
	return nil
}

// elements returns the product of the dimensions and whether it fits an int.
// As in the reference, a product that overflows before a zero is met fails.
func elements(shape []int) (int, bool) {
	n := uint64(1)
	for _, d := range shape {
		hi, lo := bits.Mul64(n, uint64(d))
		if d < 0 || hi != 0 || lo > math.MaxInt {
			return 0, false
		}
		n = lo
	}
	return int(n), true
}

// checkLength checks that length bytes hold a tensor of this shape and dtype,
// and returns what is wrong, or "". An unknown dtype allows any length.
func checkLength(d DType, shape []int, length int64) string {
	n, ok := elements(shape)
	hi, total := bits.Mul64(uint64(n), uint64(d.Bits()))
	switch {
	case !ok || hi != 0:
		return "number of bits of the shape overflows"
	case d.Bits() == 0:
		return ""
	case total%8 != 0:
		return fmt.Sprintf("%d elements of %s do not end on a byte", n, d)
	case total/8 != uint64(length):
		return fmt.Sprintf("shape asks for %d bytes of %s, data_offsets for %d", total/8, d, length)
	}
	return ""
}
