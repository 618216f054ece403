package loader

import (
	"cmp"
	"errors"
	"io/fs"
	"math"
	"os"
	"slices"
	"strconv"
	"sync"
)

const (
	tokenizerName       = "tokenizer.json"
	tokenizerConfigName = "tokenizer_config.json"
	vocabName           = "vocab.json"
	mergesName          = "merges.txt"
)

const (
	// Gemma 3, with 262,144 tokens and 514,906 merges, one a line, is the largest published tokenizer.json: 33 MB.
	maxTokenizer = 128 << 20
	// Its tokenizer_config.json, with 6,415 added tokens, has 1.2 MB.
	maxTokenizerConfig = 16 << 20
	// Eight times Gemma 3's.
	maxTokens = 1 << 21
	// The longest published tokens are runs of some hundred bytes.
	maxToken = 1 << 16 // bytes
)

// tokenizerFiles is the content of a tokenizer's files: the vocabulary read, the rest as it is until a text is encoded.
type tokenizerFiles struct {
	file                     string // where faults of the whole lie
	kind                     string // type of the model, "" where it is not known
	model                    modelOptions
	normalizer, preTokenizer fragment
	decoder                  fragment
	merges                   fragment // array of "a b" or ["a", "b"]
	mergeLines               string   // or merges.txt
	class                    string   // tokenizer_class of tokenizer_config.json, where there is no tokenizer.json
	tokens                   []vocabToken
	ids                      map[string]int32 // spelling → id, without added tokens
	scores                   []float64        // by id, for Unigram
	added                    []addedToken
}

// modelOptions are the members of tokenizer.json's model beside vocabulary and merges; a pointer is nil where there is none.
type modelOptions struct {
	unknown      *string // token for what no other covers
	unknownID    *int    // the same for Unigram
	prefix       *string // before a token that continues a word
	suffix       *string // after a token that ends a word
	fuseUnknown  bool
	byteFallback bool
	ignoreMerges bool
	longestWord  *int // characters, of WordPiece
}

// addedToken is a token that is looked for before the text is split.
type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Normalized *bool  `json:"normalized"` // looked for after normalization; nil: unless it is special
	Special    bool   `json:"special"`
}

// hasTokenizer reports whether Vocabulary finds a file to read.
func (c *checkpoint) hasTokenizer() bool {
	for _, name := range []string{tokenizerName, vocabName} {
		if _, err := c.resolve(name); !errors.Is(err, fs.ErrNotExist) {
			return true
		}
	}
	return false
}

// readVocabulary reads the tokenizer of the folder.
func (c *checkpoint) readVocabulary(dVocab int) (*Vocabulary, error) {
	if c.config == nil {
		return &Vocabulary{}, nil
	}
	f, err := c.readTokenizer()
	if errors.Is(err, fs.ErrNotExist) {
		return &Vocabulary{}, nil
	}
	if err != nil {
		return nil, err
	}
	return newVocabulary(f, dVocab)
}

