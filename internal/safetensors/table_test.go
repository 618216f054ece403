package safetensors

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// build returns a file with this header and n bytes of data, which are
// 'A', 'B', …, so that a position in the data can be recognised.
func build(header string, n int) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	b = append(b, header...)
	for i := range n {
		b = append(b, byte('A'+i%26))
	}
	return b
}

// entry returns the JSON of an entry.
func entry(name, dtype, shape string, begin, end int) string {
	return fmt.Sprintf(`"%s":{"dtype":"%s","shape":[%s],"data_offsets":[%d,%d]}`, name, dtype, shape, begin, end)
}

// one returns a header of one entry with these values, given as JSON.
func one(dtype, shape, offsets string) string {
	return fmt.Sprintf(`{"a":{"dtype":%s,"shape":%s,"data_offsets":%s}}`, dtype, shape, offsets)
}

const four = `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}` // a tensor of four bytes

// good holds files that are accepted.
func good() map[string][]byte {
	m := map[string][]byte{
		"no tensor":                build(`{}`, 0),
		"no tensor, metadata":      build(`{"__metadata__":{"format":"pt","é\u0000":""}}`, 0),
		"metadata null":            build(`{"__metadata__":null,`+four+`}`, 4),
		"trailing blanks":          build("{"+four+"} \r\n\t", 4),
		"odd length of header":     build("{"+four+"} ", 4),
		"scalar":                   build(one(`"F64"`, `[]`, `[0,8]`), 8),
		"zero dimension":           build(one(`"F32"`, `[2,0]`, `[0,0]`), 0),
		"zero before overflow":     build(one(`"F32"`, `[0,4294967296,4294967296]`, `[0,0]`), 0),
		"empty name":               build("{"+entry("", "U8", "4", 0, 4)+"}", 4),
		"name with NUL":            build("{"+entry(`a\u0000b`, "U8", "4", 0, 4)+"}", 4),
		"name that looks escaped":  build("{"+entry(`\\u0061`, "U8", "2", 0, 2)+","+entry(`\u0061`, "U8", "2", 2, 4)+"}", 4),
		"keys in another order":    build(`{"a":{"data_offsets":[0,4],"shape":[4],"dtype":"U8"}}`, 4),
		"unknown keys":             build(`{"a":{"x":null,"dtype":"U8","shape":[4],"y":{"z":[1,{}]},"data_offsets":[0,4]}}`, 4),
		"entries not in order":     build("{"+entry("b", "F16", "1,2", 4, 8)+","+four+"}", 8),
		"empty tensors in between": build("{"+four+","+entry("b", "U8", "0", 0, 0)+","+entry("c", "U8", "0", 4, 4)+","+entry("d", "U8", "0", 4, 4)+"}", 4),
		"unknown dtype":            build("{"+four+","+entry("b", "XX", "3,3", 4, 9)+"}", 9),
		"unknown dtype, no bytes":  build(one(`"XX"`, `[7]`, `[0,0]`), 0),
		"FP8 among others":         build("{"+four+","+entry("b", "F8_E4M3", "4", 4, 8)+"}", 8),
		"deepest nesting":          build(`{"a":{"x":`+nested(125)+four[5:]+`}`, 4),
		"largest rank":             build(one(`"U8"`, "["+ones(64)+"]", `[0,1]`), 1),
	}
	for _, d := range dtypes() {
		n := d.Bits() // four elements of n bits, twice
		m["dtype "+string(d)] = build("{"+entry("a", string(d), "4", 0, n/2)+","+entry("b", string(d), "2,2", n/2, n)+"}", n)
	}
	return m
}

// dtypes returns every dtype of known size.
func dtypes() []DType {
	return []DType{"BOOL", "F4", "F6_E2M3", "F6_E3M2", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ",
		"I16", "U16", "F16", "BF16", "I32", "U32", "F32", "C64", "F64", "I64", "U64"}
}

// nested returns n arrays inside each other and a comma.
func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) + "," }

// ones returns n ones with commas between.
func ones(n int) string { return strings.TrimSuffix(strings.Repeat("1,", n), ",") }

// badCase is a file that is refused: the message contains msg, and the file
// goes on with at from the error's offset.
type badCase struct {
	name    string
	file    []byte
	msg, at string
}

func bad() []badCase {
	return append(append(badLayout(), badJSON()...), badEntries()...)
}

