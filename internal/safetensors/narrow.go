package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
)

// format is the layout of a binary floating-point number: sign, exponent, significand.
type format struct{ exponent, significand uint }

// formats are those of the types that Narrow writes. Of FP8 there are two kinds of everything; weights in it have scales
// of their own, which a changed matrix would need anew.
func (d DType) format() (f format, ok bool) {
	switch d {
	case F64:
		return format{11, 52}, true
	case F32:
		return format{8, 23}, true
	case F16:
		return format{5, 10}, true
	case BF16:
		return format{8, 7}, true
	}
	return format{}, false
}

// CanNarrow reports whether Narrow writes numbers of this type: F64, F32, F16, BF16.
func (d DType) CanNarrow() bool {
	_, ok := d.format()
	return ok
}

// RangeError says that a number is too large for a type.
type RangeError struct {
	DType DType
	Value float64
}

func (e *RangeError) Error() string { return fmt.Sprintf("%v is too large for %s", e.Value, e.DType) }

// Narrow writes src as elements of type d into dst, little-endian, each rounded once to the nearest, halves to the even
// significand. The error is *RangeError, for a number that is not finite once rounded. It panics if CanNarrow is false or dst is
// too short.
func (d DType) Narrow(dst []byte, src []float64) error {
	f, ok := d.format()
	if !ok {
		panic("safetensors: cannot narrow to " + string(d))
	}
	size := d.Bits() / 8
	dst = dst[:len(src)*size]
	for i, v := range src {
		bits := f.round(v)
		if bits>>f.significand&(1<<f.exponent-1) == 1<<f.exponent-1 {
			return &RangeError{d, v}
		}
		switch size {
		case 2:
			binary.LittleEndian.PutUint16(dst[2*i:], uint16(bits))
		case 4:
			binary.LittleEndian.PutUint32(dst[4*i:], uint32(bits))
		default:
			binary.LittleEndian.PutUint64(dst[8*i:], bits)
		}
	}
	return nil
}

// Layout of float64.
const (
	significand64 = 52
	exponent64    = 11
	bias64        = 1<<(exponent64-1) - 1
)

// round returns the bits of x in the format, of an infinity for whatever is too large, an infinity or a NaN.
//
// A significand with its leading 1 in place is shifted to the format's width and added to the exponent less one: that 1 makes up
// for it, below the least normal number it is not there, and a carry out of rounding goes where it belongs.
func (f format) round(x float64) uint64 {
	bits := math.Float64bits(x)
	sign := bits >> 63 << (f.exponent + f.significand)
	exponent := int(bits>>significand64) & (1<<exponent64 - 1)
	infinity := uint64(1<<f.exponent-1) << f.significand
	if exponent == 1<<exponent64-1 {
		return sign | infinity
	}
	value := bits & (1<<significand64 - 1)
	if exponent > 0 {
		value |= 1 << significand64
	} else {
		exponent = 1
	}
	shift := significand64 - f.significand
	e := exponent - bias64 + (1<<(f.exponent-1) - 1)
	if e < 1 {
		shift += uint(min(1-e, 64))
		e = 1
	}
	if shift > significand64+1 { // less than half of the least
		return sign
	}
	result := uint64(e-1)<<f.significand + value>>shift
	if shift > 0 {
		rest, half := value&(1<<shift-1), uint64(1)<<(shift-1)
		if rest > half || rest == half && result&1 == 1 {
			result++
		}
	}
	return sign | min(result, infinity)
}
