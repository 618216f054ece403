package directions

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"testing"

	"wspec/loader"
)

// scoreTolerance bounds the error of a float32 score of numbers near 1.
const scoreTolerance = 2e-6

// untied is a model with independent embeddings of about unit rows.
func untied() tiny {
	return tiny{matrices: map[string]entries{"W_E": noise(nVocab, dModel, 0.18, 71), "W_U": noise(dModel, nVocab, 0.18, 72)}}
}

// pole returns the tokens of a reading's pole that a token leads, "" if none.
func pole(r Reading, id int) string {
	switch id {
	case r.Positive[0].ID:
		return "positive"
	case r.Negative[0].ID:
		return "negative"
	}
	return ""
}

// A head that writes token t where it reads token s, in either family: both
// are found, at the same pole, and σ is what was planted.
func TestPlantedHead(t *testing.T) {
	const s, target, sigma = 17, 33, 3.0
	for _, llama := range []bool{false, true} {
		y := untied()
		y.llama = llama
		e := normalised(y.matrices["W_E"].row(s, dModel))
		u := normalised(y.matrices["W_U"].t().row(target, dModel))
		h := unit(dHead, 3)
		group := 2 // the head 2 reads through: its own, or the group's
		if llama {
			group = 1
		}
		y.matrices["W_V"] = outer(sigma, e, h).at(group*dHead, dHead)
		y.matrices["W_O"] = outer(1, h, u).t().at(2*dHead, dHead).t()
		got := read(t, reader(t, y.open(t), Raw), "L0.W_OV.H2", 4, ReadOptions{Tokens: 5})
		d := got.Directions[0]
		if !(math.Abs(d.Sigma-sigma) <= 1e-6) || !(d.Energy >= 0.999) || !d.Certificate.Stable {
			t.Errorf("llama %v: σ %v, energy %v, %+v", llama, d.Sigma, d.Energy, d.Certificate)
		}
		if p := pole(d.In, s); p == "" || p != pole(d.Out, target) {
			t.Errorf("llama %v: In %v, Out %v", llama, d.In.Positive[:2], d.Out.Positive[:2])
		}
		if d.In.Readout != Embed || d.Out.Readout != Unembed || len(d.In.Positive) != 5 || len(d.In.Others) != 5 {
			t.Errorf("read through %s and %s, %d other lists", d.In.Readout, d.Out.Readout, len(d.In.Others))
		}
	}
}

// Every list of every table is what sorting all scores in float64 gives.
func TestListsAreSorted(t *testing.T) {
	for _, c := range Conventions() {
		y := untied()
		y.gains = map[string][]float64{"ln_1": unit(dModel, 8), "ln_f": unit(dModel, 9)}
		r := reader(t, y.open(t), c)
		x := read(t, r, "L0.W_Q", 3, ReadOptions{Tokens: 4, Threads: 2})
		for i, d := range x.Directions {
			v := column(x.Decomposition, In, i)
			checkList(t, r.tables[Embed], v, Dot, d.In.Positive, d.In.Negative)
			if len(d.In.Others) != 5 {
				t.Fatalf("%d other lists", len(d.In.Others))
			}
			for _, l := range d.In.Others {
				checkList(t, r.tables[l.Readout], v, l.Measure, l.Positive, l.Negative)
			}
		}
	}
}

// checkList compares a list with all scores of a table, sorted.
func checkList(t *testing.T, tab *table, v []float64, m Measure, positive, negative []Scored) {
	t.Helper()
	rows, mean := make([][]float64, tab.n), make([]float64, tab.d)
	for i := range rows {
		rows[i] = make([]float64, tab.d)
		tab.read(rows[i], i, i+1)
		for j, x := range rows[i] {
			mean[j] += x / float64(tab.n)
		}
	}
	all := make([]Scored, tab.n)
	for i, e := range rows {
		if m == CentredCosine {
			for j := range e {
				e[j] -= mean[j]
			}
		}
		all[i] = Scored{i, inner(e, v)}
		if m != Dot {
			all[i].Score /= math.Sqrt(inner(e, e))
		}
	}
	slices.SortFunc(all, func(a, b Scored) int { return int(math.Copysign(1, b.Score-a.Score)) })
	checkScored(t, m, positive, all)
	slices.Reverse(all)
	checkScored(t, m, negative, all)
}

