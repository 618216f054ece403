package safetensors

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth bounds the nesting of the header's JSON, the outermost object being
// 1. serde_json, under the reference, refuses 128.
const maxDepth = 127

// maxDType bounds the name of an unknown dtype in bytes; the longest known
// name has 11.
const maxDType = 64

// parser reads a header token by token. jsontext refuses repeated names,
// invalid UTF-8 and lone surrogates by itself.
type parser struct {
	dec     *jsontext.Decoder
	text    []byte
	dataLen int64
	prev    int64  // end in text of the token before the last one read
	tensor  string // name of the entry being read
	plain   bool   // no key but the documented ones so far
	numbers []uint64
}

func newParser(text []byte, dataLen int64) *parser {
	// A bytes.Buffer is read in place, without a copy.
	dec := jsontext.NewDecoder(bytes.NewBuffer(text))
	return &parser{dec: dec, text: text, dataLen: dataLen, plain: true}
}

// header reads the whole header; the entries' ranges are absolute but not yet
// sorted or compared with each other.
func (p *parser) header() (*Header, error) {
	h := &Header{DataStart: lengthSize + int64(len(p.text))}
	err := p.object("header", func(name string) (err error) {
		if name == "__metadata__" {
			h.Metadata, err = p.metadata()
			return err
		}
		p.tensor = name
		e, err := p.entry(name)
		p.tensor = ""
		h.Entries = append(h.Entries, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	end := p.dec.InputOffset()
	if rest := bytes.TrimLeft(p.text[end:], " \t\r\n"); len(rest) > 0 {
		return nil, refusal(h.DataStart-int64(len(rest)), "text after the header's JSON object")
	}
	return h, nil
}

// object reads an object, calling member after each of its names; member reads
// the value.
func (p *parser) object(what string, member func(name string) error) error {
	tok, err := p.next()
	if err != nil {
		return err
	}
	if tok.Kind() != '{' {
		return p.refuse("%s is not a JSON object", what)
	}
	for {
		tok, err := p.next()
		if err != nil || tok.Kind() == '}' {
			return err
		}
		if err := member(tok.String()); err != nil {
			return err
		}
	}
}

// metadata reads the value of __metadata__, an object of strings or null.
func (p *parser) metadata() (map[string]string, error) {
	if p.dec.PeekKind() == 'n' {
		_, err := p.next()
		return nil, err
	}
	m := make(map[string]string)
	err := p.object("__metadata__", func(key string) error {
		tok, err := p.next()
		if err != nil {
			return err
		}
		if tok.Kind() != '"' {
			return p.refuse("__metadata__ %s is not a string", quote(key))
		}
		m[key] = tok.String()
		return nil
	})
	return m, err
}

// entry reads the value of a tensor's name. Unknown keys are skipped, as in
// the reference.
func (p *parser) entry(name string) (Entry, error) {
	e := Entry{Name: name, Begin: -1}
	at := p.dec.InputOffset()
	err := p.object("entry", func(key string) (err error) {
		switch key {
		case "dtype":
			e.DType, err = p.dtype()
		case "shape":
			e.Shape, err = p.shape()
		case "data_offsets":
			e.Begin, e.End, err = p.offsets()
		default:
			p.plain = false
			err = p.skip()
		}
		return err
	})
	if err != nil {
		return e, err
	}
	msg := ""
	switch {
	case e.DType == "":
		msg = "no dtype"
	case e.Shape == nil:
		msg = "no shape"
	case e.Begin < 0:
		msg = "no data_offsets"
	default:
		msg = checkLength(e.DType, e.Shape, e.End-e.Begin)
	}
	if msg != "" {
		return e, p.refuseAt(p.startAfter(at), "%s", msg)
	}
	return e, nil
}

// dtype reads a dtype's name.
func (p *parser) dtype() (DType, error) {
	tok, err := p.next()
	if err != nil {
		return "", err
	}
	if tok.Kind() != '"' {
		return "", p.refuse("dtype is not a string")
	}
	d := DType(tok.String())
	if d == "" || d.Bits() == 0 && len(d) > maxDType {
		return "", p.refuse("dtype name of %d bytes", len(d))
	}
	return d, nil
}

// shape reads the dimensions; the result is not nil unless there is an error.
func (p *parser) shape() ([]int, error) {
	if err := p.naturals("shape", MaxRank); err != nil {
		return nil, err
	}
	shape := make([]int, len(p.numbers))
	for i, n := range p.numbers {
		if n > math.MaxInt {
			return nil, p.refuse("dimension %d does not fit an integer", n)
		}
		shape[i] = int(n)
	}
	return shape, nil
}

// offsets reads data_offsets and returns them relative to the file's start.
func (p *parser) offsets() (begin, end int64, err error) {
	if err := p.naturals("data_offsets", 2); err != nil {
		return 0, 0, err
	}
	if len(p.numbers) != 2 {
		return 0, 0, p.refuse("data_offsets has %d numbers, not 2", len(p.numbers))
	}
	b, e := p.numbers[0], p.numbers[1]
	switch {
	case e < b:
		return 0, 0, p.refuse("data_offsets end at %d, before they begin at %d", e, b)
	case e > uint64(p.dataLen):
		return 0, 0, p.refuse("data_offsets end at %d, past the %d bytes of data", e, p.dataLen)
	}
	start := lengthSize + int64(len(p.text))
	return start + int64(b), start + int64(e), nil
}

// naturals reads an array of at most limit non-negative integers into
// p.numbers. Only digits will do: 16.0, 1e3 and -0 are refused, as in the
// reference.
func (p *parser) naturals(what string, limit int) error {
	p.numbers = p.numbers[:0]
	tok, err := p.next()
	if err != nil {
		return err
	}
	if tok.Kind() != '[' {
		return p.refuse("%s is not an array", what)
	}
	for {
		tok, err := p.next()
		if err != nil || tok.Kind() == ']' {
			return err
		}
		if tok.Kind() != '0' {
			return p.refuse("%s holds something other than integers", what)
		}
		n, err := strconv.ParseUint(tok.String(), 10, 64)
		if err != nil {
			return p.refuse("%s holds a number that is negative, fractional or too large", what)
		}
		if len(p.numbers) == limit {
			return p.refuse("%s has more than %d numbers", what, limit)
		}
		p.numbers = append(p.numbers, n)
	}
}

// skip passes over one value of any kind.
func (p *parser) skip() error {
	depth := p.dec.StackDepth()
	for {
		if _, err := p.next(); err != nil || p.dec.StackDepth() <= depth {
			return err
		}
	}
}

// next reads a token, which is valid until the next call.
func (p *parser) next() (jsontext.Token, error) {
	p.prev = p.dec.InputOffset()
	tok, err := p.dec.ReadToken()
	if err != nil {
		return tok, p.syntaxError(err)
	}
	if p.dec.StackDepth() > maxDepth {
		return tok, p.refuse("header is nested deeper than %d levels", maxDepth)
	}
	return tok, nil
}

// refuse makes an error at the last token read.
func (p *parser) refuse(format string, args ...any) error {
	return p.refuseAt(p.startAfter(p.prev), format, args...)
}

// refuseAt makes an error at an offset in the text.
func (p *parser) refuseAt(at int64, format string, args ...any) error {
	return &FormatError{lengthSize + at, p.tensor, fmt.Sprintf(format, args...)}
}

// startAfter returns the start of the token that follows the one ending at
// offset end of the text.
func (p *parser) startAfter(end int64) int64 {
	rest := bytes.TrimLeft(p.text[end:], " \t\r\n,:")
	return int64(len(p.text) - len(rest))
}

// syntaxError turns an error of jsontext into ours.
func (p *parser) syntaxError(err error) error {
	var s *jsontext.SyntacticError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return p.refuseAt(int64(len(p.text)), "header's JSON is not complete")
	case !errors.As(err, &s):
		return p.refuse("header is not JSON: %s", quote(err.Error()))
	case errors.Is(err, jsontext.ErrDuplicateName):
		return p.refuseAt(s.ByteOffset, "name %s appears twice", quote(s.JSONPointer.LastToken()))
	}
	return p.refuseAt(s.ByteOffset, "header is not JSON: %v", s.Err)
}
