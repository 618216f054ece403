package loader

import (
	"fmt"
	"slices"
	"strings"
)

// plan says what the tensors of a model of a known family are. It is made from names, shapes and config.json alone.
type plan struct {
	family  *family
	config  Config
	raw     rawConfig
	tensors []stored // in natural order of names

	fates    []Tensor       // of tensors, in the same order
	short    map[string]int // name without prefix → tensor, of those with a line
	lines    [][]int        // for each line of the family its tensors
	places   []place        // of tensors
	pieces   map[slot]piece // the stored matrices
	warnings []Warning
}

// slot is the place of a matrix in the model.
type slot struct {
	place
	role string
}

// piece is a stored matrix: a whole tensor or its share of a fused one.
type piece struct {
	role   role
	tensor int
	view   View
}

// newPlan gives every tensor its fate. Errors are *ConfigError and *ShapeError.
func newPlan(f *family, raw rawConfig, tensors []stored) (*plan, error) {
	config, err := f.keys.read(raw)
	if err != nil {
		return nil, err
	}
	p := &plan{
		family: f, config: config, raw: raw, tensors: tensors,
		short: map[string]int{}, pieces: map[slot]piece{},
		lines: make([][]int, len(f.lines)), fates: make([]Tensor, len(tensors)), places: make([]place, len(tensors)),
	}
	if err := p.assign(); err != nil {
		return nil, err
	}
	for i, group := range p.lines {
		if err := p.settle(f.lines[i], group); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// matchesNone reports whether no tensor is one of the family's matrices.
func (p *plan) matchesNone() bool {
	for i, l := range p.family.lines {
		if l.roles != nil && len(p.lines[i]) > 0 {
			return false
		}
	}
	return true
}

func (p *plan) warn(code, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{Code: code, Message: fmt.Sprintf(format, args...)})
}

// assign finds the line of each tensor.
func (p *plan) assign() error {
	for i, t := range p.tensors {
		p.fates[i] = newTensor(t)
		line, short, at := p.family.lineOf(t.Name)
		if line < 0 {
			p.fates[i].skip("family " + p.family.name + " has no tensor of this name")
			continue
		}
		if other, ok := p.short[short]; ok {
			p.fates[i].skip("same name as " + quote(p.tensors[other].Name) + " but for the prefix " + p.family.prefix)
			continue
		}
		if at.layer >= p.config.NLayers {
			return p.raw.wrong(p.family.keys.nLayers, fmt.Sprintf("more than %d, the layer of tensor %s", at.layer, quote(t.Name)))
		}
		p.short[short], p.places[i] = i, at
		p.lines[line] = append(p.lines[line], i)
	}
	return nil
}

// settle gives the tensors of a line their fates and cuts the matrices out of them.
func (p *plan) settle(l line, group []int) error {
	for _, i := range group {
		t, fate := p.tensors[i], &p.fates[i]
		if l.buffer != "" {
			fate.Fate, fate.Reason = FateBuffer, l.buffer
			continue
		}
		if l.roles != nil && !t.DType.IsFloat() {
			fate.skip(unreadable(t))
			continue
		}
		if !slices.Equal(t.Shape, l.shape(p.config)) {
			return p.misfit(l, group, i)
		}
		if l.roles == nil {
			fate.Fate = FateVector
			continue
		}
		p.cut(l, i)
	}
	return nil
}

// cut takes the line's matrices out of a tensor of the right shape.
func (p *plan) cut(l line, i int) {
	whole := p.tensors[i].view()
	if l.layout == outIn {
		whole = whole.T()
	}
	var labels []string
	from := 0
	for _, r := range l.roles {
		to := from + r.out.size(p.config)
		p.pieces[slot{p.places[i], r.name}] = piece{r, i, whole.colRange(from, to)}
		labels = append(labels, label(p.places[i], r.name, -1))
		from = to
	}
	p.fates[i].Fate, p.fates[i].Role = FateAnalysed, strings.Join(labels, " ")
}

// misfit is the error of a tensor whose shape is not the line's. Where all of a line's tensors agree with each other on a number
// of heads, config.json lies; else this tensor is wrong.
func (p *plan) misfit(l line, group []int, i int) error {
	t := p.tensors[i]
	want := l.shape(p.config)
	shapeError := &ShapeError{t.Name, t.Shape, want}
	if len(l.roles) != 1 || len(t.Shape) != 2 {
		return shapeError
	}
	side, axis := l.headSide()
	field := p.headField(side, t.Shape[axis])
	if field == "" || t.Shape[1-axis] != want[1-axis] {
		return shapeError
	}
	for _, j := range group {
		if !slices.Equal(p.tensors[j].Shape, t.Shape) {
			return shapeError
		}
	}
	return p.raw.wrong(field, p.headsWanted(t, side, t.Shape[axis]))
}

// headsWanted says what the numbers of heads must give: n, as a tensor has it.
func (p *plan) headsWanted(t stored, side dim, n int) string {
	k, d := p.family.keys, p.config.DHead
	origin := k.dModel + " / " + k.nHeads
	if p.raw.has(k.dHead) {
		origin = k.dHead
	}
	return fmt.Sprintf("heads × d_head = %d, as tensor %s has shape %v; config.json makes it %d × %d (d_head is %s)",
		n, quote(t.Name), t.Shape, side.size(p.config)/d, d, origin)
}

// headSide returns the side of a matrix that consists of heads and the axis on which it is stored; else dimResidual.
func (l line) headSide() (d dim, axis int) {
	r := l.roles[0]
	out := 1
	if l.layout == outIn {
		out = 0
	}
	for _, s := range []struct {
		d    dim
		axis int
	}{{r.out, out}, {r.in, 1 - out}} {
		if s.d == dimQuery || s.d == dimKV {
			return s.d, s.axis
		}
	}
	return dimResidual, 0
}

// headField is the field of config.json to blame for a side of length n, "" where none decides it alone: d_head × heads is
// d_model where d_head is not given.
func (p *plan) headField(d dim, n int) string {
	switch k := p.family.keys; {
	case d == dimKV:
		return k.nKVHeads
	case d == dimQuery && p.raw.has(k.dHead) && n%p.config.DHead == 0:
		return k.nHeads
	case d == dimQuery && p.raw.has(k.dHead):
		return k.dHead
	}
	return ""
}