func checkScored(t *testing.T, m Measure, got, want []Scored) {
	t.Helper()
	if len(got) != 4 {
		t.Fatalf("%s: %d tokens", m, len(got))
	}
	for i, x := range got {
		if x.ID != want[i].ID || !(math.Abs(x.Score-want[i].Score) <= scoreTolerance) {
			t.Errorf("%s: place %d has %v, want %v", m, i, x, want[i])
		}
	}
}

// With a strong mean direction in W_U, the raw readout of a direction along it
// follows the tokens' norms: Mean says how much all share of it, and the centred
// readout is another one.
func TestMeanDirection(t *testing.T) {
	y, offset, w := untied(), unit(dModel, 21), unit(dModel, 22)
	small := noise(nVocab, dModel, 0.02, 23)
	const planted = 9
	y.matrices["W_U"] = entries(func(token, j int) float64 {
		x := (1+float64(token)/10)*offset[j] + small(token, j)
		if token == planted {
			x += 0.3 * w[j]
		}
		return x
	}).t()
	out := make([]float64, dModel)
	for j := range out {
		out[j] = offset[j] + 0.5*w[j]
	}
	y.matrices["W_out"] = outer(1, unit(dMLP, 24), normalised(out))
	r := read(t, reader(t, y.open(t), Raw), "L0.W_out", 1, ReadOptions{Tokens: 3}).Directions[0].Out
	top, centred := r.Positive, centredOf(t, r)
	if r.Mean < 0 {
		top, centred.Positive = r.Negative, centred.Negative
	}
	if !(math.Abs(r.Mean) > 2) || top[0].ID != nVocab-1 {
		t.Errorf("mean score %v, raw readout led by %v", r.Mean, top)
	}
	if centred.Jaccard > 0.5 {
		t.Errorf("centred readout led by %v, overlap %v", centred.Positive, centred.Jaccard)
	}
	var sum float64
	u := y.matrices["W_U"].t()
	v := normalised(out)
	for token := range nVocab {
		sum += inner(u.row(token, dModel), v)
	}
	if !(math.Abs(math.Abs(r.Mean)-math.Abs(sum/nVocab)) <= 1e-5) {
		t.Errorf("mean score %v, want ±%v", r.Mean, sum/nVocab)
	}
}

func centredOf(t *testing.T, r Reading) List {
	t.Helper()
	i := slices.IndexFunc(r.Others, func(l List) bool { return l.Readout == r.Readout && l.Measure == CentredCosine })
	if i < 0 {
		t.Fatal("no centred readout")
	}
	return r.Others[i]
}

// Skewness is that of all scores: of one token apart from the rest, far from 0
// and on the side of its pole.
func TestSkew(t *testing.T) {
	y := untied()
	e := y.matrices["W_E"]
	w := unit(dModel, 31)
	y.matrices["W_E"] = func(token, j int) float64 {
		if token == 5 {
			return 4 * w[j]
		}
		return e(token, j)
	}
	y.matrices["W_in"] = outer(1, w, unit(dMLP, 32))
	d := read(t, reader(t, y.open(t), Raw), "L0.W_in", 1, ReadOptions{}).Directions[0]
	sign := 1.0
	if pole(d.In, 5) == "negative" {
		sign = -1
	}
	var m2, m3, mean float64
	scores := make([]float64, nVocab)
	for i := range scores {
		scores[i] = sign * inner(y.matrices["W_E"].row(i, dModel), w)
		mean += scores[i] / nVocab
	}
	for _, x := range scores {
		m2 += (x - mean) * (x - mean) / nVocab
		m3 += math.Pow(x-mean, 3) / nVocab
	}
	if want := m3 / math.Pow(m2, 1.5); !(math.Abs(d.In.Skew-want) <= 1e-4) || !(sign*d.In.Skew > 3) {
		t.Errorf("skew %v, want %v", d.In.Skew, want)
	}
}

