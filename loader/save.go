package loader

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wspec/internal/safetensors"
)

// Rows writes rows i0 ≤ i < i1 of a matrix into dst, row-major without gaps.
type Rows func(dst []float64, i0, i1 int)

// Edit puts another matrix in the place of a stored one.
type Edit struct {
	Matrix *Matrix // of the model, stored and whole; no head's part
	// Factored says to keep it as Left·Rightᵀ, d_in × Rank and d_out × Rank; else as it was, of the same shape and dtype.
	Factored bool
	Rank     int
	// Make returns the numbers. It is called when the matrix is written, one at a time, and what it returns is not kept.
	Make func() (Numbers, error)
}

// Numbers are those of an edit: Whole, or Left and Right of a factored one.
type Numbers struct{ Whole, Left, Right Rows }

// SaveError says that a model cannot be written where or as was asked.
type SaveError struct {
	Path   string // as given, "" where a matrix is concerned
	Matrix string // label
	Msg    string
	hint   string
}

func (e *SaveError) Error() string {
	if e.Matrix != "" {
		return fmt.Sprintf("%s cannot be written: %s", e.Matrix, e.Msg)
	}
	return fmt.Sprintf("cannot write a model to %s: %s", quote(e.Path), e.Msg)
}

// Hint says what to do instead; it may be empty.
func (e *SaveError) Hint() string { return e.hint }

// CheckSave returns nil if Save may write these matrices to dir: nothing is there yet, and every matrix is stored in the model's
// own files as F64, F32, F16 or BF16. Else the error is *SaveError.
func (m *Model) CheckSave(dir string, matrices []*Matrix) error {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return &SaveError{Path: dir, Msg: "there is something of that name", hint: "give a folder that does not exist; nothing is overwritten"}
	}
	if m.Adapter != nil {
		return &SaveError{Path: dir, Msg: "the model is a base with an adapter applied", hint: "merge the adapter into its base first"}
	}
	for _, x := range matrices {
		v := x.Factors[0]
		switch {
		case x.Kind != Stored || x.Head >= 0:
			return &SaveError{Matrix: x.Label, Msg: "it is not a stored matrix", hint: "leave heads and circuits out: they are parts and products of W_Q, W_K, W_V, W_O"}
		case v.made != nil:
			return &SaveError{Matrix: x.Label, Msg: "it is kept as factors already", hint: "start from the checkpoint that they were made of"}
		case !v.tensor.DType.CanNarrow():
			return &SaveError{Matrix: x.Label, Msg: fmt.Sprintf("rounding to %s is not known here", v.tensor.DType), hint: "convert the checkpoint to BF16, F16, F32 or F64 first"}
		}
	}
	return nil
}