// badLayout holds refusals of lengths and byte ranges.
func badLayout() []badCase {
	length := func(n uint64, rest string) []byte {
		return append(binary.LittleEndian.AppendUint64(nil, n), rest...)
	}
	const claim100MB = "\x00\xe1\xf5\x05\x00\x00\x00\x00"
	two := func(shape string, begin, end, data int) []byte {
		return build("{"+entry("a", "F32", "2", 0, 8)+","+entry("b", "F32", shape, begin, end)+"}", data)
	}
	return []badCase{
		{"empty file", nil, "too short", ""},
		{"seven bytes", []byte("\x02\x00\x00\x00\x00\x00\x00"), "too short", "\x02"},
		{"no header", length(0, ""), "does not start with '{'", ""},
		{"length 2^64-1", length(1<<64-1, "{}"), "exceeds 100000000 bytes", "\xff"},
		{"length 2^63", length(1<<63, "{}"), "exceeds 100000000 bytes", "\x00"},
		{"length one over the limit", length(100_000_001, "{}"), "exceeds 100000000 bytes", "\x01\xe1"},
		{"100 MB claimed by 20 bytes", []byte(claim100MB + `{"a":1234567`), "exceeds the file", claim100MB},
		{"length one over the file", length(3, "{}"), "exceeds the file", "\x03"},
		{"hole at the start", build(one(`"U8"`, `[4]`, `[4,8]`), 8), "4 bytes before it belong to no tensor", "ABCD"},
		{"hole in between", two("1", 12, 16, 16), "4 bytes before it belong to no tensor", "IJKLM"},
		{"overlap", two("2", 4, 12, 12), "overlaps", "EFGH"},
		{"same region", two("2", 0, 8, 8), "overlaps", "ABCD"},
		{"empty tensor inside another", two("0", 4, 4, 8), "overlaps", "EFGH"},
		{"bytes at the end", build("{"+four+"}", 5), "1 bytes at the end belong to no tensor", "E"},
		{"bytes without tensors", build("{}", 3), "3 bytes at the end", "ABC"},
		{"unknown dtype with a hole", build(one(`"XX"`, `[4]`, `[4,8]`), 8), "belong to no tensor", "ABCD"},
		{"offsets past the data", build(one(`"U8"`, `[5]`, `[0,5]`), 4), "past the 4 bytes of data", "]"},
		{"offsets past int64", build(one(`"U8"`, `[4]`, `[18446744073709551612,18446744073709551615]`), 4), "past the 4 bytes", "]"},
		{"end before begin", build(one(`"U8"`, `[0]`, `[4,0]`), 4), "before they begin", "]"},
	}
}

