package report

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// Number is a float64 whose undefined values survive JSON: NaN and ±Inf are
// written as null and null is read as NaN. Digits are the fewest that read
// back as the same value.
type Number float64

// Undefined is the Number written as null.
func Undefined() Number { return Number(math.NaN()) }

// Defined reports whether n is finite.
func (n Number) Defined() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// String returns the shortest decimal that reads back as n, "" if undefined.
// Very large and very small values use an exponent, as JSON does.
func (n Number) String() string {
	if !n.Defined() {
		return ""
	}
	abs := math.Abs(float64(n))
	if abs == 0 || abs >= 1e-6 && abs < 1e21 { // ECMAScript's thresholds, so that a page and a CSV agree
		return strconv.FormatFloat(float64(n), 'f', -1, 64)
	}
	text := strconv.FormatFloat(float64(n), 'e', -1, 64)
	return strings.Replace(text, "e-0", "e-", 1)
}

// MarshalJSON writes a decimal or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Defined() {
		return []byte("null"), nil
	}
	return []byte(n.String()), nil
}

// UnmarshalJSON reads a decimal or null.
func (n *Number) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*n = Undefined()
		return nil
	}
	x, err := strconv.ParseFloat(string(b), 64) // refuses a text: its quotes are no digits
	*n = Number(x)
	return err
}

// numbers converts a slice; the result is never nil, so that JSON shows [].
func numbers(x []float64) []Number {
	out := make([]Number, len(x))
	for i, v := range x {
		out[i] = Number(v)
	}
	return out
}
