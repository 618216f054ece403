package report

import (
	"bytes"
	"math"
	"strconv"
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
func (n Number) String() string { return string(n.append(nil)) }

// append adds what String returns to b.
func (n Number) append(b []byte) []byte {
	if !n.Defined() {
		return b
	}
	abs := math.Abs(float64(n))
	if abs == 0 || abs >= 1e-6 && abs < 1e21 { // ECMAScript's thresholds, so that a page and a CSV agree
		return strconv.AppendFloat(b, float64(n), 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, float64(n), 'e', -1, 64)
	if last := len(b) - 1; b[last-2] == '-' && b[last-1] == '0' { // e-07
		b[last-1], b = b[last], b[:last]
	}
	return b
}

// MarshalJSON writes a decimal or null.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Defined() {
		return []byte("null"), nil
	}
	return n.append(make([]byte, 0, 24)), nil // as many as a float64 takes
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
