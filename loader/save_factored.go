package loader

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"wspec/internal/safetensors"
)

// rewriteShard writes a shard in which tensors are in parts.
func (s *saver) rewriteShard(in shard) error {
	var made []safetensors.Made
	for _, t := range in.Header().Entries {
		x, _ := in.Tensor(t.Name)
		parts, err := s.parts(x)
		if err != nil {
			return err
		}
		made = append(made, parts...)
	}
	return writeWhole(filepath.Join(s.dir, in.name), func(f *os.File) error {
		return safetensors.WriteMade(f, made, in.Header().Metadata)
	})
}

// parts returns what is written of a tensor.
func (s *saver) parts(t safetensors.Tensor) ([]safetensors.Made, error) {
	edits := s.edits[t.Name]
	switch {
	case len(edits) == 0:
		return []safetensors.Made{stays(t)}, nil
	case !slices.ContainsFunc(edits, func(e Edit) bool { return e.Factored }):
		return []safetensors.Made{s.changed(t, edits)}, nil
	}
	of, alias := s.alias[t.Name]
	if !alias {
		of = t.Name
	}
	entry := lowRankTensor{DType: string(t.DType), Shape: [2]int(t.Shape), FanInFanOut: !edits[0].Matrix.Factors[0].transposed}
	var made []safetensors.Made
	all := s.matricesOf(t)
	for _, x := range all {
		module := strings.TrimSuffix(of, ".weight")
		if len(all) > 1 {
			module += "." + x.Role
		}
		b, parts := s.block(x, t, module)
		entry.Blocks, made = append(entry.Blocks, b), append(made, parts...)
	}
	s.table[t.Name] = entry
	if alias { // its parts are the other's
		return nil, nil
	}
	return made, s.checkNames(t.Name, made)
}

// checkNames refuses parts that have the name of a tensor of the model.
func (s *saver) checkNames(tensor string, made []safetensors.Made) error {
	for _, m := range made {
		if slices.ContainsFunc(s.m.Tensors, func(t Tensor) bool { return t.Name == m.Name && t.Name != tensor }) {
			return &SaveError{Path: s.dir, Msg: fmt.Sprintf("the model has a tensor %s already", quote(m.Name)), hint: "write it whole, without factors"}
		}
	}
	return nil
}

// stays is a tensor as it is.
func stays(t safetensors.Tensor) safetensors.Made {
	return safetensors.Made{Entry: t.Entry, Length: len(t.Data), Make: func() ([]byte, error) { return t.Data, nil }}
}

// changed is a tensor with edits that are not factored.
func (s *saver) changed(t safetensors.Tensor, edits []Edit) safetensors.Made {
	return safetensors.Made{Entry: t.Entry, Length: len(t.Data), Make: func() ([]byte, error) {
		data := slices.Clone(t.Data)
		size := t.DType.Bits() / 8
		for _, e := range edits {
			err := s.write(e, func(element int, part []byte) error {
				copy(data[element*size:], part)
				return nil
			})
			if err != nil {
				return nil, err
			}
		}
		return data, nil
	}}
}

// matricesOf returns the stored matrices that a tensor is read as, with views of this very tensor.
func (s *saver) matricesOf(t safetensors.Tensor) []Matrix {
	name := t.Name
	if of, ok := s.alias[name]; ok {
		name = of
	}
	var all []Matrix
	for _, x := range s.m.Matrices {
		if x.Kind == Stored && x.Head < 0 && x.Tensors[0] == name {
			v := x.Factors[0]
			v.tensor = t
			x.Factors = []View{v}
			all = append(all, x)
		}
	}
	return all
}

