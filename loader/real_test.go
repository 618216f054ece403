package loader

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"wspec/fixtures"
)

// The reference is a sum of as many squares in another order: relative 2^-52·√n, n ≤ 2^20 terms, with room.
const normTolerance = 1e-11

type referenceMatrix struct {
	Shape     [2]int  `json:"shape"`
	Frobenius float64 `json:"frobenius_norm"`
}

// Genuine checkpoints: the labels are exactly the reference's, each with its shape and, by its numbers, its Frobenius norm.
func TestRealCheckpoints(t *testing.T) {
	for _, x := range []struct {
		data, reference, family, codes string
		all                            bool // the reference has every head
		missing                        string
	}{
		{"shakespeare-gpt2/step_02048", "shakespeare-gpt2", "gpt2", "", true, ""},
		{"tinystories-656k", "tinystories-656k", "llama", "tied", true, ""},
		{"capp-gpt2", "capp-gpt2", "gpt2", "no_tokenizer", true, ""},
		{"gpt2-small-partial", "gpt2-small-partial", "gpt2", strings.Repeat("missing_tensors ", 6) + "no_tokenizer", false,
			"h.{1-4,6-10}.attn.c_attn.weight h.{1-4,6-10}.attn.c_proj.weight h.{0-11}.mlp.c_fc.weight h.{0-11}.mlp.c_proj.weight"},
	} {
		t.Run(x.reference, func(t *testing.T) {
			dir, ok := fixtures.Shared("data", x.data)
			ref, ok2 := fixtures.Shared("reference", x.reference+".json")
			if !ok || !ok2 {
				t.Skip("data are not there")
			}
			m := open(t, dir)
			if m.Family != x.family || codes(m) != x.codes {
				t.Errorf("%s, warnings %+v", m.Family, m.Warnings)
			}
			if err := m.Strict(); err != nil {
				t.Error(err)
			}
			for i, pattern := range strings.Fields(x.missing) {
				if !strings.HasSuffix(m.Warnings[i].Message, ": "+pattern) {
					t.Errorf("warning %q, want of %s", m.Warnings[i].Message, pattern)
				}
			}
			compareReference(t, m, readReference(t, ref), x.all)
		})
	}
}

func readReference(t *testing.T, path string) map[string]referenceMatrix {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]referenceMatrix
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

func compareReference(t *testing.T, m *Model, want map[string]referenceMatrix, all bool) {
	t.Helper()
	if all && len(m.Matrices) != len(want) {
		t.Errorf("%d matrices, want %d", len(m.Matrices), len(want))
	}
	for label, w := range want {
		x := matrix(t, m, label)
		if in, out := x.Dims(); [2]int{in, out} != w.Shape {
			t.Errorf("%s is %d×%d, want %v", label, in, out, w.Shape)
		}
		if got := frobenius(x); !(math.Abs(got-w.Frobenius) <= normTolerance*w.Frobenius) {
			t.Errorf("%s: Frobenius norm %v, want %v", label, got, w.Frobenius)
		}
	}
}

// frobenius of a product A·B is √tr(AᵀA·BBᵀ): two small Gram matrices.
func frobenius(x Matrix) float64 {
	a := read(x.Factors[0])
	if x.Kind == Stored {
		s := 0.0
		for _, row := range a {
			s += dot(row, row)
		}
		return math.Sqrt(s)
	}
	at, b := read(x.Factors[0].T()), read(x.Factors[1])
	s := 0.0
	for i := range at {
		for j := range at {
			s += dot(at[i], at[j]) * dot(b[j], b[i])
		}
	}
	return math.Sqrt(s)
}

func dot(x, y []float64) float64 {
	s := 0.0
	for i := range x {
		s += x[i] * y[i]
	}
	return s
}

// Every checkpoint of the run opens to the same labels, that of the adapter too; an adapter without its base says what to do.
func TestRealRun(t *testing.T) {
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	var first []string
	for _, step := range []string{"step_00000", "step_00032", "step_00128", "step_00512", "step_02048", "finetuned_full", "finetuned_lora"} {
		dir, ok := fixtures.Shared("data", "shakespeare-gpt2", step)
		if !ok {
			t.Skip("data are not there")
		}
		m := open(t, dir)
		if first == nil {
			first = labels(m)
		}
		if !slices.Equal(labels(m), first) || m.Name != step {
			t.Errorf("%s differs in its labels", m.Name)
		}
	}
	if dir, ok := fixtures.Shared("data", "lora-gpt2"); ok {
		var missing *BaseError
		if _, err := Open(dir, Options{}); !errors.As(err, &missing) || missing.Base != "gpt2" {
			t.Errorf("adapter: %v", err)
		}
		if base, ok := fixtures.Shared("data", "gpt2-small-partial"); ok {
			m, err := Open(dir, Options{Base: base})
			if err != nil {
				t.Fatal(err)
			}
			defer m.Close()
			if u, ok := matrix(t, m, "L5.W_V.H3").Factors[0].Update(); !ok || u.Scale != 4 {
				t.Errorf("L5.W_V.H3: update %v, scale %v, want 32/8", ok, u.Scale)
			}
		}
	}
}
