package loader

import (
	"cmp"
	"container/heap"
	"fmt"
	"strings"
	"unicode/utf8"
)

// bpe is byte-pair encoding (Sennrich et al. 2016): of all neighbours the pair that was learned first is merged, the leftmost
// first, until there is none.
type bpe struct {
	ids            map[string]int32
	merges         map[pair]merged
	prefix, suffix string // as in modelOptions
	unknown        int32  // -1: what no token covers is left out
	fuse           bool   // unknown neighbours are one
	bytes          *[256]int32
	whole          bool // a word that is a token is not merged
}

type pair struct{ left, right int32 }

type merged struct{ rank, id int32 }

func newBPE(f *tokenizerFiles) (*bpe, error) {
	o := f.model
	b := &bpe{ids: f.ids, unknown: -1, fuse: o.fuseUnknown, whole: o.ignoreMerges}
	if o.prefix != nil {
		b.prefix = *o.prefix
	}
	if o.suffix != nil {
		b.suffix = *o.suffix
	}
	if o.unknown != nil {
		id, ok := f.ids[*o.unknown]
		if !ok {
			return nil, &EncodeError{"model", f.kind, "unk_token " + quote(*o.unknown) + " is no token"}
		}
		b.unknown = id
	}
	if o.byteFallback {
		b.bytes = f.byteTokens()
	}
	return b, b.readMerges(f)
}

// byteTokens returns the ids of <0x00> … <0xFF>, nil where one is missing.
func (f *tokenizerFiles) byteTokens() *[256]int32 {
	var all [256]int32
	for b := range all {
		id, ok := f.ids[fmt.Sprintf("<0x%02X>", b)]
		if !ok {
			return nil
		}
		all[b] = id
	}
	return &all
}

// readMerges reads the merges, first learned first.
func (b *bpe) readMerges(f *tokenizerFiles) error {
	b.merges = map[pair]merged{}
	rank := int32(0)
	if f.file == vocabName {
		for line := range strings.Lines(f.mergeLines) {
			line = strings.TrimRight(line, "\r\n")
			if line == "" || strings.HasPrefix(line, "#version") {
				continue
			}
			if err := b.addMerge(rank, strings.Split(line, " ")); err != nil {
				return err
			}
			rank++
		}
		return nil
	}
	if f.merges.isNull() {
		return nil
	}
	const most = 4 * maxTokens // Gemma 3 has two a token
	return f.merges.elements(most, func(x fragment) error {
		two, err := readMerge(x)
		if err != nil {
			return err
		}
		rank++
		return b.addMerge(rank, two)
	})
}

// readMerge reads "a b" or ["a", "b"].
func readMerge(x fragment) ([]string, error) {
	if x.text[0] == '[' {
		var two []string
		err := x.read(&two)
		return two, err
	}
	line, err := x.string()
	return strings.Split(line, " "), err
}

// addMerge adds a merge; of one given twice the last counts, as in the reference.
func (b *bpe) addMerge(rank int32, two []string) error {
	wrong := func(why string) error {
		return &EncodeError{"model", "BPE", fmt.Sprintf("merge %d, %s: %s", rank, quote(strings.Join(two, " ")), why)}
	}
	const sides = 2
	if len(two) != sides {
		return wrong("want two tokens")
	}
	left, ok := b.ids[two[0]]
	right, ok2 := b.ids[two[1]]
	id, ok3 := b.ids[two[0]+strings.TrimPrefix(two[1], b.prefix)]
	if !ok || !ok2 || !ok3 {
		return wrong("not of tokens")
	}
	b.merges[pair{left, right}] = merged{rank, id}
	return nil
}

func (b *bpe) appendWord(ids []int, word string) ([]int, error) {
	if id, ok := b.ids[word]; ok && b.whole {
		return append(ids, int(id)), nil
	}
	symbols := b.symbols(word)
	b.merge(symbols)
	for i := 0; i < len(symbols); i = symbols[i].next {
		ids = append(ids, int(symbols[i].id))
	}
	return ids, nil
}

// symbol is a token in a word that is being merged; what was merged into the one before it has id -1.
type symbol struct {
	id         int32
	prev, next int
}

// symbols returns the tokens of single characters.
func (b *bpe) symbols(word string) []symbol {
	var all []symbol
	add := func(id int32) { all = append(all, symbol{id, len(all) - 1, len(all) + 1}) }
	unknown := false // the one before
	for i, r := range word {
		s := word[i : i+utf8.RuneLen(r)]
		if i > 0 {
			s = b.prefix + s
		}
		if i+utf8.RuneLen(r) == len(word) {
			s += b.suffix
		}
		id, ok := b.ids[s]
		switch {
		case ok:
			add(id)
		case b.bytes != nil:
			for k := range len(s) {
				add(b.bytes[s[k]])
			}
		case b.unknown >= 0 && !(unknown && b.fuse):
			add(b.unknown)
		}
		unknown = !ok && b.bytes == nil
	}
	return all
}

// merge merges neighbours in place, in n·log n steps.
func (b *bpe) merge(symbols []symbol) {
	var queue mergeQueue
	for i := range len(symbols) - 1 {
		b.push(&queue, symbols, i, i+1)
	}
	for len(queue) > 0 {
		c := heap.Pop(&queue).(candidate)
		s := &symbols[c.at]
		next := s.next
		if s.id != c.left || next >= len(symbols) || symbols[next].id != c.right {
			continue // one of them was merged meanwhile
		}
		s.id, s.next = c.id, symbols[next].next
		symbols[next].id = -1
		if s.next < len(symbols) {
			symbols[s.next].prev = c.at
		}
		b.push(&queue, symbols, s.prev, c.at)
		b.push(&queue, symbols, c.at, s.next)
	}
}

// push notes that two neighbours may be merged.
func (b *bpe) push(queue *mergeQueue, symbols []symbol, i, j int) {
	if i < 0 || j >= len(symbols) {
		return
	}
	p := pair{symbols[i].id, symbols[j].id}
	if m, ok := b.merges[p]; ok {
		heap.Push(queue, candidate{m, i, p})
	}
}

// candidate is a pair that may be merged, at the symbol it starts with.
type candidate struct {
	merged
	at int
	pair
}

// mergeQueue is a heap, the first to be merged on top.
type mergeQueue []candidate

func (q mergeQueue) Len() int { return len(q) }
func (q mergeQueue) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(q[i].rank, q[j].rank), cmp.Compare(q[i].at, q[j].at)) < 0
}
func (q mergeQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *mergeQueue) Push(x any)   { *q = append(*q, x.(candidate)) }
func (q *mergeQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
