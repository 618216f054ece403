package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"wspec/spectra"
)

// describe fills the answer of a plan.
func (x *Approximation) describe() {
	a := x.Answer
	x.warnings()
	energy, noise := x.kept()
	each, eachNoise := x.mean(func(p *approxPart) (float64, float64) {
		return p.left.Energy, x.noiseOf(p.s).Approximate(p.left.Keep).Energy
	})
	before, after := x.totals(func(n int64, _ *approxPart) int64 { return n })
	a.Title = fmt.Sprintf("%s: %s", x.model.Name, x.asked())
	subject := strconv.Itoa(len(x.parts)) + " matrices keep %s of their"
	if len(x.parts) == 1 {
		subject = x.parts[0].matrix.Label + " keeps %s of its"
	}
	a.Sentence = fmt.Sprintf("%s energy, where noise of the same shape would keep %s, in %s of %s parameters (%s).",
		strings.Replace(subject, "%s", percentText(Number(energy)), 1), percentText(Number(noise)), thousands(after), thousands(before),
		percentText(Number(float64(after)/float64(before))))
	a.fact("parameters", "parameters kept", int(after), Beside{"before", "of", int(before)})
	bytesBefore, bytesAfter := x.totals(func(n int64, p *approxPart) int64 { return p.bytes(n) })
	a.fact("bytes", "bytes in factors", int(bytesAfter), Beside{"before", "of", int(bytesBefore)})
	a.fact("energy", "energy Σσ² kept, of all matrices", Number(energy), Beside{"noise", "noise of the same shapes and norms", Number(noise)})
	a.fact("mean_energy", "energy kept, mean over matrices", Number(each), Beside{"noise", "noise", Number(eachNoise)})
	if p := x.plan; p != nil {
		total := x.norm2()
		a.fact("gap", "energy that a better plan could at most keep as well", Number(p.Gap/total), Beside{"lost", "of", Number(p.Error / total)})
	}
	plan := x.planTable()
	a.Tables = append(a.Tables, x.table(), plan, x.curves())
	a.charts = append(a.charts, x.planChart(&plan), x.curveChart())
	a.Notes = append(a.Notes,
		"Errors are those of the best approximation in both norms (Eckart & Young 1936, Mirsky 1960); noise is independent entries of the same shape (Marchenko & Pastur 1967), of which one draw differs by about 1/r.",
		"Rank k takes k·(d_in + d_out) numbers in two factors; above the break-even rank a matrix takes fewer whole. Numbers are rounded to the stored type when they are written: the floor is what that alone may add to σ, so that a written matrix has the kept values above it and no others.")
}

func (x *Approximation) warnings() {
	for _, w := range x.model.Warnings {
		x.Answer.Warnings = append(x.Answer.Warnings, Warning(w))
	}
}

// asked says the mode in words.
func (x *Approximation) asked() string {
	share := percentText(Number(x.o.Share))
	switch x.o.Mode {
	case ApproxRank:
		return fmt.Sprintf("every matrix at rank %d", x.o.Rank)
	case ApproxEnergy:
		return fmt.Sprintf("every matrix at the least rank that keeps %.6g of its energy", x.o.Share)
	case ApproxMaxError:
		return fmt.Sprintf("every matrix at the least rank with a relative error of at most %.6g", x.o.Share)
	case ApproxBudget:
		return "ranks that spend " + share + " of the parameters where they cost least"
	case ApproxCodings:
		return "what singular values, cosines and single entries keep"
	}
	text := ""
	for i, b := range x.o.Bands {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%d to %d", b.First, b.End-1)
	}
	if x.o.Mode == ApproxDrop {
		return "every matrix without the directions " + text
	}
	return "of every matrix the directions " + text
}

// norm2 is the energy of all matrices.
func (x *Approximation) norm2() (sum float64) {
	for _, p := range x.parts {
		sum += p.norm2()
	}
	return sum
}

// kept returns the share of the energy of all matrices that is kept, and what noise of their shapes and norms would keep.
func (x *Approximation) kept() (energy, noise float64) {
	return x.pooled(func(p *approxPart) (float64, float64) {
		return p.left.Energy, x.noiseOf(p.s).Approximate(p.left.Keep).Energy
	})
}

// pooled returns the means of two values over the matrices, each by its energy.
func (x *Approximation) pooled(f func(*approxPart) (float64, float64)) (a, b float64) {
	total := x.norm2()
	if total == 0 {
		return 1, 1
	}
	for _, p := range x.parts {
		u, v := f(p)
		a, b = a+u*p.norm2()/total, b+v*p.norm2()/total
	}
	return a, b
}

