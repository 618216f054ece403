package report

import (
	"fmt"
	"strings"

	"wspec/loader"
)

// NothingPairedError says why two checkpoints have no matrix in common.
type NothingPairedError struct{ Before, After, Reason string }

// Error gives the reason in a sentence.
func (e *NothingPairedError) Error() string {
	return fmt.Sprintf("nothing in %s can be paired with %s: %s", e.Before, e.After, e.Reason)
}

// Hint says what can be compared.
func (e *NothingPairedError) Hint() string {
	return "compare takes checkpoints of one architecture: steps of a run, a base and what was fine-tuned from it"
}

// couple is the two matrices of one label.
type couple struct{ before, after *loader.Matrix }

// pairUp pairs the selected matrices of two models by label. What has no
// partner, or one that does not fit, is listed. Vocabularies may differ in
// size: they are paired on the rows both have.
func pairUp(before, after *checkpoint) (couples []couple, apart []Apart, err error) {
	if a, b := before.model.Family, after.model.Family; a != b && a != loader.Generic && b != loader.Generic {
		return nil, nil, &NothingPairedError{before.name, after.name, fmt.Sprintf("one is of the family %s, the other of %s, and their coordinates have nothing to do with each other", a, b)}
	}
	partner := map[string]*loader.Matrix{}
	for _, m := range after.picked {
		partner[m.Label] = m
	}
	var misfit string
	for _, m := range before.picked {
		p, ok := partner[m.Label]
		delete(partner, m.Label)
		switch {
		case !ok:
			apart = append(apart, Apart{m.Label, StatusOnlyBefore, "not in " + after.name})
		case !fits(m, p):
			misfit = fmt.Sprintf("%s is %s in one and %s in the other", m.Label, shapeText(m), shapeText(p))
			apart = append(apart, Apart{m.Label, StatusShape, misfit})
		default:
			couples = append(couples, couple{m, p})
		}
	}
	for _, m := range after.picked {
		if partner[m.Label] != nil {
			apart = append(apart, Apart{m.Label, StatusOnlyAfter, "not in " + before.name})
		}
	}
	if len(couples) == 0 {
		return nil, nil, &NothingPairedError{before.name, after.name, whyNothing(before, after, misfit)}
	}
	return couples, apart, nil
}

func whyNothing(before, after *checkpoint, misfit string) string {
	switch {
	case misfit != "":
		return "no shapes agree (" + misfit + ")"
	case len(before.picked) == 0 || len(after.picked) == 0:
		return "the selection leaves no matrix of one of them"
	}
	return fmt.Sprintf("they share no label (%s here, %s there)", before.picked[0].Label, after.picked[0].Label)
}

// fits reports whether two matrices can be subtracted: their shapes agree, or
// differ on a vocabulary's side alone.
func fits(a, b *loader.Matrix) bool {
	aIn, aOut := a.Dims()
	bIn, bOut := b.Dims()
	agree := func(m, n int, s loader.Space) bool { return m == n || s == loader.Vocab && min(m, n) > 0 }
	return a.Kind == b.Kind && agree(aIn, bIn, a.In) && agree(aOut, bOut, a.Out)
}

func shapeText(m *loader.Matrix) string {
	in, out := m.Dims()
	return ShapeText([]int{in, out})
}

// warnVocabulary says that matrices are compared on shared rows alone.
func warnVocabulary(c couple, pair string) (Warning, bool) {
	if shapeText(c.before) == shapeText(c.after) {
		return Warning{}, false
	}
	aIn, aOut := c.before.Dims()
	bIn, bOut := c.after.Dims()
	return Warning{Code: "vocabulary_differs", Matrix: c.before.Label, Message: fmt.Sprintf(
		"%s: %s is %s before and %s after, and is compared on the %s both have", pair, c.before.Label,
		ShapeText([]int{aIn, aOut}), ShapeText([]int{bIn, bOut}), ShapeText([]int{min(aIn, bIn), min(aOut, bOut)}))}, true
}

// dtypes names the storage types of both sides, once where they agree.
func dtypes(c couple) string {
	if c.before.DType == c.after.DType {
		return c.before.DType
	}
	return strings.Join([]string{c.before.DType, c.after.DType}, " → ")
}
