package loader

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"wspec/fixtures"
)

// The ids are exactly the reference's.
func TestEncodings(t *testing.T) {
	for name, dir := range map[string]func() (string, bool){
		"shakespeare-gpt2": func() (string, bool) { return filepath.Join(fixtures.Dir(), "shakespeare-gpt2"), true },
		"gpt2-tokenizer":   func() (string, bool) { return fixtures.Shared("data", "gpt2-tokenizer") },
		"tinystories-656k": func() (string, bool) { return fixtures.Shared("data", "tinystories-656k") },
	} {
		t.Run(name, func(t *testing.T) {
			dir, ok := dir()
			if !ok {
				t.Skip("data are not there")
			}
			v := vocabularyOf(t, readText(t, filepath.Join(dir, tokenizerName)), 0)
			n := 0
			for text, want := range encodings(t, name) {
				n++
				if got, err := v.Encode(text); err != nil || !slices.Equal(got, want) {
					t.Errorf("%q: %v %v, want %v", text, got, err, want)
				}
			}
			const least = 90 // lines of each file
			if n < least {
				t.Errorf("%d texts", n)
			}
		})
	}
}

// encodings reads lines of [text, id, …].
func encodings(t *testing.T, name string) map[string][]int {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "encodings", name+".jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string][]int{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line []any
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		ids := []int{}
		for _, id := range line[1:] {
			ids = append(ids, int(id.(float64)))
		}
		all[line[0].(string)] = ids
	}
	return all
}

// Byte-level BPE loses nothing: the bytes of the tokens are the text.
func TestByteLevelRoundTrip(t *testing.T) {
	v, err := open(t, filepath.Join(fixtures.Dir(), "shakespeare-gpt2")).Vocabulary()
	if err != nil {
		t.Fatal(err)
	}
	some := rapid.OneOf(rapid.String(), rapid.StringMatching(`([a-z ]| 's|\n|😀|<\|endoftext\|>){0,40}`))
	rapid.Check(t, func(t *rapid.T) {
		text := some.Draw(t, "text")
		if !utf8.ValidString(text) {
			t.Skip("no text")
		}
		ids, err := v.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		var back strings.Builder
		for _, id := range ids {
			token, ok := v.lookup(id)
			if !ok {
				t.Fatalf("id %d has no token", id)
			}
			back.WriteString(v.spelling.decode(token))
		}
		if back.String() != text {
			t.Errorf("%q came back as %q", text, back.String())
		}
	})
}

// The heap merges what a search for the first learned, leftmost pair merges, round by round.
func TestMergeOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &bpe{ids: map[string]int32{"a": 0, "b": 1, "c": 2}, merges: map[pair]merged{}, unknown: -1}
		tokens := []string{"a", "b", "c"}
		for rank := range rapid.IntRange(0, 12).Draw(t, "merges") {
			left, right := rapid.SampledFrom(tokens).Draw(t, "left"), rapid.SampledFrom(tokens).Draw(t, "right")
			if _, ok := b.ids[left+right]; !ok {
				b.ids[left+right] = int32(len(tokens))
				tokens = append(tokens, left+right)
			}
			if err := b.addMerge(int32(rank), []string{left, right}); err != nil {
				t.Fatal(err)
			}
		}
		word := rapid.StringMatching(`[abc]{0,30}`).Draw(t, "word")
		got, _ := b.appendWord(nil, word)
		if want := mergeSlowly(b, word); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func mergeSlowly(b *bpe, word string) []int {
	var ids []int
	for _, r := range word {
		ids = append(ids, int(b.ids[string(r)]))
	}
	for {
		best, at := merged{rank: 1 << 30}, -1
		for i := range len(ids) - 1 {
			if m, ok := b.merges[pair{int32(ids[i]), int32(ids[i+1])}]; ok && m.rank < best.rank {
				best, at = m, i
			}
		}
		if at < 0 {
			return ids
		}
		ids = slices.Replace(ids, at, at+2, int(best.id))
	}
}

// modelCase is a model, a text, and its tokens as displayed, joined by |.
type modelCase struct{ model, text, want string }

