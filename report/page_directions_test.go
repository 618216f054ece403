package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// directedSample is sample with two directions of its first matrix, which
// share a block, and a circuit. Every token is called what text says.
func directedSample(text string) *Document {
	d := sample()
	tokens := func(sign Number, ids ...int) (list []Scored) {
		for i, id := range ids {
			list = append(list, Scored{ID: id, Token: text, Score: sign / Number(i+1), Undertrained: id == 7})
		}
		return list
	}
	read := Reading{
		Space: "residual", Readout: "embed", Skew: -1.5, Positive: tokens(1, 3, 7, 9), Negative: tokens(-2, 4, 5, 6),
		Coherence: 0.43219, Pole: -1, ChanceMean: 0.1, ChanceSD: 0.02, P: 0.001, Q: 0.0123, Note: text,
		Others: []List{{Readout: text, Measure: "cosine", Jaccard: 0.25}},
	}
	flat := Reading{
		Space: "head", Positive: []Scored{{ID: 2, Score: 0.5}}, Curve: []Number{0.5, -0.25, 0},
		Coherence: Undefined(), ChanceMean: Undefined(), ChanceSD: Undefined(), P: Undefined(), Q: Undefined(),
	}
	m := &d.Matrices[0]
	for i := range 2 {
		m.Directions = append(m.Directions, Direction{
			Index: i, Sigma: 1.2345678, Energy: 0.5, Gap: 0.01, AngleBound: 1, Block: [2]int{0, 1}, Residual: 1e-15, In: read, Out: flat,
			Pairs:       []Pair{{Query: 11, QueryTok: text, Key: 12, KeyTok: text, Score: 2}},
			Sensitivity: map[string]Sensitivity{text: {Match: 1, Angle: 3, Jaccard: 0.5}, "centered": {}, "folded": {}},
		})
	}
	m.Blocks = []Block{{First: 0, Last: 1, Complete: true, In: []Leverage{{ID: 13, Token: text, Leverage: 0.9, Excess: 0.8}}, Out: []Leverage{}}}
	d.Models[0].Vocabulary = &Vocabulary{
		Tokens: 20, Draws: 64, Readouts: 2, Coherent: 1, Nominal: 2, Expected: 0.1,
		Undertrained: []Undertrained{{ID: 7, Token: text, Table: "W_E", Reason: text, Score: 0.99}},
	}
	d.Models[0].Circuits = &Circuits{
		Copying:     []Copying{{Label: text, Positivity: 0.5, SD: 0.25, Z: 2}},
		Composition: []Composition{{Kind: text, From: [2]int{0, 1}, To: [2]int{1, 0}, Score: 0.3, Mean: 0.1, Z: 4, Resolved: []Component{{Index: 2, Share: 0.75, Energy: 0.12345}}}}, Pairs: 1, Note: text,
	}
	return d
}

