package loader

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/go-json-experiment/json"

	"wspec/internal/safetensors"
)

// A folder may keep tensors as two factors, as wspec approx --factored writes them: lowRankName lists those tensors, and where
// each block of them is.
const (
	lowRankName   = "wspec_lowrank.json"
	lowRankSchema = "wspec.lowrank/1"
)

// lowRankTable is lowRankName.
type lowRankTable struct {
	Schema  string                   `json:"schema"`
	Tensors map[string]lowRankTensor `json:"tensors"`
}

// lowRankTensor is a tensor that is not stored as one. Its blocks cover it and do not overlap.
type lowRankTensor struct {
	DType       string         `json:"dtype"`
	Shape       [2]int         `json:"shape"`
	FanInFanOut bool           `json:"fan_in_fan_out"` // in PEFT's sense: [in, out], a block is (B·A)ᵀ; else [out, in], B·A
	Blocks      []lowRankBlock `json:"blocks"`
}

// lowRankBlock names the tensors of a block: A (k × in) and B (out × k), or Dense, as it lies in the tensor.
type lowRankBlock struct {
	First [2]int `json:"first"` // row and column in the tensor
	Shape [2]int `json:"shape"`
	A     string `json:"lora_A,omitempty"`
	B     string `json:"lora_B,omitempty"`
	Dense string `json:"dense,omitempty"`
}

// maxBlocks is far above the three matrices of a fused tensor; blocks are compared each with each.
const maxBlocks = 256

// LowRankError says that the table of tensors kept as factors is wrong or disagrees with the files.
type LowRankError struct {
	Tensor string // "" where none is concerned
	Msg    string
}

func (e *LowRankError) Error() string {
	if e.Tensor == "" {
		return lowRankName + ": " + e.Msg
	}
	return fmt.Sprintf("%s: tensor %s %s", lowRankName, quote(e.Tensor), e.Msg)
}

// Hint says where such files come from.
func (e *LowRankError) Hint() string {
	return "write the folder again with wspec approx --factored; the table belongs to the weights beside it"
}

// readLowRank reads the table if there is one.
func (c *checkpoint) readLowRank() error {
	data, err := c.readSmall(lowRankName, maxIndex)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var table lowRankTable
	if err := json.Unmarshal(data, &table); err != nil {
		return jsonError(lowRankName, err)
	}
	if table.Schema != lowRankSchema {
		return &LowRankError{Msg: fmt.Sprintf("schema is %s, want %s", quote(table.Schema), lowRankSchema)}
	}
	c.lowRank = table.Tensors
	return nil
}

// lowRankReader puts tensors together.
type lowRankReader struct {
	byName map[string]stored
	parts  map[string]string // name of a part → the tensor it belongs to
}

// assembled returns the tensors with those of the table in the place of their parts, and the fates of the parts, whose roles are
// the names of the tensors they belong to. Of a single file those whose parts lie in others are left alone.
func (c *checkpoint) assembled(tensors []stored) ([]stored, []Tensor, error) {
	if len(c.lowRank) == 0 {
		return tensors, nil, nil
	}
	x := &lowRankReader{map[string]stored{}, map[string]string{}}
	for _, t := range tensors {
		x.byName[t.Name] = t
	}
	var made []stored
	for _, name := range slices.Sorted(maps.Keys(c.lowRank)) {
		t := c.lowRank[name]
		if !c.folder && !x.hasAll(t) {
			continue
		}
		s, err := x.assemble(name, t)
		if err != nil {
			return nil, nil, err
		}
		made = append(made, s)
	}
	var fates []Tensor
	for _, t := range tensors {
		whole, part := x.parts[t.Name]
		if !part {
			made = append(made, t)
			continue
		}
		f := newTensor(t)
		f.Fate, f.Role, f.Reason = FateAnalysed, whole, "part of "+quote(whole)
		fates = append(fates, f)
	}
	slices.SortFunc(made, func(a, b stored) int { return compareNames(a.Name, b.Name) })
	return made, fates, nil
}

func (x *lowRankReader) hasAll(t lowRankTensor) bool {
	for _, b := range t.Blocks {
		for _, name := range []string{b.A, b.B, b.Dense} {
			if _, ok := x.byName[name]; name != "" && !ok {
				return false
			}
		}
	}
	return true
}

