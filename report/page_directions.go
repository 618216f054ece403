package report

import (
	"slices"
	"strconv"
)

// mostDirectionText bounds what directions take of a page, in bytes: all that
// are asked for by default of a model of 32 layers of 32 heads, whose page is
// then of 11 MB. Beyond it a page shows fewer tokens, then fewer directions of
// each matrix, and says so.
const mostDirectionText = 8_000_000

// What the facts of a direction and its pairs take on a page, and a token with
// its score, deflated and in base64, as measured on pages of that size.
const (
	directionText = 110
	scoredText    = 4
)

// Fewest tokens of a pole, and most points of a curve, that a page shows.
const (
	leastTokens = 3
	// mostPoints is the contexts of 8192 and less whole; of a longer one the page
	// has every n-th position, and says so.
	mostPoints = 8192
)

// Significant digits of directions on the page: scores and statistics are
// compared by eye, σ also with its neighbours.
const (
	scoreDigits = 3
	sigmaDigits = 6
	nullDigits  = 4
)

// pageDirection is a Direction as short lists of numbers.
type pageDirection struct {
	// Facts are index, σ, energy, gap, angle bound, first and last of the
	// block, stable (1 or 0) and residual.
	Facts       []Number            `json:"c"`
	In          pageReading         `json:"i"`
	Out         pageReading         `json:"o"`
	Pairs       []Number            `json:"pairs,omitempty"`       // query, key and score by turns
	Sensitivity map[string][]Number `json:"sensitivity,omitempty"` // match, angle, jaccard
}

// pageReading is a Reading. The tokens of its poles stand in the columns of
// pagePack, those of one reading after those of the other.
type pageReading struct {
	// Facts are the place of the readout in pageData.Readouts, skew and pole;
	// of judged readouts also coherence, its mean and sd by chance, p and q.
	Facts    []Number `json:"j"`
	Positive int      `json:"p"` // tokens
	Negative int      `json:"n"`
	Constant Number   `json:"k,omitempty"` // of a circuit with biases
	Others   []Number `json:"x,omitempty"` // place in pageData.Ways and overlap by turns
	Curve    []Number `json:"curve,omitempty"`
	Step     int      `json:"step,omitempty"` // positions from one point of the curve to the next
	Note     string   `json:"note,omitempty"`
}

// pageBlock is a Block; lists hold id, leverage and excess by turns.
type pageBlock struct {
	First    int      `json:"first"`
	Last     int      `json:"last"`
	Complete bool     `json:"complete"`
	In       []Number `json:"i"`
	Out      []Number `json:"o"`
}

// directionPacker turns the directions of a document into page data.
type directionPacker struct {
	pack       *pagePack
	tokens     int // shown of a pole
	directions int // shown of a matrix
	full       bool
	readouts   []string
	ways       []string // other readouts, as "embed cosine"
	texts      []map[int]string
}

func newDirectionPacker(d *Document, pack *pagePack) *directionPacker {
	p := &directionPacker{pack: pack, texts: make([]map[int]string, len(d.Models)), readouts: []string{""}, ways: []string{}}
	for i := range p.texts {
		p.texts[i] = map[int]string{}
	}
	p.tokens, p.directions = shownDirections(d)
	most, _ := longestLists(d)
	p.full = p.tokens >= most
	return p
}

// shownDirections returns how many tokens of a pole and directions of a matrix
// fit in a page: all of them, or else fewer tokens, then fewer directions.
func shownDirections(d *Document) (tokens, directions int) {
	tokens, directions = longestLists(d)
	for tokens > leastTokens && directionBytes(d, tokens, directions) > mostDirectionText {
		tokens--
	}
	for directions > 1 && directionBytes(d, tokens, directions) > mostDirectionText {
		directions--
	}
	return tokens, directions
}

// directionBytes estimates what directions take on a page, with so many tokens
// at each of the four poles.
func directionBytes(d *Document, tokens, directions int) int {
	n := 0
	for i := range d.Matrices {
		n += min(directions, len(d.Matrices[i].Directions))
	}
	return n * (directionText + 4*tokens*scoredText)
}

// longestLists returns the most tokens of a pole and directions of a matrix.
func longestLists(d *Document) (tokens, directions int) {
	for i := range d.Matrices {
		list := d.Matrices[i].Directions
		directions = max(directions, len(list))
		for k := range list {
			for _, r := range []*Reading{&list[k].In, &list[k].Out} {
				tokens = max(tokens, len(r.Positive), len(r.Negative))
			}
		}
	}
	return tokens, directions
}

