package report

import (
	"fmt"

	"wspec/directions"
	"wspec/loader"
	"wspec/spectra"
)

// sensitivity says how the directions that were read change under the other
// conventions. Where a model cannot be put into one, a warning says so.
func (s *study) sensitivity(d *Document, slots []int, readings []*directions.Readings) error {
	for _, other := range s.turners(d) {
		items, at := s.turned(d, other, readings)
		turned, err := other.Read(items, s.readOptions())
		if err != nil {
			return err
		}
		for i, y := range turned {
			note(&d.Matrices[slots[at[i]]], readings[at[i]].Against(y))
		}
	}
	return nil
}

// turners returns the readers in the other conventions, opened at the first call.
func (s *study) turners(d *Document) []*directions.Reader {
	if s.others != nil {
		return s.others
	}
	s.others = []*directions.Reader{}
	for _, c := range directions.Conventions() {
		if c == s.reader.Convention {
			continue
		}
		other, err := directions.NewReader(s.model, c)
		if err != nil {
			s.unturned(d, c, "", err)
			continue
		}
		other.Augment = s.reader.Augment
		s.others = append(s.others, other)
	}
	return s.others
}

// turned decomposes the matrices in another convention and returns them with
// their places among readings.
func (s *study) turned(d *Document, other *directions.Reader, readings []*directions.Readings) (items []directions.Item, at []int) {
	for i, y := range readings {
		x := y.Item
		if s.reader.Changes(x.Matrix) || other.Changes(x.Matrix) {
			var err error
			if x.Decomposition, err = other.Decompose(x.Matrix, s.wider(), spectra.Options{Threads: s.o.workers()}); err != nil {
				s.unturned(d, other.Convention, x.Matrix.Label, err)
				continue
			}
		}
		items, at = append(items, x), append(at, i)
	}
	return items, at
}

// wider asks for half as many directions again, and some: a direction may
// change places under another convention.
func (s *study) wider() spectra.Request {
	const some = 4
	wide := func(n int) int { return n + n/2 + min(n, some) }
	q := s.request()
	return spectra.Request{Top: wide(q.Top), Bottom: wide(q.Bottom)}
}

func (s *study) unturned(d *Document, c directions.Convention, label string, err error) {
	what := label
	if what == "" {
		what = s.model.Name
	}
	d.Warnings = append(d.Warnings, Warning{Code: "no_sensitivity", Matrix: label,
		Message: fmt.Sprintf("%s is not compared with convention %s: %v", what, c, err)})
}

func note(m *Matrix, all []directions.Sensitivity) {
	for i, x := range all {
		y := &m.Directions[i]
		if y.Sensitivity == nil {
			y.Sensitivity = map[string]Sensitivity{}
		}
		y.Sensitivity[string(x.Convention)] = Sensitivity{Match: x.Match, Angle: Number(x.Angle), Jaccard: Number(x.Jaccard)}
	}
}

// CheckReadout returns a *directions.SpaceError if a matrix that o selects
// cannot be read through the vocabulary on one of the given sides or, where
// none is given, on either side; or the error of a malformed pattern.
func CheckReadout(m *loader.Model, o Options, sides ...directions.Side) error {
	picked, err := pick(m, o)
	if err != nil {
		return err
	}
	for _, x := range picked {
		if err := readable(x, sides); err != nil {
			return err
		}
	}
	return nil
}

func readable(x *loader.Matrix, sides []directions.Side) error {
	if len(sides) == 0 {
		err := directions.Readable(x, directions.Out)
		if err != nil && directions.Readable(x, directions.In) == nil {
			return nil
		}
		return err
	}
	for _, s := range sides {
		if err := directions.Readable(x, s); err != nil {
			return err
		}
	}
	return nil
}
