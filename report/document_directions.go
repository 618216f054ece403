package report

// Direction is one singular direction of a matrix, W = In·diag(σ)·Outᵀ, with
// what may be believed of it. Its positive pole is the one whose largest
// component on the In side is positive.
type Direction struct {
	Index       int                    `json:"index"` // 0 for the largest σ
	Sigma       Number                 `json:"sigma"`
	Energy      Number                 `json:"energy"`      // σ²/Σσ², in [0, 1]
	Gap         Number                 `json:"gap"`         // to the nearest other σ
	AngleBound  Number                 `json:"angle_bound"` // sin of the angle by which storage rounding may have turned it, in [0, 1]
	Block       [2]int                 `json:"block"`       // first and last index of those it cannot be told from
	Stable      bool                   `json:"stable"`      // angle_bound ≤ 0.1
	Residual    Number                 `json:"residual"`    // ‖x·W − σ·y‖/σ₁ and its transpose, measured
	In          Reading                `json:"in"`
	Out         Reading                `json:"out"`
	Pairs       []Pair                 `json:"pairs,omitempty"`       // of W_QK: query and key tokens it brings together
	Sensitivity map[string]Sensitivity `json:"sensitivity,omitempty"` // by convention, where asked for
}

// Reading is what one side of a direction says in its own space.
type Reading struct {
	Space    string   `json:"space"`
	Readout  string   `json:"readout"`            // "embed" or "unembed"; "" where the items are coordinates of the space
	Skew     Number   `json:"skew"`               // of the scores: positive where the positive pole is the sharp one
	Constant Number   `json:"constant,omitempty"` // component along the constant 1 of a circuit with biases; scores leave it out
	Positive []Scored `json:"positive"`
	Negative []Scored `json:"negative"`
	// Coherence is the mean cosine of the sharper pole's tokens about the mean
	// of the vocabulary, Pole which one it is (1 or −1), ChanceMean and
	// ChanceSD what directions by chance give, in that null of the two that P
	// comes nearer to, P the probability of as much by chance and Q its
	// Benjamini–Hochberg value over the model's readouts.
	Coherence  Number   `json:"coherence"`
	Pole       int      `json:"pole"`
	ChanceMean Number   `json:"chance_mean"`
	ChanceSD   Number   `json:"chance_sd"`
	P          Number   `json:"p"`
	Q          Number   `json:"q"`
	Others     []List   `json:"others,omitempty"` // other ways of reading the same side
	Curve      []Number `json:"curve,omitempty"`  // components over positions, of position sides
	Note       string   `json:"note,omitempty"`   // why there are no tokens
}

// Scored is a token, neuron, position or coordinate and its score.
type Scored struct {
	ID           int    `json:"id"`
	Token        string `json:"token,omitempty"` // display text, of tokens
	Score        Number `json:"score"`
	Undertrained bool   `json:"undertrained,omitempty"`
}

// List says how far another way of reading agrees.
type List struct {
	Readout string `json:"readout"`
	Measure string `json:"measure"`
	Jaccard Number `json:"jaccard"` // overlap of the tokens at both poles, in [0, 1]
}

// Pair is a query token and a key token.
type Pair struct {
	Query    int    `json:"query"`
	QueryTok string `json:"query_token"`
	Key      int    `json:"key"`
	KeyTok   string `json:"key_token"`
	Score    Number `json:"score"`
}

// Sensitivity says how a direction changes under another convention.
type Sensitivity struct {
	Match   int    `json:"match"`   // index of the direction there that is most like it, −1 for none
	Angle   Number `json:"angle"`   // to it, or to its block, in degrees
	Jaccard Number `json:"jaccard"` // overlap of the ten leading tokens, in [0, 1]
}

// Block is the readout of directions that only their span defines.
type Block struct {
	First    int        `json:"first"`
	Last     int        `json:"last"`
	Complete bool       `json:"complete"` // all of them were found; if not, there is no readout
	In       []Leverage `json:"in"`
	Out      []Leverage `json:"out"`
}

// Leverage is how much of a token's vector lies in a block, and how much more
// than chance, √(k/d).
type Leverage struct {
	ID       int    `json:"id"`
	Token    string `json:"token,omitempty"`
	Leverage Number `json:"leverage"`
	Excess   Number `json:"excess"`
}

// Reading of a model as a whole.

// Vocabulary is what the report says about a model's tokens.
type Vocabulary struct {
	Tokens       int            `json:"tokens"`       // 0 without a tokenizer
	Undertrained []Undertrained `json:"undertrained"` // left out of coherence and its nulls
	Seed         uint64         `json:"seed"`         // of every draw
	Draws        int            `json:"draws"`        // random directions read for the null of coherence
	// Readouts is the number of readouts judged, Coherent of those with q ≤ 0.05,
	// Nominal of those with p ≤ 0.05, and Expected how many of these chance
	// alone would give.
	Readouts int    `json:"readouts"`
	Coherent int    `json:"coherent"`
	Nominal  int    `json:"nominal"`
	Expected Number `json:"expected"`
}

// Undertrained is a token that training hardly reached.
type Undertrained struct {
	ID     int    `json:"id"`
	Token  string `json:"token"`
	Table  string `json:"table"`  // "W_E" or "W_U"
	Reason string `json:"reason"` // "cluster" or "norm"
	Score  Number `json:"score"`
}

// Copying says whether a head's OV circuit raises the logits of what it reads.
type Copying struct {
	Label      string `json:"label"` // of its W_OV
	Layer      int    `json:"layer"`
	Head       int    `json:"head"`
	Positivity Number `json:"positivity"` // Σ Re λ / Σ|λ| in [−1, 1]
	Departure  Number `json:"departure"`  // Henrici's departure from normality, in [0, 1]
	SD         Number `json:"sd"`         // of positivity for random circuits of the shape; their mean is 0
	Z          Number `json:"z"`
	Vocabulary bool   `json:"vocabulary"` // through W_E and W_U, not W_V·W_O alone
}

// Composition says how much of what one head writes a later head reads.
type Composition struct {
	Kind  string `json:"kind"`  // "Q", "K" or "V"
	From  [2]int `json:"from"`  // layer, head
	To    [2]int `json:"to"`    // layer, head
	Score Number `json:"score"` // ‖A·B‖/(‖A‖‖B‖)
	Mean  Number `json:"mean"`  // for random rotations of A and B to each other
	Z     Number `json:"z"`
	// Resolved are the singular components of the earlier head's W_OV that carry
	// most of it, of the pairs furthest above chance.
	Resolved []Component `json:"resolved,omitempty"`
}

// Component is the part of a composition that one singular component carries.
type Component struct {
	Index  int    `json:"index"`  // 0 for the largest σ of the earlier head's W_OV
	Share  Number `json:"share"`  // of ‖A·B‖², in [0, 1]
	Energy Number `json:"energy"` // of ‖A‖²: the share that chance gives
}

// Circuits are the measures of a model's heads and pairs of heads.
type Circuits struct {
	Copying     []Copying     `json:"copying"`
	Composition []Composition `json:"composition"`      // by descending |z| where cut, else by heads
	Pairs       int           `json:"pairs"`            // that were scored
	Static      bool          `json:"static,omitempty"` // Q and K composition leave rotary positions out
	Note        string        `json:"note,omitempty"`
}
