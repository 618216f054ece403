package loader

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"wspec/fixtures"
)

// vocabularyOf reads a tokenizer.json.
func vocabularyOf(t testing.TB, text string, dVocab int) *Vocabulary {
	t.Helper()
	f, err := parseTokenizer([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	v, err := newVocabulary(f, dVocab)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// listTokenizer is a tokenizer.json of Unigram: ids are places in the list. The decoder may be "".
func listTokenizer(decoder string, tokens ...string) string {
	var list [][2]any
	for _, s := range tokens {
		list = append(list, [2]any{s, -1})
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // of strings and numbers
	}
	if decoder == "" {
		decoder = "null"
	}
	return fmt.Sprintf(`{"decoder":%s,"model":{"type":"Unigram","unk_id":0,"vocab":%s}}`, decoder, text)
}

const byteLevelDecoder = `{"type":"ByteLevel"}`

func TestTokenDisplay(t *testing.T) {
	for _, x := range []struct {
		raw, want string // of id 7
		valid     bool
	}{
		{"the", "the", true},
		{" the", "␣the", true},
		{"d of ", "d␣of␣", true},
		{"<script>", "<script>", true},
		{"=cmd()", "=cmd()", true},
		{`\n`, `\n`, true},
		{"日本", "日本", true},
		{"\n", `\n [7]`, true},
		{" \t\r", `␣\t\r [7]`, true},
		{"\x00\x1b[31m\x7f", `\x00\x1b[31m\x7f [7]`, true},
		{"\u0085\u00a0\u3000\u00ad", `\u0085\u00a0\u3000\u00ad [7]`, true},
		{"a\u202eb\u200d\u2066\ufeff", `a\u202eb\u200d\u2066\ufeff [7]`, true},
		{"\u3164\u115f\ufe0f\u2800\u034f", `\u3164\u115f\ufe0f\u2800\u034f [7]`, true}, // blank, though letters, marks and symbols
		{"\ue000\U000e0041\ufffd", `\ue000\U000e0041\ufffd [7]`, true},
		{"␣the", `\u2423the [7]`, true},
		{"e\u0301", "e\u0301 [7]", true}, // looks as é does
		{"\xe2", `\xe2 [7]`, false},
		{" \xff.", `␣\xff. [7]`, false},
		{"\xed\xa0\x80", `\xed\xa0\x80 [7]`, false},
		{"[163]", "[163] [7]", true},
		{"[-1]", "[-1] [7]", true},
		{"[x]", "[x]", true},
		{"[7]", "[7] [7]", true},
		{"", "[7]", true},
		{strings.Repeat("x", maxDisplay), strings.Repeat("x", maxDisplay), true},
		{strings.Repeat("x", 10_000), strings.Repeat("x", maxDisplay) + "… [7]", true},
		{strings.Repeat("\xf0", 10_000), strings.Repeat(`\xf0`, maxDisplay) + "… [7]", false},
	} {
		tokens := []string{"q0", "q1", "q2", "q3", "q4", "q5", "q6", toByteLevel(x.raw)}
		v := vocabularyOf(t, listTokenizer(byteLevelDecoder, tokens...), 0)
		if got, want := v.Token(7), (Token{7, x.want, x.valid}); got != want {
			t.Errorf("%q: %+v, want %+v", x.raw, got, want)
		}
	}
}

// An id without a token is a number, in a vocabulary that has gaps and in one that has nothing.
func TestTokenWithout(t *testing.T) {
	some := vocabularyOf(t, `{"model":{"type":"BPE","vocab":{"a":3,"b":2000000000},"merges":[]}}`, 0)
	for _, v := range []*Vocabulary{some, {}} {
		for _, id := range []int{-1, 0, 4, 1 << 40} {
			if got, want := v.Token(id), (Token{id, fmt.Sprintf("[%d]", id), false}); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
			if got := v.Find(fmt.Sprintf("[%d]", id)); !slices.Equal(got, []int{id}) {
				t.Errorf("Find [%d] = %v", id, got)
			}
		}
	}
	if got := some.Token(2_000_000_000).Text; got != "b" || some.Len() != 2 {
		t.Errorf("%q of %d tokens", got, some.Len())
	}
}

// Whatever the tokens are, no two ids look alike, all stand on one line of bounded length, nothing in them acts on a terminal,
// and each display form finds its id.
func TestDisplayTellsApart(t *testing.T) {
	pieces := rapid.SampledFrom([]string{"a", " ", "␣", "\n", `\n`, `\`, "[1]", "[", "]", "2", "é", "e\u0301", "\u202e", "\xe2", "\x96", "\x81",
		"▁", "Ġ", "<0x41>", "A", "…", "<", "\x1b", "😀", strings.Repeat("x", maxDisplay), "\u3000", "\u0301"})
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(pieces, 0, 4).Draw(t, "token"), "")
		}), 1, 12).Draw(t, "tokens")
		v := &Vocabulary{spelling: spelling{byteLevel: rapid.Bool().Draw(t, "byte level"), byteTokens: true, space: "▁"}}
		for i, s := range raw {
			if v.spelling.byteLevel && rapid.Bool().Draw(t, "spelled") {
				s = toByteLevel(s)
			}
			v.tokens = append(v.tokens, vocabToken{int32(i), rapid.Bool().Draw(t, "added"), s})
		}
		v.texts = sync.OnceValue(func() *textIndex { return newTextIndex(v.tokens, v.spelling) })
		checkDisplay(t, v, len(raw))
	})
}

func checkDisplay(t interface{ Errorf(string, ...any) }, v *Vocabulary, n int) {
	seen := map[string]int{}
	for id := range n {
		text := v.Token(id).Text
		if other, ok := seen[text]; ok {
			t.Errorf("ids %d and %d both look %q", other, id, text)
		}
		seen[text] = id
		if !isHarmless(text) {
			t.Errorf("id %d looks %q", id, text)
		}
		if !slices.Contains(v.Find(text), id) {
			t.Errorf("%q finds %v, want %d", text, v.Find(text), id)
		}
	}
}

// isHarmless reports whether a display form is one line of bounded length without anything that acts on a terminal.
func isHarmless(text string) bool {
	const longest = 10*maxDisplay + len("… [1234567890]") // every character escaped as \U0001f600
	acts := strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
	return !acts && len(text) <= longest && utf8.ValidString(text)
}

func TestFind(t *testing.T) {
	v := vocabularyOf(t, listTokenizer(byteLevelDecoder, "the", "Ġthe", "Ċ", "the", "Ġ"), 0)
	for token, want := range map[string][]int{
		"the": {0, 3}, " the": {1}, "␣the": {1}, "Ġthe": {1}, "\n": {2}, `\n [2]`: {2}, "the [3]": {3}, "the [1]": nil, "[2]": nil,
		"[9]": {9}, "[09]": nil, " ": {4}, "␣": {4}, "": nil, "x": nil, "[": nil, "the [99999999999999999999]": nil,
	} {
		if got := v.Find(token); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", token, got, want)
		}
	}
}

// The alphabet of GPT-2 takes bytes to printing characters and back; three of them are known.
func TestByteLevelAlphabet(t *testing.T) {
	seen := map[rune]bool{}
	for b := range 256 {
		raw := string([]byte{byte(b)})
		spelled := toByteLevel(raw)
		r, _ := utf8.DecodeRuneInString(spelled)
		if seen[r] || !unicode.IsPrint(r) || r == ' ' || fromByteLevel(spelled) != raw {
			t.Errorf("byte %#x is spelled %q", b, spelled)
		}
		seen[r] = true
	}
	for raw, want := range map[string]string{" ": "Ġ", "\n": "Ċ", "\xad": "Ń", "\x7f": "ġ", "\xa0": "ł", "\xe9": "é"} {
		if got := toByteLevel(raw); got != want {
			t.Errorf("%q is spelled %q, want %q", raw, got, want)
		}
	}
	for _, s := range []string{"▁a", "a b", "\u00a0", "\u00ad", "ń"} { // not of the alphabet
		if got := fromByteLevel(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

// How spaces and bytes are spelled is learned from the parts.
func TestSpelling(t *testing.T) {
	const model = `"model":{"type":"BPE","byte_fallback":false,"vocab":{"▁a":0,"_a":1,"<0x41>":2,"Ġa":3},"merges":[]}`
	for head, want := range map[string]string{
		`"decoder":null`: "▁a|_a|<0x41>|Ġa",
		`"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"}]}`: `␣a|_a|\x41 [2]|Ġa`,
		`"decoder":{"type":"Metaspace","replacement":"_","prepend_scheme":"always"}`:                                                   "▁a|␣a|<0x41>|Ġa",
		`"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace"}]}`:                        "␣a|_a|<0x41>|Ġa",
		`"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"}`:                                                       "␣a|_a|<0x41>|Ġa",
		`"normalizer":{"type":"Replace","pattern":{"Regex":"\\s+"},"content":" "}`:                                                     "▁a|_a|<0x41>|Ġa",
		`"pre_tokenizer":{"type":"ByteLevel"}`:                                                                                         "▁a|_a|<0x41>|␣a",
		`"decoder":{"type":"Novel","pattern":7}`:                                                                                       "▁a|_a|<0x41>|Ġa",
		`"decoder":{"type":"Replace","pattern":7,"content":[]}`:                                                                        "▁a|_a|<0x41>|Ġa",
	} {
		v := vocabularyOf(t, "{"+head+","+model+"}", 0)
		var got []string
		for id := range v.Len() {
			got = append(got, v.Token(id).Text)
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%s: %s, want %s", head, got, want)
		}
	}
}

// A folder without a tokenizer is warned of, a file is not; neither has tokens.
func TestNoTokenizer(t *testing.T) {
	dir := writeModel(t, tinyLlama, tinyLlamaTensors("model.")...)
	removeFile(t, filepath.Join(dir, vocabName))
	bare := filepath.Join(t.TempDir(), "bare.safetensors")
	writeTensors(t, bare, nil, ramp("w", 0, 2, 3))
	writeFile(t, filepath.Join(filepath.Dir(bare), tokenizerName), listTokenizer("", "not of this file"))
	for _, x := range []struct{ path, codes string }{
		{dir, "no_tokenizer"}, {filepath.Join(dir, weightsName), ""}, {bare, "no_config generic"},
	} {
		m := open(t, x.path)
		v, err := m.Vocabulary()
		if err != nil || codes(m) != x.codes || v.Len() != 0 || v.Token(3).Text != "[3]" {
			t.Errorf("%s: %v, warnings %q, %d tokens", x.path, err, codes(m), v.Len())
		}
		var e *EncodeError
		if _, err := v.Encode("a"); !errors.As(err, &e) || e.Part != "tokenizer" {
			t.Errorf("encoded: %v", err)
		}
	}
	if v, err := (&Model{}).Vocabulary(); err != nil || v.Len() != 0 {
		t.Errorf("zero model: %v", err)
	}
	writeFile(t, filepath.Join(dir, tokenizerName), "{")
	m := open(t, dir) // is not read
	var e *VocabularyError
	if _, err := m.Vocabulary(); codes(m) != "" || !errors.As(err, &e) || e.File != tokenizerName {
		t.Errorf("%v, warnings %q", err, codes(m))
	}
}

// Tokens beyond d_vocab are warned of; rows without tokens are not.
func TestVocabularySize(t *testing.T) {
	const text = `{"model":{"type":"BPE","vocab":{"a":0,"b":1},"merges":[]},"added_tokens":[{"id":2,"content":"<x>"},{"id":3,"content":"<y>"}]}`
	for dVocab, want := range map[int]string{0: "", 2: "2 tokens", 3: "1 token ", 4: "", 5: "", 1 << 29: ""} {
		v := vocabularyOf(t, text, dVocab)
		w := v.Warnings()
		if (len(w) > 0) != (want != "") {
			t.Errorf("d_vocab %d: %+v", dVocab, w)
		} else if want != "" && (w[0].Code != "tokens_beyond_vocab" || !strings.Contains(w[0].Message, want)) {
			t.Errorf("d_vocab %d: %+v", dVocab, w)
		}
	}
}

// The shipped checkpoint: tokens as they are known, the same from both layouts, whoever asks first.
func TestShippedVocabulary(t *testing.T) {
	dir := filepath.Join(fixtures.Dir(), "shakespeare-gpt2")
	m := open(t, dir)
	if codes(m) != "" {
		t.Errorf("warnings %+v", m.Warnings)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			v, err := m.Vocabulary()
			if err != nil || v.Len() != 2048 || v.Token(2047).Text != "<|endoftext|>" || v.Token(220).Text != "␣" || len(v.Warnings()) > 0 {
				t.Errorf("%v: %d tokens, %+v %+v", err, v.Len(), v.Token(2047), v.Token(220))
				return
			}
			checkDisplay(t, v, v.Len()+3)
			if ids, err := v.Encode(" Romeo"); err != nil || len(ids) == 0 {
				t.Error(ids, err)
			}
		})
	}
	wait.Wait()
}

func removeFile(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func readText(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// grow makes a file longer without writing.
func grow(t *testing.T, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}
