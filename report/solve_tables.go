package report

import (
	"wspec/directions"
	"wspec/loader"
)

// carriers is the table of the singular directions, those that carry most first.
func (x *solving) carriers() Table {
	t := Table{
		Name: "directions", Title: "Singular directions that carry it", Most: 10,
		Columns: []Column{
			{"index", "direction", "0 is that of σ₁, the largest singular value"},
			{"sigma", "σ", "singular value"},
			{"cosine", "y·out/‖y‖", "the target's component along the Out direction, in [−1, 1]"},
			{"filter", "filter", "σ²/(σ² + λ), in [0, 1]: how much of the component is written"},
			{"achieved", "of output", "share of ‖x·W‖², in [0, 1]"},
			{"input", "of input", "share of ‖x‖², in [0, 1]: dear directions take more of the input than they give"},
			{"angle_bound", "angle ≤", "sine of the angle by which rounding of the stored numbers may have turned the direction"},
			{"stable", "stable", "the angle bound is at most 0.1"},
		},
	}
	if len(x.o.Wish.Exclude) > 0 {
		t.Title += ", of the inputs that write nothing of the excluded tokens"
	}
	certificates := x.d.Certificates()
	for _, c := range byShare(x.s.Carriers) {
		y := certificates[c.Index]
		t.Rows = append(t.Rows, []Cell{c.Index, Number(c.Sigma), Number(c.Cosine), Number(c.Filter), Number(c.Achieved), Number(c.Input), Number(y.AngleBound), y.Stable})
	}
	return t
}

// readout reads the input or what is written with it: the ends of the scores.
func (x *solving) readout(s directions.Side) (Table, error) {
	v, t := x.s.X, Table{Name: "input_readout", Title: "The input"}
	if s == directions.Out {
		v, t = x.s.Achieved, Table{Name: "output_readout", Title: "What is written with it"}
	}
	r, err := x.reader.ReadVector(x.matrix, s, v, directions.ReadOptions{Tokens: x.study.o.tokens(), Threads: x.study.o.workers()})
	if err != nil {
		return t, err
	}
	what := string(r.Space) + " coordinates"
	switch {
	case r.Readout == directions.Embed:
		what = "tokens through W_E, by e·x"
	case r.Readout == directions.Unembed:
		what = "tokens through W_U, by logit"
	case r.Space == loader.MLP:
		what = "neurons"
	case r.Space == loader.Vocab:
		what = "tokens"
	}
	t.Title += ", as " + what
	if r.Note != "" {
		t.Title += ": " + r.Note
	}
	t.Columns = []Column{{"rank", "rank", "1 for the most extreme"}}
	for _, pole := range []string{"positive", "negative"} {
		t.Columns = append(t.Columns, Column{pole + "_id", "id", ""})
		if isToken(r) {
			t.Columns = append(t.Columns, Column{pole, pole + " pole", ""})
		}
		t.Columns = append(t.Columns, Column{pole + "_score", "score", "product with the vector, at its own length"})
	}
	for i := range max(len(r.Positive), len(r.Negative)) {
		row := append([]Cell{i + 1}, x.pole(r, r.Positive, i)...)
		t.Rows = append(t.Rows, append(row, x.pole(r, r.Negative, i)...))
	}
	return t, nil
}

// pole is the i-th element of a list: its id, the text of a token, its score.
func (x *solving) pole(r *directions.Reading, list []directions.Scored, i int) []Cell {
	cells := []Cell{nil, nil}
	if i < len(list) {
		cells = []Cell{list[i].ID, Number(list[i].Score)}
	}
	if !isToken(r) {
		return cells
	}
	var text Cell
	if i < len(list) {
		text = x.vocab.Token(list[i].ID).Text
	}
	return []Cell{cells[0], text, cells[1]}
}

// excluded says how much of the excluded tokens is written all the same.
func (x *solving) excluded() (Table, error) {
	t := Table{
		Name: "excluded", Title: "Excluded tokens: what is written of them",
		Columns: []Column{{"id", "id", ""}, {"token", "token", ""}, {"cosine", "cosine", "of the output and the token's vector, in [−1, 1]: 0 but for rounding"}},
	}
	cosines, err := x.reader.Written(x.matrix, x.s.Achieved, x.o.Wish.Exclude)
	for i, c := range cosines {
		id := x.o.Wish.Exclude[i]
		t.Rows = append(t.Rows, []Cell{id, x.vocab.Token(id).Text, Number(c)})
	}
	return t, err
}

// vectorTable lists the components of vectors of one space, for files alone.
func vectorTable(name, title, first string, columns ...[]float64) Table {
	t := Table{Name: name, Title: title, Most: -1, Columns: []Column{{"coordinate", "coordinate", ""}, {first, first, ""}}}
	if len(columns) > 1 {
		t.Columns = append(t.Columns, Column{"written", "written", ""})
	}
	for i := range columns[0] {
		row := []Cell{i}
		for _, c := range columns {
			row = append(row, Number(c[i]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
