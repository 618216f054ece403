package loader

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// splitter cuts a text into words, which are made into tokens each by itself. first says that the text is what Encode was given,
// from its start.
type splitter func(c *clock, text string, first bool) ([]string, error)

// gpt2Words are the words of byte-level BPE: contractions, letters, digits and other characters with the space before them, and
// runs of spaces, of which the last goes to the word after it (Radford et al. 2019, encoder.py).
const gpt2Words = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`

// How a Split treats its matches.
const (
	removed        = "Removed"
	isolated       = "Isolated"
	contiguous     = "Contiguous"
	mergedPrevious = "MergedWithPrevious"
	mergedNext     = "MergedWithNext"
)

// splitter returns the function of a part.
func (p part) splitter() (splitter, error) {
	switch p.kind {
	case "ByteLevel":
		return p.byteLevel()
	case "Split":
		return p.split()
	case "Metaspace":
		return p.metaspace()
	case "Digits":
		return p.digits()
	case "Punctuation":
		behavior := isolated
		err := p.read(map[string]any{"behavior": &behavior})
		return runeSplitter(isPunctuation, behavior), err
	case "Whitespace":
		return words, nil
	case "WhitespaceSplit":
		return runeSplitter(unicode.IsSpace, removed), nil
	case "BertPreTokenizer":
		return inTurn(runeSplitter(unicode.IsSpace, removed), runeSplitter(isPunctuation, isolated)), nil
	}
	return nil, p.unknown()
}

func (p part) byteLevel() (splitter, error) {
	space, regex := false, true
	if err := p.read(map[string]any{"add_prefix_space": &space, "use_regex": &regex}); err != nil {
		return nil, err
	}
	x, err := p.compile(gpt2Words)
	if err != nil {
		return nil, err
	}
	return func(c *clock, text string, _ bool) ([]string, error) {
		if space && !strings.HasPrefix(text, " ") {
			text = " " + text
		}
		words := []string{text}
		if regex {
			spans, err := x.spans(c, text)
			if err != nil {
				return nil, err
			}
			words = cut(text, spans)
		}
		for i, w := range words {
			words[i] = toByteLevel(w)
		}
		return words, nil
	}, nil
}

func (p part) split() (splitter, error) {
	behavior, invert := "", false
	if err := p.read(map[string]any{"behavior": &behavior, "invert": &invert}); err != nil {
		return nil, err
	}
	switch behavior {
	case removed, isolated, contiguous, mergedPrevious, mergedNext:
	default:
		return nil, &EncodeError{p.name, p.kind, "behavior " + quote(behavior) + " is not supported"}
	}
	x, err := p.pattern()
	if err != nil {
		return nil, err
	}
	return func(c *clock, text string, _ bool) ([]string, error) {
		spans, err := x.spans(c, text)
		for i := range spans {
			spans[i].match = spans[i].match != invert
		}
		return cut(text, merge(spans, behavior)), err
	}, nil
}

func (p part) metaspace() (splitter, error) {
	space, scheme, apart := metaspace, "always", true
	var prefix *bool // older files
	err := p.read(map[string]any{"replacement": &space, "prepend_scheme": &scheme, "split": &apart, "add_prefix_space": &prefix})
	if err != nil {
		return nil, err
	}
	if prefix != nil && !*prefix {
		scheme = "never"
	}
	if utf8.RuneCountInString(space) != 1 {
		return nil, &EncodeError{p.name, p.kind, "replacement is not one character"}
	}
	x := &pattern{part: p, literal: space}
	return func(_ *clock, text string, first bool) ([]string, error) {
		text = strings.ReplaceAll(text, " ", space)
		if !strings.HasPrefix(text, space) && (scheme == "always" || scheme == "first" && first) {
			text = space + text
		}
		if !apart {
			return []string{text}, nil
		}
		return cut(text, merge(x.literals(text), mergedNext)), nil
	}, nil
}

func (p part) digits() (splitter, error) {
	single := false
	if err := p.read(map[string]any{"individual_digits": &single}); err != nil {
		return nil, err
	}
	if single {
		return runeSplitter(unicode.IsNumber, isolated), nil
	}
	return runeSplitter(unicode.IsNumber, contiguous), nil
}

// words are runs of word characters, and runs of what is neither that nor space.
func words(_ *clock, text string, _ bool) ([]string, error) {
	var all []string
	for _, f := range strings.FieldsFunc(text, unicode.IsSpace) {
		all = append(all, cut(f, merge(runeSpans(f, isWord), contiguous))...)
	}
	return all, nil
}

func isWord(r rune) bool {
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
}

func isPunctuation(r rune) bool {
	return r < utf8.RuneSelf && r > ' ' && r < 0x7f && !unicode.IsLetter(r) && !unicode.IsDigit(r) || unicode.IsPunct(r)
}

// runeSplitter is a Split whose matches are single characters.
func runeSplitter(match func(rune) bool, behavior string) splitter {
	return func(_ *clock, text string, _ bool) ([]string, error) {
		return cut(text, merge(runeSpans(text, match), behavior)), nil
	}
}

// inTurn applies one splitter to the words of another.
func inTurn(a, b splitter) splitter {
	return func(c *clock, text string, first bool) ([]string, error) {
		words, err := a(c, text, first)
		if err != nil {
			return nil, err
		}
		var all []string
		for i, w := range words {
			more, err := b(c, w, first && i == 0)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, nil
	}
}

// runeSpans cuts out the characters that match, one by one.
func runeSpans(text string, match func(rune) bool) []span {
	var all []span
	done := 0
	for i, r := range text {
		if match(r) {
			n := utf8.RuneLen(r)
			all = append(all, span{done, i, false}, span{i, i + n, true})
			done = i + n
		}
	}
	return append(all, span{done, len(text), false})
}

// cut returns the texts of the spans that are not empty.
func cut(text string, spans []span) []string {
	var all []string
	for _, s := range spans {
		if s.from < s.to {
			all = append(all, text[s.from:s.to])
		}
	}
	return all
}

// merge does with matches what a behavior says. Spans cover the text.
func merge(spans []span, behavior string) []span {
	var all []span
	for _, s := range spans {
		last := len(all) - 1
		switch {
		case behavior == removed && s.match || behavior != isolated && s.from == s.to:
		case last < 0:
			all = append(all, s)
		case behavior == contiguous && s.match == all[last].match,
			behavior == mergedPrevious && s.match && !all[last].match,
			behavior == mergedNext && !s.match && all[last].match:
			all[last] = span{all[last].from, s.to, s.match}
		default:
			all = append(all, s)
		}
	}
	return all
}