// Mlp, head, vocab and position sides are read by their own coordinates, and
// through the vocabulary not at all.
func TestOtherSpaces(t *testing.T) {
	y := untied()
	neurons := make([]float64, dMLP)
	neurons[7], neurons[3] = -0.8, 0.6
	y.matrices["W_in"] = outer(2, unit(dModel, 41), neurons)
	r := reader(t, y.open(t), Raw)
	out := read(t, r, "L0.W_in", 1, ReadOptions{}).Directions[0].Out
	lead, other := out.Positive, out.Negative
	if lead[0].ID == 7 {
		lead, other = other, lead
	}
	if lead[0].ID != 3 || other[0].ID != 7 || !(math.Abs(other[0].Share()-0.64) <= 1e-6) || out.Readout != "" || out.Others != nil {
		t.Errorf("neurons %v and %v", lead, other)
	}
	for _, test := range []struct {
		label string
		side  Side
		space loader.Space
	}{
		{"L0.W_in", Out, loader.MLP}, {"L0.W_out", In, loader.MLP}, {"L0.W_Q", Out, loader.Head}, {"L0.W_O.H1", In, loader.Head},
		{"W_E", In, loader.Vocab}, {"W_U", Out, loader.Vocab}, {"W_pos", In, loader.Position},
	} {
		x := decompose(t, r, matrix(t, r.model, test.label), 2)
		_, err := r.ReadSide(x, test.side, ReadOptions{})
		var space *SpaceError
		if !errors.As(err, &space) || *space != (SpaceError{test.label, test.side, test.space}) {
			t.Errorf("%s %s: %v", test.label, test.side, err)
		}
		residual := 1 - test.side
		if rs, err := r.ReadSide(x, residual, ReadOptions{}); err != nil || len(rs) != 2 || rs[1].Readout == "" {
			t.Errorf("%s %s: %v, %v", test.label, residual, rs, err)
		}
	}
}

// A position side is a curve, in order and whole.
func TestPositions(t *testing.T) {
	y := untied()
	curve := unit(nCtx, 43)
	y.matrices["W_pos"] = outer(1, curve, unit(dModel, 44))
	d := read(t, reader(t, y.open(t), Raw), "W_pos", 1, ReadOptions{}).Directions[0]
	if c := inner(d.In.Curve, curve); len(d.In.Curve) != nCtx || !(math.Abs(c) >= 1-1e-6) || d.Out.Curve != nil {
		t.Errorf("curve %v has cosine %v with the planted one", d.In.Curve, c)
	}
}

// Query and key tokens that a QK circuit was made to bring together.
func TestPairs(t *testing.T) {
	const query, key = 4, 40
	y := untied()
	h := unit(dHead, 51)
	q, k := y.matrices["W_E"].row(query, dModel), y.matrices["W_E"].row(key, dModel)
	y.matrices["W_Q"] = outer(1, normalised(q), h).at(dHead, dHead)
	y.matrices["W_K"] = outer(2, normalised(k), h).at(dHead, dHead)
	d := read(t, reader(t, y.open(t), Raw), "L0.W_QK.H1", 1, ReadOptions{}).Directions[0]
	if d.In.Readout != Embed || d.Out.Readout != Embed {
		t.Errorf("read through %s and %s", d.In.Readout, d.Out.Readout)
	}
	pairs := d.Pairs(3)
	want := 2 * math.Sqrt(inner(q, q)*inner(k, k)) // σ·(e_q·in)·(e_k·out)
	if len(pairs) != 3 || pairs[0].Query != query || pairs[0].Key != key || !(math.Abs(pairs[0].Score-want) <= 1e-5) {
		t.Errorf("pairs %v, want %d → %d at %v", pairs, query, key, want)
	}
	if pairs[1].Score > pairs[0].Score || pairs[2].Score > pairs[1].Score {
		t.Errorf("pairs %v are not in order", pairs)
	}
}

