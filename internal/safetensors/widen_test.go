package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// minifloat is the value of a pattern with e exponent and f fraction bits,
// from the definition: sign·2^(E-bias)·(1+F/2^f), and sign·2^(1-bias)·F/2^f for
// E = 0. The largest E stands for infinity and NaN.
func minifloat(pattern uint32, e, f int) float64 {
	exponent, fraction := int(pattern>>f)&(1<<e-1), float64(pattern&(1<<f-1))
	sign, bias := 1.0, 1<<(e-1)-1
	if pattern>>(e+f) == 1 {
		sign = math.Copysign(1, -1)
	}
	switch {
	case exponent == 0:
		return sign * math.Ldexp(fraction, 1-bias-f)
	case exponent < 1<<e-1:
		return sign * math.Ldexp(1+math.Ldexp(fraction, -f), exponent-bias)
	case fraction == 0:
		return sign * math.Inf(1)
	}
	return math.NaN()
}

// e4m3 is the value of an F8_E4M3 pattern: the largest exponent is an ordinary
// one, and one pattern of either sign is NaN.
func e4m3(pattern uint32) float64 {
	switch {
	case pattern&0x7f == 0x7f:
		return math.NaN()
	case pattern>>3&0xf == 0xf:
		return 2 * minifloat(pattern-8, 4, 3)
	}
	return minifloat(pattern, 4, 3)
}

// same reports whether a and b are the same number, sign of zero included, or
// both NaN.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

func TestWidenEveryPattern(t *testing.T) {
	for _, c := range []struct {
		dtype DType
		size  int
		value func(uint32) float64
	}{
		{F16, 2, func(p uint32) float64 { return minifloat(p, 5, 10) }},
		{BF16, 2, func(p uint32) float64 { return minifloat(p, 8, 7) }},
		{F8E4M3, 1, e4m3},
		{F8E5M2, 1, func(p uint32) float64 { return minifloat(p, 5, 2) }},
	} {
		n := 1 << (8 * c.size)
		data := make([]byte, 1, 1+n*c.size) // one byte in front: not aligned
		for p := range n {
			data = append(data, byte(p), byte(p>>8))[:1+(p+1)*c.size]
		}
		x := Tensor{Entry{DType: c.dtype}, data[1:]}
		got, one := make([]float64, n), make([]float64, 1)
		x.Widen(got, 0)
		for p, g := range got {
			x.Widen(one, p) // many and one take different ways
			if want := c.value(uint32(p)); !same(g, want) || !same(one[0], want) {
				t.Errorf("%s %#x = %v, by itself %v, want %v", c.dtype, p, g, one[0], want)
			}
		}
	}
}

// TestWidenKnown has values known from outside: the largest, the smallest and
// where NaN begins (OCP 8-bit specification, table 2; IEEE 754).
func TestWidenKnown(t *testing.T) {
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		dtype DType
		bits  uint64
		want  float64
	}{
		{F8E4M3, 0x7e, 448}, {F8E4M3, 0xfe, -448}, {F8E4M3, 0x7f, nan}, {F8E4M3, 0xff, nan}, {F8E4M3, 0x01, 0x1p-9}, {F8E4M3, 0x08, 0x1p-6}, {F8E4M3, 0x38, 1},
		{F8E5M2, 0x7b, 57344}, {F8E5M2, 0x7c, inf}, {F8E5M2, 0xfc, -inf}, {F8E5M2, 0x7d, nan}, {F8E5M2, 0x01, 0x1p-16}, {F8E5M2, 0x3c, 1},
		{F16, 0x7bff, 65504}, {F16, 0x0001, 0x1p-24}, {F16, 0x3555, 0.333251953125}, {F16, 0x8000, math.Copysign(0, -1)},
		{BF16, 0x3f80, 1}, {BF16, 0x4049, 3.140625}, {BF16, 0x7f80, inf},
		{F32, 0x40490fdb, 3.1415927410125732}, {F32, 1, 0x1p-149}, {F32, 0x7fc00000, nan}, {F32, 0x80000000, math.Copysign(0, -1)},
		{F64, 0x400921fb54442d18, math.Pi}, {F64, 1, 0x1p-1074}, {F64, 0xfff0000000000000, -inf},
	} {
		data := binary.LittleEndian.AppendUint64(nil, c.bits)
		got := make([]float64, 1)
		Tensor{Entry{DType: c.dtype}, data}.Widen(got, 0)
		if !same(got[0], c.want) {
			t.Errorf("%s %#x = %v, want %v", c.dtype, c.bits, got[0], c.want)
		}
	}
}

