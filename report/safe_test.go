package report

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// safeCases are inputs and what is shown of them. They seed FuzzSafe.
func safeCases() [][2]string {
	return [][2]string{
		{"", ""},
		{"transformer.h.0.attn.c_attn.weight", "transformer.h.0.attn.c_attn.weight"},
		{"W_Q σ₁ Ŵ 重み ✓ a/b\\c <b>&", "W_Q σ₁ Ŵ 重み ✓ a/b\\c <b>&"}, // shown as they are: other writers escape markup
		{"a\x1b[31mred\x1b[0m", `a\u001b[31mred\u001b[0m`},
		{"tab\tnewline\nreturn\rnull\x00del\x7f", `tab\u0009newline\u000areturn\u000dnull\u0000del\u007f`},
		{"c1\u0085\u009b31m", `c1\u0085\u009b31m`},
		{"evil\u202etxt.exe", `evil\u202etxt.exe`},
		{"\u2066isolate\u2069\u200e\u061c", `\u2066isolate\u2069\u200e\u061c`},
		{"zero\u200bwidth\ufeff\u00ad", `zero\u200bwidth\ufeff\u00ad`},
		{"line\u2028paragraph\u2029", `line\u2028paragraph\u2029`},
		{"tag\U000e0041", `tag\U000e0041`},
		{"private\ue000\U000f0000\U0010fffd", `private\ue000\U000f0000\U0010fffd`},
		{"non\ufdd0\uffff\U0001fffe", `non\ufdd0\uffff\U0001fffe`},
		{"filler\u3164\u034f\ufe0f", `filler\u3164\u034f\ufe0f`},
		{"bad\xff\xc3", `bad\xff\xc3`},
		{"surrogate\xed\xa0\x80", `surrogate\xed\xa0\x80`},
		{"\u0301acute", `\u0301acute`},
		{"e\u0301", "e\u0301"},       // a mark with something to stand on
		{"real\ufffd", "real\ufffd"}, // a replacement rune that is really there
	}
}

func TestSafe(t *testing.T) {
	for _, c := range safeCases() {
		if got := Safe(c[0]); got != c[1] {
			t.Errorf("Safe(%q) = %q, want %q", c[0], got, c[1])
		}
	}
}

func TestSafeTruncates(t *testing.T) {
	check := func(in, want string) {
		t.Helper()
		if got := Safe(in); got != want {
			t.Errorf("Safe of %d bytes = %q (%d runes), want %q", len(in), got, utf8.RuneCountInString(got), want)
		}
	}
	whole := strings.Repeat("σ", SafeLimit)
	check(whole, whole)
	check(whole+"σ", strings.Repeat("σ", SafeLimit-1)+"…")
	check(strings.Repeat("a", 1<<20), strings.Repeat("a", SafeLimit-1)+"…")
	escape := `\u202e`
	fits := SafeLimit / len(escape)
	check(strings.Repeat("\u202e", fits), strings.Repeat(escape, fits))
	check(strings.Repeat("\u202e", fits+1), strings.Repeat(escape, fits)+"…") // no escape is cut in two
	check(strings.Repeat("a", SafeLimit)+"\u202e", strings.Repeat("a", SafeLimit-1)+"…")
}

func FuzzSafe(f *testing.F) {
	for _, c := range safeCases() {
		f.Add(c[0])
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Safe(s)
		if !utf8.ValidString(got) {
			t.Fatalf("Safe(%q) = %q is not UTF-8", s, got)
		}
		if n := utf8.RuneCountInString(got); n > SafeLimit {
			t.Fatalf("Safe(%q) has %d runes, more than %d", s, n, SafeLimit)
		}
		if again := Safe(got); again != got {
			t.Fatalf("Safe(%q) = %q, of which Safe is %q", s, got, again)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp) {
				t.Fatalf("Safe(%q) = %q still holds %U", s, got, r)
			}
		}
	})
}
