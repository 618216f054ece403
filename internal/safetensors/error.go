package safetensors

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// NoOffset is the Offset of an error that belongs to no place in a file.
const NoOffset = -1

// FormatError says that a file, or what is to be written as one, breaks a rule
// of the format.
type FormatError struct {
	Offset int64  // byte offset from the start of the file, or NoOffset
	Tensor string // name as the file has it, not escaped; "" where none is concerned
	Msg    string // what is wrong, without position and name; safe to print
}

// Error returns one sentence; the tensor's name is quoted, escaped and, where
// it is long, cut.
func (e *FormatError) Error() string {
	s := "safetensors: "
	if e.Tensor != "" {
		s += "tensor " + quote(e.Tensor) + ": "
	}
	s += e.Msg
	if e.Offset >= 0 {
		s += " (at byte " + strconv.FormatInt(e.Offset, 10) + ")"
	}
	return s
}

// maxQuoted bounds how much of a name enters a message, in bytes. Names in
// real checkpoints stay under 100, a hostile one may have 100 MB.
const maxQuoted = 120

// quote returns s as a Go string literal, cut after maxQuoted bytes. Control
// characters and direction marks come out escaped.
func quote(s string) string {
	if len(s) <= maxQuoted {
		return strconv.Quote(s)
	}
	n := maxQuoted
	for n > maxQuoted-utf8.UTFMax && !utf8.RuneStart(s[n]) {
		n--
	}
	return strconv.Quote(s[:n]) + "…"
}

// refusal is a FormatError without a tensor's name.
func refusal(offset int64, format string, args ...any) *FormatError {
	return &FormatError{Offset: offset, Msg: fmt.Sprintf(format, args...)}
}
