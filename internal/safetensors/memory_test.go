package safetensors

import (
	"runtime"
	"strings"
	"testing"
)

// maxPerByte and maxFixed bound what ReadHeader may allocate in all, garbage
// included: about 30 bytes for each of the file's in the worst measured case (short
// keys of metadata, kept in the result and by the search for repeated ones), with
// room for another map's growth, and the JSON decoder's own buffers.
const (
	maxPerByte = 60
	maxFixed   = 16 << 10
)

// allocated returns the bytes allocated by f.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestMemory(t *testing.T) {
	const n = 20_000
	files := map[string][]byte{
		"numbers in a shape":   build(one(`"U8"`, "["+ones(n)+"]", "[0,0]"), 0),
		"numbers in offsets":   build(one(`"U8"`, "[0]", "["+ones(n)+"]"), 0),
		"digits":               build(one(`"U8"`, "["+strings.Repeat("1", n)+"]", "[0,0]"), 0),
		"tensors":              build(entries(n), 0),
		"arrays in each other": build(`{"a":{"x":`+strings.Repeat("[", n), 0),
		"arrays in a row":      build(`{"a":{"x":[`+strings.TrimSuffix(strings.Repeat("[],", n), ",")+"]}}", 0),
		"many unknown keys":    build(`{"a":{`+names(n)+"}}", 0),
		"metadata keys":        build(`{"__metadata__":{`+strings.ReplaceAll(names(n), ":0", `:""`)+"}}", 0),
		"long name":            build(`{"`+strings.Repeat("n", n)+`":0}`, 0),
		"long dtype":           build(one(`"`+strings.Repeat("n", n)+`"`, "[0]", "[0,0]"), 0),
		"long name twice":      build(`{"x":{},`+`"`+strings.Repeat("n", n)+`":{},"`+strings.Repeat("n", n)+`":0}`, 0),
	}
	for _, c := range bad() {
		files[c.name] = c.file
	}
	for name, file := range good() {
		files[name] = file
	}
	for name, file := range files {
		got, bound := allocated(func() { read(file) }), uint64(maxFixed+maxPerByte*len(file))
		if got > bound {
			t.Errorf("%s: %d bytes allocated for a file of %d, want at most %d", name, got, len(file), bound)
		}
		if len(file) > n {
			t.Logf("%s: %.1f bytes a byte", name, float64(got)/float64(len(file)))
		}
	}
}

// names returns n members of an object, with short names and value 0.
func names(n int) string {
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	var s strings.Builder
	for i := range n {
		s.WriteString(`,"`)
		for ; i > 0; i /= len(digits) {
			s.WriteByte(digits[i%len(digits)])
		}
		s.WriteString(`":0`)
	}
	return s.String()[1:]
}

// TestMemoryOfClaims bounds absolutely what a short file with large claims
// costs, well below any of the claims.
func TestMemoryOfClaims(t *testing.T) {
	const bound = 16 << 10
	for _, c := range badLayout() {
		if got := allocated(func() { read(c.file) }); got > bound {
			t.Errorf("%s: %d bytes allocated, want at most %d", c.name, got, bound)
		}
	}
}
