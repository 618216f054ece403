package directions

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"

	"wspec/internal/linalg"
	"wspec/spectra"
)

// Kind says through which input a later head reads an earlier one.
type Kind string

// The kinds of composition.
const (
	QComposition Kind = "Q" // with W_Q·W_Kᵀ from its query side
	KComposition Kind = "K" // from its key side
	VComposition Kind = "V" // with W_V·W_O
)

// Composition says how much of what an earlier head writes a later one reads:
// one cell of a heat map.
type Composition struct {
	From, To HeadID // From.Layer < To.Layer
	KV       int    // of To: heads of a group share W_K and W_V
	Kind     Kind
	// Score is ‖A·B‖_F/(‖A‖_F·‖B‖_F) in [0, 1], A the earlier OV circuit and B
	// the later circuit, both d_model × d_model (Elhage et al. 2021). NaN where
	// a factor is zero or not finite.
	Score float64
	// Mean is the root mean square of Score under the null, 1/√d_model.
	Mean float64
	// SD and Z are those of Score², on whose scale the null is exact: A and B
	// keep their singular values and are turned at random to each other.
	SD, Z float64
	// ShapeSD and ShapeZ are the same for random W_Q, W_K, W_V, W_O of the
	// shapes of these, whose products have flatter spectra than trained ones.
	ShapeSD, ShapeZ float64
	// Components are the singular components of A that carry most of Score, the
	// largest share first, of the pairs that were resolved.
	Components []Component
}

// CompositionOptions says which circuits are compared. The zero value is the
// default.
type CompositionOptions struct {
	Kinds []Kind // nil means all three
	Seed  uint64 // of the random shapes; record it with the result
	// Memory bounds what is held beside 4·heads·d_head² numbers, in bytes; 0 means
	// 512 MiB. Less of it takes more time; results do not depend on it.
	Memory int64
	// Resolve is the most pairs of each kind that are resolved by singular
	// component: of those significantly above chance the ones of largest Z.
	Resolve    int
	Components int // listed of a pair; 0 means 8
}

func (o CompositionOptions) components() int { return cmp.Or(o.Components, 8) }

// shapeDraws is the number of random products from which the mean purity of a
// shape is taken; a single one is within a percent or two of it.
const shapeDraws = 8

// Compositions returns the composition of every earlier head with every later
// one, by the later head, the earlier one, then kind. Heads lacking a factor
// give none. All heads share d_model.
//
// The null's variance is exact. With P = AᵀA/tr AᵀA and S = BBᵀ/tr BBᵀ, Score² is
// tr P·S; for a random rotation between them its mean is 1/d, and its variance
// ‖P − I/d‖²·‖S − I/d‖²/((d−1)(d+2)/2), the symmetric matrices of trace 0 being
// irreducible under rotations (Collins & Śniady 2006 give the moments). For
// random shapes only the mean of ‖P − I/d‖² is drawn.
//
// Nothing of size d_model² or d_head·d_model is kept per head or pair: of each
// circuit a d_head × d_head factor, from which the one that carries its Gram
// matrix is made for some circuits at a time. The inner products tr P·S of all
// pairs are those of linalg.Overlaps, in float32: Score² is within 5e-7
// (of GPT-2 small 2e-9, 5e-5 of its SD), and a pair takes d_model²/2
// multiplications instead of d_head²·d_model.
func Compositions(heads []Head, o CompositionOptions) []Composition {
	if o.Kinds == nil {
		o.Kinds = []Kind{QComposition, KComposition, VComposition}
	}
	c := &composer{options: o, purity: map[[2]int]float64{}}
	heads = slices.Clone(heads)
	slices.SortStableFunc(heads, func(a, b Head) int {
		return cmp.Or(cmp.Compare(a.Layer, b.Layer), cmp.Compare(a.Head, b.Head))
	})
	for _, h := range heads {
		c.add(h)
	}
	return c.all()
}

// streamEnd is one circuit's side towards the residual stream: Gram matrix xᵀ·x,
// x = r·near with near over its norm.
type streamEnd struct {
	head   Head
	kind   Kind // of a reader
	near   linalg.Source
	r      *mat.Dense
	ok     bool    // x has Frobenius norm 1; else it stands for 0
	spread float64 // ‖xᵀx − I/d‖²
	shape  float64 // its mean for random factors of the shape
}

type composer struct {
	options CompositionOptions
	writers []streamEnd
	readers []streamEnd
	d       int
	room    endRoom
	purity  map[[2]int]float64
}

