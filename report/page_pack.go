package report

import (
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
)

// pagePack holds what a page has most of, singular values and scored tokens,
// as columns of 32-bit numbers. A page is its JSON and these columns, deflated
// together: a quarter of what the same numbers take as decimals.
type pagePack struct {
	coarse bool     // shares are logarithms, see coarseStep
	shares []uint32 // σᵢ/σ₁ as float32, or differences of steps
	ids    []uint32 // twice the id of a token, plus 1 if it is under-trained
	scores []uint32 // differences of codes, see code
	odd    []Number // what has no code
}

// span is where a list starts in a column, and how many it has.
type span [2]int

// mostFine is the number of singular values a page holds as float32; of more
// it holds 16-bit logarithms, which deflate to a quarter of that.
const mostFine = 1_000_000

// coarseSteps is the steps of a coarse share in an octave: a fine σ is within
// 0.04 %, and 64 octaves reach 10⁻¹⁹, under any rounding.
const coarseSteps = 1024

// sigma packs a spectrum and returns σ₁ and its place. Fine shares have seven
// digits whatever the scale. Undefined values stay NaN, in coarse shares they
// are 0; a zero matrix has shares 0.
func (p *pagePack) sigma(sigma []Number) (first Number, at span) {
	at = span{len(p.shares), len(sigma)}
	if len(sigma) == 0 {
		return Undefined(), at
	}
	first = sigma[0]
	before := uint32(0)
	for _, s := range sigma {
		if p.coarse {
			step := coarseStep(s / first)
			p.shares = append(p.shares, difference(before, step))
			before = step
			continue
		}
		share := float32(s / first)
		if s == 0 {
			share = 0
		}
		p.shares = append(p.shares, math.Float32bits(share))
	}
	return first, at
}

// coarseStep is −log₂ of a share in steps, at most 65535, which stands for 0
// and undefined values.
func coarseStep(share Number) uint32 {
	if x := -math.Log2(float64(share)) * coarseSteps; x < math.MaxUint16 {
		return uint32(math.Round(max(0, x)))
	}
	return math.MaxUint16
}

// mostID is above every token of every vocabulary; an id beyond it is shown as it.
const mostID = 1<<31 - 1

// scored packs a list of tokens and returns how many there are. They follow
// those packed before.
func (p *pagePack) scored(list []Scored) int {
	before := uint32(0)
	for _, s := range list {
		id := 2 * uint32(min(max(s.ID, 0), mostID))
		if s.Undertrained {
			id++
		}
		code := p.code(s.Score, scoreDigits)
		p.ids, p.scores = append(p.ids, id), append(p.scores, difference(before, code))
		before = code
	}
	return len(list)
}

// A code is a decimal number of at most six digits: a whole number in
// codeDigits bits, the exponent of ten it is to be multiplied by plus
// codeBias in the next six, and a bit for the sign. codeOdd marks the place of
// what does not fit. Up to 10²² powers of ten are exact in float64, so that a
// browser gets the very number by one multiplication or division.
const (
	codeDigits = 20
	codeBias   = 22
	codeSign   = 1 << 26
	codeOdd    = 1 << 27
)

// code returns the code of x with so many significant digits, at most six.
func (p *pagePack) code(x Number, digits int) uint32 {
	size, power, _ := strings.Cut(strconv.FormatFloat(math.Abs(float64(x)), 'e', digits-1, 64), "e")
	mantissa, bad := strconv.Atoi(strings.Replace(size, ".", "", 1))
	exponent, none := strconv.Atoi(power)
	exponent -= digits - 1
	if bad != nil || none != nil || exponent < -codeBias || exponent > codeBias { // also NaN and ±Inf
		p.odd = append(p.odd, rounded(x, digits))
		return codeOdd | uint32(len(p.odd)-1)
	}
	code := uint32(mantissa) | uint32(exponent+codeBias)<<codeDigits
	if x < 0 {
		code |= codeSign
	}
	return code
}

// difference returns b − a, small for a small one of either sign.
func difference(a, b uint32) uint32 {
	d := int32(b - a)
	return uint32(d<<1) ^ uint32(d>>31)
}

// write writes the deflated page in base64: the lengths of what follows as
// little-endian uint32, text, the columns each as four planes from the lowest
// bytes to the highest, and the odd numbers as float64.
func (p *pagePack) write(w io.Writer, text []byte) error {
	encoder := base64.NewEncoder(base64.StdEncoding, w)
	z, err := flate.NewWriter(encoder, flate.DefaultCompression)
	if err != nil {
		return err
	}
	var head []byte
	for _, n := range []int{len(text), len(p.shares), len(p.ids), len(p.scores), len(p.odd)} {
		head = binary.LittleEndian.AppendUint32(head, uint32(n))
	}
	var tail []byte
	for _, x := range p.odd {
		tail = binary.LittleEndian.AppendUint64(tail, math.Float64bits(float64(x)))
	}
	for _, part := range [][]byte{head, text, planes(p.shares), planes(p.ids), planes(p.scores), tail} {
		if _, err := z.Write(part); err != nil {
			return err
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return encoder.Close()
}

// planes returns the lowest bytes of all numbers, then the next: of small or
// similar ones the higher planes deflate to nothing.
func planes(column []uint32) []byte {
	out := make([]byte, 0, 4*len(column))
	for shift := 0; shift < 32; shift += 8 {
		for _, x := range column {
			out = append(out, byte(x>>shift))
		}
	}
	return out
}
