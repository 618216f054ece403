package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SafeLimit is the greatest length of a name after [Safe], in runes: longer
// than any honest tensor name, short enough for one line of a terminal's
// scroll-back.
const SafeLimit = 200

// proseLimit bounds sentences that quote names, such as warnings and reasons.
const proseLimit = 2000

// Safe returns s fit to be shown on a page, in a table or on a terminal.
// Runes that would be invisible, move the cursor or reorder their neighbours
// appear as \u202e or \U000e0001, bytes that are not UTF-8 as \xff: controls,
// format and bidi marks, line and paragraph separators, private-use and
// default-ignorable runes, noncharacters, and a combining mark with nothing
// before it to combine with. A result of more than [SafeLimit] runes ends in
// an ellipsis. Safe(Safe(s)) = Safe(s); two names may share a safe form, so
// only report.json, which keeps names exact, identifies a tensor.
//
// Safe does not escape for HTML, CSV or a spreadsheet: their writers do.
func Safe(s string) string { return safe(s, SafeLimit) }

// SafeProse is [Safe] for a sentence that quotes names: it may be ten times as
// long.
func SafeProse(s string) string { return safe(s, proseLimit) }

// safe is Safe with a limit in runes, at least 1.
func safe(s string, limit int) string {
	if len(s) <= limit && plain(s) {
		return s
	}
	var b strings.Builder
	n := 0                // runes written
	cut, full := 0, false // bytes of b that leave room for the ellipsis
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		piece := visible(r, s[i:i+size], i == 0)
		width := utf8.RuneCountInString(piece)
		if n+width > limit {
			full = true
			break
		}
		b.WriteString(piece)
		if n += width; n < limit {
			cut = b.Len()
		}
		i += size
	}
	if !full {
		return b.String()
	}
	return b.String()[:cut] + "…"
}

// plain reports whether s is of visible ASCII and spaces, as most tokens are.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// visible returns how rune r, encoded as raw, is shown; first says that
// nothing stands before it.
func visible(r rune, raw string, first bool) string {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		return fmt.Sprintf(`\x%02x`, raw[0])
	case !hidden(r) && !(first && unicode.IsMark(r)):
		return raw
	case r > 0xffff:
		return fmt.Sprintf(`\U%08x`, r)
	default:
		return fmt.Sprintf(`\u%04x`, r)
	}
}

// hidden reports whether r shows nothing of its own or alters what is around it.
func hidden(r rune) bool {
	return unicode.In(r,
		unicode.Cc, // C0 and C1 controls, DEL: ANSI sequences start here
		unicode.Cf, // bidi embeddings and isolates, zero-width joiners, tags
		unicode.Co, // private use: every font draws something else
		unicode.Zl, unicode.Zp,
		unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point,
		unicode.Noncharacter_Code_Point)
}
