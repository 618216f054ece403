package linalg

import "math"

// half is the arithmetic of numbers x = high + low in two of bfloat16, which is
// float32 with the lower half of its bits rounded off.
type half struct {
	// tiles sets C, m × n with rows ldc apart, to the product of packed rows of A
	// and of packed columns of B, without that of the low parts, in sums of float32
	// in any order; m and n are multiples of 32, depth the number of steps of 32
	// numbers. Sixteen rows of A are a group; of a group the high parts of the first
	// step of each row come first, then the low ones, then the next step. Columns of
	// B are the same, but of a step the first two numbers of each of the sixteen come
	// first, then the next two.
	tiles func(m, n, depth int, a, b []uint16, c []float32, ldc int)
	// halve divides x, and sets sums to Σx², Σlow² and Σ(x−high−low)².
	halve func(x []float32, high, low []uint16, sums []float32)
	// interleave brings one part of the steps of sixteen rows, ld apart, into the
	// order of B.
	interleave func(steps int, src []uint16, ld int, dst []uint16)
}

// halves multiplies in bfloat16, with sums in float32.
//
// With x̂ for high + low and x₁ for low, and w likewise, what is left out is
// w·x − ŵ·x̂ + w₁·x₁ = w·(x−x̂) + (w−ŵ)·x̂ + w₁·x₁, by Cauchy and Schwarz at most
// ‖w‖·‖x−x̂‖ + ‖w−ŵ‖·‖x̂‖ + ‖w₁‖·‖x₁‖, and these norms are measured. Sums add
// γ·‖w‖·‖x‖, little more for the parts. That is at most slack times reach:
// max(‖x−x̂‖ + γ‖x‖, ‖x̂‖/κ, ‖x₁‖/λ) · (‖w‖ + κ‖w−ŵ‖ + λ‖w₁‖).
type halves struct {
	*Projection
	half
	depth       int // steps of 32 numbers in a vector
	left, right []uint16
	scores      [][]float32 // of each worker
	parts       [][]uint16
}

// A block's packed rows, a task's vectors and their products take 768, 576 and
// 192 KiB at d = 768.
const (
	halfRows  = 256
	halfGroup = 16
	halfStep  = 32
)

// κ and λ of the bound. Numbers at random have ‖x₁‖ = 0.0017·‖x‖ and, of that
// again, ‖x−x̂‖: with γ about 1e-4 none of the three parts of either factor is
// then much larger than γ.
const (
	restWeight = 8192
	lowWeight  = 16
)

func newHalves(p *Projection, h *half, threads int) *halves {
	return &halves{Projection: p, half: *h, depth: (p.D + halfStep - 1) / halfStep,
		scores: make([][]float32, threads), parts: make([][]uint16, threads)}
}

func (h *halves) rows() (block, unit int) { return halfRows, halfGroup }

// width is the number of bfloat16 in one part of a packed vector.
func (h *halves) width() int { return h.depth * halfStep }

func (h *halves) vectors(slack []float32) {
	// A task may begin at any group, and takes two at a time.
	h.left = make([]uint16, 2*(roundUp(h.M, halfGroup)+halfGroup)*h.width())
	h.right = make([]uint16, 2*halfRows*h.width())
	parts := [2][]uint16{make([]uint16, h.width()), make([]uint16, h.width())}
	var sums [3]float32
	for v := range h.M {
		x := h.Vectors[v*h.D:][:h.D]
		h.halve(x, parts[0], parts[1], sums[:])
		norm, low, rest := norm32(x), 1.001*math.Sqrt(float64(sums[1])), 1.001*math.Sqrt(float64(sums[2]))
		// The parts' norms are at most 1 + 2⁻⁷ and 2⁻⁷ times the whole's: 1.02 is
		// more than what their three products have of it.
		gamma := 1.02 * roundings(3*h.D)
		slack[v] = slackOf(max(rest+gamma*norm, (norm+rest)/restWeight, low/lowWeight), norm)
		group := h.left[2*(v/halfGroup*halfGroup)*h.width():]
		for s := range h.depth {
			for i, part := range parts {
				copy(group[((2*s+i)*halfGroup+v%halfGroup)*halfStep:][:halfStep], part[s*halfStep:])
			}
		}
	}
}

func (h *halves) pack(worker, j int, rows, reach []float32) {
	width := h.width()
	h.parts[worker] = grow(h.parts[worker], 2*halfGroup*width)
	high, low := h.parts[worker][:halfGroup*width], h.parts[worker][halfGroup*width:]
	// Where there is no row, what is left of another is multiplied in vain.
	var sums [3]float32
	for i := range reach {
		h.halve(rows[i*h.D:][:h.D], high[i*width:][:width], low[i*width:][:width], sums[:])
		reach[i] = h.reachOf(math.Sqrt(float64(sums[0])), lowWeight*math.Sqrt(float64(sums[1]))+restWeight*math.Sqrt(float64(sums[2])))
	}
	to := h.right[2*j*width:]
	h.interleave(h.depth, high, width, to)
	h.interleave(h.depth, low, width, to[halfGroup*halfStep:])
}

func (h *halves) multiply(worker, first, last, n int) ([]float32, int) {
	start := first / halfGroup * halfGroup
	m, n := roundUp(last-start, 2*halfGroup), roundUp(n, 2*halfGroup)
	h.scores[worker] = grow(h.scores[worker], m*n)
	c := h.scores[worker]
	h.tiles(m, n, h.depth, h.left[2*start*h.width():], h.right, c, n)
	return c[(first-start)*n:], n
}
