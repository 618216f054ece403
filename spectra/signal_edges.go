package spectra

import (
	"math"
	"sync"

	"gonum.org/v1/gonum/mathext"
)

// edges is what the statistics of both ends of a shape are on draws of its null,
// their levels estimated as those of a matrix are: the error of that estimate and
// of a finite shape is in them. A threshold for a known level, as that of
// mp_spikes, is passed by the largest of square noise in 7 to 13 % of draws in
// place of 5 %.
type edges struct {
	once        sync.Once
	err         error
	long, short int
	top         moments // of bulk.top of the largest value
	low, lowLog moments // of the smallest over bulk.least, and of its logarithm
}

type moments struct{ mean, sd float64 }

func momentsOf(x []float64) moments {
	s := NewNullSample(x)
	return moments{s.Mean(), s.SD()}
}

// calibrate takes the moments of c from the draws of a canonical shape.
func (c *edges) calibrate(n *Nulls, shape Shape) error {
	c.long, c.short = shape.Rows, shape.Cols
	spectra, err := n.Spectra(shape)
	if err != nil {
		return err
	}
	var top, low, lowLog []float64
	for _, sigma := range spectra {
		v := c.rest(sigma, 0)
		x := sigma[len(sigma)-1] / v.least()
		top, low, lowLog = append(top, v.top(sigma[0])), append(low, x), append(lowLog, math.Log(x))
	}
	c.top, c.low, c.lowLog = momentsOf(top), momentsOf(low), momentsOf(lowLog)
	return nil
}

// upper returns p of the values from the first on, see Signal.P.
func (c *edges) upper(v bulk, sigma []float64) []float64 {
	last := leastP
	var p []float64
	for _, x := range sigma[:len(sigma)/2] {
		last = max(last, tracyWidomOver((v.top(x)-c.top.mean)/c.top.sd))
		if p = append(p, last); last > SignalLevel {
			break
		}
	}
	return p
}

// edge returns the σ that the largest of v passes in one draw of 20.
func (c *edges) edge(v bulk) float64 {
	mu, tau := johnstone(v.short, v.long)
	z := (tracyWidom95 - tracyWidomMean) / tracyWidomSD
	return v.sd * math.Sqrt(mu+tau*(c.top.mean+c.top.sd*z))
}

// lower returns p of the values from the last on, see Signal.LowP.
func (c *edges) lower(v bulk, sigma []float64) []float64 {
	last := leastP
	var p []float64
	for j := len(sigma) - 1; j >= 0 && len(p) < c.short/2; j-- {
		last = max(last, c.lowP(sigma[j]/v.least()))
		if p = append(p, last); last > SignalLevel {
			break
		}
	}
	return p
}

// lowP returns the probability that the smallest value of noise is at most x in
// units of bulk.least: the larger of two laws of the draws' moments. One is that
// of Tracy and Widom of −ln x, which holds where the law of the values ends in a
// soft edge (Ma 2012). The other is for the hard edge, at 0: a Gamma law, whose
// shape is let be no more than N − r + 1, since P(σ_r ≤ x) falls as that power of x
// (Edelman 1988).
func (c *edges) lowP(x float64) float64 {
	soft := tracyWidomOver((c.lowLog.mean - math.Log(x)) / c.lowLog.sd)
	if c.long-c.short > mostHard {
		return soft
	}
	shape := c.low.mean * c.low.mean / (c.low.sd * c.low.sd)
	shape = min(shape, float64(c.long-c.short+1))
	return max(soft, mathext.GammaIncReg(shape, x/c.low.mean*shape))
}

// mostHard is N − r up to which the hard edge is minded: at 2 the smallest of 64 has
// p ≤ 0.01 in 0.2 % of draws by both laws, in 1 % by the first alone from 5 on.
const mostHard = 8

// lowEdge returns the σ that the smallest of v stays under in one draw of 20, by
// bisection of the p.
func (c *edges) lowEdge(v bulk) float64 {
	low, high := 0.0, c.low.mean
	for range 50 {
		if mid := (low + high) / 2; c.lowP(mid) < SignalLevel {
			low = mid
		} else {
			high = mid
		}
	}
	return low * v.least()
}

// The Tracy–Widom law of order 1 as a Gamma law that is shifted (Chiani 2014):
// 0.0500 and 0.00095 at its 95 and 99.9 % points.
const (
	chianiShape = 46.446
	chianiScale = 0.186054
	chianiShift = 9.84801
)

// tracyWidomOver returns the probability of more than z standard deviations over
// the mean, in [0, 1].
func tracyWidomOver(z float64) float64 {
	x := (tracyWidomMean + tracyWidomSD*z + chianiShift) / chianiScale
	if x <= 0 {
		return 1
	}
	return mathext.GammaIncRegComp(chianiShape, x)
}
