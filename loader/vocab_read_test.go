package loader

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wspec/fixtures"
)

// bpeOf is a tokenizer.json with a vocabulary as JSON.
func bpeOf(vocab string) string { return `{"model":{"type":"BPE","vocab":` + vocab + `,"merges":[]}}` }

// malformed tokenizers, and a word of the reason.
func malformedTokenizers() map[string]string {
	return map[string]string{
		``:                                "no vocab",
		`null`:                            "no vocab",
		`[]`:                              "want an object, have array",
		`{`:                               "malformed JSON",
		`{"model":{}}`:                    "no vocab",
		`{"model":7}`:                     "want an object, have number",
		`{"model":{"type":7,"vocab":{}}}`: "unexpected JSON number",
		`{"model":{"byte_fallback":"yes","vocab":{}}}`: "unexpected JSON string",
		`{"model":{"vocab":{}},"model":{}}`:            "model is given twice",
		`{"model":{"vocab":{},"vocab":{}}}`:            "vocab is given twice",
		bpeOf(`{}`) + `x`:                              "malformed JSON",
		bpeOf(`{}`) + `{}`:                             "text after",
		bpeOf(`7`):                                     "want an object, have number",
		bpeOf(`{"a":0,"a":1}`):                         "token a is given twice",
		bpeOf(`{"a":0,"\u0061":1}`):                    "token a is given twice",
		bpeOf(`{"a":0,"b":0}`):                         "tokens a and b have the same id",
		bpeOf(`{"a":-1}`):                              "want an id",
		bpeOf(`{"a":2147483648}`):                      "want an id",
		bpeOf(`{"a":99999999999999999999}`):            "want an id",
		bpeOf(`{"a":1.0}`):                             "want an id",
		bpeOf(`{"a":1e3}`):                             "want an id",
		bpeOf(`{"a":"1"}`):                             "want an id",
		bpeOf(`{"a":null}`):                            "want an id",
		bpeOf(`{"a":[[[]]]}`):                          "want an id",
		bpeOf(`{"a" 1}`):                               "malformed JSON",
		bpeOf(`{"a":1,}`):                              "malformed JSON",
		bpeOf("{\"\xff\":1}"):                          "malformed JSON",
		bpeOf(`{"\ud800":1}`):                          "malformed JSON",
		bpeOf(`{"` + strings.Repeat("a", maxToken+1) + `":1}`): "longer than 65536 bytes",
		bpeOf(`["a"]`):         "want an array, have string",
		bpeOf(`[["a"]]`):       "want a token and its score",
		bpeOf(`[["a",1,2]]`):   "more than 2",
		bpeOf(`[[1,"a"]]`):     "want a string",
		bpeOf(`[["a","b"]]`):   "unexpected JSON string",
		bpeOf(`[["a",1e999]]`): "unexpected JSON number",
		`{"model":{"vocab":{"a":0}},"added_tokens":{}}`:                                              "want an array",
		`{"model":{"vocab":{"a":0}},"added_tokens":[7]}`:                                             "unexpected JSON number",
		`{"model":{"vocab":{"a":0}},"added_tokens":[{"id":-1,"content":"b"}]}`:                       "want an id",
		`{"model":{"vocab":{"a":0}},"added_tokens":[{"id":1,"id":2,"content":"b"}]}`:                 "malformed JSON",
		`{"model":{"vocab":{"a":0}},"added_tokens":[{"id":1,"content":"b"},{"id":1,"content":"c"}]}`: "have the same id",
		strings.Repeat("[", 20_000):                                                                  "want an object",
		`{"a":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`:                    "depth",
		manyMembers(2000): "more than 1024 members",
	}
}

func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `%c"%d":0`, "{,"[min(i, 1)], i)
	}
	return b.String() + "}"
}

func TestMalformedTokenizer(t *testing.T) {
	for text, reason := range malformedTokenizers() {
		f, err := parseTokenizer([]byte(text))
		if err == nil {
			_, err = newVocabulary(f, 0)
		}
		var e *VocabularyError
		if !errors.As(err, &e) || !strings.Contains(e.Msg, reason) || e.Offset > int64(len(text)) || e.File != tokenizerName {
			t.Errorf("%.80q: %v, want %q", text, err, reason)
		}
	}
}

// An error points at the value it is about.
func TestVocabularyErrorOffset(t *testing.T) {
	text := `  {"version": "1.0", "model": { "type": "BPE", "vocab": {"a": 0, "b": -5}}}`
	_, err := parseTokenizer([]byte(text))
	var e *VocabularyError
	if !errors.As(err, &e) || e.Offset != int64(strings.Index(text, "-5")) {
		t.Errorf("%v, want offset %d", err, strings.Index(text, "-5"))
	}
}

