package safetensors

import (
	"encoding/binary"
	"io"
	"unicode/utf8"

	st "github.com/nlpodyssey/safetensors"
)

// view is a tensor to be written; it implements the interface
// nlpodyssey/safetensors asks for. The package's own TensorView has no scalars.
type view struct {
	dtype  st.DType
	shape  []uint64
	length uint64
	data   func() []byte
}

func (v view) DType() st.DType { return v.dtype }
func (v view) Shape() []uint64 { return v.shape }
func (v view) Data() []byte    { return v.data() }
func (v view) DataLen() uint64 { return v.length }

// Write writes tensors and metadata as a file. Of each tensor Name, DType,
// Shape and Data count, not Begin and End. The bytes do not depend on the order
// of the tensors: wide elements come first, then it goes by dtype and name.
//
// What would not make a readable file is refused with a *FormatError, before
// anything has been written: a shape that is nil (a scalar's is empty), negative
// or at odds with the data, names that repeat or are not UTF-8, a header longer
// than MaxHeader, and a dtype that nlpodyssey/safetensors does not know, FP8
// among them. An error of w is returned as it is.
func Write(w io.Writer, tensors []Tensor, metadata map[string]string) error {
	return write(&headerGate{w: w, limit: MaxHeader}, there(tensors), metadata)
}

// there makes tensors of those whose bytes are there.
func there(tensors []Tensor) []Made {
	made := make([]Made, len(tensors))
	for i, t := range tensors {
		made[i] = Made{t.Entry, len(t.Data), func() ([]byte, error) { return t.Data, nil }}
	}
	return made
}

// Made is a tensor whose bytes, Length of them, are made when they are written.
type Made struct {
	Entry
	Length int
	Make   func() ([]byte, error)
}

// WriteMade is Write for tensors whose bytes need not be there at once: Make is called in the order of the file, and the bytes
// are not kept. Its error, or that of bytes of another length, is returned, and what has been written is of no use.
func WriteMade(w io.Writer, tensors []Made, metadata map[string]string) error {
	return write(&headerGate{w: w, limit: MaxHeader}, tensors, metadata)
}

func write(g *headerGate, tensors []Made, metadata map[string]string) error {
	views := make(map[string]view, len(tensors))
	for _, t := range tensors {
		if _, ok := views[t.Name]; ok {
			return &FormatError{NoOffset, t.Name, "name appears twice"}
		}
		v, msg := newView(t)
		if msg != "" {
			return &FormatError{NoOffset, t.Name, msg}
		}
		v.data = func() []byte { return g.make(t) }
		views[t.Name] = v
	}
	for k, v := range metadata {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return refusal(NoOffset, "__metadata__ %s is not UTF-8", quote(k))
		}
	}
	if err := st.SerializeToWriter(views, metadata, g); g.err == nil {
		return err
	}
	return g.err
}

// newView checks a tensor and returns it as the package wants it, or what is
// wrong with it.
func newView(t Made) (v view, msg string) {
	dtype, err := st.ParseDType(string(t.DType))
	switch {
	case !utf8.ValidString(t.Name):
		return v, "name is not UTF-8"
	case t.Name == "__metadata__":
		return v, "name is reserved"
	case err != nil:
		return v, "dtype " + quote(string(t.DType)) + " cannot be written"
	case t.Shape == nil:
		return v, "no shape"
	case len(t.Shape) > MaxRank:
		return v, "shape has too many dimensions"
	}
	if msg := checkLength(t.DType, t.Shape, int64(t.Length)); msg != "" {
		return v, msg
	}
	shape := make([]uint64, len(t.Shape))
	for i, d := range t.Shape {
		shape[i] = uint64(d)
	}
	return view{dtype: dtype, shape: shape, length: uint64(t.Length)}, ""
}

// headerGate passes writes on, after a look at the first: it brings the
// header's length, which the package does not limit.
type headerGate struct {
	w     io.Writer
	limit uint64 // bytes
	open  bool
	err   error // why there are no bytes to write
}

// make returns the bytes of a tensor; the package asks for them without a way to say that there are none.
func (g *headerGate) make(t Made) []byte {
	data, err := t.Make()
	if err == nil && len(data) != t.Length {
		err = &FormatError{NoOffset, t.Name, "its bytes are not as many as was said"}
	}
	if g.err == nil {
		g.err = err
	}
	return data
}

func (g *headerGate) Write(b []byte) (int, error) {
	if g.err != nil {
		return 0, g.err
	}
	if !g.open && len(b) >= lengthSize {
		if n := binary.LittleEndian.Uint64(b); n > g.limit {
			return 0, refusal(NoOffset, "header length %d exceeds %d bytes", n, g.limit)
		}
		g.open = true
	}
	return g.w.Write(b)
}
