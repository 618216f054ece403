package loader

import (
	"bytes"
	"fmt"
)

// stripBytes is how much of a matrix is held in float64 while it is written.
const stripBytes = 32 << 20

// findAliases gives the tensors that have the bytes of edited ones the same edits.
func (s *saver) findAliases() error {
	for _, t := range s.m.Tensors {
		x, ok := s.m.checkpoint.tensor(t)
		if t.Fate != FateAlias || !ok {
			continue
		}
		for name, edits := range s.edits {
			of := edits[0].Matrix.Factors[0].tensor
			if s.alias[name] != "" || of.DType != x.DType || !bytes.Equal(of.Data, x.Data) {
				continue
			}
			s.alias[x.Name] = name
			for _, e := range edits {
				twin := *e.Matrix
				v := twin.Factors[0]
				v.tensor = x.Tensor
				twin.Factors = []View{v}
				e.Matrix = &twin
				s.edits[x.Name] = append(s.edits[x.Name], e)
			}
			break
		}
	}
	return nil
}

// sink takes the bytes of consecutive elements of a tensor from a given one on.
type sink func(element int, data []byte) error

// write writes the numbers of an edit that is not factored to where its matrix is stored.
func (s *saver) write(e Edit, to sink) error {
	if err := s.ctx.Err(); err != nil {
		return err
	}
	n, err := e.Make()
	if err != nil {
		return fmt.Errorf("%s: %w", e.Matrix.Label, err)
	}
	if err := e.Matrix.Factors[0].store(n.Whole, to); err != nil {
		return fmt.Errorf("%s: %w", e.Matrix.Label, err)
	}
	return nil
}

// store writes the numbers of a view to where they are stored, strip by strip.
func (v View) store(rows Rows, to sink) error {
	m, n := v.Dims()
	strip := min(m, max(1, stripBytes/(8*n)))
	w := &narrower{View: v, to: to, numbers: make([]float64, strip*n), column: make([]float64, strip), bytes: make([]byte, 8*max(n, strip))}
	for i := 0; i < m; i += strip {
		last := min(i+strip, m)
		part := w.numbers[:(last-i)*n]
		rows(part, i, last)
		if err := w.strip(part, i, n); err != nil {
			return err
		}
	}
	return nil
}

// narrower rounds strips of a view.
type narrower struct {
	View
	to              sink
	numbers, column []float64
	bytes           []byte
}

// strip writes rows of n numbers, the first of which is row i of the view.
func (w *narrower) strip(part []float64, i, n int) error {
	if !w.transposed {
		for r := range len(part) / n {
			if err := w.run(part[r*n:][:n], w.offset+(i+r)*w.stride); err != nil {
				return err
			}
		}
		return nil
	}
	rows := len(part) / n
	for j := range n {
		for r := range rows {
			w.column[r] = part[r*n+j]
		}
		if err := w.run(w.column[:rows], w.offset+j*w.stride+i); err != nil {
			return err
		}
	}
	return nil
}

// run writes numbers that are stored one after the other.
func (w *narrower) run(x []float64, element int) error {
	if err := w.tensor.DType.Narrow(w.bytes, x); err != nil {
		return err
	}
	return w.to(element, w.bytes[:len(x)*w.tensor.DType.Bits()/8])
}
