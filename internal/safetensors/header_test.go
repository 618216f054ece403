package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	st "github.com/nlpodyssey/safetensors"
)

// read runs ReadHeader on a file in memory.
func read(file []byte) (*Header, error) {
	return ReadHeader(bytes.NewReader(file), int64(len(file)))
}

func TestBad(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range bad() {
		if seen[c.name] {
			t.Errorf("%s: name used twice", c.name)
		}
		seen[c.name] = true
		_, err := read(c.file)
		var e *FormatError
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v, want a *FormatError", c.name, err)
			continue
		}
		if !strings.Contains(e.Msg, c.msg) {
			t.Errorf("%s: message %q, want %q in it", c.name, e.Msg, c.msg)
		}
		if e.Offset < 0 || e.Offset > int64(len(c.file)) {
			t.Errorf("%s: offset %d in a file of %d bytes", c.name, e.Offset, len(c.file))
		} else if rest := c.file[e.Offset:]; !bytes.HasPrefix(rest, []byte(c.at)) {
			t.Errorf("%s: offset %d is at %.20q, want %q", c.name, e.Offset, rest, c.at)
		}
	}
}

func TestBadNamesTensor(t *testing.T) {
	for _, c := range badEntries() {
		_, err := read(c.file)
		var e *FormatError
		if !errors.As(err, &e) || e.Tensor != "a" {
			t.Errorf("%s: error %v does not name tensor a", c.name, err)
		}
	}
}

func TestGood(t *testing.T) {
	for name, file := range good() {
		h, err := read(file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkInvariants(t, h, file)
	}
}

func TestHeaderContent(t *testing.T) {
	file := build(`{`+entry(`b\u0000`, "F16", "1,2", 4, 8)+`,"__metadata__":{"k":"é"},`+four+`,`+entry("s", "XX", "", 8, 9)+`}`, 9)
	h, err := read(file)
	if err != nil {
		t.Fatal(err)
	}
	at := h.DataStart
	want := []Entry{{"a", F32, []int{1}, at, at + 4}, {"b\x00", F16, []int{1, 2}, at + 4, at + 8}, {"s", "XX", []int{}, at + 8, at + 9}}
	if !slices.EqualFunc(h.Entries, want, equalEntry) {
		t.Errorf("entries %v, want %v", h.Entries, want)
	}
	if at != int64(len(file)-9) || len(h.Metadata) != 1 || h.Metadata["k"] != "é" {
		t.Errorf("data start %d, metadata %v", at, h.Metadata)
	}
}

func equalEntry(a, b Entry) bool {
	return a.Name == b.Name && a.DType == b.DType && slices.Equal(a.Shape, b.Shape) && (a.Shape == nil) == (b.Shape == nil) &&
		a.Begin == b.Begin && a.End == b.End
}

// checkInvariants checks what ReadHeader promises of an accepted file.
func checkInvariants(t *testing.T, h *Header, file []byte) {
	t.Helper()
	at, names := h.DataStart, make(map[string]bool)
	for _, e := range h.Entries {
		if e.Begin != at || e.End < e.Begin {
			t.Errorf("tensor %q at [%d,%d), want it to begin at %d", e.Name, e.Begin, e.End, at)
		}
		at = e.End
		if names[e.Name] || !utf8.ValidString(e.Name) {
			t.Errorf("name %q appears twice or is not UTF-8", e.Name)
		}
		names[e.Name] = true
		if e.Shape == nil || len(e.Shape) > MaxRank || e.Elements() < 0 || e.DType == "" {
			t.Errorf("tensor %q has shape %v, dtype %q", e.Name, e.Shape, e.DType)
		}
		// Elements() checked by division, so that it cannot overflow here.
		if b := int64(e.DType.Bits()); b > 0 && (8*(e.End-e.Begin)%b != 0 || 8*(e.End-e.Begin)/b != int64(e.Elements())) {
			t.Errorf("tensor %q: %d elements of %d bits in %d bytes", e.Name, e.Elements(), b, e.End-e.Begin)
		}
	}
	if at != int64(len(file)) {
		t.Errorf("tensors end at %d of %d", at, len(file))
	}
}

// checkPackage is the differential test: an accepted file of documented keys
// and dtypes the package knows is accepted by the package, with equal content.
// It reports whether the file was such a one.
func checkPackage(t *testing.T, file []byte) bool {
	t.Helper()
	h, plain, err := readHeader(bytes.NewReader(file), int64(len(file)))
	if err != nil || !plain || !packageKnows(h) {
		return false
	}
	s, err := st.Deserialize(file)
	if err != nil {
		t.Errorf("accepted here, the package says: %v", err)
		return true
	}
	if s.Len() != len(h.Entries) {
		t.Errorf("%d tensors, the package has %d", len(h.Entries), s.Len())
	}
	for _, e := range h.Entries {
		v, ok := s.Tensor(e.Name)
		same := slices.EqualFunc(v.Shape(), e.Shape, func(a uint64, b int) bool { return a == uint64(b) })
		if !ok || v.DType().String() != string(e.DType) || !same || !bytes.Equal(v.Data(), file[e.Begin:e.End]) {
			t.Errorf("the package views %q differently: %v %v", e.Name, v.DType(), v.Shape())
		}
	}
	return true
}

func TestPackageAgrees(t *testing.T) {
	compared := 0
	for name, file := range good() {
		t.Run(name, func(t *testing.T) {
			if checkPackage(t, file) {
				compared++
			}
		})
	}
	// All but unknown and FP8 dtypes, sub-byte and C64, and unknown keys.
	if want := len(good()) - 14; compared != want {
		t.Errorf("compared %d files, want %d", compared, want)
	}
}

// TestReferenceVerdicts compares with the reference on crafted files, where
// they are at hand.
func TestReferenceVerdicts(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "hostile", "headers.json"))
	if err != nil {
		t.Skip(err)
	}
	var cases []struct {
		Name, Reference string
		File            []byte `json:"file_base64"` // standard base64
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	// The reference accepts these.
	stricter := []string{"dup tensor name identical", "dup tensor name, differing dtype (last I32)", `dup via escape \u0061`,
		"dup key within __metadata__", "tensor as array (serde seq form)", `dtype as {"F32":null} (serde enum form)`}
	for _, c := range cases {
		want := c.Reference == "OK" && !slices.Contains(stricter, c.Name)
		h, err := read(c.File)
		if (err == nil) != want {
			t.Errorf("%s: error %v, the reference says %s", c.Name, err, c.Reference)
		}
		if err == nil {
			checkInvariants(t, h, c.File)
			checkPackage(t, c.File)
		}
		var e *FormatError
		if err != nil && !errors.As(err, &e) {
			t.Errorf("%s: %T is not a *FormatError", c.Name, err)
		}
	}
	t.Logf("%d files", len(cases))
}

