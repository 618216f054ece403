package loader

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"wspec/fixtures"
	"wspec/internal/safetensors"
)

// identifyListing runs a listing through the family table. No tensor has data: nothing is read.
func identifyListing(t *testing.T, l fixtures.Listing, rename func(string) string) *Model {
	t.Helper()
	config, err := decodeObject[jsontext.Value]([]byte(l.Config), configName)
	if err != nil {
		t.Fatal(err)
	}
	var all []stored
	for _, e := range l.Tensors {
		entry := safetensors.Entry{Name: rename(e.Name), DType: safetensors.DType(e.DType), Shape: e.Shape}
		all = append(all, stored{Tensor: safetensors.Tensor{Entry: entry}, file: weightsName})
	}
	slices.SortFunc(all, func(a, b stored) int { return compareNames(a.Name, b.Name) })
	m := &Model{}
	if err := m.identify(config, all, nil, true); err != nil {
		t.Fatalf("%s: %v", l.Name, err)
	}
	return m
}

// expected of a listing: its shape, and the counts that follow from it.
type expected struct {
	config           Config
	vectors, buffers int
	perLayer         string // roles of a layer's whole matrices
	outside          string // roles outside the layers
	tensorsPerLayer  int
}

func listingTable() map[string]expected {
	return map[string]expected{
		"gpt2":    {Config{768, 12, 12, 12, 64, 3072, 50257, 1024, true}, 12*8 + 2, 12, "W_K W_O W_Q W_V W_in W_out", "W_E W_pos", 4},
		"gpt2-xl": {Config{1600, 48, 25, 25, 64, 6400, 50257, 1024, true}, 48*8 + 2, 48, "W_K W_O W_Q W_V W_in W_out", "W_E W_pos", 4},
		"tinyllama-1.1b": {
			Config{2048, 22, 32, 4, 64, 5632, 32000, 2048, false}, 22*2 + 1, 0, "W_K W_O W_Q W_V W_gate W_in W_out", "W_E W_U", 7,
		},
		"llama-2-7b": {
			Config{4096, 32, 32, 32, 128, 11008, 32000, 4096, false}, 32*2 + 1, 32, "W_K W_O W_Q W_V W_gate W_in W_out", "W_E W_U", 7,
		},
		"qwen2-0.5b": {
			Config{896, 24, 14, 2, 64, 4864, 151936, 131072, true}, 24*5 + 1, 0, "W_K W_O W_Q W_V W_gate W_in W_out", "W_E", 7,
		},
	}
}

// Every tensor of the published checkpoints is claimed once or ignored by name, with the prefix and without it.
func TestListings(t *testing.T) {
	all, err := fixtures.Listings()
	if err != nil {
		t.Fatal(err)
	}
	table := listingTable()
	if len(all) != len(table) {
		t.Errorf("%d listings, %d expectations", len(all), len(table))
	}
	for _, l := range all {
		t.Run(l.Name, func(t *testing.T) {
			prefix := "transformer."
			if strings.HasPrefix(l.Tensors[len(l.Tensors)-1].Name, "model.") {
				prefix = "model."
			}
			for name, rename := range map[string]func(string) string{
				"as published": func(s string) string { return s },
				"other prefix": func(s string) string {
					if cut, ok := strings.CutPrefix(s, prefix); ok || s == "lm_head.weight" {
						return cut
					}
					return prefix + s
				},
			} {
				checkListing(t, name, identifyListing(t, l, rename), table[l.Name])
			}
		})
	}
}

func checkListing(t *testing.T, name string, m *Model, want expected) {
	t.Helper()
	if m.Config != want.config {
		t.Errorf("%s: config %+v, want %+v", name, m.Config, want.config)
	}
	if len(m.Warnings) > 0 {
		t.Errorf("%s: warnings %+v", name, m.Warnings)
	}
	if err := m.Strict(); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	layers := want.config.NLayers
	fates, size := map[string]int{}, 0
	for _, x := range m.Tensors {
		fates[x.Fate]++
		if x.Fate == FateAnalysed {
			size += x.Shape[0] * x.Shape[1]
		}
	}
	wantFates := map[string]int{
		FateAnalysed: layers*want.tensorsPerLayer + len(strings.Fields(want.outside)), FateVector: want.vectors,
	}
	if want.buffers > 0 {
		wantFates[FateBuffer] = want.buffers
	}
	if !maps.Equal(fates, wantFates) {
		t.Errorf("%s: fates %v, want %v", name, fates, wantFates)
	}
	checkCounts(t, name, m, want)
	for _, x := range m.Matrices {
		if in, out := x.Dims(); x.Kind == Stored && x.Head < 0 {
			size -= in * out
		}
	}
	if size != 0 {
		t.Errorf("%s: the whole matrices miss %d elements of their tensors", name, size)
	}
}