// matrix returns what the page shows of m's directions. model is the place of
// its model.
func (p *directionPacker) matrix(m *Matrix, model int) (list []pageDirection, blocks []pageBlock) {
	for i := range m.Directions[:min(p.directions, len(m.Directions))] {
		list = append(list, p.direction(&m.Directions[i], model))
	}
	for _, b := range m.Blocks {
		blocks = append(blocks, pageBlock{
			First: b.First, Last: b.Last, Complete: b.Complete,
			In: p.leverages(b.In, model), Out: p.leverages(b.Out, model),
		})
	}
	return list, blocks
}

func (p *directionPacker) direction(x *Direction, model int) pageDirection {
	out := pageDirection{
		Facts: []Number{
			Number(x.Index), rounded(x.Sigma, sigmaDigits), rounded(x.Energy, scoreDigits), rounded(x.Gap, scoreDigits),
			rounded(x.AngleBound, scoreDigits), Number(x.Block[0]), Number(x.Block[1]), truth(x.Stable), rounded(x.Residual, 2),
		},
		In: p.reading(&x.In, model), Out: p.reading(&x.Out, model),
	}
	for _, pair := range x.Pairs[:min(len(x.Pairs), p.tokens)] {
		p.name(model, pair.Query, pair.QueryTok)
		p.name(model, pair.Key, pair.KeyTok)
		out.Pairs = append(out.Pairs, Number(pair.Query), Number(pair.Key), rounded(pair.Score, scoreDigits))
	}
	for name, s := range x.Sensitivity {
		if out.Sensitivity == nil {
			out.Sensitivity = map[string][]Number{}
		}
		out.Sensitivity[Safe(name)] = []Number{Number(s.Match), rounded(s.Angle, scoreDigits), rounded(s.Jaccard, scoreDigits)}
	}
	return out
}

func (p *directionPacker) reading(r *Reading, model int) pageReading {
	out := pageReading{
		Facts:    []Number{Number(place(&p.readouts, Safe(r.Readout))), rounded(r.Skew, scoreDigits), Number(r.Pole)},
		Positive: p.scored(r.Positive, model), Negative: p.scored(r.Negative, model), Note: SafeProse(r.Note),
		Constant: rounded(r.Constant, scoreDigits),
	}
	if r.P.Defined() && r.Readout != "" {
		for _, v := range []Number{r.Coherence, r.ChanceMean, r.ChanceSD, r.P, r.Q} {
			out.Facts = append(out.Facts, rounded(v, scoreDigits))
		}
	}
	if p.full {
		for _, o := range r.Others {
			way := place(&p.ways, Safe(o.Readout+" "+o.Measure))
			out.Others = append(out.Others, Number(way), rounded(o.Jaccard, 2))
		}
	}
	if n := len(r.Curve); n > 0 {
		out.Step = (n + mostPoints - 1) / mostPoints
		for i := 0; i < n; i += out.Step {
			out.Curve = append(out.Curve, rounded(r.Curve[i], scoreDigits))
		}
	}
	return out
}

func (p *directionPacker) scored(list []Scored, model int) int {
	list = list[:min(len(list), p.tokens)]
	for _, s := range list {
		p.name(model, s.ID, s.Token)
	}
	return p.pack.scored(list)
}

func (p *directionPacker) leverages(list []Leverage, model int) []Number {
	out := []Number{}
	for _, l := range list[:min(len(list), p.tokens)] {
		p.name(model, l.ID, l.Token)
		out = append(out, Number(l.ID), rounded(l.Leverage, scoreDigits), rounded(l.Excess, scoreDigits))
	}
	return out
}

// name notes the text of a token.
func (p *directionPacker) name(model, id int, text string) {
	if text != "" && model < len(p.texts) {
		p.texts[model][id] = Safe(text)
	}
}

// place returns where name stands in list, at its end if it is new.
func place(list *[]string, name string) int {
	if i := slices.Index(*list, name); i >= 0 {
		return i
	}
	*list = append(*list, name)
	return len(*list) - 1
}

func truth(b bool) Number {
	if b {
		return 1
	}
	return 0
}

// rounded returns n to so many significant digits.
func rounded(n Number, digits int) Number {
	if !n.Defined() {
		return n
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(float64(n), 'g', digits, 64), 64)
	if err != nil { // beyond the largest float64
		return n
	}
	return Number(short)
}