func FuzzReadHeader(f *testing.F) {
	for _, file := range good() {
		f.Add(file)
	}
	for _, c := range bad() {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := read(file)
		var e *FormatError
		switch {
		case err == nil:
			checkInvariants(t, h, file)
			checkPackage(t, file)
		case !errors.As(err, &e):
			t.Errorf("%T is not a *FormatError", err)
		case e.Offset < 0 || e.Offset > int64(len(file)):
			t.Errorf("offset %d in a file of %d bytes", e.Offset, len(file))
		case len(e.Error()) > 1000 || !utf8.ValidString(e.Error()) || strings.ContainsAny(e.Error(), "\x00\n\x1b\u202e"):
			t.Errorf("message %q", e.Error())
		}
	})
}

// failingReader fails as a disk or a network does.
type failingReader struct{ err error }

func (r failingReader) ReadAt([]byte, int64) (int, error) { return 0, r.err }

func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	var e *FormatError
	if _, err := ReadHeader(failingReader{broken}, 100); !errors.Is(err, broken) || errors.As(err, &e) {
		t.Errorf("error %v, want the reader's own", err)
	}
	// A file shorter than its size was said to be.
	file := build("{"+four+"}", 0)
	if _, err := ReadHeader(bytes.NewReader(file[:20]), int64(len(file))); !errors.As(err, &e) || e.Offset != 20 {
		t.Errorf("error %v, want a *FormatError at 20", err)
	}
	if _, err := ReadHeader(bytes.NewReader(nil), -1); !errors.As(err, &e) {
		t.Errorf("negative size: error %v, want a *FormatError", err)
	}
}

func TestErrorText(t *testing.T) {
	for _, c := range []struct {
		e    FormatError
		want string
	}{
		{FormatError{Offset: 9, Msg: "broken"}, "safetensors: broken (at byte 9)"},
		{FormatError{Offset: 0, Tensor: "a\x1b\u202e\n", Msg: "broken"}, `safetensors: tensor "a\x1b\u202e\n": broken (at byte 0)`},
		{FormatError{Offset: NoOffset, Tensor: strings.Repeat("é", 1000), Msg: "broken"}, `safetensors: tensor "` + strings.Repeat("é", 60) + `"…: broken`},
		{FormatError{Offset: NoOffset, Tensor: "a" + strings.Repeat("é", 1000), Msg: "broken"}, `safetensors: tensor "a` + strings.Repeat("é", 59) + `"…: broken`},
	} {
		if got := c.e.Error(); got != c.want {
			t.Errorf("message %q, want %q", got, c.want)
		}
	}
}