// assemble checks a tensor of the table and puts it together.
func (x *lowRankReader) assemble(name string, t lowRankTensor) (stored, error) {
	refuse := func(format string, args ...any) (stored, error) {
		return stored{}, &LowRankError{name, fmt.Sprintf(format, args...)}
	}
	if _, ok := x.byName[name]; ok {
		return refuse("is stored as well")
	}
	if !safetensors.DType(t.DType).IsFloat() {
		return refuse("has dtype %s, want one of floats", quote(t.DType))
	}
	if t.Shape[0] < 1 || t.Shape[1] < 1 || t.Shape[0] > maxSize || t.Shape[1] > maxSize {
		return refuse("has shape %v", t.Shape)
	}
	if len(t.Blocks) > maxBlocks {
		return refuse("has %d blocks, more than %d", len(t.Blocks), maxBlocks)
	}
	whole := stored{Tensor: safetensors.Tensor{Entry: safetensors.Entry{Name: name, DType: safetensors.DType(t.DType), Shape: t.Shape[:]}}, made: &assembly{}}
	if msg := covers(t); msg != "" {
		return refuse("%s", msg)
	}
	for _, b := range t.Blocks {
		view, msg := x.block(b, t.FanInFanOut, whole)
		if msg != "" {
			return refuse("%s", msg)
		}
		for _, part := range []string{b.A, b.B, b.Dense} {
			if part != "" {
				x.parts[part] = name
				whole.file = x.byName[part].file
			}
		}
		whole.made.blocks = append(whole.made.blocks, block{b.First[0], b.First[1], view})
	}
	return whole, nil
}

// covers says why the blocks do not cover the tensor once, "" where they do.
func covers(t lowRankTensor) string {
	var area int
	for i, b := range t.Blocks {
		for d := range 2 {
			if b.First[d] < 0 || b.Shape[d] < 1 || b.Shape[d] > t.Shape[d] || b.First[d] > t.Shape[d]-b.Shape[d] {
				return fmt.Sprintf("has a block at %v of shape %v, which does not lie in %v", b.First, b.Shape, t.Shape)
			}
		}
		for _, o := range t.Blocks[:i] {
			if b.First[0] < o.First[0]+o.Shape[0] && o.First[0] < b.First[0]+b.Shape[0] &&
				b.First[1] < o.First[1]+o.Shape[1] && o.First[1] < b.First[1]+b.Shape[1] {
				return fmt.Sprintf("has blocks at %v and %v that overlap", o.First, b.First)
			}
		}
		area += b.Shape[0] * b.Shape[1]
	}
	if area != t.Shape[0]*t.Shape[1] {
		return "is not covered by its blocks"
	}
	return ""
}

// block returns the view of a block, or what is wrong with it.
func (x *lowRankReader) block(b lowRankBlock, inFirst bool, whole stored) (View, string) {
	if (b.Dense == "") == (b.A == "" || b.B == "") {
		return View{}, fmt.Sprintf("has a block at %v that is neither lora_A and lora_B nor dense", b.First)
	}
	if b.Dense != "" {
		v, msg := x.part(b.Dense, b.Shape[0], b.Shape[1])
		return v, msg
	}
	in, out := b.Shape[1], b.Shape[0]
	if inFirst {
		in, out = out, in
	}
	down, msg := x.part(b.A, -1, in)
	if msg != "" {
		return View{}, msg
	}
	k, _ := down.Dims()
	if k == 0 { // of no bytes, tensors of any shape could be made
		return View{}, fmt.Sprintf("is made of %s, which has no rows", quote(b.A))
	}
	up, msg := x.part(b.B, out, k)
	if msg != "" {
		return View{}, msg
	}
	if inFirst {
		return productView(down.T(), up.T(), whole), ""
	}
	return productView(up, down, whole), ""
}

// part returns a stored tensor of a shape, with any number of rows where that is −1.
func (x *lowRankReader) part(name string, rows, cols int) (View, string) {
	t, ok := x.byName[name]
	switch {
	case !ok:
		return View{}, fmt.Sprintf("is made of %s, which is not in the files", quote(name))
	case len(t.Shape) != 2 || !t.DType.IsFloat():
		return View{}, fmt.Sprintf("is made of %s, which is no matrix of floats", quote(name))
	case rows >= 0 && t.Shape[0] != rows || t.Shape[1] != cols:
		return View{}, fmt.Sprintf("is made of %s of shape %v, want [%d %d]", quote(name), t.Shape, rows, cols)
	}
	return newView(t.Tensor), ""
}

// listParts adds the fates of parts, with the roles of the tensors they belong to, and says of those that they are not stored.
func (m *Model) listParts(parts []Tensor) {
	if len(parts) == 0 {
		return
	}
	at := map[string]int{}
	for i, t := range m.Tensors {
		at[t.Name] = i
	}
	for _, p := range parts {
		whole := &m.Tensors[at[p.Role]]
		p.Role = whole.Role
		whole.Reason = "not stored as one: kept in parts, by " + lowRankName
		m.Tensors = append(m.Tensors, p)
	}
}
