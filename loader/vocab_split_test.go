package loader

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// partOf reads a part; "" is a type alone.
func partOf(t testing.TB, name, text string) part {
	t.Helper()
	if !strings.HasPrefix(text, "{") {
		text = `{"type":"` + text + `"}`
	}
	var found part
	if err := parts(name, fragment{tokenizerName, 0, []byte(text)}, func(p part) error { found = p; return nil }); err != nil {
		t.Fatal(err)
	}
	return found
}

func TestNormalizers(t *testing.T) {
	for _, x := range []struct{ part, text, want string }{
		{"NFC", "e\u0301", "é"}, {"NFD", "é", "e\u0301"}, {"NFKC", "ﬁ①", "fi1"}, {"NFKD", "é½", "e\u03011⁄2"},
		{"Lowercase", "ÀΣİX", "àσi\u0307x"},
		{"StripAccents", "e\u0301ö", "eö"},
		{"Strip", " a ", " a "},
		{`{"type":"Strip","strip_left":true,"strip_right":true}`, "\u3000 a b\n", "a b"},
		{`{"type":"Strip","strip_left":true,"strip_right":false}`, " a ", "a "},
		{`{"type":"Prepend","prepend":"▁"}`, "a", "▁a"},
		{`{"type":"Prepend","prepend":"▁"}`, "", ""},
		{`{"type":"Replace","pattern":{"String":" "},"content":"▁"}`, " a  b", "▁a▁▁b"},
		{`{"type":"Replace","pattern":{"String":"."},"content":""}`, "a.b.", "ab"},
		{`{"type":"Replace","pattern":{"Regex":"\\s{2,}(?!b)"},"content":"$1_"}`, "a   c  b é", "a$1_c  b é"},
		{"BertNormalizer", "Ab\tÉ\x00\u200d\ufffd中 c", "ab e 中  c"},
		{`{"type":"BertNormalizer","lowercase":false}`, "Aé", "Aé"},
		{`{"type":"BertNormalizer","lowercase":false,"strip_accents":true}`, "Aé", "Ae"},
		{`{"type":"BertNormalizer","strip_accents":false,"clean_text":false,"handle_chinese_chars":false}`, "Aé\t中", "aé\t中"},
	} {
		n, err := partOf(t, "normalizer", x.part).normalizer()
		if err != nil {
			t.Errorf("%s: %v", x.part, err)
			continue
		}
		if got, err := n(newClock(), x.text); err != nil || got != x.want {
			t.Errorf("%s, %q: %q %v, want %q", x.part, x.text, got, err, x.want)
		}
	}
}

func TestSplitters(t *testing.T) {
	split := func(behavior, more string) string {
		return `{"type":"Split","behavior":"` + behavior + `","pattern":{"String":"-"}` + more + `}`
	}
	for _, x := range []struct{ part, text, want string }{
		{split(removed, ""), "-a--b-", "a|b"},
		{split(isolated, ""), "-a--b-", "-|a|-|-|b|-"},
		{split(contiguous, ""), "-a--b-", "-|a|--|b|-"},
		{split(mergedPrevious, ""), "-a--b-", "-|a-|-|b-"},
		{split(mergedNext, ""), "-a--b-", "-a|-|-b|-"},
		{split(removed, `,"invert":true`), "-a--b-", "-|-|-|-"},
		{split(contiguous, `,"invert":true`), "-a--b-", "-|a|--|b|-"},
		{`{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(?=[A-Z])"}}`, "fooBarÉBaz", "foo|BarÉ|Baz"},
		{`{"type":"Split","behavior":"Removed","invert":true,"pattern":{"Regex":"\\p{L}+(?!\\d)"}}`, "日本 ab1 c", "日本|a|c"},
		{"ByteLevel", "I'll  go\n\n x2é", "I|'ll|Ġ|Ġgo|ĊĊ|Ġx|2|Ã©"},
		{`{"type":"ByteLevel","add_prefix_space":true,"use_regex":false}`, "a b", "ĠaĠb"},
		{`{"type":"ByteLevel","add_prefix_space":true}`, " a", "Ġa"},
		{"Metaspace", "a b  c", "▁a|▁b|▁|▁c"},
		{"Metaspace", " a", "▁a"},
		{`{"type":"Metaspace","replacement":"_","prepend_scheme":"never","split":false}`, "a b", "a_b"},
		{`{"type":"Metaspace","add_prefix_space":false}`, "a b", "a|▁b"},
		{"Digits", "a12é3", "a|12|é|3"},
		{`{"type":"Digits","individual_digits":true}`, "a12½", "a|1|2|½"},
		{"Whitespace", "a_1, b!? é\u3000x\u0301", "a_1|,|b|!?|é|x\u0301"},
		{"WhitespaceSplit", " a,b\t c ", "a,b|c"},
		{"BertPreTokenizer", " don't $5。x", "don|'|t|$|5|。|x"},
		{"Punctuation", "a,.b", "a|,|.|b"},
		{`{"type":"Punctuation","behavior":"Contiguous"}`, "a,.b", "a|,.|b"},
	} {
		s, err := partOf(t, "pre_tokenizer", x.part).splitter()
		if err != nil {
			t.Errorf("%s: %v", x.part, err)
			continue
		}
		words, err := s(newClock(), x.text, true)
		if got := strings.Join(words, "|"); err != nil || got != x.want {
			t.Errorf("%s, %q: %s %v, want %s", x.part, x.text, got, err, x.want)
		}
	}
}

