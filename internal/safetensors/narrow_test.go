package safetensors

import (
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// widened returns the numbers of a type whose bits are given, through the reader.
func widened(d DType, bits ...uint64) []float64 {
	size := d.Bits() / 8
	data := make([]byte, size*len(bits))
	for i, b := range bits {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], b)
		copy(data[i*size:], word[:size])
	}
	out := make([]float64, len(bits))
	Tensor{Entry{DType: d, Shape: []int{len(bits)}}, data}.Widen(out, 0)
	return out
}

// What is read is written as it was, for every number of two bytes and for many of more.
func TestNarrowInvertsWiden(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, d := range []DType{F16, BF16, F32, F64} {
		size := d.Bits() / 8
		for i := range 1 << 16 {
			bits := uint64(i)
			if size > 2 {
				bits = rng.Uint64() >> (64 - 8*size)
			}
			x := widened(d, bits)
			got := make([]byte, size)
			if err := d.Narrow(got, x); err != nil {
				if math.IsNaN(x[0]) || math.IsInf(x[0], 0) {
					continue
				}
				t.Fatalf("%s %x: %v", d, bits, err)
			}
			var want [8]byte
			binary.LittleEndian.PutUint64(want[:], bits)
			if string(got) != string(want[:size]) {
				t.Fatalf("%s: %v is written as %x, read from %x", d, x[0], got, want[:size])
			}
		}
	}
}

// Between two neighbours of a type the nearer is written, half-way the even one, and just beside it never the other.
func TestNarrowRounds(t *testing.T) {
	for _, d := range []DType{F16, BF16} {
		f, _ := d.format()
		largest := uint64(1<<f.exponent-1)<<f.significand - 1
		for bits := range largest {
			x := widened(d, bits, bits+1)
			half := (x[0] + x[1]) / 2
			even := bits + bits&1
			for _, c := range []struct {
				x    float64
				want uint64
			}{{half, even}, {math.Nextafter(half, 0), bits}, {math.Nextafter(half, math.Inf(1)), bits + 1}} {
				if got := f.round(c.x); got != c.want {
					t.Fatalf("%s: %v is rounded to %x, want %x", d, c.x, got, c.want)
				}
				if got := f.round(-c.x); got != c.want|1<<15 {
					t.Fatalf("%s: −%v is rounded to %x", d, c.x, got)
				}
			}
		}
	}
	single, _ := F32.format()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100000 {
		x := math.Float64frombits(rng.Uint64())
		if y := float32(x); !math.IsNaN(x) && single.round(x) != uint64(math.Float32bits(y)) {
			t.Fatalf("F32: %v is rounded to %x, the processor makes it %x", x, single.round(x), math.Float32bits(y))
		}
	}
}

// Rounding twice, by way of float32, would take this number to the wrong neighbour.
func TestNarrowRoundsOnce(t *testing.T) {
	x := 1 + 0x1p-8 + 0x1p-40
	f, _ := BF16.format()
	if got := widened(BF16, f.round(x))[0]; got != 1+0x1p-7 {
		t.Errorf("%v is rounded to %v", x, got)
	}
}

// What is too large is refused, not turned into an infinity: 65520 is half-way to what would follow the largest F16.
func TestNarrowRange(t *testing.T) {
	buf := make([]byte, 8)
	if err := F16.Narrow(buf, []float64{65519.99}); err != nil {
		t.Error(err)
	}
	for d, x := range map[DType]float64{F16: 65520, BF16: 3.4e38, F32: 3.41e38, F64: math.Inf(-1)} {
		var e *RangeError
		if err := d.Narrow(buf, []float64{x}); !errors.As(err, &e) || e.Value != x {
			t.Errorf("%s: %v gives %v", d, x, err)
		}
	}
	if F8E4M3.CanNarrow() || !BF16.CanNarrow() {
		t.Error("CanNarrow")
	}
}