// TestWidenRange checks that from and len(dst) choose the elements, for each
// size and at odd addresses.
func TestWidenRange(t *testing.T) {
	const n = 19
	for _, d := range []DType{F64, F32, F16, BF16, F8E4M3, F8E5M2} {
		size := d.Bits() / 8
		data := make([]byte, 1+n*size)
		for i := range data {
			data[i] = byte(37 * i) // all different, few NaN
		}
		x := Tensor{Entry{DType: d}, data[1:]}
		all := make([]float64, n)
		x.Widen(all, 0)
		for from := range n + 1 {
			for to := from; to <= n; to++ {
				got := make([]float64, to-from)
				x.Widen(got, from)
				for i := range got {
					if !same(got[i], all[from+i]) {
						t.Fatalf("%s: element %d of %d:%d is %v, want %v", d, i, from, to, got[i], all[from+i])
					}
				}
			}
		}
	}
}

func TestWidenMisuse(t *testing.T) {
	x := Tensor{Entry{DType: F16}, make([]byte, 8)}
	for name, misuse := range map[string]func(){
		"negative":  func() { x.Widen(nil, -1) },
		"past":      func() { x.Widen(make([]float64, 2), 3) },
		"beyond":    func() { x.Widen(nil, 5) },
		"overflow":  func() { x.Widen(make([]float64, 2), math.MaxInt) },
		"not float": func() { Tensor{Entry{DType: "I8"}, make([]byte, 8)}.Widen(nil, 0) },
		"unknown":   func() { Tensor{Entry{DType: "XX"}, make([]byte, 8)}.Widen(nil, 0) },
	} {
		func() {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.HasPrefix(s, "safetensors: Widen") {
					t.Errorf("%s: no panic of Widen's own", name)
				}
			}()
			misuse()
		}()
	}
}

func TestDType(t *testing.T) {
	for _, d := range dtypes() {
		if d.Bits() == 0 {
			t.Errorf("%s has no size", d)
		}
		// Epsilon against the numbers themselves: the pattern after that of 1.
		if d.IsFloat() != (d.Epsilon() > 0) {
			t.Errorf("%s: IsFloat %v, Epsilon %v", d, d.IsFloat(), d.Epsilon())
		}
	}
	for d, one := range map[DType]uint64{F64: 0x3ff0000000000000, F32: 0x3f800000, F16: 0x3c00, BF16: 0x3f80, F8E4M3: 0x38, F8E5M2: 0x3c} {
		data := binary.LittleEndian.AppendUint64(nil, one)
		next := binary.LittleEndian.AppendUint64(nil, one+1)
		v := make([]float64, 2)
		Tensor{Entry{DType: d}, data}.Widen(v[:1], 0)
		Tensor{Entry{DType: d}, next}.Widen(v[1:], 0)
		if v[0] != 1 || v[1]-v[0] != d.Epsilon() {
			t.Errorf("%s: numbers %v, epsilon %v", d, v, d.Epsilon())
		}
	}
	if x := DType("XX"); x.Bits() != 0 || x.IsFloat() || DType("I8").IsFloat() || DType("F8_E4M3FNUZ").IsFloat() {
		t.Error("unknown or integer dtype taken for a known float")
	}
}

func BenchmarkWiden(b *testing.B) {
	const n = 1 << 16
	for _, d := range []DType{F64, F32, F16, BF16, F8E4M3} {
		b.Run(fmt.Sprint(d), func(b *testing.B) {
			size := d.Bits() / 8
			x := Tensor{Entry{DType: d}, make([]byte, n*size)}
			for i := range x.Data {
				x.Data[i] = byte(i * 40503 >> 5)
			}
			dst := make([]float64, n)
			b.SetBytes(8 * n)
			for b.Loop() {
				x.Widen(dst, 0)
			}
		})
	}
}
