package loader

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	maxText = 64 << 10 // bytes: a phrase or some pages, not a corpus
	// A text of spaces triples where ▁ stands for a space.
	maxNormal = 4 * maxText
)

// normalizer changes a text before it is split.
type normalizer func(c *clock, text string) (string, error)

func textFunc(f func(string) string) normalizer {
	return func(_ *clock, text string) (string, error) { return f(text), nil }
}

// normalizer returns the function of a part.
func (p part) normalizer() (normalizer, error) {
	switch p.kind {
	case "NFC":
		return textFunc(norm.NFC.String), nil
	case "NFD":
		return textFunc(norm.NFD.String), nil
	case "NFKC":
		return textFunc(norm.NFKC.String), nil
	case "NFKD":
		return textFunc(norm.NFKD.String), nil
	case "Lowercase":
		return textFunc(lower), nil
	case "StripAccents":
		return textFunc(func(s string) string { return strings.Map(without(unicode.M), s) }), nil
	case "Strip":
		return p.strip()
	case "Prepend":
		return p.prepend()
	case "Replace":
		return p.replace()
	case "BertNormalizer":
		return p.bert()
	}
	return nil, p.unknown()
}

// lower gives the one character whose lower case is two what the references give it.
func lower(s string) string { return strings.ToLower(strings.ReplaceAll(s, "İ", "i\u0307")) }

func (p part) strip() (normalizer, error) {
	var left, right bool
	err := p.read(map[string]any{"strip_left": &left, "strip_right": &right})
	return textFunc(func(s string) string {
		if left {
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
		}
		if right {
			s = strings.TrimRightFunc(s, unicode.IsSpace)
		}
		return s
	}), err
}

func (p part) prepend() (normalizer, error) {
	var first string
	err := p.read(map[string]any{"prepend": &first})
	return textFunc(func(s string) string {
		if s == "" {
			return s
		}
		return first + s
	}), err
}

func (p part) replace() (normalizer, error) {
	var content string
	if err := p.read(map[string]any{"content": &content}); err != nil {
		return nil, err
	}
	x, err := p.pattern()
	if err != nil {
		return nil, err
	}
	return func(c *clock, text string) (string, error) {
		spans, err := x.spans(c, text)
		if err != nil {
			return "", err
		}
		var b strings.Builder
		for _, s := range spans {
			if s.match {
				b.WriteString(content)
			} else {
				b.WriteString(text[s.from:s.to])
			}
			if err := p.bound(b.Len()); err != nil {
				return "", err
			}
		}
		return b.String(), nil
	}, nil
}

// bound limits what a normalizer makes of a text.
func (p part) bound(size int) error {
	if size > maxNormal {
		return &EncodeError{p.name, p.kind, fmt.Sprintf("makes the text longer than %d bytes", maxNormal)}
	}
	return nil
}

// bert is the normalizer of BERT (Devlin et al. 2019): control characters out, spaces made one kind, CJK ideographs set apart,
// lower case, accents off.
func (p part) bert() (normalizer, error) {
	clean, chinese, lowercase := true, true, true
	var accents *bool // nil: as lowercase
	err := p.read(map[string]any{
		"clean_text": &clean, "handle_chinese_chars": &chinese, "lowercase": &lowercase, "strip_accents": &accents})
	if accents == nil {
		accents = &lowercase
	}
	return textFunc(func(s string) string {
		if clean {
			s = strings.Map(cleanRune, s)
		}
		if chinese {
			s = spaceIdeographs(s)
		}
		if *accents {
			s = strings.Map(without(unicode.Mn), norm.NFD.String(s))
		}
		if lowercase {
			s = lower(s)
		}
		return s
	}), err
}

// cleanRune makes every space ' ', and drops NUL, U+FFFD and what is neither assigned nor text.
func cleanRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r == 0 || r == unicode.ReplacementChar || !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z):
		return -1
	}
	return r
}

func without(class *unicode.RangeTable) func(rune) rune {
	return func(r rune) rune {
		if unicode.Is(class, r) {
			return -1
		}
		return r
	}
}

func spaceIdeographs(s string) string {
	var b strings.Builder
	for _, r := range s {
		if isIdeograph(r) {
			b.WriteString(" " + string(r) + " ")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isIdeograph reports whether a character is in one of the blocks that BERT's tokenizer calls Chinese.
func isIdeograph(r rune) bool {
	for _, block := range [...][2]rune{
		{0x4e00, 0x9fff}, {0x3400, 0x4dbf}, {0x20000, 0x2a6df}, {0x2a700, 0x2b73f}, {0x2b740, 0x2b81f}, {0x2b920, 0x2ceaf},
		{0xf900, 0xfaff}, {0x2f800, 0x2fa1f},
	} {
		if block[0] <= r && r <= block[1] {
			return true
		}
	}
	return false
}
