package loader

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
)

const (
	// The patterns of published tokenizers take some 50 ms for a text of 64 KiB and have at most 2 KB.
	maxMatching = 2 * time.Second
	maxPattern  = 16 << 10 // bytes
)

// pattern is what a Replace or Split looks for.
type pattern struct {
	part    part
	literal string          // where expr is nil
	expr    *regexp2.Regexp // its time is limited: matching may backtrack
}

// span is a part of a text, in bytes.
type span struct {
	from, to int
	match    bool
}

// pattern reads {"String": …} or {"Regex": …}.
func (p part) pattern() (*pattern, error) {
	var x struct{ String, Regex *string }
	if err := p.read(map[string]any{"pattern": &x}); err != nil {
		return nil, err
	}
	switch {
	case x.Regex != nil:
		return p.compile(*x.Regex)
	case x.String == nil || *x.String == "":
		return nil, &EncodeError{p.name, p.kind, "no pattern"}
	}
	return &pattern{part: p, literal: *x.String}, nil
}

func (p part) compile(expr string) (*pattern, error) {
	if len(expr) > maxPattern {
		return nil, &EncodeError{p.name, p.kind, fmt.Sprintf("the pattern is longer than %d bytes", maxPattern)}
	}
	x := &pattern{part: p}
	err := x.guard(func() (err error) {
		x.expr, err = regexp2.Compile(expr, regexp2.None)
		return err
	})
	if err != nil {
		return nil, err
	}
	x.expr.MatchTimeout = maxMatching
	return x, nil
}

// guard runs f, which hands a pattern of unknown origin to regexp2; its errors, and its panics, become errors of the part.
func (x *pattern) guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &EncodeError{x.part.name, x.part.kind, "pattern: " + quote(fmt.Sprint(r))}
		}
	}()
	if err := f(); err != nil {
		return &EncodeError{x.part.name, x.part.kind, "pattern: " + quote(err.Error())}
	}
	return nil
}

// spans cuts a text into matches and what lies between, in order; a match may be empty.
func (x *pattern) spans(c *clock, text string) ([]span, error) {
	if x.expr == nil {
		return x.literals(text), nil
	}
	var all []span
	err := x.guard(func() error {
		if err := c.check(); err != nil {
			return err
		}
		runes := []rune(text)
		done, doneRunes := 0, 0 // up to the end of the last match
		m, err := x.expr.FindRunesMatch(runes)
		for ; m != nil && err == nil; m, err = x.expr.FindNextMatch(m) {
			if err := c.check(); err != nil {
				return err
			}
			from := done + byteLen(runes[doneRunes:m.Index])
			to := from + byteLen(runes[m.Index:m.Index+m.Length])
			all = append(all, span{done, from, false}, span{from, to, true})
			done, doneRunes = to, m.Index+m.Length
		}
		all = append(all, span{done, len(text), false})
		return err
	})
	return all, err
}

func (x *pattern) literals(text string) []span {
	var all []span
	done := 0
	for {
		i := strings.Index(text[done:], x.literal)
		if i < 0 {
			return append(all, span{done, len(text), false})
		}
		from, to := done+i, done+i+len(x.literal)
		all = append(all, span{done, from, false}, span{from, to, true})
		done = to
	}
}

func byteLen(runes []rune) int {
	n := 0
	for _, r := range runes {
		n += utf8.RuneLen(r)
	}
	return n
}

// clock bounds the time that the patterns of one Encode take together.
type clock struct{ end time.Time }

type timeoutError struct{}

func (timeoutError) Error() string { return fmt.Sprintf("matching took longer than %v", maxMatching) }

func (c *clock) check() error {
	if time.Now().After(c.end) {
		return timeoutError{}
	}
	return nil
}
