package browser

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"wspec/report"
)

// shape is the sizes of a model whose report is made up: its matrices are
// those of the trained fixture's report, as they stand in it, with spectra,
// measures and directions drawn anew at the size of the model.
type shape struct {
	layers, heads, dModel, dMLP, dVocab int
	stored                              []string // roles of whole matrices in a layer
	outside                             []string // roles outside layers
}

// gpt2Shape and llamaShape are those of gpt2 and llama-2-7b in
// fixtures/listings.
var (
	gpt2Shape = shape{
		layers: 12, heads: 12, dModel: 768, dMLP: 3072, dVocab: 50257,
		stored: []string{"W_Q", "W_K", "W_V", "W_O", "W_in", "W_out"}, outside: []string{"W_E", "W_pos"},
	}
	llamaShape = shape{
		layers: 32, heads: 32, dModel: 4096, dMLP: 11008, dVocab: 32000,
		stored: []string{"W_Q", "W_K", "W_V", "W_O", "W_gate", "W_in", "W_out"}, outside: []string{"W_E", "W_U"},
	}
)

// analyzedWhole is the fixture's report as `wspec analyze` makes it.
var analyzedWhole = sync.OnceValues(func() (*report.Document, error) { return analyze(report.Options{}) })

// maker makes up a report.
type maker struct {
	shape
	from *report.Document
	out  *report.Document
	rng  *rand.Rand
}

// document makes up the report of a model of shape s.
func (s shape) document() (*report.Document, error) {
	from, err := analyzedWhole()
	if err != nil {
		return nil, err
	}
	out := *from
	out.Matrices, out.Models = nil, []report.Model{from.Models[0]}
	k := &maker{shape: s, from: from, out: &out, rng: rand.New(rand.NewPCG(1, 2))}
	for _, role := range s.outside {
		k.add(role, nil, nil)
	}
	for l := range s.layers {
		for _, role := range s.stored {
			k.add(role, &l, nil)
		}
		for h := range s.heads {
			for _, role := range []string{"W_Q", "W_K", "W_V", "W_O", "W_QK", "W_OV"} {
				k.add(role, &l, &h)
			}
		}
	}
	k.model()
	return &out, nil
}

// add makes up a matrix on the model of one of the fixture.
func (k *maker) add(role string, layer, head *int) {
	m := *k.like(role, head != nil)
	m.Role, m.Label, m.Layer, m.Head = role, role, layer, head
	if layer != nil {
		m.Label = fmt.Sprintf("L%d.%s", *layer, role)
	}
	if head != nil {
		m.Label += fmt.Sprintf(".H%d", *head)
	}
	m.Tensors = []string{"model.layers." + m.Label + ".weight"}
	m.Shape = k.sizes(role, head != nil)
	m.Sigma = k.spectrum(min(m.Shape[0], m.Shape[1]))
	if m.Kind == "product" {
		m.Sigma = k.spectrum(k.dModel / k.heads)
	}
	m.Metrics = vary(k, m.Metrics, k.number)
	m.Null = vary(k, m.Null, func(v report.NullValue) report.NullValue {
		return report.NullValue{Mean: k.number(v.Mean), SD: k.number(v.SD), Z: k.number(v.Z), Q: k.number(v.Q)}
	})
	directions := m.Directions
	m.Directions = nil
	for _, d := range directions {
		m.Directions = append(m.Directions, k.direction(d, &m))
	}
	k.out.Matrices = append(k.out.Matrices, m)
}

// like returns a matrix of the fixture with the given role, or of its kind.
func (k *maker) like(role string, headed bool) *report.Matrix {
	switch role {
	case "W_gate":
		role = "W_in"
	case "W_U":
		role = "W_E"
	}
	at := k.rng.IntN(4) // layers of the fixture
	var found *report.Matrix
	for i := range k.from.Matrices {
		m := &k.from.Matrices[i]
		if m.Role == role && (m.Head != nil) == headed {
			if found = m; m.Layer == nil || *m.Layer == at {
				break
			}
		}
	}
	return found
}

// sizes returns d_in and d_out of a matrix.
func (k *maker) sizes(role string, headed bool) [2]int {
	head := k.dModel / k.heads
	switch {
	case role == "W_E":
		return [2]int{k.dVocab, k.dModel}
	case role == "W_U":
		return [2]int{k.dModel, k.dVocab}
	case role == "W_in" || role == "W_gate":
		return [2]int{k.dModel, k.dMLP}
	case role == "W_out":
		return [2]int{k.dMLP, k.dModel}
	case role == "W_O" && headed:
		return [2]int{head, k.dModel}
	case headed && role != "W_OV" && role != "W_QK":
		return [2]int{k.dModel, head}
	}
	return [2]int{k.dModel, k.dModel}
}

// spectrum falls by a power with steps as uneven as those of a trained matrix.
func (k *maker) spectrum(n int) []report.Number {
	sigma := make([]report.Number, n)
	s := 10 * (1 + k.rng.Float64())
	for i := range sigma {
		sigma[i] = report.Number(s)
		s *= math.Exp(-(0.5/float64(i+1) + 2/float64(n)) * 2 * k.rng.Float64())
	}
	return sigma
}

