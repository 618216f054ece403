package loader

import "slices"

// part is an object of tokenizer.json with a type: a normalizer, a pre-tokenizer, a decoder, or a sequence of them.
type part struct {
	name    string // of the member it stands in, such as "normalizer"
	kind    string
	members map[string]fragment
}

// Real sequences have fewer than ten parts.
const maxParts = 64

// parts reads a tree of parts as a list, sequences in order; those of no known form are left to visit, which ends at its error.
func parts(name string, f fragment, visit func(part) error) error {
	left := maxParts
	return walkParts(name, f, &left, visit)
}

func walkParts(name string, f fragment, left *int, visit func(part) error) error {
	if f.isNull() {
		return nil
	}
	if *left--; *left < 0 {
		return f.fault("%s has more than %d parts", name, maxParts)
	}
	members, err := f.object()
	if err != nil {
		return err
	}
	p := part{name: name, members: members}
	if err := members["type"].read(&p.kind); err != nil {
		return err
	}
	if p.kind != "Sequence" {
		return visit(p)
	}
	for _, list := range []string{"normalizers", "pretokenizers", "decoders"} {
		if members[list].isNull() {
			continue
		}
		err := members[list].elements(maxParts, func(x fragment) error { return walkParts(name, x, left, visit) })
		if err != nil {
			return err
		}
	}
	return nil
}

// unknown is the error of a part that this package does not know.
func (p part) unknown() error { return &EncodeError{p.name, p.kind, "not supported"} }

// read decodes some members of a part; what is absent stays as it is.
func (p part) read(dst map[string]any) error {
	for name, d := range dst {
		if err := p.members[name].read(d); err != nil {
			return err
		}
	}
	return nil
}

// metaspace is what stands for a space where nothing else is said (SentencePiece).
const metaspace = "▁"

// spelling finds out from decoder, pre-tokenizer and normalizer how tokens spell bytes. What it cannot read, Encode will report.
func (f *tokenizerFiles) spelling() spelling {
	s := spelling{byteTokens: f.model.byteFallback}
	if f.file == vocabName { // which has no decoder
		s.byteLevel = f.isByteLevel()
	}
	visit := func(p part) error {
		switch p.kind {
		case "ByteLevel":
			s.byteLevel = true
		case "ByteFallback":
			s.byteTokens = true
		case "Metaspace":
			s.space = metaspace
			return p.read(map[string]any{"replacement": &s.space})
		case "Replace":
			s.readReplace(p)
		}
		return nil
	}
	_ = parts("normalizer", f.normalizer, visit)
	_ = parts("pre_tokenizer", f.preTokenizer, visit)
	_ = parts("decoder", f.decoder, visit) // last, since it has the last word
	return s
}

// readReplace learns from a normalizer that replaces spaces, or a decoder that puts them back.
func (s *spelling) readReplace(p part) {
	var to string
	var from struct{ String string }
	if p.read(map[string]any{"pattern": &from, "content": &to}) != nil {
		return
	}
	switch {
	case p.name == "normalizer" && from.String == " ":
		s.space = to
	case p.name == "decoder" && to == " ":
		s.space = from.String
	}
}

// isByteLevel reports whether every byte has a token of its own in GPT-2's alphabet.
func (f *tokenizerFiles) isByteLevel() bool {
	for b := range 256 {
		if _, ok := f.ids[string(byteRune(byte(b)))]; !ok {
			return false
		}
	}
	return true
}

// byteLevelClasses are the classes of tokenizers that vocab.json and merges.txt describe fully.
func byteLevelClasses() []string {
	return []string{"", "GPT2Tokenizer", "GPT2TokenizerFast", "RobertaTokenizer", "RobertaTokenizerFast"}
}

// checkBare refuses what a vocab.json leaves open.
func (f *tokenizerFiles) checkBare() error {
	e := &EncodeError{Part: "tokenizer", Kind: f.class}
	switch {
	case !slices.Contains(byteLevelClasses(), f.class):
		e.Msg = "needs a tokenizer.json, which says how text is split"
	case f.mergeLines == "":
		e.Msg = "no " + mergesName + " beside " + vocabName
	case !f.isByteLevel():
		e.Msg = vocabName + " is not of byte-level BPE"
	default:
		return nil
	}
	return e
}
