package loader

import "fmt"

// VocabularyError says that a file of the tokenizer is malformed.
type VocabularyError struct {
	File   string // base name
	Offset int64  // byte offset of the fault, -1 where there is none
	Msg    string
}

func (e *VocabularyError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %s", quote(e.File), e.Msg)
	}
	return fmt.Sprintf("%s: offset %d: %s", quote(e.File), e.Offset, e.Msg)
}

// Hint names the way round the tokenizer.
func (e *VocabularyError) Hint() string {
	return "download the file again, or take it out of the folder to see ids instead of tokens"
}

// EncodeError says why a text was not turned into ids.
type EncodeError struct {
	Part string // "tokenizer", "text", or as tokenizer.json names it: "normalizer", "pre_tokenizer", "model", "added_tokens"
	Kind string // type of the part, such as "Precompiled"; may be empty
	Msg  string
}

func (e *EncodeError) Error() string {
	if e.Kind == "" {
		return fmt.Sprintf("text to ids: %s: %s", e.Part, e.Msg)
	}
	return fmt.Sprintf("text to ids: %s %s: %s", e.Part, quote(e.Kind), e.Msg)
}

// Hint names the other way to tokens.
func (e *EncodeError) Hint() string {
	return "give single tokens as they are displayed, or their ids as in [163]"
}
