package loader

import (
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
