package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync"
)

// Widen sets dst to the elements from, …, from+len(dst)-1 of the tensor in
// row-major order. Every finite value, infinity and signed zero is exact, and a
// NaN stays a NaN. It panics if the dtype is not IsFloat or the elements are
// not all there.
func (t Tensor) Widen(dst []float64, from int) {
	if !t.DType.IsFloat() {
		panic(fmt.Sprintf("safetensors: Widen of %s", t.DType))
	}
	size := t.DType.Bits() / 8
	if n := len(t.Data) / size; from < 0 || from > n || len(dst) > n-from {
		panic(fmt.Sprintf("safetensors: Widen of %d elements from %d, of %d", len(dst), from, n))
	}
	// Read by bytes: the format does not align tensors.
	src := t.Data[from*size : (from+len(dst))*size]
	done := widenBatch(dst, src, t.DType)
	dst, src = dst[done:], src[done*size:]
	switch t.DType {
	case F64:
		widen64(dst, src)
	case F32:
		widen32(dst, src)
	case F16:
		widen16(dst, src, f16Table())
	case BF16:
		widenBF16(dst, src)
	case F8E4M3:
		widen8(dst, src, e4m3Table())
	case F8E5M2:
		widen8(dst, src, e5m2Table())
	}
}

// Prefetch says that n elements from the given one on will be widened soon: narrow
// parts of long rows lie in a page each, whose address takes as long to find as
// the numbers take to widen. What is not there is left out.
func (t Tensor) Prefetch(from, n int) {
	size := t.DType.Bits() / 8
	if last := len(t.Data) / max(size, 1); from >= 0 && n >= 0 && from <= last {
		prefetch(t.Data[from*size : min(from+n, last)*size])
	}
}

// The loops slice with both bounds, which lets the compiler drop the checks
// inside Uint64, Uint32 and Uint16 and doubles the speed.

func widen64(dst []float64, src []byte) {
	for i := range dst {
		dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(src[8*i : 8*i+8]))
	}
}

func widen32(dst []float64, src []byte) {
	for i := range dst {
		dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(src[4*i : 4*i+4])))
	}
}

func widenBF16(dst []float64, src []byte) {
	for i := range dst {
		// The upper half of a float32.
		h := uint32(binary.LittleEndian.Uint16(src[2*i : 2*i+2]))
		dst[i] = float64(math.Float32frombits(h << 16))
	}
}

func widen16(dst []float64, src []byte, table *[1 << 16]float32) {
	for i := range dst {
		dst[i] = float64(table[binary.LittleEndian.Uint16(src[2*i:2*i+2])])
	}
}

func widen8(dst []float64, src []byte, table *[256]float64) {
	for i, b := range src[:len(dst)] {
		dst[i] = table[b]
	}
}

// fromF16 widens an IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits,
// bias 15.
func fromF16(h uint16) float64 {
	exponent, fraction := h>>10&0x1f, uint64(h&0x3ff)
	b := uint64(h&0x8000) << 48
	switch exponent {
	case 0: // zero and subnormals: an integer in units of 2^-24
		b |= math.Float64bits(float64(fraction) * 0x1p-24)
	case 0x1f: // infinities and NaN
		b |= 0x7ff<<52 | fraction<<42
	default:
		b |= (uint64(exponent)+1023-15)<<52 | fraction<<42
	}
	return math.Float64frombits(b)
}

// f16Table returns the values of the 65,536 patterns of F16, in float32, which
// holds them exactly in half the cache. It is faster than fromF16, whose
// branches are hard to predict where subnormals are mixed in.
var f16Table = sync.OnceValue(func() *[1 << 16]float32 {
	var t [1 << 16]float32
	for i := range t {
		t[i] = float32(fromF16(uint16(i)))
	}
	return &t
})

// e5m2Table returns the values of the 256 patterns of F8_E5M2, which is the
// upper half of a binary16.
var e5m2Table = sync.OnceValue(func() *[256]float64 {
	var t [256]float64
	for i := range t {
		t[i] = fromF16(uint16(i) << 8)
	}
	return &t
})

// e4m3Table returns the values of the 256 patterns of F8_E4M3 in the OCP form
// (OCP 8-bit Floating Point Specification 1.0, table 1): bias 7, no infinity,
// NaN only where all bits but the sign are set.
var e4m3Table = sync.OnceValue(func() *[256]float64 {
	var t [256]float64
	for i := range 0x80 {
		exponent, fraction := i>>3, float64(i&7)
		v := math.Ldexp(8+fraction, exponent-7-3)
		if exponent == 0 {
			v = math.Ldexp(fraction, 1-7-3)
		}
		if i == 0x7f {
			v = math.NaN()
		}
		t[i], t[i|0x80] = v, math.Copysign(v, -1)
	}
	return &t
})