func modelCases() []modelCase {
	const (
		letters  = `"a":1,"b":2,"c":3,"ab":4,"abc":5,"bc":6`
		bpe      = `"type":"BPE","unk_token":"?","merges":["a b","ab c"],"vocab":{"?":0,` + letters + `}`
		pieces   = `"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"un":1,"##aff":2,"##able":3,"##a":4,"una":5,"##ff":6,"u":7,"##":8,"日":9}`
		unigram  = `"type":"Unigram","unk_id":0,"vocab":[["?",0],["a",-1],["b",-1],["ab",-1.5],["bc",-0.5],["c",-3],["abc",-9],["é",-2]]`
		twoBytes = `"<0x00>":9`
	)
	return []modelCase{
		{bpe, "abc", "abc"},
		{bpe, "abab", "ab|ab"},
		{bpe, "bca", "b|c|a"}, // no merge makes bc
		{bpe, "axxb", "a|?|?|b"},
		{bpe + `,"fuse_unk":true`, "axxbx", "a|?|b|?"},
		{bpe + `,"ignore_merges":true`, "bc", "bc"},
		{`"merges":[["a","b"]],"vocab":{` + letters + `}`, "xabx", "ab"}, // no unk_token, no type
		{`"type":"BPE","merges":[["a","b</w>"],["b","b</w>"]],"end_of_word_suffix":"</w>","vocab":{"a":0,"b":1,"b</w>":2,"ab</w>":3,"bb</w>":4}`, "abb", "a|bb</w>"},
		{`"type":"BPE","merges":["a ##b"],"continuing_subword_prefix":"##","vocab":{"a":0,"b":1,"##b":2,"ab":3}`, "abb", "ab|##b"},
		{`"type":"BPE","byte_fallback":true,"unk_token":"?","merges":[],"vocab":{"?":0,"a":1,` + twoBytes + `}`, "aé", "a|?"}, // not all bytes are there
		{`"type":"BPE","byte_fallback":true,"unk_token":"?","merges":[],"vocab":{"?":0,"a":1,` + byteVocab(2) + `}`, "aé\n", `a|\xc3 [197]|\xa9 [171]|\n [12]`},
		{pieces, "unaffable", "una|##ff|##able"}, // greedy: una before un
		{pieces, "unable", "una|[UNK]"[4:]},      // una, then nothing begins with ble
		{pieces, "unaff", "una|##ff"},
		{pieces, "u", "u"},
		{pieces, "xu", "[UNK]"},
		{pieces, "日", "日"},
		{pieces + `,"max_input_chars_per_word":3`, "unaff", "[UNK]"},
		{unigram, "abc", "a|bc"}, // −1.5 against −4.5 and −9
		{unigram, "ab", "ab"},    // −1.5 against −2
		{unigram, "cé", "c|é"},
		{unigram, "axxyb", "a|?|b"}, // unknown neighbours are one
		{unigram, "xabcx", "?|a|bc|?"},
		{`"type":"Unigram","unk_id":0,"vocab":[["?",0],["aa",-2],["a",-1]]`, "aa", "aa"}, // of equal scores the longer
		{`"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["?",0],["a",-1],` + bytePieces() + `]`, "aé", `a|\xc3 [197]|\xa9 [171]`},
	}
}

// byteVocab lists the tokens of all bytes, from an id on.
func byteVocab(id int) string {
	var all []string
	for b := range 256 {
		all = append(all, fmt.Sprintf(`"<0x%02X>":%d`, b, id+b))
	}
	return strings.Join(all, ",")
}

func bytePieces() string {
	var all []string
	for b := range 256 {
		all = append(all, fmt.Sprintf(`["<0x%02X>",-20]`, b))
	}
	return strings.Join(all, ",")
}

func TestModels(t *testing.T) {
	for _, x := range modelCases() {
		v := vocabularyOf(t, `{"model":{`+x.model+`}}`, 0)
		if got, err := encodeText(v, x.text); err != nil || got != x.want {
			t.Errorf("%.100s, %q: %s %v, want %s", x.model, x.text, got, err, x.want)
		}
	}
}

// encodeText returns the tokens as displayed.
func encodeText(v *Vocabulary, text string) (string, error) {
	ids, err := v.Encode(text)
	var all []string
	for _, id := range ids {
		all = append(all, v.Token(id).Text)
	}
	return strings.Join(all, "|"), err
}

// Viterbi's tokens have the highest score of all ways to cut a word.
func TestUnigramBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := &tokenizerFiles{kind: "Unigram", ids: map[string]int32{}}
		for _, s := range rapid.SliceOfNDistinct(rapid.StringMatching(`[ab]{1,4}`), 1, 10, rapid.ID).Draw(t, "tokens") {
			f.ids[s] = int32(len(f.scores))
			f.scores = append(f.scores, rapid.Float64Range(-20, 0).Draw(t, "score"))
		}
		unknown := len(f.scores)
		f.scores = append(f.scores, 0)
		f.model.unknownID = &unknown
		u, err := newUnigram(f)
		if err != nil {
			t.Fatal(err)
		}
		word := rapid.StringMatching(`[ab]{0,9}`).Draw(t, "word")
		const tolerance = 1e-12 // sums of at most nine numbers up to 30 in two orders
		got, want := u.viterbi(word)[len(word)].score, bestScore(f, u.unknownScore, word)
		if !(got >= want-tolerance && got <= want+tolerance) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

