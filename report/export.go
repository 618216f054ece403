package report

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// ExistsError says that an export would replace a file.
type ExistsError struct{ Path string }

// Error names the file.
func (e *ExistsError) Error() string { return e.Path + " exists" }

// Hint says what to do about it.
func (e *ExistsError) Hint() string {
	return "give another folder with --out, or --force to replace what is there"
}

// Export makes files of the given formats again from a report and puts them
// into the folder dir, beside what it holds; dir is made if need be. It returns
// their paths. All files are written before the first is put in place. Unless
// replace is set none that is there already is touched, and the error is an
// *ExistsError; a link out of dir is never followed. A format that has nothing
// to say of a comparison gives a *NoFormatError.
func (r *Report) Export(ctx context.Context, dir string, formats []Format, replace bool) ([]string, error) {
	var files []file
	for _, f := range formats {
		more, err := r.files(f)
		if err != nil {
			return nil, err
		}
		if len(more) == 0 {
			return nil, &NoFormatError{Format: f.Name}
		}
		files = append(files, more...)
	}
	return writeBeside(ctx, dir, files, replace)
}

// writeBeside puts files into dir, beside what it holds; dir is made if need be.
func writeBeside(ctx context.Context, dir string, files []file, replace bool) ([]string, error) {
	if !replace {
		for _, f := range files {
			if to := filepath.Join(dir, filepath.FromSlash(f.path)); exists(to) {
				return nil, &ExistsError{Path: to}
			}
		}
	}
	fresh := !exists(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, &FolderError{Dir: dir, Reason: reason(err)}
	}
	paths, err := putFiles(ctx, dir, files)
	if err != nil && fresh {
		_ = os.Remove(dir) // empty, if the failure was before anything was in place
	}
	return paths, err
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// putFiles writes the files to a folder of their own inside dir and moves them
// from there.
func putFiles(ctx context.Context, dir string, files []file) ([]string, error) {
	tmp, err := os.MkdirTemp(dir, ".export.tmp-")
	if err != nil {
		return nil, &FolderError{Dir: dir, Reason: reason(err)}
	}
	defer os.RemoveAll(tmp)
	if err := writeFiles(ctx, tmp, files); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var paths []string
	for _, f := range files {
		if err := errors.Join(root.MkdirAll(path.Dir(f.path), 0o777), root.Rename(path.Join(filepath.Base(tmp), f.path), f.path)); err != nil {
			return nil, &FolderError{Dir: dir, Reason: err.Error()}
		}
		paths = append(paths, filepath.Join(dir, filepath.FromSlash(f.path)))
	}
	slices.Sort(paths)
	return paths, nil
}

// NoFormatError says that a format has nothing to say of a report.
type NoFormatError struct{ Format string }

// Error names it.
func (e *NoFormatError) Error() string {
	return fmt.Sprintf("this report has nothing for format %s", e.Format)
}

// Hint gives the likely reason.
func (e *NoFormatError) Hint() string {
	return "a comparison has fewer formats, and a report without directions or matrices fewer files"
}
