package directions

import "wspec/spectra"

// turned is a matrix with one side multiplied by a gain and then centred: for
// In diag(gain)·W less the mean of each column, for Out W·diag(gain) less the
// mean of each row.
type turned struct {
	spectra.Source
	side Side
	gain []float64 // nil for none; over the coordinates of the side
	mean []float64 // nil for none; over those of the other side
}

// Epsilon returns the storage spacing of the matrix beneath: rounding stays
// relative to the numbers as they were stored.
func (t *turned) Epsilon() float64 {
	if s, ok := t.Source.(spectra.Stored); ok {
		return s.Epsilon()
	}
	return 0
}

// Block reads a block and turns it.
func (t *turned) Block(dst []float64, ld, i0, i1, j0, j1 int) {
	t.Source.Block(dst, ld, i0, i1, j0, j1)
	for i := i0; i < i1; i++ {
		row := dst[(i-i0)*ld:][:j1-j0]
		if t.side == In {
			t.turnIn(row, i, j0)
		} else {
			t.turnOut(row, i, j0)
		}
	}
}

func (t *turned) turnIn(row []float64, i, j0 int) {
	if t.gain != nil {
		for j := range row {
			row[j] *= t.gain[i]
		}
	}
	if t.mean != nil {
		for j, m := range t.mean[j0:][:len(row)] {
			row[j] -= m
		}
	}
}

func (t *turned) turnOut(row []float64, i, j0 int) {
	if t.gain != nil {
		for j, g := range t.gain[j0:][:len(row)] {
			row[j] *= g
		}
	}
	if t.mean != nil {
		for j := range row {
			row[j] -= t.mean[i]
		}
	}
}

// meanRows is the number of rows that means reads at a time.
const meanRows = 64

// means returns the means over the side, of the matrix with its gain.
func (t *turned) means() []float64 {
	m, n := t.Dims()
	over, length := m, n
	if t.side == Out {
		over, length = n, m
	}
	sum := make([]float64, length)
	buf := make([]float64, meanRows*n)
	for i := 0; i < m; i += meanRows {
		rows := min(meanRows, m-i)
		t.Block(buf, n, i, i+rows, 0, n) // mean is nil as yet
		for k := range rows {
			for j, v := range buf[k*n:][:n] {
				if t.side == Out {
					sum[i+k] += v
				} else {
					sum[j] += v
				}
			}
		}
	}
	for i := range sum {
		sum[i] /= float64(over)
	}
	return sum
}
