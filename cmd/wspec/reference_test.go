package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"

	"wspec/fixtures"
	"wspec/report"
)

// The agreement asked for with LAPACK: σ within sigmaTolerance·σ₁, measures
// within metricTolerance relative. Measured on the four checkpoints, the worst
// are 4e-13 and 9e-11.
const (
	sigmaTolerance  = 1e-9
	metricTolerance = 1e-6
)

// TestReference runs the main job on every checkpoint at hand and holds each
// number of the report against the independent ones.
func TestReference(t *testing.T) {
	shipped := filepath.Join(fixtures.Dir(), "reference", "shakespeare-gpt2.json")
	t.Run("shakespeare-gpt2", func(t *testing.T) {
		compare(t, filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), shipped)
	})
	for _, name := range []string{"tinystories-656k", "capp-gpt2", "gpt2-small-partial"} {
		t.Run(name, func(t *testing.T) {
			model, ok := fixtures.Shared("data", name)
			numbers, ok2 := fixtures.Shared("reference", name+".json")
			if !ok || !ok2 {
				t.Skip("the checkpoint is not shipped with the repository and not beside it")
			}
			if raceEnabled && name == "gpt2-small-partial" {
				t.Skip("minutes under the race detector, and no other code than the small ones run")
			}
			compare(t, model, numbers)
		})
	}
}

// reference is one matrix of a file of independent numbers.
type reference map[string]json.RawMessage

func (r reference) number(t *testing.T, name string) float64 {
	t.Helper()
	var x report.Number
	if err := json.Unmarshal(r[name], &x); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return float64(x)
}

func compare(t *testing.T, model, numbers string) {
	doc := analyzed(t, model)
	data, err := os.ReadFile(numbers)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]reference
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	byLabel := map[string]*report.Matrix{}
	for i := range doc.Matrices {
		byLabel[doc.Matrices[i].Label] = &doc.Matrices[i]
	}
	for label, ref := range want {
		m := byLabel[label]
		if m == nil {
			t.Errorf("%s is not in the report", label)
			continue
		}
		compareSigma(t, m, ref)
		compareMetrics(t, m, ref)
	}
	t.Logf("%d matrices agree", len(want))
}

// analyzed runs the command and returns the document it wrote.
func analyzed(t *testing.T, model string, flags ...string) *report.Document {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	var stdout, stderr bytes.Buffer
	if status := run(context.Background(), append([]string{"analyze", model, "--out", dir, "--format", "csv"}, flags...), &stdout, &stderr); status != statusDone {
		t.Fatalf("status %d: %s", status, stderr.String())
	}
	r, err := report.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r.Document
}

func compareSigma(t *testing.T, m *report.Matrix, ref reference) {
	t.Helper()
	var sigma []float64
	if err := json.Unmarshal(ref["sigma"], &sigma); err != nil {
		t.Fatal(err)
	}
	if len(m.Sigma) != len(sigma) {
		t.Errorf("%s has %d singular values, want %d", m.Label, len(m.Sigma), len(sigma))
		return
	}
	for i, want := range sigma {
		if off := math.Abs(float64(m.Sigma[i])-want) / sigma[0]; !(off <= sigmaTolerance) {
			t.Errorf("%s: σ[%d] = %v, want %v: off by %.2g·σ₁", m.Label, i, m.Sigma[i], want, off)
			return
		}
	}
}

func compareMetrics(t *testing.T, m *report.Matrix, ref reference) {
	t.Helper()
	for name := range ref {
		if name == "shape" || name == "sigma" {
			continue
		}
		got, want := float64(m.Metrics[name]), ref.number(t, name)
		if name == "condition_number" && underFloor(m) && math.IsNaN(got) {
			continue // said to be unknown, as it should
		}
		if off := math.Abs(got-want) / math.Abs(want); !(off <= metricTolerance) && got != want {
			t.Errorf("%s: %s = %v, want %v", m.Label, name, got, want)
		}
	}
}

// underFloor reports whether the smallest σ is too small to tell from
// rounding, in which case a condition number would be noise.
func underFloor(m *report.Matrix) bool {
	return m.Sigma[len(m.Sigma)-1] <= max(m.Floor.DType, m.Floor.Method)
}

// TestGenuinePositions pins the published figures of GPT-2 small's W_pos.
func TestGenuinePositions(t *testing.T) {
	model, ok := fixtures.Shared("data", "gpt2-small-partial")
	if !ok {
		t.Skip("the checkpoint is not shipped with the repository and not beside it")
	}
	doc := analyzed(t, model, "--matrix", "W_pos")
	for i := range doc.Matrices {
		m := &doc.Matrices[i]
		check := func(what string, got report.Number, want, digits float64) {
			t.Helper()
			if !(math.Abs(float64(got)-want) <= digits) {
				t.Errorf("%s = %v, want %v", what, got, want)
			}
		}
		check("σ₁", m.Sigma[0], 61.945, 0.0005)
		check("σ₂", m.Sigma[1], 60.943, 0.0005)
		check("σ₃", m.Sigma[2], 53.241, 0.0005)
		check("σ₇₆₈", m.Sigma[767], 0.00988, 0.000005)
		check("effective rank", m.Metrics["effective_rank"], 38.813, 0.0005)
		check("effective rank of the energy", m.Metrics["effective_rank_energy"], 4.871, 0.0005)
		check("stable rank", m.Metrics["stable_rank"], 3.0852, 0.00005)
		check("rank for 90 %", m.Metrics["rank_90"], 4, 0)
		check("rank for 95 %", m.Metrics["rank_95"], 6, 0)
		check("rank for 99 %", m.Metrics["rank_99"], 11, 0)
		return
	}
	t.Error("W_pos is not in the report")
}
