package loader

import (
	"errors"
	"slices"
	"testing"

	"wspec/fixtures"
)

// Whatever a tokenizer says, reading, displaying and encoding end without a panic, and every error has a type.
func FuzzTokenizer(f *testing.F) {
	for text := range malformedTokenizers() {
		f.Add([]byte(text), "ab c")
	}
	for text := range refusedTokenizers() {
		f.Add([]byte(text), "xyz")
	}
	for _, x := range modelCases() {
		f.Add([]byte(`{"model":{`+x.model+`}}`), x.text)
	}
	if dir, ok := fixtures.Shared("data", "tinystories-656k", tokenizerName); ok {
		f.Add([]byte(readText(f, dir)), "Once upon a time")
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		files, err := parseTokenizer(data)
		if err != nil {
			checkTyped(t, err)
			return
		}
		v, err := newVocabulary(files, 0)
		if err != nil {
			checkTyped(t, err)
			return
		}
		for i, token := range v.tokens[:min(len(v.tokens), 100)] {
			if got := v.Token(int(token.id)); !isHarmless(got.Text) || !slices.Contains(v.Find(got.Text), got.ID) {
				t.Errorf("token %d: %q", i, got.Text)
			}
		}
		ids, err := v.Encode(text)
		if err != nil {
			checkTyped(t, err)
		}
		for _, id := range ids {
			if _, ok := v.lookup(id); !ok {
				t.Errorf("id %d has no token", id)
			}
		}
	})
}

func checkTyped(t *testing.T, err error) {
	t.Helper()
	if !errors.As(err, new(*EncodeError)) && !errors.As(err, new(*VocabularyError)) {
		t.Errorf("untyped error %v", err)
	}
}
