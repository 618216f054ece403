package loader

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Vocabulary says which text each id stands for, and which ids a text is made of. The zero value has no tokens: ids only.
// Its methods may be called from several goroutines.
type Vocabulary struct {
	tokens   []vocabToken // ascending by id, one of an id
	spelling spelling
	warnings []Warning
	texts    func() *textIndex        // nil without tokens
	encoder  func() (*encoder, error) // nil without tokens
}

// vocabToken is a token as the tokenizer's files spell it.
type vocabToken struct {
	id    int32
	added bool // from the list of added tokens: stands for its own characters
	text  string
}

// Token is the display form of an id, harmless in a terminal (but not escaped for HTML or CSV).
type Token struct {
	ID int
	// Text is at most some 400 characters on one line, and no two ids share it. Valid text stands as it is, each space as ␣.
	// What does not print (control and format characters, other spaces, bytes that are no UTF-8) is escaped as in Go; a long
	// token is cut and ends in …; and wherever the text alone would not tell the token from every other one, its id follows, as
	// in `\xe2 [163]`. A token that is a byte by its spelling, <0x41>, is escaped too: `\x41 [68]`. An id without a token, or
	// with an empty one, is its number alone: [163].
	Text  string
	Valid bool // there is such a token, and its bytes are valid UTF-8
}

// Vocabulary reads the tokenizer of the model's folder: tokenizer.json, or vocab.json with merges.txt and the added tokens of
// tokenizer_config.json. The files are read at the first call; later calls return the same. Without a tokenizer, or for a file
// without a config.json beside it, the vocabulary is empty. Errors: *VocabularyError and those of resolving and reading files.
func (m *Model) Vocabulary() (*Vocabulary, error) {
	if m.vocabulary == nil {
		return &Vocabulary{}, nil
	}
	return m.vocabulary()
}

// Len returns the number of tokens. It may be below d_vocab, where rows are padded, or above.
func (v *Vocabulary) Len() int { return len(v.tokens) }

// Warnings returns what is worth saying about the vocabulary. Codes: tokens_beyond_vocab.
func (v *Vocabulary) Warnings() []Warning { return slices.Clone(v.warnings) }

// Token returns the display form of any id, also of one that has no token.
func (v *Vocabulary) Token(id int) Token {
	number := "[" + strconv.Itoa(id) + "]"
	t, ok := v.lookup(id)
	if !ok {
		return Token{ID: id, Text: number}
	}
	raw := v.spelling.decode(t)
	text, plain := displayText(raw)
	switch {
	case raw == "":
		text = number
	case v.spelling.isByte(t) && shows(rune(raw[0])):
		text = fmt.Sprintf(`\x%02x %s`, raw[0], number) // the token of the character itself has its looks
	case !plain, isNumber(text), v.isShared(raw):
		text += " " + number
	}
	return Token{id, text, utf8.ValidString(raw)}
}

// Find returns the ids, ascending, of the tokens whose display form, text, or spelling in the tokenizer's files is exactly this;
// [5] is the id 5 where that has no token.
func (v *Vocabulary) Find(token string) []int {
	var ids []int
	if v.texts != nil {
		x := v.texts()
		ids = slices.Concat(x.find(token), x.find(strings.ReplaceAll(token, string(visibleSpace), " ")), x.spelled[token])
	}
	number := token[strings.LastIndexByte(token, ' ')+1:]
	if isNumber(number) {
		if id, err := strconv.Atoi(number[1 : len(number)-1]); err == nil && v.Token(id).Text == token {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Encode returns the ids of a text of at most 64 KiB, without the tokens that a template adds before and after it. They are those
// of Hugging Face's tokenizers; an id may be d_vocab or above (see Warnings). Errors: *EncodeError, for a tokenizer with a part
// that this package does not know (Token still works then) or that cannot be run on the text, and *VocabularyError, for a part that
// is malformed.
func (v *Vocabulary) Encode(text string) ([]int, error) {
	if v.encoder == nil {
		return nil, &EncodeError{Part: "tokenizer", Msg: "there is none"}
	}
	e, err := v.encoder()
	if err != nil {
		return nil, err
	}
	return e.encode(text)
}

func (v *Vocabulary) lookup(id int) (vocabToken, bool) {
	i, ok := slices.BinarySearchFunc(v.tokens, id, func(t vocabToken, id int) int { return cmp.Compare(int(t.id), id) })
	if !ok {
		return vocabToken{}, false
	}
	return v.tokens[i], true
}

// isShared reports whether several tokens have a text; those of single bytes look different anyway.
func (v *Vocabulary) isShared(raw string) bool {
	n := 0
	for _, id := range v.texts().find(raw) {
		if t, _ := v.lookup(id); !v.spelling.isByte(t) {
			n++
		}
	}
	return n > 1
}

// warnBeyond says how many tokens have no row in W_E.
func (v *Vocabulary) warnBeyond(dVocab int) {
	first, _ := slices.BinarySearchFunc(v.tokens, dVocab, func(t vocabToken, id int) int { return cmp.Compare(int(t.id), id) })
	n := len(v.tokens) - first
	if dVocab == 0 || n == 0 { // d_vocab is 0 where it is unknown
		return
	}
	v.warnings = append(v.warnings, Warning{Code: "tokens_beyond_vocab", Message: fmt.Sprintf(
		"the tokenizer has %s that the model has no rows for (d_vocab is %d), first %s with id %d",
		count(n, "token"), dVocab, quote(v.tokens[first].text), v.tokens[first].id)})
}

// textIndex finds tokens by their text.
type textIndex struct {
	one     map[string]int32 // text → first id
	more    map[string][]int // text → all ids, where there are several
	spelled map[string][]int // spelling in the files → id, where it is not the text
}

func newTextIndex(tokens []vocabToken, s spelling) *textIndex {
	x := &textIndex{make(map[string]int32, len(tokens)), map[string][]int{}, map[string][]int{}}
	for _, t := range tokens {
		raw := s.decode(t)
		if raw != t.text {
			x.spelled[t.text] = append(x.spelled[t.text], int(t.id))
		}
		first, ok := x.one[raw]
		switch {
		case !ok:
			x.one[raw] = t.id
		case x.more[raw] == nil:
			x.more[raw] = []int{int(first), int(t.id)}
		default:
			x.more[raw] = append(x.more[raw], int(t.id))
		}
	}
	return x
}

func (x *textIndex) find(raw string) []int {
	if all := x.more[raw]; all != nil {
		return all
	}
	if id, ok := x.one[raw]; ok {
		return []int{int(id)}
	}
	return nil
}
