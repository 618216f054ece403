package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// testMatrix returns a stored matrix of one layer (below 0: of none) with the
// given values and the metrics that figures read.
func testMatrix(role string, layer int, sigma ...float64) Matrix {
	m := Matrix{
		Label: role, Role: role, Model: "m", Kind: "stored", DType: "F32",
		Shape: [2]int{len(sigma), len(sigma)}, Sigma: numbers(sigma),
		Metrics: map[string]Number{"effective_rank": Number(effectiveRankOf(sigma)), "stable_rank": 1, "rank_99": 1},
		Floor:   Floor{DType: Undefined(), Method: Undefined()},
	}
	if layer >= 0 {
		m.Layer = &layer
		m.Label = fmt.Sprintf("L%d.%s", layer, role)
	}
	return m
}

// testHead returns a circuit of one head.
func testHead(role string, layer, head int, rank float64) Matrix {
	m := testMatrix(role, layer, 1, 1, 1, 1)
	m.Kind, m.Head = "product", &head
	m.Label += fmt.Sprintf(".H%d", head)
	m.Metrics["effective_rank"] = Number(rank)
	return m
}

func effectiveRankOf(sigma []float64) float64 {
	total, entropy := 0.0, 0.0
	for _, s := range sigma {
		total += s
	}
	for _, s := range sigma {
		if p := s / total; p > 0 {
			entropy -= p * math.Log(p)
		}
	}
	return math.Exp(entropy)
}

func testDocument(ms ...Matrix) *Document {
	return &Document{Models: []Model{{Name: "m"}}, Matrices: ms}
}

// decay returns n values falling from first by a constant factor to last.
func decay(n int, first, last float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = first * math.Pow(last/first, float64(i)/float64(max(n-1, 1)))
	}
	return out
}

// testCurves is W_pos with directions of the given components over positions.
func testCurves(curves ...[]float64) Matrix {
	m := testMatrix("W_pos", -1, 3, 2, 1)
	for i, c := range curves {
		m.Directions = append(m.Directions, Direction{
			Index: i, Sigma: 3, Energy: 0.5, AngleBound: 0.01, Stable: i%2 == 0, In: Reading{Space: "position", Curve: numbers(c)},
		})
	}
	return m
}

