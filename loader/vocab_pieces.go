package loader

import (
	"math"
	"strings"
	"unicode/utf8"
)

// wordPiece cuts from a word the longest token it starts with, again and again (Wu et al. 2016; BERT).
type wordPiece struct {
	start, inside *prefixes // tokens that begin a word, and those that continue it, without their prefix
	startIDs      []int32
	insideIDs     []int32
	unknown       int
	longest       int // characters; a longer word is unknown
}

func newWordPiece(f *tokenizerFiles) (*wordPiece, error) {
	prefix, unknown := "##", "[UNK]"
	const longest = 100 // as the reference has it
	w := &wordPiece{longest: longest}
	if o := f.model; o.prefix != nil {
		prefix = *o.prefix
	}
	if o := f.model; o.unknown != nil {
		unknown = *o.unknown
	}
	if o := f.model; o.longestWord != nil {
		w.longest = *o.longestWord
	}
	id, ok := f.ids[unknown]
	if !ok {
		return nil, &EncodeError{"model", f.kind, "unk_token " + quote(unknown) + " is no token"}
	}
	w.unknown = int(id)
	var start, inside []string
	for text, id := range f.ids {
		start, w.startIDs = append(start, text), append(w.startIDs, id)
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			inside, w.insideIDs = append(inside, rest), append(w.insideIDs, id)
		}
	}
	w.start, w.inside = newPrefixes(start), newPrefixes(inside)
	return w, nil
}

func (w *wordPiece) appendWord(ids []int, word string) ([]int, error) {
	if utf8.RuneCountInString(word) > w.longest {
		return append(ids, w.unknown), nil
	}
	had := len(ids)
	tokens, tokenIDs := w.start, w.startIDs
	for word != "" {
		i, n := tokens.longest(word)
		if n == 0 {
			return append(ids[:had], w.unknown), nil
		}
		ids = append(ids, int(tokenIDs[i]))
		word = word[n:]
		tokens, tokenIDs = w.inside, w.insideIDs
	}
	return ids, nil
}

// unigram finds the tokens that a word consists of with the highest sum of scores (Kudo 2018), by Viterbi's algorithm.
type unigram struct {
	tokens       *prefixes
	ids          []int32 // of each of the tokens
	scores       []float64
	unknown      int // id, -1 where there is none
	unknownScore float64
	bytes        *[256]int32
}

// unknownPenalty is what a character that no token covers costs more than the worst token (sentencepiece, unigram_model.cc).
const unknownPenalty = 10

func newUnigram(f *tokenizerFiles) (*unigram, error) {
	u := &unigram{scores: f.scores, unknown: -1, unknownScore: math.Inf(1)}
	if id := f.model.unknownID; id != nil {
		if *id < 0 || *id >= len(f.scores) {
			return nil, &EncodeError{"model", f.kind, "unk_id is no token"}
		}
		u.unknown = *id
	}
	if f.model.byteFallback {
		u.bytes = f.byteTokens()
	}
	for _, s := range f.scores {
		u.unknownScore = min(u.unknownScore, s-unknownPenalty)
	}
	var texts []string
	for text, id := range f.ids {
		if int(id) >= len(f.scores) {
			return nil, &EncodeError{"model", f.kind, "token " + quote(text) + " has no score"}
		}
		texts, u.ids = append(texts, text), append(u.ids, id)
	}
	u.tokens = newPrefixes(texts)
	return u, nil
}

// step is the best way to a place in a word: its score, and the token that ends there, from where, -1 for an unknown character.
type step struct {
	score float64
	from  int
	id    int
}

func (u *unigram) appendWord(ids []int, word string) ([]int, error) {
	best := u.viterbi(word)
	var path []span
	for to := len(word); to > 0; to = best[to].from {
		path = append(path, span{from: best[to].from, to: to})
	}
	for k := len(path) - 1; k >= 0; k-- {
		p := path[k]
		if id := best[p.to].id; id >= 0 {
			ids = append(ids, id)
			continue
		}
		for k > 0 && best[path[k-1].to].id < 0 { // unknown neighbours are one
			k--
		}
		var err error
		if ids, err = u.appendUnknown(ids, word[p.from:path[k].to]); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// viterbi returns the best step to each byte of a word that a token can end before. Of ways with the same score the one whose
// last token is longest stays.
func (u *unigram) viterbi(word string) []step {
	best := make([]step, len(word)+1)
	for i := range best {
		best[i] = step{math.Inf(-1), 0, -1}
	}
	best[0].score = 0
	for from, r := range word {
		single := utf8.RuneLen(r)
		covered := false
		reach := func(to, id int, score float64) {
			if score += best[from].score; score > best[to].score {
				best[to] = step{score, from, id}
			}
		}
		u.tokens.each(word[from:], func(i, n int) {
			id := int(u.ids[i])
			covered = covered || n == single
			reach(from+n, id, u.scores[id])
		})
		if !covered {
			reach(from+single, -1, u.unknownScore)
		}
	}
	return best
}

func (u *unigram) appendUnknown(ids []int, text string) ([]int, error) {
	switch {
	case u.bytes != nil:
		for i := range len(text) {
			ids = append(ids, int(u.bytes[text[i]]))
		}
	case u.unknown >= 0:
		ids = append(ids, u.unknown)
	default:
		return nil, &EncodeError{"model", "Unigram", "no token for " + quote(text) + ", and no unk_id"}
	}
	return ids, nil
}
