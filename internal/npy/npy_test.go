package npy

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"wspec/internal/safetensors"
)

// craft writes a file of the given version, header and numbers.
func craft(version byte, dict string, data []byte) []byte {
	b := append([]byte(Magic), version, 0)
	if version == 1 {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(dict)))
	} else {
		b = binary.LittleEndian.AppendUint32(b, uint32(len(dict)))
	}
	return append(append(b, dict...), data...)
}

func floats(x ...float32) (b []byte) {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

const plainHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }          \n"

// good are files as NumPy writes them, and what they hold.
func good() map[string]struct {
	file []byte
	want Array
} {
	six := floats(1, 2, 3, 4, 5, 6)
	return map[string]struct {
		file []byte
		want Array
	}{
		"version 1": {craft(1, plainHeader, six), Array{DType: safetensors.F32, Shape: []int{2, 3}}},
		"version 2": {craft(2, plainHeader, six), Array{DType: safetensors.F32, Shape: []int{2, 3}}},
		"version 3": {craft(3, plainHeader, six), Array{DType: safetensors.F32, Shape: []int{2, 3}}},
		"fortran":   {craft(1, strings.Replace(plainHeader, "False", "True", 1), six), Array{DType: safetensors.F32, Shape: []int{2, 3}, Fortran: true}},
		"half":      {craft(1, strings.Replace(plainHeader, "<f4", "<f2", 1), six[:12]), Array{DType: safetensors.F16, Shape: []int{2, 3}}},
		"double":    {craft(1, `{"shape":(3,),"descr":"<f8","fortran_order":True}`, six), Array{DType: safetensors.F64, Shape: []int{3}, Fortran: true}},
		"scalar":    {craft(1, "{'descr': '<f4', 'fortran_order': False, 'shape': ()}", six[:4]), Array{DType: safetensors.F32, Shape: []int{}}},
		"long":      {craft(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L)}", six), Array{DType: safetensors.F32, Shape: []int{2, 3}}},
		"empty":     {craft(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9223372036854775807)}", nil), Array{DType: safetensors.F32, Shape: []int{0, math.MaxInt}}},
	}
}

func TestParse(t *testing.T) {
	for name, x := range good() {
		a, err := Parse(x.file)
		if err != nil || a.DType != x.want.DType || !slices.Equal(a.Shape, x.want.Shape) || a.Fortran != x.want.Fortran {
			t.Errorf("%s: %+v, %v", name, a, err)
			continue
		}
		if n, _ := bytesOf(a); len(a.Data) != n || cap(a.Data) != n {
			t.Errorf("%s: %d bytes, capacity %d, want %d", name, len(a.Data), cap(a.Data), n)
		}
	}
}

// bad are files that are refused, and why.
func bad() map[string]struct {
	file []byte
	want string
} {
	six := floats(1, 2, 3, 4, 5, 6)
	change := func(old, new string) []byte { return craft(1, strings.Replace(plainHeader, old, new, 1), six) }
	return map[string]struct {
		file []byte
		want string
	}{
		"empty":          {nil, "does not begin"},
		"zip":            {[]byte("PK\x03\x04 and so on"), "does not begin"},
		"magic":          {[]byte(Magic), "ends within its header"},
		"no length":      {[]byte(Magic + "\x01\x00\x05"), "ends within its header"},
		"version":        {craft(4, plainHeader, six), "version 4"},
		"cut header":     {craft(1, plainHeader, nil)[:40], "ends within its header"},
		"long header":    {append([]byte(Magic), 2, 0, 0xff, 0xff, 0xff, 0xff), "more than 65536 are not read"},
		"short data":     {craft(1, plainHeader, six[:20]), "20 bytes of numbers, the shape needs 24"},
		"trailing data":  {craft(1, plainHeader, append(six, 0)), "25 bytes of numbers, the shape needs 24"},
		"no dict":        {change("{", "["), "not a dictionary"},
		"no end":         {change("}", " "), "want a string"},
		"rest":           {change("}", "} x"), "something follows"},
		"no comma":       {change("'<f4',", "'<f4'"), "want a comma"},
		"no colon":       {change("'descr':", "'descr'"), "want a colon"},
		"twice":          {change("'fortran_order': False", "'descr': '<f4'"), "there twice"},
		"missing":        {change("'fortran_order': False,", ""), `no "fortran_order"`},
		"unknown":        {change("fortran_order", "order"), "unknown key"},
		"big end":        {change("<f4", ">f4"), `.astype("<f4")`},
		"integers":       {change("<f4", "<i4"), `type "<i4" are not floats`},
		"native":         {change("<f4", "f4"), "are not floats"},
		"twice less":     {change("<f4", "<<f4"), "are not floats"},
		"records":        {change("'<f4'", "[('a', '<f4')]"), "records"},
		"complex":        {change("<f4", "<c8"), "are not floats"},
		"order":          {change("False", "0"), "want True or False"},
		"no tuple":       {change("(2, 3)", "6"), "want a tuple"},
		"negative":       {change("(2, 3)", "(-2, 3)"), "want a size"},
		"float":          {change("(2, 3)", "(2.0, 3)"), "want a comma or a parenthesis"},
		"overflow":       {change("(2, 3)", "(99999999999999999999, 3)"), "want a size"},
		"product":        {change("(2, 3)", "(4611686018427387904, 4)"), "more elements than a file can hold"},
		"dimensions":     {change("(2, 3)", "("+strings.Repeat("1,", 65)+")"), "more than 64 dimensions"},
		"unended string": {change("'descr'", "'descr"), "want a colon"},
		"open string":    {craft(1, "{'descr", nil), "does not end"},
		"escape":         {change("<f4", `\x3cf4`), "escape"},
	}
}

func TestParseRefuses(t *testing.T) {
	for name, x := range bad() {
		_, err := Parse(x.file)
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), x.want) || format.Offset > len(x.file) {
			t.Errorf("%s: %v, want %q", name, err, x.want)
		}
	}
}

// FuzzParse: whatever a file holds, it is refused or its numbers are all there.
func FuzzParse(f *testing.F) {
	for _, x := range good() {
		f.Add(x.file)
	}
	for _, x := range bad() {
		f.Add(x.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := Parse(file)
		if err != nil {
			if !errors.As(err, new(*FormatError)) {
				t.Fatal(err)
			}
			return
		}
		if n, ok := bytesOf(a); !ok || n != len(a.Data) || !a.DType.IsFloat() {
			t.Fatalf("%+v", a)
		}
	})
}
