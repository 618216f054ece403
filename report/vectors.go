package report

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"sync"

	"gonum.org/v1/gonum/mat"

	"wspec/loader"
	"wspec/spectra"
)

// vectorsName is the file that holds singular directions as numbers.
const vectorsName = "vectors.safetensors"

// orientation says what the arrays of that file are.
const orientation = "y = x·W and W ≈ in·diag(sigma)·outᵀ: row i of W is input coordinate i; in is d_in × k, what W reads, out is d_out × k, what it writes, sigma descends"

// Vectors keeps the directions that a run finds until its report is written.
// They are on disk meanwhile, so that memory does not grow with their number.
// Set as [Options.Vectors], it collects; its [Vectors.Format] writes.
type Vectors struct {
	file *os.File

	mu    sync.Mutex
	end   int64 // of what is taken of the file
	items []vectors
}

// vectors are the directions of one matrix.
type vectors struct {
	model, rows, cols, k int
	label                string
	at                   int64 // of sigma, in and out one after the other
}

// NewVectors makes room for directions beside the folder that the report will
// be at. The file there has no name where the system allows it; call Close.
func NewVectors(report string) (*Vectors, error) {
	dir := filepath.Dir(filepath.Clean(report))
	for !exists(dir) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".vectors.tmp-")
	if err != nil {
		return nil, &FolderError{Dir: dir, Reason: reason(err)}
	}
	_ = os.Remove(f.Name()) // or by Close, where an open file cannot be
	return &Vectors{file: f}, nil
}

// Close gives the room back.
func (v *Vectors) Close() {
	_ = v.file.Close() // of no use any more
	_ = os.Remove(v.file.Name())
}

// keep takes the directions found of a matrix, at most once for each.
func (v *Vectors) keep(j job, d *spectra.Decomposition) error {
	if v == nil || d == nil || len(d.Index) == 0 {
		return nil
	}
	rows, _ := d.In.Dims()
	cols, _ := d.Out.Dims()
	x := vectors{model: j.study.at, label: j.matrix.Label, rows: rows, cols: cols, k: len(d.Index)}
	v.mu.Lock()
	x.at = v.end
	v.end += x.place(3)
	v.items = append(v.items, x)
	v.mu.Unlock()
	out := bufio.NewWriter(io.NewOffsetWriter(v.file, x.at))
	var number [8]byte
	put := func(f float64) {
		binary.LittleEndian.PutUint64(number[:], math.Float64bits(f))
		_, _ = out.Write(number[:]) // Flush has the error
	}
	for _, i := range d.Index {
		put(d.Sigma[i])
	}
	for _, m := range []*mat.Dense{d.In, d.Out} {
		n, _ := m.Dims()
		for i := range n {
			for _, f := range m.RawRowView(i) {
				put(f)
			}
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("keeping the directions of %s: %w", x.label, err)
	}
	return nil
}

// place returns where sigma (0), in (1) and out (2) begin, and where all ends
// (3), in bytes from the first.
func (x *vectors) place(part int) int64 {
	numbers := []int{0, x.k, x.rows * x.k, x.cols * x.k}
	total := 0
	for _, n := range numbers[:part+1] {
		total += n
	}
	return 8 * int64(total)
}

// Format writes what was kept as vectors.safetensors, with a report that came
// of the same run.
func (v *Vectors) Format() Format {
	return Format{Name: "vectors", files: func(d *Document) ([]file, error) {
		return []file{{path: vectorsName, write: func(w io.Writer) error { return v.write(w, d) }}}, nil
	}}
}

// write writes float64 arrays LABEL/sigma, k, LABEL/in, d_in × k, and LABEL/out,
// d_out × k, behind the model's name where there are several.
func (v *Vectors) write(w io.Writer, d *Document) error {
	var arrays []loader.Array
	for _, x := range v.items {
		name := x.label
		if len(d.Models) > 1 {
			name = d.Models[x.model].Name + "/" + name
		}
		for part, shape := range [][]int{{x.k}, {x.rows, x.k}, {x.cols, x.k}} {
			arrays = append(arrays, loader.Array{Name: name + []string{"/sigma", "/in", "/out"}[part], Shape: shape, Make: func() ([]byte, error) {
				from := x.place(part)
				b := make([]byte, x.place(part+1)-from)
				_, err := v.file.ReadAt(b, x.at+from)
				return b, err
			}})
		}
	}
	return loader.WriteArrays(w, arrays, map[string]string{
		"schema": "wspec.vectors/1", "tool": "wspec " + d.Tool.Version, "orientation": orientation, "convention": d.Options.Convention,
		"top_k": fmt.Sprint(d.Options.TopK), "bottom_k": fmt.Sprint(d.Options.BottomK), "biases": fmt.Sprint(d.Options.Biases),
	})
}
