package npy

import (
	"fmt"
	"strconv"
	"strings"

	"wspec/internal/safetensors"
)

// parser reads the header: a Python dictionary of three entries. It has no
// need to know more of the language than NumPy writes.
type parser struct {
	text []byte // what is left
	at   int    // its place in the file
}

func (p *parser) fail(format string, args ...any) error {
	return &FormatError{p.at, fmt.Sprintf(format, args...)}
}

func (p *parser) skip(n int) { p.text, p.at = p.text[n:], p.at+n }

// space passes over white space.
func (p *parser) space() {
	n := 0
	for n < len(p.text) && strings.IndexByte(" \t\r\n", p.text[n]) >= 0 {
		n++
	}
	p.skip(n)
}

// take passes over white space and c, if c is next.
func (p *parser) take(c byte) bool {
	p.space()
	if len(p.text) == 0 || p.text[0] != c {
		return false
	}
	p.skip(1)
	return true
}

// array reads the dictionary.
func (p *parser) array() (*Array, error) {
	a, seen := &Array{}, map[string]bool{}
	if !p.take('{') {
		return nil, p.fail("the header is not a dictionary")
	}
	for !p.take('}') {
		if len(seen) > 0 && !p.take(',') {
			return nil, p.fail("want a comma or a brace")
		}
		if p.take('}') { // behind the last comma
			break
		}
		key, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, p.fail("%.40q is there twice", key)
		}
		seen[key] = true
		if !p.take(':') {
			return nil, p.fail("want a colon")
		}
		if err := p.entry(a, key); err != nil {
			return nil, err
		}
	}
	if p.space(); len(p.text) > 0 {
		return nil, p.fail("something follows the dictionary")
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, p.fail("the header has no %q", key)
		}
	}
	return a, nil
}

func (p *parser) entry(a *Array, key string) (err error) {
	switch key {
	case "descr":
		a.DType, err = p.dtype()
	case "fortran_order":
		a.Fortran, err = p.boolean()
	case "shape":
		a.Shape, err = p.shape()
	default:
		err = p.fail("the header has an unknown key %.40q", key)
	}
	return err
}

// quoted reads a string without escapes.
func (p *parser) quoted() (string, error) {
	p.space()
	if len(p.text) == 0 || p.text[0] != '\'' && p.text[0] != '"' {
		return "", p.fail("want a string")
	}
	end := strings.IndexByte(string(p.text[1:]), p.text[0])
	if end < 0 {
		return "", p.fail("a string does not end")
	}
	s := string(p.text[1 : 1+end])
	if strings.ContainsRune(s, '\\') {
		return "", p.fail("a string with an escape")
	}
	p.skip(end + 2)
	return s, nil
}

// dtype reads the type of the elements.
func (p *parser) dtype() (safetensors.DType, error) {
	if p.space(); len(p.text) > 0 && p.text[0] == '[' {
		return "", p.fail("an array of records; save the one field that is meant")
	}
	at := *p
	descr, err := p.quoted()
	if err != nil {
		return "", err
	}
	types := map[string]safetensors.DType{"f2": safetensors.F16, "f4": safetensors.F32, "f8": safetensors.F64}
	order, kind := descr[:min(1, len(descr))], descr[min(1, len(descr)):]
	switch t, known := types[kind]; {
	case known && order == "<":
		return t, nil
	case known && order == ">":
		return "", at.fail("elements of type %q have their bytes in the other order; save the array by .astype(%q)", descr, "<"+kind)
	}
	return "", at.fail("elements of type %.40q are not floats of 2, 4 or 8 bytes", descr)
}

func (p *parser) boolean() (bool, error) {
	p.space()
	for word, value := range map[string]bool{"True": true, "False": false} {
		if strings.HasPrefix(string(p.text), word) {
			p.skip(len(word))
			return value, nil
		}
	}
	return false, p.fail("want True or False")
}

// shape reads a tuple of sizes.
func (p *parser) shape() ([]int, error) {
	if !p.take('(') {
		return nil, p.fail("want a tuple")
	}
	shape := []int{}
	for !p.take(')') {
		if len(shape) > 0 && !p.take(',') {
			return nil, p.fail("want a comma or a parenthesis")
		}
		if p.take(')') {
			break
		}
		n, err := p.size()
		if err != nil {
			return nil, err
		}
		if shape = append(shape, n); len(shape) > maxDims {
			return nil, p.fail("more than %d dimensions", maxDims)
		}
	}
	return shape, nil
}

// size reads a whole number, with the L that Python 2 wrote behind long ones.
func (p *parser) size() (int, error) {
	p.space()
	digits := 0
	for digits < len(p.text) && p.text[digits] >= '0' && p.text[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseInt(string(p.text[:digits]), 10, 0)
	if err != nil {
		return 0, p.fail("want a size")
	}
	p.skip(digits)
	if len(p.text) > 0 && p.text[0] == 'L' {
		p.skip(1)
	}
	return int(n), nil
}
