package loader

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// addedTokens finds added tokens in a text.
type addedTokens struct {
	tokens   []addedToken
	contents *prefixes
}

// section is a stretch of text, or an added token.
type section struct {
	text  string
	token bool
	id    int
}

func newAddedTokens(tokens []addedToken) *addedTokens {
	texts := make([]string, len(tokens))
	for i, t := range tokens {
		texts[i] = t.Content
	}
	return &addedTokens{tokens, newPrefixes(texts)}
}

// sections cuts a text at the added tokens in it: of those that start together the longest, from left to right.
func (a *addedTokens) sections(text string) []section {
	var all []section
	add := func(s string) {
		if s != "" {
			all = append(all, section{text: s})
		}
	}
	done := 0
	for at := 0; at < len(text); {
		i, n := a.contents.longest(text[at:])
		if n == 0 {
			at++
			continue
		}
		t := a.tokens[i]
		from, to := at, at+n
		at = to
		if t.SingleWord && !standsAlone(text, from, to) {
			continue
		}
		if t.LStrip {
			from = done + len(strings.TrimRightFunc(text[done:from], unicode.IsSpace))
		}
		if t.RStrip {
			to = len(text) - len(strings.TrimLeftFunc(text[to:], unicode.IsSpace))
		}
		add(text[done:from])
		all = append(all, section{token: true, id: t.ID})
		done, at = to, to
	}
	add(text[done:])
	return all
}

// standsAlone reports whether no word goes on before or after.
func standsAlone(text string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:from])
	after, _ := utf8.DecodeRuneInString(text[to:])
	return (from == 0 || !isWord(before)) && (to == len(text) || !isWord(after))
}

// prefixes finds which of many texts another text starts with.
type prefixes struct {
	texts []string // sorted
	index []int    // of each, in the order given
}

// maxPrefix bounds the work at one place of a text, so that the whole is linear. Longer tokens (none are known) are not found.
const maxPrefix = 1 << 10

// newPrefixes takes texts; of equal ones the last counts, empty ones do not.
func newPrefixes(texts []string) *prefixes {
	order := make([]int, 0, len(texts))
	for i, s := range texts {
		if s != "" && len(s) <= maxPrefix {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return strings.Compare(texts[i], texts[j]) })
	p := &prefixes{}
	for k, i := range order {
		if k+1 < len(order) && texts[order[k+1]] == texts[i] {
			continue
		}
		p.texts, p.index = append(p.texts, texts[i]), append(p.index, i)
	}
	return p
}

// each calls f for every text that s starts with, shortest first: its index and length in bytes.
func (p *prefixes) each(s string, f func(i, n int)) {
	lo, hi := 0, len(p.texts) // those that share the first n bytes
	for n := 0; n < len(s); n++ {
		in := p.texts[lo:hi]
		from, _ := slices.BinarySearchFunc(in, s[n], func(t string, c byte) int { return compareAt(t, n, c) })
		to := len(in)
		if c := s[n]; c < 0xff {
			to, _ = slices.BinarySearchFunc(in, c+1, func(t string, c byte) int { return compareAt(t, n, c) })
		}
		lo, hi = lo+from, lo+to
		if lo == hi {
			return
		}
		if len(p.texts[lo]) == n+1 {
			f(p.index[lo], n+1)
			lo++
		}
	}
}

func compareAt(t string, n int, c byte) int { return int(t[n]) - int(c) }

// longest returns the longest text that s starts with; n is 0 where there is none.
func (p *prefixes) longest(s string) (i, n int) {
	p.each(s, func(j, m int) { i, n = j, m })
	return i, n
}