// degenerates returns documents that a drawing could trip over, by name.
func degenerates() map[string]*Document {
	nan, inf := math.NaN(), math.Inf(1)
	failed := testMatrix("W_Q", 0)
	failed.Error = "NaN at [0, 1]"
	zero := testMatrix("W_Q", 0, 0, 0, 0)
	zero.Metrics["effective_rank"] = Undefined()
	bare := testMatrix("W_Q", 0, 3, 2, 1)
	bare.Metrics = nil
	part := testMatrix("W_Q", 1, 1)
	part.Head = new(int)
	absurd := testMatrix("W_Q", 0, 2, 1)
	absurd.Layer = &[]int{math.MaxInt}[0]
	negative := testMatrix("W_Q", 0, 2, 1)
	negative.Layer = &[]int{math.MinInt}[0]
	hostile := testMatrix(strings.Repeat("W_界\x0e\x00\u202e", 5000), 0, 2, 1)
	low := testMatrix("W_O", 0, 2, 1)
	low.Floor = Floor{DType: 1.5, Method: 0}
	high := testMatrix("W_O", 0, 2, 1)
	high.Floor = Floor{DType: 1e300, Method: Number(inf)}
	var crowd []Matrix
	for i := range 100 {
		crowd = append(crowd, testMatrix(fmt.Sprintf("role %d", i), 0, 2, 1))
	}
	return map[string]*Document{
		"many roles":     testDocument(crowd...),
		"nothing":        {},
		"no matrices":    testDocument(),
		"failed":         testDocument(failed),
		"failed beside":  testDocument(failed, testMatrix("W_Q", 1, 2, 1)),
		"one value":      testDocument(testMatrix("W_Q", 0, 5)),
		"all zero":       testDocument(zero),
		"some zero":      testDocument(testMatrix("W_Q", 0, 2, 1, 0, 0)),
		"no metrics":     testDocument(bare),
		"constant":       testDocument(testMatrix("W_Q", 0, 1, 1, 1), testMatrix("W_Q", 1, 1, 1, 1)),
		"constant 0.3":   testDocument(testMatrix("W_Q", 0, 0.3, 0.3)),
		"nearly equal":   testDocument(testMatrix("W_Q", 0, 1+1e-15, 1)),
		"wide":           testDocument(testMatrix("W_Q", 0, 1e150, 1, 1e-150)),
		"widest":         testDocument(testMatrix("W_Q", 0, math.MaxFloat64, 1, 5e-324)),
		"tiny":           testDocument(testMatrix("W_Q", 0, 5e-324, 5e-324)),
		"tiny and zero":  testDocument(testMatrix("W_Q", 0, 1e-323, 0)),
		"huge":           testDocument(testMatrix("W_Q", 0, math.MaxFloat64, math.MaxFloat64)),
		"undefined":      testDocument(testMatrix("W_Q", 0, nan, inf, 1), testMatrix("W_Q", 1, nan)),
		"negative value": testDocument(testMatrix("W_Q", 0, 1, -1, -2)),
		"no layer":       testDocument(testMatrix("W_E", -1, 3, 2, 1)),
		"mixed layers":   testDocument(testMatrix("W_E", -1, 3, 2, 1), testMatrix("W_E", 4, 3, 2)),
		"no role":        testDocument(testMatrix("", -1, 3, 2, 1), testMatrix("", -1, 3, 2)),
		"part only":      testDocument(part),
		"absurd layers":  testDocument(negative, testMatrix("W_Q", 0, 2, 1), absurd),
		"hostile role":   testDocument(hostile),
		"floor in sight": testDocument(low),
		"floor above":    testDocument(high),
		"one position":   testDocument(testCurves([]float64{1})),
		"no curve":       testDocument(testCurves([]float64{}, nil)),
		"odd curves":     testDocument(testCurves([]float64{0, 0}, []float64{nan, inf}, []float64{1e300, -1e-300, 0}, []float64{nan, 1, nan})),
		"many curves":    testDocument(testCurves(slices.Repeat([][]float64{decay(300, 1, 1e-3)}, 2*mostCurves)...)),
		"one head":       testDocument(testHead("W_OV", 0, 0, 3)),
		"equal heads":    testDocument(testHead("W_QK", 0, 0, 3), testHead("W_QK", 5, 3, 3)),
		"absurd heads":   testDocument(testHead("W_OV", math.MaxInt, math.MaxInt, 1e300), testHead("W_OV", math.MinInt, math.MinInt, 1e-300)),
	}
}

// labels returns every label of d, so that each gets a figure of its own.
func labels(d *Document) []string {
	var out []string
	for i := range d.Matrices {
		out = append(out, d.Matrices[i].Label)
	}
	return out
}

// testTokens is a direction with tokens at both poles of both sides, some long,
// some that no font of ours has, and one under-trained.
func testTokens(index int) Direction {
	poles := func(sign Number) []Scored {
		var list []Scored
		for i, token := range []string{"KING", "␣BUCKINGHAMSHIRE and its lords", "名前", "\U0001f600", "\u202e", "_", "$x^2$", "ten", "the last"} {
			list = append(list, Scored{ID: i, Token: token, Score: sign * Number(0.5-0.05*float64(i)), Undertrained: i == 5})
		}
		return list
	}
	r := Reading{Space: "residual", Readout: "embed", Positive: poles(1), Negative: poles(-1), Coherence: 0.5, ChanceMean: 0.1, ChanceSD: 0.02, P: 1e-5, Q: 0.004}
	return Direction{Index: index, Sigma: 2, Stable: index == 0, In: r, Out: r}
}