// mean returns the means of two values over the matrices, each of which counts alike.
func (x *Approximation) mean(f func(*approxPart) (float64, float64)) (a, b float64) {
	for _, p := range x.parts {
		u, v := f(p)
		a, b = a+u/float64(len(x.parts)), b+v/float64(len(x.parts))
	}
	return a, b
}

func (x *Approximation) totals(unit func(n int64, p *approxPart) int64) (before, after int64) {
	for _, p := range x.parts {
		before, after = before+unit(p.parameters(), p), after+unit(p.left.Parameters, p)
	}
	return before, after
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// thousands writes a count with commas.
func thousands(n int64) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// table is what becomes of each matrix.
func (x *Approximation) table() Table {
	t := Table{
		Name: "approximations", Title: "Each matrix",
		Columns: []Column{
			{"label", "matrix", ""},
			{"d_in", "d_in", ""}, {"d_out", "d_out", ""},
			{"rank", "rank", "singular values kept"},
			{"values", "of", "singular values there are"},
			{"break_even", "break-even", "largest rank whose two factors have fewer numbers than the matrix"},
			{"before", "numbers", "parameters of the matrix"},
			{"after", "after", "parameters after: in two factors, or whole where that is fewer"},
			{"energy", "energy", "share of Σσ² kept, in [0, 1]"},
			{"noise", "noise", "the share that the same singular values of noise of this shape hold"},
			{"frobenius", "err F", "‖W − W'‖_F/‖W‖_F, in [0, 1]"},
			{"spectral", "err 2", "‖W − W'‖₂/‖W‖₂, in [0, 1]"},
			{"floor", "floor", "what rounding to the stored type may add to the second error"},
		},
	}
	for _, p := range x.parts {
		l, s := p.left, p.s
		var relative float64
		if len(s.Sigma) > 0 && s.Sigma[0] > 0 {
			relative = s.Floor.Level() / s.Sigma[0]
		}
		t.Rows = append(t.Rows, []Cell{
			p.matrix.Label, s.Rows, s.Cols, l.Rank, len(s.Sigma), spectra.BreakEven(s.Rows, s.Cols), int(p.parameters()), int(l.Parameters),
			Number(l.Energy), Number(x.noiseOf(s).Approximate(l.Keep).Energy), Number(l.RelativeFrobenius), Number(l.RelativeSpectral), Number(relative),
		})
	}
	return t
}

// curveRanks is how many ranks of a matrix the curves list at most.
const curveRanks = 64

// curves are the errors of every rank, for files alone.
func (x *Approximation) curves() Table {
	t := Table{
		Name: "curves", Title: "Errors of the best approximations", Most: -1,
		Columns: []Column{
			{"label", "matrix", ""}, {"rank", "rank", fmt.Sprintf("from 0 to all; %d of them where there are more", curveRanks)},
			{"parameters", "parameters", ""},
			{"frobenius", "‖W − W_k‖_F", ""}, {"spectral", "‖W − W_k‖₂", "the first singular value left out"},
			{"energy", "energy", ""}, {"noise", "noise", "the energy that the same rank keeps of noise of this shape"},
		},
	}
	for _, p := range x.parts {
		curve, noise := p.s.Curve(), x.noiseOf(p.s).Curve()
		for _, k := range someRanks(len(p.s.Sigma), curveRanks) {
			c := curve[k]
			t.Rows = append(t.Rows, []Cell{p.matrix.Label, k, int(c.Parameters), Number(c.Frobenius), Number(c.Spectral), Number(c.Energy), Number(noise[k].Energy)})
		}
	}
	return t
}

// shares returns n + 1 shares of a whole, from 0 to 1.
func shares(n int) []float64 {
	all := make([]float64, n+1)
	for i := range all {
		all[i] = float64(i) / float64(n)
	}
	return all
}

// uniform is the energy kept where every matrix is given the same share of its parameters, in factors as long as they are
// fewer.
func (x *Approximation) uniform(share float64) float64 {
	kept, _ := x.pooled(func(p *approxPart) (float64, float64) {
		if share >= 1 {
			return 1, 0
		}
		k := int(math.Floor(share * float64(p.parameters()) / float64(p.s.Rows+p.s.Cols)))
		return p.s.Approximate(spectra.Top(len(p.s.Sigma), k)).Energy, 0
	})
	return kept
}
