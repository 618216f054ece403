package report

import (
	"strings"
	"testing"
)

func directionsText(t *testing.T, d *Document, o DirectionsOptions) string {
	t.Helper()
	var b strings.Builder
	if err := WriteDirections(&b, d, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestWriteDirections shows the block in place of stability, both poles, what
// chance gives, and hostile tokens on their line.
func TestWriteDirections(t *testing.T) {
	d := directed()
	m := &d.Matrices[0]
	m.Directions[0].Sensitivity = map[string]Sensitivity{
		"folded": {Match: 4, Angle: 12.5, Jaccard: 0.25}, "centered": {Match: -1, Angle: Undefined(), Jaccard: Undefined()},
	}
	m.Directions[0].Pairs = []Pair{{QueryTok: "a\x1b[0m", KeyTok: "b"}}
	m.Blocks = []Block{{First: 2, Last: 3}, {First: 4, Last: 5, Complete: true, In: []Leverage{{ID: 1, Token: "\x1bt", Leverage: 0.5, Excess: 0.25}}, Out: []Leverage{{ID: 6, Leverage: 1, Excess: 0.5}}}}
	m.In, m.Out = "residual", "mlp"
	d.Models[0].Vocabulary = &Vocabulary{Tokens: 9, Undertrained: []Undertrained{{ID: 8}}, Draws: 100, Readouts: 40, Coherent: 1, Nominal: 5, Expected: 2, Seed: 3}
	got := directionsText(t, d, DirectionsOptions{})
	for _, want := range []string{
		"L0.W_Q  2×3 F32  residual → mlp\n",
		"σ₁ 2, floor of storage 1e-07, of the method 2e-16; 0 of 1 directions shown are stable\n",
		"\n  index 3  σ₄ 2  energy 25 %  angle bound 0.5  block 2–3: only their span is defined\n",
		"in  residual through W_E, skew -1.5, coherence of − 0.5 (chance 0.1 ± 0.05), p 0.01, q 0.04\n",
		"+  =cmd(\"x\")  \\u202eb,\"\\u000a°\n",
		"−  -1\n",
		"out mlp, skew –\n",
		"+  neurons 5 (25 %)\n         −  none\n",
		"query → key  a\\u001b[0m → b\n",
		"if folded: direction 4, angle 12.5°, Jaccard 0.25\n",
		"if centered: no direction like it\n",
		"block 2–3\n     not all of its directions were asked for",
		"in  leverage (excess over chance)  \\u001bt 0.5 (0.25)\n",
		"out leverage (excess over chance)  neuron 6 1 (0.5)\n",
		"° marks tokens",
		"stable\n1 of 1 direction readouts coherent at q ≤ 0.05; 0.1 expected at p ≤ 0.05 by chance alone (1 have p ≤ 0.05)\n",
		"\n1 of 40 direction readouts coherent at q ≤ 0.05; 2 expected at p ≤ 0.05 by chance alone (5 have p ≤ 0.05).\n",
		"100 random directions and as many of the model's own with new signs, seed 3.\n" + Boundary,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("lacks %q:\n%s", want, got)
		}
	}
	if strings.ContainsAny(got, "\x1b\u202e") {
		t.Errorf("hostile runes survive in %q", got)
	}
}

// TestWriteDirectionsSide shows one side alone.
func TestWriteDirectionsSide(t *testing.T) {
	if got := directionsText(t, directed(), DirectionsOptions{Side: "out"}); strings.Contains(got, "     in ") || !strings.Contains(got, "     out ") {
		t.Errorf("side out shows\n%s", got)
	}
	if got := directionsText(t, directed(), DirectionsOptions{Side: "in"}); !strings.Contains(got, "     in ") || strings.Contains(got, "     out ") {
		t.Errorf("side in shows\n%s", got)
	}
}
