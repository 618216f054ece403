package report

import "errors"

// LinearMap says what a matrix does as a linear map x → x·W, beside its
// directions: what it reads and loses, how it turns, how it lies to the axes of
// its spaces and to single neurons, and what it keeps of each token.
type LinearMap struct {
	Dimensions Dimensions    `json:"dimensions"`
	Rotation   *Rotation     `json:"rotation,omitempty"` // of a map of one space to itself
	In         *Axes         `json:"in,omitempty"`       // absent for vocab and position
	Out        *Axes         `json:"out,omitempty"`
	Neurons    []NeuronMatch `json:"neurons,omitempty"` // of the leading directions, where a side is mlp
	Kept       *Kept         `json:"kept,omitempty"`    // where it reads residual and there is W_E
}

// Dimensions are those of the four subspaces, counted above the floor.
type Dimensions struct {
	Read          int    `json:"read"` // of d_in
	Lost          int    `json:"lost"`
	Written       int    `json:"written"` // of d_out
	OutOfReach    int    `json:"out_of_reach"`
	Reason        string `json:"reason"`        // why Read < min(d_in, d_out), "" if it is not
	Amplification Number `json:"amplification"` // 1/σ of the last above the floor
	Condition     Number `json:"condition"`     // σ₁ over it
}

// Rotation says how a map of one space turns what it reads; random maps have
// cosines of mean 0 and standard deviation 1/√d.
type Rotation struct {
	Cosines     []Number     `json:"cosines"`  // of inᵢ and outᵢ, above the floor
	Distance    Number       `json:"distance"` // of the polar factor from I, in [0, 1]; √½ by chance
	Z           Number       `json:"z"`        // how many standard deviations nearer to I than by chance
	Trace       Number       `json:"trace"`    // tr W/Σσ, in [−1, 1]
	TraceZ      Number       `json:"trace_z"`
	Permutation *Permutation `json:"permutation,omitempty"` // absent for large matrices
	Plane       [2][2]Number `json:"plane"`                 // the map in the plane stretched most: a point p goes to p·plane
	Within      Number       `json:"within"`                // share of that plane's image that stays in it; 2/d by chance
}

// DirectPath is W_E·W_U, what the model makes of a token by its embeddings alone.
type DirectPath struct {
	// Tied: W_U is W_E transposed, and W_E·W_U a pure stretch: every cosine is 1, by
	// construction and not by training.
	Tied     bool      `json:"tied"`
	Rotation *Rotation `json:"rotation,omitempty"` // of the others
}

// Permutation says how near the polar factor is to a permutation of coordinates.
type Permutation struct {
	Share Number `json:"share"` // ⟨Q, P⟩ over the rank, of the nearest P; at most 1
	Mean  Number `json:"mean"`  // by chance
	SD    Number `json:"sd"`
}

// Axes says how directions lie to the coordinate axes of their space.
type Axes struct {
	Space string `json:"space"`
	// Mean is the mean kurtosis d·Σx⁴ of all directions above the floor, Chance
	// and SD what that of one random direction is, Z how far the mean is from it.
	Mean       Number   `json:"mean"`
	Chance     Number   `json:"chance"`
	SD         Number   `json:"sd"`
	Z          Number   `json:"z"`
	Directions []Spread `json:"directions"` // the leading ones
}

// Spread says how one direction lies to the axes.
type Spread struct {
	Index    int    `json:"index"`
	Kurtosis Number `json:"kurtosis"`
	Axes     Number `json:"axes"` // 1/Σx⁴
	Peak     Number `json:"peak"` // the largest |component|
	At       int    `json:"at"`   // its place
	P        Number `json:"p"`    // of so large a kurtosis by chance
	Q        Number `json:"q"`    // Benjamini–Hochberg over the model
}

// NeuronMatch is the neuron whose weights lie nearest to a direction.
type NeuronMatch struct {
	Index  int    `json:"index"`
	Neuron int    `json:"neuron"`
	Cosine Number `json:"cosine"`
	Chance Number `json:"chance"` // median of the best where the neurons are rotated at random
	P      Number `json:"p"`
	Q      Number `json:"q"` // Benjamini–Hochberg over the model
}

// Kept says how much of each token's embedding e a matrix lets through,
// ‖e·W‖/(‖e‖σ₁). Under-trained tokens are left out.
type Kept struct {
	Tokens    int       `json:"tokens"` // judged
	Mean      Number    `json:"mean"`
	Chance    Number    `json:"chance"` // mean for random directions, and their spread
	SD        Number    `json:"sd"`
	Preserved int       `json:"preserved"` // with q ≤ 0.05, above chance
	Deleted   int       `json:"deleted"`   // and below
	Histogram Histogram `json:"histogram"`
	Most      []Gain    `json:"most"`
	Least     []Gain    `json:"least"`
}

// Gain is that of one token.
type Gain struct {
	ID    int    `json:"id"`
	Token string `json:"token,omitempty"`
	Gain  Number `json:"gain"`
	P     Number `json:"p"` // two-sided
	Q     Number `json:"q"` // Benjamini–Hochberg over the tokens
}

// Histogram counts values in bins of one width between Low and High; Chance is how
// many would be there by chance.
type Histogram struct {
	Low    Number   `json:"low"`
	High   Number   `json:"high"`
	Counts []int    `json:"counts"`
	Chance []Number `json:"chance"`
}

// check returns what in m, nil for none, contradicts itself.
func (m *LinearMap) check() error {
	if m == nil || m.Kept == nil {
		return nil
	}
	if h := &m.Kept.Histogram; len(h.Counts) != len(h.Chance) || len(h.Counts) > mostBins {
		return errors.New("the histogram of its map has lists that do not agree")
	}
	return nil
}

// mostBins is far more than a histogram is drawn with.
const mostBins = 1 << 10