// number is v, a little off: as long as any in a report.
func (k *maker) number(v report.Number) report.Number {
	if v == report.Number(math.Round(float64(v))) {
		return v // a count
	}
	return v * report.Number(0.9+0.2*k.rng.Float64())
}

// vary applies f to the values of a map, in an order that does not depend on
// the run.
func vary[T any](k *maker, from map[string]T, f func(T) T) map[string]T {
	out := make(map[string]T, len(from))
	for _, info := range k.from.Metrics {
		if v, ok := from[info.Name]; ok {
			out[info.Name] = f(v)
		}
	}
	return out
}

func (k *maker) direction(d report.Direction, m *report.Matrix) report.Direction {
	d.Sigma = m.Sigma[d.Index]
	d.Energy, d.Gap, d.AngleBound, d.Residual = k.number(d.Energy), k.number(d.Gap), k.number(d.AngleBound), k.number(d.Residual)
	d.In, d.Out = k.reading(d.In, m.Shape[0]), k.reading(d.Out, m.Shape[1])
	pairs := d.Pairs
	d.Pairs = nil
	for range pairs {
		q, key := k.token(), k.token()
		d.Pairs = append(d.Pairs, report.Pair{Query: q, QueryTok: tokenText(q), Key: key, KeyTok: tokenText(key), Score: report.Number(k.rng.Float64())})
	}
	return d
}

func (k *maker) reading(r report.Reading, size int) report.Reading {
	r.Skew, r.Coherence, r.ChanceMean, r.ChanceSD = k.number(r.Skew), k.number(r.Coherence), k.number(r.ChanceMean), k.number(r.ChanceSD)
	r.P, r.Q = k.number(r.P), k.number(r.Q)
	others := r.Others
	r.Others = nil
	for _, o := range others {
		o.Jaccard = report.Number(k.rng.Float64())
		r.Others = append(r.Others, o)
	}
	r.Positive, r.Negative = k.scored(r, size, 1), k.scored(r, size, -1)
	return r
}

// scored returns the twelve leading tokens or coordinates of a pole: any of
// them with the same chance, which is the most there is to write down.
func (k *maker) scored(r report.Reading, size int, sign report.Number) []report.Scored {
	const length = 12
	list := make([]report.Scored, length)
	score := sign * report.Number(0.1+0.1*k.rng.Float64())
	for i := range list {
		if list[i] = (report.Scored{ID: k.rng.IntN(size), Score: score}); r.Readout != "" {
			list[i].ID = k.token()
			list[i].Token = tokenText(list[i].ID)
		}
		score *= report.Number(1 - 0.1*k.rng.Float64()/float64(i+1))
	}
	return list
}

func (k *maker) token() int { return k.rng.IntN(k.dVocab) }

// tokenText is a word of its own for each token.
func tokenText(id int) string {
	text := []byte{}
	for x := id*7919 + 26; x > 0; x /= 26 {
		text = append(text, byte('a'+x%26))
	}
	return string(text)
}

// mostPairs is the number of compositions that analyze keeps.
const mostPairs = 40_000

// model makes up what the report says of the model as a whole.
func (k *maker) model() {
	m := &k.out.Models[0]
	m.Config.NLayers, m.Config.NHeads, m.Config.DModel, m.Config.DVocab = k.layers, k.heads, k.dModel, k.dVocab
	m.Config.DHead, m.Config.DMLP = k.dModel/k.heads, k.dMLP
	vocabulary := *m.Vocabulary
	vocabulary.Undertrained = nil
	for range 300 {
		id := k.token()
		vocabulary.Undertrained = append(vocabulary.Undertrained, report.Undertrained{ID: id, Token: tokenText(id), Table: "W_E", Reason: "norm", Score: report.Number(k.rng.Float64())})
	}
	circuits := *m.Circuits
	circuits.Copying, circuits.Composition = nil, nil
	for l := range k.layers {
		for h := range k.heads {
			x := m.Circuits.Copying[k.rng.IntN(len(m.Circuits.Copying))]
			x.Label, x.Layer, x.Head = fmt.Sprintf("L%d.W_OV.H%d", l, h), l, h
			x.Positivity, x.Departure, x.SD, x.Z = k.number(x.Positivity), k.number(x.Departure), k.number(x.SD), k.number(x.Z)
			circuits.Copying = append(circuits.Copying, x)
		}
	}
	circuits.Pairs = 3 * k.heads * k.heads * k.layers * (k.layers - 1) / 2
	for i := range min(mostPairs, circuits.Pairs) {
		x := m.Circuits.Composition[i%len(m.Circuits.Composition)]
		to := 1 + k.rng.IntN(k.layers-1)
		x.From, x.To = [2]int{k.rng.IntN(to), k.rng.IntN(k.heads)}, [2]int{to, k.rng.IntN(k.heads)}
		x.Score, x.Mean, x.Z = k.number(x.Score), k.number(x.Mean), k.number(x.Z)
		circuits.Composition = append(circuits.Composition, x)
	}
	m.Vocabulary, m.Circuits = &vocabulary, &circuits
}
