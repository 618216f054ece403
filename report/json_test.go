package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestJSONRoundTrip: what is written reads back, undefined values included.
func TestJSONRoundTrip(t *testing.T) {
	var b bytes.Buffer
	d := sample()
	if err := WriteJSON(&b, d); err != nil {
		t.Fatal(err)
	}
	got, err := Read(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	d.Matrices[2].Metrics["spectral_norm"] = Undefined() // infinity is written as null
	equalNaN := cmp.Comparer(func(x, y Number) bool { return x == y || !x.Defined() && !y.Defined() })
	if diff := cmp.Diff(d, got.Document, equalNaN, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// TestJSONLines: each matrix stands on a line of its own that is JSON itself.
func TestJSONLines(t *testing.T) {
	var b bytes.Buffer
	if err := WriteJSON(&b, sample()); err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, `{"label":`) && !strings.HasPrefix(line, `"matrices":[{`) {
			continue
		}
		var m Matrix
		line = strings.TrimPrefix(line, `"matrices":[`)
		if err := json.NewDecoder(strings.NewReader(line)).Decode(&m); err != nil {
			t.Errorf("%v in %s", err, line)
		}
		found++
	}
	if found != len(sample().Matrices) {
		t.Errorf("%d lines hold a matrix, want %d", found, len(sample().Matrices))
	}
}

// TestRead refuses what is not a report of this schema.
func TestRead(t *testing.T) {
	for _, bad := range []string{"", "[]", "{}", `{"schema":"wspec.report/2"}`, `{"schema":1}`} {
		_, err := Read(strings.NewReader(bad))
		var schema *SchemaError
		if !errors.As(err, &schema) {
			t.Errorf("Read(%q) gives %v, want a *SchemaError", bad, err)
		}
	}
}

// TestNumber: shortest digits that read back, and null for what is undefined.
func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", -2.5: "-2.5", 0.1: "0.1", 1e-7: "1e-7", 1e21: "1e+21", 123456789: "123456789",
		math.MaxFloat64: "1.7976931348623157e+308", math.SmallestNonzeroFloat64: "5e-324",
		math.Inf(1): "null", math.Inf(-1): "null",
	} {
		b, err := json.Marshal(Number(x))
		if err != nil || string(b) != want {
			t.Errorf("%v is written %s (%v), want %s", x, b, err, want)
		}
		var back Number
		if err := json.Unmarshal(b, &back); err != nil || back.Defined() && float64(back) != x {
			t.Errorf("%s reads back as %v (%v)", b, back, err)
		}
	}
}
