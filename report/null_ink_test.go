package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// withNulls is sample with nulls of every kind: a rank, a norm, a count of which
// noise gives next to nothing, and one without a deviation.
func withNulls() *Document {
	d := sample()
	d.Metrics = append(d.Metrics, MetricInfo{Name: "mp_spikes", Unit: "dimensions"}, MetricInfo{Name: "stable_rank", Unit: "dimensions"}, MetricInfo{Name: "alpha", Unit: "ratio"})
	for i := range d.Matrices[:3] {
		d.Matrices[i].Metrics["mp_spikes"], d.Matrices[i].Metrics["stable_rank"], d.Matrices[i].Metrics["alpha"] = 7, 2, Undefined()
	}
	for i := range d.Matrices[1:] {
		d.Matrices[1+i].Null = map[string]NullValue{}
	}
	d.Matrices[0].Null = map[string]NullValue{
		"effective_rank": {Mean: 2.7, SD: 0.02, Z: -40.5, Q: 1e-9},
		"spectral_norm":  {Mean: 0.8, SD: 0.4, Z: 3, Q: 0.02},
		"mp_spikes":      {Mean: 0.0625, SD: 0.25, Z: 27.75, Q: 1e-5},
		"stable_rank":    {Mean: 2, SD: 0, Z: Undefined(), Q: Undefined()},
		"alpha":          {Mean: 3.5, SD: 1, Z: Undefined(), Q: Undefined()},
	}
	return d
}

// TestNullText: a value stands beside its share of the null and z, each where
// it means something, and the note stands where one of them does.
func TestNullText(t *testing.T) {
	d := withNulls()
	for name, want := range map[string]string{
		"effective_rank": "1.89 70% z-40", "spectral_norm": "2 z+3.0", "mp_spikes": "7 z+28", "stable_rank": "2 100%", "alpha": "–",
	} {
		for _, info := range d.Metrics {
			if info.Name != name {
				continue
			}
			if got, explain := measureCells([]*Matrix{&d.Matrices[0]}, info); got[0] != want || explain != strings.ContainsAny(want, "%z") {
				t.Errorf("%s: %q, explained %v, want %q", name, got, explain, want)
			}
		}
	}
	text := func(d *Document) string {
		var b bytes.Buffer
		if err := WriteText(&b, d, TextOptions{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := text(d); !strings.Contains(got, "1.89 70% z-40") || strings.Count(got, nullNote) != 1 {
		t.Errorf("the table is\n%s", got)
	}
	d.Matrices[0].Null = nil
	if got := text(d); strings.Contains(got, nullNote) {
		t.Errorf("a table without nulls is explained:\n%s", got)
	}
}

// TestNumbersInCells: shares and z stay short at any size.
func TestNumbersInCells(t *testing.T) {
	for x, want := range map[Number]string{0: "0%", 0.001: "0.1%", 0.0995: "10%", 1: "100%", 25: "2500%", 1e6: "1e+08%", -0.5: "-50%"} {
		if got := percentText(x); got != want {
			t.Errorf("percentText(%v) = %q, want %q", float64(x), got, want)
		}
	}
	for x, want := range map[Number]string{0: "+0.0", -0.04: "-0.0", 9.94: "+9.9", 9.96: "+10", -123456: "-1.2e+05", 40000: "+40000"} {
		if got := zText(x); got != want {
			t.Errorf("zText(%v) = %q, want %q", float64(x), got, want)
		}
	}
}

// TestNullCSV: nulls stand under their own headings, empty where there is none.
func TestNullCSV(t *testing.T) {
	rows := csvOf(t, writeMetrics, withNulls())
	at := map[string]int{}
	for i, name := range rows[0] {
		at[name] = i
	}
	for name, want := range map[string][2]string{
		"effective_rank_null_mean": {"2.7", ""}, "effective_rank_null_sd": {"0.02", ""}, "effective_rank_z": {"-40.5", ""}, "effective_rank_q": {"1e-9", ""},
		"spectral_norm_share": {"", ""}, "effective_rank_share": {"0.699956138830485", ""}, "mp_spikes_share": {"", ""}, "mp_spikes_z": {"27.75", ""}, "stable_rank_z": {"", ""}, "stable_rank_share": {"1", ""},
	} {
		if i, ok := at[name]; !ok || rows[1][i] != want[0] || rows[2][i] != want[1] {
			t.Errorf("%s: column %d %v; %q, %q, want %q", name, i, ok, rows[1][i], rows[2][i], want)
		}
	}
	d := withNulls()
	d.Matrices[0].Null = nil
	if plain := csvOf(t, writeMetrics, d); strings.Contains(strings.Join(plain[0], ","), "_z") {
		t.Errorf("columns of nulls where there are none: %v", plain[0])
	}
}

// TestNullPage: the page holds five numbers for each measure judged, in the
// order its scripts read, and none for a matrix without nulls.
func TestNullPage(t *testing.T) {
	data := readPage(t, withNulls())
	at := slices.IndexFunc(data.Judged, func(i int) bool { return data.Metrics[i].Name == "effective_rank" })
	if at < 0 || len(data.Judged) != 5 || len(data.Matrices[0].Nulls) != 25 || data.Matrices[1].Nulls != nil {
		t.Fatalf("judged %v; %v and %v", data.Judged, data.Matrices[0].Nulls, data.Matrices[1].Nulls)
	}
	if got, want := data.Matrices[0].Nulls[5*at:5*at+5], []Number{2.7, 0.02, 0.7, -40.5, 1e-9}; !slices.Equal(got, want) {
		t.Errorf("effective rank: %v, want %v", got, want)
	}
	if got := data.Matrices[0].Nulls[5*slices.Index(data.Judged, 2)+2]; got.Defined() {
		t.Errorf("a count of which noise gives 0.06 has the share %v", got)
	}
}
