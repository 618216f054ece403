package report

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// unpacked is a page's data as its scripts see them. Everything here is written
// anew from the description of pagePack.
type unpacked struct {
	pageData
	text                []byte // the JSON
	shares, ids, scores []uint32
	odd                 []float64
}

func readPage(t *testing.T, d *Document) *unpacked {
	t.Helper()
	return unpackPage(t, drawPage(t, d))
}

func unpackPage(t *testing.T, page string) *unpacked {
	t.Helper()
	_, rest, ok := strings.Cut(page, `<script type="application/json" id="data">"`)
	packed, _, closed := strings.Cut(rest, `"</script>`)
	if !ok || !closed {
		t.Fatal("the page has no data")
	}
	return unpack(t, packed)
}

func unpack(t *testing.T, packed string) *unpacked {
	t.Helper()
	raw, err := io.ReadAll(flate.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed))))
	if err != nil || len(raw) < 20 {
		t.Fatalf("%d bytes, %v", len(raw), err)
	}
	var n [5]int
	for i := range n {
		n[i] = int(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	if want := 20 + n[0] + 4*(n[1]+n[2]+n[3]) + 8*n[4]; len(raw) != want {
		t.Fatalf("%d bytes, want %d", len(raw), want)
	}
	u := &unpacked{text: raw[20 : 20+n[0]]}
	raw = raw[20+n[0]:]
	for i, c := range []*[]uint32{&u.shares, &u.ids, &u.scores} {
		for k := range n[i+1] {
			*c = append(*c, uint32(raw[k])|uint32(raw[n[i+1]+k])<<8|uint32(raw[2*n[i+1]+k])<<16|uint32(raw[3*n[i+1]+k])<<24)
		}
		raw = raw[4*n[i+1]:]
	}
	for k := range n[4] {
		u.odd = append(u.odd, math.Float64frombits(binary.LittleEndian.Uint64(raw[8*k:])))
	}
	if err := json.Unmarshal(u.text, &u.pageData); err != nil {
		t.Fatal(err)
	}
	return u
}

// undo reverses difference.
func undo(before, packed uint32) uint32 { return before + uint32(int32(packed>>1)^-int32(packed&1)) }

// scored returns n tokens from a place on, id and score by turns; an
// under-trained token of number n is −1−n.
func (u *unpacked) scored(at, n int) []Number {
	var out []Number
	code := uint32(0)
	for i := range n {
		code = undo(code, u.scores[at+i])
		id := Number(u.ids[at+i] / 2)
		if u.ids[at+i]%2 == 1 {
			id = -1 - id
		}
		out = append(out, id, u.decimal(code))
	}
	return out
}

func (u *unpacked) decimal(code uint32) Number {
	if code&codeOdd != 0 {
		return Number(u.odd[code&^codeOdd])
	}
	x := float64(code & (1<<codeDigits - 1))
	if e := int(code>>codeDigits&63) - codeBias; e < 0 {
		x /= math.Pow10(-e)
	} else {
		x *= math.Pow10(e)
	}
	if code&codeSign != 0 {
		x = -x
	}
	return Number(x)
}

func packed(t *testing.T, p *pagePack) *unpacked {
	t.Helper()
	var b bytes.Buffer
	if err := p.write(&b, []byte("{}")); err != nil {
		t.Fatal(err)
	}
	return unpack(t, b.String())
}

// shareTolerance is half a unit in the last place of float32.
const shareTolerance = 1.0 / (1 << 23)

func TestPackFine(t *testing.T) {
	p := &pagePack{}
	for _, scale := range []Number{1, 1e150, 1e-150, 61.945} {
		sigma := []Number{3 * scale, 2 * scale, 0.1 * scale, 1e-30 * scale, 0}
		first, at := p.sigma(sigma)
		if u := packed(t, p); first != sigma[0] || at[1] != len(sigma) || at[0]+at[1] != len(u.shares) {
			t.Fatalf("scale %v: first %v at %v of %d", scale, first, at, len(u.shares))
		} else {
			for i, want := range sigma {
				if got := Number(math.Float32frombits(u.shares[at[0]+i])) * first; !(math.Abs(float64(got-want)) <= shareTolerance*float64(want)) {
					t.Errorf("scale %v: σ[%d] = %v, want %v", scale, i, got, want)
				}
			}
		}
	}
	if first, at := p.sigma(nil); first.Defined() || at[1] != 0 {
		t.Errorf("no values: first %v, at %v", first, at)
	}
	if _, at := p.sigma([]Number{0, 0}); !slices.Equal(p.shares[at[0]:], []uint32{0, 0}) {
		t.Errorf("a zero matrix has shares %v", p.shares[at[0]:])
	}
}

// coarseTolerance is half a step of an octave, with room for rounding.
const coarseTolerance = 0.51 * math.Ln2 / coarseSteps

func TestPackCoarse(t *testing.T) {
	p := &pagePack{coarse: true}
	p.sigma([]Number{5, 4}) // a spectrum before it changes nothing
	sigma := []Number{300, 299.9, 2, 1e-3, 1e-16, 1e-30, 0}
	_, at := p.sigma(sigma)
	u := packed(t, p)
	step := uint32(0)
	for i, want := range sigma {
		step = undo(step, u.shares[at[0]+i])
		if lost := want < 1e-19*sigma[0]; lost != (step == math.MaxUint16) {
			t.Errorf("σ[%d] = %v is %d steps", i, want, step)
		} else if got := float64(sigma[0]) * math.Exp2(-float64(step)/coarseSteps); !lost && !(math.Abs(got/float64(want)-1) <= coarseTolerance) {
			t.Errorf("σ[%d] = %v, want %v", i, got, want)
		}
	}
	for _, odd := range [][]Number{{0, 0}, {Undefined()}, {1, 2}} {
		if _, at := p.sigma(odd); at[1] != len(odd) {
			t.Errorf("%v packs at %v", odd, at)
		}
	}
}

// TestPackScores checks that a score of a page is the rounded one to the last
// bit, whatever it is, and that no id breaks the columns.
func TestPackScores(t *testing.T) {
	var list []Scored
	for i, x := range []Number{
		0, 1, -1, 0.1, 999, 0.0995, 0.09996, -123456, 1e22, 1e-20, 1.23e-19, 1e24, -4.56e25, 1e300, -1e-300, 5e-324, math.MaxFloat64,
		Undefined(), Number(math.Inf(1)), Number(math.Copysign(0, -1)), 0.333,
	} {
		list = append(list, Scored{ID: i * i * i * 1000, Score: x, Undertrained: i%2 == 1})
	}
	list = append(list, Scored{ID: -5}, Scored{ID: math.MaxInt})
	p := &pagePack{}
	p.scored(list[:3])
	if n := p.scored(list); n != len(list) {
		t.Fatalf("%d are packed of %d", n, len(list))
	}
	got := packed(t, p).scored(3, len(list))
	for i, s := range list {
		id := Number(min(max(s.ID, 0), mostID))
		if s.Undertrained {
			id = -1 - id
		}
		if want := rounded(s.Score, scoreDigits); got[2*i] != id || got[2*i+1] != want && (got[2*i+1].Defined() || want.Defined()) {
			t.Errorf("%d with %v reads %v with %v", s.ID, s.Score, got[2*i], got[2*i+1])
		}
	}
}
