package loader

import (
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

const (
	// Label names of classifiers make the largest config.json, some hundred KB for 20,000 classes.
	maxConfig = 4 << 20
	// 140,000 tensors, as trillion-parameter mixtures with scales have, at 140 bytes a line are 20 MB.
	maxIndex = 32 << 20
)

// decodeObject reads one JSON object. It is strict: no duplicate names, valid UTF-8, nothing after the object. Nesting is bounded
// by the decoder, at 10,000 levels; values of type jsontext.Value are kept as text.
func decodeObject[V any](data []byte, name string) (map[string]V, error) {
	var object map[string]V
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, jsonError(name, err)
	}
	if object == nil {
		return nil, &JSONError{name, -1, "want an object, have null"}
	}
	return object, nil
}

// jsonError keeps the reason and position of the decoder's errors and drops its echo of the file's text.
func jsonError(name string, err error) error {
	var syntax *jsontext.SyntacticError
	var form *json.SemanticError
	switch {
	case errors.As(err, &syntax):
		return &JSONError{name, syntax.ByteOffset, "malformed JSON: " + quote(syntax.Err.Error())}
	case errors.As(err, &form):
		return &JSONError{name, form.ByteOffset, fmt.Sprintf("unexpected JSON %s", kindName(form.JSONKind))}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &JSONError{name, -1, "no complete JSON document"}
	}
	return fmt.Errorf("%s: %w", quote(name), err)
}

func kindName(k jsontext.Kind) string {
	switch k {
	case '{':
		return "object"
	case '[':
		return "array"
	case '0':
		return "number"
	case '"':
		return "string"
	}
	return k.String()
}