// A sequence is applied in order, and only the start of the whole text is the first word.
func TestSequences(t *testing.T) {
	v := vocabularyOf(t, `{
		"normalizer":{"type":"Sequence","normalizers":[{"type":"Lowercase"},{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"x"}]},
			{"type":"Replace","pattern":{"String":"xa"},"content":"b"}]},
		"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits"},{"type":"Metaspace","prepend_scheme":"first"}]},
		"added_tokens":[{"id":9,"content":"<s>","special":true}],
		"model":{"type":"BPE","unk_token":"?","merges":[],"vocab":{"?":0,"a":1,"b":2,"x":3,"1":4,"▁":5}}}`, 0)
	for text, want := range map[string]string{"A1a": "␣|b|1|a", "<s>A1": "<s>|b|1", "": "", "B <s>": "␣|x|b|␣|<s>"} {
		if got, err := encodeText(v, text); err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
}

// refusedTokenizers cannot encode, for the reason given; each shows its token.
func refusedTokenizers() map[string]string {
	bpe := func(head string) string { return "{" + head + `,"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}` }
	model := func(body string) string { return `{"model":{` + body + `}}` }
	return map[string]string{
		bpe(`"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}`):                                                     "normalizer Precompiled: not supported",
		bpe(`"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Nmt"}]}`):                                        "normalizer Nmt: not supported",
		bpe(`"pre_tokenizer":{"type":"UnicodeScripts"}`):                                                                             "pre_tokenizer UnicodeScripts: not supported",
		bpe(`"pre_tokenizer":{"type":"\u001b[2J <b>"}`):                                                                              `pre_tokenizer "\x1b[2J <b>": not supported`,
		bpe(`"pre_tokenizer":{}`):                                                                                                    "pre_tokenizer: not supported",
		bpe(`"normalizer":{"type":"Replace","pattern":{"String":""},"content":"a"}`):                                                 "no pattern",
		bpe(`"normalizer":{"type":"Replace","content":"a"}`):                                                                         "no pattern",
		bpe(`"pre_tokenizer":{"type":"Split","behavior":"Scattered","pattern":{"String":"a"}}`):                                      "behavior Scattered",
		bpe(`"pre_tokenizer":{"type":"Split","behavior":"Removed","pattern":{"Regex":"("}}`):                                         "pattern: ",
		bpe(`"pre_tokenizer":{"type":"Split","behavior":"Removed","pattern":{"Regex":"` + strings.Repeat("a", maxPattern+1) + `"}}`): "longer than 16384",
		bpe(`"pre_tokenizer":{"type":"Metaspace","replacement":"ab"}`):                                                               "not one character",
		bpe(`"normalizer":{"type":"Prepend","prepend":7}`):                                                                           "unexpected JSON number",
		bpe(`"normalizer":{"type":"Prepend","prepend":"a","prepend":"b"}`):                                                           "given twice",
		bpe(`"normalizer":{"type":7}`):                                                                                               "unexpected JSON number",
		bpe(`"normalizer":[]`):                                                                                                       "want an object",
		bpe(`"normalizer":` + strings.Repeat(`{"type":"Sequence","normalizers":[`, 100) + strings.Repeat("]}", 100)):                 "more than 64 parts",
		model(`"type":"WordLevel","unk_token":"a","vocab":{"a":0}`):                                                                  "model WordLevel: not supported",
		model(`"vocab":{"a":0}`):                                                                                                     "model: not supported",
		model(`"type":"BPE","vocab":{"a":0},"merges":["a b"]`):                                                                       "not of tokens",
		model(`"type":"BPE","vocab":{"a":0},"merges":["a a a"]`):                                                                     "want two tokens",
		model(`"type":"BPE","vocab":{"a":0},"merges":[["a"]]`):                                                                       "want two tokens",
		model(`"type":"BPE","vocab":{"a":0},"merges":[7]`):                                                                           "want a string",
		model(`"type":"BPE","vocab":{"a":0},"merges":{}`):                                                                            "want an array",
		model(`"type":"BPE","vocab":{"a":0},"merges":[],"unk_token":"?"`):                                                            "unk_token ? is no token",
		model(`"type":"WordPiece","vocab":{"a":0}`):                                                                                  "unk_token [UNK] is no token",
		model(`"type":"Unigram","vocab":{"a":0}`):                                                                                    "has no score",
		model(`"type":"Unigram","unk_id":1,"vocab":[["a",0]]`):                                                                       "unk_id is no token",
		model(`"type":"Unigram","vocab":[["a",0]]`):                                                                                  "no token for xyz, and no unk_id",
	}
}

func TestRefusedTokenizers(t *testing.T) {
	for text, reason := range refusedTokenizers() {
		v := vocabularyOf(t, text, 0)
		if got := v.Token(0).Text; got != "a" {
			t.Errorf("%.120s: token %q", text, got)
		}
		for range 2 { // the second call says the same
			_, err := v.Encode("xyz")
			if err == nil || !strings.Contains(err.Error(), reason) {
				t.Errorf("%.120s: %v, want %q", text, err, reason)
			}
			if !errors.As(err, new(*EncodeError)) && !errors.As(err, new(*VocabularyError)) {
				t.Errorf("%.120s: untyped %v", text, err)
			}
		}
	}
}

// Patterns that would run for ever, one match or many, and normalizers that blow a text up, end with an error.
func TestHostileParts(t *testing.T) {
	double := `{"type":"Replace","pattern":{"String":"a"},"content":"aa"},`
	for name, x := range map[string]struct{ head, text, reason string }{
		"one match": {`"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(a+)+$"}}`, strings.Repeat("a", 64) + "!", "timeout"},
		"many":      {`"pre_tokenizer":{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(?=(.*b)?)"}}`, strings.Repeat("a", maxText), "longer than 2s"},
		"words": {`"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
			{"type":"Split","behavior":"Isolated","pattern":{"Regex":"(x+x+)+y"}}]}`, strings.Repeat(strings.Repeat("x", 17)+"1", 2000), "pattern: "},
		"doubling": {`"normalizer":{"type":"Sequence","normalizers":[` + strings.Repeat(double, 40) + `{"type":"NFC"}]}`, "a", "makes the text longer"},
		"content":  {`"normalizer":{"type":"Replace","pattern":{"String":"a"},"content":"` + strings.Repeat("b", 1<<20) + `"}`, strings.Repeat("a", 9000), "makes the text longer"},
		"prepend":  {`"normalizer":{"type":"Prepend","prepend":"` + strings.Repeat("b", 1<<20) + `"}`, "a", "makes the text longer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := vocabularyOf(t, "{"+x.head+`,"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}`, 0)
			start := time.Now()
			_, err := v.Encode(x.text)
			var e *EncodeError
			if !errors.As(err, &e) || !strings.Contains(e.Msg, x.reason) {
				t.Errorf("%v, want %q", err, x.reason)
			}
			const enough = 20 * time.Second // 2 s and what a busy machine adds
			if d := time.Since(start); d > enough {
				t.Errorf("took %v", d)
			}
		})
	}
}