// checkCounts counts the matrices by role; ".H" marks those of single heads.
func checkCounts(t *testing.T, name string, m *Model, want expected) {
	t.Helper()
	c := want.config
	counts := map[string]int{}
	for _, r := range strings.Fields(want.outside) {
		counts[r] = 1
	}
	for _, r := range strings.Fields(want.perLayer) {
		counts[r] = c.NLayers
	}
	for _, r := range []string{"W_Q.H", "W_O.H", "W_OV.H", "W_QK.H"} {
		counts[r] = c.NLayers * c.NHeads
	}
	counts["W_K.H"], counts["W_V.H"] = c.NLayers*c.NKVHeads, c.NLayers*c.NKVHeads
	seen := map[string]bool{}
	for _, x := range m.Matrices {
		role := x.Role
		if x.Head >= 0 {
			role += ".H"
		}
		counts[role]--
		if seen[x.Label] {
			t.Errorf("%s: two matrices %s", name, x.Label)
		}
		seen[x.Label] = true
	}
	for role, n := range counts {
		if n != 0 {
			t.Errorf("%s: %d too few matrices of role %s", name, n, role)
		}
	}
}

// The table itself: each name of a family once, each role once or, where several lines have it, in layers with experts.
func TestFamilyTable(t *testing.T) {
	types := map[string]string{}
	for _, f := range families() {
		for _, m := range f.modelTypes {
			if other, ok := types[m]; ok {
				t.Errorf("model type %s is in %s and %s", m, other, f.name)
			}
			types[m] = f.name
		}
		names, roles := map[string]bool{}, map[string]bool{}
		for _, l := range f.lines {
			if names[l.name] {
				t.Errorf("%s: %s is listed twice", f.name, l.name)
			}
			names[l.name] = true
			if kinds := min(len(l.roles), 1) + min(len(l.vector), 1) + min(len(l.buffer), 1); kinds != 1 {
				t.Errorf("%s: %s is of %d kinds", f.name, l.name, kinds)
			}
			for _, r := range l.roles {
				key := fmt.Sprint(r.name, strings.Contains(l.name, "{e}"))
				if roles[key] {
					t.Errorf("%s: two lines of role %s", f.name, r.name)
				}
				roles[key] = true
				if r.in != l.roles[0].in {
					t.Errorf("%s: %s fuses matrices that read different spaces", f.name, l.name)
				}
			}
		}
	}
}

// Mixtures of experts and fused gate_up tensors need a line each, nothing else.
func TestExpertsAndFusedGate(t *testing.T) {
	f := llama()
	f.lines = append(f.lines,
		line{name: "layers.{l}.mlp.experts.{e}.gate_up_proj.weight", layout: outIn, roles: []role{wGate, wIn}},
		line{name: "layers.{l}.mlp.experts.{e}.down_proj.weight", layout: outIn, roles: []role{wOut}})
	raw, err := decodeObject[jsontext.Value]([]byte(tinyLlama), configName)
	if err != nil {
		t.Fatal(err)
	}
	e := "model.layers.0.mlp.experts."
	p, err := newPlan(&f, raw, []stored{
		{Tensor: ramp(e+"11.gate_up_proj.weight", 0, 20, 6), file: "x"}, {Tensor: ramp(e+"2.gate_up_proj.weight", 0, 20, 6), file: "x"},
		{Tensor: ramp(e+"2.down_proj.weight", 0, 6, 10), file: "x"},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := &Model{Matrices: p.matrices(true)}
	want := []string{"L0.E2.W_gate", "L0.E2.W_in", "L0.E2.W_out", "L0.E11.W_gate", "L0.E11.W_in"}
	if got := labels(m); !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	x := matrix(t, m, "L0.E11.W_in") // the second half of the outputs, transposed
	if got, want := read(x.Factors[0])[3][2], 100*12+3.0; got != want || x.Expert != 11 {
		t.Errorf("L0.E%d.W_in (3,2) = %v, want %v", x.Expert, got, want)
	}
}