func bestScore(f *tokenizerFiles, unknown float64, word string) float64 {
	if word == "" {
		return 0
	}
	best := unknown + bestScore(f, unknown, word[1:])
	if _, ok := f.ids[word[:1]]; ok {
		best = f.scores[f.ids[word[:1]]] + bestScore(f, unknown, word[1:])
	}
	for n := 2; n <= len(word); n++ {
		if id, ok := f.ids[word[:n]]; ok {
			best = max(best, f.scores[id]+bestScore(f, unknown, word[n:]))
		}
	}
	return best
}

// Added tokens are cut out first: the longest, some as whole words, some with the spaces beside them.
func TestAddedTokens(t *testing.T) {
	v := vocabularyOf(t, `{"normalizer":{"type":"Lowercase"},"added_tokens":[
		{"id":10,"content":"<A>","normalized":false},{"id":11,"content":"<A>B","normalized":false},
		{"id":12,"content":"ab","normalized":true},{"id":13,"content":"cd","single_word":true,"normalized":false},
		{"id":14,"content":"<l>","lstrip":true,"special":true},{"id":15,"content":"<r>","rstrip":true,"special":true},
		{"id":16,"content":"","normalized":false}],
		"model":{"type":"BPE","unk_token":"?","merges":[],"vocab":{"?":0,"a":1,"b":2,"c":3,"d":4," ":5}}}`, 0)
	for text, want := range map[string][]int{
		"": {}, "<A>": {10}, "<A><A>B": {10, 11}, "a<A>b": {1, 10, 2}, "<a>": {0, 1, 0}, "cAb": {3, 12}, "AB": {12}, "aab": {1, 12},
		"cd": {13}, "acd": {1, 3, 4}, "cda": {3, 4, 1}, "a cd b": {1, 5, 13, 5, 2}, "cd_": {3, 4, 0}, "cd.cd": {13, 0, 13}, "écd": {0, 3, 4},
		"a  <l> b": {1, 14, 5, 2}, "a <r>  b": {1, 5, 15, 2}, "<r> <l>": {15, 14}, " <l>": {14}, "<r> ": {15}, "<r> cd": {15, 13},
	} {
		if got, err := v.Encode(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v %v, want %v", text, got, err, want)
		}
	}
}

// Work grows no faster than the text, whatever the tokenizer: these would take hours if it did.
func TestEncodeCost(t *testing.T) {
	long := strings.Repeat("a", maxText)
	run, doubled := strings.Repeat("a", 10_000), []string{`"a":0`}
	var merges, runs []string
	for n := 1; 2*n <= len(run); n *= 2 {
		doubled = append(doubled, fmt.Sprintf(`"%s":%d`, run[:2*n], n))
		merges = append(merges, fmt.Sprintf(`["%s","%s"]`, run[:n], run[:n]))
	}
	for n := range 20 {
		runs = append(runs, fmt.Sprintf(`["%s",-1]`, run[:n+1]))
	}
	for name, text := range map[string]string{
		"merges of merges": `{"model":{"type":"BPE","merges":[` + strings.Join(merges, ",") + `],"vocab":{` + strings.Join(doubled, ",") + `}}}`,
		"10 kB piece":      `{"model":{"type":"Unigram","unk_id":0,"vocab":[["` + run + `",-1],["a",-1]]}}`,
		"endless word":     `{"model":{"type":"WordPiece","unk_token":"b","max_input_chars_per_word":1000000000,"vocab":{"b":0,"a":1,"##` + run + `":2,"##a":3}}}`,
		"10 kB added":      `{"added_tokens":[{"id":9,"content":"` + run + `b"}],` + bpeOf(`{"a":0}`)[1:],
		"spaces":           `{"pre_tokenizer":{"type":"ByteLevel"},` + bpeOf(`{"a":0}`)[1:],
		"runs":             `{"model":{"type":"Unigram","unk_id":0,"vocab":[` + strings.Join(runs, ",") + `]}}`,
	} {
		v := vocabularyOf(t, text, 0)
		start := time.Now()
		if _, err := v.Encode(long); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		const enough = 30 * time.Second // a second; some under the race detector on a shared machine
		if d := time.Since(start); d > enough {
			t.Errorf("%s: %v", name, d)
		} else {
			t.Logf("%s: %v", name, d)
		}
	}
}

// A text that is too long or no text is refused.
func TestEncodeRefuses(t *testing.T) {
	v := vocabularyOf(t, bpeOf(`{"a":0}`), 0)
	for text, reason := range map[string]string{strings.Repeat("a", maxText+1): "longer than", "a\xff": "not valid UTF-8"} {
		var e *EncodeError
		if _, err := v.Encode(text); !errors.As(err, &e) || e.Part != "text" || !strings.Contains(e.Msg, reason) {
			t.Errorf("%v, want %q", err, reason)
		}
	}
}
