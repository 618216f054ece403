package loader

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// fragment is a JSON value in a file, unread. Large files are read by fragments, so that no more of them is kept than is needed.
type fragment struct {
	file string
	at   int64 // byte offset in the file
	text []byte
}

func (f fragment) fault(format string, args ...any) error {
	return &VocabularyError{f.file, f.at, fmt.Sprintf(format, args...)}
}

// wrong translates an error of the decoder.
func (f fragment) wrong(err error) error {
	if e := (*JSONError)(nil); errors.As(jsonError(f.file, err), &e) {
		return &VocabularyError{f.file, f.at + max(e.Offset, 0), e.Msg}
	}
	return f.fault("%s", quote(err.Error()))
}

// open begins to read an object or array. Duplicate names are for the caller to find: the decoder's own account of them would
// hold every name of a hostile file.
func (f fragment) open(kind jsontext.Kind) (*jsontext.Decoder, error) {
	d := jsontext.NewDecoder(bytes.NewBuffer(f.text), jsontext.AllowDuplicateNames(true))
	t, err := d.ReadToken()
	if err != nil {
		return nil, f.wrong(err)
	}
	if t.Kind() != kind {
		return nil, f.fault("want an %s, have %s", kindName(kind), kindName(t.Kind()))
	}
	return d, nil
}

// next returns the value that the decoder stands before.
func (f fragment) next(d *jsontext.Decoder) (fragment, error) {
	v, err := d.ReadValue()
	if err != nil {
		return fragment{}, f.wrong(err)
	}
	end := d.InputOffset()
	start := end - int64(len(v))
	return fragment{f.file, f.at + start, f.text[start:end:end]}, nil
}

// close ends reading; nothing may follow.
func (f fragment) close(d *jsontext.Decoder) error {
	if _, err := d.ReadToken(); err != nil {
		return f.wrong(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return &VocabularyError{f.file, f.at + d.InputOffset(), "malformed JSON: text after the value"}
	}
	return nil
}

// members calls each for the members of an object, of which there may be most.
func (f fragment) members(most int, each func(name string, value fragment) error) error {
	d, err := f.open('{')
	if err != nil {
		return err
	}
	for n := 0; d.PeekKind() != '}'; n++ {
		t, err := d.ReadToken()
		if err != nil {
			return f.wrong(err)
		}
		name := t.String()
		value, err := f.next(d)
		if err != nil {
			return err
		}
		if n == most {
			return value.fault("more than %d members", most)
		}
		if err := each(name, value); err != nil {
			return err
		}
	}
	return f.close(d)
}

// elements calls each for the elements of an array, of which there may be most.
func (f fragment) elements(most int, each func(value fragment) error) error {
	d, err := f.open('[')
	if err != nil {
		return err
	}
	for n := 0; d.PeekKind() != ']'; n++ {
		value, err := f.next(d)
		if err != nil {
			return err
		}
		if n == most {
			return value.fault("more than %d elements", most)
		}
		if err := each(value); err != nil {
			return err
		}
	}
	return f.close(d)
}

// object reads the members of a small object; a null, or no value at all, has none.
func (f fragment) object() (map[string]fragment, error) {
	const most = 1024 // a tokenizer.json has nine members, its model twelve
	all := map[string]fragment{}
	if f.isNull() {
		return all, nil
	}
	err := f.members(most, func(name string, value fragment) error {
		if _, ok := all[name]; ok {
			return value.fault("%s is given twice", quote(name))
		}
		all[name] = value
		return nil
	})
	return all, err
}

// isNull reports whether there is no value.
func (f fragment) isNull() bool { return len(f.text) == 0 || f.text[0] == 'n' }

// read decodes a small value strictly: no duplicate names, right types.
func (f fragment) read(dst any) error {
	if f.isNull() {
		return nil
	}
	if err := json.Unmarshal(f.text, dst); err != nil {
		return f.wrong(err)
	}
	return nil
}

// string reads a string, many of them fast.
func (f fragment) string() (string, error) {
	if f.isNull() || f.text[0] != '"' {
		return "", f.fault("want a string")
	}
	s, err := jsontext.AppendUnquote(nil, f.text)
	if err != nil {
		return "", f.wrong(err)
	}
	return string(s), nil
}
