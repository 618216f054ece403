package spectra

import "math"

// assign returns the assignment of rows to different columns that has the
// largest sum: column of each row, −1 for rows that are left over where there
// are fewer columns than rows. Every row of score has the same length. Ties go the same
// way each time.
//
// It is the Hungarian method by shortest augmenting paths with potentials
// (Jonker & Volgenant 1987), O(rows²·columns).
func assign(score [][]float64) []int {
	rows := len(score)
	if rows == 0 {
		return nil
	}
	cols := len(score[0])
	if cols < rows {
		return inverted(assign(transposed(score)), rows)
	}
	a := &assignment{score: score, row: make([]float64, rows), col: make([]float64, cols), owner: make([]int, cols)}
	for j := range a.owner {
		a.owner[j] = -1
	}
	for i := range score {
		a.augment(i)
	}
	return inverted(a.owner, rows)
}

type assignment struct {
	score    [][]float64
	row, col []float64 // potentials: row + col ≤ −score, equal where assigned
	owner    []int     // row of each column, or −1
}

// augment finds a column for row i, others giving way.
func (a *assignment) augment(i int) {
	n := len(a.col)
	reach, from, done := make([]float64, n), make([]int, n), make([]bool, n)
	for j := range n {
		reach[j], from[j] = math.Inf(1), -1
	}
	at, row := -1, i
	var length float64
	for {
		next := -1
		for j := range n {
			if done[j] {
				continue
			}
			if l := length - a.score[row][j] - a.row[row] - a.col[j]; l < reach[j] {
				reach[j], from[j] = l, at
			}
			if next < 0 || reach[j] < reach[next] {
				next = j
			}
		}
		at, length, done[next] = next, reach[next], true
		if a.owner[at] < 0 {
			break
		}
		row = a.owner[at]
	}
	a.row[i] += length
	for j := range n {
		if done[j] && j != at {
			a.row[a.owner[j]] += length - reach[j]
			a.col[j] -= length - reach[j]
		}
	}
	for at >= 0 {
		prev := from[at]
		a.owner[at] = i
		if prev >= 0 {
			a.owner[at] = a.owner[prev]
		}
		at = prev
	}
}

// inverted turns who owns what into what is owned, by n.
func inverted(owner []int, n int) []int {
	of := make([]int, n)
	for i := range of {
		of[i] = -1
	}
	for j, i := range owner {
		if i >= 0 {
			of[i] = j
		}
	}
	return of
}

func transposed(x [][]float64) [][]float64 {
	t := make([][]float64, len(x[0]))
	for j := range t {
		t[j] = make([]float64, len(x))
		for i := range x {
			t[j][i] = x[i][j]
		}
	}
	return t
}