// An added token takes the place of another with its id, and stands for itself.
func TestAddedTokenWins(t *testing.T) {
	v := vocabularyOf(t, `{"decoder":{"type":"ByteLevel"},
		"added_tokens":[{"id":1,"content":"Ġb"},{"id":1,"content":"Ġb"},{"id":2,"content":"<0x41>"}],
		"model":{"type":"BPE","byte_fallback":true,"vocab":{"Ġa":0,"Ġc":1},"merges":[]}}`, 0)
	for id, want := range []string{"␣a", "Ġb", "<0x41>", "[3]"} {
		if got := v.Token(id).Text; got != want {
			t.Errorf("token %d is %q, want %q", id, got, want)
		}
	}
	if v.Len() != 3 {
		t.Errorf("%d tokens", v.Len())
	}
}

// vocab.json with merges.txt says the same as tokenizer.json, but for the added tokens, which another file may name.
func TestVocabLayout(t *testing.T) {
	shipped := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	want, err := open(t, shipped).Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	dir := writeModel(t, tinyLlama, tinyLlamaTensors("model.")...)
	for _, name := range []string{vocabName, mergesName} {
		writeFile(t, filepath.Join(dir, name), readText(t, filepath.Join(shipped, name)))
	}
	writeFile(t, filepath.Join(dir, tokenizerConfigName), `{"tokenizer_class":"GPT2Tokenizer","added_tokens_decoder":{
		"2047":{"content":"<|endoftext|>","special":true}}}`)
	v, err := open(t, dir).Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	for id := range want.Len() + 1 {
		if got, want := v.Token(id), want.Token(id); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for _, text := range []string{"", "First Citizen:\n", "a<|endoftext|>b", "naïve  \t😀"} {
		got, err := v.Encode(text)
		want, err2 := want.Encode(text)
		if err != nil || err2 != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v %v, want %v %v", text, got, err, want, err2)
		}
	}
}

// What vocab.json leaves open is not guessed: the tokens are displayed, a text is refused.
func TestBareVocab(t *testing.T) {
	for _, x := range []struct{ vocab, merges, config, text, reason string }{
		{`{"a":0}`, "", "", "a", "no merges.txt"},
		{`{"Ġa":0}`, "#version: 0.2\n", "", "Ġa", "not of byte-level BPE"},
		{`{"▁a":0}`, "#version: 0.2\n", `{"tokenizer_class":"CLIPTokenizer"}`, "▁a", "CLIPTokenizer"},
	} {
		f, err := parseVocab([]byte(x.vocab), x.merges, []byte(x.config))
		if err != nil {
			t.Fatal(err)
		}
		v, err := newVocabulary(f, 0)
		if err != nil || v.Token(0).Text != x.text {
			t.Errorf("%s: %v, %q", x.vocab, err, v.Token(0).Text)
		}
		var e *EncodeError
		if _, err := v.Encode("a"); !errors.As(err, &e) || !strings.Contains(e.Error(), x.reason) {
			t.Errorf("%s: %v, want %q", x.vocab, err, x.reason)
		}
	}
	for _, x := range [][2]string{{`[]`, ``}, {``, ``}, {`{"a":0}`, `[]`}, {`{}`, `{"added_tokens_decoder":{"x":{"content":"a"}}}`},
		{`{}`, `{"added_tokens_decoder":{"1":7}}`}, {`{"a":1,"a":2}`, ``}} {
		_, err := parseVocab([]byte(x[0]), "", []byte(x[1]))
		if e := (*VocabularyError)(nil); !errors.As(err, &e) {
			t.Errorf("%q: %v", x, err)
		}
	}
}

// A tokenizer that is a link out of the folder is refused, as are files beyond the limits, before they are read.
func TestTokenizerFile(t *testing.T) {
	dir := writeModel(t, tinyLlama, tinyLlamaTensors("model.")...)
	path := filepath.Join(dir, tokenizerName)
	outside := filepath.Join(t.TempDir(), "x.json")
	writeFile(t, outside, bpeOf(`{}`))
	link(t, outside, path)
	var folder *FolderError
	if _, err := open(t, dir).Vocabulary(); !errors.As(err, &folder) {
		t.Errorf("link: %v", err)
	}
	removeFile(t, path)
	writeFile(t, path, "")
	grow(t, path, maxTokenizer+1)
	var e *VocabularyError
	if _, err := open(t, dir).Vocabulary(); !errors.As(err, &e) || !strings.Contains(e.Msg, "longer than 128 MB") {
		t.Errorf("huge: %v", err)
	}
}

// Ids of any size cost nothing, and a large vocabulary little.
func TestVocabularyCost(t *testing.T) {
	const n = 20_000
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `%c"token %d":%d`, "{,"[min(i, 1)], i, i*100_000)
	}
	text := bpeOf(b.String() + "}")
	start := time.Now()
	v := vocabularyOf(t, text, 0)
	if got := v.Token((n - 1) * 100_000).Text; got != fmt.Sprintf("token␣%d", n-1) || v.Len() != n {
		t.Errorf("%q of %d", got, v.Len())
	}
	const enough = 20 * time.Second // 0.05 s alone; under the race detector, on a shared machine, twenty times that
	if d := time.Since(start); d > enough {
		t.Errorf("%v for %d tokens", d, n)
	}
}