// add makes the ends of one head.
func (c *composer) add(h Head) {
	if h.V != nil && h.O != nil {
		c.d, _ = h.V.Dims()
		c.writers = append(c.writers, c.end(h, h.V, h.O))
	}
	for _, k := range c.options.Kinds {
		far, near := h.O, h.V // B·Bᵀ = near·(far·farᵀ)·nearᵀ
		switch k {
		case QComposition:
			far, near = transposeOf(h.K), h.Q
		case KComposition:
			far, near = transposeOf(h.Q), h.K
		}
		if far == nil || near == nil {
			continue
		}
		c.d, _ = near.Dims()
		e := c.end(h, linalg.Transpose(far), linalg.Transpose(near))
		e.kind = k
		c.readers = append(c.readers, e)
	}
}

func transposeOf(s linalg.Source) linalg.Source {
	if s == nil {
		return nil
	}
	return linalg.Transpose(s)
}

// end makes R·near for the QR factorisation far = Q·R, far d_model × d_head and
// near d_head × d_model: it has the Gram matrix of far·near.
func (c *composer) end(h Head, far, near linalg.Source) streamEnd {
	e := streamEnd{head: h, near: near}
	x := denseIn(&c.room.near, near)
	r, err := linalg.RFactor(far, 1, 1, &c.room.work)
	if err != nil || !unitNorm(r) || !unitNorm(x) { // far holds no finite numbers, or zeros
		return e
	}
	width, _ := x.Dims()
	x = c.room.product(r, x)
	length := mat.Norm(x, 2)
	e.ok = unitNorm(x)
	e.spread = spread(x)
	e.shape = c.shapeSpread(width)
	if e.ok {
		r.Scale(1/length, r)
		e.r = r
	}
	return e
}

// endRoom is where ends are made, one after another: factors of a megabyte each
// would be cleared, and collected, for every head.
type endRoom struct {
	near, x mat.Dense
	work    linalg.Workspace
}

// product returns a·b, until the next one.
func (r *endRoom) product(a, b *mat.Dense) *mat.Dense {
	r.x.Reset()
	r.x.Mul(a, b)
	return &r.x
}

// factor makes x, d_head × d_model, in the room.
func (e *streamEnd) factor(room *endRoom) *mat.Dense {
	x := denseIn(&room.near, e.near)
	if !e.ok {
		x.Zero()
		return x
	}
	unitNorm(x)
	return room.product(e.r, x)
}

func product(a, b *mat.Dense) *mat.Dense {
	var c mat.Dense
	c.Mul(a, b)
	return &c
}

// spread returns ‖xᵀx − I/d‖² for tr xᵀx = 1: ‖x·xᵀ‖² − 1/d.
func spread(x *mat.Dense) float64 {
	_, d := x.Dims()
	var gram mat.Dense
	gram.Mul(x, x.T())
	f := mat.Norm(&gram, 2)
	return max(0, f*f-1/float64(d))
}

// shapeSpread returns the mean spread of a product of Gaussian d × width and
// width × d.
func (c *composer) shapeSpread(width int) float64 {
	key := [2]int{c.d, width}
	if v, ok := c.purity[key]; ok {
		return v
	}
	rng := spectra.Stream(c.options.Seed, fmt.Sprintf("composition %d × %d", c.d, width))
	var sum float64
	for range shapeDraws {
		r, _ := linalg.RFactor(linalg.Dense(spectra.Gaussian(c.d, width, rng)), 1, 1, &c.room.work) // finite
		x := product(r, spectra.Gaussian(width, c.d, rng))
		unitNorm(x)
		sum += spread(x) / shapeDraws
	}
	c.purity[key] = sum
	return sum
}

// all pairs the ends. Both lists ascend by layer.
func (c *composer) all() []Composition {
	squares := c.squares()
	var out []Composition
	for j := range c.readers {
		r := &c.readers[j]
		for i := range c.writers {
			if c.writers[i].head.Layer < r.head.Layer {
				out = append(out, c.cell(&c.writers[i], r, squares.At(i, j)))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Composition) int {
		return cmp.Or(cmp.Compare(a.To.Layer, b.To.Layer), cmp.Compare(a.To.Head, b.To.Head),
			cmp.Compare(a.From.Layer, b.From.Layer), cmp.Compare(a.From.Head, b.From.Head))
	})
	c.resolve(out)
	return out
}

// cell judges Score² of a pair.
func (c *composer) cell(w, r *streamEnd, square float64) Composition {
	d := float64(c.d)
	x := Composition{From: w.head.ID(), To: r.head.ID(), KV: r.head.KV, Kind: r.kind, Mean: 1 / math.Sqrt(d)}
	x.Score = math.Sqrt(max(0, square))
	if !w.ok || !r.ok {
		x.Score, square = math.NaN(), math.NaN()
	}
	free := (d - 1) * (d + 2) / 2
	x.SD = math.Sqrt(w.spread * r.spread / free)
	x.ShapeSD = math.Sqrt(w.shape * r.shape / free)
	x.Z, x.ShapeZ = (square-1/d)/x.SD, (square-1/d)/x.ShapeSD
	return x
}