// Save writes the model with some matrices replaced to the folder dir: as the model's, each shard of the same name, with the
// config and the tokenizer's files as they are. Of a shard with no factored edits every byte that is not of an edited matrix is
// as it was, header and metadata included; the numbers are rounded once to the dtype of the tensor. A tensor that is another's
// alias is changed with it.
//
// In shards with factored edits a tensor X.weight is replaced by X.lora_A.weight, k × d_in, and X.lora_B.weight, d_out × k, of
// its own dtype, as PEFT names an update's: B·A is W as nn.Linear stores it. A fused tensor has them for each of its matrices,
// X.W_Q.lora_A.weight, and those not edited as X.W_K.weight. wspec_lowrank.json says where the parts belong, from which Open puts
// the tensors together again; other tensors and the metadata are as they were, and an index is written anew. Rank 0 is kept as
// rank 1 of zeros, since of tensors without bytes anything could be claimed.
//
// The folder is written beside its place and renamed when it is whole; nothing is overwritten. It holds one matrix at a time and
// 32 MiB. The same edits give the same bytes. Errors are those of CheckSave and of Make, *safetensors.RangeError with the matrix
// before it, ctx's, and those of the file system.
func (m *Model) Save(ctx context.Context, dir string, edits []Edit) (err error) {
	var matrices []*Matrix
	for _, e := range edits {
		matrices = append(matrices, e.Matrix)
	}
	if err := m.CheckSave(dir, matrices); err != nil {
		return err
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".tmp-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	s := &saver{m: m, ctx: ctx, dir: filepath.Join(tmp, "new"), edits: map[string][]Edit{}, alias: map[string]string{}, table: map[string]lowRankTensor{}}
	if err := os.Mkdir(s.dir, 0o777); err != nil {
		return err
	}
	for _, e := range edits {
		name := e.Matrix.Tensors[0]
		s.edits[name] = append(s.edits[name], e)
	}
	if err := safetensors.Guard(s.findAliases); err != nil {
		return err
	}
	if err := safetensors.Guard(s.save); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.Rename(s.dir, dir)
}

// saver writes a model's files.
type saver struct {
	m     *Model
	ctx   context.Context
	dir   string
	edits map[string][]Edit        // by tensor
	alias map[string]string        // tensor → the edited one that it has the bytes of
	table map[string]lowRankTensor // those written in parts
}

func (s *saver) save() error {
	c := s.m.checkpoint
	for _, shard := range c.shards {
		write := s.copyShard
		if s.factored(shard) {
			write = s.rewriteShard
		}
		if err := write(shard); err != nil {
			return err
		}
	}
	return s.saveRest()
}

// factored reports whether a shard has factored edits.
func (s *saver) factored(in shard) bool {
	for _, t := range in.Header().Entries {
		if slices.ContainsFunc(s.edits[t.Name], func(e Edit) bool { return e.Factored }) {
			return true
		}
	}
	return false
}

// kept are the files of a folder that belong to a model beside its weights, as patterns of names.
func kept() []string {
	return []string{configName, "generation_config.json", "tokenizer*", "vocab*", "merges.txt", "added_tokens.json",
		"special_tokens_map.json", "chat_template*", "*.model", "LICENSE*", "NOTICE*"}
}

// saveRest copies the other files and writes the tables.
func (s *saver) saveRest() error {
	c := s.m.checkpoint
	if !c.folder {
		return s.copyConfig()
	}
	listed, err := os.ReadDir(c.dir)
	if err != nil {
		return err
	}
	for _, e := range listed {
		if !matchesAny(kept(), e.Name()) || filepath.Ext(e.Name()) == weightsExt {
			continue
		}
		if err := s.copyFile(e.Name()); err != nil {
			return err
		}
	}
	if len(s.table) == 0 {
		if c.index != nil {
			return s.copyFile(indexName)
		}
		return nil
	}
	return s.writeTables()
}

// copyConfig copies the config.json beside a bare file, if there is one, and the tables.
func (s *saver) copyConfig() error {
	if s.m.checkpoint.config != nil {
		if err := s.copyFile(configName); err != nil {
			return err
		}
	}
	if len(s.table) == 0 {
		return nil
	}
	return s.writeTables()
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, _ := filepath.Match(p, name)
		return ok
	})
}

// copyFile copies a regular file of the model's folder; others, and links that lead out of it, are refused as they are for reading.
func (s *saver) copyFile(name string) error {
	path, err := s.m.checkpoint.resolve(name)
	if err != nil {
		if f := (*FolderError)(nil); errors.As(err, &f) && strings.HasPrefix(f.Msg, "not a regular") {
			return nil // a folder with the name of a file is no file of the model
		}
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	return writeWhole(filepath.Join(s.dir, name), func(f *os.File) error {
		_, err := f.Write(data)
		return err
	})
}

// writeWhole makes a file and brings it to the disk.
func writeWhole(path string, write func(*os.File) error) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := write(f); err != nil {
		return err
	}
	return f.Sync()
}

// copyShard copies a shard and writes the edited matrices over their own bytes.
func (s *saver) copyShard(in shard) error {
	return writeWhole(filepath.Join(s.dir, in.name), func(f *os.File) error {
		if _, err := f.Write(in.Bytes()); err != nil {
			return err
		}
		for _, t := range in.Header().Entries {
			for _, e := range s.edits[t.Name] {
				size := t.DType.Bits() / 8
				err := s.write(e, func(element int, data []byte) error {
					_, err := f.WriteAt(data, t.Begin+int64(element)*int64(size))
					return err
				})
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}
