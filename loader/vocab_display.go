package loader

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	visibleSpace = '␣'
	// Tokens are read side by side; of GPT-2's all but the runs of one character are below 20 characters.
	maxDisplay = 40
)

// spelling says how the tokens of a vocabulary spell bytes.
type spelling struct {
	byteLevel  bool   // each character is a byte in the alphabet of GPT-2
	byteTokens bool   // <0x0A> is a byte
	space      string // what stands for a space, "" where the space does
}

// decode returns the bytes that a token stands for.
func (s spelling) decode(t vocabToken) string {
	if t.added {
		return t.text
	}
	if s.isByte(t) {
		b, _ := byteToken(t.text)
		return string([]byte{b})
	}
	if s.byteLevel {
		return fromByteLevel(t.text)
	}
	if s.space != "" {
		return strings.ReplaceAll(t.text, s.space, " ")
	}
	return t.text
}

// isByte reports whether a token is a byte by its spelling, <0x0A>.
func (s spelling) isByte(t vocabToken) bool {
	_, ok := byteToken(t.text)
	return ok && s.byteTokens && !t.added
}

// byteToken reads <0xNN>, with upper-case digits as the format has them.
func byteToken(text string) (byte, bool) {
	if len(text) != len("<0x00>") || text[:3] != "<0x" || text[5] != '>' {
		return 0, false
	}
	hi, lo := strings.IndexByte(upperHex, text[3]), strings.IndexByte(upperHex, text[4])
	return byte(hi<<4 | lo&15), hi >= 0 && lo >= 0
}

const upperHex = "0123456789ABCDEF"

// toByteLevel spells each byte as one printing character: itself if it prints in Latin-1, else the next free one from U+0100
// (Radford et al. 2019, encoder.py).
func toByteLevel(text string) string {
	var b strings.Builder
	for i := range len(text) {
		b.WriteRune(byteRune(text[i]))
	}
	return b.String()
}

// Bytes that do not print in Latin-1: 0x00 … 0x20 are spelled from U+0100, 0x7f … 0xa0 from U+0121, and 0xad is U+0143.
const (
	afterControls = 0x121 - 0x7f
	softHyphen    = 0xad
	softSpelled   = 0x143
)

func byteRune(b byte) rune {
	switch {
	case b <= ' ':
		return 0x100 + rune(b)
	case 0x7f <= b && b <= 0xa0:
		return afterControls + rune(b)
	case b == softHyphen:
		return softSpelled
	}
	return rune(b)
}

// fromByteLevel is the inverse of toByteLevel; a text with any other character in it is returned as it is, as the reference does.
func fromByteLevel(text string) string {
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		b := r
		switch {
		case 0x100 <= r && r <= 0x120:
			b = r - 0x100
		case 0x121 <= r && r < softSpelled:
			b = r - afterControls
		case r == softSpelled:
			b = softHyphen
		}
		if b > 0xff || byteRune(byte(b)) != r {
			return text
		}
		raw = append(raw, byte(b))
	}
	return string(raw)
}

// displayText writes bytes on one line, and reports whether they are plain: whether no other bytes look the same.
func displayText(raw string) (text string, plain bool) {
	var b strings.Builder
	plain = norm.NFC.IsNormalString(raw)
	n := 0
	for i, size := 0, 0; i < len(raw); i += size {
		if n++; n > maxDisplay {
			return b.String() + "…", false
		}
		var r rune
		r, size = utf8.DecodeRuneInString(raw[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, raw[i])
			plain = false
		case r == ' ':
			b.WriteRune(visibleSpace)
		case r == visibleSpace || !shows(r):
			b.WriteString(escapeRune(r))
			plain = false
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), plain
}

func escapeRune(r rune) string {
	switch {
	case r == '\n':
		return `\n`
	case r == '\r':
		return `\r`
	case r == '\t':
		return `\t`
	case r < utf8.RuneSelf:
		return fmt.Sprintf(`\x%02x`, r)
	case r <= 0xffff:
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// shows reports whether a character leaves ink and does nothing else.
func shows(r rune) bool {
	const brailleBlank = '⠀' // a symbol by its category, and blank
	if r == brailleBlank || r == utf8.RuneError {
		return false
	}
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// isNumber reports whether a text looks like an id without a token.
func isNumber(text string) bool {
	digits, ok := strings.CutPrefix(text, "[")
	digits, closed := strings.CutSuffix(digits, "]")
	return ok && closed && digits != "" && strings.Trim(digits, "-0123456789") == ""
}
