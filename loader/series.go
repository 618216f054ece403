package loader

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Series expands the patterns among paths of models, as path/filepath.Match has them: run/step_*. What a pattern finds stands in
// natural order, step_9 before step_10, in the pattern's place; a path that is there as it is written is no pattern, and
// neither is what looks like one of nothing. Files in a folder of checkpoints that are no model (logs, a tokenizer) are left
// out: a pattern finds folders and .safetensors files. Nothing is named twice by patterns. A pattern that finds nothing, or is
// malformed, is a *FolderError.
func Series(paths []string) ([]string, error) {
	var all []string
	for _, p := range paths {
		if _, err := os.Lstat(p); err == nil || !hasMeta(p) {
			all = append(all, p)
			continue
		}
		found, err := filepath.Glob(p)
		if err != nil {
			return nil, &FolderError{baseName(p), "malformed pattern", "write it as in 'run/step_*'"}
		}
		found = slices.DeleteFunc(found, func(f string) bool { return !isModel(f) || slices.Contains(all, f) })
		if len(found) == 0 {
			return nil, &FolderError{baseName(p), "pattern finds no folder and no .safetensors file", "write it as in 'run/step_*', with the path before it"}
		}
		slices.SortFunc(found, compareNames)
		all = append(all, found...)
	}
	return all, nil
}

// hasMeta reports whether a path may be a pattern.
func hasMeta(path string) bool {
	for _, c := range path {
		switch c {
		case '*', '?', '[':
			return true
		}
	}
	return false
}

func isModel(path string) bool {
	info, err := os.Stat(path)
	return err == nil && (info.IsDir() || info.Mode().IsRegular() && filepath.Ext(path) == weightsExt)
}

// InStepOrder reports whether paths that differ in numbers alone are in natural order: a shell expands step_9 after step_10.
// Paths that differ otherwise have no order of their own.
func InStepOrder(paths []string) bool {
	for i := 1; i < len(paths); i++ {
		if stem(paths[i]) == stem(paths[i-1]) && compareNames(paths[i-1], paths[i]) > 0 {
			return false
		}
	}
	return true
}

// stem returns a path with its numbers taken out.
func stem(path string) string {
	var b []byte
	for path != "" {
		if n := digits(path); n > 0 {
			b, path = append(b, '#'), path[n:]
			continue
		}
		b, path = append(b, path[0]), path[1:]
	}
	return string(b)
}

// Content identifies the numbers of a matrix: two that have the same are the same matrix, wherever in whichever file they are
// stored, and with the same dtype. It reads the stored bytes once, at about 1 GB/s, under Guard as views are.
type Content [sha256.Size]byte

// Content returns the matrix's.
func (m *Matrix) Content() Content {
	h := sha256.New()
	for _, v := range m.Factors {
		v.digest(func(b []byte) { h.Write(b) }) // a hash never fails
	}
	return Content(h.Sum(nil))
}

// digest gives what the view's numbers are made of to write: shape, dtype, bytes; and the same of what an adapter changes.
func (v View) digest(write func([]byte)) {
	fmt.Fprintf(writer(write), "%s %d %d %v\n", v.tensor.DType, v.rows, v.cols, v.transposed)
	width := v.tensor.DType.Bits()
	for i := range v.rows {
		from := v.offset + i*v.stride
		write(v.tensor.Data[from*width/8 : (from+v.cols)*width/8])
	}
	if v.update == nil {
		return
	}
	a, b := v.factors()
	for _, f := range []View{a, b} {
		f.digest(write)
	}
	fmt.Fprintf(writer(write), "%x\n", v.update.scale)
	if v.update.gain != nil {
		row, col := v.corner()
		first, n := col, v.cols
		if v.update.rowsAreOut {
			first, n = row, v.rows
		}
		for _, g := range v.update.gain[first : first+n] {
			_ = binary.Write(writer(write), binary.LittleEndian, g)
		}
	}
}

// writer is a function as an io.Writer that never fails.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}
