package report

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// FolderError says that a report may not be written where it was asked to.
type FolderError struct{ Dir, Reason string }

// Error names the folder and the reason.
func (e *FolderError) Error() string {
	return fmt.Sprintf("cannot write a report to %s: %s", e.Dir, e.Reason)
}

// Hint says how to choose another place.
func (e *FolderError) Hint() string {
	return "give another folder with --out; only an earlier report or an empty folder is replaced"
}

// CheckFolder returns nil if a report may be written at dir: it does not
// exist, is empty, or holds an earlier report, which is replaced as a whole.
func CheckFolder(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return &FolderError{Dir: dir, Reason: reason(err)}
	case len(entries) == 0 || holdsReport(dir):
		return nil
	}
	return &FolderError{Dir: dir, Reason: "it holds files that are not a wspec report"}
}

func holdsReport(dir string) bool {
	f, err := os.Open(filepath.Join(dir, reportName))
	if err != nil {
		return false
	}
	defer f.Close()
	mark := []byte(`{"schema":"wspec.`) // how every report.json of ours begins
	head := make([]byte, len(mark))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == string(mark)
}

// reason drops the operation and path that *fs.PathError repeats.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}

// WriteFolder writes report.json and the files of the given formats to dir.
// They are written beside it and put in place at once, so that dir holds a
// whole report or is left as it was: also when ctx ends half-way.
func WriteFolder(ctx context.Context, dir string, d *Document, formats []Format) error {
	var files []file
	for _, f := range formats {
		more, err := f.files(d)
		if err != nil {
			return err
		}
		files = append(files, more...)
	}
	d.Figures = figuresOf(files) // before the document is written itself
	files = append(files, file{path: reportName, write: func(w io.Writer) error { return WriteJSON(w, d) }})
	return writeFolder(ctx, dir, files)
}

// figuresOf lists the figures among files.
func figuresOf(files []file) []Figure {
	figures := []Figure{}
	for _, f := range files {
		if f.figure != "" {
			figures = append(figures, Figure{Name: f.figure, Title: f.title, Files: []string{f.path}})
		}
	}
	return figures
}

// writeFolder puts the files in place at dir, all or none.
func writeFolder(ctx context.Context, dir string, files []file) error {
	if err := CheckFolder(dir); err != nil {
		return err
	}
	dir = filepath.Clean(dir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return &FolderError{Dir: dir, Reason: reason(err)}
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "."+filepath.Base(dir)+".tmp-")
	if err != nil {
		return &FolderError{Dir: dir, Reason: reason(err)}
	}
	defer os.RemoveAll(tmp)
	fresh := filepath.Join(tmp, "new")
	if err := writeFiles(ctx, fresh, files); err != nil {
		return err
	}
	return swap(fresh, dir, filepath.Join(tmp, "old"))
}

// writeFiles writes the files under dir side by side, the last one first: that
// is report.json, which takes longest.
func writeFiles(ctx context.Context, dir string, files []file) error {
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for _, f := range slices.Backward(files) {
		g.Go(func() error {
			if err := running.Err(); err != nil {
				return err
			}
			return writeFile(filepath.Join(dir, filepath.FromSlash(f.path)), f.write)
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

func writeFile(path string, write func(io.Writer) error) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return fmt.Errorf("writing %s: %w", filepath.Base(path), err)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// swap puts fresh in the place of dir, which is kept as old until it has
// succeeded.
func swap(fresh, dir, old string) error {
	err := os.Rename(dir, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	replaced := err == nil
	if err := os.Rename(fresh, dir); err != nil {
		if replaced {
			return errors.Join(err, os.Rename(old, dir))
		}
		return err
	}
	return nil
}
