package loader

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"wspec/internal/npy"
	"wspec/internal/safetensors"
)

// Table is any array of two dimensions: a row an observation, a column a
// feature. Rows is read under Guard, and not after Close.
type Table struct {
	Name  string // of the file or model, without its extension
	Label string // of the matrix or tensor in it, "" where the file holds one array
	DType string
	Rows  View
	// Tokens says that a row is a token of Vocabulary, which is nil where the
	// file is part of no model.
	Tokens     bool
	Vocabulary *Vocabulary
	close      func() error
}

// Close unmaps the file.
func (t *Table) Close() error { return t.close() }

// TableError says that there is no such table.
type TableError struct{ Name, Msg, hint string }

// Error names the array.
func (e *TableError) Error() string { return fmt.Sprintf("%s: %s", e.Name, e.Msg) }

// Hint says what there is.
func (e *TableError) Hint() string { return e.hint }

// OpenTable opens FILE or FILE#TENSOR: a .npy file, or a matrix by its label or
// a tensor by its name in what Open opens, whole models among it. Tensors are
// taken as they are stored, matrices with their inputs as rows, but for W_U, a row of
// which is a token as of W_E. Without #TENSOR it is W_E, or the one array there is. Errors:
// *TableError, *npy.FormatError and those of Open.
func OpenTable(name string) (*Table, error) {
	path, tensor := splitTable(name)
	if isNPY(path) {
		if tensor != "" {
			return nil, &TableError{quote(name), "a .npy file holds one array, without a name", "leave out #" + quote(tensor)}
		}
		return openNPY(path)
	}
	m, err := Open(path, Options{SkipHash: true})
	if err != nil {
		return nil, err
	}
	t, err := m.table(tensor)
	if err != nil {
		m.Close()
		return nil, err
	}
	return t, nil
}

// splitTable divides a name at the first # behind which there is no file's name,
// else at the last.
func splitTable(name string) (path, tensor string) {
	if _, err := os.Stat(name); err == nil {
		return name, ""
	}
	for i := range len(name) {
		if name[i] != '#' {
			continue
		}
		if _, err := os.Stat(name[:i]); err == nil {
			return name[:i], name[i+1:]
		}
	}
	if i := strings.LastIndexByte(name, '#'); i >= 0 {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// isNPY reports whether a file begins as a .npy file does, or is called one.
func isNPY(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, len(npy.Magic))
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == npy.Magic || filepath.Ext(path) == ".npy"
}

func openNPY(path string) (*Table, error) {
	data, unmap, err := safetensors.Map(path)
	if err != nil {
		return nil, err
	}
	t := &Table{Name: strings.TrimSuffix(baseName(path), ".npy"), close: unmap}
	err = Guard(func() error {
		a, err := npy.Parse(data)
		if err != nil {
			return err
		}
		t.DType = string(a.DType)
		t.Rows, err = arrayView(path, a)
		return err
	})
	if err != nil {
		unmap()
		return nil, fmt.Errorf("%s: %w", quote(filepath.Base(path)), err)
	}
	return t, nil
}

// arrayView is an array as a view; in Fortran's order it is a transpose.
func arrayView(path string, a *npy.Array) (View, error) {
	if len(a.Shape) != 2 {
		return View{}, &TableError{quote(filepath.Base(path)), fmt.Sprintf("the array has %d dimensions, not 2", len(a.Shape)), "reshape it to observations × features"}
	}
	shape := []int{a.Shape[0], a.Shape[1]}
	if a.Fortran {
		shape[0], shape[1] = shape[1], shape[0]
	}
	v := newView(safetensors.Tensor{Entry: safetensors.Entry{DType: a.DType, Shape: shape}, Data: a.Data})
	if a.Fortran {
		v = v.T()
	}
	return v, nil
}

// table finds a matrix or a tensor of the model.
func (m *Model) table(name string) (*Table, error) {
	t := &Table{Name: m.Name, Label: name, close: m.Close}
	var err error
	if t.Vocabulary, err = m.Vocabulary(); err != nil {
		return nil, err
	}
	if name == "" {
		if t.Label, err = m.onlyTable(); err != nil {
			return nil, err
		}
	}
	for i := range m.Matrices {
		x := &m.Matrices[i]
		if x.Label != t.Label {
			continue
		}
		if x.Kind == Product {
			return nil, &TableError{quote(name), "a circuit is a product of two matrices, not an array of the file", "take one of its factors: " + strings.Join(x.Tensors, ", ")}
		}
		t.Rows, t.DType, t.Tokens = x.Factors[0], x.DType, x.In == Vocab || x.Out == Vocab
		if x.Out == Vocab {
			t.Rows = t.Rows.T()
		}
		return t, nil
	}
	return t, m.stored(t)
}

// stored fills a table from the tensor of its name as it is stored.
func (m *Model) stored(t *Table) error {
	for _, s := range m.checkpoint.shards {
		x, ok := s.Tensor(t.Label)
		if !ok {
			continue
		}
		if len(x.Shape) != 2 || !x.DType.IsFloat() {
			return &TableError{quote(t.Label), fmt.Sprintf("a tensor of %d dimensions and dtype %s, not an array of floats with 2", len(x.Shape), quote(string(x.DType))), ""}
		}
		t.Rows, t.DType = newView(x), string(x.DType)
		for _, known := range m.Tensors {
			if known.Name == t.Label && (known.Role == "W_E" || known.Role == "W_U") {
				t.Tokens = x.Shape[0] == m.Config.DVocab
			}
		}
		return nil
	}
	return &TableError{quote(t.Label), "no matrix has this label, no tensor this name", "there are " + m.someTables()}
}

// onlyTable is what is meant where nothing is named.
func (m *Model) onlyTable() (string, error) {
	var labels []string
	for i := range m.Matrices {
		if m.Matrices[i].Label == "W_E" {
			return "W_E", nil
		}
		labels = append(labels, m.Matrices[i].Label)
	}
	if len(labels) == 1 {
		return labels[0], nil
	}
	return "", &TableError{quote(m.Name), fmt.Sprintf("it holds %s", count(len(labels), "matrix")), "name one behind #, such as " + m.someTables()}
}

// someTables lists a few labels.
func (m *Model) someTables() string {
	const named = 6
	var labels []string
	for i := range m.Matrices {
		if x := &m.Matrices[i]; x.Kind == Stored && x.Head < 0 {
			labels = append(labels, x.Label)
		}
	}
	if len(labels) == 0 {
		return "no arrays of floats with two dimensions"
	}
	more := ""
	if len(labels) > named {
		more = fmt.Sprintf(" and %d more", len(labels)-named)
	}
	return strings.Join(labels[:min(named, len(labels))], ", ") + more
}
