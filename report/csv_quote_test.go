package report

import (
	"bytes"
	"encoding/csv"
	"slices"
	"testing"
)

// FuzzAppendCells: a line is what encoding/csv writes, which reads it back.
func FuzzAppendCells(f *testing.F) {
	for _, c := range []string{"", "a", " lead", "tail ", "a,b", `say "so"`, `"`, `\.`, "two\nlines", "cr\r", "\u00a0", "\xff", "'=1"} {
		f.Add(c, "x")
		f.Add("x", c)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		_ = w.Write([]string{a, b})
		w.Flush()
		if got := string(appendCells(nil, a, b)) + "\n"; got != want.String() {
			t.Errorf("%q, want %q", got, want.String())
		}
	})
}

// A plain text is what the long way makes of it.
func TestSafePlain(t *testing.T) {
	for r := range rune(0x180) {
		s := "a" + string(r) + "b"
		if plain(s) != (r >= ' ' && r <= '~') || plain(s) && Safe(s) != s {
			t.Errorf("%q", s)
		}
		if plain(s) && slices.ContainsFunc([]rune(s), hidden) {
			t.Errorf("%q is hidden", s)
		}
	}
}