// Pairs join like poles: the product of two negative scores brings together.
func TestPairsOfPoles(t *testing.T) {
	d := Direction{Sigma: 2}
	d.In.Positive, d.In.Negative = []Scored{{1, 1}}, []Scored{{2, -3}}
	d.Out.Positive, d.Out.Negative = []Scored{{3, 1}}, []Scored{{4, -2}}
	if got := d.Pairs(5); !slices.Equal(got, []Pair{{2, 4, 12}, {1, 3, 2}}) {
		t.Errorf("pairs %v", got)
	}
}

// One readout alone, and tied embeddings, give one table's lists; without
// embeddings there is a note.
func TestReadouts(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	for _, o := range []Readout{Embed, Unembed} {
		d := read(t, r, "L0.W_OV.H0", 1, ReadOptions{Readout: o}).Directions[0]
		if d.In.Readout != o || d.Out.Readout != o || len(d.In.Others) != 2 {
			t.Errorf("%s: read through %s and %s", o, d.In.Readout, d.Out.Readout)
		}
	}
	tied := reader(t, tiny{}.open(t), Raw)
	d := read(t, tied, "L0.W_OV.H0", 1, ReadOptions{}).Directions[0]
	if d.In.Readout != Embed || d.Out.Readout != Unembed || len(d.In.Others) != 2 {
		t.Errorf("tied: read through %s and %s, %d others", d.In.Readout, d.Out.Readout, len(d.In.Others))
	}
	none := reader(t, tiny{leaveOut: "wte"}.open(t), Raw)
	d = read(t, none, "L0.W_OV.H0", 1, ReadOptions{}).Directions[0]
	if d.In.Note == "" || d.In.Readout != "" || d.In.Positive != nil {
		t.Errorf("without embeddings: %+v", d.In)
	}
}

// Neither threads nor what else is in the batch shows.
func TestReadIsPure(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	var items []Item
	for i := range r.model.Matrices {
		items = append(items, decompose(t, r, &r.model.Matrices[i], 30))
	}
	all, err := r.Read(items, ReadOptions{Threads: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, x := range items {
		one, err := r.Read([]Item{x}, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one[0].Directions, all[i].Directions) || !reflect.DeepEqual(one[0].Blocks, all[i].Blocks) {
			t.Errorf("%s reads otherwise among others", x.Matrix.Label)
		}
	}
}

// What is kept in reserve lengthens a reading's own lists and changes nothing else.
func TestSpare(t *testing.T) {
	r := reader(t, untied().open(t), Raw)
	x := decompose(t, r, matrix(t, r.model, "L0.W_OV.H1"), 3)
	var got [2]*Readings
	for i, spare := range []int{0, 9} {
		all, err := r.Read([]Item{x}, ReadOptions{Tokens: 4, Spare: spare})
		if err != nil {
			t.Fatal(err)
		}
		got[i] = all[0]
	}
	for i := range got[0].Directions {
		a, b := got[0].Directions[i].In, got[1].Directions[i].In
		if len(b.Positive) != 13 || len(b.Negative) != 13 {
			t.Fatalf("%d and %d tokens", len(b.Positive), len(b.Negative))
		}
		b.Positive, b.Negative = b.Positive[:4], b.Negative[:4]
		if !reflect.DeepEqual(a, b) {
			t.Errorf("direction %d: %+v without, %+v with", i, a, b)
		}
	}
}