func (c *checkpoint) readTokenizer() (*tokenizerFiles, error) {
	data, err := c.readTokenizerFile(tokenizerName, maxTokenizer)
	if err == nil {
		return parseTokenizer(data)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	vocab, err := c.readTokenizerFile(vocabName, maxTokenizer)
	if err != nil {
		return nil, err
	}
	merges, err := c.readTokenizerFile(mergesName, maxTokenizer)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	config, err := c.readTokenizerFile(tokenizerConfigName, maxTokenizerConfig)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return parseVocab(vocab, string(merges), config)
}

func (c *checkpoint) readTokenizerFile(name string, limit int64) ([]byte, error) {
	path, err := c.resolve(name)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(path); err == nil && info.Size() > limit {
		return nil, &VocabularyError{name, -1, "file is longer than " + strconv.FormatInt(limit>>20, 10) + " MB"}
	}
	return os.ReadFile(path)
}

// parseTokenizer reads tokenizer.json.
func parseTokenizer(data []byte) (*tokenizerFiles, error) {
	whole := fragment{tokenizerName, 0, data}
	top, err := whole.object()
	if err != nil {
		return nil, err
	}
	model, err := top["model"].object()
	if err != nil {
		return nil, err
	}
	f := &tokenizerFiles{file: tokenizerName, normalizer: top["normalizer"], preTokenizer: top["pre_tokenizer"],
		decoder: top["decoder"], merges: model["merges"]}
	if err := f.readModel(model); err != nil {
		return nil, err
	}
	if model["vocab"].isNull() {
		return nil, whole.fault("the model has no vocab")
	}
	if err := f.readVocab(model["vocab"]); err != nil {
		return nil, err
	}
	if top["added_tokens"].isNull() {
		return f, nil
	}
	return f, top["added_tokens"].elements(maxTokens, func(x fragment) error {
		var t addedToken
		if err := x.read(&t); err != nil {
			return err
		}
		return f.add(t, x)
	})
}

// readModel reads the type of the model, which old files leave out, and its options.
func (f *tokenizerFiles) readModel(model map[string]fragment) error {
	o := &f.model
	for _, x := range []struct {
		name string
		dst  any
	}{
		{"type", &f.kind}, {"unk_token", &o.unknown}, {"unk_id", &o.unknownID}, {"continuing_subword_prefix", &o.prefix},
		{"end_of_word_suffix", &o.suffix}, {"fuse_unk", &o.fuseUnknown}, {"byte_fallback", &o.byteFallback},
		{"ignore_merges", &o.ignoreMerges}, {"max_input_chars_per_word", &o.longestWord},
	} {
		if err := model[x.name].read(x.dst); err != nil {
			return err
		}
	}
	switch vocab := model["vocab"]; {
	case f.kind != "":
	case !f.merges.isNull():
		f.kind = "BPE"
	case !vocab.isNull() && vocab.text[0] == '[':
		f.kind = "Unigram"
	case o.longestWord != nil:
		f.kind = "WordPiece"
	}
	return nil
}

// readVocab reads an object of token → id, or an array of [token, score].
func (f *tokenizerFiles) readVocab(vocab fragment) error {
	f.ids = map[string]int32{}
	if vocab.text[0] == '[' {
		return vocab.elements(maxTokens, f.readPiece)
	}
	return vocab.members(maxTokens, f.readID)
}

func (f *tokenizerFiles) readID(text string, x fragment) error {
	if _, ok := f.ids[text]; ok {
		return x.fault("token %s is given twice", quote(text))
	}
	id, err := strconv.Atoi(string(x.text))
	if err != nil {
		return x.fault("token %s: want an id", quote(text))
	}
	return f.put(id, text, x)
}

// readPiece reads [token, score]; its id is its number. Of a token given twice the last counts, as in the reference.
func (f *tokenizerFiles) readPiece(x fragment) error {
	var text string
	var score float64
	read := []func(fragment) error{
		func(x fragment) (err error) { text, err = x.string(); return err },
		func(x fragment) error { return x.read(&score) },
	}
	n := 0
	err := x.elements(len(read), func(value fragment) error {
		n++
		return read[n-1](value)
	})
	if err != nil {
		return err
	}
	if n < len(read) {
		return x.fault("want a token and its score")
	}
	f.scores = append(f.scores, score)
	return f.put(len(f.tokens), text, x)
}

func (f *tokenizerFiles) put(id int, text string, x fragment) error {
	if err := checkToken(id, text, x); err != nil {
		return err
	}
	f.ids[text] = int32(id)
	f.tokens = append(f.tokens, vocabToken{id: int32(id), text: text})
	return nil
}

func (f *tokenizerFiles) add(t addedToken, x fragment) error {
	if err := checkToken(t.ID, t.Content, x); err != nil {
		return err
	}
	f.added = append(f.added, t)
	return nil
}

// checkToken bounds ids by what an int32 and every d_vocab hold; nothing is allocated by their size.
func checkToken(id int, text string, x fragment) error {
	switch {
	case id < 0 || id > math.MaxInt32:
		return x.fault("token %s: want an id from 0 to %d", quote(text), math.MaxInt32)
	case len(text) > maxToken:
		return x.fault("token %s is longer than %d bytes", quote(text), maxToken)
	}
	return nil
}

// newVocabulary puts the tokens in order. An added token takes the place of another with its id.
func newVocabulary(f *tokenizerFiles, dVocab int) (*Vocabulary, error) {
	tokens := make([]vocabToken, 0, len(f.added)+len(f.tokens))
	for _, t := range f.added {
		tokens = append(tokens, vocabToken{int32(t.ID), true, t.Content})
	}
	tokens = append(tokens, f.tokens...)
	slices.SortStableFunc(tokens, func(a, b vocabToken) int { return cmp.Compare(a.id, b.id) })
	for i := 1; i < len(tokens); i++ {
		a, b := tokens[i-1], tokens[i]
		if a.id == b.id && a.added == b.added && a.text != b.text {
			return nil, &VocabularyError{f.file, -1, "tokens " + quote(a.text) + " and " + quote(b.text) + " have the same id"}
		}
	}
	tokens = slices.CompactFunc(tokens, func(a, b vocabToken) bool { return a.id == b.id })
	f.tokens = nil
	v := &Vocabulary{tokens: slices.Clip(tokens), spelling: f.spelling()}
	v.texts = sync.OnceValue(func() *textIndex { return newTextIndex(v.tokens, v.spelling) })
	v.encoder = sync.OnceValues(func() (*encoder, error) { return newEncoder(f) })
	v.warnBeyond(dVocab)
	return v, nil
}

// parseVocab reads vocab.json, with what tokenizer_config.json says beside it.
func parseVocab(vocab []byte, merges string, config []byte) (*tokenizerFiles, error) {
	f := &tokenizerFiles{file: vocabName, kind: "BPE", mergeLines: merges, ids: map[string]int32{}}
	if err := (fragment{vocabName, 0, vocab}).members(maxTokens, f.readID); err != nil {
		return nil, err
	}
	top, err := fragment{tokenizerConfigName, 0, config}.object()
	if err != nil {
		return nil, err
	}
	if err := top["tokenizer_class"].read(&f.class); err != nil || top["added_tokens_decoder"].isNull() {
		return f, err
	}
	return f, top["added_tokens_decoder"].members(maxTokens, func(id string, x fragment) error {
		var t addedToken
		if err := x.read(&t); err != nil {
			return err
		}
		if t.ID, err = strconv.Atoi(id); err != nil {
			return x.fault("want an id, have %s", quote(id))
		}
		return f.add(t, x)
	})
}
