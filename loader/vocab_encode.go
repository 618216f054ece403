package loader

import (
	"fmt"
	"time"
	"unicode/utf8"
)

// encoder turns texts into ids: added tokens are cut out, the rest is normalized, split into words, and each word made into
// tokens. It is the pipeline of Hugging Face's tokenizers without its last step, the template.
type encoder struct {
	raw, normal *addedTokens // looked for before and after normalization
	normalizers []boundNormalizer
	split       splitter
	model       wordModel
}

type boundNormalizer struct {
	normalizer
	part part
}

// wordModel appends the ids of one word.
type wordModel interface {
	appendWord(ids []int, word string) ([]int, error)
}

// newEncoder reads what Encode needs and the display of tokens does not.
func newEncoder(f *tokenizerFiles) (*encoder, error) {
	e := &encoder{split: func(_ *clock, text string, _ bool) ([]string, error) { return []string{text}, nil }}
	if err := e.readParts(f); err != nil {
		return nil, err
	}
	if err := e.addTokens(f.added); err != nil {
		return nil, err
	}
	var err error
	switch f.kind {
	case "BPE":
		e.model, err = newBPE(f)
	case "WordPiece":
		e.model, err = newWordPiece(f)
	case "Unigram":
		e.model, err = newUnigram(f)
	default:
		err = &EncodeError{"model", f.kind, "not supported"}
	}
	return e, err
}

// readParts reads normalizers and pre-tokenizers. A vocab.json has none: it is split as GPT-2 splits.
func (e *encoder) readParts(f *tokenizerFiles) error {
	if f.file == vocabName {
		if err := f.checkBare(); err != nil {
			return err
		}
		var err error
		e.split, err = part{name: "pre_tokenizer", kind: "ByteLevel"}.splitter()
		return err
	}
	err := parts("normalizer", f.normalizer, func(p part) error {
		n, err := p.normalizer()
		e.normalizers = append(e.normalizers, boundNormalizer{n, p})
		return err
	})
	if err != nil {
		return err
	}
	return parts("pre_tokenizer", f.preTokenizer, func(p part) error {
		s, err := p.splitter()
		e.split = inTurn(e.split, s)
		return err
	})
}

// addTokens sorts the added tokens into those looked for before and after normalization, and normalizes the latter.
func (e *encoder) addTokens(added []addedToken) error {
	var raw, normal []addedToken
	c := newClock()
	for _, t := range added {
		if t.Normalized == nil && t.Special || t.Normalized != nil && !*t.Normalized {
			raw = append(raw, t)
			continue
		}
		content, err := e.normalize(c, t.Content)
		if err != nil {
			return err
		}
		t.Content = content
		normal = append(normal, t)
	}
	e.raw, e.normal = newAddedTokens(raw), newAddedTokens(normal)
	return nil
}

func newClock() *clock { return &clock{time.Now().Add(maxMatching)} }

func (e *encoder) normalize(c *clock, text string) (string, error) {
	for _, n := range e.normalizers {
		var err error
		if text, err = n.normalizer(c, text); err != nil {
			return "", err
		}
		if err := n.part.bound(len(text)); err != nil {
			return "", err
		}
	}
	return text, nil
}

func (e *encoder) encode(text string) ([]int, error) {
	switch {
	case len(text) > maxText:
		return nil, &EncodeError{Part: "text", Msg: fmt.Sprintf("is longer than %d bytes", maxText)}
	case !utf8.ValidString(text):
		return nil, &EncodeError{Part: "text", Msg: "is not valid UTF-8"}
	}
	c := newClock()
	ids := []int{}
	for i, s := range e.raw.sections(text) {
		if s.token {
			ids = append(ids, s.id)
			continue
		}
		normal, err := e.normalize(c, s.text)
		if err == nil {
			ids, err = e.appendNormal(c, ids, normal, i == 0)
		}
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// appendNormal appends the ids of a normalized text. first says that it is where the whole text starts.
func (e *encoder) appendNormal(c *clock, ids []int, text string, first bool) ([]int, error) {
	for i, s := range e.normal.sections(text) {
		if s.token {
			ids = append(ids, s.id)
			continue
		}
		words, err := e.split(c, s.text, first && i == 0)
		if err != nil {
			return nil, err
		}
		for _, w := range words {
			if ids, err = e.model.appendWord(ids, w); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}