// block returns a block of the table and its parts.
func (s *saver) block(x Matrix, t safetensors.Tensor, module string) (lowRankBlock, []safetensors.Made) {
	v := x.Factors[0]
	row, col := v.corner()
	b := lowRankBlock{First: [2]int{row, col}, Shape: [2]int{v.rows, v.cols}}
	i := slices.IndexFunc(s.edits[t.Name], func(e Edit) bool { return e.Matrix.Label == x.Label })
	if i >= 0 && s.edits[t.Name][i].Factored {
		b.A, b.B = module+".lora_A.weight", module+".lora_B.weight"
		return b, s.pair(s.edits[t.Name][i], b)
	}
	b.Dense = module + ".weight"
	e := safetensors.Entry{Name: b.Dense, DType: t.DType, Shape: []int{v.rows, v.cols}}
	size := t.DType.Bits() / 8
	return b, []safetensors.Made{{Entry: e, Length: v.rows * v.cols * size, Make: func() ([]byte, error) {
		whole := v.packed(size)
		if i < 0 {
			return whole, nil
		}
		return whole, s.write(s.edits[t.Name][i], func(element int, part []byte) error {
			r, c := element/v.stride-row, element%v.stride-col
			copy(whole[(r*v.cols+c)*size:], part)
			return nil
		})
	}}}
}

// packed returns the stored bytes of a view without what lies between its rows.
func (v View) packed(size int) []byte {
	data := make([]byte, 0, v.rows*v.cols*size)
	for r := range v.rows {
		data = append(data, v.tensor.Data[(v.offset+r*v.stride)*size:][:v.cols*size]...)
	}
	return data
}

// pair returns A and B of a factored edit. They are written one after the other, A first: what is made for A is kept for B.
func (s *saver) pair(e Edit, names lowRankBlock) []safetensors.Made {
	in, out := e.Matrix.Dims()
	k, dtype := max(1, e.Rank), e.Matrix.Factors[0].tensor.DType
	size := dtype.Bits() / 8
	var numbers Numbers
	a := safetensors.Entry{Name: names.A, DType: dtype, Shape: []int{k, in}}
	b := safetensors.Entry{Name: names.B, DType: dtype, Shape: []int{out, k}}
	narrowed := func(entry safetensors.Entry, rows Rows, transposed bool) ([]byte, error) {
		data := make([]byte, entry.Elements()*size)
		if e.Rank == 0 {
			return data, nil
		}
		v := newView(safetensors.Tensor{Entry: entry})
		if transposed {
			v = v.T()
		}
		err := v.store(rows, func(element int, part []byte) error {
			copy(data[element*size:], part)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Matrix.Label, err)
		}
		return data, nil
	}
	return []safetensors.Made{
		{Entry: a, Length: a.Elements() * size, Make: func() (data []byte, err error) {
			if err := s.ctx.Err(); err != nil {
				return nil, err
			}
			if numbers, err = e.Make(); err != nil {
				return nil, fmt.Errorf("%s: %w", e.Matrix.Label, err)
			}
			return narrowed(a, numbers.Left, true)
		}},
		{Entry: b, Length: b.Elements() * size, Make: func() ([]byte, error) {
			data, err := narrowed(b, numbers.Right, false)
			numbers = Numbers{}
			return data, err
		}},
	}
}

// writeTables writes the table of what is in parts, and an index of what the shards hold now where there was one.
func (s *saver) writeTables() error {
	table := lowRankTable{Schema: lowRankSchema, Tensors: s.table}
	if err := s.writeJSON(lowRankName, table); err != nil || s.m.checkpoint.index == nil {
		return err
	}
	index := struct {
		Metadata struct {
			TotalSize int64 `json:"total_size"`
		} `json:"metadata"`
		WeightMap map[string]string `json:"weight_map"`
	}{WeightMap: map[string]string{}}
	for _, in := range s.m.checkpoint.shards {
		f, err := safetensors.Open(filepath.Join(s.dir, in.name))
		if err != nil {
			return err
		}
		for _, t := range f.Header().Entries {
			index.WeightMap[t.Name] = in.name
			index.Metadata.TotalSize += t.End - t.Begin
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	return s.writeJSON(indexName, index)
}

func (s *saver) writeJSON(name string, v any) error {
	data, err := json.Marshal(v, json.Deterministic(true), jsontext.WithIndent(" "))
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(s.dir, name), func(f *os.File) error {
		_, err := f.Write(append(data, '\n'))
		return err
	})
}
