package report

import (
	"bytes"
	"encoding/json"
	"io"
	"runtime"
	"strings"
	"testing"
)

// sampleComparison is a small comparison with everything a page or a figure of
// one can show.
func sampleComparison() *Comparison {
	d := sample()
	m := d.Matrices[0]
	m.Model, m.Metrics, m.Null = "m → n", map[string]Number{"rel_change": 0.5}, nil
	later := d.Models[0]
	later.Name = "n"
	side := Side{Shape: m.Shape, DType: "F32", Sigma: m.Sigma}
	values := func() []Number { return []Number{0, 1} }
	return &Comparison{
		Schema: CompareSchema, Models: []Model{d.Models[0], later}, Measures: d.Metrics[:1], TrackMeasures: []MetricInfo{{Name: "change_first"}},
		Pairs: []Pairing{{Before: "m", After: "n", Changes: []Change{{Matrix: m, Before: side, After: side,
			Null: map[string]Null{"spectral_norm": {1, 2, 3}}, Modes: []Mode{{Cosine: 1}}}}, Apart: []Apart{{"W_U", StatusOnlyAfter, "not in m"}}}},
		Trajectories: []Trajectory{{Label: "L0.W_Q", Role: "W_Q", Layer: m.Layer, Kind: "stored",
			Values: map[string][]Number{"change_first": values(), "edge_z": values()}, Modes: []Path{{values(), values()}}}},
		Within: []Similarity{{Role: "W_Q", Side: "in", Labels: []string{"a", "b"}, Share: [][]Number{values(), values()}}},
	}
}

// contradictions are edits of a sample's text that make it one no renderer
// need be ready for.
func contradictions() [][2]string {
	return [][2]string{
		{`"sigma":[2,1]`, `"sigma":[1,2]`}, {`"sigma":[2,1]`, `"sigma":[2,null]`}, {`"sigma":[2,1]`, `"sigma":[2,1,0]`},
		{`"shape":[2,3],"dtype":"F32","in_space"`, `"shape":[2],"dtype":"F32","in_space"`},
		{`"shape":[2,3],"dtype":"F32","in_space"`, `"shape":[-2,3],"dtype":"F32","in_space"`},
		{`"layer":0`, `"layer":-1`}, {`"layer":0`, `"layer":9000000000000000000`}, {`"kind":"stored"`, `"kind":"x"`},
		{`"model":"m`, `"model":"other`}, {`"label":"L0.W_Q"`, `"label":""`}, {`"name":"m"`, `"name":"m","name":"m"`}, {`"name":"m"`, "\"name\":\"m\xff\""},
	}
}

// documentContradictions are those of a document alone.
func documentContradictions() [][2]string {
	list := [][2]string{
		{`"null_band":null`, `"null_band":0`}, {`"d_model":0`, `"d_model":-1`},
		{`"blocks":null`, `"blocks":[{"first":1,"last":0}]`}, {`"signal":null`, `"signal":{"rank":3}`},
		{`"nulls":null`, `"nulls":[{"mean":[1],"low":[],"high":[1]}]`},
		{`"files":[{"name":"model`, `"circuits":{"composition":[` + asText(Composition{To: [2]int{0, 70000}}) + `]},"files":[{"name":"model`},
	}
	for _, x := range []Direction{
		{Index: 2, Block: [2]int{2, 2}}, {Index: 1, Block: [2]int{1, 2}}, {In: Reading{Pole: 2}}, {In: Reading{Positive: []Scored{{ID: -1}}}},
	} {
		list = append(list, [2]string{`"directions":null`, `"directions":[` + asText(x) + `]`})
	}
	return list
}

func asText(x any) string {
	b, _ := json.Marshal(x) // refused later if it is none
	return string(b)
}

// comparisonContradictions are those of a comparison alone.
func comparisonContradictions() [][2]string {
	return [][2]string{
		{`"change_first":[0,1]`, `"change_first":[0]`}, {`"edge_z":[0,1]`, `"edge":[0,1]`}, {`"modes":[{"sigma":[0,1]`, `"modes":[{"sigma":[]`},
		{`"share":[[0,1],[0,1]]`, `"share":[[0,1],[0]]`}, {`"share":[[0,1],[0,1]]`, `"share":[]`}, {`"left_null":null`, `"left_null":2`},
		{`"after":"n"`, `"after":"k"`}, {`"track_measures":[{"name":"change_first"`, `"track_measures":[{"name":"missing"`},
	}
}

// TestReadRefuses: each contradiction is found, and the sample without any is
// read.
func TestReadRefuses(t *testing.T) {
	for _, kind := range []struct {
		text  string
		edits [][2]string
	}{
		{asText(sample()), append(contradictions(), documentContradictions()...)},
		{asText(sampleComparison()), append(contradictions(), comparisonContradictions()...)},
	} {
		if _, err := Read(strings.NewReader(kind.text)); err != nil {
			t.Errorf("the sample itself is refused: %v", err)
		}
		for _, e := range kind.edits {
			bad := strings.Replace(kind.text, e[0], e[1], 1)
			if bad == kind.text {
				t.Errorf("the sample holds no %s", e[0])
			}
			if _, err := Read(strings.NewReader(bad)); err == nil || strings.Contains(err.Error(), "next to nothing") {
				t.Errorf("%.60s in place of %s: %v", e[1], e[0], err)
			}
		}
	}
}

// TestReadTolerates what a later version may add.
func TestReadTolerates(t *testing.T) {
	text := strings.Replace(asText(sample()), `"name":"m"`, `"name":"m","later":{"x":[1]}`, 1)
	if _, err := Read(strings.NewReader(`{"before":[1],` + text[1:])); err != nil {
		t.Error(err)
	}
}

// TestReadBounded: a list of nothing takes little memory before it is refused.
func TestReadBounded(t *testing.T) {
	const bound = 8 << 20
	for _, head := range []string{`"matrices":[`, `"models":[`, `"models":[{"tensors":[`, `"matrices":[{"directions":[`, `"matrices":[{"directions":[{"in":{"positive":[`} {
		text := `{"schema":"wspec.report/1",` + head + strings.Repeat("{},", 1<<20) + "{}]}"
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "next to nothing") {
			t.Errorf("%s: %v", head, err)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > bound {
			t.Errorf("%s of 3 MB: %d bytes", head, n)
		}
	}
}

// FuzzRead: what is read is written and read again alike, and every format
// draws it.
func FuzzRead(f *testing.F) {
	for _, text := range []string{asText(sample()), asText(sampleComparison())} {
		f.Add([]byte(text))
		for _, e := range append(append(contradictions(), documentContradictions()...), comparisonContradictions()...) {
			f.Add([]byte(strings.Replace(text, e[0], e[1], 1)))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		var once, twice bytes.Buffer
		if err := r.WriteJSON(&once); err != nil {
			t.Fatal(err)
		}
		again, err := Read(bytes.NewReader(once.Bytes()))
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if err := again.WriteJSON(&twice); err != nil || !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("written once %s, twice %s (%v)", once.Bytes(), twice.Bytes(), err)
		}
		for _, format := range Formats() {
			files, err := r.files(format)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range files {
				if err := x.write(io.Discard); err != nil {
					t.Errorf("%s: %v", x.path, err)
				}
			}
		}
	})
}
