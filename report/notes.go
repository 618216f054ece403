package report

import (
	"fmt"
	"slices"
	"strings"

	"wspec/loader"
)

// noteBreak stands between the parts of a matrix's note.
const noteBreak = "; "

// staticNote stands with QK circuits of models with rotary positions.
const staticNote = "static part: rotary positions turn query and key by their distance before they meet, and are left out"

// noteOf returns what must be said with a matrix wherever it is shown.
func noteOf(m *loader.Matrix, model *loader.Model) string {
	if m.Role == "W_QK" && model.Rotary() {
		return staticNote
	}
	return ""
}

// describeBiases says which biases are a part of m, and gives its shape with
// them. It reads the file.
func (s *study) describeBiases(out *Matrix, m *loader.Matrix) {
	if s.reader == nil {
		return
	}
	b, ok := s.reader.BiasesOf(m)
	if !ok {
		return
	}
	rows, cols := s.reader.Dims(m)
	out.Shape, out.Biases = [2]int{rows, cols}, b.Names
	for _, name := range b.Tensors {
		if !slices.Contains(out.Tensors, name) {
			out.Tensors = append(out.Tensors, name)
		}
	}
	where := "the last input is"
	if m.Role == "W_QK" {
		where = "the last coordinate of query and key is"
	}
	note := fmt.Sprintf("with biases %s: %s the constant 1, and scores of tokens leave out what it adds to all of them", strings.Join(b.Names, ", "), where)
	if out.Note != "" {
		note = out.Note + noteBreak + note
	}
	out.Note = note
}

// warnBiases says so where biases were asked for and no circuit has any.
func (s *study) warnBiases(d *Document) {
	if !s.o.Biases {
		return
	}
	circuits := 0
	for i := range d.Matrices {
		m := &d.Matrices[i]
		if m.Model != s.model.Name || m.Kind != string(loader.Product) {
			continue
		}
		if circuits++; len(m.Biases) > 0 {
			return
		}
	}
	message := s.model.Name + " has no biases of attention: its circuits are as without"
	if circuits == 0 {
		message = "no circuit of " + s.model.Name + " was selected, and biases are a part of circuits alone"
	}
	d.Warnings = append(d.Warnings, Warning{Code: "no_biases", Message: message})
}