// TestPageDirections checks that what a document says of directions is in its
// page, in the order that the scripts read.
func TestPageDirections(t *testing.T) {
	data := readPage(t, directedSample("␣tok"))
	m, model := data.Matrices[0], data.Models[0]
	if len(m.Directions) != 2 || len(m.Blocks) != 1 || model.Vocabulary == nil || model.Circuits == nil {
		t.Fatalf("%d directions, %d blocks, vocabulary %v, circuits %v", len(m.Directions), len(m.Blocks), model.Vocabulary, model.Circuits)
	}
	if want := "2 of 2 direction readouts coherent at q ≤ 0.05; 0.1 expected at p ≤ 0.05 by chance alone (2 have p ≤ 0.05)"; m.Heading != want || data.Matrices[2].Heading != "" {
		t.Errorf("headings %q and %q of a matrix without directions, want %q and none", m.Heading, data.Matrices[2].Heading, want)
	}
	if want := "1 of 2 direction readouts coherent at q ≤ 0.05; 0.1 expected at p ≤ 0.05 by chance alone (2 have p ≤ 0.05)"; model.Vocabulary.Heading != want {
		t.Errorf("heading %q, want %q", model.Vocabulary.Heading, want)
	}
	x := m.Directions[1]
	at := m.Tokens + m.Directions[0].In.Positive + m.Directions[0].In.Negative + m.Directions[0].Out.Positive
	for name, c := range map[string]struct{ got, want []Number }{
		"facts":       {x.Facts, []Number{1, 1.23457, 0.5, 0.01, 1, 0, 1, 0, 1e-15}},
		"in":          {x.In.Facts, []Number{1, -1.5, -1, 0.432, 0.1, 0.02, 0.001, 0.0123}},
		"positive":    {data.scored(at, x.In.Positive), []Number{3, 1, -8, 0.5, 9, 0.333}}, // 7 is under-trained
		"negative":    {data.scored(at+3, x.In.Negative), []Number{4, -2, 5, -1, 6, -0.667}},
		"coordinate":  {data.scored(at+6, x.Out.Positive), []Number{2, 0.5}},
		"others":      {x.In.Others, []Number{0, 0.25}},
		"out":         {x.Out.Facts, []Number{0, 0, 0}}, // not judged
		"curve":       {x.Out.Curve, []Number{0.5, -0.25, 0}},
		"pairs":       {x.Pairs, []Number{11, 12, 2}},
		"sensitivity": {x.Sensitivity["␣tok"], []Number{1, 3, 0.5}},
		"block":       {m.Blocks[0].In, []Number{13, 0.9, 0.8}},
		"under":       {model.Vocabulary.Undertrained[0].Tokens, []Number{7, 0.99}},
		"composition": {model.Circuits.Composition[0], []Number{0, 0, 1, 1, 0, 0.3, 0.1, 4}},
		"resolved":    {model.Circuits.Resolved[0], []Number{2, 0.75, 0.123}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	for _, id := range []int{3, 4, 7, 11, 12, 13} {
		if model.Texts[id] != "␣tok" {
			t.Errorf("token %d is called %q", id, model.Texts[id])
		}
	}
	if data.TokensShown != 0 || data.DirectionsShown != 0 || data.Readouts[1] != "embed" || data.Ways[0] != "␣tok cosine" {
		t.Errorf("shown %d, %d; readouts %q, ways %q", data.TokensShown, data.DirectionsShown, data.Readouts, data.Ways)
	}
}

// TestPageHostileTokens checks that no token, whatever its text, leaves its
// place in the data, nor any other string that comes with directions.
func TestPageHostileTokens(t *testing.T) {
	hostile := append(hostileNames(), "=cmd()", "a\nb\r\tc", "\u202eevil\u2066", "\x1b]0;title\a", strings.Repeat("x", 10_000))
	for _, text := range hostile {
		page := drawPage(t, directedSample(text))
		if n := strings.Count(page, "<script"); n != 3 {
			t.Errorf("%.20q: the page has %d scripts, want 3", text, n)
		}
		script := string(unpackPage(t, page).text)
		for _, raw := range []string{"<", "\x1b", "\u202e", "\u2066", "\u2028", "\u200b", "\n", "\r", "\a", strings.Repeat("x", proseLimit+1), strings.Repeat("long", 600)} {
			if strings.Contains(script, raw) {
				t.Errorf("%.20q: the data hold %.20q raw", text, raw)
			}
		}
		if m := newPageData(directedSample(text)).Models[0].Model; m.Vocabulary != nil || m.Circuits != nil {
			t.Errorf("%.20q: the page keeps a raw vocabulary or circuits", text)
		}
		data := readPage(t, directedSample(text))
		if got := data.Models[0].Texts[3]; got != Safe(text) {
			t.Errorf("%.20q reaches the page as %q", text, got)
		}
		if got := data.Models[0].Vocabulary.Undertrained[0].Reason; got != Safe(text) {
			t.Errorf("%.20q reaches the page as the reason %q", text, got)
		}
	}
}

// TestPageWithoutDirections checks that a document without directions leaves
// no trace of them for a section to appear.
func TestPageWithoutDirections(t *testing.T) {
	script := string(unpackPage(t, drawPage(t, sample())).text)
	for _, key := range []string{`"vocabulary"`, `"circuits"`, `"directions":`, `"blocks"`} {
		if strings.Contains(script, key) {
			t.Errorf("the data hold %s", key)
		}
	}
	for _, id := range []string{"directions", "circuits"} {
		page := drawPage(t, sample())
		if !strings.Contains(page, fmt.Sprintf(`<section id="%s" aria-labelledby="%s-title" tabindex="-1" hidden>`, id, id)) {
			t.Errorf("section %s is not hidden before a script shows it", id)
		}
	}
}

// manyCircuits has the directions of a model with n circuits.
func manyCircuits(n, directions, tokens int) *Document {
	list := make([]Scored, tokens)
	for i := range list {
		list[i] = Scored{ID: 31_000 + i, Token: "token", Score: -0.123456789}
	}
	read := Reading{Readout: "embed", Positive: list, Negative: list, Coherence: 0.123456, ChanceMean: 0.0512345, ChanceSD: 0.0112345, P: 0.0123456, Q: 0.123456}
	m := Matrix{Label: "L10.W_OV.H10", Directions: slices.Repeat([]Direction{{
		Index: 1, Sigma: 1.23456789, Energy: 0.0123456, Gap: 0.123456, AngleBound: 1.2345e-7, Residual: 1.23e-15, Stable: true, In: read, Out: read,
	}}, directions)}
	return &Document{Models: []Model{{}}, Matrices: slices.Repeat([]Matrix{m}, n)}
}

// TestPageShowsLess checks that a page of 32 layers of 32 heads shows all that
// is asked for by default, and that one four times as large shows less and says so.
func TestPageShowsLess(t *testing.T) {
	const large = 32*32*2 + 7*32
	if tokens, directions := shownDirections(manyCircuits(large, 10, 12)); tokens != 12 || directions != 10 {
		t.Errorf("of a large model %d tokens, %d directions are shown", tokens, directions)
	}
	larger := newPageData(manyCircuits(4*large, 10, 12))
	x := larger.Matrices[0].Directions
	if larger.TokensShown != leastTokens || larger.DirectionsShown < 5 || len(x) != larger.DirectionsShown || x[0].In.Positive != leastTokens {
		t.Errorf("shown %d tokens of %d directions; there are %d, with %d", larger.TokensShown, larger.DirectionsShown, len(x), x[0].In.Positive)
	}
	if n := len(larger.pack.ids); n != 4*large*len(x)*4*leastTokens {
		t.Errorf("%d tokens are packed", n)
	}
}

func TestThinCompositions(t *testing.T) {
	var pairs []Composition
	for i := range mostCompositions + 1 {
		pairs = append(pairs, Composition{Kind: "Q", From: [2]int{i % 7, i}, To: [2]int{8 + i%5, 0}, Z: Number(i%1000) - 500})
	}
	pairs[9].From[0], pairs[9].Z = 99, 0 // the only pair of its layers
	kept := thinCompositions(pairs)
	if len(kept) > listedCompositions+36 || len(kept) < listedCompositions {
		t.Errorf("%d pairs are kept", len(kept))
	}
	if !slices.ContainsFunc(kept, func(c Composition) bool { return c.From[0] == 99 }) {
		t.Error("a pair of layers is lost")
	}
	if got := math.Abs(float64(kept[0].Z)); got != 500 {
		t.Errorf("the first has |z| = %v, want 500", got)
	}
	if got := thinCompositions(pairs[:mostCompositions]); len(got) != mostCompositions {
		t.Errorf("of %d pairs %d are kept", mostCompositions, len(got))
	}
}

// TestPageIndex: what the page calls an index counts from 0 as the data do; only
// the names σ₁, σ₂ … count from 1.
func TestPageIndex(t *testing.T) {
	named := 0
	for _, name := range pageScripts() {
		text, err := pageFiles.ReadFile("page/" + name)
		if err != nil {
			t.Fatal(err)
		}
		rest := strings.ReplaceAll(string(text), "subscript(d.index + 1)", "")
		rest = strings.ReplaceAll(rest, "subscript(c.index + 1)", "")
		named += len(text) - len(rest)
		for _, off := range []string{"index + 1", ".first + 1", ".last + 1", ".match + 1"} {
			if strings.Contains(rest, off) {
				t.Errorf("%s shows %s", name, off)
			}
		}
	}
	if named == 0 {
		t.Error("no singular value is named")
	}
}