// badJSON holds refusals of the header as JSON.
func badJSON() []badCase {
	text := func(name, header, msg, at string) badCase { return badCase{name, build(header, 4), msg, at} }
	return []badCase{
		text("not UTF-8 alone", "\xff", "does not start with '{'", "\xff"),
		text("byte order mark", "\ufeff{"+four+"}", "does not start with '{'", "\ufeff"),
		text("blank before the brace", " {"+four+"}", "does not start with '{'", " {"),
		text("null", "null", "does not start with '{'", "null"),
		text("array", "[]", "does not start with '{'", "[]"),
		text("brace alone", "{", "not complete", "ABCD"),
		text("cut in a string", `{"a`, "not complete", "ABCD"),
		text("cut in an entry", `{"a":{"dtype":"F32"`, "not complete", "ABCD"),
		text("NUL padding", "{"+four+"}\x00", "text after", "\x00"),
		text("second object", "{"+four+"} {}", "text after", "{}A"),
		text("no comma", "{"+four+four+"}", "not JSON", `"a"`),
		text("comment", "{/**/"+four+"}", "not JSON", "/"),
		text("name not UTF-8", "{\"\xff\":"+four[4:]+"}", "invalid UTF-8", "\xff"),
		text("name with a raw control character", "{\"a\x01\":"+four[4:]+"}", "invalid character", "\x01"),
		text("lone surrogate in metadata", `{"__metadata__":{"k":"\udc00"},`+four+"}", "surrogate", `\udc00`),
		text("lone surrogate in a name", `{"\ud800":`+four[4:]+"}", "surrogate", `\ud800`),
		text("name twice, equal", "{"+four+","+four+"}", `name "a" appears twice`, `"a"`),
		text("name twice, once escaped", `{`+four+`,"\u0061":`+four[4:]+"}", `name "a" appears twice`, `"\u0061"`),
		text("name twice, first malformed", `{"a":{"dtype":"F32"},`+four+"}", "no shape", "{"),
		text("dtype twice", `{"a":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}}`, `name "dtype" appears twice`, `"dtype":"I8"`),
		text("unknown key twice", `{"a":{"x":1,"x":2,"dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, `name "x" appears twice`, `"x":2`),
		text("metadata twice", `{"__metadata__":{},"__metadata__":{},`+four+"}", `name "__metadata__" appears twice`, `"__metadata__":{},"a"`),
		text("metadata key twice", `{"__metadata__":{"k":"1","k":"2"},`+four+"}", `name "k" appears twice`, `"k":"2"`),
		text("metadata a string", `{"__metadata__":"x",`+four+"}", "__metadata__ is not a JSON object", `"x"`),
		text("metadata an array", `{"__metadata__":[],`+four+"}", "__metadata__ is not a JSON object", `[]`),
		text("metadata with a number", `{"__metadata__":{"k":1},`+four+"}", `__metadata__ "k" is not a string`, `1}`),
		text("metadata with null", `{"__metadata__":{"k":null},`+four+"}", `__metadata__ "k" is not a string`, `null`),
		text("metadata nested", `{"__metadata__":{"k":{}},`+four+"}", `__metadata__ "k" is not a string`, `{}`),
		text("nesting one too deep", `{"a":{"x":`+nested(126)+four[5:]+"}", "nested deeper", "[]"),
		text("nesting of ten thousand", `{"a":{"x":`+strings.Repeat("[", 10_000), "nested deeper", "["),
		text("nested metadata value", `{"__metadata__":{"k":`+nested(200), `is not a string`, "["),
	}
}

// badEntries holds refusals of a single tensor.
func badEntries() []badCase {
	text := func(name, header, msg, at string) badCase { return badCase{name, build(header, 4), msg, at} }
	dtype := func(name, v, msg, at string) badCase { return text(name, one(v, "[4]", "[0,4]"), msg, at) }
	shape := func(name, v, msg, at string) badCase { return text(name, one(`"U8"`, v, "[0,4]"), msg, at) }
	offsets := func(name, v, msg, at string) badCase { return text(name, one(`"U8"`, "[4]", v), msg, at) }
	return []badCase{
		text("tensor a number", `{"a":3}`, "entry is not a JSON object", "3}"),
		text("tensor null", `{"a":null}`, "entry is not a JSON object", "null"),
		text("tensor an array", `{"a":["U8",[4],[0,4]]}`, "entry is not a JSON object", `["U8"`),
		text("no dtype", `{"a": {"shape":[4],"data_offsets":[0,4]}}`, "no dtype", `{"shape"`),
		text("dtype in another case", `{"a":{"Dtype":"U8","shape":[4],"data_offsets":[0,4]}}`, "no dtype", `{"Dtype"`),
		text("no shape", `{"a":{"dtype":"U8","data_offsets":[0,4]}}`, "no shape", `{"dtype"`),
		text("no offsets", `{"a":{"dtype":"U8","shape":[4]}}`, "no data_offsets", `{"dtype"`),
		dtype("dtype an object", `{"U8":null}`, "dtype is not a string", `{"U8"`),
		dtype("dtype null", `null`, "dtype is not a string", `null`),
		dtype("dtype empty", `""`, "dtype name of 0 bytes", `""`),
		dtype("dtype name too long", `"`+strings.Repeat("X", 65)+`"`, "dtype name of 65 bytes", `"XX`),
		shape("shape null", `null`, "shape is not an array", "null"),
		shape("shape a number", `4`, "shape is not an array", "4"),
		shape("shape with a string", `["4"]`, "other than integers", `"4"`),
		shape("shape with true", `[true,4]`, "other than integers", "true"),
		shape("shape with an array", `[[4]]`, "other than integers", "[4]"),
		shape("shape -1", `[-1,4]`, "negative", "-1"),
		shape("shape -0", `[-0,4]`, "negative", "-0"),
		shape("shape 4.0", `[4.0]`, "fractional", "4.0"),
		shape("shape 4e0", `[4e0]`, "fractional", "4e0"),
		shape("shape 2^64", `[18446744073709551616]`, "too large", "18446744073709551616"),
		shape("shape 2^63", `[9223372036854775808]`, "does not fit", "]"),
		shape("rank one too large", "["+ones(65)+"]", "more than 64", "1]"),
		shape("elements overflow", `[4294967296,4294967296]`, "overflows", `{"dtype"`),
		shape("elements overflow before a zero", `[4294967296,4294967296,0]`, "overflows", `{"dtype"`),
		shape("bits alone overflow", `[2305843009213693952]`, "overflows", `{"dtype"`),
		text("elements of unknown dtype overflow", one(`"XX"`, `[4294967296,4294967296]`, `[0,4]`), "overflows", `{"dtype"`),
		text("elements of unknown dtype over int64", one(`"XX"`, `[2,4611686018427387904]`, `[0,4]`), "overflows", `{"dtype"`),
		shape("shape too small", `[3]`, "shape asks for 3 bytes of U8, data_offsets for 4", `{"dtype"`),
		shape("shape too large", `[5]`, "shape asks for 5 bytes of U8, data_offsets for 4", `{"dtype"`),
		text("half a byte", one(`"F4"`, `[7]`, `[0,4]`), "do not end on a byte", `{"dtype"`),
		text("quarter of a byte", one(`"F6_E2M3"`, `[5]`, `[0,4]`), "do not end on a byte", `{"dtype"`),
		offsets("offsets null", `null`, "data_offsets is not an array", "null"),
		offsets("one offset", `[4]`, "has 1 numbers", "]"),
		offsets("three offsets", `[0,4,4]`, "more than 2", "4]"),
		offsets("offset negative", `[-1,3]`, "negative", "-1"),
		offsets("offset 4.0", `[0,4.0]`, "fractional", "4.0"),
		offsets("offset a string", `[0,"4"]`, "other than integers", `"4"`),
	}
}
